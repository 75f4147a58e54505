"""Clauses that several checks say."""

from __future__ import annotations

from service.domain.catalog import SUMMED, Kind
from service.words import numbers
from service.words.messages.matter import BUILT_UNITS, Matter, ratio

YEAR_START = (1, 1)
SPANS = {(3, 31): "quarter", (6, 30): "half", (9, 30): "three_quarters"}
CONCENTRATION = "/立方米"


def as_of(m: Matter) -> str:
    return m.say("figure.as_of", day=m.day(m.data_day))


def to_date(m: Matter, *, added: bool = False) -> str:
    """The figure of the period so far, named by its kind."""
    f = m.figures
    match m.facts.kind:
        case Kind.INCIDENCE:
            key = "figure.found"
        case Kind.MEAN:
            key = "figure.concentration" if concentration(m) else "figure.mean"
        case Kind.STOCK | Kind.RATIO:
            key = "figure.placed" if m.ranked else "figure.latest"
        case _:
            key = "figure.added" if added and m.facts.unit in BUILT_UNITS else "figure.done"
    return m.say(key, amount=m.apart(f.to_date, f.target))


def share(m: Matter, *, key: str = "share") -> str:
    """How much of the target is done."""
    if m.facts.kind not in (None, *SUMMED):
        key = "goal_share"
    elif m.ceiling:
        key = "ceiling_share"
    f = m.figures
    return m.say(f"figure.{key}", target=m.amount(f.target), percent=m.percent(f.completion))


def lag(m: Matter, pace: str = "lag.name") -> str:
    """Behind or ahead of the plan; under a ceiling, being fast is what is wrong."""
    behind = m.figures.lag
    if behind is None:
        return ""
    name = m.labels[pace]
    points = numbers.points(abs(behind))
    if points == "0.0":
        return m.say("lag.level", pace=name)
    slow = (behind > 0) != m.ceiling
    return m.say("lag.behind" if slow else "lag.ahead", pace=name, points=points)


def left(m: Matter) -> str:
    """What is missing to the target, or that it is reached."""
    if m.reached:
        return m.labels["figure.reached"]
    return "" if m.ceiling else m.say("figure.left", amount=m.some(m.figures.to_target))


def required(m: Matter) -> str:
    """What each of the days left must bring; "" where nothing is left to do or no day to do it."""
    f = m.figures
    days = f.days_left or 0
    if m.reached or m.ceiling or f.required_rate is None or f.required_rate <= 0 or days <= 0:
        return ""
    return m.say("rate.must", days=str(days), rate=m.must(f.required_rate))


def required_times(m: Matter) -> str:
    """The required rate as a multiple of the rate so far."""
    said = _times(ratio(m.figures.required_rate, m.figures.mean_rate))
    return m.say("rate.times", period=m.labels[f"time.{_period(m)}"], times=said)


def recent_times(m: Matter) -> str:
    """The required rate as a multiple of the recent rate."""
    return m.say("rate.times_recent", times=_times(ratio(m.figures.required_rate, m.figures.recent_rate)))


def year_on_year(m: Matter) -> str:
    change = m.figures.year_on_year
    if change is None:
        return ""
    said = numbers.percent(abs(change))
    if said == "0.0%":
        return m.labels["figure.year_same"]
    return m.say("figure.year_up" if change > 0 else "figure.year_down", percent=said)


def due(m: Matter) -> str:
    return m.weekday(m.facts.reply_due)


def each(m: Matter) -> str:
    """逐户 where cases are counted, 逐处 where they are measured."""
    return m.say("ask.each", unit=m.facts.unit if countable(m) else "处")


def countable(m: Matter) -> bool:
    return m.facts.unit in ("个", "家", "处", "户", "套", "件", "人")


def concentration(m: Matter) -> bool:
    return m.facts.unit.endswith(CONCENTRATION)


def _times(of: float | None) -> str:
    """ "" where it would read as no times at all."""
    said = "" if of is None else numbers.multiple(of)
    return "" if said == "0" else said


def _period(m: Matter) -> str:
    """The days so far as people call them: the first half on 30 June."""
    start, day = m.facts.period_start, m.data_day
    if start is not None and ((start.month, start.day) != YEAR_START or start.year != day.year):
        return "period"
    return SPANS.get((day.month, day.day), "year")
