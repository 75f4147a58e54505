"""What catalogue files may hold."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from service.domain.catalog import CONFIRM_AFTER_DAYS
from service.domain.cycles import CUTOFF_WORKDAYS, REMIND_MINUTES, Cycle
from service.yamlfile import Strict, Wrong

# Codes become part of an alert's key, whose parts are joined by "|".
Code = Annotated[str, Field(min_length=1, pattern=r"^[^|\s]+$")]
RegionLevel = Literal["city", "district", "subdistrict", "community"]
LEVELS: tuple[str, ...] = get_args(RegionLevel)  # from the top
LISTS = ("departments", "tasks", "sources", "indicators", "groups", "feeds", "targets")


class CutoffFile(Strict):
    """Working days after a report day on which its day closes, by reporting cycle."""

    daily: int = Field(default=CUTOFF_WORKDAYS[Cycle.DAILY], ge=1, le=5)
    """For reports of a day."""
    weekly: int = Field(default=CUTOFF_WORKDAYS[Cycle.WEEKLY], ge=1, le=10)
    """For reports of a week, after its Sunday."""
    monthly: int = Field(default=CUTOFF_WORKDAYS[Cycle.MONTHLY], ge=1, le=20)
    """For reports of a month, after its last day."""


class HeadFile(Strict):
    """What a catalogue is, and which region it answers for."""

    name: str
    """Name of the catalogue."""
    root: Code
    """Code of the region the installation answers for."""
    evaluate_from: date
    """First day that is judged; earlier ones are history."""
    cutoff_hour: int = Field(default=10, ge=0, le=23)
    """Hour, Beijing time, at which a day closes and reports are due."""
    cutoff_workdays: CutoffFile = CutoffFile()
    """Working days after the day, week or month on which that is."""
    remind_minutes: int = Field(default=REMIND_MINUTES, ge=0, le=1440)
    """Minutes before a deadline at which feeds that have not reported everything are reminded 催报; 0: never."""
    confirm_after_days: int = Field(default=CONFIRM_AFTER_DAYS, ge=0, le=36_500)
    """Days after which a day that was judged is changed only by a body that says confirm=true."""
    office: str = ""
    """The office messages name as contact."""
    alerting: Literal["live", "shadow"] = "live"
    """`shadow`: every rule is on trial; alerts are kept and shown, and told to nobody."""


class DepartmentFile(Strict):
    """A department."""

    code: Code
    """Its code."""
    name: str
    """Chinese name."""
    name_en: str = ""
    """English name."""
    contact: str = ""
    """Whom to ask."""


class TaskFile(Strict):
    """A task 任务, which groups indicators."""

    code: Code
    """Its code."""
    field: str
    """方面 it belongs to."""
    name: str
    """Chinese name."""
    name_en: str = ""
    """English name."""


class SourceFile(Strict):
    """Who reports 来源."""

    code: Code
    """Its code."""
    name: str
    """Chinese name."""
    name_en: str = ""
    """English name."""
    rank: int
    """Precedence: the lowest rank counts."""


class DefinitionFile(Strict):
    """口径: what a figure counts, from a day on."""

    from_: date = Field(alias="from")
    """The day it holds from."""
    note: str
    """The definition in Chinese."""
    note_en: str = ""
    """The same in English."""


class IndicatorFile(Strict):
    """An indicator 指标."""

    code: Code
    """Its code."""
    task: Code
    """Code of its task."""
    name: str
    """Full official name."""
    name_en: str
    """English name."""
    short: str = ""
    """What headlines call it; the full name where left out."""
    unit: str
    """Unit its figures are kept in."""
    kind: Literal["flow", "mean", "stock", "ratio", "incidence"]
    """flow: summed; mean: averaged; stock: a level; ratio: a share; incidence: occurrences."""
    direction: Literal["up", "down"]
    """Whether more (up) or less (down) is better."""
    reported_at: RegionLevel
    """Level of the regions that report it; above it is rolled up, unless another source reports there."""
    lead: Code
    """Code of the lead department 牵头部门."""
    minimum: float | None = 0.0
    """Smallest figure of a day that is taken."""
    maximum: float | None = None
    """Largest figure of a day that is taken."""
    usual_minimum: float | None = None
    """Smallest usual figure of a day: a smaller one is stored and marked as doubtful."""
    usual_maximum: float | None = None
    """Largest usual figure of a day: a larger one is stored and marked as doubtful."""
    precision: int = Field(default=0, ge=0, le=6)
    """Decimals officials read."""
    stale_after: int = Field(default=4, ge=0)
    """Days a figure may lag the as-of day and still be judged."""
    min_coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of the regions below that must have reported for a roll-up to be judged."""
    definitions: list[DefinitionFile] = []
    """Its definitions 口径, each from a day on."""
    rank_of: Code | Literal[""] = ""
    """Code of the indicator whose ranking (排名) it is; its own unit is `rank`."""

    @field_validator("maximum", "usual_maximum")
    @classmethod
    def _above(cls, value: float | None, info: ValidationInfo) -> float | None:
        """A figure must be able to lie between the bounds."""
        name = str(info.field_name).replace("maximum", "minimum")
        low = info.data.get(name)
        if value is not None and low is not None and value < low:
            raise Wrong(f"应不小于 {name}（{low:g}）", f"lies below {name}, {low:g}")
        return value


class RegionFile(Strict):
    """A region 区域."""

    code: Code
    """Statistical division code."""
    name: str
    """Chinese name."""
    name_en: str = ""
    """English name."""
    level: RegionLevel
    """Its level."""
    parent: Code | Literal[""] = ""
    """Code of the region it lies in."""
    aliases: list[str] = []
    """Other names it goes by."""
    valid_from: date | None = None
    """First day it exists."""
    valid_to: date | None = None
    """Last day it exists."""


class RollupFile(Strict):
    """A group that has figures of its own."""

    name: str
    """Chinese name of the group as a region: 各乡."""
    name_en: str = ""
    """English name."""


class RegionGroupFile(Strict):
    """A group of regions, for selection, ranking and roll-up."""

    code: Code
    """The code rules select it by."""
    name: str
    """Chinese name of its members: 乡."""
    name_en: str = ""
    """English name."""
    regions: list[str] = Field(min_length=1)
    """Codes of its regions, or globs on codes."""
    rollup: RollupFile | None = None
    """With it, the group has figures of its own: those of its members together."""


class ReportingFile(Strict):
    """How figures are meant, from a day on."""

    from_: date = Field(alias="from")
    """The day it holds from: that of the report, for reports of a week or month."""
    as_: Literal["daily", "cumulative"] = Field(alias="as")
    """Whether figures are of the day, or sums since the new year."""


def _word_or_history(value: object) -> str:
    return "history" if isinstance(value, list | tuple) else "reporting"


class CoverFile(Strict):
    """Part of what a feed owes: these indicators, in these regions."""

    indicators: list[Code] = Field(min_length=1)
    """Globs on codes of indicators."""
    regions: list[str] = Field(min_length=1)
    """Codes of regions; `CODE/*` for all below one at the level reported at, `CODE/district` for all of another level.
    Above the level reported at, only beside another source's reports."""
    except_regions: list[Code] = []
    """Codes of regions left out."""
    scopes: list[str] = [""]
    """Scopes that are reported; the empty one by default."""
    reporting: Annotated[
        Annotated[Literal["daily", "cumulative"], Tag("reporting")]
        | Annotated[list[ReportingFile], Tag("history")],
        Discriminator(_word_or_history),
    ] = "daily"
    """Whether figures are of the day, or sums since the new year; a list where that changes on some day."""


class FeedFile(Strict):
    """A declared stream of readings."""

    code: Code
    """Its code."""
    name: str
    """Chinese name."""
    name_en: str = ""
    """English name."""
    source: Code
    """Code of its source."""
    department: Code | Literal[""] = ""
    """Code of the department that answers for it."""
    contact: str = ""
    """Whom to ask."""
    first_day: date
    """First day that is owed and taken."""
    cycle: Literal["daily", "weekly", "monthly"] = "daily"
    """How often it reports; the report of a week or month is stamped with its last day and covers all of it."""
    review: bool = False
    """Whether what it reports counts only once a second person has passed it."""
    covers: list[CoverFile] = Field(min_length=1)
    """What it owes."""


class PeriodFile(Strict):
    """The days a target is for."""

    start: date
    """First day."""
    end: date
    """Last day."""


class PlanFile(Strict):
    """进度计划: the share due by each day."""

    curve: str = "linear"
    """linear, workdays, milestones, previous_year (last year's shape), or none: judged by their completion day."""
    milestones: list[tuple[date, float]] = []
    """Days and the share due by each, from 0 to 1; for the curve milestones."""


class TargetFile(Strict):
    """年度目标."""

    code: Code
    """Its code."""
    indicator: Code
    """Code of its indicator."""
    region: Code
    """Code of its region."""
    scope: str = ""
    """Its scope."""
    period: PeriodFile
    """The days it is for."""
    comparator: Literal[">=", "<=", ">", "<"]
    """How the figure must compare with the value."""
    value: float = Field(allow_inf_nan=False)
    """The value to be met."""
    unit: str = ""
    """Unit of the value; that of the indicator where left out."""
    plan: PlanFile = PlanFile()
    """The plan; straight from nothing to all where left out."""
    authority: str = ""
    """Who set it: 市级任务, 区级目标."""
    ambition: str = "确保"
    """确保, or 力争 beside it."""
    baseline: float | None = None
    """For levels and ratios: the figure at the start."""
    valid_from: date | None = None
    """As-of day from which this version counts."""
    note: str = ""
    """A remark."""


class CatalogFile(HeadFile):
    """A whole catalogue, as it is published."""

    departments: list[DepartmentFile] = []
    """Departments."""
    tasks: list[TaskFile] = []
    """Tasks."""
    sources: list[SourceFile] = []
    """Sources."""
    indicators: list[IndicatorFile] = []
    """Indicators."""
    regions: list[RegionFile] = []
    """Regions; beside YAML they are read from regions.csv."""
    groups: list[RegionGroupFile] = []
    """Groups of regions."""
    feeds: list[FeedFile] = []
    """Feeds."""
    targets: list[TargetFile] = []
    """Targets."""
