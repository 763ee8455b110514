"""File a request from a JSON file: `file-case`. The same Petition as the form makes, the same guard, the same act."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tvist.commands import LANGUAGE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.installation import Installation
    from tvist.intake.petition import Petition
    from tvist.intake.searching import Search
    from tvist.vault.keys import MasterKeys


@click.command("file-case")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.json")
@click.option(
    "--as", "email", metavar="EMAIL", help="Who files. In demo mode, an invented filer of the requesting side where left out."
)
@click.option("--keep", "reason", default="", metavar="REASON", help="Why what was found may stand; the secretariat reads it.")
def file_case(file: Path, email: str | None, reason: str) -> None:
    """File the request in a JSON file, and print the case's number. All that is wrong with it is said at once.

    What tells who the child is, a birth number, the name, an address, a telephone number, stops the sending until --keep says why it may stand.
    """
    from tvist.access.policy import Act
    from tvist.accesslog.actions import note_access
    from tvist.accesslog.models import Channel
    from tvist.clock import now, today
    from tvist.commands.opening import ready
    from tvist.intake.actions import begin_draft, send
    from tvist.intake.petition import secrets_in

    raw, installation = _read(file), ready()
    with installation.database.writing() as session:
        petition, organisation = _petition(file, raw, session)
        filer = _filer(installation, session, organisation, email)
        # As on the page: the draft is what the right to send is asked for, and it is taken back with all else if that is denied.
        draft = begin_draft(session, organisation, by=filer, at=now())
        session.flush()
        roles, allowed = _rights(filer, draft)
        case = None
        if allowed:
            identity, offers = secrets_in(raw, today())
            search = _searched(file, raw, installation.keys, name=identity.name if identity else "", reason=reason)
            case = send(
                session,
                petition,
                organisation=organisation,
                by=filer,
                at=now(),
                draft=draft,
                is_invented=installation.config.is_demo,
                keys=installation.keys,
                identity=identity,
                offers=offers,
            )
            session.add_all(search.notes(case, by=filer, at=now(), submission=case.submissions[0]))
            session.commit()
    note_access(
        installation.database,
        user=filer,
        roles=roles,
        act=Act.SEND,
        thing=case,
        allowed=allowed,
        channel=Channel.COMMAND_LINE,
    )
    if case is None:
        raise click.ClickException(f"{filer.email} is not an authorised filer of {organisation.name}; no case was made.")
    click.echo(case.number)


def _read(file: Path) -> dict[str, Any]:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise click.ClickException(f"{file} is not JSON in UTF-8: {error}.") from None
    except RecursionError:
        raise click.ClickException(f"{file} does not hold a request: it is nested too deep.") from None
    if not isinstance(raw, dict):
        raise click.ClickException(f"{file} does not hold a request: it must be a JSON object.")
    return raw


def _petition(file: Path, raw: dict[str, Any], session: Session) -> tuple[Petition, Organisation]:
    """The request and who files it; all faults are printed with the paths of their fields."""
    import sqlalchemy as sa

    from tvist.accounts.models import Organisation, OrganisationKind
    from tvist.clock import today
    from tvist.intake.petition import read_petition
    from tvist.words import render

    parties = sa.select(Organisation).where(Organisation.kind.in_((OrganisationKind.MUNICIPALITY, OrganisationKind.STATE)))
    there = {found.code: found for found in session.scalars(parties)}
    found = read_petition(raw, on=today(), connected=there.keys())
    if isinstance(found, list):
        for path, message in found:
            click.echo(f"{path}: {render(message, LANGUAGE)}", err=True)
        raise click.ClickException(f"{file}: {len(found)} {'fault' if len(found) == 1 else 'faults'}; no case was made.")
    return found, there[found.requesting[0]]


def _searched(file: Path, raw: dict[str, Any], keys: MasterKeys, *, name: str, reason: str) -> Search:
    """The search of all that is typed, with what is kept for the reason. What was found is told by its field and kind, never by its words (rule 6)."""
    from tvist.anonymity.finding import Sought
    from tvist.intake.searching import Search, fault_in_reason
    from tvist.intake.typed_places import TypedPlace, typed_places, written_path
    from tvist.words import Message, label, render

    search, places = Search(keys, Sought(name), {}, keep_all=reason.strip()), typed_places(raw)
    search.find(places)
    if not search.groups:
        return search
    found = [
        (written_path(place.path), each.kind)
        for group in search.groups
        for place, each in group.places
        if isinstance(place, TypedPlace)
    ]
    for path, kind in dict.fromkeys(found):
        said = Message("anonymity.found_at", kind=label(kind), count=found.count((path, kind)))
        click.echo(f"{path}: {render(said, LANGUAGE)}", err=True)
    if fault := fault_in_reason(search, reason.strip()) if reason else None:
        raise click.ClickException(render(fault, LANGUAGE))
    if search.undecided:
        raise click.ClickException(f"{file}: take this out, or say with --keep why it may stand; no case was made.")
    return search


def _filer(installation: Installation, session: Session, organisation: Organisation, email: str | None) -> User:
    """The person named; in demo mode an authorised filer of the requesting side, invented where there is none."""
    import sqlalchemy as sa

    from tvist.accounts.models import Membership, MembershipRole
    from tvist.accounts.queries import members_of, user_by_email
    from tvist.clock import today
    from tvist.errors import NotFound

    if email is not None:
        try:
            return user_by_email(session, email)
        except NotFound:
            raise click.ClickException(f"Nobody here has the address {email}.") from None
    if not installation.config.is_demo:
        raise click.UsageError("Say who files: --as EMAIL.")
    held = sa.select(Membership.user_id).where(
        Membership.organisation_id == organisation.id, Membership.role == MembershipRole.AUTHORISED_FILER
    )
    filers = set(session.scalars(held))
    there = next((user for user in members_of(session, organisation, today()) if user.id in filers and user.is_invented), None)
    return there or _invented(session, organisation)


def _invented(session: Session, organisation: Organisation) -> User:
    from tvist.accounts.models import Membership, MembershipRole, User
    from tvist.demo.people import FIRST_DAY
    from tvist.register.collation import sort_key

    name = f"Oppdiktet Innsender {organisation.code}"
    user = User(
        email=f"innsender.{organisation.code}@demo.invalid", name=name, sort_key=sort_key(name), is_invented=True, appointments=[]
    )
    user.memberships = [Membership(organisation=organisation, role=MembershipRole.AUTHORISED_FILER, from_on=FIRST_DAY)]
    session.add(user)
    session.flush()
    return user


def _rights(filer: User, draft: object) -> tuple[set[Any], bool]:
    from tvist.access.policy import Act
    from tvist.access.roles import may, roles_of

    return roles_of(filer, draft), may(filer, Act.SEND, draft)
