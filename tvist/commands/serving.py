"""Serve the pages, work on jobs, send letters: `run`, `work` and `send-letters`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from tvist.installation import Installation

HOST = "127.0.0.1"
DEMO_CASES = 60


class PortTaken(click.ClickException):
    """Somebody else listens there."""

    exit_code = 2


@click.command
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_default=True, help="Also taken from PORT."
)
def run(port: int) -> None:
    """Bring the database up to date, fill an empty demo, and serve on http://127.0.0.1:PORT."""
    from tvist.commands.opening import shown_address, up_to_date

    need_free(port)
    os.environ.setdefault("TVIST_BASE_URL", f"http://{HOST}:{port}")
    installation = up_to_date()
    click.echo(f"Mode: {installation.config.mode.value}. Database: {shown_address(installation)}")
    if installation.config.is_demo and _is_empty(installation):
        from tvist.demo.filling import fill
        from tvist.demo.publishing import publish_some

        fill(installation, cases=DEMO_CASES, seed=1, say=click.echo)
        publish_some(installation, say=click.echo)
    installation.database.close()
    sys.stdout.flush()
    # The server begins in a process image of its own: what filled the database has threads that no fork may inherit.
    os.execv(sys.executable, [sys.executable, "-m", "tvist.commands.server", str(port)])  # noqa: S606 - our own program and our own argument.


def need_free(port: int) -> None:
    """Raises PortTaken, with exit status 2, when somebody listens on the port or may not be asked."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except PermissionError:
            raise PortTaken(
                f"Port {port} may not be used by this user: choose one above 1023, as in `make run PORT=8001`."
            ) from None
        except OSError:
            raise PortTaken(
                f"Port {port} is taken by another program: stop that, or choose another port, as in `make run PORT={port + 1}`."
            ) from None


def _is_empty(installation: Installation) -> bool:
    import sqlalchemy as sa

    from tvist.accounts.models import User
    from tvist.cases.models import Case

    with installation.database.reading() as session:
        return session.scalar(sa.select(Case.id).limit(1)) is None and session.scalar(sa.select(User.id).limit(1)) is None


@click.command
@click.option("--once", is_flag=True, help="Do what is waiting, and end.")
@click.option("--until-parent-ends", is_flag=True, hidden=True, help="End when standard input is closed.")
def work(once: bool, until_parent_ends: bool) -> None:  # noqa: FBT001 - click gives a switch as a bool.
    """Do the slow work that waits: issue opinions, index what was sent in, send letters."""
    from tvist import workers
    from tvist.commands.opening import go_on_from_the_last_line, ready

    installation = ready()
    go_on_from_the_last_line(installation.database)
    if once:
        click.echo(f"{workers.work_once(installation)} jobs done.")
        return
    workers.work(installation, stop=_stopped(until_parent_ends=until_parent_ends))


def _stopped(*, until_parent_ends: bool) -> threading.Event:
    """An event that is set by Ctrl-C, by TERM, or when the process that started us has ended."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)

    def watch() -> None:
        # Read past the buffer of sys.stdin: its lock, held at the end of the program, would be a fatal error.
        while os.read(0, 1024):
            pass
        stop.set()

    if until_parent_ends:
        threading.Thread(target=watch, daemon=True).start()
    return stop


@click.command("send-letters")
def send_letters() -> None:
    """Hand over the letters that wait: by mail with SMTP settings, else to be read in the program."""
    from tvist.commands.opening import ready
    from tvist.delivery.mail import mail_of
    from tvist.delivery.sending import send_letters as hand_over

    installation = ready()
    sent = hand_over(installation.database, mail_of(installation.config))
    click.echo(f"Accepted: {sent.accepted}. Bounced: {sent.bounced}. Put off: {sent.put_off}. Unknown: {sent.unknown}.")
    if sent.is_server_away:
        raise click.ClickException("The mail server could not be reached; what waits is sent at the next try.")


@click.command
def status() -> None:
    """Say whether the worker was seen, and what waits for it too long; exit status 1 where somebody must look at it."""
    from tvist.clock import now
    from tvist.commands.opening import ready
    from tvist.desk.background import background_of

    with ready().database.reading() as session:
        found = background_of(session, now())
    click.echo(f"Worker seen: {found.seen_at:%Y-%m-%d %H:%M:%S} UTC" if found.seen_at else "Worker seen: never")
    click.echo(f"Jobs that wait too long: {found.late_jobs}. Jobs given up: {found.given_up}.")
    click.echo(f"Letters that wait too long: {found.late_letters}.")
    if found.is_late:
        raise click.exceptions.Exit(1)
