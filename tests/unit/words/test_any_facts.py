"""Whatever the facts, a message comes out, and it never talks like a machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.catalog import Kind, Level
from service.domain.facts import EventKind, Facts, Figures, Gap, Reason, Side
from service.domain.rules import CHECK_TYPES
from service.words.labels import Language, labels
from service.words.messages import Message, compose
from service.words.messages.matter import Matter
from service.words.messages.template import PLACEHOLDERS, filled

names = st.text(alphabet="甲乙丙街道乡镇区“”年度面积", max_size=8)
numbers = st.none() | st.floats() | st.floats(-2, 2) | st.integers(0, 3_000_000).map(float)
counts = st.none() | st.integers(-5, 400)
days = st.dates() | st.dates(date(2017, 12, 1), date(2019, 1, 31))
gap_lists = st.lists(
    st.builds(
        Gap,
        region=names,
        indicators=st.lists(names, max_size=3).map(tuple),
        first=days,
        last=days,
        last_data=st.none() | days,
        workdays=st.integers(-2, 60),
    ),
    max_size=13,
).map(tuple)
CHECKS = (*CHECK_TYPES, "")
UNITS = ("平方米", "个", "户", "微克/立方米", "%", "", "万平方米")
figures = st.builds(
    Figures,
    **dict.fromkeys((
        "to_date", "target", "completion", "expected", "lag", "shortfall", "to_target", "required_rate",
        "allowed_mean", "mean_rate", "recent_rate", "year_on_year", "projected", "value", "bound", "calm_count",
        "usual", "spread", "open_count",
    ), numbers),
    **dict.fromkeys(("days_left", "covered", "declared", "calm_days", "still_days", "sample", "times", "place",
                    "peers", "months"), counts),
    **dict.fromkeys(("data_day", "window_first", "window_last", "cleared_on", "last_move", "open_since"),
                    st.none() | days),
    group=st.none() | names,
    comparator=st.sampled_from([None, "<", "<=", ">", ">=", "=="]),
    sides=st.lists(st.builds(Side, source=names, value=st.floats()), max_size=2).map(tuple),
    gaps=gap_lists,
)  # fmt: skip
anything = st.builds(
    Facts,
    number=st.integers(1, 99).map("2018-0702-{:02}".format),
    check=st.sampled_from(CHECKS),
    title=names,
    event=st.sampled_from(EventKind),
    reason=st.sampled_from(Reason),
    level=st.sampled_from(Level),
    previous_level=st.sampled_from(Level),
    as_of=days,
    since=days,
    held_days=st.integers(-3, 400),
    issued_on=days,
    figures=figures,
    indicator=names,
    short=names | names.map("{}{{scope}}积".format),
    kind=st.none() | st.sampled_from(Kind),
    unit=st.sampled_from(UNITS),
    precision=st.integers(-1, 40),
    period_start=st.none() | days,
    period_end=st.none() | days,
    region=names,
    region_level=st.sampled_from(["", "district", "subdistrict", "community"]),
    scope=names,
    feed=names,
    lead=names,
    localities=st.lists(names, max_size=5).map(tuple),
    source=st.sampled_from(["", "填报", "市级认定", "自动监测"]),
    office=names,
    reply_due=st.none() | days,
    banner=st.sampled_from(["", "演示数据"]),
    retroactive=st.booleans(),
)
languages = st.sampled_from(["zh", "en"])


TRIPS = (",,", ";;", ",;", ";,", ",。", ";。", "。。", "】,", ":,", ":;", "\n,", "\n;", "\n。")
LACKS = ("尚差", "欠进度", "超进度", "余量仅", "须完成", "超出年度目标", "已超出", "日均须控制在")


@given(anything, languages)
@settings(max_examples=300, deadline=None)
def test_whatever_the_facts_a_message_comes_out(facts: Facts, language: Language) -> None:
    message = compose(facts, language)
    for text in (message.subject, message.text):
        assert not [word for word in ("None", "nan", "inf", "{", "}") if word in text]
    assert facts.number in message.text
    assert "\n" not in message.subject and all(message.text.splitlines())
    if facts.banner:
        assert message.subject[1:].startswith(facts.banner) and message.text[1:].startswith(facts.banner)
        assert facts.banner in message.text.splitlines()[-1]
    if language == "zh":
        reads_well(facts, message)


@given(anything, st.sampled_from(list(PLACEHOLDERS)))
@settings(max_examples=100, deadline=None)
def test_whatever_the_facts_a_placeholder_says_a_figure_or_nothing(facts: Facts, name: str) -> None:
    said = filled(f"甲{{{name}}}乙", Matter(facts, labels()))
    assert said == "" or ((said[0], said[-1]) == ("甲", "乙") and len(said) > 2)
    assert not [word for word in ("None", "nan", "inf", "{", "}") if word in said]


def reads_well(facts: Facts, message: Message) -> None:
    """No sentence trips over a clause that was left out; nothing that lacks is negative; what is over asks nothing."""
    assert not [trip for trip in TRIPS if trip in message.text]
    for word in LACKS:
        assert f"{word}-" not in message.text and f"{word}0平方米" not in message.text
    if facts.event is EventKind.RESOLVED:
        assert not [word for word in ("请", "须") if word in message.text + message.subject]


@pytest.mark.parametrize("wild", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_left_out(wild: float) -> None:
    bare = Facts(
        number="2018-0702-03",
        check="pace",
        title="序时滞后",
        event=EventKind.FIRED,
        reason=Reason.CONDITION,
        level=Level.ORANGE,
        previous_level=Level.NONE,
        as_of=date(2018, 6, 30),
        since=date(2018, 6, 30),
        held_days=1,
        issued_on=date(2018, 7, 2),
        figures=Figures(),
        short="拆除违法建设",
    )
    with_it = replace(bare, figures=Figures(to_date=wild, lag=wild, completion=wild, target=wild))
    assert compose(with_it) == compose(bare)
