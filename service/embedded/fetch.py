"""Debian packages into a folder: checked like any installation, but installed nowhere.

apt does the work with sources, state, cache and trust of its own, so that the machine's lists stay as
they are and no root is needed. Its proxy settings stay in force.
"""

from __future__ import annotations

import logging
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from service.embedded.errors import unfetchable
from service.embedded.folders import locked, make_folder
from service.embedded.packages import find_mirror, read_stanzas, with_libraries

# The one root of trust: the lists must be signed by a key in it, the packages must match the lists.
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TOOLS = ("apt-get", "apt-cache", "dpkg-deb")
_DOWNLOAD_SECONDS = 900
_CONFIGURATION = """\
Dir::State "{apt}"; Dir::State::lists "{apt}/lists"; Dir::State::status "{apt}/status";
Dir::Cache "{apt}"; Dir::Cache::archives "{apt}/archives"; APT::Sandbox::User ""; Acquire::Languages "none";
Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "{apt}/sources"; Acquire::Retries "3";
Dir::Etc::preferencesparts "/dev/null"; Dir::Etc::trusted "/dev/null"; Dir::Etc::trustedparts "/dev/null";
"""

Dependencies = Literal["none", "libraries"]
log = logging.getLogger(__name__)


def unpack_packages(
    dest: Path, packages: Sequence[str], *, suite: str | None, dependencies: Dependencies
) -> Path:
    """Fetch packages from Debian's archive, check them and unpack them to `dest/root`, which is returned.

    suite         a release's code name; None for the release this machine runs
    dependencies  "libraries" brings along what they link to, "none" only what is named

    `dest` appears complete or not at all; a second call returns at once and needs no network. Processes
    that ask for the same folder wait for each other. EmbeddedError where Debian's archive is out of reach.
    """
    with locked(dest.with_name(f"{dest.name}.lock")):
        if not dest.exists():
            _unpack_new(dest, packages, suite or _host_suite(), dependencies)
    return dest / "root"


def _unpack_new(dest: Path, packages: Sequence[str], suite: str, dependencies: Dependencies) -> None:
    _check_tools()
    log.info("fetching %s from Debian %s", ", ".join(packages), suite)
    work = dest.with_name(f"{dest.name}.new")
    shutil.rmtree(work, ignore_errors=True)  # of a call that was killed
    try:
        debs = _download(work / "apt", packages, suite, dependencies)
        make_folder(work / "fresh/root")
        for deb in debs:
            _run("dpkg-deb", "-x", str(deb), str(work / "fresh/root"))
        (work / "fresh").rename(dest)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _download(apt: Path, packages: Sequence[str], suite: str, dependencies: Dependencies) -> list[Path]:
    conf = _configure(apt, suite)
    _run("apt-get", *conf, "update")  # refused unless signed by a key in KEYRING
    names = _choose(conf, packages, dependencies)
    _run("apt-get", *conf, "download", *names, cwd=apt / "debs")  # sums checked against the signed lists
    return list((apt / "debs").iterdir())


def _choose(conf: Sequence[str], packages: Sequence[str], dependencies: Dependencies) -> list[str]:
    if dependencies == "none":
        return list(packages)
    names = with_libraries(packages, read_stanzas(_run("apt-cache", *conf, "dumpavail")))
    if absent := set(packages) - set(names):
        listed = ", ".join(sorted(absent))
        raise unfetchable(f"软件源中没有 {listed}", f"The Debian mirror does not have {listed}")
    return names


def _configure(apt: Path, suite: str) -> list[str]:
    """An apt of our own in a new folder; the options that make the tools use it."""
    for folder in ("lists/partial", "archives/partial", "sources", "debs"):
        (apt / folder).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "apt.conf").write_text(_CONFIGURATION.format(apt=apt))
    (apt / "sources/debian.sources").write_text(
        f"Types: deb\nURIs: {_host_mirror()}\nSuites: {suite} {suite}-updates\n"
        f"Components: main\nSigned-By: {KEYRING}\n"
    )
    return ["-c", str(apt / "apt.conf"), "-qq"]


def _check_tools() -> None:
    if missing := [tool for tool in _TOOLS if not shutil.which(tool)]:
        listed = ", ".join(missing)
        raise unfetchable(
            f"内置数据库只能在 Debian 系统上获取（缺少 {listed}）",
            f"The embedded database can be fetched on Debian only ({listed} not found)",
        )
    if not KEYRING.exists():
        raise unfetchable(
            "缺少 Debian 签名密钥，请安装 debian-archive-keyring",
            "Debian's keys are missing: install debian-archive-keyring",
        )


def _host_mirror() -> str:
    """The mirror this machine installs from: it is reachable and near."""
    if mirror := find_mirror(_run("apt-get", "--print-uris", "update")):
        return mirror
    raise unfetchable("apt 配置中没有 Debian 软件源", "No Debian mirror in this machine's apt configuration")


def _host_suite() -> str:
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "stable")


def _run(*command: str, cwd: Path | None = None) -> str:
    env = os.environ | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, text=True, capture_output=True, check=True, timeout=_DOWNLOAD_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise unfetchable(
            "从 Debian 软件源下载超时", "The Debian mirror is too slow or out of reach"
        ) from None
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split())[:300]
        raise unfetchable(
            f"无法从 Debian 软件源获取（{said}）", f"Fetching from the Debian mirror failed ({said})"
        ) from None
    return done.stdout
