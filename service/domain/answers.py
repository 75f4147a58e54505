"""What the query of a rule answered: a figure for each node it named, or why there is no answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from service.domain.arrays import Floats, Ints
from service.domain.catalog import NodeKey
from service.domain.layout import Layout
from service.errors import BiaochiError, Invalid


@dataclass(frozen=True, slots=True)
class Answer:
    """Node rows the query named, each once, and their figures: NaN where it says that nothing is known."""

    rows: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The query failed, or gave what cannot be taken."""

    reason: BiaochiError


NOT_ASKED = NoAnswer(Invalid("not_asked", "未执行查询。", "its query was not asked."))


def answer_of(
    layout: Layout, found: Iterable[tuple[str | None, str | None, str | None, float | None]]
) -> Answer:
    """Rows of (indicator, region, scope, value), value None where nothing is known, by their nodes.

    Raises `Invalid` for a node the catalogue lacks, one that is named twice, or a figure that is infinite:
    an answer that is wrong in one place is not trusted in the others.
    """
    answers = [(NodeKey(i or "", r or "", s or ""), value) for i, r, s, value in found]
    rows = np.array([layout.row.get(node, -1) for node, _ in answers], dtype=np.int64)
    values = np.array([np.nan if value is None else value for _, value in answers], dtype=float)
    if (unknown := np.flatnonzero(rows < 0)).size:
        node = _told(answers[unknown[0]][0])
        zh, en = f"目录中没有“{node}”。", f"the catalogue has no figure {node}."
        raise Invalid("query_unknown_node", zh, en)
    if np.unique(rows).size < rows.size:
        node = _told(layout.nodes[int(np.flatnonzero(np.bincount(rows) > 1)[0])])
        zh, en = f"“{node}”出现多次。", f"the query names {node} more than once."
        raise Invalid("query_named_twice", zh, en)
    if (infinite := np.flatnonzero(np.isinf(values))).size:
        node = _told(answers[infinite[0]][0])
        zh, en = f"“{node}”的数值无穷大。", f"the figure of {node} is infinite."
        raise Invalid("query_infinite", zh, en)
    return Answer(rows, values)


def _told(node: NodeKey) -> str:
    return " ".join(part or "-" for part in (node.indicator, node.region)) + (
        f" {node.scope}" if node.scope else ""
    )
