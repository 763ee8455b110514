"""Read cases at the command line: `cases`, `show-case` and `decision-pdf`. Opening a case is written in the access log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tvist.access.policy import Act
    from tvist.cases.models import Case
    from tvist.decision.models import IssuedFile
    from tvist.installation import Installation

STATES = ("received", "deficient", "exchange", "prepared", "panel", "issuing", "decided", "dismissed", "discontinued")
A_BATCH = 1000


@click.command
@click.option("--state", type=click.Choice(STATES), help="Only cases in this state.")
@click.option("--json", "as_json", is_flag=True, help="As a list of objects.")
def cases(state: str | None, as_json: bool) -> None:  # noqa: FBT001 - click gives a switch as a bool.
    """The cases, oldest first: number, state, parties and amount."""
    import json

    from tvist.commands.opening import ready

    with ready().database.reading() as session:
        rows = _rows(session, state)
        if not as_json:
            for row in rows:
                click.echo(
                    f"{row['number']}  {row['state']:12}  {row['received_on']}  {row['claimed_ore']:>13}  {row['parties']}"
                )
            return
        click.echo("[", nl=False)
        for place, row in enumerate(rows):
            click.echo((",\n " if place else "\n ") + json.dumps(row, ensure_ascii=False), nl=False)
        click.echo("\n]")


def _rows(session: Session, state: str | None) -> Iterator[dict[str, Any]]:
    """One dict a case, read in batches, so that many cases take no more memory than few."""
    import sqlalchemy as sa

    from tvist.cases.lifecycle import State
    from tvist.cases.models import Case, Party, Side

    query = sa.select(
        Case.id,
        Case.number,
        Case.state,
        Case.received_on,
        Case.closed_at,
        Case.region_code,
        Case.measure,
        Case.claimed_ore,
        Case.outcome,
    )
    if state:
        query = query.where(Case.state == State(state))
    for batch in session.execute(query.order_by(Case.year, Case.serial).execution_options(yield_per=A_BATCH)).partitions():
        names: dict[int, dict[Side, list[str]]] = {}
        parties = sa.select(Party.case_id, Party.side, Party.name).where(
            Party.case_id.in_([row.id for row in batch]), Party.left_at.is_(None)
        )
        for case_id, side, name in session.execute(parties.order_by(Party.case_id, Party.position)):
            names.setdefault(case_id, {}).setdefault(side, []).append(name)
        for row in batch:
            sides = names.get(row.id, {})
            yield {
                "number": row.number,
                "state": row.state.value,
                "received_on": row.received_on.isoformat(),
                "closed_at": row.closed_at.isoformat() if row.closed_at else None,
                "parties": " – ".join(", ".join(sides.get(side, [])) for side in (Side.REQUESTING, Side.OPPOSING)),
                "region": row.region_code,
                "measure": row.measure,
                "claimed_ore": row.claimed_ore,
                "outcome": row.outcome.value if row.outcome else None,
            }


@click.command("show-case")
@click.argument("number")
def show_case(number: str) -> None:
    """One case in full: lines, what is waited for, journal. NUMBER in any form: 2026/0001, 2026-1, 9/10."""
    from tvist.access.policy import Act
    from tvist.cases.queries import case_by_number
    from tvist.commands.opening import ready
    from tvist.commands.showing import told

    installation = ready()
    with installation.database.reading() as session:
        case = case_by_number(session, number)
        _noted(installation, case, Act.OPEN_CASE)
        for line in told(case):
            click.echo(line)


@click.command("decision-pdf")
@click.argument("number")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option("--parallel", is_flag=True, help="The parallel text, in the other form of Norwegian, instead of the main text.")
def decision_pdf(number: str, output: Path, *, parallel: bool) -> None:
    """Write the issued opinion of a case to a file: the stored bytes, proved by their SHA-256."""
    import hashlib

    from tvist.access.policy import Act
    from tvist.cases.queries import case_by_number
    from tvist.commands.opening import ready
    from tvist.decision.queries import issued_beside, newest_file

    installation = ready()
    with installation.database.reading() as session:
        case = case_by_number(session, number)
        if case.decision is None or not case.decision.files:
            raise click.ClickException(f"Case {case.number} has no issued opinion; it is in state {case.state.value}.")
        if parallel and issued_beside(case.decision) is None:
            raise click.ClickException(f"The opinion of case {case.number} has no parallel text.")
        file = newest_file(case.decision, is_parallel=parallel)
        _noted(installation, case, Act.READ_DECISION)
    content = _stored(installation, case, file)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise click.ClickException(
            f"The stored opinion of case {case.number} is not the one that was issued: its SHA-256 differs. Nothing was written."
        )
    output.write_bytes(content)
    click.echo(f"{output}: {len(content)} bytes, SHA-256 {file.sha256}")


def _stored(installation: Installation, case: Case, file: IssuedFile) -> bytes:
    from tvist.documents.storage import BrokenPaper

    try:
        return b"".join(installation.papers.open(file.blob_id))
    except BrokenPaper:
        raise click.ClickException(
            f"The stored opinion of case {case.number} is not there, or does not open. Nothing was written. `tvist check` lists all such files."
        ) from None


def _noted(installation: Installation, case: Case, act: Act) -> None:
    from tvist.accesslog.actions import note_access
    from tvist.accesslog.models import Channel

    note_access(installation.database, user=None, roles=(), act=act, thing=case, allowed=True, channel=Channel.COMMAND_LINE)
