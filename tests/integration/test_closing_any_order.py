"""Whatever the order in which figures come in: once all is known, what was lived is what replay makes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.cli.replays import Asked, replayed
from service.clock import beijing
from service.evaluate.replay import Episode
from service.store.pool import connection
from tests.testkit.lives import Life, begin, counted, small_catalog
from tests.testkit.service import copy_of
from tests.testkit.worlds import NEXT_TOWN, TOWN

FIRST = date(2018, 3, 5)  # a Monday
DAYS = [FIRST + timedelta(days=i) for i in range(11)]  # to a Thursday, so that its Friday closes no day more
LAST = DAYS[-1]
RULES = """\
groups:
  - name: all
    rules:
      - alert: high
        check: {type: threshold, of: value, indicators: [cases], region_level: subdistrict, levels: {yellow: 3, red: 6}}
        annotations: {title: 发生数偏高}
      - alert: slow
        check: {type: threshold, of: value, indicators: [cases], region_level: subdistrict, levels: {orange: 3}}
        for: 2d
        keep_firing_for: 1d
        annotations: {title: 发生数持续偏高}
      - alert: missing
        check: {type: missing, indicators: [cases], levels: {notice: 1, yellow: 3}}
        annotations: {title: 逾期未报}
"""
CATALOG = small_catalog(FIRST, counted("cases"), counted("ignored"))
Report = tuple[int, str, float | None, int]  # day, town, value, days it comes late
Alert = tuple[
    str, str, int, date, date, date | None, bool
]  # key, state, level, since, fired, resolved, overturned
reports = st.lists(
    st.tuples(
        st.integers(0, len(DAYS) - 1),
        st.sampled_from([TOWN, NEXT_TOWN]),
        st.sampled_from([0.0, 0.0, 4.0, 7.0, None]),
        st.sampled_from([0, 0, 0, 1, 2, 4, 9]),
    ),
    min_size=8,
    max_size=40,
)


@given(reports)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # an example is a life of its own: shrinking takes too long
)
def test_lived_in_any_order_of_lateness_alerts_come_to_what_replay_makes_of_them(
    server: str, template: str, reported: list[Report]
) -> None:
    with world(server, template) as life:
        live(life, reported)
        with connection(life.service.pool) as conn:
            episodes = replayed(conn, Asked(FIRST, LAST, None, None, ())).episodes
        lived = alerts(life)
        assert firing(lived) == {
            e.key.text: (int(e.path[-1][1]), e.since) for e in episodes if e.resolved is None
        }
        for episode in episodes:
            assert any(overlap(alert, episode) for alert in lived if not alert[-1]), episode
        for alert in lived:
            if not alert[-1] and not alert[0].startswith("missing|"):  # what was overdue stays so
                assert any(overlap(alert, episode) for episode in episodes), alert
        judge_again(life)
        assert alerts(life) == lived


@contextmanager
def world(server: str, template: str) -> Iterator[Life]:
    """A small world at the beginning of its days, in a database of its own."""
    with copy_of(server, template) as dsn, tempfile.TemporaryDirectory() as folder:
        life = begin(dsn, Path(folder), RULES, CATALOG, {}, FIRST)
        try:
            yield life
        finally:
            life.service.close()


def live(life: Life, reported: Sequence[Report]) -> None:
    """Every morning's figures, on time or late, and the cut-offs; at last what has not come in by then."""
    for day in DAYS:
        life.clock.set(beijing(day + timedelta(days=1), 8))
        come_in(life, [r for r in reported if DAYS[r[0]] + timedelta(days=r[3]) == day])
        life.close()
    life.clock.set(life.service.closing.closes_at(LAST))
    life.close()
    come_in(life, [r for r in reported if DAYS[r[0]] + timedelta(days=r[3]) > LAST])
    life.service.closing.evaluate(LAST)


def come_in(life: Life, reported: Sequence[Report]) -> None:
    for day, town, value, _ in reported:  # one by one: what is said twice is a correction
        life.report([("cases", town, DAYS[day], value)])


def judge_again(life: Life) -> None:
    """Every day once more, with nothing else known of what is judged."""
    life.report([("ignored", TOWN, FIRST, 1.0)])
    assert life.service.closing.evaluate(LAST).again == tuple(DAYS)


def alerts(life: Life) -> list[Alert]:
    """Every alert, and how many events there are of it."""
    with connection(life.service.pool) as conn:
        return conn.execute(
            "SELECT key, (SELECT count(*) FROM biaochi.alert_event e WHERE e.alert_id = a.alert_id)::text || state,"
            " level::integer, since, fired, resolved, overturned IS NOT NULL FROM biaochi.alert a ORDER BY alert_id"
        ).fetchall()


def firing(lived: Sequence[Alert]) -> dict[str, tuple[int, date]]:
    return {key: (level, since) for key, state, level, since, *_ in lived if state.endswith("firing")}


def overlap(alert: Alert, episode: Episode) -> bool:
    """Whether both fired on some day; an alert lived at least the day on which it fired."""
    key, _, _, _, fired, resolved, _ = alert
    last = max(fired, resolved - timedelta(days=1)) if resolved else date.max
    ended = episode.resolved or date.max
    return key == episode.key.text and fired < ended and episode.fired <= last
