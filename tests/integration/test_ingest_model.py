"""What is stored after any sequence of bodies is what a plain dictionary would hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.testkit.service import JIA, Running, assert_adds_up, counts, encoded, reading

INDICATORS = ("illegal_construction_demolished", "residential_parking_added")
Value = float | str | None
Row = tuple[int, int, Value]  # indicator, day, value
GOOD: tuple[Value, ...] = (None, 0, 1, 25)
BAD: tuple[Value, ...] = ("x", -1)


@dataclass
class Model:
    """A feed's readings by (indicator, day): every value it has had, the newest last."""

    values: dict[tuple[int, int], list[Value]] = field(default_factory=dict)
    accepted: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)

    def submit(self, rows: Sequence[Row]) -> tuple[int, int, int, int]:
        """accepted, unchanged, revised, rejected."""
        known = json.dumps(rows)
        if known in self.accepted:
            return self.accepted[known]
        wanted: dict[tuple[int, int], Value] = {}
        for indicator, day, value in rows:
            if value in BAD or wanted.setdefault((indicator, day), value) != value:
                return 0, 0, 0, len(rows)
        if not rows:
            return 0, 0, 0, 0
        new = revised = 0
        for key, value in wanted.items():
            history = self.values.setdefault(key, [])
            new += not history
            if not history or history[-1] != value:
                revised += bool(history)
                history.append(value)
        self.accepted[known] = new, len(rows) - new - revised, revised, 0
        return self.accepted[known]


bodies = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.sampled_from(GOOD + GOOD + BAD)), max_size=5
)


@given(sequence=st.lists(bodies, min_size=1, max_size=8), repeated=st.lists(st.integers(0, 7), max_size=4))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_bodies_leaves_what_the_model_holds(
    shared: Running, own_days: Callable[[int], list[str]], sequence: list[list[Row]], repeated: list[int]
) -> None:
    days, model = own_days(3), Model()
    for rows in [*sequence, *(sequence[at % len(sequence)] for at in repeated)]:
        body = encoded(*(reading(days[day], value, INDICATORS[i]) for i, day, value in rows))
        answer = shared.send(body).json()
        receipt = answer.get("receipt") or answer
        assert_adds_up(receipt)
        assert counts(receipt) == model.submit(rows)
    assert found(shared, days) == {
        (INDICATORS[i], days[day]): history for (i, day), history in model.values.items()
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
