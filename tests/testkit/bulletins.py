"""A catalogue with the city's bulletin: what it counted of every district, and where each ranks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog
from service.shipped import shipped_catalog
from tests.testkit.service import overlay

DEMOLISHED, RANK = "illegal_construction_demolished", "illegal_construction_rank"
INDICATORS = """\
indicators:
  - code: illegal_construction_rank
    task: illegal_construction
    name: 拆除违法建设全市排名
    name_en: Illegal construction, rank in the city
    unit: rank
    kind: stock
    direction: down
    reported_at: district
    lead: urban_enforcement
    stale_after: 31
    rank_of: illegal_construction_demolished"""
FEEDS = """\
feeds:
  - code: city_bulletin
    name: 市疏整促月度通报
    source: verified
    first_day: 2018-01-01
    cycle: monthly
    covers:
      - indicators: [illegal_construction_demolished]
        regions: [{regions}]
        reporting: cumulative
      - indicators: [illegal_construction_rank]
        regions: [{ranked}]"""
EVERYWHERE = '"110000/district"', '"110000/*"'
OURS = '"110105"', '"110105"'


def bulletin_overlay(folder: Path, where: tuple[str, str] = EVERYWHERE) -> Path:
    """A folder to lay over the shipped catalogue.

    where  regions of the figures, and of the ranks
    """
    regions, ranked = where
    return overlay(folder, indicators=INDICATORS, feeds=FEEDS.format(regions=regions, ranked=ranked))


@cache
def bulletin_catalog(where: tuple[str, str] = EVERYWHERE) -> Catalog:
    """The shipped catalogue of Chaoyang with a bulletin."""
    with TemporaryDirectory() as folder:
        _, catalog = check_folders([shipped_catalog(), bulletin_overlay(Path(folder), where)])
        return catalog
