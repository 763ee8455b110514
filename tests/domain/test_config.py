"""Settings: the demo makes its own keys, and production refuses to start while anything it needs is missing or unsafe."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tvist.config import Misconfigured, Mode, read_config, secret_key
from tvist.installation import open_installation
from tvist.vault.keys import MasterKeys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.people import Cast
    from tvist.db import Database


def _production(folder: Path, **changes: str) -> dict[str, str]:
    """Settings of a production that may start, but for `changes`."""
    (folder / "secret").write_text("s" * 48)
    if not (folder / "master").exists():
        MasterKeys.create(folder / "master")
    return {
        "TVIST_MODE": "production",
        "TVIST_INSTANCE": str(folder),
        "TVIST_SECRET_KEY_FILE": str(folder / "secret"),
        "TVIST_MASTER_KEY_FILE": str(folder / "master"),
        "TVIST_UPLOADS_SCANNED": "yes",
        **changes,
    }


def test_the_demo_makes_keys_that_only_the_owner_reads(tmp_path: Path) -> None:
    config = open_installation({"TVIST_INSTANCE": str(tmp_path / "new")}).config
    for file in (config.secret_key_file, config.master_key_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    assert len(secret_key(config)) >= 32


def test_the_demo_keeps_the_keys_it_made(tmp_path: Path) -> None:
    first = secret_key(open_installation({"TVIST_INSTANCE": str(tmp_path)}).config)
    assert secret_key(open_installation({"TVIST_INSTANCE": str(tmp_path)}).config) == first


def test_a_whole_production_starts(tmp_path: Path) -> None:
    assert read_config(_production(tmp_path)).mode is Mode.PRODUCTION


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TVIST_SECRET_KEY_FILE": ""}, "TVIST_SECRET_KEY_FILE"),
        ({"TVIST_MASTER_KEY_FILE": ""}, "TVIST_MASTER_KEY_FILE"),
        ({"TVIST_SECRET_KEY_FILE": "/nowhere/secret"}, "TVIST_SECRET_KEY_FILE"),
        ({"TVIST_MASTER_KEY_FILE": "/nowhere/master"}, "TVIST_MASTER_KEY_FILE"),
        ({"TVIST_UPLOADS_SCANNED": ""}, "TVIST_UPLOADS_SCANNED"),
        ({"TVIST_CLAMD": "/run/clamav/clamd.ctl"}, "TVIST_CLAMD"),
        ({"TVIST_CLAMD": "http://127.0.0.1:3310"}, "TVIST_CLAMD"),
        ({"TVIST_MODE": "live"}, "TVIST_MODE"),
    ],
)
def test_production_refuses_to_start_and_says_which_setting_is_wrong(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    with pytest.raises(Misconfigured, match=named):
        read_config(_production(tmp_path, **changes))


def test_production_refuses_a_short_secret(tmp_path: Path) -> None:
    settings = _production(tmp_path)
    (tmp_path / "secret").write_text("short")
    with pytest.raises(Misconfigured, match="TVIST_SECRET_KEY_FILE"):
        read_config(settings)


def test_a_file_of_keys_that_is_none_is_named(tmp_path: Path) -> None:
    settings = _production(tmp_path)
    (tmp_path / "master").write_text("nonsense\n")
    with pytest.raises(Misconfigured, match="TVIST_MASTER_KEY_FILE"):
        open_installation(settings)


@pytest.mark.parametrize("written", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_an_address_of_postgresql_is_taken_in_its_common_spellings(tmp_path: Path, written: str) -> None:
    config = read_config({"TVIST_INSTANCE": str(tmp_path), "TVIST_DATABASE_URL": written})
    assert config.database_url == "postgresql+psycopg://u@h/d"


def test_production_never_opens_a_database_with_the_people_of_the_demo(tmp_path: Path, database: Database, cast: Cast) -> None:
    assert cast.asta.is_invented
    url = database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(Misconfigured, match="invented people"):
        open_installation(_production(tmp_path, TVIST_DATABASE_URL=url))


def test_production_opens_a_database_without_them(tmp_path: Path, database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    opened = open_installation(_production(tmp_path, TVIST_DATABASE_URL=url))
    assert not opened.config.is_demo
    opened.database.close()
