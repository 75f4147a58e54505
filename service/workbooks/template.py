"""A feed's template: a workbook ready to fill in for one report, which the upload reads back as it is."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from service.catalog.publish import Published
from service.domain.catalog import Catalog, Feed
from service.errors import Invalid
from service.ingest.validate import Desk
from service.sheets.workbook import CELLS
from service.store import template as store
from service.store.pool import Connection
from service.workbooks import days
from service.workbooks.form import Form
from service.workbooks.grid import Grid, Key, lay_out
from service.workbooks.guide import write_guide
from service.workbooks.looks import Looks, new_book

FORM, REFERENCE, GUIDE = "填报", "参考", "填报说明"
_NOT_IN_A_CODE, _NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]"), re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Template:
    """A workbook, the day it is for, and its name, also in ASCII."""

    content: bytes
    day: date
    name: str
    ascii_name: str

    @property
    def disposition(self) -> str:
        """What tells a browser the name (RFC 6266)."""
        return f"attachment; filename=\"{self.ascii_name}\"; filename*=UTF-8''{quote(self.name, safe='')}"


def make_template(
    conn: Connection, published: Published, feed: Feed, now: datetime, day: date | None = None
) -> Template:
    """The template of a feed's next open report, or of a report day; raises `Invalid` where there is none."""
    day = days.checked(published, feed, day, now) if day else days.next_report(conn, published, feed, now)
    owed = days.owed_on(published, feed, day)
    if not owed:
        zh, en = "本报送渠道没有可填报的指标和区域。", "this feed has nothing to report."
        raise Invalid("no_template", zh, en)
    grid = lay_out(published.catalog, Desk(published, feed, now.date()).names, owed, day)
    _refuse_too_large(grid, len(owed))
    last = store.last_figures(conn, owed.values(), day)
    content = write_book(
        published.catalog, feed, day, grid, {key: last[n] for key, n in owed.items() if n in last}
    )
    name, code = _NOT_IN_A_NAME.sub("_", feed.name), _NOT_IN_A_CODE.sub("_", feed.code)
    return Template(content, day, f"{name}_{day}.xlsx", f"template_{code}_{day}.xlsx")


def _refuse_too_large(grid: Grid, figures: int) -> None:
    """What the upload would not read; the sheet of last figures is twice as wide as the form."""
    if 3 * len(grid.lines) * grid.width <= CELLS:
        return
    zh = f"本报送渠道每次填报{figures}个数，一个工作簿放不下：请用 CSV、NDJSON 或 JSON 报送。"
    en = f"{figures} figures are too many for a workbook: report them as CSV, NDJSON or JSON."
    raise Invalid("no_template", zh, en)


def write_book(
    catalog: Catalog, feed: Feed, day: date, grid: Grid, figures: Mapping[Key, tuple[date, float]]
) -> bytes:
    """The workbook of a grid; `figures` are day and value of each series' last report."""
    out = io.BytesIO()
    shown = {key for line in grid.lines for key in line.cells if key is not None}
    series = {
        key: one
        for one in catalog.series
        if one.feed == feed.code and (key := (one.node.indicator, one.node.region, one.node.scope)) in shown
    }
    with new_book(out, title=feed.name, author=catalog.office) as book:
        form = Form(catalog, feed, day, grid, series, figures, Looks(book))
        form.write(book.add_worksheet(FORM))
        if not grid.turned:
            form.write_reference(book.add_worksheet(REFERENCE))
        write_guide(form, book.add_worksheet(GUIDE))
    return out.getvalue()
