"""Selections as matchers of labels."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from service.domain.rules import Select
from service.metrics.promexpr import matchers, regex
from tests.testkit.worlds import DISTRICT, indicator, world

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
