"""Before history changes: what a body may change of days that were judged, and what it must not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from service.catalog.workdays import china
from service.clock import last_day_past
from service.domain.catalog import Catalog
from service.domain.cycles import Cycle, Deadlines
from service.errors import Fault, Invalid
from service.ingest.rows import KEPT_BROKEN
from service.ingest.sift import Sifted
from service.store import past as store
from service.store.past import Bounds, Changes, Seal
from service.store.pool import Connection
from service.store.staging import Staging


def bounds(catalog: Catalog, feed: str, at: datetime, *, confirmed: bool, operator: bool) -> Bounds:
    """What is closed, old and sealed for a body of a feed that comes at a moment.

    A feed that is no longer in the catalogue is taken for a daily one.
    """
    cycle = catalog.feed[feed].cycle if feed in catalog.feed else Cycle.DAILY
    deadlines = Deadlines(china(), catalog.cutoff_workdays)
    closed = deadlines.last_closed(cycle, last_day_past(catalog.cutoff_hour, at))
    old = at.date() - timedelta(days=catalog.confirm_after_days + 1)
    return Bounds(catalog.evaluate_from, closed, None if confirmed else min(old, closed), not operator)


def set_sealed_aside(conn: Connection, bounds: Bounds, sifted: Sifted, staging: Staging) -> None:
    """Lay aside the staged rows that would change what is sealed (封账)."""
    found = store.sealed(conn, bounds, KEPT_BROKEN + 1)
    if found is None:
        return
    through, rows = found
    zh = f"{through} 及以前已封账，不能改动；确需更正的，请报区疏整促办代报。"
    en = f"days up to {through} are sealed: ask the campaign office, which can report this on your behalf."
    faults = [Fault("sealed", row.place, row.day.isoformat(), zh, en) for row in rows]
    sifted.set_aside(staging, zip(rows, faults, strict=True))


def sealed_as_a_whole(conn: Connection, bounds: Bounds) -> list[Fault]:
    """Why what is staged cannot be stored, where it is all or nothing and no body has its rows."""
    found = store.sealed(conn, bounds, limit=1)
    if found is None:
        return []
    through, _ = found
    zh = f"其中有 {through} 及以前已封账的数据，不能改动；确需改动的，请报区疏整促办办理。"
    en = f"days up to {through} are sealed, and some of these figures are theirs: ask the campaign office."
    return [Fault("sealed", "body", through.isoformat(), zh, en)]


def seal(conn: Connection, through: date, note: str, *, by: str, at: datetime) -> Seal:
    """Seal every day up to one, from now on. Raises `Invalid` for a day that has not passed."""
    if through >= at.date():
        zh = f"只能封至昨天及以前的日期，{through} 尚未过完。"
        raise Invalid("not_passed", zh, f"only days that have passed can be sealed, which {through} has not.")
    if not note.strip():
        raise Invalid("no_reason", "封账须写明事由（note）。", "say why, in the note.")
    return store.seal(conn, through, note, by, at)


def unconfirmed(conn: Connection, bounds: Bounds) -> list[Fault]:
    """Whether closed days would change that are so old that somebody must say he means it."""
    changes = store.unconfirmed(conn, bounds)
    return [] if changes is None else [_needs_confirm(changes)]


def _needs_confirm(changes: Changes) -> Fault:
    days, readings, first, last = changes.days, changes.readings, changes.first, changes.last
    zh = f"将改动较早的已评估日期{days}天、数据{readings}条（{first} 至 {last}），确认无误请加 confirm=true 重报。"
    en = (
        f"this would change {readings} readings on {days} days that were judged long ago ({first} to {last}): "
        "if you mean it, send it again with confirm=true."
    )
    return Fault("needs_confirm", "body", f"{first} – {last}", zh, en)
