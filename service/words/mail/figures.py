"""The table of figures in a mail: name and figure, as the messages round them."""

from __future__ import annotations

from collections.abc import Callable

from service.domain.catalog import Kind
from service.words.messages.matter import FLOORS, Matter

Row = tuple[str, str]


def figure_rows(m: Matter) -> tuple[Row, ...]:
    """What is known, in the order of the messages; empty for what is about a feed."""
    if m.facts.kind is None:
        return ()
    rows = [("data_day", m.day(m.figures.data_day)), *_KINDS[m.facts.kind](m), _coverage(m)]
    return tuple((_name(m, name), said) for name, said in rows if said)


def _name(m: Matter, name: str) -> str:
    """A label; where it counts days or names them, with those."""
    f, key = m.figures, f"mail.{name}"
    if name in ("must", "may"):
        return m.say(key, days=str(f.days_left))
    return m.say(key, span=m.span(f.window_first, f.window_last)) if name == "window" else m.labels[key]


def _flow(m: Matter) -> list[Row]:
    f = m.figures
    short, over = (None, None) if f.shortfall is None else (f.shortfall, -f.shortfall)
    return [
        ("done", m.apart(f.to_date, f.target)),
        ("ceiling" if m.ceiling else "task", m.amount(f.target)),
        ("completion", m.percent(f.completion)),
        ("expected", m.percent(f.expected)),
        ("over", m.some_planned(over)) if m.ceiling else ("shortfall", m.some_planned(short)),
        ("left", "" if m.ceiling else m.some(f.to_target)),
        ("must", m.must(f.required_rate) if _must(m) else ""),
        ("year_on_year", _change(m)),
    ]


def _must(m: Matter) -> bool:
    """Whether the days left have to bring something."""
    rate = m.figures.required_rate
    return not m.ceiling and not m.reached and rate is not None and rate > 0 and bool(m.figures.days_left)


def _mean(m: Matter) -> list[Row]:
    f = m.figures
    allowed = f.allowed_mean
    may = allowed is not None and allowed > 0 and f.comparator not in FLOORS and bool(f.days_left)
    return [
        ("mean", m.apart(f.to_date, f.target)),
        ("goal", _goal(m)),
        ("may", m.say("mail.within", amount=m.within(allowed or 0.0)) if may else ""),
        ("year_on_year", _change(m)),
    ]


def _level(m: Matter) -> list[Row]:
    f = m.figures
    return [
        ("latest", m.apart(f.to_date, f.target)),
        ("goal", _goal(m)),
        ("completion", m.percent(f.completion)),
        ("expected", m.percent(f.expected)),
        ("year_on_year", _change(m)),
    ]


def _incidence(m: Matter) -> list[Row]:
    f = m.figures
    counted = f.window_first is not None and f.window_last is not None
    return [
        ("window", m.amount(f.value) if counted else ""),
        ("cleared", m.day(f.cleared_on)),
        ("calm", m.amount(f.calm_count)),
        ("found", m.amount(f.to_date)),
        ("year_on_year", _change(m)),
    ]


def _goal(m: Matter) -> str:
    f = m.figures
    return (
        m.say(f"mail.goal_{_SIGNS[f.comparator]}", target=m.amount(f.target))
        if f.comparator in _SIGNS
        else ""
    )


def _change(m: Matter) -> str:
    change = m.figures.year_on_year
    if change is None:
        return ""
    percent = m.percent(abs(change))
    if percent == "0.0%":
        return m.labels["mail.same"]
    return m.say("mail.up" if change > 0 else "mail.down", percent=percent)


def _coverage(m: Matter) -> Row:
    f = m.figures
    whole = not f.declared or f.declared == 1 or f.covered == f.declared
    return "coverage", "" if whole else m.say("mail.of", covered=str(f.covered), declared=str(f.declared))


_SIGNS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_KINDS: dict[Kind, Callable[[Matter], list[Row]]] = {
    Kind.FLOW: _flow,
    Kind.MEAN: _mean,
    Kind.STOCK: _level,
    Kind.RATIO: _level,
    Kind.INCIDENCE: _incidence,
}
