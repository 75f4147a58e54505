"""What tables and trends ask: SQL of schema `report`.

A table shows the last evaluated day that is not after the end of Grafana's time range: the newest one
on any day, and history when somebody looks back.
"""

from __future__ import annotations

from service.dashboards import labels as say
from service.dashboards.labels import LAMPS
from service.domain.catalog import Level
from service.words.numbers import SQUARE_METRES, TEN_THOUSAND, TEN_THOUSAND_SQUARE_METRES

ALMOST = 0.9994  # 100.0 % is only said when it is reached

ZONE = "'Asia/Shanghai'"
LIT = tuple(level for level in LAMPS if level is not Level.NONE)  # worst first

FROM_DAY = f"($__timeFrom()::timestamptz AT TIME ZONE {ZONE})::date"
TO_DAY = f"($__timeTo()::timestamptz AT TIME ZONE {ZONE})::date"
AS_OF = f"(SELECT max(as_of) FROM report.evaluations WHERE as_of <= {TO_DAY})"
ROOT = "(SELECT root FROM report.installation)"
_MEAN = f"""(SELECT min(indicator) FROM report.progress
                 WHERE as_of = {AS_OF} AND region = {ROOT} AND kind = 'mean' AND target IS NOT NULL)"""


# Variables


def root_region() -> str:
    """The region the overview is about."""
    return "SELECT root FROM report.installation"


def targeted_indicators() -> str:
    """Indicators with a target that is summed up, worst first."""
    return f"""\
SELECT indicator AS __value, min(indicator_name) AS __text FROM report.progress
WHERE as_of = {AS_OF} AND region = {ROOT} AND completion IS NOT NULL
GROUP BY indicator ORDER BY max(lag) DESC"""


def days_back() -> str:
    """How far the trends have to be shifted so that their range ends at the newest evaluated day.

    0d as soon as the range holds an evaluated day, so a range somebody chose is shown as it is.
    """
    return f"""\
SELECT coalesce(CASE WHEN bool_or(as_of BETWEEN {FROM_DAY} AND {TO_DAY}) THEN 0
       ELSE greatest({TO_DAY} - max(as_of), 0) END, 0)::text || 'd' FROM report.evaluations"""


# Tables and texts


def standing() -> str:
    """Whose overview, how the data are marked, as of when."""
    return f"""\
SELECT concat_ws('{say.BETWEEN}', root_name || '{say.OVERVIEW}', nullif(banner, ''),
                 CASE WHEN shadow THEN '{say.SHADOW}' END,
                 '{say.AS_OF}' || to_char({AS_OF}, '{say.DATE_LONG}')) AS standing
FROM report.installation"""


def reported() -> str:
    """Regions that report, how many are complete for the day, how many are not."""
    return f"""\
SELECT count(*) AS "{say.REPORTED_DUE}", count(*) FILTER (WHERE complete) AS "{say.REPORTED_IN}",
       count(*) FILTER (WHERE NOT complete) AS "{say.REPORTED_MISSING}"
FROM (SELECT region, bool_and(data_day IS NOT DISTINCT FROM as_of) AS complete FROM report.progress
      WHERE as_of = {AS_OF} AND region_level = 'subdistrict' GROUP BY region) AS reporting"""


def progress_table() -> str:
    """All indicators of the root region, worst first."""
    return f"""\
SELECT {_lamp("lit.level", otherwise=say.NOTHING)} AS "{say.LAMP}",
       p.indicator_name || CASE WHEN p.scope = '' THEN '' ELSE '（' || p.scope || '）' END AS "{say.INDICATOR}",
       {_quantity("p.period_to_date")} AS "{say.TO_DATE}",
       coalesce({_quantity("p.target")}, '{say.NO_TASK}') AS "{say.YEAR_TASK}",
       CASE WHEN p.completion < 1 THEN least(p.completion, {ALMOST}) ELSE p.completion END AS "{say.COMPLETION}",
       p.expected AS "{say.EXPECTED}", p.lag * 100 AS "{say.LAG}", p.year_on_year AS "{say.YEAR_ON_YEAR}",
       {_quantity("p.projected")} AS "{say.PROJECTED}",
       to_char(p.data_day, '{say.DATE_SHORT}') || CASE WHEN p.stale THEN '{say.OUTDATED}' ELSE '' END
           AS "{say.DATA_DAY}"
FROM report.progress p {_lit_for("p")}
WHERE p.as_of = {AS_OF} AND p.region = {ROOT}
ORDER BY lit.level DESC NULLS LAST, p.lag DESC NULLS LAST, p.target IS NULL, p.indicator_name"""


def alert_table() -> str:
    """What fires, worst first, then the longest; the subject without what the lamp says already."""
    return f"""\
SELECT a.lamp AS "{say.LAMP}", regexp_replace(a.subject, '^(【[^】]*】)+', '') AS "{say.MATTER}",
       to_char(a.since, '{say.DATE_SHORT}') AS "{say.SINCE}"
FROM report.alerts a WHERE {_firing(AS_OF)}
ORDER BY a.level DESC, a.since, a.alert_id"""


def _firing(day: str) -> str:
    """Alerts that burn on a day; what is in shadow lights no lamp."""
    return f"NOT a.shadow AND a.fired <= {day} AND (a.resolved IS NULL OR a.resolved > {day})"


def _lit_for(row: str) -> str:
    """`lit.level`: the worst lamp that burns for a row of progress on its day."""
    return f"""\
LEFT JOIN LATERAL (
    SELECT max(a.level) AS level FROM report.alerts a
    WHERE a.indicator = {row}.indicator AND a.region = {row}.region AND a.scope = {row}.scope
      AND {_firing(f"{row}.as_of")}
) AS lit ON true"""


def _lamp(level: str, otherwise: str) -> str:
    """The lamp's name; green where there is something to judge and nothing fires, else none."""
    words = " ".join(f"WHEN {int(lit)} THEN '{LAMPS[lit].word}'" for lit in LIT)
    green = (
        f"CASE WHEN p.completion IS NOT NULL OR p.met THEN '{LAMPS[Level.NONE].word}' ELSE '{otherwise}' END"
    )
    return f"CASE {level} {words} ELSE {green} END"


def _quantity(column: str) -> str:
    """A figure with its unit, as service.words.numbers writes it: 521.25万平方米, 1966个."""
    return f"""\
CASE WHEN p.unit = '{SQUARE_METRES}' AND abs({column}) >= {TEN_THOUSAND}
            THEN trim_scale(round(({column} / {TEN_THOUSAND})::numeric, 2))::text || '{TEN_THOUSAND_SQUARE_METRES}'
            ELSE trim_scale(round({column}::numeric, CASE p.kind WHEN 'mean' THEN 1 ELSE 0 END))::text || p.unit END"""


# Trends


def completion_trend() -> str:
    """Completion of every targeted indicator with its lamp of the last day, and the plans they are held to."""
    return f"""\
WITH newest AS (
    SELECT p.indicator, p.scope, {_lamp("lit.level", otherwise="")} AS lamp
    FROM report.progress p {_lit_for("p")} WHERE p.as_of = {AS_OF} AND p.region = {ROOT}
), shown AS (
    SELECT * FROM report.progress WHERE {_shown("as_of")} AND region = {ROOT} AND completion IS NOT NULL
)
SELECT time, metric, value FROM (
    SELECT {_midnight("as_of")} AS time, concat_ws('{say.BETWEEN}', indicator_name || scope, lamp) AS metric,
           completion AS value, 2 AS layer
    FROM shown LEFT JOIN newest USING (indicator, scope)
    UNION ALL
    SELECT {_midnight("as_of")},
           concat('{say.EXPECTED}', nullif(row_number() OVER (PARTITION BY as_of ORDER BY expected), 1)), expected, 1
    FROM (SELECT DISTINCT as_of, expected FROM shown WHERE data_day = as_of) AS plans
) AS lines ORDER BY time, layer"""


def mean_trend() -> str:
    """Daily figures of the indicator that is judged by its mean, the mean to date and its target."""
    return f"""\
SELECT time, metric, value FROM (
    SELECT {_midnight("r.day")} AS time, '{say.DAILY}' AS metric, r.value, 1 AS layer
    FROM report.readings_daily r
    WHERE {_shown("r.day")} AND r.region = {ROOT} AND r.indicator = {_MEAN}
    UNION ALL
    SELECT {_midnight("p.as_of")}, line.metric, line.value, line.layer
    FROM report.progress p, LATERAL (
        VALUES ('{say.MEAN_TO_DATE}', p.period_to_date, 2), ('{say.TARGET}', p.target, 3)
    ) AS line (metric, value, layer)
    WHERE {_shown("p.as_of")} AND p.region = {ROOT} AND p.indicator = {_MEAN}
) AS lines ORDER BY time, layer"""


def _midnight(day: str) -> str:
    return f"{day}::timestamp AT TIME ZONE {ZONE}"


def _shown(day: str) -> str:
    """Compared as days, so that only the chunks of the range are touched."""
    return f"{day} BETWEEN {FROM_DAY} AND {TO_DAY}"
