"""How a folder of catalogue files is read.

A catalogue is one folder, or several: entries of a later folder are laid over those of an earlier one
with the same code, key by key.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from service.catalog.entries import LISTS, CatalogFile, HeadFile
from service.errors import Fault, Faulty
from service.yamlfile import Document, explained, nearest, place, plain, read

REGION_COLUMNS = ("code", "name", "name_en", "level", "parent", "aliases", "valid_from", "valid_to")
Places = dict[tuple[str, str], tuple[Document, int]]


@dataclass(frozen=True)
class Folders:
    """A catalogue as read, and where each of its entries was last written."""

    catalog: CatalogFile
    places: Places

    def where(self, list_name: str, code: str, *path: str | int) -> str:
        """`file:line:column` of an entry, or of a key inside it."""
        return _place(self.places, list_name, code, *path)


def _place(places: Places, list_name: str, code: str, *path: str | int) -> str:
    found = places.get((list_name, code))
    if found is None:
        return f"{'regions.csv' if list_name == 'regions' else 'catalog.yaml'} {code}"
    document, index = found
    return document.where((list_name, index, *path) if list_name else (code,))


def read_folders(folders: Sequence[Path]) -> Folders:
    """Every file of the folders as one catalogue; raises `Faulty` with each fault's file and line."""
    gathered: dict[str, Any] = {name: {} for name in (*LISTS, "regions")}
    head: dict[str, Any] = {}
    places: Places = {}
    for folder in folders:
        if not folder.is_dir():
            zh, en = "目录不存在。", "no such folder."
            raise Faulty("no_catalog", [Fault("no_catalog", folder.name, "", zh, en)])
        seen: dict[tuple[str, str], str] = {}
        for path in sorted(folder.glob("[!.]*.yaml")):
            _lay_over(read(path), gathered, head, places, seen)
        for region in read_regions(folder / "regions.csv"):
            gathered["regions"].setdefault(region["code"], {}).update(region)
    return Folders(_checked(gathered, head, places), places)


def _lay_over(
    document: Document,
    gathered: dict[str, Any],
    head: dict[str, Any],
    places: Places,
    seen: dict[tuple[str, str], str],
) -> None:
    """Take a file in; within one folder (`seen`) a code stands once, else an entry would vanish unnoticed."""
    for key, value in plain(document.root).items():
        if key not in LISTS:
            if key not in HeadFile.model_fields:
                raise Faulty("wrong_file", [_unknown_key(document, key)])
            head[key] = value
            places["", key] = (document, 0)
            continue
        for index, entry in enumerate(value or []):
            if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
                zh, en = "每一项都要有 code（加引号的文本）。", "every entry has a `code` (quoted text)."
                raise Faulty("wrong_file", [document.fault((key, index), "no_code", zh, en)])
            code = entry["code"]
            where = document.where((key, index))
            if (key, code) in seen:
                zh = f"代码“{code}”在 {seen[key, code]} 已用过。"
                en = f"the code {code!r} was used at {seen[key, code]} already."
                raise Faulty("wrong_file", [Fault("code_twice", where, code, zh, en)])
            seen[key, code] = where
            gathered[key].setdefault(code, {}).update(entry)
            places[key, code] = (document, index)


def _unknown_key(document: Document, key: str) -> Fault:
    near = nearest(key, [*HeadFile.model_fields, *LISTS])
    zh = f"不认识的键“{key}”" + (f"，是否为“{near}”？" if near else "。")
    en = f"unknown key {key!r}" + (f"; did you mean {near!r}?" if near else ".")
    return document.fault((key,), "unknown_key", zh, en, key)


def _checked(gathered: dict[str, Any], head: dict[str, Any], places: Places) -> CatalogFile:
    """Validate the whole; a fault is told where its entry was last written."""
    lists = {name: list(entries.values()) for name, entries in gathered.items()}
    try:
        return CatalogFile.model_validate({**head, **lists})
    except ValidationError as error:
        raise Faulty("wrong_file", [_told(told, lists, places) for told in error.errors()]) from None


def _told(told: Any, lists: dict[str, Any], places: Places) -> Fault:
    path = place(told)
    zh, en = explained(told, CatalogFile)
    if len(path) > 1 and isinstance(path[1], int) and path[0] in lists:
        where = _place(places, str(path[0]), lists[path[0]][path[1]]["code"], *path[2:])
    elif found := places.get(("", str(path[0]))):
        where = found[0].where(path)
    else:
        where = "catalog.yaml"
    return Fault("wrong_file", where, str(path[-1]), f"{path[-1]}：{zh}", f"{path[-1]}: {en}")


def read_regions(path: Path) -> list[dict[str, Any]]:
    """Rows of a regions table; empty cells are left out so that an overlay changes only what it names."""
    if not path.exists():
        return []
    try:
        return list(_region_rows(path.read_text("utf-8-sig")))
    except UnicodeDecodeError:
        zh = "文件不是 UTF-8 编码，请在 Excel 中另存为“CSV UTF-8”。"
        fault = Fault("not_utf8", path.name, "", zh, "not UTF-8: save it as `CSV UTF-8`.")
        raise Faulty("not_utf8", [fault]) from None
    except csv.Error as error:
        fault = Fault("bad_csv", path.name, "", f"不是合法的 CSV：{error}。", f"not a valid CSV: {error}.")
        raise Faulty("bad_csv", [fault]) from None


def _region_rows(text: str) -> Iterator[dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(text), strict=True)
    if strange := set(rows.fieldnames or ()) - set(REGION_COLUMNS):
        zh = f"有不认识的列：{'、'.join(sorted(strange))}。"
        fault = Fault("unknown_column", "regions.csv:1", "", zh, f"unknown columns {sorted(strange)}.")
        raise Faulty("wrong_file", [fault])
    seen: dict[str, int] = {}
    for row in rows:
        where = f"regions.csv:{rows.line_num}"
        cells = {key: value.strip() for key, value in row.items() if key and value and value.strip()}
        code = cells.get("code")
        if code is None:
            raise Faulty(
                "wrong_file", [Fault("no_code", where, "", "缺少区划代码。", "the code is missing.")]
            )
        if code in seen:
            zh, en = f"代码与第{seen[code]}行重复。", f"this code stands in line {seen[code]} already."
            raise Faulty("wrong_file", [Fault("code_twice", where, code, zh, en)])
        seen[code] = rows.line_num
        aliases = [alias.strip() for alias in cells.pop("aliases", "").split(";") if alias.strip()]
        yield {**cells, **({"aliases": aliases} if aliases else {})}
