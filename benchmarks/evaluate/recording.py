"""Each check over a large city's series, and Prometheus' rules over as many gauges."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.core import Figure, Worker, note
from benchmarks.evaluate.memory import Memory
from benchmarks.evaluate.sizes import LAST, Sizes
from service.domain.fold import fold_day
from service.domain.frame import frame_as_of
from service.domain.rules import RuleSet
from service.embedded import EmbeddedError
from service.evaluate.rulefiles.rulefile import read_rules
from tests.testkit.prometheus import Prometheus, prometheus

RULES = Path(__file__).parent / "rules"
COMPARED = ("threshold", "pace", "stall", "missing")
# Prometheus' rules over the same gauges: half of them pass the first; the last never fires.
ABOVE, COPY, QUIET = "above", "copy", "quiet"
_PROMETHEUS_RULES = f"""\
groups:
  - {{name: {ABOVE}, rules: [{{record: "bench:above", expr: "x > on(indicator) group_left() bound"}}]}}
  - {{name: {COPY}, rules: [{{record: "bench:copy", expr: "x * 1"}}]}}
  - {{name: {QUIET}, rules: [{{alert: Quiet, expr: "x > 1e12"}}]}}
"""
_WAIT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of one check: figures with the day's readings, judging and folding, and once more with nothing new."""

    figures: float
    check: float
    quiet: float | None


class Checks(Memory):
    """A city's panel, and one rule per check."""

    def __init__(self, subdistricts: int) -> None:
        super().__init__(subdistricts)
        self.one_rule = {name: _rules(self, name) for name in ("changed", "quiet")}
        yesterday = frame_as_of(self.layout, self.panel, LAST - timedelta(days=1), self.workdays)
        self.before = {
            name: fold_day(yesterday, rules, {}).clocks for name, rules in self.one_rule["changed"].items()
        }

    def take(self) -> dict[str, Taken]:
        """Every check after new readings of its own, so that none finds what another has worked out."""
        return {name: self._take(name) for name in self.one_rule["changed"]}

    def _take(self, name: str) -> Taken:
        began = time.perf_counter()
        frame = self.frame()
        made = time.perf_counter()
        fold_day(frame, self.one_rule["changed"][name], self.before[name])
        judged = time.perf_counter()
        quiet = self.one_rule["quiet"].get(name)
        if quiet is None:
            return Taken(made - began, judged - made, None)
        fold_day(frame, quiet, {})
        again = time.perf_counter()
        fold_day(frame, quiet, {})
        return Taken(made - began, judged - made, time.perf_counter() - again)

    def gauges(self) -> bytes:
        """As many gauges as series that are reported, and a bound for each indicator, as Prometheus reads them."""
        nodes = sorted({(s.node.indicator, s.node.region) for s in self.layout.series})
        lines = ["# TYPE x gauge"]
        lines += [f'x{{indicator="{i}",region="{r}"}} {at % 1000}' for at, (i, r) in enumerate(nodes)]
        lines += ["# TYPE bound gauge"]
        lines += [f'bound{{indicator="{indicator}"}} 500' for indicator in sorted({i for i, _ in nodes})]
        return ("\n".join(lines) + "\n").encode()


def _rules(city: Memory, folder: str) -> dict[str, RuleSet]:
    rules = read_rules(RULES / folder, city.layout.catalog).rules.rules
    return {rule.name: RuleSet((rule,)) for rule in rules}


@contextmanager
def page(body: bytes) -> Iterator[str]:
    """URL of a page that never changes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def checks(sizes: Sizes, city: Worker[Checks]) -> list[Figure]:
    """Both sides in turn; Prometheus stands still while the checks are measured."""
    note(f"checks: {sizes.large} sub-districts")
    body = city(Checks.gauges)
    city(Checks.take)
    taken: list[dict[str, Taken]] = []
    told: list[dict[str, float]] = []
    try:
        with page(body) as url, prometheus(url, rules=_PROMETHEUS_RULES, every=sizes.every) as server:
            note("checks: beside Prometheus")
            for _ in range(sizes.rounds):
                told.append(_durations(server, _gauge_count(body)))
                with server.paused():
                    taken.append(city(Checks.take))
    except EmbeddedError as error:
        note(f"Prometheus is not to be had, its rows are left out: {error.en}")
        taken = [city(Checks.take) for _ in range(sizes.rounds)]
    return [*_seconds(taken), *(_against(taken, told) if told else [])]


def _gauge_count(body: bytes) -> int:
    return body.count(b"\nx{")


def _durations(server: Prometheus, gauges: int) -> dict[str, float]:
    """Seconds of each group's second evaluation from now: the first may have begun before, or late."""
    seen: dict[str, set[float]] = defaultdict(set)
    durations: dict[str, float] = {}
    deadline = time.monotonic() + _WAIT_SECONDS
    while len(durations) < 3:
        if time.monotonic() > deadline:
            raise TimeoutError("Prometheus does not evaluate its rules")
        time.sleep(0.25)
        told = _own_metrics(server)
        for group in (ABOVE, COPY, QUIET):
            at = told["last_evaluation_timestamp_seconds"].get(group)
            if at:
                seen[group].add(at)
            # The copy is of every gauge, or a scrape has failed and the duration says nothing.
            whole = told["last_evaluation_samples"].get(COPY, 0) >= gauges
            if whole and len(seen[group]) > 2 and group not in durations:
                durations[group] = told["last_duration_seconds"][group]
    return durations


def _own_metrics(server: Prometheus) -> Mapping[str, Mapping[str, float]]:
    """What Prometheus says of its rule groups: by metric, by group."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for family in text_string_to_metric_families(server.metrics()):
        prefix, _, metric = family.name.partition("prometheus_rule_group_")
        if metric and not prefix:
            for sample in family.samples:
                group = sample.labels.get("rule_group", "").rpartition(";")[2]
                found[metric][group] = sample.value
    return found


def _seconds(taken: Sequence[Mapping[str, Taken]]) -> list[Figure]:
    figures = [Figure("a large city's figures, made once for all rules", _made(taken), "s")]
    for name in taken[0]:
        alone = median(one[name].check for one in taken)
        whole = median(one[name].figures + one[name].check for one in taken)
        figures.append(Figure(f"{name}: check alone", alone, "s"))
        figures.append(Figure(f"{name}: figures and check", whole, "s"))
    return figures


def _made(taken: Sequence[Mapping[str, Taken]]) -> float:
    return median(one.figures for round_ in taken for one in round_.values())


def _against(taken: Sequence[Mapping[str, Taken]], told: Sequence[Mapping[str, float]]) -> list[Figure]:
    peer = {group: median(one[group] for one in told) for group in (ABOVE, COPY, QUIET)}
    figures = [
        Figure("Prometheus: record x > bound", peer[ABOVE], "s"),
        Figure("Prometheus: record x * 1", peer[COPY], "s"),
        Figure("Prometheus: alert that never fires", peer[QUIET], "s"),
    ]
    for name in taken[0]:
        whole = median(one[name].figures + one[name].check for one in taken)
        held = (1.0, 0.4) if name in COMPARED else (None, None)
        figures.append(Figure(f"{name}, all changed ÷ record x > bound", whole / peer[ABOVE], "ratio", *held))
        figures.append(Figure(f"{name}, all changed ÷ record x * 1", whole / peer[COPY], "ratio", *held))
    for name in COMPARED:
        quiet = median(one[name].quiet or 0.0 for one in taken)
        made = median(one[name].figures + (one[name].quiet or 0.0) for one in taken)
        figures.append(
            Figure(f"{name}, nothing changed ÷ quiet alert", quiet / peer[QUIET], "ratio", 1.0, 0.3)
        )
        figures.append(Figure(f"{name}, figures made anew ÷ quiet alert", made / peer[QUIET], "ratio"))
    return figures
