"""What is wrong with a rule's query is told at its line, without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.domain.rules import Bounds, Sql
from service.errors import Faulty
from service.evaluate.rulefiles.rulefile import read_rules

# The query's first line is line 8 of the file, and begins in column 13.
FILE = """\
groups:
  - name: queries
    rules:
      - alert: asks
        check:
          type: sql
          query: |-
{query}
          levels: {levels}
        annotations: {{title: 专项监测}}
"""
GOOD = "SELECT indicator, region, value FROM progress WHERE as_of = :as_of"


def write(folder: Path, query: str, levels: str = "{yellow: 1, red: 2}") -> Path:
    text = "\n".join(f"            {line}" for line in query.split("\n"))
    (folder / "rules.yaml").write_text(FILE.format(query=text, levels=levels), "utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(Faulty) as raised:
        read_rules(folder)
    assert all(fault.zh for fault in raised.value.faults)
    return [f"{fault.where}: {fault.en}" for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("-- later", "7:11: the query is empty."),
        (";", "7:11: the query is empty."),
        (f"{GOOD};\n  DROP TABLE x", "9:15: a rule asks one statement."),
        (f"MOVE progress -- {GOOD}\n, indicator, region, value, :as_of", "8:13: a query begins with SELECT or WITH."),
        (GOOD.replace("FROM", "INTO copy FROM"), "8:45: a query only reads."),
        (f"WITH x AS (DELETE FROM progress WHERE as_of = :as_of)\n{GOOD}", "8:24: a query only reads."),
        (f"{GOOD} FOR UPDATE", "8:84: a query only reads."),
        (GOOD.replace(":as_of", ":asof"), "8:73: unknown parameter :asof; did you mean :as_of?"),
        (GOOD.replace("=", "= :day AND day ="), "8:73: unknown parameter :day; there are :as_of and :known_at."),
        (GOOD.replace(":as_of", "'2018-01-01'"), "8:13: the query never asks for :as_of: it would say the same of every day."),
        (
            GOOD.replace("region, ", ""),
            "8:13: the query has no column region; it must give indicator, region and value, and may give scope.",
        ),
        (f"{GOOD}\n AND day < current_date", "9:24: a query reads no clock: use :as_of."),
        (f"{GOOD}\n AND day < Now ( )", "9:24: a query reads no clock: use :as_of."),
        (f"{GOOD} AND day < 'Today'::date", "8:90: a query reads no clock: use :as_of."),
        (f"{GOOD} AND random() < 0.5", "8:84: a query leaves nothing to chance."),
        (f"{GOOD} AND pg_sleep(9) IS NULL", "8:84: this is not for rules."),
        (f'{GOOD} AND pg_catalog."set_config"(\'role\', \'\', true) = \'\'', "8:95: this is not for rules."),
        (f'{GOOD} AND U&"\\0070g_sleep"(9) IS NULL', "8:84: this is not for rules."),
        (f"{GOOD} AND region = 'x", "8:93: this text or comment never ends."),
    ],
)  # fmt: skip
def test_the_line_and_the_fix_are_named(tmp_path: Path, query: str, sentence: str) -> None:
    assert faults(write(tmp_path, query)) == [f"rules.yaml:{sentence}"]


def test_every_fault_is_told(tmp_path: Path) -> None:
    found = faults(write(tmp_path, f"{GOOD} AND day < now() AND x = :x\n;\nSELECT 1", "{yellow: 2, red: 1}"))
    assert len(found) == 4


def test_a_query_in_one_line_is_told_at_its_key(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    text = (tmp_path / "rules.yaml").read_text("utf-8")
    quoted = text.replace("|-\n            ", '"').replace(":as_of\n", ':asof"\n')
    (tmp_path / "rules.yaml").write_text(quoted, "utf-8")
    assert faults(tmp_path) == ["rules.yaml:7:11: unknown parameter :asof; did you mean :as_of?"]


def test_a_rule_without_a_query_or_with_no_time_for_it_is_wrong(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    text = (tmp_path / "rules.yaml").read_text("utf-8")
    (tmp_path / "rules.yaml").write_text(text.replace("query: |-", "timeout: 0\n          note: |-"), "utf-8")
    assert {fault.split(": ", 1)[1] for fault in faults(tmp_path)} == {
        "'query' is missing",
        "Input should be greater than 0",
        "unknown key 'note'; did you mean 'notice'?",
    }


@pytest.mark.parametrize(
    "query",
    [
        GOOD,
        f"{GOOD};",
        "WITH x AS (SELECT :as_of::date) SELECT indicator, region, scope, value FROM x -- now()",
        "(SELECT indicator, region, value FROM x WHERE day = :as_of) UNION ALL SELECT * FROM y",
        "SELECT * FROM my_view WHERE day <= :as_of AND known <= :known_at AND note <> 'now and then'",
        "SELECT indicator, region, now AS value FROM x WHERE day = :as_of",
    ],
)
def test_a_sound_query_is_kept_as_it_is_written(tmp_path: Path, query: str) -> None:
    (rule,) = read_rules(write(tmp_path, query)).rules.rules
    assert rule.check == Sql(Bounds(yellow=1, red=2), query)


def test_below_and_timeout_are_in_the_check(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "{yellow: 2, red: 1}\n          below: true\n          timeout: 20")
    (rule,) = read_rules(tmp_path).rules.rules
    assert rule.check == Sql(Bounds(yellow=2, red=1, below=True), GOOD, 20)
