"""What the tiles ask: PromQL over biaochi's gauges, which speak of the newest evaluated day.

Every replica exposes the same figures, so each expression takes one of them (`max by`).
"""

from __future__ import annotations

from service.dashboards.labels import LAMPS, UNLIT
from service.dashboards.queries import ALMOST, LIT
from service.domain.catalog import Level

KEY = "indicator, region, scope"
_ALERT = f"rule, {KEY}, feed"  # what makes two alerts different
_TILE = 'region="$region", indicator="$indicator"'


def alerts_lit(level: Level) -> str:
    """How many alerts burn this lamp; 0 where none does."""
    return f'count(max by ({_ALERT}) (biaochi_alert_active{{state="firing", level="{level.code}"}})) or vector(0)'


def completion() -> str:
    """Completion of the tile's indicator, with its name and lamp; 100 % is only said when it is reached."""
    share = _gauge("completion_ratio", _TILE)
    shown = f"(clamp_max({share} < 1, {ALMOST}) or {share})"
    return _named(_lit(shown, otherwise=_lamp(share, Level.NONE)))


def expected() -> str:
    """Share of the tile's target that is due."""
    return _gauge("expected_completion_ratio", _TILE)


def mean_to_date() -> str:
    """Means that have a ceiling, with name, unit and lamp: green below it, unlit while it is not judged."""
    mean = _of_means("period_to_date")
    green = _lamp(f"{mean} < on ({KEY}) {_gauge('target')}", Level.NONE)
    return _named(_lit(mean, otherwise=f"{green} or on ({KEY}) {_label(mean, UNLIT)}"))


def mean_target() -> str:
    """The ceilings of those means, with name and unit."""
    return _named(_of_means("target"))


def _gauge(name: str, where: str = 'region="$region"') -> str:
    return f"max by ({KEY}) (biaochi_{name}{{{where}}})"


def _of_means(name: str) -> str:
    """A gauge of the root region's indicators that are judged by their mean and have a target."""
    mean = 'biaochi_indicator_info{kind="mean"}'
    return f"({_gauge(name)} and on (indicator) {mean} and on ({KEY}) {_gauge('target')})"


def _lit(value: str, otherwise: str) -> str:
    """The value with the label `lamp`: the worst that burns for it."""
    burning = [
        _lamp(f'biaochi_alert_active{{state="firing", region="$region", level="{level.code}"}}', level)
        for level in LIT
    ]
    lamps = f" or on ({KEY}) ".join([*burning, otherwise])
    return f"{value} * on ({KEY}) group_left (lamp) ({lamps})"


def _lamp(what: str, level: Level) -> str:
    return _label(what, LAMPS[level].word)


def _label(what: str, word: str) -> str:
    """1, with the label `lamp`, wherever there is something."""
    return f'label_replace(group by ({KEY}) ({what}), "lamp", "{word}", "", "")'


def _named(value: str) -> str:
    """With the indicator's official name and unit."""
    info = "max by (indicator, name, unit) (biaochi_indicator_info)"
    return f"{value} * on (indicator) group_left (name, unit) {info}"
