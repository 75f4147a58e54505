"""What /metrics says, read back by another's parser."""

from __future__ import annotations

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.metrics.exposition import Family, labels, render


def read(body: bytes) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Samples by metric."""
    return {
        family.name: [(dict(sample.labels), sample.value) for sample in family.samples]
        for family in text_string_to_metric_families(body.decode())
    }


@pytest.mark.parametrize(
    "value", ['第“一”批"试点"', "C:\\片区", "两行\n一名", '\\"', "\\n", "", "{}=,"], ids=repr
)
def test_any_label_value_comes_back_as_it_was(value: str) -> None:
    family = Family("biaochi_reading", "Newest figure.")
    family.add(labels({"scope": value, "region": "110105"}), 1.5)
    assert read(render([family])) == {"biaochi_reading": [({"scope": value, "region": "110105"}, 1.5)]}


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_not_known_has_no_sample(value: float | None) -> None:
    family = Family("biaochi_lag_ratio", "Behind.")
    family.add(labels({"region": "110105"}), value)
    family.add(labels({"region": "110101"}), -0.25)
    assert read(render([family])) == {"biaochi_lag_ratio": [({"region": "110101"}, -0.25)]}


def test_a_family_without_samples_is_left_out() -> None:
    assert render([Family("biaochi_target", "Target.")]) == b""


def test_labels_may_be_none_at_all() -> None:
    family = Family("biaochi_x", "X.")
    family.add(labels({}), 0)
    assert render([family]) == b"# HELP biaochi_x X.\n# TYPE biaochi_x gauge\nbiaochi_x 0\n"


@pytest.mark.parametrize("value", [5212500.0, 0.1 + 0.2, 1e-9, 1e300, -0.0, 1966])
def test_figures_are_told_to_the_last_digit(value: float) -> None:
    family = Family("biaochi_period_to_date", "To date.")
    family.add("", value)
    assert read(render([family]))["biaochi_period_to_date"] == [({}, value)]
