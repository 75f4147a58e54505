"""Rounding for people: a message that is followed must succeed.

Everything starts from the shortest decimal that names the float, so that 0.285 is 28.5 % and no binary
remainder decides. Halves go away from zero; allowances go down, required rates go up. Values are finite.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

SQUARE_METRES = "平方米"
TEN_THOUSAND_SQUARE_METRES = "万平方米"
TEN_THOUSAND = 10_000
# Wide enough for every float there is: 1.8e308 with decimals, and 5e-324.
_WIDE = Context(prec=800)

# What an English reader knows the units by; counts need no word.
_UNITS_EN = {
    "平方米": "m²",
    "万平方米": "×10,000 m²",
    "公顷": "ha",
    "亩": "mu",
    "万亩": "×10,000 mu",
    "平方公里": "km²",
    "万个": "×10,000",
    "微克/立方米": "µg/m³",
    "毫克/立方米": "mg/m³",
    "元": "yuan",
    "万元": "×10,000 yuan",
    "亿元": "×100 million yuan",
    "%": "%",
    "‰": "‰",
    **dict.fromkeys(("个", "家", "处", "户", "套", "件", "人", "位", ""), ""),
}


def percent(ratio: float) -> str:
    """A share as a percentage to one decimal; 100% only when it is reached (0.9996 is 99.9%)."""
    shown = rounded(_exact(ratio).scaleb(2, _WIDE), 1, ROUND_HALF_UP)
    if shown >= 100 and ratio < 1:
        return "99.9%"
    return "100%" if shown == 100 else f"{_unsigned_zero(shown):f}%"


def points(ratio: float) -> str:
    """A difference of shares in percentage points, to one decimal."""
    return f"{_unsigned_zero(rounded(_exact(ratio).scaleb(2, _WIDE), 1, ROUND_HALF_UP)):f}"


def quantity(
    value: float, unit_zh: str, precision: int, *, digits: int = 2, rounding: str = ROUND_HALF_UP
) -> str:
    """A figure as officials write it: 1966个, 5164平方米, 521.25万平方米.

    precision  decimals of the unit
    digits     decimals at most once square metres are written in tens of thousands
    """
    number = rounded(_exact(value), precision, rounding)
    if unit_zh == SQUARE_METRES and abs(number) >= TEN_THOUSAND:
        number = rounded(_exact(value).scaleb(-4, _WIDE), digits, rounding)
        return f"{plain(number)}{TEN_THOUSAND_SQUARE_METRES}"
    return f"{plain(number)}{unit_zh}"


def shown(value: float, unit_zh: str, precision: int, *, digits: int = 2) -> float:
    """The figure that `quantity` writes."""
    number = rounded(_exact(value), precision, ROUND_HALF_UP)
    if unit_zh == SQUARE_METRES and abs(number) >= TEN_THOUSAND:
        number = rounded(_exact(value), digits - 4, ROUND_HALF_UP)
    return float(number)


def quantity_en(value: float, unit_zh: str, precision: int, *, rounding: str = ROUND_HALF_UP) -> str:
    """The same for an English reader: 390,000 m²."""
    number = rounded(_exact(value), precision, rounding)
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    unit = unit_en(unit_zh)
    text = "0" if not number else text
    return f"{text}{unit}" if unit in ("%", "‰") else f"{text} {unit}".rstrip()


def unit_en(unit_zh: str) -> str:
    """What an English reader knows a unit by; empty for counts."""
    return _UNITS_EN.get(unit_zh, unit_zh)


def grouped(value: float, decimals: int) -> str:
    """A figure to calculate with: 3,456,000.5, with a true minus, and no zeros behind."""
    number = _unsigned_zero(rounded(_exact(value), decimals, ROUND_HALF_UP))
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def allowance_down(value: float) -> str:
    """What may still be, to one decimal and never more than it is: 58.98 is 58.9."""
    return plain(rounded(_exact(value), 1, ROUND_FLOOR))


def rate_up(value: float, precision: int) -> str:
    """What must be done, never less than it is: 5163.04 is 5164."""
    return plain(rounded(_exact(value), precision, ROUND_CEILING))


def multiple(ratio: float) -> str:
    """How many times, to one decimal; whole from 100 on."""
    return plain(rounded(_exact(ratio), 0 if abs(ratio) >= 100 else 1, ROUND_HALF_UP))


def times(ratio: float) -> str:
    """How many times, with its measure word: 2.4倍."""
    return f"{multiple(ratio)}倍"


def rounded(number: Decimal, decimals: int, rounding: str) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=rounding, context=_WIDE)


def plain(number: Decimal) -> str:
    """Without exponent, trailing zeros or the sign of a zero."""
    text = f"{_unsigned_zero(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _exact(value: float) -> Decimal:
    """The shortest decimal that names the float."""
    return Decimal(repr(float(value)))


def _unsigned_zero(number: Decimal) -> Decimal:
    return number if number else abs(number)
