"""The benchmark of evaluation runs from end to end, small; how fast it is, is no matter here."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.evaluate.recording import COMPARED

ROOT = Path(__file__).parents[2]
# Goal and aim of every figure that has one.
HELD = {
    "a day in memory": (1.0, None),
    "a day in memory: growth in time ÷ in series": (1.1, 1.0),
    "a day from nothing: growth in time ÷ in series": (1.1, 1.0),
    "a day through the database": (1.0, None),
    "ten years of history ÷ one": (1.2, 1.05),
    "after 1 % changed ÷ all of it": (0.1, 0.03),
    "peak memory of the evaluating process": (500, None),
    "as many single evaluations ÷ replay": (10, None),
    "GROUP BY ÷ ranking from state": (10, 20),
    **{f"{check}, all changed ÷ record x > bound": (1.0, 0.4) for check in COMPARED},
    **{f"{check}, all changed ÷ record x * 1": (1.0, 0.4) for check in COMPARED},
    **{f"{check}, nothing changed ÷ quiet alert": (1.0, 0.3) for check in COMPARED},
}
OTHERS = ("projection", "new_growth", "rebound", "discrepancy", "jump", "rank", "open_age")


@pytest.mark.timeout(600)  # half a minute on a machine of its own
def test_a_quick_run_measures_everything_there_is_a_goal_for(tmp_path: Path) -> None:
    told = quick_run(tmp_path)
    figures = {
        figure["name"]: figure for figure in json.loads((tmp_path / "evaluate.json").read_text("utf-8"))
    }
    goals = {name: (f["goal"], f["aim"]) for name, f in figures.items() if f["goal"] is not None}
    assert goals == HELD
    assert all(f"{check}, all changed ÷ record x * 1" in figures for check in OTHERS)
    for name, figure in figures.items():
        assert list(figure) == ["name", "value", "unit", "goal", "aim", "met"]
        assert math.isfinite(figure["value"]) and figure["value"] >= 0, name
        assert figure["met"] or figure["goal"] is not None
        assert name in told


def quick_run(out: Path) -> str:
    """What it prints."""
    command = [sys.executable, "-m", "benchmarks.evaluate", "--quick", "--out", str(out)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            told, errors = process.communicate()
        finally:
            if process.poll() is None:  # out of time: it stops the servers it has started
                process.send_signal(signal.SIGINT)
    assert process.returncode == 0, errors
    return told
