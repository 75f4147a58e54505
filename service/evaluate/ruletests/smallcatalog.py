"""The catalogue of a rule test: a folder, or the few lines of one that matter to the test.

An inline catalogue takes the keys of catalogue files. What it leaves out is filled in: a district
110105 that answers for everything, one department, one task, the source `reported`, and a feed
`feed` that owes every indicator, of every region of the level it is reported at.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from service.catalog.entries import LISTS, CatalogFile, HeadFile
from service.catalog.files import Folders
from service.catalog.resolve import resolve
from service.domain.catalog import Catalog
from service.errors import Fault, Faulty
from service.yamlfile import Document, explained, nearest, place, plain

CITY, DISTRICT = "110000", "110105"
# Long enough ago that figures of a whole year before any test are owed.
FIRST_DAY = "2010-01-01"
FILLED = {
    "name": "rule test",
    "root": DISTRICT,
    "evaluate_from": FIRST_DAY,
    "office": "区疏整促办",
    "departments": [{"code": "lead", "name": "牵头部门"}],
    "tasks": [{"code": "task", "field": "任务", "name": "任务"}],
    "sources": [{"code": "reported", "name": "填报", "rank": 9}],
}
INDICATOR = {"task": "task", "lead": "lead", "unit": "count", "direction": "up", "reported_at": "subdistrict"}
REGIONS = [
    {"code": CITY, "name": "北京市", "level": "city"},
    {"code": DISTRICT, "name": "朝阳区", "level": "district", "parent": CITY},
]


def inline_catalog(document: Document) -> Catalog:
    """The catalogue a document holds; raises `Faulty` with every fault's place in the file."""
    raw = plain(document.root)
    if faults := _shape_faults(document, raw):
        raise Faulty("wrong_catalog", faults)
    try:
        files = CatalogFile.model_validate(_filled(raw))
    except ValidationError as error:
        raise Faulty("wrong_catalog", [_told(document, raw, told) for told in error.errors()]) from None
    places = {
        (name, entry["code"]): (document, index)
        for name in (*LISTS, "regions")
        for index, entry in enumerate(raw.get(name, []))
    }
    places |= {("", key): (document, 0) for key in raw if key in HeadFile.model_fields}
    return resolve(Folders(files, places))


def _shape_faults(document: Document, raw: Any) -> list[Fault]:
    """Lists of entries with codes, under keys a catalogue has: what filling in relies on."""
    if not isinstance(raw, dict):
        zh, en = "目录应为文件夹名，或由若干键组成。", "a catalogue is a folder's name, or a mapping."
        return [document.fault((), "wrong_catalog", zh, en)]
    known = [*HeadFile.model_fields, *LISTS, "regions"]
    faults = []
    for key, value in raw.items():
        if key not in known:
            near = nearest(key, known)
            zh = f"不认识的键“{key}”" + (f"，是否为“{near}”？" if near else "。")
            en = f"unknown key {key!r}" + (f"; did you mean {near!r}?" if near else ".")
            faults.append(document.fault((key,), "unknown_key", zh, en))
        elif key not in HeadFile.model_fields:
            faults += _entry_faults(document, key, value)
    return faults


def _entry_faults(document: Document, key: str, entries: Any) -> list[Fault]:
    if not isinstance(entries, list):
        return [document.fault((key,), "wrong_catalog", "应为列表。", "must be a list.")]
    zh, en = "每一项都要有 code（加引号的文本）。", "every entry has a `code` (quoted text)."
    return [
        document.fault((key, index), "no_code", zh, en)
        for index, entry in enumerate(entries)
        if not (isinstance(entry, dict) and isinstance(entry.get("code"), str))
    ]


def _filled(raw: dict[str, Any]) -> dict[str, Any]:
    indicators = [
        {**INDICATOR, "name": i["code"], "name_en": i["code"], **i} for i in raw.get("indicators", [])
    ]
    own = {region["code"] for region in raw.get("regions", [])}
    regions = [r for r in REGIONS if r["code"] not in own]
    regions += [
        {"name": r["code"], "level": "subdistrict", "parent": DISTRICT, **r} for r in raw.get("regions", [])
    ]
    feeds = [
        {"name": f["code"], "source": "reported", "first_day": FIRST_DAY, **f} for f in raw.get("feeds", [])
    ]
    lists = {
        "indicators": indicators,
        "regions": regions,
        "groups": [{"name": g["code"], **g} for g in raw.get("groups", [])],
        "feeds": feeds or _everything(indicators, regions),
    }
    return {**FILLED, **raw, **lists}


def _everything(indicators: list[dict[str, Any]], regions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One feed that owes everything; none where no region could report."""
    covers = [
        {"indicators": [i["code"]], "regions": below}
        for i in indicators
        if (below := [r["code"] for r in regions if r["level"] == i["reported_at"]])
    ]
    feed = {"code": "feed", "name": "填报", "source": "reported", "first_day": FIRST_DAY, "covers": covers}
    return [feed] if covers else []


def _told(document: Document, raw: dict[str, Any], told: Any) -> Fault:
    """A fault of the filled catalogue at its place in what was written."""
    path: list[Any] = list(place(told))
    if path[0] == "regions" and len(path) > 1:
        own = {region["code"] for region in raw.get("regions", [])}
        path[1] -= sum(region["code"] not in own for region in REGIONS)
    zh, en = explained(told, CatalogFile)
    return document.fault(tuple(path), "wrong_catalog", f"{path[-1]}：{zh}", f"{path[-1]}: {en}")
