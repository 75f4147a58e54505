"""What is stored after any sequence of bodies, releases and dismissals is what plain dictionaries would hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.testkit.service import JIA, Running, assert_adds_up, counts, encoded, reading

INDICATORS = ("illegal_construction_demolished", "residential_parking_added")
Value = float | str | None
Row = tuple[int, int, Value]  # indicator, day, value
Key = tuple[int, int]
Counts = tuple[int, int, int, int]  # accepted, unchanged, revised, rejected
GOOD: tuple[Value, ...] = (None, 0, 1, 25)
BAD: tuple[Value, ...] = ("x", -1)
AS_SAID = "as said"


@dataclass
class Waiting:
    """A broken row: in what body it stood, and where."""

    body: int
    at: int
    row: Row
    state: str = "open"


@dataclass
class Model:
    """A feed's readings by (indicator, day): every value it has had, the newest last; and its broken rows."""

    values: dict[Key, list[Value]] = field(default_factory=dict)
    accepted: dict[str, Counts] = field(default_factory=dict)
    broken: list[Waiting] = field(default_factory=list)
    bodies: int = 0

    def submit(self, rows: Sequence[Row], *, partial: bool) -> Counts:
        known = json.dumps(rows)
        if known in self.accepted:
            return self.accepted[known]
        told: dict[Key, set[Value]] = {}
        for indicator, day, value in rows:
            if value not in BAD:
                told.setdefault((indicator, day), set()).add(value)
        broken = [n for n, (i, day, value) in enumerate(rows) if value in BAD or len(told[i, day]) > 1]
        if not rows or (broken and not partial):
            return 0, 0, 0, len(rows)
        new, revised = self._store({key: values.pop() for key, values in told.items() if len(values) == 1})
        self.broken += [Waiting(self.bodies, n, rows[n]) for n in broken]
        self.bodies += 1
        sound = len(rows) - len(broken)
        self.accepted[known] = new, sound - new - revised, revised, len(broken)
        return self.accepted[known]

    def release(self, waiting: Waiting, correction: Value) -> Counts | int:
        """The counts of what is stored, or the status of the refusal."""
        indicator, day, said = waiting.row
        value = said if correction == AS_SAID else correction
        if waiting.state != "open" or value in BAD:
            return 422 if waiting.state == "open" else 409
        new, revised = self._store({(indicator, day): value})
        return new, 1 - new - revised, revised, 0

    def dismiss(self, waiting: Waiting) -> int:
        if waiting.state != "open":
            return 409
        waiting.state = "dismissed"
        return 200

    def _store(self, wanted: dict[Key, Value]) -> tuple[int, int]:
        """How many are new, and how many revised; the broken rows about them are settled by this."""
        new = revised = 0
        for key, value in wanted.items():
            history = self.values.setdefault(key, [])
            new += not history
            if not history or history[-1] != value:
                revised += bool(history)
                history.append(value)
        for waiting in self.broken:
            if waiting.state == "open" and waiting.row[:2] in wanted:
                waiting.state = "released"
        return new, revised


values = st.sampled_from(GOOD + GOOD + BAD)
bodies = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), values), max_size=5)
steps = st.one_of(
    st.tuples(st.just("submit"), bodies, st.booleans()),
    st.tuples(st.just("again"), st.integers(0, 7), st.booleans()),
    st.tuples(st.just("release"), st.integers(0, 7), values | st.just(AS_SAID)),
    st.tuples(st.just("dismiss"), st.integers(0, 7), st.none()),
)


@given(sequence=st.lists(steps, min_size=1, max_size=10))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_leaves_what_the_model_holds(
    shared: Running, own_days: Callable[[int], list[str]], sequence: list[tuple[str, Any, Any]]
) -> None:
    life = Life(shared, own_days(3))
    for step in sequence:
        life.live(*step)
    life.compare()


@dataclass
class Life:
    """The service and the model side by side."""

    service: Running
    days: list[str]
    model: Model = field(default_factory=Model)
    sent: list[list[Row]] = field(default_factory=list)
    submissions: list[str] = field(default_factory=list)

    def live(self, what: str, which: Any, how: Any) -> None:
        if what == "submit":
            self.submit(which, partial=how)
        elif what == "again" and self.sent:
            self.submit(self.sent[which % len(self.sent)], partial=how)
        elif self.model.broken and what in ("release", "dismiss"):
            waiting = self.model.broken[which % len(self.model.broken)]
            self.release(waiting, how) if what == "release" else self.dismiss(waiting)

    def submit(self, rows: list[Row], *, partial: bool) -> None:
        self.sent.append(rows)
        body = encoded(*(reading(self.days[day], value, INDICATORS[i]) for i, day, value in rows))
        headers = {"content-type": "application/json", **self.service.headers("jia")}
        mode = {"mode": "partial" if partial else "atomic"}
        answer = self.service.client.post("/v1/readings", content=body, params=mode, headers=headers).json()
        receipt = answer.get("receipt") or answer
        assert_adds_up(receipt)
        before = self.model.bodies
        assert counts(receipt) == self.model.submit(rows, partial=partial)
        if self.model.bodies > before:
            self.submissions.append(receipt["submission"])

    def release(self, waiting: Waiting, value: Value) -> None:
        correction = {} if value == AS_SAID else {"value": value}
        answer = self.settle(waiting, "release", correction)
        expected = self.model.release(waiting, value)
        assert (
            counts(answer.json()["receipt"]) if answer.status_code == 201 else answer.status_code
        ) == expected

    def dismiss(self, waiting: Waiting) -> None:
        answer = self.settle(waiting, "dismiss", {"reason": "误填"})
        assert answer.status_code == self.model.dismiss(waiting)

    def settle(self, waiting: Waiting, how: str, body: dict[str, Any]) -> Any:
        rows = self.kept(self.submissions[waiting.body])
        row = rows[waiting.at]["id"]
        headers = self.service.headers("jia")
        return self.service.client.post(f"/v1/quarantine/{row}/{how}", json=body, headers=headers)

    def kept(self, submission: str) -> dict[int, dict[str, Any]]:
        """Rows of a submission that are or were in quarantine, by where they stood."""
        found = self.service.get("/v1/quarantine", holder="jia", submission=submission, state="all")["items"]
        rows = {int(row["where"].removeprefix("readings[").removesuffix("]")): row for row in found}
        assert len(rows) == len(found)
        return rows

    def compare(self) -> None:
        held = {
            (body, at): row["state"]
            for body, submission in enumerate(self.submissions)
            for at, row in self.kept(submission).items()
        }
        assert held == {(waiting.body, waiting.at): waiting.state for waiting in self.model.broken}
        assert found(self.service, self.days) == {
            (INDICATORS[i], self.days[day]): history for (i, day), history in self.model.values.items()
        }


def found(service: Running, days: list[str]) -> dict[tuple[str, str], list[Value]]:
    """Every value 甲街道's readings of these days have had, the newest last."""
    sql = """
        SELECT i.code, day::text, array_agg(value ORDER BY revision)
        FROM (SELECT series_id, day, value, revision FROM biaochi.reading
              UNION ALL SELECT series_id, day, value, revision FROM biaochi.reading_revision) r
        JOIN biaochi.series USING (series_id) JOIN biaochi.node USING (node_id)
        JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)
        WHERE g.code = %s AND day = ANY (%s::date[])
        GROUP BY 1, 2"""
    with service.service.pool.connection() as conn:
        return {(code, day): values for code, day, values in conn.execute(sql, (JIA, days)).fetchall()}
