"""Rows in PostgreSQL's binary COPY format, made column by column: a row at a time is ten times slower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from service.domain.arrays import Bools, Floats, Ints

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
# PostgreSQL counts days from here.
_EPOCH = date(2000, 1, 1).toordinal()

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Column:
    """A column's fields: content (rows, width) bytes, of which the first `length` (rows,) count; -1 for NULL."""

    content: Bytes
    length: Ints


def copy_rows(columns: Sequence[Column]) -> bytes:
    """The whole stream: header, rows, trailer."""
    rows = len(columns[0].length)
    parts, kept = [_big(np.full(rows, len(columns)), ">i2")], [np.ones((rows, 2), dtype=bool)]
    for column in columns:
        parts += [_big(column.length, ">i4"), column.content]
        inside = np.arange(column.content.shape[1]) < column.length[:, None]
        kept += [np.ones((rows, 4), dtype=bool), inside]
    return b"".join((_HEADER, np.hstack(parts)[np.hstack(kept)].tobytes(), _TRAILER))


def integers(values: Ints) -> Column:
    """A column of `integer`."""
    return _fixed(_big(values, ">i4"))


def floats(values: Floats) -> Column:
    """A column of `double precision`; not a number is NULL."""
    return _fixed(_big(values, ">f8"), null=np.isnan(values))


def booleans(values: Bools, null: Bools | None = None) -> Column:
    """A column of `boolean`."""
    return _fixed(_big(values, ">u1"), null)


def dates(ordinals: Ints, null: Bools | None = None) -> Column:
    """A column of `date`, from proleptic ordinals."""
    return _fixed(_big(ordinals - _EPOCH, ">i4"), null)


def texts(values: Sequence[str | None]) -> Column:
    """A column of `text`; None is NULL."""
    encoded = [b"" if value is None else value.encode() for value in values]
    width = max([1, *map(len, encoded)])
    content = np.frombuffer(b"".join(each.ljust(width) for each in encoded), dtype=np.uint8)
    length = [-1 if value is None else len(each) for value, each in zip(values, encoded, strict=True)]
    return Column(content.reshape(len(encoded), width), np.array(length, dtype=np.int64))


def _fixed(content: Bytes, null: Bools | None = None) -> Column:
    length = np.full(len(content), content.shape[1], dtype=np.int64)
    return Column(content, length if null is None else np.where(null, -1, length))


def _big(values: npt.NDArray[np.generic], kind: str) -> Bytes:
    """(rows, width) the bytes of each value, most significant first."""
    packed = values.astype(kind)
    return packed.view(np.uint8).reshape(len(values), packed.dtype.itemsize)
