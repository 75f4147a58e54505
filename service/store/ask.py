"""Questions of rules to schema `report`: one query, read-only, in bounded time, with the reader's rights.

The query's text comes from a rule file, which an operator writes; what is guarded against is accidents
and curious hands. The server works it out in a function that runs as `biaochi_reader` and that only
reads (see 0006_rule_queries.sql); whatever it sets meanwhile ends with the savepoint it stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg import pq

from service.errors import Invalid
from service.store.pool import Connection
from service.store.queries import load
from service.store.querytext import numbered

# indicator, region, scope, value: as the query gave them.
Answered = tuple[str | None, str | None, str | None, float | None]

REQUIRED, OPTIONAL = ("indicator", "region", "value"), ("scope",)
_TYPES = psycopg.adapters.types
_NUMBERS = {_TYPES[name].oid for name in ("int2", "int4", "int8", "float4", "float8", "numeric")}
_PARAMETER_TYPES = [_TYPES[name].oid for name in ("date", "timestamptz")]


@dataclass(frozen=True, slots=True)
class Question:
    """A query with named parameters, and what it may take.

    timeout  seconds
    most     rows that are an answer; one more is an error
    """

    query: str
    as_of: date
    known_at: datetime
    timeout: float
    most: int


def ask(conn: Connection, question: Question) -> list[Answered]:
    """What a query answers inside the open transaction; `Invalid` says why there is no answer.

    Nothing the query does outlives the call, and the transaction goes on as it was.
    """
    try:
        with conn.transaction(force_rollback=True):
            return _asked(conn, question)
    except psycopg.errors.QueryCanceled as error:
        zh = f"查询超过 {question.timeout:g} 秒未完成，请按日期缩小范围或调大 timeout。"
        en = f"the query took longer than {question.timeout:g} s: bound it by day, or raise its timeout."
        raise Invalid("query_timeout", zh, en) from error
    except psycopg.Error as error:
        if conn.broken:
            raise
        problem = error.diag.message_primary or str(error)
        raise Invalid("query_failed", f"查询出错：{problem}。", f"the query failed: {problem}.") from error


def _asked(conn: Connection, question: Question) -> list[Answered]:
    sql = load("ask")
    conn.execute(sql["bounds"], {"milliseconds": round(question.timeout * 1000)})
    text = numbered(question.query)
    parameters = {
        "query": _named(text, _columns(conn, text), question.most),
        "as_of": question.as_of,
        "known_at": question.known_at,
    }
    rows: list[Answered] = conn.execute(sql["ask"], parameters, binary=True).fetchall()
    if len(rows) > question.most:
        zh = f"查询返回超过 {question.most} 行，多于目录中的指标与区域组合。"
        en = f"the query gives more than {question.most} rows, which is more than there are figures."
        raise Invalid("query_too_long", zh, en)
    return rows


def _columns(conn: Connection, text: str) -> list[str]:
    """The columns the server says a query has, looked at before anything of it is run.

    Only a single statement can be looked at: the text is what it seems when it is put in brackets.
    """
    prepared = conn.pgconn.prepare(b"", text.encode(), _PARAMETER_TYPES)
    if prepared.status != pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(prepared)
    described = conn.pgconn.describe_prepared(b"")
    columns = [(described.fname(at) or b"").decode() for at in range(described.nfields)]
    odd = [name for name in columns if name not in REQUIRED + OPTIONAL or columns.count(name) > 1]
    if odd or any(name not in columns for name in REQUIRED):
        given = ", ".join(columns) or "-"
        zh = f"查询的列为 {given}；应为 indicator、region、value，可另有 scope。"
        en = f"the query gives the columns {given}; it must give indicator, region and value, and may give scope."
        raise Invalid("query_columns", zh, en)
    if described.ftype(columns.index("value")) not in _NUMBERS:
        zh, en = "查询的 value 列不是数字。", "the query's column value is no number: cast it to float8."
        raise Invalid("query_value", zh, en)
    return columns


def _named(text: str, columns: list[str], most: int) -> str:
    scope = "coalesce(scope::text, '')" if "scope" in columns else "''::text"
    wanted = f"indicator::text, region::text, {scope}, value::float8"
    return f"SELECT {wanted} FROM (\n{text}\n) AS answer LIMIT {most + 1}"
