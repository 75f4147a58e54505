"""What is fetched for the embedded server, from where, and when the machine's own server is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.embedded import fetch
from service.embedded.binaries import find_installed
from service.embedded.errors import EmbeddedError
from service.embedded.packages import dependencies, find_mirror, read_stanzas, with_libraries

AVAILABLE = """\
Package: postgresql-17
Version: 17.6-1
Pre-Depends: debconf (>= 0.5) | debconf-2.0
Depends: postgresql-client-17, locales | locales-all, libc6 (>= 2.38), libpq5 (>= 17~), libllvm19 (>= 1:19.1)
Description: The World's Most Advanced Open Source Relational Database
 Depends: libnotreally

Package: libpq5
Depends: libc6 (>= 2.38), libssl3t64:any (>= 3.0) | libssl3, zlib1g

Package: libc6
Depends: libgcc-s1

Package: libgcc-s1
Depends: gcc-14-base (= 14.2), libc6 (>= 2.35)

Package: libssl3t64
Depends: libc6

Package: libllvm19
Depends: libc6

Package: perl
Depends: libperl5.40
"""


def test_libraries_come_through_any_depth_and_nothing_else() -> None:
    # By hand: postgresql-17 → libc6, libpq5; libc6 → libgcc-s1 → libc6 again; libpq5 → libssl3t64.
    # Not: debconf, locales, gcc-14-base (no libraries), libllvm19 (left out), zlib1g (not on the mirror).
    assert with_libraries(["postgresql-17"], read_stanzas(AVAILABLE)) == [
        "postgresql-17",
        "libc6",
        "libpq5",
        "libgcc-s1",
        "libssl3t64",
    ]


def test_package_the_mirror_lacks_is_left_out() -> None:
    assert with_libraries(["postgresql-99"], read_stanzas(AVAILABLE)) == []


def test_first_alternative_counts_without_version_and_architecture() -> None:
    stanza = "Package: x\nDepends: liba:any (>= 1) | libb, libc6 (>= 2.38)"
    assert dependencies(stanza) == ["liba", "libc6"]


@pytest.mark.parametrize(
    ("suites", "mirror"),
    [
        pytest.param(
            ["nodistro@node.test/", "bookworm@vendor.test/debian/", "bookworm-updates@near.test/d/"],
            "near.test/d/",
            id="updates mark Debian's archive, not the folder's name",
        ),
        pytest.param(
            ["bookworm-security@near.test/debian-security/", "bookworm@near.test/debian/"],
            "near.test/debian/",
            id="without updates the folder's name decides",
        ),
        pytest.param(["nodistro@node.test/"], None, id="no Debian at all"),
    ],
)
def test_mirror_is_found_in_the_machines_configuration(suites: list[str], mirror: str | None) -> None:
    pairs = (suite.split("@") for suite in suites)
    uris = "\n".join(
        f"'https://{place}dists/{suite}/InRelease' {suite}_InRelease 0 " for suite, place in pairs
    )
    assert find_mirror(uris) == (mirror and f"https://{mirror}")


def install(usr: Path, major: int, timescaledb: str | None) -> None:
    """Lay out an installed server as Debian does."""
    programs = usr / f"lib/postgresql/{major}/bin"
    programs.mkdir(parents=True)
    (programs / "postgres").touch()
    if timescaledb:
        (programs.parent / "lib").mkdir()
        (programs.parent / "lib/timescaledb.so").touch()
        extensions = usr / f"share/postgresql/{major}/extension"
        extensions.mkdir(parents=True)
        (extensions / "timescaledb.control").write_text(
            f"default_version = '{timescaledb}'\nrelocatable = false\n"
        )


@pytest.mark.parametrize(
    ("installed", "taken"),
    [
        pytest.param({17: "2.19.3"}, 17, id="new enough"),
        pytest.param({17: "2.19.3", 18: "2.23.0"}, 18, id="the newest"),
        pytest.param({17: "2.19.3", 18: None}, 17, id="the newest that has TimescaleDB"),
        pytest.param({17: "2.9.0"}, None, id="2.9 is older than 2.19"),
        pytest.param({16: "2.19.3"}, None, id="PostgreSQL too old"),
        pytest.param({}, None, id="nothing installed"),
    ],
)
def test_installed_server_is_taken_if_new_enough(
    tmp_path: Path, installed: dict[int, str | None], taken: int | None
) -> None:
    for major, timescaledb in installed.items():
        install(tmp_path, major, timescaledb)
    assert find_installed(tmp_path) == (taken and tmp_path / f"lib/postgresql/{taken}/bin")


def test_machine_without_apt_is_told_the_alternatives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedError, match=r"apt-get.*BIAOCHI_DATABASE_URL.*compose"):
        fetch.unpack_packages(tmp_path / "x", ["prometheus"], suite=None, dependencies="none")
    assert not (tmp_path / "x").exists()


def test_machine_without_debians_keys_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_TOOLS", ())
    monkeypatch.setattr(fetch, "KEYRING", tmp_path / "none.gpg")
    with pytest.raises(EmbeddedError, match="debian-archive-keyring"):
        fetch.unpack_packages(tmp_path / "x", ["prometheus"], suite=None, dependencies="none")
