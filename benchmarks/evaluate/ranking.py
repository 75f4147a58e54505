"""Who is ahead: from the progress an evaluation wrote, and from the readings themselves."""

from __future__ import annotations

from statistics import median

import psycopg

from benchmarks.core import Figure, median_ratio, note, stopwatch
from benchmarks.evaluate.sizes import LAST, Sizes
from service.store.pool import Connection

INDICATOR = "residential_parking_added"
_FROM_STATE = """
    SELECT g.code, p.period_to_date
    FROM biaochi.progress p JOIN biaochi.node n USING (node_id)
    JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)
    WHERE p.as_of = %(last)s AND i.code = %(indicator)s AND g.level = 'subdistrict'
    ORDER BY p.period_to_date DESC NULLS LAST, g.code
"""
_FROM_READINGS = """
    SELECT g.code, sum(r.value) AS period_to_date
    FROM biaochi.reading r JOIN biaochi.series s USING (series_id) JOIN biaochi.node n USING (node_id)
    JOIN biaochi.indicator i USING (indicator_id) JOIN biaochi.region g USING (region_id)
    WHERE r.day BETWEEN %(first)s AND %(last)s AND i.code = %(indicator)s AND g.level = 'subdistrict'
    GROUP BY g.code ORDER BY 2 DESC NULLS LAST, 1
"""
_ASKED = {"first": LAST.replace(month=1, day=1), "last": LAST, "indicator": INDICATOR}


def ranking(dsn: str, sizes: Sizes) -> list[Figure]:
    """All sub-districts by one indicator's year so far, asked for both ways in turn."""
    note("ranking: from state and from readings")
    state: list[float] = []
    readings: list[float] = []
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("ANALYZE biaochi.progress")
        assert dict(_ranked(conn, _FROM_STATE, [])) == dict(_ranked(conn, _FROM_READINGS, []))
        for _ in range(sizes.rankings):
            _ranked(conn, _FROM_STATE, state)
            _ranked(conn, _FROM_READINGS, readings)
    return [
        Figure("ranking from state", 1000 * median(state), "ms"),
        Figure("ranking by GROUP BY over readings", 1000 * median(readings), "ms"),
        Figure("GROUP BY ÷ ranking from state", median_ratio(readings, state), "ratio", 10, 20, larger=True),
    ]


def _ranked(conn: Connection, query: str, into: list[float]) -> list[tuple[str, float]]:
    with stopwatch(into):
        rows: list[tuple[str, float]] = conn.execute(query, _ASKED).fetchall()
    return rows
