"""JSON: `{"readings": [...], "note": "..."}`, a bare list, or one reading.

The usual body is sound and goes through msgspec in one go. Only a body with a fault is walked row
by row, so that every fault is told and not just the first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from service.domain.catalog import Reporting
from service.errors import Fault, Faulty
from service.ingest.rows import NOT_FINITE, Broken, Parsed, Row
from service.texts import kept, shown, storable

FIELDS = ("day", "indicator", "region", "value", "scope", "unit", "source", "note", "reporting")
REPORTING = tuple(Reporting)
BAD_REPORTING = (
    "reporting 应为 daily（当日数）或 cumulative（本年累计数），也可不填。",
    "`reporting` is daily (of the day) or cumulative (the sum since 1 January), or left out.",
)
_QUOTED = tuple(f'"{field}"'.encode() for field in FIELDS)


class Reading(msgspec.Struct, forbid_unknown_fields=True):
    """A reading on the wire."""

    day: date
    indicator: str
    region: str
    value: float | None
    scope: str = ""
    unit: str | None = None
    source: str | None = None
    note: str | None = None
    reporting: Reporting | None = None


class Body(msgspec.Struct, forbid_unknown_fields=True):
    readings: list[Reading]
    note: str = ""


_BODY = msgspec.json.Decoder(Body)
_LIST = msgspec.json.Decoder(list[Reading])


def parse_json(body: bytes) -> Parsed:
    """Rows of a JSON body; raises `Faulty` where it is no JSON or no body of readings at all."""
    try:
        sound = _LIST.decode(body) if body.lstrip()[:1] == b"[" else _BODY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _walk(loads(body))
    readings, note = (sound.readings, sound.note) if isinstance(sound, Body) else (sound, "")
    if not trusted(body, len(readings)):
        return _walk(loads(body))
    return Parsed([sound_row(f"readings[{i}]", r) for i, r in enumerate(readings)], [], len(readings), note)


def sound_row(where: str, r: Reading) -> Row:
    """A reading that msgspec has checked."""
    return Row(where, r.day, r.indicator, r.region, r.value, r.scope, r.unit, r.source, r.note, r.reporting)


def trusted(body: bytes, rows: int) -> bool:
    """Whether nothing can have gone unnoticed: of a key written twice msgspec keeps the last, and NUL it takes."""
    return (
        b"\\u0000" not in body
        and body.count(b'"readings"') <= 1
        and all(body.count(field) <= rows for field in _QUOTED)
    )


class _Object(dict[str, Any]):
    """A JSON object that knows what it was given twice: the values of each such key."""

    twice: Mapping[str, list[Any]] = {}


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        values: dict[str, list[Any]] = {}
        for key, value in pairs:
            values.setdefault(key, []).append(value)
        found.twice = {key: told for key, told in values.items() if len(told) > 1}
    return found


def loads(body: bytes) -> Any:
    """Any JSON, and NaN and Infinity too, so that they can be named with their row."""
    try:
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        zh = "正文不是 UTF-8 编码，请转为 UTF-8 后重发。"
        en = "the body is not UTF-8: convert it and send it again."
        raise _malformed("not_utf8", f"byte {error.start}", zh, en) from None
    except json.JSONDecodeError as error:
        if not body.strip():
            raise _malformed(
                "empty",
                "body",
                "正文是空的，没有收到任何数据，请重新报送。",
                "the body is empty: send it again.",
            ) from None
        where = f"line {error.lineno} column {error.colno}"
        zh = f"第{error.lineno}行第{error.colno}列起不是合法的 JSON，请检查引号、逗号和括号，或数据是否传完整。"
        en = f"not valid JSON from here on ({error.msg}): check quotes, commas and brackets, and that all of it was sent."
        raise _malformed("malformed_json", where, zh, en) from None
    except (RecursionError, ValueError):
        raise _malformed(
            "malformed_json",
            "body",
            "JSON 嵌套过深或数字过长，请核对是否选错文件。",
            "nested too deeply, or a number is too long: is this the right file?",
        ) from None


def _malformed(code: str, where: str, zh: str, en: str) -> Faulty:
    return Faulty(code, [Fault(code, where, "", zh, en)])


def _walk(content: Any) -> Parsed:
    """Row by row, collecting every fault."""
    note, readings = "", content
    if isinstance(content, _Object) and "readings" in content:
        readings, note = content["readings"], content.get("note", "")
        if strange := [key for key in content if key not in ("readings", "note")]:
            zh, en = f"正文中有不认识的键“{shown(strange[0])}”。", "unknown key beside `readings` and `note`."
            raise _malformed("unknown_key", shown(strange[0]), zh, en)
        for key in content.twice:
            raise _malformed("key_twice", shown(key), *_TWICE)
        if not isinstance(note, str):
            raise _malformed("wrong_body", "note", "note 应为文本。", "`note` must be text.")
        if not storable(note):
            raise _malformed("bad_character", "note", *_BAD_CHARACTER)
    elif isinstance(content, _Object):
        readings = [content]
    if not isinstance(readings, list):
        zh, en = (
            '正文应为一条数据、数据列表或 {"readings": […]}。',
            'send one reading, a list, or {"readings": [...]}.',
        )
        raise _malformed("wrong_body", "body", zh, en)
    return collect([(f"readings[{index}]", reading) for index, reading in enumerate(readings)], note)


def collect(readings: Iterable[tuple[str, Any]], note: str = "") -> Parsed:
    """Decoded readings with their places, row by row, every fault told."""
    return sorted_out([judged(where, reading) for where, reading in readings], note)


def sorted_out(readings: list[Row | Broken], note: str = "") -> Parsed:
    """Sound and broken rows apart, each in their order."""
    rows = [row for row in readings if isinstance(row, Row)]
    broken = tuple(row for row in readings if isinstance(row, Broken))
    return Parsed(rows, [], len(readings), note, broken=broken)


def judged(where: str, reading: Any) -> Row | Broken:
    """A decoded reading as a row, with all its faults if it has any."""
    faults = _row_faults(where, reading)
    return Broken(where, _said(reading), tuple(faults)) if faults else _row(where, reading)


def _said(reading: Any) -> dict[str, object]:
    """What a broken row said, fit to be stored."""
    if not isinstance(reading, _Object):
        return {"row": shown(reading)}
    both = {
        shown(key): kept(" / ".join(str(_kept(value)) for value in told))
        for key, told in reading.twice.items()
    }
    return {shown(key): _kept(value) for key, value in reading.items()} | both


def _kept(value: Any) -> object:
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return kept(value if isinstance(value, str) else repr(value))


def _row(where: str, reading: dict[str, Any]) -> Row:
    value = reading["value"]
    return Row(
        where=where,
        day=date.fromisoformat(reading["day"]),
        indicator=reading["indicator"],
        region=reading["region"],
        value=None if value is None else float(value),
        scope=reading.get("scope", ""),
        unit=reading.get("unit"),
        source=reading.get("source"),
        note=reading.get("note"),
        reporting=reading.get("reporting"),
    )


_TWICE = "同一个键写了两次，请只保留一个。", "this key is there twice: keep one."
_BAD_CHARACTER = (
    "含有无法存储的字符（空字符或半个代理对），请删去。",
    "holds a character that cannot be stored (NUL or half a surrogate pair): remove it.",
)


def _row_faults(where: str, reading: Any) -> list[Fault]:
    if not isinstance(reading, _Object):
        return [
            Fault("wrong_row", where, shown(reading), "每条数据应为一个对象。", "a reading is an object.")
        ]
    faults = []
    for key in reading.twice:
        faults.append(Fault("key_twice", f"{where}.{shown(key)}", shown(key), *_TWICE))
    for key in reading:
        if key not in FIELDS:
            zh = f"不认识的字段“{shown(key)}”，请改正或删去；可用：{'、'.join(FIELDS)}。"
            en = f"unknown field; known are {', '.join(FIELDS)}."
            faults.append(Fault("unknown_field", f"{where}.{shown(key)}", shown(key), zh, en))
    for key in ("day", "indicator", "region", "value"):
        if key not in reading:
            faults.append(
                Fault("missing_field", where, key, f"缺少字段“{key}”。", f"the field `{key}` is missing.")
            )
    for key in ("indicator", "region", "scope", "unit", "source", "note"):
        if key in reading and not _is_text(reading[key], optional=key in ("unit", "source", "note")):
            faults.append(
                Fault(
                    "not_text",
                    f"{where}.{key}",
                    shown(reading[key]),
                    "应为加引号的文本。",
                    "must be quoted text.",
                )
            )
        elif isinstance(reading.get(key), str) and not storable(reading[key]):
            text = shown(reading[key])
            faults.append(Fault("bad_character", f"{where}.{key}", text, *_BAD_CHARACTER))
    if "day" in reading and not _is_day(reading["day"]):
        zh = "日期应为确有的一天，写作 2018-08-31（不带时间）。"
        en = "give a day that exists, written as 2018-08-31, without a time of day."
        faults.append(Fault("bad_day", f"{where}.day", shown(reading["day"]), zh, en))
    if (said := reading.get("reporting")) is not None and said not in REPORTING:
        faults.append(Fault("bad_reporting", f"{where}.reporting", shown(said), *BAD_REPORTING))
    if "value" in reading:
        faults += _value_faults(f"{where}.value", reading["value"])
    return faults


def _is_text(value: Any, *, optional: bool) -> bool:
    return isinstance(value, str) or (optional and value is None)


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != len("2018-08-31") or not value.isascii():
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _value_faults(where: str, value: Any) -> list[Fault]:
    if value is None:
        return []
    if isinstance(value, bool) or not isinstance(value, int | float):
        zh = "数值应为不加引号的数字；当日确无发生请填 0，撤回请填 null。"
        en = "the value must be a number without quotes; 0 if nothing happened, null to take a reading back."
        return [Fault("not_a_number", where, shown(value), zh, en)]
    try:
        finite = abs(float(value)) < float("inf")
    except OverflowError:
        finite = False
    if not finite:
        zh, en = NOT_FINITE
        return [Fault("not_finite", where, shown(str(value)), zh, en)]
    return []
