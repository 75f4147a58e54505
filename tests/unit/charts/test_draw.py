"""The chart of a figure, by what is drawn: lines, marks and texts, not by its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from service.catalog.workdays import china
from service.charts.draw import draw, figure_of
from service.charts.fonts import locate_font
from service.charts.look import fitted, width_of
from service.charts.studio import Studio
from service.domain.catalog import Kind, Level
from service.domain.course import Course, Points
from service.domain.facts import EventKind, Figures
from service.domain.plans import plan_line
from service.embedded.folders import cache_folder
from service.errors import Unavailable
from service.words.charts import Caption
from service.words.labels import labels
from tests.testkit.debian import chart_font
from tests.testkit.worlds import target
from tests.unit.words import models
from tests.unit.words.samples import AUGUST_31, GREENBELT, JUNE_30

FONT = chart_font(cache_folder())
NEW_YEAR = date(2018, 1, 1)


def days(last: date, first: date = NEW_YEAR) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]


def rising(last: date, total: float) -> Points:
    """A sum that comes to a total on a day, evenly."""
    spent = days(last)
    return tuple((day, total * (at + 1) / len(spent)) for at, day in enumerate(spent))


LINE = plan_line(target("x", 1_340_000), china())
LATE = date(2018, 11, 20)
CASES = {date(2018, 1, 15): 4.0, date(2018, 5, 20): 1.0, date(2018, 8, 27): 2.0, date(2018, 8, 30): 1.0}
LEVEL = replace(
    models.AIR,
    kind=Kind.STOCK,
    unit="人",
    precision=0,
    short="常住人口",
    level=Level.YELLOW,
    source="填报",
    figures=Figures(
        data_day=JUNE_30,
        to_date=3_680_000.0,
        target=3_600_000.0,
        comparator="<=",
        completion=60_000 / 140_000,
        expected=181 / 365,
        lag=181 / 365 - 60_000 / 140_000,
    ),
)
COURSES = {
    "flow": Course(models.PACE, rising(JUNE_30, 390_000), plan=LINE, last_year=rising(JUNE_30, 510_000)),
    "late": Course(
        replace(
            models.PACE,
            as_of=LATE,
            level=Level.RED,
            figures=replace(GREENBELT, data_day=LATE, to_date=610_000.0),
        ),
        rising(LATE, 610_000),
        plan=LINE,
    ),
    "ahead": Course(models.STALL, rising(AUGUST_31, 1966), plan=plan_line(target("x", 2000), china())),
    "mean": Course(models.AIR, tuple((day, 80 - 23 * at / 180) for at, day in enumerate(days(JUNE_30)))),
    "incidence": Course(
        models.REBOUNDED, daily=tuple((day, CASES.get(day, 0.0)) for day in days(AUGUST_31)), threshold=2.0
    ),
    "stock": Course(
        LEVEL,
        ((date(2018, 3, 31), 3_710_000.0), (JUNE_30, 3_680_000.0)),
        plan=plan_line(target("x", 3_600_000, comparator="<=", baseline=3_740_000), china()),
    ),
    "ratio": Course(
        replace(
            LEVEL,
            kind=Kind.RATIO,
            unit="",
            figures=Figures(data_day=JUNE_30, to_date=0.93, target=0.95, comparator=">="),
        ),
        ((JUNE_30, 0.93),),
    ),
    "nothing": Course(replace(models.PACE, figures=Figures(target=1_340_000.0, comparator=">=")), plan=LINE),
}


def drawn(course: Course, language: Any = "zh") -> Figure:
    return figure_of(course, labels(language=language), FONT)


def named(figure: Figure, gid: str) -> list[Any]:
    """What is drawn under a name."""
    return list(figure.findobj(lambda artist: artist.get_gid() == gid))


def said(figure: Figure, gid: str) -> str:
    (text,) = named(figure, gid)
    return str(text.get_text())


def end_of(figure: Figure, gid: str) -> tuple[date, Any]:
    """Last day and figure of a line, as the scale counts."""
    (line,) = named(figure, gid)
    days, values = line.get_data()
    return date.fromordinal(int(days[-1])), float(values[-1])


def test_a_sum_stands_against_its_plan_its_target_and_last_year() -> None:
    figure = drawn(COURSES["flow"])
    assert said(figure, "chip") == "橙灯"
    assert said(figure, "title") == "“一绿”第二批试点拆迁腾退"
    assert said(figure, "lead") == "累计完成39万平方米,占年度任务134万平方米的29.1%"
    assert said(figure, "standing") == "慢于序时进度20.5个百分点,欠进度27.4万平方米"
    assert said(figure, "unit") == "万平方米"
    assert end_of(figure, "actual") == (JUNE_30, pytest.approx(39.0))
    assert end_of(figure, "last_year") == (JUNE_30, pytest.approx(51.0))
    assert end_of(figure, "plan") == (date(2018, 12, 31), pytest.approx(134.0))
    assert end_of(figure, "today") == (JUNE_30, pytest.approx(39.0))
    assert (said(figure, "mark"), said(figure, "gap_label")) == ("39万平方米", "欠进度27.4万平方米")
    assert said(figure, "target_label") == "年度任务134万平方米"
    assert said(figure, "foot") == "截至6月30日  数据:属地填报,市级未认定"
    (plot,) = named(figure, "plot")
    assert [label.get_text() for label in plot.get_xticklabels()] == [
        "1月",
        "3月",
        "5月",
        "7月",
        "9月",
        "11月",
    ]


def test_the_gap_reaches_from_the_figure_to_its_plan() -> None:
    (gap,) = named(drawn(COURSES["flow"]), "gap")
    assert gap.get_ydata() == pytest.approx([39.0, 134 * 181 / 365])


def test_who_is_ahead_has_no_gap() -> None:
    figure = drawn(COURSES["ahead"])
    assert not named(figure, "gap")
    assert said(figure, "standing") == "快于序时进度31.7个百分点"


def test_a_mean_stands_against_its_ceiling_and_what_the_rest_may_average() -> None:
    figure = drawn(COURSES["mean"])
    assert said(figure, "target_label") == "年度目标为低于58微克/立方米"
    assert said(figure, "standing") == "后184天平均须控制在58.9微克/立方米以内"
    assert end_of(figure, "rest") == (date(2018, 12, 31), pytest.approx(58.98, abs=0.01))
    assert [text.get_text() for text in named(figure, "legend")] == ["累计平均", "今后允许平均"]


def test_a_level_comes_down_to_its_target() -> None:
    figure = drawn(COURSES["stock"])
    assert said(figure, "unit") == "万人" and said(figure, "standing") == "慢于序时进度6.7个百分点"
    assert end_of(figure, "actual") == (JUNE_30, pytest.approx(368.0))


def test_a_share_is_read_in_percent() -> None:
    figure = drawn(COURSES["ratio"])
    assert (said(figure, "unit"), said(figure, "mark")) == ("%", "93.0%")
    assert end_of(figure, "actual") == (JUNE_30, pytest.approx(93.0))


def test_returns_are_counted_by_the_alerts_own_window() -> None:
    figure = drawn(COURSES["incidence"])
    (now,) = named(figure, "now")
    assert now.get_height() == 3 and now.get_width() == pytest.approx(0.84 * 7)
    assert sorted(bar.get_height() for bar in named(figure, "count")) == [1, 4]
    (threshold,) = named(figure, "threshold")
    assert list(threshold.get_ydata()) == [2, 2]
    (calm,) = named(figure, "cleared")
    assert calm.get_extents().width > 0
    assert [t.get_text() for t in named(figure, "legend")] == ["每周新发现", "提醒线2户", "4月5日起已清零"]
    assert said(figure, "lead") == "8月25日至31日新发现3户"


def test_a_week_without_a_report_is_no_week_without_cases() -> None:
    course = COURSES["incidence"]
    gap = days(date(2018, 7, 20), date(2018, 7, 7))
    figure = drawn(replace(course, daily=tuple(point for point in course.daily if point[0] not in gap)))
    (missing,) = named(figure, "unreported")
    assert [date.fromordinal(int(day)) for day in missing.get_xdata()] == [
        date(2018, 7, 10),
        date(2018, 7, 17),
    ]


def test_without_a_figure_the_plan_is_drawn_and_nothing_invented() -> None:
    figure = drawn(COURSES["nothing"])
    assert said(figure, "none") == "本期暂无数据"
    assert not named(figure, "actual") and not named(figure, "today") and len(named(figure, "plan")) == 1


def test_an_alert_that_is_over_is_green_and_says_so() -> None:
    figure = drawn(replace(COURSES["flow"], facts=replace(models.PACE, event=EventKind.RESOLVED)))
    assert said(figure, "chip") == "解除"


def test_every_chart_can_be_read_in_english() -> None:
    figure = drawn(COURSES["flow"], "en")
    assert said(figure, "chip") == "Orange" and said(figure, "unit") == "thousand m²"
    assert said(figure, "standing") == "20.5 points behind plan, short by 274,493 m²"


def texts_of(figure: Figure) -> Iterator[tuple[str, Any]]:
    """Every text that is seen and is no tick, with where it stands."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    for gid in (
        "chip",
        "title",
        "lead",
        "standing",
        "legend",
        "unit",
        "mark",
        "gap_label",
        "target_label",
        "foot",
    ):
        for text in named(figure, gid):
            # Of an annotation, the text without the point it belongs to.
            yield text.get_text(), text.get_window_extent(canvas.get_renderer())


@pytest.mark.parametrize("name", COURSES)
def test_no_text_lies_on_another_or_leaves_the_picture(name: str) -> None:
    figure = drawn(COURSES[name])
    placed = list(texts_of(figure))
    for (one, box), (other, beside) in combinations(placed, 2):
        assert not box.overlaps(beside), f"{one} lies on {other}"
    assert all(box.x0 >= 0 and box.x1 <= 780 and box.y0 >= 0 and box.y1 <= 600 for _, box in placed)


@pytest.mark.parametrize("name", ["late", "mean", "incidence"])
def test_a_picture_is_small_and_the_same_every_time(name: str) -> None:
    png = draw(COURSES[name], labels(), FONT)
    assert png == draw(COURSES[name], labels(), FONT)
    assert len(png) <= 80_000
    assert Image.open(BytesIO(png)).size == (780, 600)


def test_threads_draw_at_once_what_one_draws_alone() -> None:
    courses = [COURSES["flow"], COURSES["incidence"]]
    alone = [draw(course, labels(), FONT) for course in courses]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda course: draw(course, labels(), FONT), courses * 2)) == alone * 2


figures = st.floats(-1e15, 1e15)


@settings(max_examples=8, deadline=None)
@given(
    kind=st.sampled_from(Kind),
    values=st.lists(figures, max_size=4),
    goal=st.none() | figures,
    ends=st.integers(1, 364),
)
@example(kind=Kind.FLOW, values=[-999999999999997.0], goal=None, ends=1)
def test_any_figures_can_be_drawn(kind: Kind, values: list[float], goal: float | None, ends: int) -> None:
    day = NEW_YEAR + timedelta(days=ends)
    points = tuple((day - timedelta(days=at), value) for at, value in enumerate(values))[::-1]
    told = Figures(data_day=day, to_date=values[0] if values else None, target=goal, comparator="<=")
    facts = replace(models.PACE, kind=kind, as_of=day, figures=told)
    assert draw(Course(facts, points, points, points, points, goal), labels(), FONT)


@pytest.mark.parametrize("short", ["甲" * 80, "$x_2$ & <b>\\frac{", ""])
def test_any_name_fits_into_its_line(short: str) -> None:
    course = replace(COURSES["flow"], facts=replace(models.PACE, short=short))
    figure = drawn(course)
    assert all(box.x1 <= 780 for _, box in texts_of(figure))


@settings(max_examples=40)
@given(st.text(max_size=60), st.floats(20, 400))
def test_what_is_fitted_is_no_wider_than_its_room(text: str, most: float) -> None:
    shown, size = fitted(text, 15.0, most)
    assert width_of(shown, size) <= most


def test_the_alternative_text_says_what_the_picture_shows() -> None:
    assert Caption(COURSES["flow"], labels()).all().alt == (
        "“一绿”第二批试点拆迁腾退走势图,橙灯,1月1日至6月30日;累计完成39万平方米,占年度任务134万平方米的29.1%,"
        "慢于序时进度20.5个百分点,欠进度27.4万平方米。"
    )
    assert "4月5日起已清零,提醒线2户" in Caption(COURSES["incidence"], labels()).all().alt


# ---- the font


def test_without_a_chinese_font_there_is_no_chart_and_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="fonts-wqy-microhei") as told:
        locate_font(candidates=[str(tmp_path / "none.ttc")])
    assert told.value.code == "no_chart_font" and "缺少中文字体" in told.value.zh


def test_a_font_without_chinese_is_refused_rather_than_draw_boxes(tmp_path: Path) -> None:
    import matplotlib

    latin = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    (tmp_path / "empty.ttf").write_bytes(b"no font")
    for path in (latin, tmp_path / "empty.ttf"):
        with pytest.raises(Unavailable, match="lacks Chinese"):
            Studio(path).png(COURSES["flow"], labels())


def test_a_studio_draws_the_same_chart_once() -> None:
    studio = Studio(FONT)
    first = studio.png(COURSES["flow"], labels())
    assert studio.png(replace(COURSES["flow"]), labels()) is first
    assert studio.fingerprint(COURSES["flow"], labels()) != studio.fingerprint(COURSES["late"], labels())
    assert studio.fingerprint(COURSES["flow"], labels()) != studio.fingerprint(
        COURSES["flow"], labels(language="en")
    )
