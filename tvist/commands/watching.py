"""What watches at the command line: `breach` and `write-anchors`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import SignIn
    from tvist.installation import Installation
    from tvist.oversight.breaches import Asked

    Days = tuple[datetime, datetime]

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command
@click.option("--case", "number", help="The case, by its number in any form.")
@click.option("--paper", help="A paper of the case, by the last part of its address.")
@click.option("--person", "email", help="What this person opened, by the address they sign in with.")
@click.option("--sign-in", type=int, help="What was done while this sign-in lasted, by its number.")
@click.option("--from", "from_on", type=DAY, required=True, help="The first day.")
@click.option("--to", "to_on", type=DAY, required=True, help="The last day, included.")
@click.option("--csv", "as_file", is_flag=True, help="Every line, as CSV with semicolons.")
def breach(  # noqa: PLR0917 - click gives by name.
    number: str | None,
    paper: str | None,
    email: str | None,
    sign_in: int | None,
    from_on: datetime,
    to_on: datetime,
    as_file: bool,  # noqa: FBT001 - click gives a switch as a bool.
) -> None:
    """Who saw what from when to when (GDPR art. 33-34): a case, a paper, a person or a sign-in, in a period of days in Oslo."""
    from tvist.access.policy import Act
    from tvist.accesslog.actions import note_access
    from tvist.accesslog.models import Channel
    from tvist.commands import LANGUAGE
    from tvist.commands.opening import ready
    from tvist.oversight.breaches import clause_of
    from tvist.oversight.openings import lines_where
    from tvist.oversight.writing import MOST_LINES, as_csv

    installation = ready()
    with installation.database.reading() as session:
        asked = _asked(session, (number, paper), (email, sign_in), (from_on, to_on))
        if as_file:
            click.echo(as_csv(lines_where(session, clause_of(asked), size=MOST_LINES), LANGUAGE), nl=False)
        else:
            _summary(session, asked)
        case = asked.case
    act = Act.EXPORT_BREACH if as_file else Act.READ_BREACH
    note_access(installation.database, user=None, roles=(), act=act, thing=case, allowed=True, channel=Channel.COMMAND_LINE)


def _asked(session: Session, where: tuple[str | None, str | None], who: tuple[str | None, int | None], days: Days) -> Asked:
    from datetime import timedelta

    from tvist.accounts.queries import user_by_email
    from tvist.cases.queries import case_by_number
    from tvist.clock import midnight
    from tvist.oversight.breaches import Asked, within
    from tvist.oversight.queries import paper_of_case

    (number, paper), (email, sign_in_id) = where, who
    sign_in = _sign_in(session, sign_in_id)
    if number is None and email is None and sign_in is None:
        raise click.UsageError("Give --case, --person or --sign-in.")
    case = case_by_number(session, number) if number else None
    user = user_by_email(session, email) if email else sign_in.user if sign_in else None
    from_at, until_at = midnight(days[0].date()), midnight(days[1].date() + timedelta(days=1))
    if until_at <= from_at:
        raise click.UsageError("The last day lies before the first.")
    asked = Asked(case, paper_of_case(session, case, paper) if paper else None, user, from_at, until_at)
    return within(asked, sign_in)


def _sign_in(session: Session, number: int | None) -> SignIn | None:
    from tvist.accounts.models import SignIn
    from tvist.errors import NotFound

    found = session.get(SignIn, number) if number is not None else None
    if number is not None and found is None:
        raise NotFound(f"sign-in {number}")
    return found


def _summary(session: Session, asked: Asked) -> None:
    """The counts, and each person with their roles and times, in Oslo."""
    from tvist.clock import OSLO
    from tvist.oversight.breaches import seers, told_of

    told = told_of(session, asked)
    click.echo(f"{told.persons} persons let in, {told.opened} openings, {told.denied} denied.")
    for seer in seers(session, asked):
        first, last = (moment.astimezone(OSLO).strftime("%Y-%m-%d %H:%M:%S") for moment in (seer.first_at, seer.last_at))
        name = seer.name or "(no person)"
        click.echo(f"{first}  {last}  {seer.count:>6} ({seer.denied} denied)  {name}  {seer.roles}")


@click.command("write-anchors")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def write_anchors(folder: Path) -> None:
    """Write the anchors of the access log to FOLDER, which must have none: a copy for another machine, or after `restore`."""
    from tvist.commands.opening import ready
    from tvist.oversight.anchors import write_copy

    installation: Installation = ready()
    try:
        count = write_copy(installation.database, folder)
    except FileExistsError:
        raise click.ClickException(f"{folder} has anchors already: they are never written over. Nothing was written.") from None
    click.echo(f"{folder}: {count} anchors.")
