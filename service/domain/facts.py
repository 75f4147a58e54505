"""What an alert knows at the moment it speaks: the figures, as values.

A check fills the figures, the alert its clock, the catalogue its names; `service.words` turns
them into sentences. Everything is plain data, so that an event stores exactly what it said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from service.domain.catalog import Catalog, Kind, Level, NodeKey, Source
from service.domain.cycles import Cycle
from service.domain.units import UNITS


class EventKind(StrEnum):
    """What happened to an alert."""

    FIRED = "fired"
    WORSE = "worse"
    BETTER = "better"
    RESOLVED = "resolved"
    OVERTURNED = "overturned"  # as known now, it never was


class Reason(StrEnum):
    """Why an alert is what it is now."""

    CONDITION = "condition"  # the condition came, rose, fell or went
    LATE_DATA = "late_data"  # a reading for a closed day came in or was corrected
    RESTATED = "restated"  # readings of closed days were restated under a changed definition (口径调整)
    PERIOD_CLOSED = "period_closed"
    RULE_REMOVED = "rule_removed"
    SHADOW_BEGUN = (
        "shadow_begun"  # the rule runs in shadow from now on: the live alert ends, one in shadow opens
    )
    SHADOW_ENDED = "shadow_ended"  # and the other way about
    RULES_CHANGED = "rules_changed"  # the rule was edited: it judges otherwise, or no longer looks there
    CATALOG_CHANGED = (
        "catalog_changed"  # the subject, or what it is judged by, was changed or left the catalogue
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """A region of a feed that owes figures.

    first, last   the days owed
    last_data     last day reported, None if none ever was
    workdays      working days in a row without a figure
    """

    region: str
    indicators: tuple[str, ...]
    first: date
    last: date
    last_data: date | None
    workdays: int


@dataclass(frozen=True, slots=True)
class Side:
    """What one source says, where two are compared.

    covered, declared  of a roll-up, regions that have reported and all that owe; 0 and 0 of what is reported itself
    """

    source: str
    value: float
    covered: int = 0
    declared: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures a check judged by; values in the indicator's unit, shares as ratios, None where undefined.

    to_date         sum (flow, incidence) or mean (mean) of the period to the data day
    lag             expected − completion, positive when behind
    shortfall       missing to today's plan; to_target  missing to the target
    required_rate   per day over the days left; allowed_mean  the same for a mean
    mean_rate       per day since the period began; recent_rate  over the last 28 days with data
    year_on_year    to_date ÷ last year's same days − 1
    value, bound    what a threshold or count check compared
    window_first, window_last   days the counted window spans
    cleared_on      day the cleared state was reached; calm_count, calm_days since then, before the window
    still_days      days without progress; last_move  the last day with some
    usual, spread, sample  median of the last `sample` reported days, and how far they usually lie from it
    times           how often: days with the same figure, months among the worst
    place, peers    place from the bottom (the places that count, where months do), of how many
    group           the group of regions it was ranked in, None where all, or those of one parent, were
    months          complete months looked back on
    open_count, open_since  cases not treated, and the day the oldest of them was found
    sides           what two sources say, the preferred one first; the one alone whose report is doubted
    """

    data_day: date | None = None
    to_date: float | None = None
    target: float | None = None
    comparator: str | None = None
    completion: float | None = None
    expected: float | None = None
    lag: float | None = None
    shortfall: float | None = None
    to_target: float | None = None
    required_rate: float | None = None
    allowed_mean: float | None = None
    mean_rate: float | None = None
    recent_rate: float | None = None
    year_on_year: float | None = None
    projected: float | None = None
    days_left: int | None = None
    covered: int | None = None
    declared: int | None = None
    value: float | None = None
    bound: float | None = None
    window_first: date | None = None
    window_last: date | None = None
    cleared_on: date | None = None
    calm_count: float | None = None
    calm_days: int | None = None
    still_days: int | None = None
    last_move: date | None = None
    usual: float | None = None
    spread: float | None = None
    sample: int | None = None
    times: int | None = None
    place: int | None = None
    peers: int | None = None
    group: str | None = None
    months: int | None = None
    open_count: float | None = None
    open_since: date | None = None
    sides: tuple[Side, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a message says, names already looked up.

    title       the rule's short title (序时滞后)
    summary, description  its templates, in place of the check's own headline and figures
    runbook     where to read on
    held_days   days since `since`, both ends counted
    cycle       how often the feed reports
    localities  regions that act, () for the region itself or all below it
    reply_due   day by which the unit answers, None where nothing is asked
    banner      a mark every message bears (演示数据), empty in earnest
    shadow      on trial (试运行): the text is kept, and told to nobody
    beside_root whether the region is none of this installation's (another district)
    restated    where it was found out in retrospect: from figures restated under a changed definition
    """

    number: str
    check: str
    title: str
    event: EventKind
    reason: Reason
    level: Level
    previous_level: Level
    as_of: date
    since: date
    held_days: int
    issued_on: date
    figures: Figures
    indicator: str = ""
    short: str = ""
    kind: Kind | None = None
    unit: str = ""
    precision: int = 0
    period_start: date | None = None
    period_end: date | None = None
    region: str = ""
    region_level: str = ""
    beside_root: bool = False
    scope: str = ""
    feed: str = ""
    cycle: Cycle = Cycle.DAILY
    lead: str = ""
    localities: tuple[str, ...] = ()
    source: str = ""
    office: str = ""
    reply_due: date | None = None
    banner: str = ""
    retroactive: bool = False
    restated: bool = False
    summary: str = ""
    description: str = ""
    runbook: str = ""
    shadow: bool = False


def about_node(facts: Facts, catalog: Catalog, node: NodeKey) -> Facts:
    """The facts with the names of a node of the catalogue in them."""
    indicator, region = catalog.indicator[node.indicator], catalog.region[node.region]
    return replace(
        facts,
        indicator=indicator.name,
        short=indicator.short or indicator.name,
        kind=indicator.kind,
        unit=UNITS[indicator.unit],
        precision=indicator.precision,
        region=region.name,
        region_level=region.level,
        beside_root=catalog.beside_root(region.code),
        scope=node.scope,
        lead=catalog.department[indicator.lead].name,
    )


def source_name(catalog: Catalog, indicator: str, source: Source) -> str:
    """Who reports an indicator, as people call it: 属地填报 where the localities do."""
    local = catalog.indicator[indicator].reported_at != catalog.region[catalog.root].level
    name = source.name
    return f"属地{name}" if local and source.code == "reported" and not name.startswith("属地") else name


@dataclass(frozen=True, slots=True)
class Restated:
    """A restatement: the feed's name, and the reason it gave."""

    feed: str
    note: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What judging closed days again came to, told in one message.

    restated    what was restated; empty where late or corrected figures would have sent too many messages
    first, last the days that were judged again
    opened      alerts that fire now and did not before; changed  that rose or fell
    past        that fired and ended within these days and are told of only now
    overturned  that, as known now, never were
    alerts      those that are named
    """

    restated: tuple[Restated, ...]
    first: date
    last: date
    issued_on: date
    opened: int
    ended: int
    changed: int
    past: int
    overturned: int
    alerts: tuple[Facts, ...]
    office: str = ""
    banner: str = ""
