"""Selections as matchers of labels."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from service.domain.catalog import RegionGroup
from service.domain.rules import Select
from service.metrics.promexpr import matchers, regex
from tests.testkit.worlds import DISTRICT, TOWN, indicator, town, world

CATALOG = world(indicator("parking")).catalog


@given(st.text("ab*?[]!^|.\\", max_size=8), st.text("ab[]!^|.\\", max_size=6))
def test_a_glob_takes_the_same_codes_as_a_regular_expression(glob: str, code: str) -> None:
    assert bool(re.fullmatch(regex(glob), code, re.S)) is fnmatchcase(code, glob)


def test_a_selection_is_written_as_short_as_it_can_be() -> None:
    assert matchers(Select(), CATALOG) == ()
    assert matchers(Select(("parking",), ("1101*", "x.y"), ('第"二"批',), "root"), CATALOG) == (
        'indicator="parking"',
        r'region=~"1101.*|x\\.y"',
        'scope="第\\"二\\"批"',
        f'region="{DISTRICT}"',
    )


def test_what_no_label_says_is_written_as_the_codes_it_comes_to() -> None:
    catalog = world(
        indicator("parking"),
        indicator("parks"),
        towns=3,
        groups=[RegionGroup("townships", "乡", (TOWN, town(3)))],
    ).catalog
    assert matchers(Select(groups=("town*",)), catalog) == (f'region=~"{TOWN}|{town(3)}"',)
    assert matchers(Select(parents=(DISTRICT,)), catalog) == (f'region=~"{TOWN}|{town(2)}|{town(3)}"',)
    assert matchers(Select(("parks",), tasks=("tas?",)), catalog) == (
        'indicator="parks"',
        'indicator=~"parks"',
    )
