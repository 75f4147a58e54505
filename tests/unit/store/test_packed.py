"""Binary COPY streams, byte for byte as PostgreSQL's documentation describes them."""

from __future__ import annotations

import struct
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.store.packed import booleans, copy_rows, dates, floats, integers, texts

ROW = st.tuples(
    st.integers(-(2**31), 2**31 - 1),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=9),
    st.none() | st.booleans(),
    st.none() | st.dates(),
)


def field(value: bytes | None) -> bytes:
    return struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value


def by_hand(row: tuple[int, float | None, str | None, bool | None, date | None]) -> bytes:
    number, figure, text, truth, day = row
    return struct.pack(">h", 5) + b"".join(
        (
            field(struct.pack(">i", number)),
            field(None if figure is None else struct.pack(">d", figure)),
            field(None if text is None else text.encode()),
            field(None if truth is None else bytes([truth])),
            field(None if day is None else struct.pack(">i", (day - date(2000, 1, 1)).days)),
        )
    )


@given(st.lists(ROW, max_size=5))
def test_rows_are_packed_as_one_would_by_hand(
    rows: list[tuple[int, float | None, str | None, bool | None, date | None]],
) -> None:
    number, figure, text, truth, day = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 5
    )
    packed = copy_rows(
        [
            integers(np.array(number, dtype=np.int64)),
            floats(np.array([np.nan if x is None else x for x in figure], dtype=np.float64)),
            texts(text),
            booleans(
                np.array([bool(x) for x in truth], dtype=bool),
                np.array([x is None for x in truth], dtype=bool),
            ),
            dates(
                np.array([x.toordinal() if x else 0 for x in day], dtype=np.int64),
                np.array([x is None for x in day], dtype=bool),
            ),
        ]
    )
    assert packed == b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(map(by_hand, rows)) + b"\xff\xff"
