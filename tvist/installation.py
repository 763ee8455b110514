"""One installation of Tvist: its configuration, database, keys and paper store. The web, the commands and the worker each open one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.config import Config, Misconfigured, read_config
from tvist.db import Database
from tvist.documents.storage import PaperStore
from tvist.vault.keys import BadKeyFile, MasterKeys

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Installation:
    """What a program needs to work on cases."""

    config: Config
    database: Database
    keys: MasterKeys
    papers: PaperStore


def open_installation(environment: Mapping[str, str] | None = None) -> Installation:
    """Open the installation that the environment names; the demo makes its own keys. Raises `Misconfigured`."""
    config = read_config(environment)
    if config.is_demo and not config.master_key_file.exists():
        MasterKeys.create(config.master_key_file)
    try:
        keys = MasterKeys.load(config.master_key_file)
    except BadKeyFile as error:
        message = f"TVIST_MASTER_KEY_FILE: {error}"
        raise Misconfigured(message) from error
    return Installation(config, Database(config.database_url), keys, PaperStore(config.papers_url, keys))
