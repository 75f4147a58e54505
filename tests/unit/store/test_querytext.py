"""Named parameters are found where PostgreSQL would find them, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.querytext import numbered, tokens


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT :as_of", "SELECT $1"),
        ("SELECT :known_at, :as_of, :as_of", "SELECT $2, $1, $1"),
        ("SELECT :as_of::text", "SELECT $1::text"),
        ("SELECT day::date>:as_of", "SELECT day::date>$1"),
        ("SELECT ':as_of'", "SELECT ':as_of'"),
        ("SELECT 'it''s :as_of', :as_of", "SELECT 'it''s :as_of', $1"),
        (r"SELECT E'\':as_of', :as_of", r"SELECT E'\':as_of', $1"),
        (r"SELECT '\', :as_of", r"SELECT '\', $1"),
        ('SELECT x AS ":as_of"', 'SELECT x AS ":as_of"'),
        ("SELECT $$:as_of$$, $tag$ $$:as_of $tag$, :as_of", "SELECT $$:as_of$$, $tag$ $$:as_of $tag$, $1"),
        ("SELECT 1 -- :as_of\n, :as_of", "SELECT 1 -- :as_of\n, $1"),
        ("SELECT /* :as_of /* x */ :as_of */ :as_of", "SELECT /* :as_of /* x */ :as_of */ $1"),
        ("SELECT :as_off", "SELECT :as_off"),
        ("SELECT a$b:as_of", "SELECT a$b$1"),
        ("SELECT 截至日, :as_of AS 日", "SELECT 截至日, $1 AS 日"),
        ("SELECT 1;\n ; -- done", "SELECT 1"),
        ("SELECT 1; SELECT 2;", "SELECT 1; SELECT 2"),
        ("", ""),
    ],
)
def test_parameters_become_numbers(query: str, expected: str) -> None:
    assert numbered(query) == expected


@pytest.mark.parametrize("query", ["'a", '"a', "/* a /* b */", "E'\\'"])
def test_what_never_ends_is_told_from_its_beginning(query: str) -> None:
    opened = [token.at for token in tokens(f"SELECT {query}") if token.kind == "open"]
    assert opened[:1] == [len("SELECT ")]


@given(st.text(alphabet="'\"$:;-*/\\eE as_of1\n中", max_size=40))
def test_any_text_is_taken_apart_without_losing_a_character(query: str) -> None:
    found = list(tokens(query))
    assert all(query[token.at : token.at + len(token.text)] == token.text for token in found)
    assert all(a.at + len(a.text) <= b.at for a, b in pairwise(found))
    numbered(query)


def test_quoted_names_are_what_they_stand_for() -> None:
    assert [token.name for token in tokens('Now "Now" "a""b" U&"x" 1')] == ["now", "Now", 'a"b', "x", ""]
