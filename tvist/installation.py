"""One installation of Tvist: its configuration, database, keys and paper store. The web, the commands and the worker each open one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.accounts.models import User
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
    database = Database(config.database_url)
    if not config.is_demo and _holds_the_demo(database):
        database.close()
        message = (
            "TVIST_DATABASE_URL: this database holds the invented people of the demo. Give production a database of its own."
        )
        raise Misconfigured(message)
    return Installation(config, database, keys, PaperStore(config.papers_url, keys))


def _holds_the_demo(database: Database) -> bool:
    """Whether invented people are in it: they sign in by one click, so production never opens such a database."""
    with database.reading() as session:
        if not sa.inspect(session.connection()).has_table(User.__tablename__):
            return False
        return session.scalar(sa.select(User.id).where(User.is_invented).limit(1)) is not None
