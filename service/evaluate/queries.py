"""What the queries of rules answer, as of a day: asked of the database before the day is judged."""

from __future__ import annotations

from datetime import date, datetime

from service.domain.answers import Answer, NoAnswer, answer_of
from service.domain.layout import Layout
from service.domain.rules import RuleSet, Sql
from service.errors import Invalid
from service.store.ask import Question, ask
from service.store.pool import Connection


def answers(
    conn: Connection, layout: Layout, rules: RuleSet, as_of: date, known_at: datetime
) -> dict[str, Answer | NoAnswer]:
    """The answer to each rule that asks, by its name; one that fails leaves the transaction and the others alone."""
    return {
        rule.name: _answer(conn, layout, rule.check, as_of, known_at)
        for rule in rules.rules
        if isinstance(rule.check, Sql)
    }


def _answer(
    conn: Connection, layout: Layout, check: Sql, as_of: date, known_at: datetime
) -> Answer | NoAnswer:
    question = Question(check.query, as_of, known_at, check.timeout, most=len(layout.nodes))
    try:
        return answer_of(layout, ask(conn, question))
    except Invalid as error:
        return NoAnswer(error)
