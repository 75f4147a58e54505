"""lamps.yaml 亮灯标准: at how many points of lag which lamp is lit; its exceptions by indicator, task and phase.

It stands beside the rules and is published with them; a rule refers to it with `levels: lamps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path

from pydantic import Field

from service.domain.catalog import Catalog
from service.domain.rules import Bounds, Lamps, LampTable
from service.errors import Fault, Faulty
from service.evaluate.rulefiles.checkfile import LevelsFile, level_faults, unknown
from service.yamlfile import Document, Strict, nearest, read

LAMPS_FILE = "lamps.yaml"


class PhaseFile(Strict):
    """A phase of the campaign (攻坚, 巩固, 常态), with lamps of its own or only a name for exceptions."""

    name: str
    """Its name, which exceptions refer to."""
    from_: date = Field(alias="from")
    """First as-of day of the phase."""
    to: date
    """Last as-of day of the phase."""
    levels: LevelsFile | None = None
    """Lamps of the phase; those of the whole table where left out."""


class ExceptionFile(Strict):
    """Lamps of some indicators or tasks, in a phase or between two days."""

    indicators: list[str] = ["*"]
    """Globs on codes of indicators."""
    tasks: list[str] = ["*"]
    """Globs on codes of tasks."""
    phase: str = ""
    """Only in this phase."""
    from_: date | None = Field(default=None, alias="from")
    """Only from this as-of day on."""
    to: date | None = None
    """Only up to this as-of day."""
    levels: LevelsFile
    """The lamps; a level left out is not lit."""


class LampsFile(Strict):
    """亮灯标准: percentage points behind the plan from which each lamp is lit."""

    levels: LevelsFile
    """Where neither an exception nor a phase says otherwise."""
    phases: list[PhaseFile] = []
    """Phases of the campaign (攻坚, 巩固, 常态); their days must not overlap."""
    exceptions: list[ExceptionFile] = []
    """The first that fits an indicator on the as-of day counts."""


def read_lamps(folder: Path, catalog: Catalog | None) -> tuple[LampsFile | None, list[Fault]]:
    """The lamp table beside the rules, None where there is none or it is wrong, and what is wrong with it."""
    path = folder / LAMPS_FILE
    if not path.is_file():
        return None, []
    try:
        document = read(path)
        lamps = document.into(LampsFile)
    except Faulty as error:
        return None, list(error.faults)
    faults = list(_faults(document, lamps, catalog))
    return (None if faults else lamps), faults


def lamps_from(lamps: LampsFile, clear: float) -> Lamps:
    """The tables in the order they count: exceptions as they stand, phases, and what holds otherwise."""
    phases = {phase.name: phase for phase in lamps.phases}
    tables = [_exception(entry, phases.get(entry.phase), clear) for entry in lamps.exceptions]
    tables += [
        LampTable(_bounds(phase.levels, clear), first=phase.from_, last=phase.to)
        for phase in lamps.phases
        if phase.levels
    ]
    return Lamps((*tables, LampTable(_bounds(lamps.levels, clear))))


def _exception(entry: ExceptionFile, phase: PhaseFile | None, clear: float) -> LampTable:
    """In a phase and between two days means in both."""
    begun, over = entry.from_ or date.min, entry.to or date.max
    return LampTable(
        _bounds(entry.levels, clear),
        tuple(entry.indicators),
        tuple(entry.tasks),
        max(begun, phase.from_) if phase else begun,
        min(over, phase.to) if phase else over,
    )


def _bounds(levels: LevelsFile, clear: float) -> Bounds:
    return Bounds(**levels.model_dump(), clear=clear)


def _faults(document: Document, lamps: LampsFile, catalog: Catalog | None) -> Iterator[Fault]:
    yield from level_faults(document, ("levels",), lamps.levels)
    yield from _phase_faults(document, lamps)
    for at, entry in enumerate(lamps.exceptions):
        yield from level_faults(document, ("exceptions", at, "levels"), entry.levels)
        yield from _exception_faults(document, lamps, at, entry)
        if catalog is not None:
            place = ("exceptions", at)
            yield from unknown(document, (*place, "indicators"), entry.indicators, list(catalog.indicator))
            yield from unknown(document, (*place, "tasks"), entry.tasks, list(catalog.task))


def _phase_faults(document: Document, lamps: LampsFile) -> Iterator[Fault]:
    for at, phase in enumerate(lamps.phases):
        if phase.levels is not None:
            yield from level_faults(document, ("phases", at, "levels"), phase.levels)
        if phase.to < phase.from_:
            yield _ends_first(document, ("phases", at, "to"), phase.to)
    for (one, first), (two, second) in combinations(enumerate(lamps.phases), 2):
        if first.name == second.name:
            where = document.where(("phases", one, "name"))
            zh, en = f"阶段名与 {where} 重复。", f"this phase is already named at {where}."
            yield document.fault(("phases", two, "name"), "phase_twice", zh, en, second.name)
        elif first.from_ <= second.to and second.from_ <= first.to:
            zh = f"与阶段“{first.name}”日期重叠。"
            en = f"its days overlap those of phase {first.name!r}."
            yield document.fault(("phases", two, "from"), "phases_overlap", zh, en, str(second.from_))


def _exception_faults(document: Document, lamps: LampsFile, at: int, entry: ExceptionFile) -> Iterator[Fault]:
    names = [phase.name for phase in lamps.phases]
    if entry.phase and entry.phase not in names:
        near = nearest(entry.phase, names)
        zh = f"没有阶段“{entry.phase}”" + (f"，是否为“{near}”？" if near else "。")
        en = f"there is no phase {entry.phase!r}" + (f"; did you mean {near!r}?" if near else ".")
        yield document.fault(("exceptions", at, "phase"), "unknown_phase", zh, en, entry.phase)
        return
    if entry.from_ and entry.to and entry.to < entry.from_:
        yield _ends_first(document, ("exceptions", at, "to"), entry.to)
        return
    phase = next((phase for phase in lamps.phases if phase.name == entry.phase), None)
    table = _exception(entry, phase, 0.0)
    if phase is not None and phase.from_ <= phase.to and table.last < table.first:
        zh = f"日期不在阶段“{phase.name}”之内，永远不会用到。"
        en = f"its days lie outside phase {phase.name!r}: it could never count."
        yield document.fault(("exceptions", at), "never_counts", zh, en)


def _ends_first(document: Document, at: tuple[int | str, ...], day: date) -> Fault:
    zh, en = "结束日早于开始日。", "it ends before it begins."
    return document.fault(at, "ends_first", zh, en, str(day))
