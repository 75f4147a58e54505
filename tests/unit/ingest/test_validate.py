"""Rows held against a catalogue and a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalog.publish import Published
from service.domain.catalog import Catalog, Kind, Region
from service.domain.cycles import Cycle
from service.domain.layout import lay_out
from service.errors import Fault
from service.ingest.rows import Row
from service.ingest.validate import Checked, Desk, validate
from tests.testkit.worlds import FIRST_DAY, TOWN, indicator, town, world

TODAY = date(2018, 6, 28)
CATALOG = world(
    replace(indicator("area", unit="m2"), maximum=200_000.0), indicator("parking"), towns=3
).catalog


def desk(catalog: Catalog = CATALOG) -> Desk:
    numbers = {(s.node, s.source): at for at, s in enumerate(catalog.series)}
    published = Published(1, catalog, lay_out(catalog), {}, numbers)
    return Desk(published, catalog.feeds[0], TODAY)


def row(value: float | None = 5.0, *, at: int = 0, **more: object) -> Row:
    plain = Row(f"readings[{at}]", date(2018, 6, 27), "area", TOWN, value)
    return replace(plain, **more)  # type: ignore[arg-type]


def codes(checked: Checked) -> list[str]:
    return [fault.code for fault in faults(checked)]


def faults(checked: Checked) -> list[Fault]:
    return [fault for row in checked.broken for fault in row.faults]


values = st.none() | st.sampled_from([0.0, -0.0, 1.0, 2.5, -1.0, 1e9])
any_rows = st.lists(
    st.builds(
        lambda value, place, day, name, unit: row(
            value, region=town(place), day=date(2018, 6, day), indicator=name, unit=unit
        ),
        values,
        st.integers(1, 4),
        st.integers(26, 29),
        st.sampled_from(["area", "parking", "nothing"]),
        st.sampled_from([None, "m2", "公顷", "个"]),
    ),
    max_size=12,
).map(lambda rows: [replace(r, where=f"readings[{at}]") for at, r in enumerate(rows)])


@given(any_rows)
def test_what_is_sound_at_a_glance_is_sound_on_a_closer_look(rows: list[Row]) -> None:
    """A row that names its source is looked at check by check."""
    closer = [replace(r, source="reported") for r in rows]
    glance, looked = validate(rows, desk()), validate(closer, desk())
    assert glance.columns == looked.columns
    assert [b.faults for b in glance.broken] == [b.faults for b in looked.broken]


@given(any_rows)
def test_every_row_is_sound_or_broken(rows: list[Row]) -> None:
    checked = validate(rows, desk())
    assert sorted([*checked.columns.place, *(b.where for b in checked.broken)]) == sorted(
        r.where for r in rows
    )
    assert all(b.faults for b in checked.broken)
    assert (
        len({len(column) for column in (getattr(checked.columns, n) for n in checked.columns.__slots__)}) == 1
    )


@given(any_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_to_what_is_stored(rows: list[Row], random: object) -> None:
    first = validate(rows, desk())
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    second = validate(shuffled, desk())
    assert stored(first) == stored(second)
    assert {b.where: b for b in first.broken} == {b.where: b for b in second.broken}


def stored(checked: Checked) -> set[tuple[str, int, date, float | None]]:
    c = checked.columns
    return set(zip(c.place, c.series_id, c.day, c.value, strict=True))


def test_what_a_broken_row_said_is_kept() -> None:
    (broken,) = validate([row(-1.0, unit="公顷", note="核实中")], desk()).broken
    assert broken.said == {
        "day": "2018-06-27",
        "indicator": "area",
        "region": TOWN,
        "value": -1.0,
        "unit": "公顷",
        "note": "核实中",
    }


def test_minus_zero_is_zero() -> None:
    (value,) = validate([row(-0.0)], desk()).columns.value
    assert str(value) == "0.0"


@given(st.decimals(0, 20, places=4))
def test_a_conversion_is_rounded_once(hectares: object) -> None:
    (value,) = validate([row(float(str(hectares)), unit="公顷")], desk()).columns.value
    assert value == float(Fraction(str(hectares)) * 10_000)


def test_bounds_are_of_the_stored_unit_and_belong_to_it() -> None:
    assert codes(validate([row(20.0, unit="公顷")], desk())) == []
    assert codes(validate([row(20.0001, unit="公顷")], desk())) == ["out_of_bounds"]


@pytest.mark.parametrize("value", [1e308, -1e308, float("inf"), float("nan")])
def test_what_float64_cannot_hold_is_no_figure(value: float) -> None:
    assert codes(validate([row(value, unit="公顷")], desk())) == ["not_finite"]


def test_a_wrong_unit_is_answered_with_those_that_fit() -> None:
    (fault,) = faults(validate([row(unit="个")], desk()))
    assert (fault.code, fault.text) == ("wrong_unit", "个")
    assert "平方米" in fault.zh and "公顷" in fault.zh


def test_the_last_day_is_today_and_the_first_the_feeds() -> None:
    days = {
        date(2018, 6, 29): ["future_day"],
        TODAY: [],
        FIRST_DAY: [],
        date(2015, 12, 31): ["before_first_day"],
    }
    assert {day: codes(validate([row(day=day)], desk())) for day in days} == days


@pytest.mark.parametrize(
    ("cycle", "stamp", "said"),
    [(Cycle.WEEKLY, date(2018, 6, 24), "周日"), (Cycle.MONTHLY, date(2018, 5, 31), "月末日")],
)
def test_a_report_of_a_week_or_month_is_stamped_with_its_last_day(
    cycle: Cycle, stamp: date, said: str
) -> None:
    feed = replace(CATALOG.feeds[0], cycle=cycle)
    weekly = desk(replace(CATALOG, feeds=(feed,)))
    assert codes(validate([row(day=stamp)], weekly)) == []
    (fault,) = faults(validate([row(day=stamp - timedelta(days=2))], weekly))
    assert (fault.code, fault.where) == ("not_report_day", "readings[0].day")
    assert said in fault.zh and stamp.isoformat() in fault.zh and stamp.isoformat() in fault.en


SWITCHED = replace(
    CATALOG,
    feeds=tuple(
        replace(f, covers=tuple(replace(c, switched=(date(2018, 6, 20),)) for c in f.covers))
        for f in CATALOG.feeds
    ),
)


@pytest.mark.parametrize(
    ("catalog", "day", "said", "told"),
    [
        (CATALOG, 27, "daily", None),
        (CATALOG, 27, "cumulative", "本指标按当日数报送，此行标为本年累计数：请改填当日数，或核对日期。"),
        (SWITCHED, 19, "daily", None),
        (SWITCHED, 20, "cumulative", None),
        (SWITCHED, 19, "cumulative", "本指标在2018-06-20以前按当日数报送，此行标为本年累计数：请改填当日数，或核对日期。"),
        (SWITCHED, 20, "daily", "本指标自2018-06-20起按本年累计数报送，此行标为当日数：请改填本年累计数，或核对日期。"),
    ],
)  # fmt: skip
def test_a_row_meant_otherwise_than_declared_is_refused(
    catalog: Catalog, day: int, said: str, told: str | None
) -> None:
    checked = validate([row(day=date(2018, 6, day), reporting=said)], desk(catalog))
    assert [(f.code, f.where, f.text, f.zh) for f in faults(checked)] == (
        [("wrong_reporting", "readings[0].reporting", said, told)] if told else []
    )


def test_the_bounds_of_a_day_are_none_of_a_sum() -> None:
    """But what cannot be negative adds up to nothing negative."""
    last_by_day, first_sum = date(2018, 6, 19), date(2018, 6, 20)
    table = desk(SWITCHED)
    assert codes(validate([row(300_000.0, day=last_by_day)], table)) == ["out_of_bounds"]
    assert codes(validate([row(300_000.0, day=first_sum)], table)) == []
    (fault,) = faults(validate([row(-1.0, day=first_sum)], table))
    assert (fault.code, fault.zh) == ("out_of_bounds", "“area”累计数值不能小于 0平方米，请核对数值和单位。")


def test_what_a_report_is_of_is_said_in_the_words_of_its_cycle() -> None:
    weekly = replace(SWITCHED, feeds=tuple(replace(f, cycle=Cycle.WEEKLY) for f in SWITCHED.feeds))
    (fault,) = faults(validate([row(day=date(2018, 6, 24), reporting="daily")], desk(weekly)))
    assert "此行标为当周数" in fault.zh
    assert fault.en == (
        "this series reports the sum since 1 January from 2018-06-20 on, and the row says it is the figure of the week: "
        "give the sum since 1 January, or check the day."
    )


@pytest.mark.parametrize(
    ("kind", "unit", "value", "given", "told"),
    [
        (Kind.FLOW, "count", 1.5, None, ["not_whole"]),
        (Kind.INCIDENCE, "household", 0.1, "户", ["not_whole"]),
        (Kind.STOCK, "person", 2.5, "人", ["not_whole"]),
        (Kind.FLOW, "count", 1.25, "万个", []),
        (Kind.FLOW, "count", 1.23456, "万个", ["not_whole"]),
        (Kind.FLOW, "10k_count", 15.0, "个", []),
        (Kind.MEAN, "count", 1.5, None, []),
        (Kind.RATIO, "count", 1.5, None, []),
        (Kind.FLOW, "m2", 1.5, None, []),
        (Kind.STOCK, "rank", 2.5, None, ["not_whole"]),
        (Kind.STOCK, "rank", 0.0, None, ["out_of_bounds"]),
        (Kind.STOCK, "rank", 3.0, "位", []),
        (Kind.STOCK, "rank", 3.0, "个", ["wrong_unit"]),
        (Kind.FLOW, "count", 1e300, "万个", []),
    ],
)
def test_what_is_counted_is_counted_whole(
    kind: Kind, unit: str, value: float, given: str | None, told: list[str]
) -> None:
    counted = replace(indicator("counted", kind, unit=unit), minimum=1.0 if unit == "rank" else 0.0)
    checked = validate([row(value, indicator="counted", unit=given)], desk(world(counted).catalog))
    assert codes(checked) == told


def test_a_region_takes_figures_only_while_it_exists() -> None:
    ended = tuple(replace(r, valid_to=date(2018, 6, 26)) if r.code == TOWN else r for r in CATALOG.regions)
    table = desk(replace(CATALOG, regions=ended))
    assert codes(validate([row(day=date(2018, 6, 26))], table)) == []
    assert codes(validate([row(day=date(2018, 6, 27))], table)) == ["region_not_valid"]


def test_all_that_is_wrong_with_a_row_is_told() -> None:
    wrong = row(indicator="aera", region="11010500", day=date(2018, 6, 29), source="sensor")
    assert codes(validate([wrong], desk())) == [
        "unknown_indicator",
        "unknown_region",
        "wrong_source",
        "future_day",
    ]


def test_a_known_region_the_feed_does_not_cover_is_not_called_unknown() -> None:
    more = replace(CATALOG, regions=(*CATALOG.regions, Region("110106", "丰台区", "district", "110000")))
    assert codes(validate([row(region="110106")], desk(more))) == ["not_covered"]
