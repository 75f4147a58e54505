"""What may be wrong with the query of a rule that can be told without a database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from service.errors import Fault
from service.store.querytext import PARAMETERS, Token, tokens
from service.yamlfile import Document, nearest

BEGINNINGS = ("select", "with", "values", "table")
# Not pure: the same day judged again, or replayed, would get another answer.
CLOCK_WORDS = ("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp")
CLOCKS = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday")
CLOCK_TEXTS = ("'now'", "'today'", "'tomorrow'", "'yesterday'")
# As in INSERT INTO, WITH x AS (DELETE …), SELECT … INTO, FOR UPDATE. The server would refuse them day by day.
WRITING = ("insert", "update", "delete", "merge", "into")
CHANCE = ("random", "random_normal", "gen_random_uuid", "setseed")
# The server's own: they look after it, change the session's settings and locks, or run text as SQL.
# What they may do is decided by the reader's rights; that they have no place in a rule, here.
SERVER = re.compile(
    r"pg_\w+|lo_\w+|dblink\w*|txid_\w+|ts_stat|ts_rewrite|\w+_to_xml\w*|set_config|current_setting"
    r"|nextval|currval|setval|lastval"
)
Place = tuple[int | str, ...]


def query_faults(document: Document, at: Place, query: str) -> Iterator[Fault]:
    """Every fault of a query's text, at its line in the file."""
    found = list(tokens(query))
    for token, code, zh, en in _faults(found):
        where = document.where_in(at, token.at) if token else document.where(at)
        yield Fault(code, where, token.text if token else "", zh, en)


def _faults(found: Sequence[Token]) -> Iterator[tuple[Token | None, str, str, str]]:
    if not found or found[0].kind == "end":
        yield None, "empty_query", "查询为空。", "the query is empty."
        return
    for token in found:
        if token.kind == "open":
            yield token, "unfinished_query", "文本或注释没有结束。", "this text or comment never ends."
            return
    yield from _shape(found)
    yield from _parameters(found)
    yield from _impure(found)


def _shape(found: Sequence[Token]) -> Iterator[tuple[Token | None, str, str, str]]:
    """One statement that reads, and gives the columns it must give."""
    if found[0].name not in BEGINNINGS and found[0].text != "(":
        zh, en = "查询应以 SELECT 或 WITH 开头。", "a query begins with SELECT or WITH."
        yield found[0], "no_select", zh, en
    for end, after in pairwise(found):
        if end.kind == "end" and after.kind != "end":
            yield after, "two_statements", "只能有一条语句。", "a rule asks one statement."
            return
    names = {token.name for token in found}
    if any(token.text == "*" for token in found):
        return
    for column in ("indicator", "region", "value"):
        if column not in names:
            zh = f"查询没有 {column} 列；应返回 indicator、region、value，可另有 scope。"
            en = f"the query has no column {column}; it must give indicator, region and value, and may give scope."
            yield found[0], "no_column", zh, en


def _parameters(found: Sequence[Token]) -> Iterator[tuple[Token | None, str, str, str]]:
    """Parameters nobody fills; and a query that never asks for the day."""
    given = [token for token in found if token.kind == "parameter"]
    for token in given:
        if token.text[1:] not in PARAMETERS:
            near = nearest(token.text[1:], PARAMETERS)
            zh = f"不认识的参数“{token.text}”" + (
                f"，是否为“:{near}”？" if near else "；只有 :as_of 和 :known_at。"
            )
            en = f"unknown parameter {token.text}" + (
                f"; did you mean :{near}?" if near else "; there are :as_of and :known_at."
            )
            yield token, "unknown_parameter", zh, en
    if all(token.text[1:] in PARAMETERS for token in given) and not any(t.text == ":as_of" for t in given):
        zh = "查询未用 :as_of，各截至日的结果都会相同。"
        en = "the query never asks for :as_of: it would say the same of every day."
        yield found[0], "no_as_of", zh, en


def _impure(found: Sequence[Token]) -> Iterator[tuple[Token | None, str, str, str]]:
    """Clocks, writing, chance, and functions that are not for rules."""
    for at, token in enumerate(found):
        called = at + 1 < len(found) and found[at + 1].text == "("
        word = token.text.lower()
        if word in CLOCK_WORDS or word in CLOCK_TEXTS or (called and token.name in CLOCKS):
            zh, en = "查询不能读取时钟，请用 :as_of。", "a query reads no clock: use :as_of."
            yield token, "reads_clock", zh, en
        elif word in WRITING:
            yield token, "writes", "查询只能读取，不能写入。", "a query only reads."
        elif called and token.name in CHANCE:
            zh, en = "查询结果不能随机。", "a query leaves nothing to chance."
            yield token, "random", zh, en
        elif word.startswith('u&"') or (called and SERVER.fullmatch(token.name)):
            zh, en = "规则中不能使用此函数。", "this is not for rules."
            yield token, "not_for_rules", zh, en
