"""What a rule test takes of a catalogue says the same as the catalogue, on the series it takes."""

from __future__ import annotations

import json
from datetime import date

import pytest

from service.catalog.entries import CatalogFile
from service.catalog.resolve import values
from service.evaluate.ruletests.excerpt import excerpt
from service.evaluate.ruletests.smallcatalog import inline_catalog
from service.yamlfile import Document, dump
from tests.testkit.lives import FEED, counted, small_catalog, small_feed
from tests.testkit.worlds import TOWN

FIRST = date(2018, 1, 1)
HISTORY = [
    {"from": "2017-01-01", "as": "cumulative"},
    {"from": "2018-03-01", "as": "daily"},
    {"from": "2018-07-01", "as": "cumulative"},
]


@pytest.mark.parametrize("reporting", ["daily", "cumulative", HISTORY[:1], HISTORY[:2], HISTORY])
def test_it_keeps_how_series_are_reported(reporting: object) -> None:
    cover = {"indicators": ["*"], "reporting": reporting}
    content = small_catalog(FIRST, counted("cases"), feeds=[small_feed(FEED, FIRST, cover)])
    files = CatalogFile.model_validate(json.loads(json.dumps(content)))
    catalog = values(files)
    taken = [series for series in catalog.series if series.node.region == TOWN]
    told = excerpt(files, catalog, taken, [], FIRST)
    assert inline_catalog(Document("catalog", dump(told))).series == tuple(taken)
