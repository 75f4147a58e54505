"""HTML that every mail program shows: tables, styles in place, nothing from outside, no script."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from service.words.labels import Labels
from service.words.lamps import LAMPS
from service.words.mail.letter import Letter


def render(letter: Letter, subject: str, labels: Labels) -> str:
    """One alert's mail."""
    return _page("alert.html.j2", subject, labels, letter=letter)


def render_list(letters: Sequence[Letter], subject: str, labels: Labels, *, closing: str = "") -> str:
    """One mail about several alerts: a table by lamp, the worst first, then each of them in short.

    closing  a last line, for all of them: whom to call
    """
    worst_first = sorted(letters, key=lambda letter: (-letter.level, letter.lamp))
    counts = [
        labels.say("mail.count", lamp=lamp, count=str(sum(1 for _ in same)))
        for lamp, same in groupby(worst_first, key=lambda letter: letter.lamp)
    ]
    return _page(
        "list.html.j2",
        subject,
        labels,
        letters=worst_first,
        counts=labels["mark.comma"].join(counts),
        closing=closing,
    )


def _page(name: str, subject: str, labels: Labels, **values: object) -> str:
    return _template(name).render(subject=subject, labels=labels, lamps=LAMPS, **values)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("service.words.mail", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
