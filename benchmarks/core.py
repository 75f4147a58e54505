"""What every benchmark shares: figures and how they are told, timing, processes of their own, the machine."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "bench"
RESULTS = ROOT / "benchmarks" / "results"
LIBRARIES = ("numpy", "psycopg", "pydantic", "msgspec")
COLUMNS = ("figure", "value", "unit", "goal", "aim", "met")

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    goal    what it must reach, None where it is only reported
    aim     what is hoped for
    larger  True where more is better
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    aim: float | None = None
    larger: bool = False

    @property
    def met(self) -> bool:
        if self.goal is None:
            return True
        return self.value >= self.goal if self.larger else self.value <= self.goal

    @property
    def plain(self) -> dict[str, Any]:
        """As a script reads it."""
        told = ("name", "value", "unit", "goal", "aim", "met")
        return {name: getattr(self, name) for name in told}

    @property
    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        met = "" if self.goal is None else "yes" if self.met else "NO"
        return (self.name, _number(self.value), self.unit, self._bound(self.goal), self._bound(self.aim), met)

    def _bound(self, bound: float | None) -> str:
        return "" if bound is None else f"{'≥' if self.larger else '≤'} {bound:g}"


def _number(value: float) -> str:
    """Three significant digits; counts whole."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """Lines in columns as wide as their widest cell."""
    rows = [COLUMNS, *(figure.cells for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        name, value, *rest = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join((name, value.strip().rjust(widths[1]), *rest)).rstrip()


def markdown(name: str, command: str, figures: Sequence[Figure], versions: dict[str, str]) -> str:
    """The table as a page of results that are kept, with what it takes to judge them."""
    lines = [f"# {name}", "", f"`{command}`, {datetime.now(UTC).date()}", ""]
    lines += [f"* {what}: {which}" for what, which in versions.items()]
    lines += ["", f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(figure.cells)} |" for figure in figures]
    return "\n".join(lines) + "\n"


def tell(
    name: str,
    figures: Sequence[Figure],
    *,
    command: str,
    versions: dict[str, str],
    folder: Path,
    keep: bool,
) -> None:
    """Print the table, write the JSON, and where it is to be kept, both among the results."""
    print(*(f"{what}: {which}" for what, which in versions.items()), sep="\n", end="\n\n")
    print(*table(figures), sep="\n")
    text = json.dumps([figure.plain for figure in figures], ensure_ascii=False, indent=1) + "\n"
    for place in (folder, RESULTS) if keep else (folder,):
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.json").write_text(text, "utf-8")
    if keep:
        (RESULTS / f"{name}.md").write_text(markdown(name, command, figures, versions), "utf-8")


def machine() -> dict[str, str]:
    """The machine and the versions on it; nothing that tells whose it is."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8"))
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": f"{os.cpu_count()} cores ({cpu[1] if cpu else platform.machine()}), {gigabytes:.0f} GiB",
        "Python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


def note(text: str) -> None:
    """What is being done, or cannot be, on standard error."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@contextmanager
def stopwatch(into: list[float]) -> Iterator[None]:
    """Add the seconds the block takes."""
    began = time.perf_counter()
    yield
    into.append(time.perf_counter() - began)


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Of pairs that were measured one after the other."""
    return median(a / b for a, b in zip(above, below, strict=True))


def peak_megabytes(pid: int | str = "self") -> float:
    """The most memory a process, this one or another, has held. Not getrusage: that begins with what its parent held."""
    held = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8"))
    assert held is not None
    return int(held[1]) * 1024 / 1e6


class Worker(Generic[T]):
    """A process of its own that holds one object; calls are answered one at a time.

    with Worker(Counter, 3) as counter:
        counter(Counter.add, 4)
    """

    def __init__(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
        spawned = get_context("spawn")
        self._pool = ProcessPoolExecutor(1, spawned, initializer=_hold, initargs=(make, args, kwargs))

    def __call__(self, function: Callable[Concatenate[T, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self._pool.submit(_call, function, args, kwargs).result()
        return result

    def __enter__(self) -> Worker[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()


_held: list[Any] = []


def _hold(make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    _held.append(make(*args, **kwargs))


def _call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return function(_held[0], *args, **kwargs)
