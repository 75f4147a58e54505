"""What a rule says in its own words, as rule files hold it, and what may be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.errors import Fault
from service.words.messages.template import PLACEHOLDERS, unknown_places
from service.yamlfile import Document, Strict, nearest

_ADDRESS = re.compile(r"https?://\S+")


class AnnotationsFile(Strict):
    """A rule in words."""

    title: str
    """Short Chinese title of the messages (序时滞后)."""
    summary: str = ""
    """Chinese template of what and where, in place of the check's own headline; figures as {name}."""
    description: str = ""
    """Chinese template of the figures, in place of the check's own lines; figures as {name}."""
    runbook_url: str = ""
    """Where to read on; the messages name it."""


def annotation_faults(
    document: Document, at: tuple[int | str, ...], entry: AnnotationsFile
) -> Iterator[Fault]:
    """Headlines that are none, placeholders nobody knows, braces that hold none, and no address to read on at."""
    if len(entry.title.splitlines()) != 1 or not entry.title.strip():
        zh, en = "title 不能为空，且只能有一行。", "the title is one line, and not empty."
        yield document.fault((*at, "title"), "not_one_line", zh, en)
    if entry.runbook_url and not _ADDRESS.fullmatch(entry.runbook_url):
        zh = "runbook_url 应以 http:// 或 https:// 开头，不含空格。"
        en = "runbook_url begins with http:// or https:// and holds no space."
        yield document.fault((*at, "runbook_url"), "no_address", zh, en, entry.runbook_url)
    if "\n" in entry.summary.strip():
        zh, en = "summary 是标题，只能有一行。", "the summary is a headline: one line."
        yield document.fault((*at, "summary"), "not_one_line", zh, en)
    for key, text in (("summary", entry.summary), ("description", entry.description)):
        for place in unknown_places(text):
            near = nearest(place, list(PLACEHOLDERS))
            zh = f"没有占位符“{place}”" + (f"，是否为“{{{near}}}”？" if near else "，见 docs/rules.md。")
            en = f"no placeholder {place!r}" + (
                f"; did you mean {{{near}}}?" if near else ": docs/rules.md lists them."
            )
            yield document.fault((*at, key), "unknown_placeholder", zh, en, place)
