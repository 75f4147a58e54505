"""Days as people write them. The year is said only where it isn't the reader's own."""

from __future__ import annotations

from datetime import date

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def day(on: date, year: int) -> str:
    """6月30日, or 2017年6月30日 where the reader's year is another."""
    return _day(on, with_year=on.year != year)


def day_and_weekday(on: date, year: int) -> str:
    """7月5日(周四)."""
    return f"{day(on, year)}(周{_WEEKDAYS_ZH[on.weekday()]})"


def span(first: date, last: date, year: int) -> str:
    """8月25日至31日, 8月29日至9月2日, 2018年12月29日至2019年1月2日; one day is said once."""
    if first == last:
        return day(first, year)
    across = first.year != last.year
    begin = _day(first, with_year=across or first.year != year)
    if not across and first.month == last.month:
        return f"{begin}至{last.day}日"
    return f"{begin}至{_day(last, with_year=across)}"


def day_en(on: date, year: int) -> str:
    """30 June."""
    return _day_en(on, with_year=on.year != year)


def day_and_weekday_en(on: date, year: int) -> str:
    """Thu 5 July."""
    return f"{_WEEKDAYS_EN[on.weekday()]} {day_en(on, year)}"


def span_en(first: date, last: date, year: int) -> str:
    """25–31 August, 29 August – 2 September."""
    if first == last:
        return day_en(first, year)
    across = first.year != last.year
    end = _day_en(last, with_year=across or last.year != year)
    if not across and first.month == last.month:
        return f"{first.day}–{end}"
    return f"{_day_en(first, with_year=across)} – {end}"


def month_en(on: date) -> str:
    """Jun."""
    return _MONTHS_EN[on.month - 1][:3]


def _day(on: date, *, with_year: bool) -> str:
    short = f"{on.month}月{on.day}日"
    return f"{on.year}年{short}" if with_year else short


def _day_en(on: date, *, with_year: bool) -> str:
    short = f"{on.day} {_MONTHS_EN[on.month - 1]}"
    return f"{short} {on.year}" if with_year else short
