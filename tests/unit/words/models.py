"""The alerts of the model messages, as facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from service.domain.catalog import Kind, Level
from service.domain.facts import Figures, Side
from tests.unit.words.samples import (
    AUGUST_31,
    GREENBELT,
    JUNE_30,
    MISSING,
    PARKING,
    PM25,
    REBOUND,
    facts,
)

JULY_2, SEPTEMBER_3 = date(2018, 7, 2), date(2018, 9, 3)

PACE = replace(
    facts("pace", "序时滞后", Level.ORANGE, GREENBELT, JUNE_30, JULY_2),
    since=date(2018, 5, 10),
    held_days=52,
    indicator="“一绿”试点拆迁腾退面积",
    short="“一绿”{scope}拆迁腾退",
    scope="第二批试点",
    kind=Kind.FLOW,
    unit="平方米",
    lead="区农委",
    localities=("东风乡", "东坝乡", "三间房乡", "丁乡"),
    source="属地填报",
    reply_due=date(2018, 7, 5),
)
STALL = replace(
    facts("stall", "长期无新增", Level.NOTICE, PARKING, AUGUST_31, SEPTEMBER_3),
    number="2018-0903-01",
    since=date(2018, 7, 30),
    held_days=33,
    indicator="新增居住区停车位",
    short="居住区停车位",
    kind=Kind.FLOW,
    unit="个",
    lead="区城市管理委",
    source="填报",
    reply_due=date(2018, 9, 5),
)
REBOUNDED = replace(
    facts("rebound", "防反弹", Level.ORANGE, REBOUND, AUGUST_31, SEPTEMBER_3),
    number="2018-0903-02",
    indicator="新增违法群租房",
    short="群租房",
    kind=Kind.INCIDENCE,
    unit="户",
    region="甲街道",
    region_level="subdistrict",
    source="填报",
    reply_due=date(2018, 9, 5),
)
AIR = replace(
    facts("threshold", "目标预测", Level.NOTICE, PM25, JUNE_30, JULY_2),
    number="2018-0702-04",
    indicator="PM2.5平均浓度",
    short="PM2.5",
    kind=Kind.MEAN,
    unit="微克/立方米",
    precision=1,
    source="自动监测",
)
UNREPORTED = replace(
    facts("missing", "逾期未报", Level.NOTICE, MISSING, AUGUST_31, SEPTEMBER_3),
    number="2018-0903-03",
    feed="乙乡填报",
    source="填报",
    reply_due=SEPTEMBER_3,
)
# 2,154.7 a day for 184 days more: 390,000 + 396,465 = 786,465, 58.7 % of the task.
PROJECTED = replace(
    PACE,
    check="projection",
    title="目标预测",
    level=Level.YELLOW,
    figures=replace(GREENBELT, recent_rate=390_000 / 181, projected=390_000 + 184 * 390_000 / 181),
)
GROWN = replace(
    REBOUNDED,
    check="new_growth",
    title="控新生",
    level=Level.YELLOW,
    short="新增违法建设",
    unit="平方米",
    figures=replace(REBOUND, to_date=120.0, value=120.0, bound=0.0),
)
# 48,000 against 49,200: 1,200 apart, 2.4 % of the larger; 25 to 31 August are seven days.
APART = replace(
    REBOUNDED,
    check="discrepancy",
    title="数据不一致",
    level=Level.YELLOW,
    short="拆除违法建设",
    kind=Kind.FLOW,
    unit="平方米",
    source="市级认定",
    figures=Figures(
        data_day=AUGUST_31,
        value=1200.0,
        bound=984.0,
        window_first=date(2018, 8, 25),
        window_last=AUGUST_31,
        sides=(Side("市级认定", 48_000.0), Side("填报", 49_200.0)),
    ),
)
# 5,200 against a median of 120 with a spread of 200: 25.4 spreads.
DOUBTED = replace(
    APART,
    check="jump",
    title="存疑待核实",
    source="填报",
    figures=Figures(data_day=AUGUST_31, value=5200.0, usual=120.0, spread=200.0, sample=60),
)
HUNG = replace(
    AIR,
    check="jump",
    title="存疑待核实",
    level=Level.YELLOW,
    as_of=AUGUST_31,
    issued_on=SEPTEMBER_3,
    reply_due=date(2018, 9, 5),
    figures=Figures(
        data_day=AUGUST_31, value=57.0, times=5, window_first=date(2018, 8, 27), window_last=AUGUST_31
    ),
)
LAST = replace(
    APART,
    check="rank",
    title="排名靠后",
    source="填报",
    figures=Figures(
        data_day=AUGUST_31,
        to_date=6000.0,
        target=20_000.0,
        comparator=">=",
        completion=0.3,
        lag=243 / 365 - 0.3,
        value=0.3,
        place=2,
        peers=43,
    ),
)
OFTEN = replace(
    REBOUNDED,
    check="rank",
    title="治理类街乡镇",
    figures=Figures(
        data_day=AUGUST_31,
        times=4,
        months=6,
        place=10,
        peers=43,
        window_first=date(2018, 3, 1),
        window_last=AUGUST_31,
    ),
)
OPEN = replace(
    REBOUNDED,
    check="open_age",
    title="超期未办结",
    figures=Figures(
        data_day=AUGUST_31,
        value=3.0,
        bound=30.0,
        open_count=5.0,
        open_since=date(2018, 7, 20),
        window_last=AUGUST_31,
    ),
)
ASKED = replace(
    REBOUNDED,
    check="sql",
    title="近七日高发",
    since=date(2018, 8, 27),
    held_days=5,
    # The last report is of the day before; the query speaks for the day that is judged.
    figures=Figures(data_day=date(2018, 8, 30), to_date=40.0, value=12.0, bound=10.0),
)
EVERY = (
    *(PACE, STALL, REBOUNDED, AIR, UNREPORTED, PROJECTED, GROWN),
    *(APART, DOUBTED, HUNG, LAST, OFTEN, OPEN, ASKED),
)
