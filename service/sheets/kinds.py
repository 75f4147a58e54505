"""What a file really is, whatever it is called: programs write web pages named .xls, people send photographs."""

from __future__ import annotations

from service.errors import Fault, Faulty

ZIP = b"PK\x03\x04"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what programs wrote before 2007, and workbooks with a password
_LOOKED_AT = 2048  # bytes
_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "picture": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"),
    "pdf": (b"%PDF-",),
    "archive": (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"),
}
_SENTENCES = {
    "empty": (
        "文件是空的：请核对所选文件，重新导出后再提交。",
        "the file is empty: export it again, and see that it is the right one.",
    ),
    "web_page": (
        "这是网页（HTML）表格，只是取名为 .xls：请用 Excel 或 WPS 打开，另存为 .xlsx 后重新提交。",
        "a web page (HTML) that is only called .xls: open it in a spreadsheet program and save it as .xlsx.",
    ),
    "xml_table": (
        "这是“XML 表格 2003”：请用 Excel 或 WPS 打开，另存为 .xlsx 后重新提交。",
        "an XML spreadsheet of 2003: open it in a spreadsheet program and save it as .xlsx.",
    ),
    "picture": (
        "这是图片，读不出其中的数字：请提交原来的表格（.xlsx）。",
        "a picture, whose figures cannot be read: send the table itself (.xlsx).",
    ),
    "pdf": (
        "这是 PDF，读不出其中的表格：请提交原来的表格（.xlsx）。",
        "a PDF, whose table cannot be read: send the table itself (.xlsx).",
    ),
    "archive": (
        "这是压缩包：请解压后提交其中的表格。",
        "an archive: unpack it and send the table that is in it.",
    ),
}


def is_container(body: bytes) -> bool:
    """Whether this is what workbooks are kept in, new ones (ZIP) or old ones (OLE2), and no text."""
    return body.startswith((ZIP, OLE2))


def refuse_other_files(body: bytes, where: str) -> None:
    """Raise `Faulty` for what is neither a workbook nor text, with the sentence that says what to send."""
    if (kind := _kind(body)) is not None:
        zh, en = _SENTENCES[kind]
        code = kind if kind == "empty" else "not_a_table"
        raise Faulty(code, [Fault(code, where, "", zh, en)])


def _kind(body: bytes) -> str | None:
    if not body:
        return "empty"
    for kind, beginnings in _BEGINNINGS.items():
        if body.startswith(beginnings):
            return kind
    if body[4:8] == b"ftyp":  # as phones keep photographs
        return "picture"
    return _markup(body[:_LOOKED_AT].replace(b"\0", b"").lower())


def _markup(text: bytes) -> str | None:
    """A table that was saved as a web page or as XML; in UTF-16 too, without its zero bytes."""
    text = text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if text.startswith(b"mime-version:") and b"multipart/related" in text:
        return "web_page"
    if not text.startswith(b"<"):
        return None
    if b"<html" not in text and b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "xml_table"
    return "web_page" if any(tag in text for tag in (b"<html", b"<!doctype html", b"<table")) else None
