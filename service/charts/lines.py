"""Lines: what has come together, against the plan and the target."""

from __future__ import annotations

from datetime import date, timedelta

from service.charts.look import ACTUAL, BEFORE, FIRST_DAYS, GOAL, INK, PLAN, REST, SMALL_SIZE, SOFT, TEXT_SIZE
from service.charts.plot import NEAR_RIGHT, Plot
from service.charts.sheet import Key
from service.domain.catalog import Kind
from service.domain.course import Points

# Reports after which a running mean no longer leaps.
SETTLING = 14


class Lines(Plot):
    """Figure to date against its plan, or its target: flow, mean, stock and ratio."""

    def draw(self) -> None:
        course = self.course
        figures = course.facts.figures
        first = course.begin - timedelta(days=1) if course.facts.kind is Kind.FLOW else course.begin
        axis = self.scale(*self._reach(), whole=course.facts.kind is Kind.FLOW and not course.facts.precision)
        self.furnish(axis, first, course.end)
        keys = []
        if course.last_year:
            look = {"color": BEFORE, "linewidth": 1.2}
            self.line(course.last_year, **look, gid="last_year", zorder=2)
            keys.append(Key(self.words.last_year, look))
        if course.plan:
            look = {"color": PLAN, "linewidth": 1.5, "linestyle": (0, (4, 2.5))}
            self.line(course.plan, **look, gid="plan", zorder=3)
            keys.append(Key(self.words.plan, look))
        rest = self._rest()
        if rest:
            look = {"color": REST, "linewidth": 1.6, "linestyle": (0, (1, 1.6))}
            self.line(rest, **look, gid="rest", zorder=3)
            keys.append(Key(self.words.rest, look))
        self._goal(figures.target)
        if course.actual:
            look = {"color": ACTUAL, "linewidth": 2.6, "solid_capstyle": "round"}
            self.line(self._from_zero(), **look, gid="actual", zorder=4)
            keys.insert(0, Key(self.words.actual, look))
            self._today()
        else:
            self.axes.text(
                0.97,
                0.12,
                self.words.none,
                transform=self.axes.transAxes,
                ha="right",
                va="center",
                color=SOFT,
                gid="none",
                fontproperties=self.sheet.font(size=TEXT_SIZE),
            )
        self.sheet.legend(keys)

    def _from_zero(self) -> Points:
        """A sum begins at nothing the day before its period, where its first days were reported."""
        actual, begin = self.course.actual, self.course.begin
        summed = self.course.facts.kind is Kind.FLOW and (actual[0][0] - begin).days <= FIRST_DAYS
        return ((begin - timedelta(days=1), 0.0), *actual) if summed else actual

    def _rest(self) -> Points:
        """What the days left may average."""
        f = self.course.facts.figures
        if (
            f.allowed_mean is None
            or f.data_day is None
            or f.data_day >= self.course.end
            or f.allowed_mean <= 0
        ):
            return ()
        return ((f.data_day + timedelta(days=1), f.allowed_mean), (self.course.end, f.allowed_mean))

    def _reach(self) -> tuple[float, float]:
        """Lowest and highest value of the plot; sums start at nothing, means and levels near their own."""
        course, target = self.course, self.course.facts.figures.target
        lines: tuple[Points, ...] = (course.actual, course.last_year)
        if course.facts.kind is Kind.MEAN:
            lines = tuple(_settled(line) for line in lines)
        values = [value for line in (*lines, course.plan, self._rest()) for _, value in line]
        values += [target] if target is not None else []
        low, high = min(values, default=0.0), max(values, default=1.0)
        if course.facts.kind is Kind.FLOW:
            low = min(low, 0.0)
            return low, high + 0.16 * ((high - low) or 1.0)
        room = (high - low) or abs(high) or 1.0
        floor = low - 0.28 * room  # a label has room below the lowest line
        return (max(0.0, floor) if low >= 0 else floor), high + 0.18 * room

    def _goal(self, target: float | None) -> None:
        if target is None:
            return
        self.axes.axhline(target / self.per, color=GOAL, linewidth=1.1, gid="target", zorder=2.5)
        # Written where the lines are not: a sum is at the bottom when its year begins.
        under = self.course.facts.kind is not Kind.FLOW and self._crowded(target)
        day = self.axes.get_xlim()[0]
        self.label(
            day,
            target,
            self.words.target,
            ("right", "under" if under else "over"),
            size=SMALL_SIZE,
            color=INK,
            gid="target_label",
        )

    def _crowded(self, target: float) -> bool:
        """Whether the first half of the year lies above the target more than below it."""
        early = [value for day, value in self.course.actual if self.share(day) < 0.5]
        return sum(value > target for value in early) > len(early) / 2

    def _today(self) -> None:
        day, value = self.course.actual[-1]
        at = day.toordinal()
        due = self._due(day)
        behind = self.course.facts.figures.lag or 0.0
        if due is not None and self.words.gap and behind > 0:
            ends = [value / self.per, due / self.per]
            self.axes.plot([at, at], ends, color=self.sheet.alarm, linewidth=2.2, gid="gap", zorder=3.5)
            # Left of it are the lines; there it is told above the plot only.
            if self.share(day) <= NEAR_RIGHT:
                place = ("right", "middle")
                self.label(at, (value + due) / 2, self.words.gap, place, color=INK, gid="gap_label", zorder=5)
        self.axes.plot(
            [at],
            [value / self.per],
            marker="o",
            markersize=7,
            color=self.sheet.alarm if self.sheet.words.chip else ACTUAL,
            markeredgecolor="white",
            markeredgewidth=1.2,
            gid="today",
            zorder=6,
            clip_on=False,
        )
        self.label(at, value, self.words.mark, self._beside(day, value, due), color=INK, gid="mark", zorder=5)

    def _beside(self, day: date, value: float, due: float | None) -> tuple[str, str]:
        """Where the figure of the day is not in the way of a line: below one that rises, else above."""
        side = "left" if self.share(day) > NEAR_RIGHT else "right"
        if self.course.facts.kind is Kind.FLOW:
            return side, "under"
        target = self.course.facts.figures.target
        if due is not None and target is not None and target < due:
            side = "left"  # the plan falls: it comes down to where the label would be
        goal = target if due is None else due
        return side, "under" if goal is not None and goal >= value else "over"

    def _due(self, day: date) -> float | None:
        return dict(self.course.plan).get(day)


def _settled(line: Points) -> Points:
    """A running mean without its first days, which leap: they may leave the plot, for the rest to be legible."""
    return line[SETTLING:] if len(line) > 2 * SETTLING else line
