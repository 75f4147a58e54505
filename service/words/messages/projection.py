"""projection 目标预测: where the recent rate leads by the end of the period. It carries no probability."""

from __future__ import annotations

from service.domain.facts import Facts
from service.words.labels import Labels
from service.words.messages import clauses
from service.words.messages.matter import Matter, ratio
from service.words.messages.parts import Message, Parts, assemble


def compose(facts: Facts, labels: Labels) -> Message:
    m = Matter(facts, labels)
    projected = m.say("projection.headline", name=m.name, end=_end(m), projected=_projected(m))
    parts = Parts(
        headline=m.clauses(projected, _share(m)) if projected else "",
        lines=(_figures(m), _basis(m)),
        outlook=m.sentence(_outlook(m)),
        ask=m.say("ask.projection", due=clauses.due(m)),
    )
    return assemble(m, parts)


def _figures(m: Matter) -> str:
    so_far = m.clauses(clauses.as_of(m), clauses.to_date(m), clauses.share(m))
    return m.sentence(m.halves(so_far, clauses.left(m)))


def _basis(m: Matter) -> str:
    """How the projection came about, in words anyone can check."""
    f = m.figures
    gap = ""
    if f.target is not None and f.projected is not None:
        gap = m.some_planned(f.target - m.as_planned(f.projected))
    return m.sentence(
        m.clauses(
            m.say("projection.basis", rate=m.usual(f.recent_rate)),
            m.say("projection.plain", end=_end(m), projected=_projected(m)),
            "" if m.ceiling else m.say("projection.gap", amount=gap),
        )
    )


def _outlook(m: Matter) -> str:
    required = clauses.required(m)
    return m.clauses(required, clauses.recent_times(m)) if required else ""


def _share(m: Matter) -> str:
    return m.say("projection.share", percent=m.percent(ratio(m.figures.projected, m.figures.target)))


def _projected(m: Matter) -> str:
    return m.planned(m.figures.projected)


def _end(m: Matter) -> str:
    return m.labels["time.whole_year" if m.whole_year else "time.whole_period"]
