"""Units of measure with exact factors.

A figure is stored in its indicator's unit; what was reported stays beside it. Factors are exact
fractions, so a conversion is rounded once, when it becomes a float.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from types import MappingProxyType

# unit: (dimension, factor to the dimension's base, Chinese, other spellings)
_TABLE: tuple[tuple[str, str, Fraction, str, tuple[str, ...]], ...] = (
    ("m2", "area", Fraction(1), "平方米", ("㎡", "m²", "平米", "平方")),
    ("10k_m2", "area", Fraction(10_000), "万平方米", ("万㎡", "万m²", "万平米", "万平方", "万平")),
    ("ha", "area", Fraction(10_000), "公顷", ("hm2", "hm²")),
    ("mu", "area", Fraction(2000, 3), "亩", ()),
    ("10k_mu", "area", Fraction(20_000_000, 3), "万亩", ()),
    ("km2", "area", Fraction(1_000_000), "平方公里", ("平方千米", "㎢", "km²")),
    ("count", "count", Fraction(1), "个", ("项", "所", "块")),
    ("shop", "count", Fraction(1), "家", ()),
    ("place", "count", Fraction(1), "处", ()),
    ("household", "count", Fraction(1), "户", ()),
    ("set", "count", Fraction(1), "套", ()),
    ("piece", "count", Fraction(1), "件", ()),
    ("10k_count", "count", Fraction(10_000), "万个", ("万户", "万套", "万家", "万处", "万件", "万")),
    ("person", "people", Fraction(1), "人", ("名",)),
    ("10k_person", "people", Fraction(10_000), "万人", ()),
    ("rank", "rank", Fraction(1), "位", ()),
    ("ug_per_m3", "concentration", Fraction(1), "微克/立方米", ("µg/m³", "μg/m³", "ug/m3")),
    ("mg_per_m3", "concentration", Fraction(1000), "毫克/立方米", ("mg/m³", "mg/m3")),
    ("yuan", "money", Fraction(1), "元", ()),
    ("10k_yuan", "money", Fraction(10_000), "万元", ()),
    ("100m_yuan", "money", Fraction(100_000_000), "亿元", ()),
    ("ratio", "share", Fraction(1), "", ()),
    ("percent", "share", Fraction(1, 100), "%", ("％",)),
    ("permille", "share", Fraction(1, 1000), "‰", ()),
    ("tenth", "share", Fraction(1, 10), "成", ()),
)

UNITS = MappingProxyType({code: zh for code, _, _, zh, _ in _TABLE})
_DIMENSION = {code: dimension for code, dimension, _, _, _ in _TABLE}
_FACTOR = {code: factor for code, _, factor, _, _ in _TABLE}
# Of these there are no halves.
_COUNTED = frozenset({"count", "people", "rank"})


def _plain(spelling: str) -> str:
    """Without spaces and typographic variants: ㎡ and m² are m2, ％ is %, a full-width slash is a slash."""
    return "".join(unicodedata.normalize("NFKC", spelling).split())


_SPELLINGS = {
    _plain(spelling): code
    for code, _, _, zh, others in _TABLE
    for spelling in (code, zh, *others)
    if spelling
}


def unit_code(spelling: str) -> str | None:
    """The unit a spelling means, None if it is unknown."""
    return _SPELLINGS.get(_plain(spelling))


def accepted(unit: str) -> tuple[str, ...]:
    """Chinese names of all units that convert into this one, itself first."""
    others = [zh for code, d, _, zh, _ in _TABLE if d == _DIMENSION[unit] and code != unit and zh]
    return (UNITS[unit], *others) if UNITS[unit] else tuple(others)


def conversion(given: str, stored: str) -> Fraction | None:
    """Factor from one unit to another; None where they measure different things."""
    if _DIMENSION[given] != _DIMENSION[stored]:
        return None
    return _FACTOR[given] / _FACTOR[stored]


def is_whole(value: float, unit: str) -> bool:
    """Whether a finite figure can be: what is counted is counted whole, be it in thousands (1.25万个)."""
    return _DIMENSION[unit] not in _COUNTED or (Fraction(repr(value)) * _FACTOR[unit]).denominator == 1


def convert(value: float, factor: Fraction) -> float:
    """The figure in the stored unit, rounded once.

    The shortest decimal that names the float is what the reporter wrote, so 0.1 万平方米 is
    exactly 1000 平方米.
    """
    return value if factor == 1 else float(Fraction(repr(value)) * factor)
