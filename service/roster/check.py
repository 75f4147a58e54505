"""What is wrong with a roster whose entries are each in order: references, contradictions, and what nobody answers for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from service.domain.catalog import Catalog
from service.domain.names import Found, Named, NameIndex, named, plain
from service.domain.roster import LADDER, Roster, UnitKind
from service.errors import Fault
from service.roster.files import DeputyFile, Keys, PersonFile, Read, RosterFile, UnitFile
from service.sheets.sheet import NAMED_PLACES
from service.yamlfile import nearest

_ZH = {"department": "部门", "region": "区域", "task": "任务", "unit": "单位", "person": "人员"}
LONGEST_CHAIN = 10  # an absent person, his deputy, that one's, and so on
Key = tuple[str, str]
Span = tuple[date | None, date | None]


@dataclass
class Resolver:
    """Codes in place of what entries name; what it cannot find becomes a fault."""

    read: Read
    catalog: Catalog
    faults: list[Fault] = field(default_factory=list)

    def resolve(self) -> RosterFile:
        """The roster with codes for all references; those that are unknown stay, and are in `faults`."""
        index = NameIndex(self.catalog)
        files = self.read.files
        units = [self._unit(at, unit, index) for at, unit in enumerate(files.units)]
        self._units = named(units)
        self._unit_names = [name for unit in units for name in (unit.code, unit.name)]
        units = [self._above(at, unit) for at, unit in enumerate(units)]
        people = [self._person(at, person, index) for at, person in enumerate(files.people)]
        codes = {unit.code for unit in units}
        self._known = {(person.unit if person.unit in codes else "", person.name) for person in people}
        deputies = [self._deputy(at, deputy) for at, deputy in enumerate(files.deputies)]
        return RosterFile(units=units, people=people, deputies=deputies)

    def _unit(self, at: int, unit: UnitFile, index: NameIndex) -> UnitFile:
        path = ("units", at)
        catalog = self.catalog
        departments = self._codes(
            (*path, "departments"), "department", unit.departments, index.departments, catalog.departments
        )
        regions = self._codes((*path, "regions"), "region", unit.regions, index.regions, catalog.regions)
        tasks = self._codes((*path, "tasks"), "task", unit.tasks, index.tasks, catalog.tasks)
        names = [(d.name, d.name_en) for d in catalog.departments if d.code in departments]
        names += [(r.name, r.name_en) for r in catalog.regions if r.code in regions]
        name, name_en = names[0] if len(names) == 1 and not unit.name else (unit.name, unit.name_en)
        if not name:
            zh, en = (
                "缺少单位名称。",
                "its name is missing: only one department or region would lend it theirs.",
            )
            self._fault("no_name", path, unit.code, zh, en)
        lists = {"departments": departments, "regions": regions, "tasks": tasks}
        return unit.model_copy(update={"name": name, "name_en": unit.name_en or name_en, **lists})

    def _above(self, at: int, unit: UnitFile) -> UnitFile:
        if not unit.escalates_to:
            return unit
        above = self._code(
            ("units", at, "escalates_to"), "unit", unit.escalates_to, self._units, self._unit_names
        )
        return unit.model_copy(update={"escalates_to": above})

    def _person(self, at: int, person: PersonFile, index: NameIndex) -> PersonFile:
        path = ("people", at)
        unit = self._code((*path, "unit"), "unit", person.unit, self._units, self._unit_names)
        tasks = self._codes((*path, "tasks"), "task", person.tasks, index.tasks, self.catalog.tasks)
        return person.model_copy(update={"unit": unit, "name": person.name.strip(), "tasks": tasks})

    def _deputy(self, at: int, deputy: DeputyFile) -> DeputyFile:
        path = ("deputies", at)
        unit = self._code((*path, "unit"), "unit", deputy.unit, self._units, self._unit_names)
        of, slash, name = deputy.by.partition("/")
        by_unit = (
            self._code((*path, "by"), "unit", of.strip(), self._units, self._unit_names) if slash else unit
        )
        absent, by = (unit, deputy.name.strip()), (by_unit, (name if slash else of).strip())
        for key, (code, who) in (("name", absent), ("by", by)):
            # Whose own unit is unknown is told so, and is not missed here too.
            if code in self._unit_names and not self._known & {(code, who), ("", who)}:
                here = [other for of_unit, other in self._known if of_unit == code]
                self._unknown((*path, key), "person", who, here)
        return deputy.model_copy(update={"unit": unit, "name": absent[1], "by": "/".join(by)})

    def _codes(
        self, path: Keys, what: str, texts: Sequence[str], found: Found, entries: Iterable[Named]
    ) -> list[str]:
        known = [name for entry in entries for name in (entry.code, entry.name)]
        return [self._code((*path, at), what, text, found, known) for at, text in enumerate(texts)]

    def _code(self, path: Keys, what: str, text: str, found: Found, known: list[str]) -> str:
        """The one code a text stands for; the text itself, and a fault, where there is none or more than one."""
        codes = found.get(plain(text), ())
        if len(codes) == 1:
            return codes[0]
        if codes:
            zh = f"“{text}”可指 {'、'.join(codes)}，请写代码。"
            en = f"{text!r} may be any of {', '.join(codes)}: write the code."
            self._fault(f"ambiguous_{what}", path, text, zh, en)
        else:
            self._unknown(path, what, text, known)
        return text

    def _unknown(self, path: Keys, what: str, text: str, known: list[str]) -> None:
        near = nearest(text, known)
        zh = f"没有{_ZH[what]}“{text}”" + (f"，是否指“{near}”？" if near else "。")
        en = f"unknown {what} {text!r}" + (f"; did you mean {near!r}?" if near else ".")
        self._fault(f"unknown_{what}", path, text, zh, en)

    def _fault(self, code: str, path: Keys, text: str, zh: str, en: str) -> None:
        self.faults.append(Fault(code, self.read.where(path), text, zh, en))


def roster_faults(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    """Every contradiction in a roster whose references are codes."""
    looks = (
        _units_twice,
        _claims,
        _escalations,
        _charges,
        _contacts,
        _spans,
        _posts_twice,
        _shared,
        _deputies,
    )
    for look in looks:
        yield from look(files, where)


def _units_twice(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for at, unit in enumerate(files.units):
        if first.setdefault(unit.code, at) != at:
            place = where(("units", first[unit.code]))
            zh, en = (
                f"代码“{unit.code}”在 {place} 已用过。",
                f"the code {unit.code!r} stands at {place} already.",
            )
            yield Fault("code_twice", where(("units", at, "code")), unit.code, zh, en)


def _claims(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    """A department is one unit only: its indicators have one lead."""
    first: dict[str, str] = {}
    for at, unit in enumerate(files.units):
        for index, code in enumerate(unit.departments):
            if (other := first.setdefault(code, unit.code)) != unit.code:
                zh, en = f"“{code}”已对应单位“{other}”。", f"{code!r} is the unit {other!r} already."
                yield Fault("claimed_twice", where(("units", at, "departments", index)), code, zh, en)


def _escalations(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    """Attention rises: to a unit of the same kind or a higher one, and never back to where it came from."""
    units = {unit.code: unit for unit in files.units}
    for at, unit in enumerate(files.units):
        above, place = units.get(unit.escalates_to), ("units", at, "escalates_to")
        if above is None:
            continue
        if LADDER.index(UnitKind(above.kind)) < LADDER.index(UnitKind(unit.kind)):
            zh, en = "提级不能向下。", f"attention rises: a {unit.kind} does not escalate to a {above.kind}."
            yield Fault("escalates_down", where(place), above.code, zh, en)
        chain = [unit.code]
        while above is not None and above.code not in chain:
            chain.append(above.code)
            above = units.get(above.escalates_to)
        if above is not None and above.code == unit.code:
            circle = " → ".join([*chain, unit.code])
            yield Fault(
                "circle", where(place), unit.escalates_to, f"提级兜了圈子：{circle}。", f"a circle: {circle}."
            )


def _charges(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    """Only leaders are in charge of tasks."""
    kinds = {unit.code: unit.kind for unit in files.units}
    entries = [(("units", at), unit.code, unit.tasks) for at, unit in enumerate(files.units)]
    entries += [(("people", at), person.unit, person.tasks) for at, person in enumerate(files.people)]
    for path, unit_code, tasks in entries:
        if tasks and kinds.get(unit_code, "leader") != "leader":
            zh, en = "只有区领导（leader）分管任务。", "only leaders (kind: leader) are in charge of tasks."
            yield Fault("not_a_leader", where((*path, "tasks")), "", zh, en)


def _contacts(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    for at, person in enumerate(files.people):
        if not (person.mobile or person.email or any(person.userids.model_dump().values())):
            zh = "没有任何联系方式：请至少填写手机、邮箱或一种账号。"
            en = "no contact at all: give a mobile number, a mail address or a userid."
            yield Fault("no_contact", where(("people", at)), person.name, zh, en)


def _spans(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    spans: list[tuple[Keys, Span]] = [(("people", at), _span(p)) for at, p in enumerate(files.people)]
    spans += [(("deputies", at), _span(d)) for at, d in enumerate(files.deputies)]
    for path, (first, last) in spans:
        if first and last and last < first:
            zh, en = f"结束日期早于开始日期（{first}）。", f"ends before it begins, {first}."
            yield Fault("wrong_span", where((*path, "to")), str(last), zh, en)


def _posts_twice(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    """One person of a unit twice on one day."""
    for ats in _by_person(files.people).values():
        for later, other in _pairs(files.people, ats):
            place = where(("people", other))
            same = _span(files.people[later]) == _span(files.people[other])
            code = "person_twice" if same else "overlapping"
            zh = f"与 {place} 是同一人，任职时间重叠；同单位重名的请加以区别，如“张伟（一科）”。"
            en = f"the person at {place} again, on the same days; tell two of one name apart: 张伟（一科）."
            yield Fault(code, where(("people", later)), files.people[later].name, zh, en)


def _shared(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    """A mobile number or a userid is one person's. The number itself is not repeated."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, person in enumerate(files.people):
        given = {"mobile": person.mobile, **person.userids.model_dump()}
        for kind, address in given.items():
            if address:
                holders[kind, address].append(at)
    for (kind, _), ats in holders.items():
        for later, other in _pairs(files.people, ats):
            if files.people[later].name != files.people[other].name:
                inside = ("mobile",) if kind == "mobile" else ("userids", kind)
                place = where(("people", other, *inside))
                zh, en = f"与 {place} 相同，但姓名不同。", f"the same as at {place}, under another name."
                yield Fault("address_twice", where(("people", later, *inside)), "", zh, en)


def _deputies(files: RosterFile, where: Callable[[Keys], str]) -> Iterator[Fault]:
    """Somebody else, one at a time, at his post all the while, and in no circle."""
    posts = _by_person(files.people)
    absences: dict[Key, list[int]] = defaultdict(list)
    for at, deputy in enumerate(files.deputies):
        absences[deputy.unit, deputy.name].append(at)
    for ats in absences.values():
        for later, other in _pairs(files.deputies, ats):
            place = where(("deputies", other))
            zh, en = f"与 {place} 的代理时间重叠。", f"overlaps the absence at {place}."
            yield Fault("overlapping", where(("deputies", later)), files.deputies[later].name, zh, en)
    for at, deputy in enumerate(files.deputies):
        spans = [_span(files.people[post]) for post in posts.get(_by(deputy), ())]
        if spans and not _covered(spans, deputy.from_, deputy.to):
            zh, en = "代理人在此期间不在任。", "the deputy is not at a post all that time."
            yield Fault("not_at_post", where(("deputies", at, "by")), deputy.by, zh, en)
        chain = _chain(files.deputies, absences, at)
        told = " → ".join(name for _, name in chain)
        if chain[-1] == chain[0]:
            zh, en = f"代理兜了圈子：{told}。", f"deputies in a circle: {told}."
            yield Fault("circle", where(("deputies", at, "by")), deputy.by, zh, en)
        elif len(chain) > LONGEST_CHAIN:
            zh, en = f"层层代理过长：{told}。", f"too many deputies of deputies: {told}."
            yield Fault("long_chain", where(("deputies", at, "by")), deputy.by, zh, en)


def _chain(deputies: Sequence[DeputyFile], absences: dict[Key, list[int]], at: int) -> list[Key]:
    """Who stands in for whom on the first day of an absence, until somebody is there, or it leads back or too far.

    A circle is closed on the day the last of its absences begins, so looking at those days finds every one.
    """
    day, who = deputies[at].from_, _by(deputies[at])
    chain = [(deputies[at].unit, deputies[at].name), who]
    while who not in chain[:-1] and len(chain) <= LONGEST_CHAIN:
        on_day = (deputies[other] for other in absences.get(who, ()) if _has(_span(deputies[other]), day))
        if (found := next(on_day, None)) is None:
            break
        chain.append(who := _by(found))
    return chain


def _by(deputy: DeputyFile) -> Key:
    unit, _, name = deputy.by.partition("/")
    return unit, name


def _by_person(people: Sequence[PersonFile]) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = defaultdict(list)
    for at, person in enumerate(people):
        found[person.unit, person.name].append(at)
    return found


def _span(entry: PersonFile | DeputyFile) -> Span:
    return entry.from_, entry.to


def _has(span: Span, day: date) -> bool:
    return (span[0] or date.min) <= day <= (span[1] or date.max)


def _pairs(entries: Sequence[PersonFile | DeputyFile], ats: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Every entry that shares days with the one that reaches furthest of those before it, with that one."""
    ordered = sorted(ats, key=lambda at: (entries[at].from_ or date.min, at))
    furthest: int | None = None
    for at in ordered:
        if furthest is not None and (entries[at].from_ or date.min) <= (entries[furthest].to or date.max):
            yield max(at, furthest), min(at, furthest)
        if furthest is None or (entries[at].to or date.max) > (entries[furthest].to or date.max):
            furthest = at


def _covered(spans: Sequence[Span], first: date, last: date | None) -> bool:
    """Whether spans leave no day out from one day to another."""
    reached, wanted = first, last or date.max
    for begin, end in sorted(((a or date.min, b or date.max) for a, b in spans)):
        if begin <= reached <= end:
            if end >= wanted:
                return True
            reached = end + timedelta(days=1)
    return False


def unanswered(roster: Roster, on: date) -> Iterator[Fault]:
    """What of the catalogue nobody answers for, and units with nobody in them on a day."""
    catalog = roster.catalog
    leads = dict.fromkeys(indicator.lead for indicator in catalog.indicators)
    claimed = {code for unit in roster.units for code in unit.departments}
    departments = [catalog.department[code].name for code in leads if code not in claimed]
    yield from _listed("no_lead", "牵头部门无对应单位", "lead departments that are no unit", departments)
    reported = dict.fromkeys(s.node.region for s in catalog.series if not catalog.beside_root(s.node.region))
    regions = [catalog.region[r].name for r in reported if r != catalog.root and not roster.localities(r)]
    yield from _listed("no_locality", "区域无属地单位", "regions without a locality", regions)
    tasks = dict.fromkeys(indicator.task for indicator in catalog.indicators)
    leaderless = [catalog.task[code].name for code in tasks if not roster.leaders(code)]
    yield from _listed("no_leader", "任务无分管领导", "tasks nobody is in charge of", leaderless)
    if not roster.offices():
        zh, en = "没有办公室（office），提级无终点。", "no unit is the office, where escalation ends."
        yield Fault("no_office", "roster", "", zh, en)
    empty = [unit.name for unit in roster.units if not roster.people(unit.code, on)]
    yield from _listed("no_people", f"单位{on}无在任人员", f"units with nobody at a post on {on}", empty)


def _listed(code: str, zh: str, en: str, names: Sequence[str]) -> Iterator[Fault]:
    """One warning for all of a kind: it names the first, and says how many there are."""
    if not names:
        return
    first, more = names[:NAMED_PLACES], len(names) - NAMED_PLACES
    told_zh = "、".join(first) + (f" 等{len(names)}个" if more > 0 else "")
    told_en = ", ".join(first) + (f" and {more} more" if more > 0 else "")
    yield Fault(code, "roster", "", f"{zh}：{told_zh}。", f"{en}: {told_en}.")
