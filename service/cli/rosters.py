"""What `biaochi roster` shows: tables in Chinese, mobile numbers and addresses masked unless asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from service.cli.tables import table, told_columns
from service.domain.catalog import Catalog
from service.domain.roster import AddressKind, Party, Present, Responsible, Roster, Unit, UnitKind
from service.errors import Fault, NotFound
from service.roster.check import unanswered
from service.roster.publish import Checked, check_files

KINDS = {
    UnitKind.LOCALITY: "街乡",
    UnitKind.DEPARTMENT: "部门",
    UnitKind.LEADER: "区领导",
    UnitKind.OFFICE: "办公室",
}
ADDRESSES = {
    AddressKind.MOBILE: "手机",
    AddressKind.EMAIL: "邮箱",
    AddressKind.WECOM: "企业微信",
    AddressKind.DINGTALK: "钉钉",
    AddressKind.FEISHU: "飞书",
}
Shown = tuple[Iterator[str], dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """A sound roster, and what should be known of it."""

    roster: Checked
    warnings: tuple[Fault, ...]


def checked(files: Sequence[Path], catalog: Catalog, on: date) -> Found:
    """Read and check files; raises `Faulty` with every fault."""
    read = check_files(files, catalog)
    return Found(read, (*read.warnings, *unanswered(read.roster, on)))


def told(found: Found) -> Iterator[str]:
    """Warnings, and how much was read."""
    for warning in found.warnings:
        yield f"{warning.where}: warning: {warning.zh}\n    {warning.en}"
    yield ", ".join(f"{count} {what}" for what, count in _counts(found).items()) + ", no fault"


def checked_as_json(found: Found) -> dict[str, Any]:
    """The same for a script."""
    return {**_counts(found), "faults": [], "warnings": [asdict(warning) for warning in found.warnings]}


def faults_as_json(faults: Sequence[Fault]) -> dict[str, Any]:
    """What is wrong, for a script."""
    return {"faults": [asdict(fault) for fault in faults], "warnings": []}


def _counts(found: Found) -> dict[str, int]:
    roster = found.roster.roster
    return {"units": len(roster.units), "people": len(roster.persons), "deputies": len(roster.deputies)}


def masked(kind: AddressKind, address: str) -> str:
    """138****0001, l***@example.cn, z***: enough to recognise, not enough to use."""
    if kind is AddressKind.MOBILE:
        return f"{address[:3]}****{address[-4:]}"
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}"


@dataclass(frozen=True)
class View:
    """A roster as it is shown: on a day, addresses in full or masked. Everything comes as lines and as plain data."""

    roster: Roster
    on: date
    full: bool = False

    def units(self) -> Shown:
        """All units, with how many people are at their posts."""
        counts = [len(self.roster.people(unit.code, self.on)) for unit in self.roster.units]
        rows = [
            (unit.code, unit.name, KINDS[unit.kind], str(count))
            for unit, count in zip(self.roster.units, counts, strict=True)
        ]
        plain = [
            {**_unit(unit), "people": count} for unit, count in zip(self.roster.units, counts, strict=True)
        ]
        return table(("单位代码", "单位", "类别", "在任"), rows), {"units": plain}

    def unit(self, unit: Unit) -> Shown:
        """One unit: what it is, what it answers for, its people."""
        people = self.roster.people(unit.code, self.on)
        plain = {**asdict(unit), "people": [self._person(present) for present in people]}
        return self._unit_lines(unit, people), {"unit": plain}

    def matter(self, indicator: str, region: str) -> Shown:
        """Who answers for an indicator in a region, and the way up from there."""
        catalog = self.roster.catalog
        if indicator not in catalog.indicator:
            raise NotFound(
                "no_indicator", f"没有指标“{indicator}”。", f"there is no indicator {indicator!r}."
            )
        if region not in catalog.region:
            raise NotFound("no_region", f"没有区域“{region}”。", f"there is no region {region!r}.")
        matter = self.roster.responsible(indicator, region)
        parties = {
            "lead": [Party(matter.lead)] if matter.lead else [],
            "localities": [Party(unit) for unit in matter.localities],
            "leaders": list(matter.leaders),
            "offices": [Party(unit) for unit in self.roster.offices()],
        }
        plain = {role: [self._party(party) for party in found] for role, found in parties.items()}
        return self._matter_lines(indicator, region, matter, parties), {
            "indicator": indicator,
            "region": region,
            **plain,
        }

    def _unit_lines(self, unit: Unit, people: Sequence[Present]) -> Iterator[str]:
        catalog = self.roster.catalog
        yield f"{unit.name}（{unit.code}，{KINDS[unit.kind]}）"
        known = (
            ("对应部门", unit.departments, catalog.department),
            ("属地区域", unit.regions, catalog.region),
            ("分管任务", unit.tasks, catalog.task),
        )
        for label, codes, entries in known:
            if codes:
                yield f"{label}：{'、'.join(entries[c].name if c in entries else c for c in codes)}"
        if above := self.roster.unit(unit.escalates_to):
            yield f"提级至：{above.name}"
        yield from self._people_lines(people)

    def _matter_lines(
        self, indicator: str, region: str, matter: Responsible, parties: dict[str, list[Party]]
    ) -> Iterator[str]:
        catalog = self.roster.catalog
        yield f"{catalog.indicator[indicator].name} · {catalog.region[region].name}（{self.on}）"
        labels = {"lead": "牵头", "localities": "属地", "leaders": "分管", "offices": "办公室"}
        for role, found in parties.items():
            yield f"{labels[role]}：{'、'.join(map(_said, found)) or '无'}"
        start = matter.localities[0] if matter.localities else matter.lead
        if start is not None:
            steps = [start.name, *("、".join(map(_said, step)) for step in self.roster.ladder(start, matter))]
            yield f"提级督办：{' → '.join(steps)}"
        people = [present for found in parties.values() for party in found for present in self._of(party)]
        yield from self._people_lines(list(dict.fromkeys(people)))

    def _people_lines(self, people: Sequence[Present]) -> Iterator[str]:
        if not people:
            yield f"{self.on} 无在任人员"
            return
        head = ("单位", "姓名", "职务", "代理", *ADDRESSES.values())
        yield from told_columns(head, [tuple(self._cells(present)) for present in people])

    def _cells(self, present: Present) -> Iterator[str]:
        person = present.person
        unit = self.roster.unit(person.unit)
        yield from (unit.name if unit else person.unit, person.name, person.post)
        yield f"代{present.instead_of.name}" if present.instead_of else ""
        addresses = self._addresses(present)
        yield from (addresses.get(kind, "") for kind in ADDRESSES)

    def _of(self, party: Party) -> tuple[Present, ...]:
        return self.roster.people(party.unit.code, self.on, name=party.person)

    def _party(self, party: Party) -> dict[str, Any]:
        return {
            **_unit(party.unit),
            "person": party.person,
            "people": [self._person(present) for present in self._of(party)],
        }

    def _person(self, present: Present) -> dict[str, Any]:
        person = present.person
        return {
            "unit": person.unit,
            "name": person.name,
            "post": person.post,
            "instead_of": present.instead_of.name if present.instead_of else None,
            "addresses": self._addresses(present),
        }

    def _addresses(self, present: Present) -> dict[AddressKind, str]:
        given = present.person.addresses.items()
        return {kind: address if self.full else masked(kind, address) for kind, address in given}


def _unit(unit: Unit) -> dict[str, Any]:
    return {"code": unit.code, "name": unit.name, "kind": unit.kind}


def _said(party: Party) -> str:
    return f"{party.unit.name} {party.person}".rstrip()
