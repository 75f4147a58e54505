"""The dashboards as files: what Grafana's provisioning reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from service.dashboards import DASHBOARDS


def dashboard_files() -> dict[str, str]:
    """File name and content of every dashboard; the same on every machine."""
    return {f"{name}.json": _text(build().build()) for name, build in DASHBOARDS.items()}


def _text(dashboard: object) -> str:
    encoded = json.dumps(dashboard, cls=JSONEncoder, sort_keys=True, indent=1, ensure_ascii=False)
    return f"{encoded}\n"


def differing(folder: Path) -> Iterator[str]:
    """Names of files that are not as the code makes them: changed, missing or made by nothing."""
    wanted = dashboard_files()
    found = {path.name: path.read_text("utf-8") for path in folder.glob("*.json")}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            yield name


def write(folder: Path) -> list[str]:
    """Write every dashboard; the names of those that were not up to date."""
    stale = [name for name in differing(folder) if name in dashboard_files()]
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (folder / name).write_text(dashboard_files()[name], "utf-8")
    return stale
