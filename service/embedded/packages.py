"""What apt's lists say: packages, what they depend on, and the mirror this machine uses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

# The compiler behind PostgreSQL's JIT: 35 MB more, and the server runs with jit=off.
_LEFT_OUT = ("libllvm",)
_LIBRARY = re.compile(r"z?lib[a-z0-9.+-]+")
_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]*")


def dependencies(stanza: str) -> list[str]:
    """First alternative of each dependency in one package's stanza, without versions and architectures."""
    fields = dict(re.findall(r"^([\w-]+): (.*)$", stanza, re.MULTILINE))
    clauses = f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}".split(",")
    return [match[0] for clause in clauses if (match := _NAME.match(clause.strip()))]


def read_stanzas(available: str) -> dict[str, list[str]]:
    """`apt-cache dumpavail` as package → dependencies."""
    stanzas: dict[str, list[str]] = {}
    for stanza in available.split("\n\n"):
        if name := re.search(r"^Package: (\S+)", stanza, re.MULTILINE):
            stanzas[name[1]] = dependencies(stanza)
    return stanzas


def with_libraries(wanted: Iterable[str], depends: Mapping[str, Sequence[str]]) -> list[str]:
    """The wanted packages and, through any depth, the libraries they need.

    Services, scripts and configuration that installing would bring along are left out, and so is what
    the lists don't hold (virtual packages).
    """
    todo, found = list(wanted), dict[str, None]()
    while todo:
        name = todo.pop(0)
        if name in depends and name not in found:
            found[name] = None
            todo += [need for need in depends[name] if _is_needed_library(need)]
    return list(found)


def _is_needed_library(name: str) -> bool:
    return bool(_LIBRARY.fullmatch(name)) and not name.startswith(_LEFT_OUT)


def find_mirror(uris: str) -> str | None:
    """The Debian mirror in the output of `apt-get --print-uris update`; None where there is none.

    A suite that ends in -updates marks Debian's own archive: other vendors' archives share its folder
    name and the release's, not that. Machines without updates are taken by the folder's name.
    """
    for pattern in (r"'(\S+/)dists/[a-z]+-updates/", r"'(\S+/debian/)dists/"):
        if match := re.search(pattern, uris):
            return match[1]
    return None
