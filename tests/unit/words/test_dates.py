"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from service.words import dates


def test_a_day_has_its_year_only_where_it_is_not_the_readers() -> None:
    assert dates.day(date(2018, 6, 30), 2018) == "6月30日"
    assert dates.day(date(2017, 12, 31), 2018) == "2017年12月31日"
    assert dates.day_en(date(2018, 6, 30), 2018) == "30 June"
    assert dates.day_en(date(2017, 12, 31), 2018) == "31 December 2017"


def test_a_day_with_its_weekday() -> None:
    assert dates.day_and_weekday(date(2018, 7, 5), 2018) == "7月5日(周四)"
    assert dates.day_and_weekday(date(2018, 7, 8), 2018) == "7月8日(周日)"
    assert dates.day_and_weekday_en(date(2018, 7, 5), 2018) == "Thu 5 July"


@pytest.mark.parametrize(
    ("first", "last", "year", "zh", "en"),
    [
        (date(2018, 8, 25), date(2018, 8, 31), 2018, "8月25日至31日", "25–31 August"),
        (date(2018, 8, 29), date(2018, 9, 2), 2018, "8月29日至9月2日", "29 August – 2 September"),
        (date(2018, 8, 31), date(2018, 8, 31), 2018, "8月31日", "31 August"),
        (date(2017, 8, 25), date(2017, 8, 31), 2018, "2017年8月25日至31日", "25–31 August 2017"),
        (
            date(2018, 12, 29),
            date(2019, 1, 2),
            2019,
            "2018年12月29日至2019年1月2日",
            "29 December 2018 – 2 January 2019",
        ),
        (
            date(2017, 1, 5),
            date(2018, 1, 8),
            2018,
            "2017年1月5日至2018年1月8日",
            "5 January 2017 – 8 January 2018",
        ),
    ],
)
def test_spans_say_no_more_than_they_must(first: date, last: date, year: int, zh: str, en: str) -> None:
    assert dates.span(first, last, year) == zh
    assert dates.span_en(first, last, year) == en
