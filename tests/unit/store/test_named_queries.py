"""Files of named queries."""

from __future__ import annotations

import pytest

from service.store.queries import load, parse


def test_a_file_is_its_queries_by_name() -> None:
    text = "-- A remark before the first.\n-- name: one\n-- Says one.\nSELECT 1;\n\n-- name: two\nSELECT 2;\n"
    assert parse(text) == {"one": "-- Says one.\nSELECT 1;", "two": "SELECT 2;"}


def test_a_name_given_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="one"):
        parse("-- name: one\nSELECT 1;\n-- name: one\nSELECT 2;")


def test_a_file_without_queries_is_empty() -> None:
    assert parse("-- nothing yet\n") == {}


def test_a_file_is_read_once() -> None:
    assert load("submissions") is load("submissions")
