"""Prometheus alerting rules that say what biaochi's own say, over the gauges it exposes.

A check whose figure is exposed becomes an expression over the gauges. Any other, and any that counts
working days, becomes an alert on biaochi's own verdict, `biaochi_alert_active`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.catalog import Catalog, Level
from service.domain.rules import LEVELS, Pace, Rule, RuleSet, Span
from service.errors import Fault, Faulty
from service.metrics.promexpr import activity, over_gauges, quoted
from service.words.labels import Labels, labels

_HEAD = """\
# Made by `biaochi rules export`. Alertmanager may inhibit the milder severities of a rule by the worse.
# "over gauges": an expression of its own. Days of `for` pass by the wall clock, biaochi's by the days it judges:
#   after a weekend it judges several at once. A figure that cannot be judged, or a day on which a rule does not
#   judge, ends these alerts; biaochi keeps its own as they are.
# "relayed": Prometheus passes on what biaochi found, with its clocks.
"""
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_OURS = ("alertname", "severity", "rule", "indicator", "region", "scope", "feed")


@dataclass(frozen=True, slots=True)
class _Alert:
    """One alert of a file; `note` says what its expression is."""

    rule: Rule
    level: Level
    expr: str
    relayed: bool
    note: str


def prometheus_rules(rules: RuleSet, catalog: Catalog) -> str:
    """A rule file for Prometheus; raises `Faulty` for labels Prometheus could not take."""
    if faults := [fault for rule in rules.rules for fault in _label_faults(rule)]:
        raise Faulty("not_exportable", faults)
    lines = [_HEAD + "groups:", "  - name: biaochi", "    rules:"]
    words = labels()
    for rule in rules.rules:
        for alert in _alerts(rule, catalog):
            lines += _lines(alert, words)
    return "\n".join(lines) + "\n"


def alert_name(rule: Rule) -> str:
    """pace_behind is BiaochiPaceBehind."""
    return "Biaochi" + "".join(part.capitalize() for part in rule.name.split("_"))


def _label_faults(rule: Rule) -> Iterator[Fault]:
    for name in rule.labels:
        if not _LABEL.fullmatch(name) or name in _OURS:
            zh = f"Prometheus 不能用标签“{name}”：须为字母、数字、下划线，且不为 {'、'.join(_OURS)}。"
            en = f"Prometheus cannot take the label {name!r}: letters, digits, underscores, none of {', '.join(_OURS)}."
            yield Fault("not_exportable", rule.name, name, zh, en)


def _alerts(rule: Rule, catalog: Catalog) -> Iterator[_Alert]:
    """One alert per level, mildest first; a worse level has reached the milder ones too."""
    reason = _working_days(rule)
    for level in _levels(rule):
        own = None if reason else over_gauges(rule, level, catalog, _firing(rule, level))
        if own is None:
            yield _Alert(rule, level, _verdict(rule, level), True, reason or "what it judges is no gauge")
        else:
            yield _Alert(rule, level, "\n".join([own, *activity(rule.active)]), False, "")


def _working_days(rule: Rule) -> str:
    """Why Prometheus cannot keep the rule's time."""
    if rule.active.workdays or rule.hold_for.working or rule.keep_firing_for.working:
        return "Prometheus does not know working days"
    return ""


def _levels(rule: Rule) -> list[Level]:
    """Levels the rule has in any of its tables."""
    tables = rule.check.tables if isinstance(rule.check, Pace) else (rule.check.bounds,)
    known = {level for bounds in tables for level, _ in bounds.each}
    return [level for level in LEVELS if level in known]


def _firing(rule: Rule, level: Level) -> str:
    """The alert itself, as Prometheus remembers it: what lets a level fall only past `clear`."""
    where = {"alertname": alert_name(rule), "rule": rule.name, "severity": level.code, "alertstate": "firing"}
    return "ALERTS{" + ", ".join(f"{name}={quoted(value)}" for name, value in where.items()) + "}"


def _verdict(rule: Rule, level: Level) -> str:
    worse = "|".join(one.code for one in _levels(rule) if one >= level)
    chosen = f'biaochi_alert_active{{rule={quoted(rule.name)}, state="firing", level=~"{worse}"}}'
    return f"max by (indicator, region, scope, feed) ({chosen})"


def _lines(alert: _Alert, words: Labels) -> list[str]:
    rule = alert.rule
    told = f"relayed: {alert.note}" if alert.relayed else "over gauges"
    waits = (
        []
        if alert.relayed
        else [*_wait("for", rule.hold_for), *_wait("keep_firing_for", rule.keep_firing_for)]
    )
    own = {name: _literal(value) for name, value in rule.labels.items()}
    named = {**own, "severity": alert.level.code, "rule": rule.name}
    return [
        f"      # {rule.name} ({rule.check_type}), {told}",
        f"      - alert: {alert_name(rule)}",
        "        expr: |-",
        *(f"          {line}" for line in alert.expr.splitlines()),
        *waits,
        "        labels:",
        *(f"          {name}: {_scalar(value)}" for name, value in named.items()),
        "        annotations:",
        *(f"          {name}: {_scalar(text)}" for name, text in _annotations(alert, words).items()),
    ]


def _wait(key: str, span: Span) -> list[str]:
    return [f"        {key}: {span.days}d"] if span.days else []


def _literal(text: str) -> str:
    """Text that Prometheus does not take for a template."""
    return text.replace("{{", '{{ "{{" }}')


def _scalar(text: str) -> str:
    """A YAML scalar of one line that needs no escapes to be read."""
    return "'" + " ".join(text.split("\n")).replace("'", "''") + "'"


def _annotations(alert: _Alert, words: Labels) -> dict[str, str]:
    rule = alert.rule
    title = _literal(rule.title or words.title(rule.check_type))
    what = _name("region", "biaochi_region_info") + _name("indicator", "biaochi_indicator_info") + _FEED
    summary = words.say("head.line", lamp=words.lamp(alert.level), title=title, what=what)
    found = {"title": title, "summary": summary}
    return {**found, "runbook_url": _literal(rule.runbook)} if rule.runbook else found


# An alert on a feed has neither region nor indicator.
_FEED = "{{ $labels.feed }}"


def _name(label: str, info: str) -> str:
    """The name of what a label's code stands for; the code where nothing names it."""
    code = f"$labels.{label}"
    named = f'{{{{ with query (printf "{info}{{{label}=%q}}" {code}) }}}}{{{{ . | first | label "name" }}}}'
    return f"{named}{{{{ else }}}}{{{{ {code} }}}}{{{{ end }}}}"
