"""What is kept against a bad day: `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tvist.backup.taking import Taken


@click.command
@click.argument("place", type=click.Path(path_type=Path))
def backup(place: Path) -> None:
    """Write everything (rows and files, sealed) to a new file PLACE, or to a file named by the moment in the folder PLACE, and read it back.

    The program may run meanwhile. The key file is not in it: keep that apart.
    """
    from tvist.backup.sealed_file import BrokenBackup
    from tvist.backup.taking import take_backup
    from tvist.clock import now
    from tvist.commands.opening import ready

    installation, at = ready(), now()
    path = place / f"tvist-{at:%Y%m%dT%H%M%SZ}.backup" if place.is_dir() else place
    try:
        taken = take_backup(installation, path, at=at)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already, and a backup is never written over anything.") from None
    except (BrokenBackup, OSError) as problem:
        raise click.ClickException(f"No backup was made: {problem}") from None
    click.echo(f"{path}: {_told(taken)} Written and read back.")
    click.echo(f"It opens with the master key {installation.keys.current[0]}: keep a copy of the key file, apart from it.")
    _tell_of_lost(taken)


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring the backup FILE to the empty place that TVIST_INSTANCE, TVIST_DATABASE_URL and TVIST_PAPERS name; the key file must be there."""
    from tvist.backup.restoring import NotEmpty, OtherKind
    from tvist.backup.restoring import restore as bring
    from tvist.backup.sealed_file import BrokenBackup
    from tvist.check import check_all
    from tvist.clock import now
    from tvist.commands.opening import opened
    from tvist.oversight.anchors import write_copy

    installation = opened()
    try:
        taken = bring(installation, file, at=now())
    except (BrokenBackup, NotEmpty, OtherKind) as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"Restored: {_told(taken)}")
    try:
        write_copy(installation.database, installation.config.anchors)
    except FileExistsError:
        click.echo("There were anchors of the access log here already; they stay, and the check says where they differ.")
    findings = [str(finding) for finding in check_all(installation, every_file=1)]
    click.echo("\n".join(findings) or "`tvist check`: nothing found.")
    _tell_of_lost(taken)
    if findings:
        raise click.exceptions.Exit(1)


def _told(taken: Taken) -> str:
    return f"everything as of {taken.made_at}, {taken.files} files, {taken.size / 1e6:.1f} MB."


def _tell_of_lost(taken: Taken) -> None:
    """Files that rows name and the store had not whole when the backup was taken."""
    if taken.lost:
        click.echo(f"{len(taken.lost)} files that rows name were missing or broken: `tvist check` tells which cases.", err=True)
        raise click.exceptions.Exit(1)
