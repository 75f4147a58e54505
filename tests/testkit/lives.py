"""A service that lives through days in a test: figures come in each morning, some late, and days close."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from service.app import Service, build
from service.catalog.publish import publish_folders
from service.clock import SetClock, beijing
from service.ingest.formats import reader
from service.settings import Settings
from service.store import tokens
from service.store.pool import connection
from service.store.tokens import Token
from tests.testkit.worlds import DISTRICT, NEXT_TOWN, TOWN

FEED = "feed"


def small_catalog(first: date, *indicators: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As catalogue files have it: two towns of a district that report some indicators to one feed from a day on.

    more  further keys, or others in place of these
    """
    return {
        "name": "朝阳区",
        "root": DISTRICT,
        "evaluate_from": str(first),
        "office": "区疏整促办",
        "departments": [{"code": "lead", "name": "牵头部门"}],
        "tasks": [{"code": "task", "field": "任务", "name": "任务"}],
        "sources": [{"code": "reported", "name": "填报", "rank": 1}],
        "indicators": list(indicators),
        "regions": [
            {"code": DISTRICT, "name": "朝阳区", "level": "district"},
            {"code": TOWN, "name": "甲街道", "level": "subdistrict", "parent": DISTRICT},
            {"code": NEXT_TOWN, "name": "乙乡", "level": "subdistrict", "parent": DISTRICT},
        ],
        "feeds": [small_feed(FEED, first, {"indicators": ["*"]})],
        **more,
    }


def small_feed(code: str, first: date, *covers: dict[str, Any]) -> dict[str, Any]:
    """A feed of both towns from a day on."""
    below = {"regions": [f"{DISTRICT}/*"]}
    return {
        "code": code,
        "name": code,
        "source": "reported",
        "first_day": str(first),
        "covers": [below | cover for cover in covers],
    }


def counted(code: str, kind: str = "incidence", **more: Any) -> dict[str, Any]:
    """An indicator the towns count; cases are to go down, flows up."""
    return {
        "code": code,
        "name": code,
        "name_en": code,
        "kind": kind,
        "direction": "up" if kind == "flow" else "down",
        "unit": "count",
        "task": "task",
        "lead": "lead",
        "reported_at": "subdistrict",
        **more,
    }


def aim(indicator: str, value: float, start: date) -> dict[str, Any]:
    """A target of the district to be reached by the end of 2018."""
    return {
        "code": "T1",
        "indicator": indicator,
        "region": DISTRICT,
        "period": {"start": str(start), "end": "2018-12-31"},
        "comparator": ">=",
        "value": value,
    }


@dataclass
class Life:
    """A service on a database of its own, its clock, and the days it has closed."""

    service: Service
    clock: SetClock
    token: Token
    figures: Mapping[tuple[str, str], Mapping[date, float]]
    posted: list[Any] = field(default_factory=list)

    def report(self, readings: list[tuple[str, str, date, float | None]]) -> None:
        """Post readings at the clock's time."""
        rows = [
            {"indicator": indicator, "region": region, "day": day, "value": value}
            for indicator, region, day, value in readings
        ]
        body = msgspec.json.encode({"readings": rows})
        self.service.context.intake.submit(
            io.BytesIO(body), reader("application/json"), token=self.token, at=self.clock.now()
        )

    def morning(self, day: date, without: frozenset[tuple[str, str]] = frozenset()) -> None:
        """The morning after a day: its figures come in, and where it is a working day, days close."""
        self.clock.set(beijing(day + timedelta(days=1), 8))
        self.report(
            [
                (*series, day, by_day[day])
                for series, by_day in self.figures.items()
                if series not in without and day in by_day
            ]
        )

    def close(self) -> None:
        """What is due at ten o'clock."""
        self.clock.set(max(self.clock.now(), beijing(self.clock.now().date(), 10)))
        self.service.close_due()


def write_catalog(folder: Path, catalog: Mapping[str, Any]) -> Path:
    """A catalogue as a folder of files; the folder."""
    folder.mkdir()
    files = {key: value for key, value in catalog.items() if key != "regions"}
    (folder / "catalog.yaml").write_text(json.dumps(files, ensure_ascii=False), "utf-8")
    with (folder / "regions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["code", "name", "level", "parent", "valid_from", "valid_to"])
        table.writeheader()
        table.writerows(catalog["regions"])
    return folder


def begin(
    database: str, folder: Path, rules: str, catalog: Mapping[str, Any], figures: Any, first: date
) -> Life:
    """Publish catalogue and rules, make a token."""
    write_catalog(folder / "catalog", catalog)
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(rules, "utf-8")
    clock = SetClock(beijing(first, 8))
    service = build(Settings(rules_dir=folder / "rules"), database, clock, {})
    with connection(service.pool) as conn:
        publish_folders(conn, [folder / "catalog"], banner="", at=clock.now(), by="test")
        _, secret = tokens.create(conn, "feed", FEED, "", clock.now())
        token = tokens.find(conn, secret)
    assert token is not None
    service.refresh_rules()
    return Life(service, clock, token, figures)
