"""Open the installation for a command, and say what to do where it is not ready."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tvist.db import Database
    from tvist.installation import Installation

NOT_READY = (
    "The database has no tables yet, or is older than this program. `tvist run` and `tvist demo-data` bring it up to date."
)


def opened() -> Installation:
    """The installation that the environment names, with the rules joined; its database may be empty. Raises Misconfigured."""
    # Imported for what they join and know: the conditions of each act, and every table.
    import_module("tvist.rulebook")
    import_module("tvist.schema")
    from tvist.installation import open_installation

    installation = open_installation()
    click.get_current_context().call_on_close(installation.database.close)
    return installation


def ready() -> Installation:
    """The installation, its database at the newest migration. Raises ClickException that says what to do."""
    from tvist.migration import is_at_head

    installation = opened()
    if not is_at_head(installation.database):
        raise click.ClickException(NOT_READY)
    return installation


def up_to_date() -> Installation:
    """The installation, its database brought to the newest migration; says so where there was something to do."""
    from tvist.migration import is_at_head, upgrade

    installation = opened()
    if not is_at_head(installation.database):
        click.echo(f"Bringing the database up to date: {shown_address(installation)}")
        upgrade(installation.database)
    return installation


def go_on_from_the_last_line(database: Database) -> None:
    """Let no moment be told before that of the last line of any journal: the machine's clock may have been set back since."""
    import sqlalchemy as sa

    from tvist.cases.history import Event
    from tvist.clock import go_on_from

    try:
        with database.reading() as session:
            last = session.scalar(sa.select(Event.recorded_at).order_by(Event.id.desc()).limit(1))
    except sa.exc.SQLAlchemyError:
        # A database that is away now is asked by each page; the program begins all the same.
        return
    if last is not None:
        go_on_from(last)


def shown_address(installation: Installation) -> str:
    """Where the database is, without its password."""
    return installation.database.engine.url.render_as_string(hide_password=True)
