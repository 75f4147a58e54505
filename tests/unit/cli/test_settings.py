"""Settings: a wrong one names itself and stops the start, and its value is never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service import settings
from service.settings import SettingsError, read_settings
from tests.testkit.service import biaochi

SECRET = "hunter2-secret"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests."""
    for name in os.environ:
        if name.startswith("BIAOCHI_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"BIAOCHI_DATABSE_URL": SECRET}, "BIAOCHI_DATABSE_URL"),
        ({"BIAOCHI_EMIAL__PASSWORD": SECRET}, "BIAOCHI_EMIAL__PASSWORD"),
        ({"BIAOCHI_DATABASE_URL": f"postgresql://u:{SECRET}%zz@127.0.0.1/d"}, "BIAOCHI_DATABASE_URL"),
        ({"BIAOCHI_HTTP_PORT": SECRET}, "BIAOCHI_HTTP_PORT"),
        ({"BIAOCHI_HTTP_PORT": "70000"}, "BIAOCHI_HTTP_PORT"),
        ({"BIAOCHI_MAX_BODY_BYTES": "1"}, "BIAOCHI_MAX_BODY_BYTES"),
        ({"BIAOCHI_SPOOL_DIR": f"/{SECRET}"}, "BIAOCHI_SPOOL_DIR"),
        ({"BIAOCHI_LOG_LEVEL": SECRET}, "BIAOCHI_LOG_LEVEL"),
        ({"BIAOCHI_EMAIL__HOST": "h", "BIAOCHI_EMAIL__PASSWORD": SECRET}, "BIAOCHI_EMAIL__SENDER"),
        ({"BIAOCHI_EMAIL__HOST": "h", "BIAOCHI_EMAIL__PASWORD": SECRET}, "BIAOCHI_EMAIL__PASWORD"),
        ({"BIAOCHI_EMAIL__RECIPIENTS": SECRET}, "BIAOCHI_EMAIL"),
        ({"BIAOCHI_EMAIL": SECRET}, "BIAOCHI_EMAIL"),
        ({"BIAOCHI_WECOM__TIMEOUT_SECONDS": "1"}, "BIAOCHI_WECOM__URL"),
        ({"BIAOCHI_WECOM__URL": SECRET}, "BIAOCHI_WECOM__URL"),
        ({"BIAOCHI_WECOM__URL__FILE": f"/{SECRET[:3]}"}, "BIAOCHI_WECOM__URL"),
        (
            {"BIAOCHI_WECOM__URL": f"http://h/?key={SECRET}", "BIAOCHI_WECOM__CA": "/no.pem"},
            "BIAOCHI_WECOM__CA",
        ),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert named in refused.value.en and named in refused.value.zh
    status, out, err = biaochi("catalog", "check")
    assert (status, out) == (1, "")
    assert named in err and SECRET not in err


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIAOCHI_HTTP_PORT", "x")
    monkeypatch.setenv("BIAOCHI_MAX_BODY_BYTES", "y")
    with pytest.raises(SettingsError, match=r"BIAOCHI_HTTP_PORT.*BIAOCHI_MAX_BODY_BYTES"):
        read_settings()


def test_several_catalogue_folders_are_written_with_colons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIAOCHI_CATALOG_DIRS", os.pathsep.join(["one", "two"]))
    assert read_settings().catalog_dirs == (Path("one"), Path("two"))


def test_secrets_may_stand_in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "biaochi_database_url").write_text(f"postgresql://u:{SECRET}@h/d\n")
    monkeypatch.setattr(settings, "SECRETS_FOLDER", str(tmp_path))
    found = read_settings()
    assert found.database_url is not None
    assert SECRET in found.database_url.get_secret_value()
    assert SECRET not in repr(found)
