"""Publishing a roster: files → checked values → a version in the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.catalog.publish import Published
from service.domain.catalog import Catalog
from service.domain.roster import AddressKind, Deputy, Person, Roster, Unit, UnitKind
from service.errors import Fault, Faulty, NotFound
from service.roster.check import Resolver, roster_faults
from service.roster.files import DeputyFile, PersonFile, RosterFile, UnitFile, read_files
from service.store import catalog as store
from service.store.pool import Connection, Pool, connection
from service.yamlfile import nearest


@dataclass(frozen=True)
class PublishedRoster:
    """The roster in use; version 0, and empty, while none was ever published."""

    version: int
    roster: Roster


@dataclass(frozen=True)
class Checked:
    """A sound roster: as it is published, its values, and what should be known of how it was read."""

    files: RosterFile
    roster: Roster
    warnings: tuple[Fault, ...] = ()


def check_files(paths: Sequence[Path], catalog: Catalog) -> Checked:
    """Read and check against a catalogue; raises `Faulty` with every fault."""
    read = read_files(paths)
    resolver = Resolver(read, catalog)
    files = resolver.resolve()
    if faults := [*resolver.faults, *roster_faults(files, read.where)]:
        raise Faulty("wrong_roster", faults)
    return Checked(files, values(files, catalog), read.warnings)


def publish(
    conn: Connection, checked: Checked, catalog: Catalog, *, at: datetime, by: str
) -> tuple[int, bool]:
    """Publish a roster; the version, and whether it is new. One transaction of its own."""
    content = checked.files.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text = json.dumps({"units": [], **content}, ensure_ascii=False, sort_keys=True)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    with conn.transaction():
        publication, new = store.publish(
            conn, "roster", json.loads(text), sha256, begins=catalog.evaluate_from, at=at, by=by
        )
    return publication.version, new


def load_roster(conn: Connection, catalog: Catalog) -> PublishedRoster:
    """The newest published roster, held against a catalogue."""
    publication = store.current(conn, "roster")
    if publication is None:
        return PublishedRoster(0, Roster((), (), (), catalog))
    files = RosterFile.model_validate(publication.content)
    return PublishedRoster(publication.version, values(files, catalog))


def known_unit(roster: Roster, code: str) -> Unit:
    """The unit of a code; raises `NotFound` with the nearest code there is."""
    unit = roster.unit(code)
    if unit is None:
        near = nearest(code, [known.code for known in roster.units])
        zh = f"花名册中没有单位“{code}”" + (f"，是否指“{near}”？" if near else "。")
        en = f"no unit {code!r} in the roster" + (f"; did you mean {near!r}?" if near else ".")
        raise NotFound("no_unit", zh, en)
    return unit


class RosterHolder:
    """The roster in use by this process, kept up with what is published."""

    def __init__(self, pool: Pool, published: Callable[[], Published]) -> None:
        self._pool, self._published = pool, published
        self._held: PublishedRoster | None = None

    def current(self) -> PublishedRoster:
        """The roster in use, held against the catalogue in use."""
        held, catalog = self._held, self._published().catalog
        return held if held and held.roster.catalog is catalog else self.refresh()

    def refresh(self) -> PublishedRoster:
        """Take over the newest version, if it is another one, or the catalogue is."""
        catalog, held = self._published().catalog, self._held
        with connection(self._pool) as conn:
            newest = store.current(conn, "roster")
            version = newest.version if newest else 0
            if held is None or held.version != version or held.roster.catalog is not catalog:
                held = self._held = load_roster(conn, catalog)
        return held


def values(files: RosterFile, catalog: Catalog) -> Roster:
    """A checked roster as values."""
    return Roster(
        tuple(_unit(unit) for unit in files.units),
        tuple(_person(person) for person in files.people),
        tuple(_deputy(deputy) for deputy in files.deputies),
        catalog,
    )


def _unit(entry: UnitFile) -> Unit:
    return Unit(
        code=entry.code,
        name=entry.name,
        kind=UnitKind(entry.kind),
        name_en=entry.name_en,
        departments=tuple(entry.departments),
        regions=tuple(entry.regions),
        tasks=tuple(entry.tasks),
        escalates_to=entry.escalates_to,
    )


def _person(entry: PersonFile) -> Person:
    given = {"email": entry.email, "mobile": entry.mobile, **entry.userids.model_dump()}
    return Person(
        unit=entry.unit,
        name=entry.name,
        post=entry.post,
        addresses={AddressKind(kind): address for kind, address in given.items() if address},
        valid_from=entry.from_,
        valid_to=entry.to,
        tasks=tuple(entry.tasks),
    )


def _deputy(entry: DeputyFile) -> Deputy:
    unit, _, name = entry.by.partition("/")
    return Deputy((entry.unit, entry.name), (unit, name), entry.from_, entry.to)
