"""What is wrong with targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.catalog.entries import TargetFile
from service.catalog.faults import fault, not_the_level, unknown
from service.catalog.files import Folders
from service.domain.catalog import RANK, Plan
from service.domain.plans import plan_faults
from service.domain.units import UNITS, conversion, unit_code
from service.errors import Fault


def target_faults(folders: Folders, target: TargetFile) -> Iterator[Fault]:
    files = folders.catalog
    units, regions = {i.code: i.unit for i in files.indicators}, [r.code for r in files.regions]
    kinds = {i.code: i.kind for i in files.indicators}
    regions += [g.code for g in files.groups if g.rollup]
    if target.indicator not in units:
        where = folders.where("targets", target.code, "indicator")
        yield unknown(where, "indicator", target.indicator, list(units))
        return
    if target.region in {g.code for g in files.groups if not g.rollup}:
        zh, en = "该区域组未设 rollup，没有汇总数。", "a group has figures of its own only with `rollup`."
        yield fault(folders.where("targets", target.code, "region"), zh, en)
    elif target.region not in regions:
        yield unknown(folders.where("targets", target.code, "region"), "region", target.region, regions)
    else:
        yield from _target_rank_faults(folders, target)
    if target.period.end <= target.period.start:
        where = folders.where("targets", target.code, "period")
        yield fault(where, "期末应晚于期初。", "the period must end after it starts.")
    yield from _target_unit_faults(folders, target, units[target.indicator])
    plan = Plan(target.plan.curve, tuple((day, share) for day, share in target.plan.milestones))
    if wrong := plan_faults(plan, target.period.start, target.period.end):
        yield fault(folders.where("targets", target.code, "plan"), "进度计划有误。", wrong)
    if plan.curve == "previous_year" and kinds[target.indicator] != "flow":
        zh = "previous_year 按去年同期累计数的进度计算，只用于累计类指标（flow）。"
        en = f"the curve `previous_year` is a share of last year's sum: for flows, not a {kinds[target.indicator]}."
        yield fault(folders.where("targets", target.code, "plan"), zh, en)


def _target_rank_faults(folders: Folders, target: TargetFile) -> Iterator[Fault]:
    """A target of a rank where no rank can stand: ranks aren't rolled up."""
    indicator = next(i for i in folders.catalog.indicators if i.code == target.indicator)
    level = next((r.level for r in folders.catalog.regions if r.code == target.region), "group")
    if indicator.unit == RANK and level != indicator.reported_at:
        yield not_the_level(
            folders.where("targets", target.code, "region"), level, target.region, indicator.reported_at
        )


def _target_unit_faults(folders: Folders, target: TargetFile, stored: str) -> Iterator[Fault]:
    if stored not in UNITS:
        return  # the indicator's own fault, told there
    given = unit_code(target.unit) if target.unit else stored
    if given is None or conversion(given, stored) is None:
        where = folders.where("targets", target.code, "unit")
        yield fault(where, "单位不符。", f"{target.unit} does not convert to {stored}.")


def overlapping(folders: Folders) -> Iterator[Fault]:
    """Two targets for one figure and day contradict each other, unless their ambition differs."""
    seen: dict[tuple[str, str, str, str], list[tuple[date, date, str]]] = {}
    for target in folders.catalog.targets:
        key = (target.indicator, target.region, target.scope, target.ambition)
        for start, end, other in seen.setdefault(key, []):
            if start <= target.period.end and target.period.start <= end:
                where = folders.where("targets", target.code, "period")
                yield fault(where, f"与目标 {other} 的期间重叠。", f"its period overlaps that of {other}.")
        seen[key].append((target.period.start, target.period.end, target.code))
