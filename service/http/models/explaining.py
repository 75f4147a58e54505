"""An explanation as the API answers it, and as the command prints it with --json. Fields are only ever added."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from service.alerts.figures import to_plain
from service.domain.catalog import Level, SeriesKey
from service.evaluate.rulebook import PublishedRule
from service.explain.explanation import Changed, Explanation, Reading, SeriesSummary
from service.http.models.alerts import AlertOut
from service.http.models.page import to_cursor
from service.store.alerts import EventRow
from service.store.evidence import Origin
from service.words.labels import Language

Item = TypeVar("Item")


class ListOut(BaseModel, Generic[Item]):
    """The first of a list, and how many there are in all."""

    items: list[Item]
    total: int


class ReadingListOut(ListOut[Item], Generic[Item]):
    """Part of a list; pass `cursor` on to get the next, null at the end."""

    cursor: str | None


class MomentOut(BaseModel):
    """One of the alert's events; `number` is what `event` asks for."""

    number: int
    as_of: date
    at: datetime
    kind: str
    level: str
    retroactive: bool

    @classmethod
    def of(cls, number: int, row: EventRow) -> Self:
        return cls(
            number=number,
            as_of=row.as_of,
            at=row.at,
            kind=row.kind,
            level=Level(row.level).code,
            retroactive=row.retroactive,
        )


class RuleOut(BaseModel):
    """The rule as published. `entry` is its entry of the rule file, `lamps` the table it refers to."""

    name: str
    version: int
    entry: dict[str, Any]
    lamps: dict[str, Any] | None

    @classmethod
    def of(cls, rule: PublishedRule) -> Self:
        return cls(name=rule.rule.name, version=rule.version, entry=rule.entry, lamps=rule.lamps)


class BoundsOut(BaseModel):
    """The bounds that counted: of each level, and which way is worse. `reached` is null where nothing was judged."""

    levels: dict[str, float]
    below: bool
    clear: float
    compared: float | None
    reached: str | None


class StepOut(BaseModel):
    """One step: name formula = working = result. `value` is the result before it was rounded."""

    model_config = ConfigDict(from_attributes=True)
    name: str
    formula: str
    working: str
    result: str
    value: float | None
    text: str


class DifferenceOut(BaseModel):
    """A figure that comes out otherwise than it was stored."""

    model_config = ConfigDict(from_attributes=True)
    figure: str
    then: Any
    now: Any


class OwedOut(BaseModel):
    """What a region owes: indicators by name, and the working days without a figure."""

    model_config = ConfigDict(from_attributes=True)
    region: str
    indicators: list[str]
    last_data: date | None
    days: list[date]


class OfSeries(BaseModel):
    """Something of one series."""

    indicator: str
    region: str
    region_name: str
    scope: str
    source: str


def _series(key: SeriesKey, region_name: str) -> dict[str, str]:
    node = key.node
    return {
        "indicator": node.indicator,
        "region": node.region,
        "region_name": region_name,
        "scope": node.scope,
        "source": key.source,
    }


class SeriesOut(OfSeries):
    """Readings of one series in a span: how many days, their daily figures added up, and the last of them."""

    days: int
    total: float
    latest: float
    first: date
    last: date

    @classmethod
    def of(cls, one: SeriesSummary) -> Self:
        return cls(
            **_series(one.series, one.region),
            days=one.days,
            total=one.total,
            latest=one.latest,
            first=one.first,
            last=one.last,
        )


class KnownReadingOut(OfSeries):
    """A reading as known then. `value` is as reported, in the indicator's unit, `daily` what it adds to its day.

    figure and unit are as written where they differ; a value of null was taken back.
    """

    day: date
    value: float | None
    daily: float | None
    revision: int
    figure: str | None
    unit: str | None
    note: str | None
    submission: str

    @classmethod
    def of(cls, one: Reading) -> Self:
        known = one.reading
        return cls(
            **_series(one.series, one.region),
            day=known.day,
            value=known.value,
            daily=one.daily,
            revision=known.revision,
            figure=known.figure,
            unit=known.unit,
            note=known.note,
            submission=known.submission_id,
        )


class ChangeOut(OfSeries):
    """A value that replaced another; a late first report has revision 1 and nothing before."""

    day: date
    revision: int
    before: float | None
    value: float | None
    submission: str
    feed: str
    recorded_at: datetime

    @classmethod
    def of(cls, one: Changed) -> Self:
        change = one.change
        return cls(
            **_series(one.series, one.region),
            day=change.day,
            revision=change.revision,
            before=change.before,
            value=change.value,
            submission=change.submission_id,
            feed=change.feed,
            recorded_at=change.recorded_at,
        )


class OriginOut(BaseModel):
    """A submission; `readings` of those behind the figures came with it, of days from first_day to last_day."""

    submission: str
    feed: str
    format: str
    rows: int
    note: str
    received_at: datetime
    recorded_at: datetime
    readings: int
    first_day: date
    last_day: date

    @classmethod
    def of(cls, one: Origin) -> Self:
        return cls(
            submission=one.submission_id,
            feed=one.feed,
            format=one.format,
            rows=one.rows,
            note=one.note,
            received_at=one.received_at,
            recorded_at=one.recorded_at,
            readings=one.readings,
            first_day=one.first_day,
            last_day=one.last_day,
        )


class ExplanationOut(BaseModel):
    """Everything behind an alert at one of its moments.

    event         number of the event, null for a day of the episode without one
    subject, message  as said then; for a day without an event, as it would have read
    noted         false where the event did not note what it was judged by, and the day's last evaluation was taken
    figures       as worked out again from what was known then; as stored where that is not possible
    stored        as the event stored them; `differences` between the two, none when all is well. An alert that
                  ended with its period, its rule or by late data may keep the figures of before
    recomputed    false where the version of that day has no such rule, or it looked elsewhere
    silent        regions that owed a figure on the data day and had none
    revisions     values that had been replaced by then; later, what was corrected or reported since
    """

    alert: AlertOut
    events: list[MomentOut]
    event: int | None
    as_of: date
    data_day: date | None
    known_at: datetime
    catalog_version: int
    rules_version: int
    noted: bool
    subject: str
    message: str
    rule: RuleOut | None
    bounds: BoundsOut | None
    recomputed: bool
    figures: dict[str, Any]
    stored: dict[str, Any] | None
    differences: list[DifferenceOut]
    steps: list[StepOut]
    covered: int | None
    declared: int | None
    silent: list[str]
    owed: list[OwedOut]
    series: list[SeriesOut]
    readings: ReadingListOut[KnownReadingOut]
    revisions: ListOut[ChangeOut]
    later: ListOut[ChangeOut]
    submissions: ListOut[OriginOut]

    @classmethod
    def of(cls, found: Explanation, language: Language) -> Self:
        basis, said = found.basis, found.message(language)
        figures = found.worked.figures if found.worked else found.stored or found.facts.figures
        page = found.next_page
        return cls(
            alert=AlertOut.of(found.alert),
            events=[MomentOut.of(number, row) for number, row in enumerate(found.events, 1)],
            event=found.number,
            as_of=basis.as_of,
            data_day=figures.data_day,
            known_at=basis.known_at,
            catalog_version=basis.catalog_version,
            rules_version=basis.rules_version,
            noted=basis.noted,
            subject=said.subject,
            message=said.text,
            rule=RuleOut.of(found.rule) if found.rule else None,
            bounds=_bounds(found),
            recomputed=found.worked is not None,
            figures=to_plain(figures),
            stored=to_plain(found.stored) if found.stored else None,
            differences=[DifferenceOut.model_validate(one) for one in found.differences],
            steps=[StepOut.model_validate(one) for one in found.steps(language)],
            covered=figures.covered,
            declared=figures.declared,
            silent=list(found.silent),
            owed=[OwedOut.model_validate(one) for one in found.owed],
            series=[SeriesOut.of(one) for one in found.series],
            readings=ReadingListOut(
                items=[KnownReadingOut.of(one) for one in found.readings.items],
                total=found.readings.total,
                cursor=to_cursor(page[0].isoformat(), str(page[1])) if page else None,
            ),
            revisions=ListOut(
                items=[ChangeOut.of(one) for one in found.revisions.items], total=found.revisions.total
            ),
            later=ListOut(items=[ChangeOut.of(one) for one in found.later.items], total=found.later.total),
            submissions=ListOut(
                items=[OriginOut.of(one) for one in found.submissions.items], total=found.submissions.total
            ),
        )


def _bounds(found: Explanation) -> BoundsOut | None:
    if found.worked is None:
        return None
    w = found.worked.working
    return BoundsOut(
        levels={level.code: bound for level, bound in w.bounds.each},
        below=w.bounds.below,
        clear=w.bounds.clear,
        compared=w.compared,
        reached=None if w.reached is None else w.reached.code,
    )
