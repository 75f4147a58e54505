"""The readings kept in memory are what a fresh load would hold."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.catalog.publish import Published, publish_folders
from service.domain.catalog import Target
from service.domain.rollup import Panel
from service.evaluate.panel import PanelCache
from service.ingest.formats import reader
from service.store import readings, tokens
from service.store.pool import connection, snapshot
from tests.integration.conftest import NEW_YEAR
from tests.testkit.service import FOLDERS, Running, encoded, overlay, reading
from tests.testkit.worlds import day

INDICATORS = ("illegal_construction_demolished", "residential_parking_added", "parks_built_renovated")
AS_OF = ("2016-12-31", "2017-06-30", "2017-12-31", "2018-06-27")


def panel(service: Running, cache: PanelCache, as_of: str, published: Published | None = None) -> Panel:
    """The cache's panel, on a snapshot of its own."""
    with connection(service.service.pool) as conn, snapshot(conn):
        return cache.panel(conn, published or service.service.catalogs.published(), day(as_of))


def assert_fresh(service: Running, cache: PanelCache, as_of: str, published: Published | None = None) -> None:
    """It is what a cache that knows nothing yet makes of the database."""
    kept, fresh = panel(service, cache, as_of, published), panel(service, PanelCache(), as_of, published)
    assert kept.first == fresh.first
    assert np.array_equal(kept.values, fresh.values, equal_nan=True)


steps = st.one_of(
    st.tuples(
        st.just("post"),
        st.lists(st.tuples(st.sampled_from(INDICATORS), st.integers(0, 3), st.sampled_from([None, 0, 1, 2]))),
    ),
    st.tuples(st.just("look"), st.sampled_from(AS_OF)),
)


@given(sequence=st.lists(steps, min_size=2, max_size=8))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_posting_and_looking_in_any_order_keeps_the_panel_fresh(
    shared: Running, own_days: Callable[[int], list[str]], sequence: list[tuple[str, object]]
) -> None:
    cache, days = PanelCache(), own_days(4)
    for what, detail in sequence:
        if what == "look":
            assert_fresh(shared, cache, str(detail))
        elif isinstance(detail, list):
            wanted = {(name, days[at]): value for name, at, value in detail}
            shared.send(encoded(*(reading(on, value, name) for (name, on), value in wanted.items())))
    for as_of in AS_OF:
        assert_fresh(shared, cache, as_of)


def test_a_taken_back_reading_leaves_the_panel(shared: Running, own_day: str) -> None:
    cache = PanelCache()
    before = panel(shared, cache, "2018-06-27").values.copy()
    for value in (5, None):
        shared.post(reading(own_day, value))
        assert_fresh(shared, cache, "2018-06-27")
    assert np.array_equal(before, panel(shared, cache, "2018-06-27").values, equal_nan=True)


@pytest.mark.parametrize("first", ["2017-06-30", "2018-06-27"])
def test_a_load_that_broke_off_is_not_taken_for_silence(
    shared: Running, own_day: str, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    shared.post(reading(own_day, 5))
    cache = PanelCache()
    panel(shared, cache, "2016-06-30")

    def fails(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken, pytest.raises(ConnectionError):
        broken.setattr(readings, "fill_panel", fails)
        panel(shared, cache, first)
    assert_fresh(shared, cache, first)


def test_a_period_that_spans_new_year_does_not_hide_the_new_years_readings(shared: Running) -> None:
    """The panel begins on the same day in both years; it must not end with the first of them."""
    shared.post(reading(NEW_YEAR, 9, note="new year"))
    held = shared.service.catalogs.published()
    target = Target("X", INDICATORS[0], "110105", date(2016, 7, 1), date(2017, 6, 30), ">=", 100.0)
    spanning = replace(held, catalog=replace(held.catalog, targets=(target,)))
    cache = PanelCache()
    old = panel(shared, cache, "2016-12-31", spanning)
    new = panel(shared, cache, NEW_YEAR, spanning)
    assert old.first == new.first
    assert_fresh(shared, cache, NEW_YEAR, spanning)
    assert np.nansum(new.values[:, (day(NEW_YEAR) - new.first).days]) >= 9


def test_series_of_a_newer_catalogue_do_not_break_the_panel(running: Running, tmp_path: Path) -> None:
    """Another process publishes a region and takes its figures in before this one has looked."""
    new = overlay(tmp_path / "new", catalog="evaluate_from: 2018-06-25")
    (new / "regions.csv").write_text("code,name,level,parent\n110105997,丙街道,subdistrict,110105\n", "utf-8")
    with running.replica() as other:
        with connection(other.pool) as conn:
            publish_folders(conn, (*FOLDERS, new), banner="", at=running.clock.now(), by="test")
        other.catalogs.refresh()
        with connection(other.pool) as conn:
            token = tokens.find(conn, running.new_token("urban_enforcement"))
        assert token is not None
        row = reading("2018-06-25", 5, INDICATORS[0]) | {"region": "110105997"}
        other.context.intake.submit(
            io.BytesIO(encoded(row)), reader("application/json"), token=token, at=running.clock.now()
        )
    assert running.close_days("2018-06-25").days == (day("2018-06-25"),)
