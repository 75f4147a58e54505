"""Exported rules in a real promtool: accepted, and firing on the gauges whenever biaochi's own alerts do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from service.catalog.publish import check_folders
from service.clock import BEIJING
from service.domain.catalog import Kind, Level, NodeKey
from service.domain.fold import Day
from service.domain.frame import Frame
from service.domain.pending import pending
from service.domain.rules import (
    Active,
    Bounds,
    Lamps,
    LampTable,
    NewGrowth,
    Pace,
    Projection,
    Rule,
    RuleSet,
    Select,
    Span,
    Stall,
    Threshold,
)
from service.errors import Faulty
from service.evaluate.rulefiles.rulefile import read_rules
from service.metrics.domain import families
from service.metrics.promrules import alert_name, prometheus_rules
from service.shipped import shipped, shipped_catalog
from service.store.alerts import AlertRow
from service.store.evaluations import ProgressRow
from tests.testkit.prometheus import check_rules, failing_rules
from tests.testkit.worlds import DISTRICT, TOWN, day, days, every, indicator, rule, target, town, world

FIRST, LAST = "2018-01-01", "2018-05-31"
WORLD = world(
    indicator("parking"),
    indicator("parks"),
    indicator("pm25_mean", Kind.MEAN),
    indicator("new_rentals", Kind.INCIDENCE),
    towns=2,
    targets=[
        target("parking", 365, region=TOWN),
        target("parking", 365, region=town(2)),
        target("parks", 365, region=TOWN),
        target("pm25_mean", 50, region=DISTRICT, comparator="<"),
    ],
)
NEXT = town(2)
# One town stops, starts again twice as fast, stops once more; the other hovers about the plan.
READINGS = {
    ("parking", TOWN): every(FIRST, "2018-02-10", 1)
    | every("2018-02-11", "2018-03-20", 0)
    | every("2018-03-21", "2018-04-20", 2)
    | every("2018-04-21", LAST, 0),
    ("parking", NEXT): {d: float(2 * (i // 14 % 2)) for i, d in enumerate(days(FIRST, LAST))},
    # Reports until March only: stale from the fifth silent day on.
    ("parks", TOWN): every(FIRST, "2018-02-10", 1) | every("2018-02-11", "2018-03-05", 0),
    ("parks", NEXT): every(FIRST, LAST, 1),
    ("pm25_mean", TOWN): every(FIRST, "2018-03-31", 60) | every("2018-04-01", LAST, 40),
    ("pm25_mean", NEXT): every(FIRST, "2018-03-31", 60) | every("2018-04-01", LAST, 40),
    ("new_rentals", TOWN): every(FIRST, LAST, 0) | {day("2018-02-01"): 2.0, day("2018-03-01"): 5.0},
    ("new_rentals", NEXT): every(FIRST, LAST, 0),
}
LAMPS = Lamps(
    (
        LampTable(Bounds(notice=2, clear=1), indicators=("park?",), first=day("2018-03-01")),
        LampTable(Bounds(notice=4, red=8, clear=1), first=day("2018-03-01"), last=day("2018-04-15")),
        LampTable(Bounds(notice=6, yellow=12, clear=1)),
    )
)


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return [WORLD.frame(at, READINGS) for at in days(FIRST, LAST)]


def progress_rows(frame: Frame) -> list[ProgressRow]:
    """A day's progress as it is read from the database."""
    p = frame.progress
    renamed = {"period_to_date": p.to_date}
    rows = []
    for at, node in enumerate(frame.layout.nodes):
        found: dict[str, Any] = {
            "indicator": node.indicator,
            "region": node.region,
            "scope": node.scope,
            "as_of": frame.as_of,
            "target_code": None,
            "data_day": p.data_day(at),
        }
        for field in fields(ProgressRow):
            if field.name not in found:
                value = renamed.get(field.name, getattr(p, field.name, None))
                figure = value[at] if value is not None else None
                unknown = isinstance(figure, float) and np.isnan(figure)
                found[field.name] = None if unknown else figure
        rows.append(ProgressRow(**found))
    return rows


def alert_rows(judged: Day) -> list[AlertRow]:
    """What fires, as it is read from the database."""
    return [
        AlertRow(
            alert_id="2018-0101-01",
            rule=outcome.key.rule,
            check_type="",
            **{name: getattr(outcome.key.node, name) for name in ("indicator", "region", "scope")},
            feed=None,
            period_start=None,
            labels={},
            state="firing",
            level=int(outcome.level),
            since=outcome.since,
            fired=outcome.since,
            resolved=None,
            overturned=None,
            reason="condition",
            figures={},
            subject="",
            message="",
            opened_at=datetime(2018, 1, 1, tzinfo=BEIJING),
            shadow=False,
        )
        for outcome in judged.outcomes
        if outcome.level
    ]


def input_series(frames: Sequence[Frame], judged: Sequence[Day]) -> list[dict[str, str]]:
    """Every gauge, a minute for a day; a gauge that is gone is stale at once, as when it is scraped."""
    samples: dict[str, dict[int, float]] = defaultdict(dict)
    for at, (frame, result) in enumerate(zip(frames, judged, strict=True)):
        for family in families(
            WORLD.catalog, progress_rows(frame), alert_rows(result), pending(result.clocks)
        ):
            for where, value in family.samples:
                samples[family.name + where][at] = value
    return [
        {"series": series, "values": " ".join(_value(known.get(at)) for at in range(len(frames)))}
        for series, known in samples.items()
    ]


def _value(value: float | None) -> str:
    return "stale" if value is None else f"{value:.17g}"


def expected(judged: Sequence[Day], chosen: Rule) -> list[dict[str, Any]]:
    """What fires day by day: a worse level has reached the milder ones too."""
    codes = sorted({level for _, level in _bounds(chosen)})
    checks = []
    for at, result in enumerate(judged):
        alerts = [
            {"exp_labels": _labels(chosen, level, outcome.key.node)}
            for outcome in result.outcomes
            for level in codes
            if outcome.key.rule == chosen.name and outcome.level >= level
        ]
        checks.append({"eval_time": f"{at}m", "alertname": alert_name(chosen), "exp_alerts": alerts})
    return checks


def _bounds(chosen: Rule) -> list[tuple[float, Level]]:
    tables = chosen.check.tables if isinstance(chosen.check, Pace) else (chosen.check.bounds,)
    return [(bound, level) for bounds in tables for level, bound in bounds.each]


def _labels(chosen: Rule, level: Level, node: NodeKey | None) -> dict[str, str]:
    assert node is not None
    named = {"severity": level.code, "rule": chosen.name, "indicator": node.indicator, "region": node.region}
    return {**named, **chosen.labels}


def write_test(folder: Path, frames: Sequence[Frame], judged: Sequence[Day], rules: Sequence[Rule]) -> Path:
    """A promtool test of the exported rules, their days told as minutes."""
    text = prometheus_rules(RuleSet(tuple(rules)), WORLD.catalog)
    exported = YAML().load(re.sub(r"((?:for|keep_firing_for): \d+)d", r"\1m", text))
    for group in exported["groups"]:
        for one in group["rules"]:
            del one["annotations"]
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": input_series(frames, judged),
                "alert_rule_test": [check for chosen in rules for check in expected(judged, chosen)],
            }
        ],
    }
    for name, content in (("rules.yml", exported), ("test.yml", test)):
        with (folder / name).open("w", encoding="utf-8") as file:
            YAML().dump(content, file)
    return folder / "test.yml"


PACE = Pace(Bounds(notice=2, yellow=5, orange=9, clear=1), from_expected=0.05)
THREE = Span(3)


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(
            rule(PACE, name="pace", indicators=("parking",), hold_for=THREE, keep_firing_for=THREE), id="pace"
        ),
        pytest.param(
            replace(
                rule(Pace(Bounds(notice=1, orange=2)), name="pace", labels={"team": "a"}),
                select=Select(("park*",), (NEXT,)),
            ),
            id="pace of one town",
        ),
        pytest.param(
            rule(Pace(LAMPS.tables[-1].bounds, lamps=LAMPS), name="lamps", indicators=("parking",)),
            id="pace by lamps with phases",
        ),
        pytest.param(
            rule(
                Projection(Bounds(notice=0.95, yellow=0.5, below=True, clear=0.02)),
                name="projection",
                indicators=("parking",),
                hold_for=THREE,
                keep_firing_for=THREE,
            ),
            id="projection",
        ),
        pytest.param(
            rule(
                Threshold(Bounds(notice=1.0, yellow=1.15), per_target=True),
                name="air",
                level="root",
                indicators=("pm25*",),
                active=Active((2, 10), (12, 31)),
            ),
            id="threshold in season",
        ),
        pytest.param(
            rule(
                Threshold(Bounds(red=0.1, below=True), of="completion"),
                name="low",
                active=Active(months=(1, 4)),
                indicators=("parking",),
                level="subdistrict",
            ),
            id="threshold below in some months",
        ),
        pytest.param(
            rule(NewGrowth(Bounds(yellow=0, red=5), allowance=1), name="growth", level="subdistrict"),
            id="new growth",
        ),
        pytest.param(rule(Stall(Bounds(notice=10, red=30)), name="stall"), id="relayed"),
        pytest.param(
            rule(PACE, name="pace", indicators=("parking",), hold_for=Span(3, working=True)),
            id="relayed for working days",
        ),
    ],
)
def test_it_fires_when_biaochi_does(tmp_path: Path, frames: list[Frame], chosen: Rule) -> None:
    judged = WORLD.fold(frames, chosen)
    levels = {level for result in judged for outcome in result.outcomes if (level := outcome.level)}
    # Outside their season biaochi's alerts go on as they are, which Prometheus cannot know.
    if chosen.active != Active():
        judged = [
            result if chosen.active.in_season(result.as_of) else replace(result, outcomes=())
            for result in judged
        ]
    assert levels == {level for _, level in _bounds(chosen)}, "every level fires on some day"
    assert failing_rules(write_test(tmp_path, frames, judged, [chosen])) == ""


def test_a_stale_figure_fires_nothing(tmp_path: Path, frames: list[Frame]) -> None:
    """biaochi keeps an alert whose figures stopped coming; the expression ends, and says so in the file's head."""
    chosen = rule(PACE, name="pace", indicators=("parks",))
    judged = WORLD.fold(frames, chosen)
    row = WORLD.row("parks", TOWN)
    spoken = [
        replace(result, outcomes=() if frame.unjudged[row] else result.outcomes)
        for frame, result in zip(frames, judged, strict=True)
    ]
    assert judged[-1].outcomes and not spoken[-1].outcomes and any(result.outcomes for result in spoken)
    assert failing_rules(write_test(tmp_path, frames, spoken, [chosen])) == ""


def test_a_message_has_names_in_place_of_codes(tmp_path: Path) -> None:
    chosen = rule(NewGrowth(Bounds(yellow=0)), name="growth")
    (tmp_path / "rules.yml").write_text(prometheus_rules(RuleSet((chosen,)), WORLD.catalog), "utf-8")
    where = {"indicator": "new_rentals", "region": TOWN}
    series = {
        f'biaochi_period_to_date{{indicator="new_rentals",region="{TOWN}",scope=""}}': "3",
        'biaochi_indicator_info{indicator="new_rentals",name="新增群租房",kind="incidence"}': "1",
        f'biaochi_region_info{{region="{TOWN}",name="甲街道"}}': "1",
    }
    alert = {
        "exp_labels": {**where, "severity": "yellow", "rule": "growth"},
        "exp_annotations": {"title": "growth", "summary": "【黄灯|growth】甲街道新增群租房"},
    }
    check = {"eval_time": "0m", "alertname": "BiaochiGrowth", "exp_alerts": [alert]}
    inputs = [{"series": name, "values": value} for name, value in series.items()]
    test = {"interval": "1m", "input_series": inputs, "alert_rule_test": [check]}
    with (tmp_path / "test.yml").open("w", encoding="utf-8") as file:
        YAML().dump({"rule_files": ["rules.yml"], "tests": [test]}, file)
    assert failing_rules(tmp_path / "test.yml") == ""


def test_promtool_accepts_the_shipped_rules(tmp_path: Path) -> None:
    catalog = check_folders([shipped_catalog()])[1]
    path = tmp_path / "biaochi.yml"
    path.write_text(prometheus_rules(read_rules(shipped("alert_rules"), catalog).rules, catalog), "utf-8")
    assert check_rules(path) == ""


AWKWARD: Mapping[str, Rule] = {
    "globs": replace(rule(PACE), select=Select(("park?", '[pq]"x"*', "[!a]b"), ("1101*",), ("第二批*",))),
    "quotes": replace(
        rule(PACE, labels={"team": "{{'x'"}), title="{{ 'a' }}: \"b\"", runbook="https://example.org/{{x}}"
    ),
    "across the new year": replace(rule(PACE), active=Active((11, 15), (3, 15), (12, 1))),
    "a level of one lamp table only": rule(Pace(LAMPS.tables[-1].bounds, lamps=LAMPS)),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_promtool_accepts_awkward_rules(tmp_path: Path, name: str) -> None:
    path = tmp_path / "biaochi.yml"
    path.write_text(prometheus_rules(RuleSet((AWKWARD[name],)), WORLD.catalog), "utf-8")
    assert check_rules(path) == ""


@pytest.mark.parametrize("label", ["团队", "a-b", "severity"])
def test_a_label_prometheus_cannot_take_is_refused(label: str) -> None:
    with pytest.raises(Faulty, match=re.escape(label)):
        prometheus_rules(RuleSet((rule(PACE, labels={label: "x"}),)), WORLD.catalog)
