"""Small rates and rounded projections: what a reader adds up must add up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.words.labels import labels
from service.words.messages.matter import Matter
from service.words.numbers import quantity, shown
from tests.unit.words.models import STALL


@pytest.mark.parametrize(
    ("value", "unit", "precision", "digits"),
    [
        (13.5, "个", 0, 1),
        (901_649.0, "平方米", 0, 1),
        (57.96, "微克/立方米", 1, 2),
        (9_999.6, "平方米", 0, 1),
    ],
)
def test_the_shown_figure_is_the_one_that_is_written(
    value: float, unit: str, precision: int, digits: int
) -> None:
    """13.5个 reads as 14个, so 11个 of 25 are left, not 12."""
    figure = shown(value, unit, precision, digits=digits)
    assert quantity(figure, unit, precision, digits=digits) == quantity(value, unit, precision, digits=digits)


def test_a_park_a_month_does_not_read_as_none_a_day() -> None:
    park = Matter(replace(STALL, unit="个", precision=0), labels())
    assert park.usual(1 / 28) == "0.04个"
    assert park.usual(0.0) == "0个"
    assert park.must(14 / 122) == "0.12个"  # what must be done is rounded up: 0.1148
