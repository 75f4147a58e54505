"""The last sheet of a template: how to fill it in, what each figure is, whom to ask."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.worksheet import Worksheet

from service.domain.units import UNITS, accepted
from service.ingest.parse.ours import NOT_REPORTED
from service.words import dates
from service.workbooks.form import Form
from service.workbooks.looks import height, set_up
from service.workbooks.phrases import SPANS, bounds, definition

_HEAD = ("指标", "代码", "填报口径", "单位", "允许范围", "范围（批次、片区）", "统计口径")
_WIDTHS = (26, 34, 12, 20, 26, 18, 60)
_HOW = (
    ("没有发生", "填 0，或填“零报告”。零报告也要报，不能留空。"),
    ("不适用", "填“/”或“不适用”，不入库。"),
    ("没有报的", "留空。留空按未报处理，不会当作 0。"),
    ("更正", "改成正确的数再次上传即可，原数留档。"),
    ("撤回", "误报的数，在原来的格里填“撤回”，再次上传。"),
    ("单位", "表中已写单位，只填数字。要换单位，从单位格的下拉菜单中选；个别数也可带单位，如 12.5万㎡。"),
    ("备注", "可不填。同一行的数共用一条备注。"),
    ("再次使用", "下次填报，改“数据日期”，清空旧数，填好后再次上传。"),
    ("上传之后", "看回执：有错的格会逐一写明怎样改。一处有错，整份不入库，改好后整份重报。"),
)  # fmt: skip


def write_guide(form: Form, sheet: Worksheet) -> None:
    """Fill the sheet."""
    looks = form.looks
    sheet.write_string(0, 0, f"{NOT_REPORTED}：填报说明", looks.title)
    row = 2
    for label, text in (*_about(form), *_HOW, *_whom(form)):
        sheet.write_string(row, 0, label, looks.head)
        sheet.merge_range(row, 1, row, len(_HEAD) - 1, "", looks.text)
        sheet.write_string(row, 1, text, looks.text)
        row += 1
    row += 1
    for column, text in enumerate(_HEAD):
        sheet.write_string(row, column, text, looks.head)
    for number, texts in enumerate(_indicators(form), row + 1):
        for column, text in enumerate(texts):
            sheet.write_string(number, column, text, looks.text)
        sheet.set_row(number, height(texts, _WIDTHS))
    set_up(sheet, _WIDTHS)


def _about(form: Form) -> Iterator[tuple[str, str]]:
    feed, source = form.feed, form.catalog.source[form.feed.source]
    cycle, span = feed.cycle, SPANS[feed.cycle]
    first = cycle.first(form.day)
    yield "报送渠道", f"{feed.name}（{feed.code}），来源：{source.name}"
    covered = f"，含{dates.span(first, form.day, form.day.year)}" if first != form.day else ""
    if feed.review:
        yield "审核", "本渠道的报送须经审核人审核，通过后才入库。"
    yield "填报周期", f"按{span}填报；本表数据日期 {form.day}{covered}"


def _whom(form: Form) -> Iterator[tuple[str, str]]:
    department = form.catalog.department.get(form.feed.department)
    asked = [form.feed.contact, *((department.name, department.contact) if department else ())]
    told = "，".join(dict.fromkeys(text for text in asked if text))
    yield "有疑问", f"{told}；或联系{form.catalog.office}" if told else f"联系{form.catalog.office}"


def _indicators(form: Form) -> Iterator[tuple[str, ...]]:
    """A row for each indicator of the form, and each way it is counted."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for key in form.series:
        found.setdefault((key[0], form.counted(key)), {})[key[2]] = None
    for (code, counted), scopes in found.items():
        indicator = form.catalog.indicator[code]
        units = "、".join(accepted(indicator.unit)) if UNITS[indicator.unit] else ""
        yield (
            indicator.name,
            code,
            counted,
            units,
            bounds(indicator),
            "、".join(scope for scope in scopes if scope),
            definition(indicator, form.day),
        )
