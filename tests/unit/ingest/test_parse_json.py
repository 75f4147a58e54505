"""JSON bodies as rows. Sound ones and faulty ones take different paths, which must agree."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Faulty
from service.ingest.parse.json import FIELDS, Reading, parse_json
from service.texts import SHOWN, shown, storable
from tests.testkit.bodies import faults_of

ROW = {"day": "2018-06-27", "indicator": "parking", "region": "110105001", "value": 5}
BOM = b"\xef\xbb\xbf"  # msgspec takes none, so a body with one is walked row by row

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.integers(0, 3000).map(lambda n: (date(2015, 1, 1) + timedelta(days=n)).isoformat()),
            "indicator": texts,
            "region": texts,
            "value": st.none() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False),
        },
        optional={"scope": texts, "unit": texts | st.none(), "source": texts | st.none(), "note": texts | st.none(),
                  "reporting": st.sampled_from(["daily", "cumulative", None])},
    ),
    max_size=4,
)  # fmt: skip


def body(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


@given(readings=rows, note=texts)
def test_a_sound_body_is_the_same_rows_on_both_paths(readings: list[dict[str, object]], note: str) -> None:
    content = body({"readings": readings, "note": note})
    fast, slow = parse_json(content), parse_json(BOM + content)
    assert fast == slow
    assert (faults_of(fast), fast.count, fast.note) == ([], len(readings), note)


@given(readings=rows)
def test_a_list_is_the_same_as_a_body_without_a_note(readings: list[dict[str, object]]) -> None:
    assert parse_json(body(readings)) == parse_json(body({"readings": readings}))


@given(
    readings=rows,
    at=st.integers(0, 4),
    extra=st.sampled_from([7, {}, {**ROW, "value": "x"}, {**ROW, "x": 1}]),
)
def test_rows_and_faulty_rows_add_up(readings: list[object], at: int, extra: object) -> None:
    readings.insert(at, extra)
    parsed = parse_json(body(readings))
    faulty = {fault.where.split(".")[0] for fault in faults_of(parsed)}
    assert (len(parsed.rows), len(faulty), parsed.count) == (len(readings) - 1, 1, len(readings))


@given(st.binary(max_size=60))
def test_any_bytes_are_rows_or_faults(content: bytes) -> None:
    try:
        parse_json(content)
    except Faulty as error:
        assert error.faults


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FIELDS, "readings"]) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(anything)
def test_any_json_is_rows_or_faults_that_can_be_stored(content: object) -> None:
    try:
        parsed = parse_json(json.dumps(content).encode())
    except Faulty as error:
        told = error.faults
    else:
        told = faults_of(parsed)
        assert all(storable(text) for row in parsed.rows for text in (row.indicator, row.region, row.scope))
    assert all(storable(fault.where + fault.text + fault.zh + fault.en) for fault in told)


def test_one_reading_is_a_body_of_one_row() -> None:
    (row,) = parse_json(body(ROW)).rows
    assert (row.where, row.day, row.value, row.scope, row.unit) == (
        "readings[0]",
        date(2018, 6, 27),
        5.0,
        "",
        None,
    )


def test_the_fields_are_those_of_the_wire() -> None:
    assert Reading.__struct_fields__ == FIELDS


@pytest.mark.parametrize(
    ("wrong", "code", "where"),
    [
        ('{"readings":[],"readings":[]}', "key_twice", "readings"),
        ('{"readings":[],"note":"a","note":"b"}', "key_twice", "note"),
        ('{"readings":[],"other":1}', "unknown_key", "other"),
        ('{"readings":[],"note":null}', "wrong_body", "note"),
        ("{", "malformed_json", "line 1 column 2"),
        ('{"readings":\n[1,]}', "malformed_json", "line 2 column 4"),
        ("'a'", "malformed_json", "line 1 column 1"),
        ("", "empty", "body"),
        ("null", "wrong_body", "body"),
    ],
)
def test_what_is_no_body_is_told_with_its_place(wrong: str, code: str, where: str) -> None:
    with pytest.raises(Faulty) as refused:
        parse_json(wrong.encode())
    (fault,) = refused.value.faults
    assert (fault.code, fault.where) == (code, where)


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_written_twice_goes_unnoticed(field: str) -> None:
    row = body({**ROW, "scope": "s", "unit": "u", "source": "r", "note": "n", "reporting": "daily"}).decode()
    value = json.dumps(ROW.get(field, "daily"))
    twice = row.replace("{", f'{{"{field}": {value}, ')
    (fault,) = faults_of(parse_json(f"[{twice}]".encode()))
    assert (fault.code, fault.where, fault.text) == ("key_twice", f"readings[0].{field}", field)


@pytest.mark.parametrize("said", ["weekly", "累计", "", 1, ["daily"]])
def test_a_row_is_meant_daily_or_cumulative_and_nothing_else(said: object) -> None:
    (broken,) = parse_json(body({**ROW, "reporting": said})).broken
    (fault,) = broken.faults
    assert (fault.code, fault.where) == ("bad_reporting", "readings[0].reporting")


@pytest.mark.parametrize("text", ['"day"', "readings", '{"value": 1, "value": 2}', "\\u0000"])
def test_a_note_that_looks_like_json_is_a_note(text: str) -> None:
    parsed = parse_json(body([{**ROW, "note": text}]))
    assert (faults_of(parsed), parsed.rows[0].note) == ([], text)


def test_a_long_text_is_shown_cut() -> None:
    assert shown("长" * 100) == "长" * SHOWN + "…"
    assert shown([1, 2]) == "[1, 2]"


def test_a_shown_text_can_be_stored() -> None:
    assert shown("a\0b\ud800") == "a\ufffdb\ufffd"


def test_of_a_key_that_is_there_twice_both_values_are_kept_and_a_long_note_is_not_cut() -> None:
    note = "补报" * 100
    body = f'[{{"day": "2018-08-31", "indicator": "a", "region": "r", "value": 1, "value": 2, "note": "{note}"}}]'
    (row,) = parse_json(body.encode()).broken
    assert [(fault.code, fault.where) for fault in row.faults] == [("key_twice", "readings[0].value")]
    assert (row.said["value"], row.said["note"]) == ("1 / 2", note)


@pytest.mark.parametrize(
    ("sent", "code", "zh"),
    [
        (b" \n", "empty", "正文是空的"),
        (b"5", "wrong_body", '{"readings": […]}'),
        (body([{**ROW, "day": "2018-02-30"}]), "bad_day", "确有的一天"),
        (body([{**ROW, "valeu": 5}]), "unknown_field", "可用：day、indicator、region、value"),
        (body([{**ROW, "value": float("nan")}]), "not_finite", "请改填实际数字"),
    ],
)
def test_a_fault_says_what_to_do(sent: bytes, code: str, zh: str) -> None:
    try:
        (fault, *_) = faults_of(parse_json(sent))
    except Faulty as error:
        (fault, *_) = error.faults
    assert fault.code == code
    assert zh in fault.zh
