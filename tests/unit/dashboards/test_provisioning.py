"""Grafana's and Prometheus's files fit compose.yaml and the dashboards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from service.dashboards.labels import FOLDER
from service.shipped import shipped

GRAFANA = shipped("grafana")
COMPOSE = GRAFANA.parent / "compose.yaml"


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = read(COMPOSE)["services"]
    return found


def sources() -> dict[str, dict[str, Any]]:
    listed = read(GRAFANA / "provisioning/datasources/biaochi.yaml")["datasources"]
    return {source["type"]: source for source in listed}


def test_prometheus_scrapes_the_service_and_judges_nothing(services: dict[str, Any]) -> None:
    config = read(GRAFANA / "prometheus.yml")
    (job,) = config["scrape_configs"]
    ((target,),) = [group["targets"] for group in job["static_configs"]]
    name, port = target.split(":")
    assert name in services and services[name]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert config["global"]["scrape_interval"] == "30s"
    assert config["rule_files"] == [] and "alerting" not in config


def test_grafana_reads_with_the_role_that_may_only_read(services: dict[str, Any]) -> None:
    source = sources()["grafana-postgresql-datasource"]
    host, _ = source["url"].split(":")
    assert services[host]["environment"]["POSTGRES_DB"] == source["jsonData"]["database"] == "biaochi"
    assert source["user"] == "biaochi_reader"
    assert source["secureJsonData"] == {"password": "$BIAOCHI_READER_PASSWORD"}
    assert "BIAOCHI_READER_PASSWORD" in services["grafana"]["environment"]
    assert source["jsonData"]["timescaledb"] is True


def test_grafana_asks_the_prometheus_of_compose(services: dict[str, Any]) -> None:
    url = sources()["prometheus"]["url"]
    assert url == "http://prometheus:9090" and "prometheus" in services


def test_dashboards_lie_where_grafana_looks(services: dict[str, Any]) -> None:
    (provider,) = read(GRAFANA / "provisioning/dashboards/biaochi.yaml")["providers"]
    assert provider["folder"] == FOLDER
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in services["grafana"]["volumes"]


def test_grafana_alerts_nobody() -> None:
    assert {folder.name for folder in (GRAFANA / "provisioning").iterdir()} == {"datasources", "dashboards"}
