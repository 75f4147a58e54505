"""Who answers for what: units, their people, who stands in for whom, and the way up when nobody answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from service.domain.catalog import Catalog


class UnitKind(StrEnum):
    """What a unit is, in the order attention rises (街乡 → 部门 → 分管副区长 → 办公室)."""

    LOCALITY = "locality"  # 街乡, 属地
    DEPARTMENT = "department"  # 部门
    LEADER = "leader"  # 区领导
    OFFICE = "office"  # 疏整促办


class AddressKind(StrEnum):
    """Kinds of addresses a person may have: what channels of that kind send to."""

    EMAIL = "email"
    MOBILE = "mobile"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


# Kinds in rising order; a unit whose kind has no unit above it in a matter goes on to the next.
LADDER = tuple(UnitKind)
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Unit:
    """A responsible unit.

    departments   codes of the catalogue's departments it is
    regions       codes of the regions it is the locality of
    tasks         codes of the tasks it is in charge of, for leaders (分管)
    escalates_to  code of the unit above it, where that is not the one its kind says
    """

    code: str
    name: str
    kind: UnitKind
    name_en: str = ""
    departments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    escalates_to: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a post of a unit, from a day to a day (both included; None: without end).

    addresses  by kind; never shown where a person is printed, since logs and errors are read by anybody
    tasks      codes of the tasks this person is in charge of (分管副区长)
    """

    unit: str
    name: str
    post: str = ""
    addresses: Mapping[AddressKind, str] = field(default_factory=dict, repr=False, hash=False)
    valid_from: date | None = None
    valid_to: date | None = None
    tasks: tuple[str, ...] = ()

    def valid_on(self, day: date) -> bool:
        return within(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for whom (unit code and name each), from a day to a day (None: until further notice)."""

    absent: tuple[str, str]
    stands_in: tuple[str, str]
    first: date
    last: date | None = None

    def on(self, day: date) -> bool:
        return within(day, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody to be told: a person, and for whom he stands in, if for anybody."""

    person: Person
    instead_of: Person | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A unit, or one person of it, by name."""

    unit: Unit
    person: str = ""


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for one matter (双责任制): the lead department, the localities, the leaders in charge of its task."""

    lead: Unit | None = None
    localities: tuple[Unit, ...] = ()
    leaders: tuple[Party, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Everything published, in file order, held against a catalogue; what either doesn't know answers for nothing."""

    units: tuple[Unit, ...]
    persons: tuple[Person, ...]
    deputies: tuple[Deputy, ...]
    catalog: Catalog

    def unit(self, code: str) -> Unit | None:
        """The unit of a code."""
        return self._unit.get(code)

    def lead(self, indicator: str) -> Unit | None:
        """The unit that is an indicator's lead department 牵头部门."""
        known = self.catalog.indicator.get(indicator)
        return self._department.get(known.lead) if known else None

    def localities(self, region: str) -> tuple[Unit, ...]:
        """The units of a region, else those of the nearest region above that has any, up to the root.

        A group of regions lies below none: it has those that name its code.
        """
        chain = (region, *self.catalog.ancestors(region))
        return next((self._region[code] for code in chain if code in self._region), ())

    def leaders(self, task: str) -> tuple[Party, ...]:
        """Those in charge of a task (分管副区长), units before persons."""
        units = tuple(Party(unit) for unit in self.units if task in unit.tasks)
        names = dict.fromkeys((p.unit, p.name) for p in self.persons if task in p.tasks)
        persons = tuple(Party(self._unit[unit], name) for unit, name in names if unit in self._unit)
        return units + persons

    def offices(self) -> tuple[Unit, ...]:
        """The campaign office 疏整促办, where the ladder ends."""
        return tuple(unit for unit in self.units if unit.kind is UnitKind.OFFICE)

    def responsible(self, indicator: str, region: str, task: str | None = None) -> Responsible:
        """Who answers for an indicator in a region; for its own task, unless another is named."""
        known = self.catalog.indicator.get(indicator)
        charge = task if task is not None else known.task if known else ""
        return Responsible(self.lead(indicator), self.localities(region), self.leaders(charge))

    def people(self, unit: str, on: date, *, post: str = "", name: str = "") -> tuple[Present, ...]:
        """Whom to tell in a unit on a day: those at their post, and deputies in place of those absent.

        post, name  only those at this post, or of this name; a deputy is told whatever his own post is
        """
        wanted = [p for p in self._people.get(unit, ()) if post in ("", p.post) and name in ("", p.name)]
        found: dict[tuple[str, str], Present] = {}
        for person in wanted:
            if person.valid_on(on):
                present = self._present(person, on)
                key = (present.person.unit, present.person.name)
                # Who is there in his own right is no stand-in.
                if key not in found or present.instead_of is None:
                    found[key] = present
        return tuple(found.values())

    def next_up(self, unit: Unit, matter: Responsible) -> tuple[Party, ...]:
        """Who hears of a matter when a unit doesn't answer (提级督办): `escalates_to`, else the next kind that has any."""
        if above := self._unit.get(unit.escalates_to):
            return (Party(above),)
        of_kind: dict[UnitKind, Callable[[], tuple[Party, ...]]] = {
            UnitKind.DEPARTMENT: lambda: (Party(matter.lead),) if matter.lead else (),
            UnitKind.LEADER: lambda: matter.leaders,
            UnitKind.OFFICE: lambda: tuple(map(Party, self.offices())),
        }
        for kind in LADDER[LADDER.index(unit.kind) + 1 :]:
            if above_it := tuple(party for party in of_kind[kind]() if party.unit != unit):
                return above_it
        return ()

    def ladder(self, unit: Unit, matter: Responsible) -> tuple[tuple[Party, ...], ...]:
        """Every step up from a unit, the first first; no unit is asked twice."""
        steps: list[tuple[Party, ...]] = []
        seen, at = {unit.code}, unit
        while step := tuple(party for party in self.next_up(at, matter) if party.unit.code not in seen):
            steps.append(step)
            seen |= {party.unit.code for party in step}
            at = step[0].unit
        return tuple(steps)

    def _present(self, person: Person, on: date) -> Present:
        """The person, or whoever stands in for him on that day, or in turn for that one.

        Where a chain of deputies leads to nobody, the person himself: rather one who is away than none.
        """
        key, seen = (person.unit, person.name), set[tuple[str, str]]()
        while (deputy := self._deputy(key, on)) is not None and key not in seen:
            seen.add(key)
            key = deputy
        at_post = (entry for entry in self._entries.get(key, ()) if entry.valid_on(on))
        stands_in = next(at_post, person)
        return Present(person) if stands_in == person else Present(stands_in, person)

    def _deputy(self, key: tuple[str, str], on: date) -> tuple[str, str] | None:
        return next((deputy.stands_in for deputy in self._deputies.get(key, ()) if deputy.on(on)), None)

    @cached_property
    def _unit(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _department(self) -> dict[str, Unit]:
        return {code: unit for unit in self.units for code in unit.departments}

    @cached_property
    def _region(self) -> dict[str, tuple[Unit, ...]]:
        return _grouped((code, unit) for unit in self.units for code in unit.regions)

    @cached_property
    def _people(self) -> dict[str, tuple[Person, ...]]:
        return _grouped((person.unit, person) for person in self.persons)

    @cached_property
    def _entries(self) -> dict[tuple[str, str], tuple[Person, ...]]:
        return _grouped(((person.unit, person.name), person) for person in self.persons)

    @cached_property
    def _deputies(self) -> dict[tuple[str, str], tuple[Deputy, ...]]:
        return _grouped((deputy.absent, deputy) for deputy in self.deputies)


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day lies in a span whose ends are included; None: without end."""
    return (first is None or first <= day) and (last is None or day <= last)


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    found: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
