"""Every alert of the demo, marked right, becomes a rule test that passes with the rules as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.testkit.demo import Demo
from tests.testkit.service import biaochi

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def marked(demo: Demo) -> Iterator[int]:
    """How many alerts there are, all marked right; nothing is left of the marks, since others look at the demo too."""
    headers = {"authorization": f"Bearer {demo.tokens['operator']}"}
    with httpx.Client(base_url=demo.url, headers=headers, timeout=60, trust_env=False) as client:
        found = client.get("/v1/alerts", params={"limit": 1000}).json()["items"]
        for alert in found:
            answer = client.post(f"/v1/alerts/{alert['id']}/marks", json={"accurate": True})
            assert answer.status_code == 201, answer.text
    yield len(found)
    with psycopg.connect(demo.dsn) as conn:
        conn.execute("DELETE FROM biaochi.alert_mark")


def test_every_alert_of_the_demo_makes_a_test_that_passes(
    demo: Demo, marked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", demo.dsn)
    status, out, err = biaochi("rules", "marks", "--export", str(tmp_path), "--json")
    assert (status, err) == (0, "")
    assert marked and sum(json.loads(out)["exported"].values()) == marked
    status, out, _ = biaochi("rules", "test", str(tmp_path))
    assert status == 0, out
