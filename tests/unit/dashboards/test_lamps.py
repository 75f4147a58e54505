"""A lamp is called and coloured the same everywhere."""

from __future__ import annotations

import re

from service.dashboards.labels import LAMPS, UNLIT
from service.dashboards.queries import LIT
from service.domain.catalog import Level
from service.shipped import shipped


def test_every_level_has_a_lamp_of_its_own() -> None:
    assert set(LAMPS) == set(Level)
    assert len({lamp.word for lamp in LAMPS.values()}) == len({lamp.colour for lamp in LAMPS.values()}) == 5
    assert UNLIT not in {lamp.word for lamp in LAMPS.values()}


def test_worst_lamp_comes_first() -> None:
    assert LIT == (Level.RED, Level.ORANGE, Level.YELLOW, Level.NOTICE)


def test_the_view_of_alerts_says_the_same_words() -> None:
    """The migration writes them out, since SQL cannot ask Python."""
    migrations = "".join(path.read_text("utf-8") for path in shipped("migrations").glob("*.sql"))
    (listed,) = set(re.findall(r"ARRAY\[(.+?)\]\)\[a\.level\] AS lamp", migrations))
    assert listed == ", ".join(f"'{LAMPS[level].word}'" for level in reversed(LIT))
