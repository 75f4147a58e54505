"""Rule files that change while the service runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from service.store import catalog
from tests.testkit.service import FOLDERS, JIA, Running, copy_of, overlay, reading, service_on

GROWTH = """\
groups:
  - name: growth
    rules:
      - alert: {name}
        check:
          type: new_growth
          indicators: [new_illegal_construction]
          region_level: subdistrict
          levels: {{yellow: {yellow}}}
        annotations: {{title: 控新生}}
"""


def write(folder: Path, name: str = "growth", yellow: int = 0) -> None:
    (folder / "growth.yaml").write_text(GROWTH.format(name=name, yellow=yellow), "utf-8")


@pytest.fixture
def ruled(server: str, published: str, rules: Path) -> Iterator[Running]:
    """A service with one rule of the test's own, and 30 m² found new on the first judged day."""
    write(rules)
    with copy_of(server, published) as dsn, service_on(dsn, rules=rules) as service:
        service.post(reading("2018-06-25", 30, "new_illegal_construction"))
        yield service


def growth_alerts(service: Running) -> list[dict[str, Any]]:
    return service.alerts(region=JIA, check="new_growth")


def versions(service: Running) -> dict[str, int]:
    """Rules version each judged day was judged with."""
    return dict(service.all("SELECT as_of::text, rules_version FROM biaochi.evaluation ORDER BY 1"))


BROKEN = {
    "a misspelt key": ("indicators:", "indicatros:", "growth.yaml:7:11"),
    "no number": ("yellow: 0", "yellow: many", "growth.yaml:9:20"),
    "an unknown indicator": ("[new_illegal", "[new_ilegal", "growth.yaml:7:24"),
    "no YAML": ("levels: {", "levels: [", "growth.yaml:9:"),
    "a tab": ("        check:", "\tcheck:", "growth.yaml:5:1"),
    "an unknown check": ("type: new_growth", "type: newgrowth", "growth.yaml:6:11"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_leaves_the_old_rules_running_and_names_its_line(
    ruled: Running, rules: Path, name: str
) -> None:
    ruled.close_days("2018-06-25")
    (before,) = growth_alerts(ruled)
    good, bad, where = BROKEN[name]
    text = (rules / "growth.yaml").read_text("utf-8")
    (rules / "growth.yaml").write_text(text.replace(good, bad), "utf-8")
    with capture_logs() as logged:
        assert not ruled.service.refresh_rules()
        assert not ruled.service.refresh_rules()
    refused = [line for line in logged if line["event"] == "rules refused, the running ones stay"]
    assert len(refused) == 1  # said once, not every minute
    assert refused[0]["where"].startswith(where)
    assert ruled.metric("biaochi_rules_last_load_successful") == 0
    ruled.close_days("2018-06-26")
    (after,) = growth_alerts(ruled)
    assert (after["id"], after["state"]) == (before["id"], "firing")
    assert len(set(versions(ruled).values())) == 1


def test_a_mended_file_applies_from_the_next_as_of_day(ruled: Running, rules: Path) -> None:
    ruled.close_days("2018-06-25")
    (rules / "growth.yaml").write_text("groups: [", "utf-8")
    assert not ruled.service.refresh_rules()
    write(rules, yellow=1000)
    assert ruled.service.refresh_rules()
    assert ruled.metric("biaochi_rules_last_load_successful") == 1
    assert ruled.service.rulebook.faults == []
    ruled.close_days("2018-06-26")
    (alert,) = growth_alerts(ruled)
    assert (alert["state"], alert["resolved"], alert["reason"]) == ("resolved", "2018-06-26", "rules_changed")
    first, second = versions(ruled).values()
    assert second == first + 1


def test_a_day_judged_again_keeps_the_rules_it_had(ruled: Running, rules: Path) -> None:
    ruled.close_days("2018-06-25")
    write(rules, yellow=1000)
    ruled.service.refresh_rules()
    ruled.close_days("2018-06-26")
    before = versions(ruled)
    ruled.post(reading("2018-06-25", 40, "new_illegal_construction"))
    assert len(ruled.service.closing.close_due().again) == 2
    assert versions(ruled) == before


def test_a_removed_rule_resolves_its_alert(ruled: Running, rules: Path) -> None:
    ruled.close_days("2018-06-25")
    (before,) = growth_alerts(ruled)
    write(rules, name="growth_of_another_name")
    assert ruled.service.refresh_rules()
    ruled.close_days("2018-06-26")
    removed, other = growth_alerts(ruled)
    assert (removed["id"], removed["state"], removed["reason"]) == (before["id"], "resolved", "rule_removed")
    assert (other["rule"], other["state"]) == ("growth_of_another_name", "firing")
    assert ruled.events(removed["id"])[-1]["message"]


def test_files_that_say_the_same_are_no_new_version(ruled: Running, rules: Path) -> None:
    text = (rules / "growth.yaml").read_text("utf-8")
    (rules / "renamed.yaml").write_text(f"# a remark\n{text}", "utf-8")
    (rules / "growth.yaml").unlink()
    assert not ruled.service.refresh_rules()
    assert ruled.service.rulebook.faults == []


def test_a_folder_without_rules_leaves_the_old_ones_running(ruled: Running, rules: Path) -> None:
    (rules / "growth.yaml").unlink()
    assert not ruled.service.refresh_rules()
    assert ruled.metric("biaochi_rules_last_load_successful") == 0
    ruled.close_days("2018-06-25")
    assert len(growth_alerts(ruled)) == 1


def test_what_an_editor_hides_in_the_folder_is_no_rule_file(ruled: Running, rules: Path) -> None:
    (rules / ".#growth.yaml").symlink_to("somebody@desk.4711")  # what emacs leaves while a file is edited
    (rules / ".growth.yaml.swp.yaml").write_bytes(b"\x00\xff")
    assert not ruled.service.refresh_rules()
    assert ruled.service.rulebook.faults == []


def test_a_file_that_cannot_be_read_is_a_fault_and_days_go_on_closing(ruled: Running, rules: Path) -> None:
    (rules / "gone.yaml").symlink_to(rules / "nowhere")
    ruled.clock.set(ruled.service.closing.closes_at(ruled.service.catalogs.published().catalog.evaluate_from))
    ruled.service.close_due()
    assert ruled.service.rulebook.faults and "gone.yaml" in ruled.service.rulebook.faults[0]
    assert len(growth_alerts(ruled)) == 1


def test_rules_that_could_not_be_published_are_tried_again(
    ruled: Running, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(rules, yellow=7)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the connection is gone")

    with monkeypatch.context() as broken, contextlib.suppress(RuntimeError):
        broken.setattr(catalog, "publish", fails)
        ruled.service.refresh_rules()
    assert ruled.service.refresh_rules()


def test_rules_refused_for_the_catalogue_are_taken_once_it_knows_their_region(
    ruled: Running, rules: Path, tmp_path: Path
) -> None:
    text = (rules / "growth.yaml").read_text("utf-8")
    (rules / "growth.yaml").write_text(
        text.replace("region_level: subdistrict", 'regions: ["110105997"]'), "utf-8"
    )
    assert not ruled.service.refresh_rules()
    new = overlay(tmp_path / "new")
    (new / "regions.csv").write_text("code,name,level,parent\n110105997,丙街道,subdistrict,110105\n", "utf-8")
    ruled.publish(*FOLDERS, new)
    assert ruled.service.refresh_rules()
    assert ruled.service.rulebook.faults == []


def test_without_any_rules_a_day_is_not_judged(server: str, template: str) -> None:
    with copy_of(server, template) as dsn, service_on(dsn, folders=FOLDERS) as service:
        with service.service.pool.connection() as conn:
            conn.execute("DELETE FROM biaochi.publication WHERE kind = 'rules'")
        with pytest.raises(Exception, match="no rules were published"):
            service.close_days("2018-01-01")
        assert service.one("SELECT count(*) FROM biaochi.evaluation") == 0
