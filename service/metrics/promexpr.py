"""Checks as PromQL over the gauges biaochi exposes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from service.clock import BEIJING
from service.domain.catalog import Catalog, Indicator, Kind, Level, NodeKey
from service.domain.rules import (
    Active,
    Bounds,
    Lamps,
    NewGrowth,
    Pace,
    Projection,
    Rule,
    Select,
    Threshold,
)

KEY = "(indicator, region, scope)"
# The day the gauges are of, as its 00:00 in Beijing; eight hours later month() and day_of_month() read it right.
_DAY = "max(biaochi_data_day_timestamp_seconds + biaochi_report_lag_seconds)"
_LOCAL = f"{_DAY} + 28800"
_FIGURES = {
    "period_to_date": "biaochi_period_to_date",
    "value": "biaochi_reading",
    "completion": "biaochi_completion_ratio",
    "expected": "biaochi_expected_completion_ratio",
    "lag": "biaochi_lag_ratio",
    "year_on_year": "biaochi_year_on_year_ratio",
}
_GLOB = re.compile(r"[*?\[]")
# A set, in which a first ] stands for itself, or any single character.
_GLOB_PARTS = re.compile(r"\[!?\][^\]]*\]|\[![^\]]+\]|\[[^!\]][^\]]*\]|.", re.S)


def over_gauges(rule: Rule, level: Level, catalog: Catalog, firing: str) -> str | None:
    """Where a level is reached, judged as biaochi judges; None where the figure is not among the gauges.

    firing  selects the alert itself, which keeps its level until the figure has come back past `clear`
    """
    where, check = matchers(rule.select, catalog), rule.check
    match check:
        case Pace():
            condition = _pace(check, rule, level, catalog, firing)
            rest = [f"and on {KEY} biaochi_expected_completion_ratio >= {_number(check.from_expected)}"]
        case Projection():
            condition = _reached(_share_projected(where), check.bounds, level, firing)
            rest = list(_projection_limits(check, rule.select, catalog))
        case Threshold():
            condition = _reached(_figure(check, where), check.bounds, level, firing)
            rest = []
        case NewGrowth():
            figure = _gauge("biaochi_period_to_date", where)
            condition = _reached(_less(figure, check.allowance), check.bounds, level, firing)
            rest = [
                f"and on {KEY} biaochi_period_to_date > {_number(check.allowance)}",
                'and on (indicator) biaochi_indicator_info{kind="incidence"}',
            ]
        case _:
            return None
    return "\n".join([condition, *rest, *_level(rule.select), *_judged(_chosen(rule.select, catalog))])


def activity(active: Active) -> Iterator[str]:
    """Conditions on the day the gauges are of."""
    if (active.first, active.last) != (Active().first, Active().last):
        first, last = (month * 100 + day for month, day in (active.first, active.last))
        when = f"(month({_LOCAL}) * 100 + day_of_month({_LOCAL}))"
        if first <= last:
            yield f"and on () ({when} >= {first} <= {last})"
        else:
            yield f"and on () ({when} >= {first} or {when} <= {last})"
    if active.months:
        months = " or ".join(f"month({_LOCAL}) == {month}" for month in active.months)
        yield f"and on () ({months})"


def matchers(select: Select, catalog: Catalog) -> tuple[str, ...]:
    """The selection as matchers of labels."""
    parts = (
        *_matching("indicator", select.indicators),
        *_matching("region", select.regions),
        *_matching("scope", select.scopes),
    )
    return (*parts, *_listed(select, catalog))


def _listed(select: Select, catalog: Catalog) -> Iterator[str]:
    """What no label says of a node (task, groups, regions above it) as the codes it comes to."""
    taken = [node for node in catalog.nodes if select.takes(node, catalog)]
    if select.tasks != Select().tasks:
        yield _codes("indicator", sorted({node.indicator for node in taken}))
    if select.groups or select.parents:
        yield _codes("region", sorted({node.region for node in taken}))
    if select.level == "root":
        yield f"region={quoted(catalog.root)}"


def quoted(text: str) -> str:
    """A string as PromQL and YAML both read it."""
    return json.dumps(text, ensure_ascii=False)


def _matching(label: str, globs: Sequence[str]) -> tuple[str, ...]:
    if "*" in globs:
        return ()
    if len(globs) == 1 and not _GLOB.search(globs[0]):
        return (f"{label}={quoted(globs[0])}",)
    return (f"{label}=~{quoted('|'.join(regex(glob) for glob in globs))}",)


def regex(glob: str) -> str:
    """A glob as RE2; Prometheus anchors it."""
    return "".join(_regex_part(part) for part in _GLOB_PARTS.findall(glob))


def _regex_part(part: str) -> str:
    if part in ("*", "?"):
        return ".*" if part == "*" else "."
    if len(part) == 1:
        return re.escape(part)
    inside = part[1:-1].replace("\\", "\\\\").replace("]", "\\]").replace("[", "\\[")
    return f"[^{inside[1:]}]" if inside.startswith("!") else "[" + re.sub(r"^\^", r"\\^", inside) + "]"


def _gauge(name: str, where: Sequence[str]) -> str:
    """One sample per node, whichever replica was scraped."""
    chosen = f"{{{', '.join(where)}}}" if where else ""
    return f"max by {KEY} ({name}{chosen})"


def _reached(value: str, bounds: Bounds, level: Level, firing: str) -> str:
    """The bound is reached, or was and has not been cleared; as biaochi, with one rounding error of slack."""
    bound = dict(bounds.each)[level]
    slack = 1e-12 * max(1.0, abs(bound))

    def compared(margin: float) -> str:
        edge = bound + margin if bounds.below else bound - margin
        return (
            f"{value} <= {_number(edge)} + {slack:g}"
            if bounds.below
            else f"{value} >= {_number(edge)} - {slack:g}"
        )

    if not bounds.clear:
        return f"({compared(0.0)})"
    return f"({compared(0.0)}\n  or {compared(bounds.clear)} and on {KEY} {firing})"


def _less(figure: str, allowance: float) -> str:
    return f"{figure} - {_number(allowance)}" if allowance else figure


def _figure(check: Threshold, where: Sequence[str]) -> str:
    figure = _gauge(_FIGURES[check.of], where)
    return f"{figure} / {_gauge('biaochi_target', where)}" if check.per_target else figure


# Pace


def _pace(check: Pace, rule: Rule, level: Level, catalog: Catalog, firing: str) -> str:
    """Points behind the plan; by the lamp table, those of each indicator on the day."""
    where = matchers(rule.select, catalog)
    if check.lamps is None or len(check.lamps.tables) == 1:
        return _reached(_points(where), check.bounds, level, firing)
    parts = [
        _reached(_points((*where, _codes("indicator", codes))), bounds, reached, firing)
        + _within(first, last)
        for bounds, codes, first, last in _lit(check.lamps, _chosen(rule.select, catalog))
        # A lamp that a table leaves out has been reached with the next worse one.
        if (reached := next((one for one, _ in bounds.each if one >= level), None))
    ]
    # A level that none of the tables in use lights is never reached.
    return "(" + "\nor ".join(parts) + ")" if parts else f"({_points(where)} > Inf)"


def _points(where: Sequence[str]) -> str:
    return f"{_gauge('biaochi_lag_ratio', where)} * 100"


def _codes(label: str, codes: Sequence[str]) -> str:
    """A matcher that takes these codes; none takes nothing, for a label that is never empty."""
    return f"{label}=~{quoted('|'.join(re.escape(code) for code in codes))}"


def _lit(lamps: Lamps, indicators: Sequence[Indicator]) -> Iterator[tuple[Bounds, list[str], date, date]]:
    """Bounds, the indicators they hold for, and the as-of days: first and last of each span without a change."""
    one = timedelta(days=1)
    edges = {date.min, *(table.first for table in lamps.tables)}
    edges |= {table.last + one for table in lamps.tables if table.last < date.max}
    begins = sorted(edges)
    ends = [*(begin - one for begin in begins[1:]), date.max]
    for first, last in zip(begins, ends, strict=True):
        by_table: dict[int, list[str]] = defaultdict(list)
        for indicator in indicators:
            by_table[lamps.place(indicator.code, indicator.task, first)].append(indicator.code)
        for table, codes in sorted(by_table.items()):
            yield lamps.tables[table].bounds, codes, first, last


def _within(first: date, last: date) -> str:
    """…and the day the gauges are of lies between two days; days without end need no bound."""
    bounds = [f" >= {_midnight(first)}"] if first > date.min else []
    bounds += [f" <= {_midnight(last)}"] if last < date.max else []
    return f"\nand on () ({_DAY}{''.join(bounds)})" if bounds else ""


def _midnight(day: date) -> str:
    return _number(datetime(day.year, day.month, day.day, tzinfo=BEIJING).timestamp())


# Projection


def _share_projected(where: Sequence[str]) -> str:
    projected = _gauge("biaochi_projected_period_end", (*where, 'estimate="p50"'))
    return f"{projected} / {_gauge('biaochi_target', where)}"


def _projection_limits(check: Projection, select: Select, catalog: Catalog) -> Iterator[str]:
    """Only targets of flows that are to be reached and are not yet, once enough is due."""
    yield 'and on (indicator) biaochi_indicator_info{kind="flow"}'
    yield f"unless on {KEY} biaochi_expected_completion_ratio < {_number(check.from_expected)}"
    yield f"unless on {KEY} (max by {KEY} (biaochi_period_to_date) >= max by {KEY} (biaochi_target))"
    for node in sorted(_ceilings(select, catalog), key=lambda n: (n.indicator, n.region, n.scope)):
        named = {"indicator": node.indicator, "region": node.region, "scope": node.scope}
        chosen = ", ".join(f"{label}={quoted(value)}" for label, value in named.items())
        yield f"unless on {KEY} biaochi_target{{{chosen}}}"


def _ceilings(select: Select, catalog: Catalog) -> set[NodeKey]:
    """Flows that must stay below their target."""
    nodes = (
        NodeKey(target.indicator, target.region, target.scope)
        for target in catalog.targets
        if target.comparator in ("<", "<=") and catalog.indicator[target.indicator].kind is Kind.FLOW
    )
    return {node for node in nodes if select.takes(node, catalog)}


# What is not judged


def _level(select: Select) -> Iterator[str]:
    if select.level not in ("", "root"):
        yield f"and on (region) biaochi_region_info{{level={quoted(select.level)}}}"


def _judged(indicators: Iterable[Indicator]) -> Iterator[str]:
    """Neither stale figures nor incomplete roll-ups, whose limits go by indicator: those with the same together.

    How old a figure may be depends on how often it is reported, which no gauge says.
    """
    covered: dict[float, list[str]] = defaultdict(list)
    for indicator in indicators:
        covered[indicator.min_coverage].append(indicator.code)
    yield f"unless on {KEY} biaochi_stale == 1"
    for limit, codes in sorted(covered.items()):
        chosen = f"{{{_codes('indicator', codes)}}}" if len(covered) > 1 else ""
        yield f"unless on {KEY} biaochi_coverage_ratio{chosen} < {_number(limit)}"


def _chosen(select: Select, catalog: Catalog) -> list[Indicator]:
    """Indicators of which the selection takes any node."""
    codes = {node.indicator for node in catalog.nodes if select.takes(node, catalog)}
    return [indicator for indicator in catalog.indicators if indicator.code in codes]


def _number(value: float) -> str:
    return f"{value:.15g}"
