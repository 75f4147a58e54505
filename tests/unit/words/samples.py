"""The facts behind the model messages: figures of 2018; what is invented says so by its name (甲, 乙, 丁)."""

from __future__ import annotations

from datetime import date

from service.domain.catalog import Level
from service.domain.facts import EventKind, Facts, Figures, Gap, Reason

JUNE_30 = date(2018, 6, 30)
AUGUST_31 = date(2018, 8, 31)
NEW_YEAR, YEARS_END = date(2018, 1, 1), date(2018, 12, 31)
OFFICE = "区疏整促办"


def facts(check: str, title: str, level: Level, figures: Figures, as_of: date, issued_on: date) -> Facts:
    """An alert of the district that has just fired; `replace` says what is different."""
    return Facts(
        number="2018-0702-03",
        check=check,
        title=title,
        event=EventKind.FIRED,
        reason=Reason.CONDITION,
        level=level,
        previous_level=Level.NONE,
        as_of=as_of,
        since=as_of,
        held_days=1,
        issued_on=issued_on,
        figures=figures,
        period_start=NEW_YEAR,
        period_end=YEARS_END,
        region="朝阳区",
        region_level="district",
        office=OFFICE,
    )


# T = 1,340,000 m², E = 181/365, 390,000 m² done: lag 0.4959 − 0.2910 = 0.2048; T·E = 664,493;
# 950,000 m² left in 184 days: 5163.04 a day; so far 390,000/181 = 2154.7 a day: 2.396 times.
GREENBELT = Figures(
    data_day=JUNE_30,
    to_date=390_000.0,
    target=1_340_000.0,
    comparator=">=",
    completion=390_000 / 1_340_000,
    expected=181 / 365,
    lag=181 / 365 - 390_000 / 1_340_000,
    shortfall=1_340_000 * 181 / 365 - 390_000,
    to_target=950_000.0,
    required_rate=950_000 / 184,
    mean_rate=390_000 / 181,
    days_left=184,
)
# 1966/2000 = 98.3 %, E = 243/365 = 66.58 %: 31.7 points ahead. 30 June to 31 August: 62 days.
PARKING = Figures(
    data_day=AUGUST_31,
    to_date=1966.0,
    target=2000.0,
    comparator=">=",
    completion=0.983,
    expected=243 / 365,
    lag=243 / 365 - 0.983,
    shortfall=2000 * 243 / 365 - 1966,
    to_target=34.0,
    required_rate=34 / 122,
    mean_rate=1966 / 243,
    recent_rate=0.0,
    days_left=122,
    still_days=62,
    last_move=JUNE_30,
)
# Two cases in the 142 days from 5 April to 24 August: one in 71 days, about two months.
REBOUND = Figures(
    data_day=AUGUST_31,
    value=3.0,
    window_first=date(2018, 8, 25),
    window_last=AUGUST_31,
    cleared_on=date(2018, 4, 5),
    calm_count=2.0,
    calm_days=142,
)
# (58·365 − 57·181)/184 = (21170 − 10317)/184 = 58.98.
PM25 = Figures(
    data_day=JUNE_30,
    to_date=57.0,
    value=57.0,
    target=58.0,
    comparator="<",
    allowed_mean=(58 * 365 - 57 * 181) / 184,
    year_on_year=57 / 67 - 1,
    days_left=184,
)
GAP = Gap(
    region="乙乡",
    indicators=("拆除违法建设",),
    first=date(2018, 8, 29),
    last=AUGUST_31,
    last_data=date(2018, 8, 28),
    workdays=3,
)
MISSING = Figures(covered=42, declared=43, value=3.0, gaps=(GAP,))
