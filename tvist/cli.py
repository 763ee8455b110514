"""The commands of `tvist`, as a table of contents. Each stands in `tvist.commands` and loads what it needs when it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tvist.commands import LANGUAGE
from tvist.commands.components import sbom
from tvist.commands.counting import amount, deadline, statistics
from tvist.commands.keeping import check, create_user, demo_data, rotate_keys, scan_papers
from tvist.commands.reading import cases, decision_pdf, show_case
from tvist.commands.safekeeping import backup, restore
from tvist.commands.sending import file_case
from tvist.commands.serving import run, send_letters, status, work
from tvist.commands.watching import breach, write_anchors

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTENTS: Sequence[tuple[str, Sequence[click.Command]]] = (
    ("Start", (run, demo_data, create_user)),
    ("Cases", (file_case, cases, show_case, decision_pdf)),
    ("Sums and days", (deadline, amount, statistics)),
    ("In the background", (send_letters, work, status)),
    ("Proof", (check, scan_papers, breach, write_anchors, sbom)),
    ("Safe keeping", (backup, restore, rotate_keys)),
)


class Contents(click.Group):
    """Lists the commands under their headings, and answers in one sentence what the domain raises."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature.
        """Write the commands in the order of the contents."""
        width = max(len(command.name or "") for _, commands in CONTENTS for command in commands)
        for heading, commands in CONTENTS:
            with formatter.section(heading):
                formatter.write_dl([((command.name or "").ljust(width), command.get_short_help_str(100)) for command in commands])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises becomes a sentence and an exit status."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            sentence = in_a_sentence(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


def in_a_sentence(error: Exception) -> str | None:
    """What went wrong, for the person at the keyboard; None for what should not happen, which may crash and be read."""
    from tvist.config import Misconfigured
    from tvist.errors import CannotProceed, NotAllowed, NotFound
    from tvist.words import render

    if isinstance(error, Misconfigured):
        return str(error)
    if isinstance(error, CannotProceed):
        return " ".join(render(message, LANGUAGE) for message in error.obstacles)
    if isinstance(error, NotFound):
        return f"There is nothing of that name: {error}." if error.args else "There is nothing of that name or number."
    if isinstance(error, NotAllowed):
        return "This person may open the thing, but not do that to it."
    return _from_the_database(error)


def _from_the_database(error: Exception) -> str | None:
    from sqlalchemy.exc import OperationalError

    if not isinstance(error, OperationalError):
        return None
    said = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    return f"The database could not be used: {said}."


@click.group(cls=Contents, context_settings={"max_content_width": 120, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tvist")
def cli() -> None:
    """Case handling for an advisory body between municipalities and the state.

    Settings come from the environment: TVIST_MODE, TVIST_INSTANCE, TVIST_DATABASE_URL and more; the README lists them. `tvist COMMAND --help`
    says more about a command.
    """


for _, found in CONTENTS:
    for each in found:
        cli.add_command(each)


def main() -> None:
    """Run `tvist`."""
    cli(prog_name="tvist")


if __name__ == "__main__":
    main()
