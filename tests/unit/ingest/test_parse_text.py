"""NDJSON and CSV as rows of cells: encodings, separators, quotes, and what is wrong with them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Faulty
from service.ingest.parse.csv import read_csv, read_text
from service.ingest.parse.json import parse_json
from service.ingest.parse.ndjson import LINE_BYTES, parse_ndjson
from service.ingest.rows import Parsed, Row
from tests.testkit.bodies import faults_of

ROW = {"day": "2018-06-27", "indicator": "parking", "region": "110105001", "value": 5}
PLAIN = Row("line 1", date(2018, 6, 27), "parking", "110105001", 5.0)

# What a cell may hold: GB18030 and UTF-8 know all of it, NUL and half surrogate pairs aside.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=8)


def fault(call: object, *arguments: object) -> tuple[str, str]:
    with pytest.raises(Faulty) as raised:
        call(*arguments)  # type: ignore[operator]
    return raised.value.faults[0].code, raised.value.faults[0].where


def lines(*rows: object) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def ndjson(body: bytes) -> Parsed:
    """All pieces of a body as one."""
    pieces = list(parse_ndjson(io.BytesIO(body)))
    rows = [row for piece in pieces for row in piece.rows]
    broken = tuple(row for piece in pieces for row in piece.broken)
    return Parsed(rows, [], sum(piece.count for piece in pieces), broken=broken)


def test_each_line_is_a_reading() -> None:
    parsed = ndjson(lines(ROW, ROW | {"value": 6, "note": "补"}) + b"\n\n")
    assert [(r.where, r.value, r.note) for r in parsed.rows] == [("line 1", 5.0, None), ("line 2", 6.0, "补")]
    assert (faults_of(parsed), parsed.count) == ([], 2)


def test_lines_may_end_in_carriage_returns_and_begin_with_a_bom() -> None:
    assert ndjson(b"\xef\xbb\xbf" + lines(ROW) + b"\r\n").rows == [PLAIN]


def test_the_same_readings_as_json_are_the_same_rows() -> None:
    rows = [ROW, ROW | {"value": None, "scope": "甲"}]
    plain = [r.value for r in parse_json(json.dumps(rows).encode()).rows]
    assert [r.value for r in ndjson(lines(*rows)).rows] == plain


def test_a_faulty_line_is_told_with_its_place_and_the_others_are_read() -> None:
    parsed = ndjson(lines(ROW, ROW | {"value": "x"}, ROW | {"colour": 1}))
    assert [(f.code, f.where) for f in faults_of(parsed)] == [
        ("not_a_number", "line 2.value"),
        ("unknown_field", "line 3.colour"),
    ]
    assert (parsed.rows, parsed.count) == ([PLAIN], 3)


@pytest.mark.parametrize(
    ("line", "code", "where"),
    [
        (b'{"day": ', "malformed_json", "line 2 column 9"),
        (b"\xff\xfe", "not_utf8", "line 2"),
        (b"[" * 50_000, "malformed_json", "line 2"),
        (b"x" * (LINE_BYTES + 1), "line_too_long", "line 2"),
        (b" " * (3 * LINE_BYTES) + b"x", "line_too_long", "line 2"),
    ],
    ids=["cut off", "not UTF-8", "nested", "too long", "far too long"],
)
def test_a_line_that_is_no_json_is_a_broken_row_and_the_others_are_read(
    line: bytes, code: str, where: str
) -> None:
    parsed = ndjson(lines(ROW) + b"\n" + line + b"\n\n" + lines(ROW | {"value": 6}))
    (broken,) = parsed.broken
    assert [(fault.code, fault.where) for fault in broken.faults] == [(code, where)]
    assert len(str(broken.said)) < 100
    assert ([(row.where, row.value) for row in parsed.rows], parsed.count) == (
        [("line 1", 5.0), ("line 4", 6.0)],
        3,
    )


def test_a_body_of_many_pieces_is_read_in_order_whatever_is_wrong_in_one() -> None:
    many = 30_000
    body = b"".join(lines(ROW | {"value": n}) + b"\r\n\n" for n in range(many))
    assert [(row.where, row.value) for row in ndjson(body).rows] == [
        (f"line {2 * n + 1}", float(n)) for n in range(many)
    ]
    wrong = ndjson(body.replace(b'"value": 20000}', b'"value": "x"}'))
    assert ([row.where for row in wrong.broken], wrong.count) == (["line 40001"], many)


@given(
    st.lists(st.sampled_from([lines(ROW), b"", b"{", b" " * 70, b"x" * 90]), max_size=12), st.integers(1, 60)
)
def test_pieces_end_where_they_may(content: list[bytes], size: int) -> None:
    """However a body is cut into pieces, its rows are the same."""
    body = b"\n".join(content)
    whole = ndjson(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.ingest.parse.ndjson._PIECE_BYTES", size)
        assert ndjson(body) == whole


def test_a_key_twice_on_a_line_is_not_missed() -> None:
    (found,) = faults_of(ndjson(lines(ROW)[:-1] + b', "value": 6}'))
    assert (found.code, found.where) == ("key_twice", "line 1.value")


@given(st.binary(max_size=60))
def test_any_bytes_are_rows_or_faults(content: bytes) -> None:
    for call in (ndjson, lambda body: read_csv(read_text(body, None))):
        try:
            call(content)
        except Faulty as error:
            assert error.faults


@given(st.lists(st.lists(texts, min_size=2, max_size=4), min_size=1, max_size=4), st.sampled_from(",;\t"),
       st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))  # fmt: skip
def test_what_was_written_is_what_is_read(rows: list[list[str]], separator: str, codec: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    # A charset that is declared is kept to; "utf-8" reads a byte order mark away.
    charset = "gb18030" if codec == "gb18030" else "utf-8"
    read = read_csv(read_text(out.getvalue().encode(codec), charset), separator)
    if codec == "utf-8":
        rows[0][0] = rows[0][0].removeprefix("\ufeff")
    assert read.rows == rows


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_chinese_is_read_without_a_charset(codec: str) -> None:
    text = "区域,指标,日期,数值\n金盏乡,新增居住区停车位,2018-06-27,5\n"
    assert read_text(text.encode(codec), None) == text


@pytest.mark.parametrize(
    ("text", "cells"),
    [("a,b\n1,2\n", ["a", "b"]), ("a\tb\n1,5\t2\n", ["a", "b"]), ("a;b\n1;2\n", ["a", "b"]),
     ("台账\n街乡,停车位\n甲,1\n", ["台账"]), ("a\tb\n", ["a", "b"])],
)  # fmt: skip
def test_the_separator_is_told_from_most_lines(text: str, cells: list[str]) -> None:
    assert read_csv(text).rows[0] == cells


def test_places_are_lines_of_the_file_and_not_rows() -> None:
    sheet = read_csv('a,b\n"one\ntwo",3\n4,5\n')
    assert [sheet.place(row, 1) for row in range(3)] == [
        "line 1 column 2",
        "line 3 column 2",
        "line 4 column 2",
    ]


@pytest.mark.parametrize(
    ("body", "charset", "code", "where"),
    [
        ("区域,数值\n甲,1".encode("gbk"), "utf-8", "wrong_encoding", "line 1"),
        ("a,b\n金".encode(), "gbk", "wrong_encoding", "line 2"),
        (b"a,b\n1,2\n\xff,3", None, "wrong_encoding", "line 3"),
        ("区域\n数值".encode("utf-16")[:-1], None, "wrong_encoding", "line 2"),
        ("区域\t数值".encode("utf-16-be"), "utf-16", "wrong_encoding", "line 1"),
        ("区域\t数值".encode("utf-16"), "gbk", "wrong_encoding", "line 1"),
        (b"\xff\xfe\0\0a\0\0\0", None, "bad_character", "line 1"),  # UTF-32
        (b"a,b\n1,\0", None, "bad_character", "line 2"),
        (b"PK\x03\x04abc", None, "not_text", "byte 0"),
    ],
)
def test_what_is_not_text_in_its_charset_is_refused(
    body: bytes, charset: str | None, code: str, where: str
) -> None:
    assert fault(read_text, body, charset) == (code, where)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('a,b\n"1"2,3\n', "line 2"),
        ('a,b\n1,"2\n3,4\n', "line 3"),
        ('a,b\n1,"' + "x" * 200_000 + '"\n', "line 2"),
    ],
)
def test_wrong_quotes_are_named_with_their_line(text: str, where: str) -> None:
    assert fault(read_csv, text) == ("malformed_csv", where)
