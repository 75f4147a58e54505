"""The roster as it is published, shown and asked for, and what the tokens of units, office and leaders open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from service.roster.publish import check_files, publish
from service.store import tokens
from service.store.pool import connection
from tests.testkit.service import FOLDERS, Running, biaochi, copy_of, encoded, overlay, reading

ROSTER = """\
units:
  - {code: office, name: 区疏整促办, kind: office, departments: [campaign_office]}
  - {code: urban, kind: department, departments: [urban_management]}
  - {code: jia, kind: locality, regions: ["110105998"]}
  - {code: heads, name: 区领导, kind: leader}
people:
  - {unit: jia, name: 张三, post: 主任, mobile: "13800000001", email: zhangsan@example.cn}
  - {unit: jia, name: 李四, userids: {wecom: lisi}}
  - {unit: urban, name: 王五, email: wangwu@example.cn}
  - {unit: heads, name: 赵六, email: zhaoliu@example.cn, tasks: [parking]}
deputies:
  - {unit: jia, name: 张三, by: 李四, from: 2018-08-01, to: 2018-08-31}
"""
PERSONAL = ("13800000001", "zhangsan@example.cn", "lisi")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    path = tmp_path / "roster.yaml"
    path.write_text(ROSTER, "utf-8")
    return path


@pytest.fixture
def configured(server: str, published: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with a catalogue, which the commands' settings name."""
    with copy_of(server, published) as dsn:
        monkeypatch.setenv("BIAOCHI_DATABASE_URL", dsn)
        yield dsn


def put(service: Running, files: Path) -> tuple[int, bool]:
    with connection(service.service.pool) as conn:
        catalog = service.service.catalogs.published().catalog
        return publish(conn, check_files((files,), catalog), catalog, at=service.clock.now(), by="test")


def headers(service: Running, role: tokens.Role, unit: str | None = None) -> dict[str, str]:
    with connection(service.service.pool) as conn:
        _, secret = tokens.create(conn, role, None, "", service.clock.now(), unit=unit)
    return {"authorization": f"Bearer {secret}"}


def test_a_roster_is_a_version_that_every_replica_takes_over(running: Running, files: Path) -> None:
    assert running.get("/v1/units")["items"] == []
    with running.replica() as other:
        assert (other.rosters.current().version, other.rosters.current().roster.units) == (0, ())
        assert put(running, files) == (1, True)
        assert put(running, files) == (1, False)
        for service in (running.service, other):
            service.freshen()
            found = service.rosters.current()
            assert found.version == 1
            matter = found.roster.responsible("residential_parking_added", "110105998")
            assert matter.lead and matter.lead.code == "urban"
            assert [unit.code for unit in matter.localities] == ["jia"]
            assert [party.person for party in matter.leaders] == ["赵六"]
    files.write_text(ROSTER.replace("王五", "孙七"), "utf-8")
    assert put(running, files) == (2, True)


def test_the_api_and_the_view_name_units_and_nobody(running: Running, files: Path) -> None:
    put(running, files)
    running.service.freshen()
    items = running.get("/v1/units", holder="jia")["items"]
    assert [item["code"] for item in items] == ["office", "urban", "jia", "heads"]
    assert items[2] == {
        "code": "jia",
        "name": "甲街道",
        "name_en": "Jia Subdistrict (invented)",
        "kind": "locality",
    }
    rows = running.all("SELECT code, name, kind, position FROM report.units ORDER BY position")
    assert rows[1] == ("urban", "区城市管理委", "department", 2)
    views = running.all("SELECT to_jsonb(u)::text FROM report.units u")
    seen = json.dumps(items) + str(views) + running.client.get("/metrics").text
    assert not any(personal in seen for personal in PERSONAL)


def test_another_catalogue_keeps_the_roster_and_is_asked_from_then_on(
    running: Running, files: Path, tmp_path: Path
) -> None:
    put(running, files)
    running.service.freshen()
    lead = overlay(
        tmp_path / "lead", indicators="indicators: [{code: residential_parking_added, lead: housing}]"
    )
    running.publish(*FOLDERS, lead)
    found = running.service.rosters.current()
    assert (found.version, found.roster.lead("residential_parking_added")) == (1, None)


def test_the_reading_role_sees_no_people(running: Running, files: Path) -> None:
    put(running, files)
    with psycopg.connect(running.service.dsn) as conn:
        conn.execute("SET ROLE biaochi_reader")
        assert len(conn.execute("SELECT * FROM report.units").fetchall()) == 4
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("SELECT content FROM biaochi.publication")


@pytest.mark.parametrize(
    ("role", "unit", "sees_reports"), [("unit", "jia", False), ("office", None, True), ("leader", None, True)]
)
def test_what_the_tokens_of_those_who_answer_open(
    shared: Running, own_day: str, role: tokens.Role, unit: str | None, sees_reports: bool
) -> None:
    """They look; they report, take back, settle and operate nothing."""
    submission = shared.post(reading(own_day, 1))["submission"]
    mine = headers(shared, role, unit)
    for path in ("/v1/units", "/v1/alerts", "/v1/readings", "/v1/indicators"):
        assert shared.client.get(path, headers=mine).status_code == 200
    expected = 200 if sees_reports else 403
    for path in ("/v1/submissions", f"/v1/submissions/{submission}", "/v1/quarantine", "/v1/feeds/due"):
        assert shared.client.get(path, headers=mine).status_code == expected, path
    json_ = {"content-type": "application/json", **mine}
    refused = {
        "/v1/readings": encoded(reading(own_day, 2)),
        f"/v1/submissions/{submission}/withdraw": b'{"note": "x"}',
        f"/v1/submissions/{submission}/pass": b'{"note": "x"}',
        "/v1/quarantine/dismiss": b'{"submission": "x", "reason": "x"}',
        "/v1/seals": b'{"through": "2018-01-01", "note": "x"}',
        "/v1/evaluations": b'{"as_of": "2018-06-26"}',
    }
    for path, body in refused.items():
        assert shared.client.post(path, content=body, headers=json_).status_code == 403, path


@pytest.mark.parametrize(
    ("role", "feed", "unit"),
    [("unit", None, None), ("office", None, "jia"), ("feed", "jia", "jia"), ("unit", "jia", "jia")],
)
def test_a_token_is_bound_to_what_its_role_says(
    shared: Running, role: tokens.Role, feed: str | None, unit: str | None
) -> None:
    with connection(shared.service.pool) as conn, pytest.raises(psycopg.errors.CheckViolation):
        tokens.create(conn, role, feed, "", shared.clock.now(), unit=unit)


def test_load_publishes_once_and_says_what_nobody_answers_for(configured: str, files: Path) -> None:
    status, out, _ = biaochi("roster", "load", str(files))
    assert (status, out.splitlines()[-1]) == (0, "version 1 published")
    assert "属地" in out and "4 units, 4 people, 1 deputies" in out
    assert biaochi("roster", "load", str(files))[1].endswith("version 1 is current already\n")
    files.write_text(ROSTER.replace("urban_management", "urban_managment"), "utf-8")
    status, out, err = biaochi("roster", "load", str(files))
    assert (status, out) == (1, "") and "roster.yaml:3:" in err and "urban_management" in err


def test_check_tells_a_script(files: Path) -> None:
    folders = [word for folder in FOLDERS for word in ("--catalog", str(folder))]
    status, out, _ = biaochi("roster", "check", str(files), *folders, "--json")
    found = json.loads(out)
    assert (status, found["units"], found["faults"]) == (0, 4, [])
    assert {warning["code"] for warning in found["warnings"]} == {
        "no_lead",
        "no_locality",
        "no_leader",
        "no_people",
    }
    files.write_text(ROSTER.replace("13800000001", "1380000000"), "utf-8")
    status, out, _ = biaochi("roster", "check", str(files), *folders, "--json")
    assert (status, [fault["where"] for fault in json.loads(out)["faults"]]) == (1, ["roster.yaml:7:37"])


def test_show_masks_what_is_personal(configured: str, files: Path) -> None:
    biaochi("roster", "load", str(files))
    status, out, _ = biaochi("roster", "show", "--unit", "jia", "--on", "2018-07-01")
    assert status == 0 and "138****0001" in out and "z***@example.cn" in out and "l***" in out
    assert not any(personal in out for personal in PERSONAL)
    assert "甲街道（jia，街乡）" in out
    _, full, _ = biaochi("roster", "show", "--unit", "jia", "--on", "2018-07-01", "--full", "--json")
    people = json.loads(full)["unit"]["people"]
    assert people[0]["addresses"] == {"email": "zhangsan@example.cn", "mobile": "13800000001"}
    _, masked, _ = biaochi("roster", "show", "--unit", "jia", "--json")
    assert not any(personal in masked for personal in PERSONAL)


def test_show_says_who_answers_on_a_day(configured: str, files: Path) -> None:
    biaochi("roster", "load", str(files))
    where = ("--indicator", "residential_parking_added", "--region", "110105998", "--on", "2018-08-15")
    status, out, _ = biaochi("roster", "show", *where)
    lines = out.splitlines()
    assert status == 0 and lines[1:6] == [
        "牵头：区城市管理委",
        "属地：甲街道",
        "分管：区领导 赵六",
        "办公室：区疏整促办",
        "提级督办：甲街道 → 区城市管理委 → 区领导 赵六 → 区疏整促办",
    ]
    assert any("李四" in line for line in lines) and not any("张三  " in line for line in lines)
    _, out, _ = biaochi("roster", "show", *where, "--json")
    found = json.loads(out)
    assert (found["version"], found["on"]) == (1, str(date(2018, 8, 15)))
    assert [person["name"] for person in found["localities"][0]["people"]] == ["李四"]
    _, out, _ = biaochi("roster", "show")
    assert len(out.splitlines()) == 6


def test_wrong_questions(configured: str, files: Path) -> None:
    biaochi("roster", "load", str(files))
    asked: tuple[tuple[tuple[str, ...], int, str], ...] = (
        (("show", "--unit", "jiaa"), 1, "jia"),
        (("show", "--indicator", "nothing"), 1, "nothing"),
        (("show", "--indicator", "pm25_mean", "--region", "1"), 1, "1"),
        (("show", "--unit", "jia", "--indicator", "pm25_mean"), 2, "not both"),
        (("show", "--region", "110105"), 2, "--indicator"),
        (("load",), 2, "FILES"),
    )
    for arguments, status, said in asked:
        found, _, err = biaochi("roster", *arguments)
        assert found == status and said in err, arguments


def test_tokens_for_units_office_and_leaders(configured: str, files: Path) -> None:
    biaochi("roster", "load", str(files))
    for arguments in (("--unit", "jia"), ("--office",), ("--leader",)):
        status, secret, _ = biaochi("token", "new", *arguments)
        assert status == 0 and secret.startswith("bc_")
    _, out, _ = biaochi("token", "list", "--json")
    made = json.loads(out)["tokens"]
    assert [(token["role"], token["unit"]) for token in made] == [
        ("unit", "jia"),
        ("office", None),
        ("leader", None),
    ]
    status, _, err = biaochi("token", "new", "--unit", "jai")
    assert status == 1 and "jia" in err
    assert biaochi("token", "new", "jia", "--office")[0] == 2
    assert biaochi("token", "new", "--unit", "jia", "--reviewer")[0] == 2
