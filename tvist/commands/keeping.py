"""What keeps an installation: `demo-data`, `create-user`, `check`, `rotate-keys` and `scan-papers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation

ROLES = ("case_officer", "authorised_filer", "secretariat", "evaluator", "administrator")
LANGUAGES = ("nb", "nn", "en")


@click.command
@click.option("--cases", "count", type=click.IntRange(0, 1_000_000), default=60, show_default=True, help="How many cases to add.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same cases.")
def demo_data(count: int, seed: int) -> None:
    """Add invented people and cases (demo mode only)."""
    from tvist.commands.opening import up_to_date
    from tvist.demo.filling import fill
    from tvist.demo.publishing import publish_some

    installation = up_to_date()
    if not installation.config.is_demo:
        raise click.ClickException("Demo data are for TVIST_MODE=demo only: invented cases do not belong among real ones.")
    fill(installation, cases=count, seed=seed, say=click.echo)
    publish_some(installation, say=click.echo)


@click.command
@click.option("--email", required=True, help="The address the person signs in with.")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option(
    "--organisation", "code", metavar="CODE", help="Municipality number or region code; needed for the two roles of a party."
)
@click.option("--mailbox", help="The mailbox of the organisation, needed where the organisation is new here.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.password_option(help="Asked for where it is not given.")
def create_user(email: str, name: str, role: str, code: str | None, mailbox: str | None, language: str, password: str) -> None:  # noqa: PLR0917 - click gives by name.
    """Add a person with a role, who can sign in at once."""
    from tvist.accounts.actions import choose_password
    from tvist.accounts.actions import create_user as create
    from tvist.accounts.models import MembershipRole
    from tvist.clock import now
    from tvist.commands.opening import ready

    with ready().database.writing() as session:
        organisation = _organisation(session, role, code, mailbox)
        user = create(
            session, email=email, name=name, organisation=organisation, role=MembershipRole(role), language=language, at=now()
        )
        choose_password(user, password, at=now())
        session.commit()
    click.echo(f"{user.name} <{user.email}> can sign in as {role} of {organisation.name}.")


def _organisation(session: Session, role: str, code: str | None, mailbox: str | None) -> Organisation:
    """The party with that code, or the body itself; taken from the register where it is new."""
    import sqlalchemy as sa

    from tvist.accounts.models import PARTY_ROLES, MembershipRole, Organisation, OrganisationKind
    from tvist.accounts.organisations import a_party, the_body
    from tvist.clock import today

    works_for_party = MembershipRole(role) in PARTY_ROLES
    if works_for_party and code is None:
        raise click.UsageError(
            "A case officer or filer works somewhere: give --organisation with a municipality number or region code."
        )
    kinds = (OrganisationKind.MUNICIPALITY, OrganisationKind.STATE) if works_for_party else (OrganisationKind.BODY,)
    query = sa.select(Organisation).where(Organisation.kind.in_(kinds)).order_by(Organisation.id)
    found = session.scalar(query.where(Organisation.code == code) if works_for_party else query)
    if found is not None:
        return found
    if not mailbox:
        raise click.UsageError("This organisation is new here: give --mailbox, the address that its letters go to (postmottak).")
    made = a_party(code, today(), mailbox) if works_for_party and code else the_body(mailbox)
    session.add(made)
    return made


@click.command
@click.option("--files/--no-files", default=True, show_default=True, help="Also open every stored file and compare its SHA-256.")
@click.option("--sample", type=click.IntRange(min=1), help="Open only every Nth stored file.")
@click.option(
    "--print-again",
    is_flag=True,
    help="Also print every opened opinion from its record and compare: for the version that printed it.",
)
def check(files: bool, sample: int | None, print_again: bool) -> None:  # noqa: FBT001 - click gives a switch as a bool.
    """Prove the journal, the sums, the deadlines and the files of every case."""
    from tvist.check import check_all
    from tvist.commands.opening import ready

    installation, found = ready(), 0
    for finding in check_all(installation, every_file=(sample or 1) if files else None, prints_again=print_again):
        click.echo(str(finding))
        found += 1
    if found:
        click.echo(f"{found} findings.", err=True)
        raise click.exceptions.Exit(1)
    click.echo("Nothing found.")


@click.command
@click.option("--drop-old", is_flag=True, help="Take the old keys out of the key file, once nothing is sealed with them.")
def rotate_keys(drop_old: bool) -> None:  # noqa: FBT001 - click gives a switch as a bool.
    """Bring a new master key and seal everything anew with it, while the system runs. Broken off, it goes on when it is run again."""
    from tvist.clock import now
    from tvist.commands.opening import ready
    from tvist.rotation.rotating import StillNeeded, rotate
    from tvist.rotation.rotating import drop_old as drop

    installation = ready()
    if drop_old:
        try:
            dropped = drop(installation, at=now())
        except StillNeeded as still:
            raise click.ClickException(str(still)) from None
        click.echo(f"Taken out of the key file: {', '.join(dropped)}." if dropped else "There is one master key only.")
        if dropped:
            click.echo("Backups from before still need them: keep a copy of the old key file as long as you keep those.")
        return
    done = rotate(installation, at=now(), say=click.echo)
    if done.broken:
        told = ", ".join(f"{count} in {place}" for place, count in sorted(done.broken.items()))
        raise click.ClickException(f"What does not open was left as it is: {told}. `tvist check` says more; the old keys stay.")
    click.echo("Everything is sealed with the newest key. In an hour `tvist rotate-keys --drop-old` takes the old ones out.")


@click.command
@click.option(
    "--days", type=click.IntRange(min=1), default=14, show_default=True, help="Papers that came in within so many days."
)
def scan_papers(days: int) -> None:
    """Scan the papers of the last days again by clamd, whose signatures are newer now; for every night."""
    from datetime import timedelta

    from tvist.check.viruses import scan_again
    from tvist.clock import now
    from tvist.commands.opening import ready
    from tvist.documents.scanning import Scanner, ScannerAway

    installation = ready()
    if installation.config.clamd is None:
        raise click.ClickException("TVIST_CLAMD is not set: nobody scans here.")
    found = 0
    try:
        for number, public_id in scan_again(installation, Scanner(installation.config.clamd), since=now() - timedelta(days=days)):
            click.echo(f"{number}  paper {public_id}: something harmful was found")
            found += 1
    except ScannerAway:
        raise click.ClickException(
            "clamd does not answer, or does not take so large a file: not all papers were scanned."
        ) from None
    if found:
        click.echo(f"{found} found. An officer of the secretariat puts each under quarantine on the paper's own page.", err=True)
        raise click.exceptions.Exit(1)
    click.echo("Nothing found.")
