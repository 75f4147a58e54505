"""The Prometheus text format, written fast: one join, label sets escaped once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def labels(pairs: Mapping[str, str]) -> str:
    """`{a="b",c="d"}`, escaped."""
    inside = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in pairs.items())
    return f"{{{inside}}}" if inside else ""


@dataclass
class Family:
    """A gauge and its samples: rendered labels and value."""

    name: str
    help: str
    samples: list[tuple[str, float]] = field(default_factory=list)

    def add(self, rendered: str, value: float | None) -> None:
        """A sample; what is not known or undefined has none."""
        if value is not None and isfinite(value):
            self.samples.append((rendered, value))


def render(families: Iterable[Family]) -> bytes:
    """Families that have samples, in text format 0.0.4."""
    lines: list[str] = []
    for family in families:
        if not family.samples:
            continue
        lines.append(f"# HELP {family.name} {family.help}")
        lines.append(f"# TYPE {family.name} gauge")
        lines.extend(f"{family.name}{where} {value!r}" for where, value in family.samples)
    return ("\n".join(lines) + "\n").encode() if lines else b""
