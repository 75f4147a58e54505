"""A roster as a workbook: sheets 单位, 人员 and 代理, with headers that people know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from service.domain.names import plain
from service.errors import Fault, Faulty
from service.sheets.cells import Problem, broken, is_blank, read_day, text_of
from service.sheets.sheet import Places, Sheet
from service.sheets.xlsx import read_xlsx
from service.texts import shown
from service.yamlfile import Model, explained, nearest, place

MAX_BYTES = 16 << 20
HEADER_WITHIN = 10  # rows: titles may stand above it
_SEPARATORS = re.compile(r"[、,，;；\n]+")
KINDS = {
    "街乡": "locality",
    "属地": "locality",
    "部门": "department",
    "区领导": "leader",
    "分管领导": "leader",
    "办公室": "office",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the key it fills, what its header may say, and what a cell of it may hold.

    group  key of the mapping the value goes into, empty where it goes into the entry itself
    """

    key: str
    headers: tuple[str, ...]
    read: Callable[[str], object | Problem] = str
    required: bool = False
    group: str = ""


def _many(text: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _kind(text: str) -> str | Problem:
    known = {plain(word): kind for word, kind in KINDS.items()} | {kind: kind for kind in KINDS.values()}
    if kind := known.get(plain(text)):
        return kind
    zh = f"类别应为：{'、'.join(KINDS)}。"
    return Problem("unknown_kind", shown(text), zh, f"a kind of unit is one of {', '.join(KINDS)}.")


def _day(text: str) -> date | Problem:
    return read_day(text)


_UNIT = ("单位", "单位名称", "单位代码")
_NOTES = (Column("", ("备注", "序号")),)  # for people: not read
SHEETS: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    "单位": (
        "units",
        (
            Column("code", ("单位代码", "代码"), required=True),
            Column("name", ("单位名称", "名称", "单位")),
            Column("name_en", ("英文名称",)),
            Column("kind", ("类别", "单位类别"), _kind, required=True),
            Column("departments", ("对应部门", "部门"), _many),
            Column("regions", ("属地区域", "区域"), _many),
            Column("tasks", ("分管任务",), _many),
            Column("escalates_to", ("提级至",)),
            *_NOTES,
        ),
    ),
    "人员": (
        "people",
        (
            Column("unit", _UNIT, required=True),
            Column("name", ("姓名",), required=True),
            Column("post", ("职务", "岗位")),
            Column("mobile", ("手机", "手机号", "手机号码")),
            Column("email", ("邮箱", "电子邮箱", "电子邮件")),
            Column("wecom", ("企业微信", "企业微信账号"), group="userids"),
            Column("dingtalk", ("钉钉", "钉钉账号"), group="userids"),
            Column("feishu", ("飞书", "飞书账号"), group="userids"),
            Column("tasks", ("分管任务",), _many),
            Column("from", ("启用日期", "开始日期"), _day),
            Column("to", ("停用日期", "结束日期"), _day),
            *_NOTES,
        ),
    ),
    "代理": (
        "deputies",
        (
            Column("unit", _UNIT, required=True),
            Column("name", ("姓名", "被代理人"), required=True),
            Column("by", ("代理人",), required=True),
            Column("from", ("开始日期",), _day, required=True),
            Column("to", ("结束日期",), _day),
            *_NOTES,
        ),
    ),
}


@dataclass
class Book:
    """A roster's workbook as plain entries, and the cells they came from."""

    name: str
    content: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    warnings: list[Fault] = field(default_factory=list)
    _cells: dict[tuple[int | str, ...], str] = field(default_factory=dict)

    def where(self, path: tuple[int | str, ...]) -> str:
        """The cell of a key, or the row of an entry."""
        while path and path not in self._cells:
            path = path[:-1]
        return f"{self.name}:{self._cells[path]}" if path else self.name

    def into(self, model: type[Model]) -> Model:
        """The workbook as a model; raises `Faulty` with every cell that doesn't fit."""
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            raise Faulty("wrong_roster", [self._told(model, told) for told in error.errors()]) from None

    def _told(self, model: type[Model], error: Any) -> Fault:
        zh, en = explained(error, model)
        return Fault("wrong_cell", self.where(place(error)), shown(str(error["input"])), zh, en)

    def take(self, sheet: Sheet, key: str, columns: tuple[Column, ...]) -> Iterator[Fault]:
        """Every row of a sheet below its header; the faults of its cells."""
        try:
            header, at = _header(sheet, columns)
        except Faulty as error:
            yield from error.faults
            return
        entries = self.content.setdefault(key, [])
        for row in range(header + 1, len(sheet.rows)):
            if not any(sheet.filled(row)):
                continue
            entry: dict[str, Any] = {}
            path = (key, len(entries))
            self._cells[path] = sheet.row_place(row)
            for column, spec in at.items():
                yield from self._read(sheet, row, column, spec, path, entry)
            yield from _left_over(sheet, row, at)
            entries.append(entry)

    def _read(
        self,
        sheet: Sheet,
        row: int,
        column: int,
        spec: Column,
        path: tuple[int | str, ...],
        entry: dict[str, Any],
    ) -> Iterator[Fault]:
        """One cell into its entry."""
        text, where = text_of(sheet.said(row, column)), sheet.place(row, column)
        if not spec.key:
            return
        if not text:
            if spec.required:
                zh, en = f"缺少{spec.headers[0]}。", f"{spec.key} is missing."
                yield Fault("missing_cell", where, "", zh, en)
            return
        value = broken(text) or spec.read(text)
        if isinstance(value, Problem):
            yield value.at(where)
            return
        inside = (spec.group, spec.key) if spec.group else (spec.key,)
        self._cells[*path, *inside] = where
        (entry.setdefault(spec.group, {}) if spec.group else entry)[spec.key] = value


def read_book(path: Path) -> Book:
    """A roster's workbook; raises `Faulty` with every cell that cannot be read."""
    try:
        body = path.read_bytes()
    except OSError as error:
        zh, en = f"无法读取：{error.strerror}。", f"cannot be read: {error.strerror}."
        raise Faulty("unreadable", [Fault("unreadable", path.name, "", zh, en)]) from None
    book = Book(path.name)
    try:
        faults = list(_fill(book, body))
    except Faulty as error:
        faults = error.faults
    if faults:
        raise Faulty("wrong_roster", [_in(path.name, fault) for fault in faults])
    book.warnings = [_in(path.name, warning) for warning in book.warnings]
    return book


def _fill(book: Book, body: bytes) -> Iterator[Fault]:
    if len(body) > MAX_BYTES:
        zh = f"花名册超过 {MAX_BYTES >> 20} MB：请删去图片和无关内容。"
        yield Fault(
            "file_too_large", "workbook", "", zh, f"larger than {MAX_BYTES >> 20} MB: remove pictures."
        )
        return
    sheets, hidden = read_xlsx(body)
    book.warnings += hidden
    known = {plain(name): spec for name, spec in SHEETS.items()}
    for sheet in sheets:
        if spec := known.get(plain(sheet.name)):
            yield from book.take(sheet, *spec)
            book.warnings += _hidden_rows(sheet)
        else:
            zh = f"未读取：花名册的工作表应名为{'、'.join(SHEETS)}。"
            en = f"not read: the sheets of a roster are called {', '.join(SHEETS)}."
            book.warnings.append(Fault("unknown_sheet", sheet.name, "", zh, en))
    if not any(plain(sheet.name) in known for sheet in sheets):
        zh, en = f"没有名为{'、'.join(SHEETS)}的工作表。", f"has no sheet called {', '.join(SHEETS)}."
        yield Fault("no_sheet", "workbook", "", zh, en)


def _header(sheet: Sheet, columns: tuple[Column, ...]) -> tuple[int, dict[int, Column]]:
    """Row of the header, and what each of its columns holds; raises `Faulty` where it is none, or not a whole one."""
    known = {plain(header): spec for spec in columns for header in spec.headers}
    for row in range(min(len(sheet.rows), HEADER_WITHIN)):
        cells = {column: text_of(cell) for column, cell in sheet.filled(row)}
        if sum(plain(text) in known for text in cells.values()) >= 2:
            return row, _columns(sheet, row, cells, columns, known)
    wanted = [spec for spec in columns if spec.required]
    zh = f"前{HEADER_WITHIN}行中没有表头，至少应有：{'、'.join(spec.headers[0] for spec in wanted)}。"
    en = f"no header in the first {HEADER_WITHIN} rows; it has at least {', '.join(s.headers[0] for s in wanted)}."
    raise Faulty("wrong_roster", [Fault("no_header", sheet.name, "", zh, en)])


def _columns(
    sheet: Sheet, row: int, cells: Mapping[int, str], columns: tuple[Column, ...], known: Mapping[str, Column]
) -> dict[int, Column]:
    found: dict[int, Column] = {}
    faults: list[Fault] = []
    for column, text in cells.items():
        where, spec = sheet.place(row, column), known.get(plain(text))
        if spec is None:
            near = nearest(text, [header for one in columns for header in one.headers])
            zh = f"不认识的表头“{text}”" + (f"，是否为“{near}”？" if near else "；请改正或删去这一列。")
            en = f"unknown header {shown(text)!r}" + (
                f"; did you mean {near!r}?" if near else ": remove the column."
            )
            faults.append(Fault("unknown_header", where, shown(text), zh, en))
        elif spec.key and any(other.key == spec.key for other in found.values()):
            zh, en = f"有两列{spec.headers[0]}。", f"a second column of {spec.key}."
            faults.append(Fault("header_twice", where, shown(text), zh, en))
        else:
            found[column] = spec
    present = {spec.key for spec in found.values()}
    for spec in columns:
        if spec.required and spec.key not in present:
            zh, en = f"缺少“{spec.headers[0]}”列。", f"the column {spec.headers[0]} ({spec.key}) is missing."
            faults.append(Fault("no_column", sheet.row_place(row), "", zh, en))
    if faults:
        raise Faulty("wrong_roster", faults)
    return found


def _left_over(sheet: Sheet, row: int, at: Mapping[int, Column]) -> Iterator[Fault]:
    """Cells in columns that have no header: nobody can say what they mean."""
    for column, cell in sheet.filled(row):
        if column not in at and not is_blank(cell):
            zh, en = "这一列没有表头。", "this column has no header."
            yield Fault("no_header", sheet.place(row, column), shown(text_of(cell)), zh, en)


def _hidden_rows(sheet: Sheet) -> Iterator[Fault]:
    """Hidden rows are read: who hid them may have forgotten them."""
    hidden = Places()
    for row in sorted(sheet.hidden_rows):
        if row < len(sheet.rows) and any(sheet.filled(row)):
            hidden.add(sheet.row_place(row))
    if hidden.count:
        zh, en = hidden.fill("隐藏的行也已读取：{}。", "hidden rows were read too: {}.")
        yield Fault("hidden_rows", sheet.name, "", zh, en)


def _in(name: str, fault: Fault) -> Fault:
    """A fault of a workbook, with the file's name."""
    return Fault(fault.code, f"{name}:{fault.where}", fault.text, fault.zh, fault.en)
