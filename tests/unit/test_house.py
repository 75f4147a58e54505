"""The rules of the house: who may import whom, and who may do what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICE = Path(__file__).parents[2] / "service"
STAGES = {"catalog", "ingest", "due", "evaluate", "alerts", "notify", "metrics"}
TOP = {"app", "cli", "scheduler", "closing", "database", "demo", "server", "logs"}
SHARED = {"errors", "clock", "shipped", "texts", "yamlfile"}
PURE = {"domain", "words"}

# What each part may import of the service, beside itself.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "shipped": set(),
    "texts": set(),
    "yamlfile": {"errors"},
    "domain": {"errors"},
    "words": {"domain", "errors"},
    "store": {"domain", "errors", "clock"},
    # Tables that people hand in: readings, rosters.
    "sheets": SHARED | PURE,
    # Who answers for what the catalogue has.
    "roster": SHARED | PURE | {"store", "catalog", "sheets"},
    "embedded": {"errors"},
    "settings": SHARED | {"notify", "store"},
    # Explanations look back over everything that was judged and said.
    "explain": SHARED | PURE | {"store", "catalog", "evaluate", "alerts"},
    # Workbooks that go out say what the upload reads, so they ask it.
    "workbooks": SHARED | PURE | {"store", "catalog", "ingest", "sheets"},
    # Charts are of nodes of the published catalogue.
    "charts": SHARED | PURE | {"store", "catalog"},
    "http": SHARED | PURE | STAGES | {"store", "explain", "roster", "sheets", "workbooks", "charts"},
    "dashboards": PURE | SHARED,
    **{stage: SHARED | PURE | {"store"} for stage in STAGES},
    # Ingest, evaluation and metrics hold what they read against the published catalogue, and so does what is due.
    "ingest": SHARED | PURE | {"store", "catalog", "sheets"},
    "due": SHARED | PURE | {"store", "catalog"},
    "evaluate": SHARED | PURE | {"store", "catalog"},
    "metrics": SHARED | PURE | {"store", "catalog"},
}
# Libraries only these parts may use.
ONLY = {
    "psycopg": {"store"},
    "psycopg_pool": {"store"},
    "fastapi": {"http"},
    "xlsxwriter": {"workbooks"},
    "matplotlib": {"charts"},
    "PIL": {"charts"},
    "jinja2": {"words"},
    "openpyxl": {"workbooks"},
    "python_calamine": {"sheets"},
    "httpx": {"notify", "demo"},
    "smtplib": {"notify"},
    "pydantic_settings": {"settings"},
    "apscheduler": {"scheduler"},
}
DOMAIN_MAY_USE = {"numpy", "scipy", "service", "__future__"}


def modules() -> list[Path]:
    return sorted(SERVICE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The room a file is in: its folder, or itself at the top."""
    inside = path.relative_to(SERVICE)
    return inside.parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SERVICE)))
def test_a_part_imports_only_what_it_may_know(path: Path) -> None:
    part = part_of(path)
    if part in TOP or part == "__init__":
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "service" and len(parts) > 1 and parts[1] not in (part, "__version__"):
            assert parts[1] in ALLOWED[part], f"{part} must not import service.{parts[1]}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SERVICE)))
def test_a_library_is_used_only_where_it_belongs(path: Path) -> None:
    part = part_of(path)
    for name in imports(path):
        allowed = ONLY.get(name.split(".")[0])
        assert allowed is None or part in allowed, f"{part} must not import {name}"


@pytest.mark.parametrize("path", sorted((SERVICE / "domain").rglob("*.py")), ids=lambda p: p.name)
def test_the_domain_is_pure(path: Path) -> None:
    """Standard library, numpy and scipy; nothing that reads a clock, a file or the environment."""
    import sys

    impure = {"os", "io", "time", "pathlib", "logging", "socket", "subprocess", "random"}
    for name in imports(path):
        top = name.split(".")[0]
        assert top in DOMAIN_MAY_USE or top in sys.stdlib_module_names, f"{path.name} uses {top}"
        assert top not in impure, f"{path.name} uses {top}"
    text = path.read_text("utf-8")
    assert "date.today(" not in text and ".now(" not in text, f"{path.name} reads the clock"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SERVICE)))
def test_only_settings_reads_the_environment(path: Path) -> None:
    if part_of(path) in ("settings", "embedded", "cli"):
        return  # embedded looks for XDG folders; cli db hands psql its password
    assert "os.environ" not in path.read_text("utf-8") and "os.getenv" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SERVICE)))
def test_sql_is_written_only_in_the_store(path: Path) -> None:
    if part_of(path) in ("store", "dashboards"):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            first = node.value.lstrip()[:7].upper()
            assert first not in ("SELECT ", "INSERT ", "UPDATE ", "DELETE "), f"SQL at line {node.lineno}"
