"""What the commands offer and the README shows is what there is: choices that stand apart from the program only to start fast."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click import Context

from tvist.accounts.models import MembershipRole
from tvist.cases.lifecycle import State
from tvist.cases.money import AmountUnit
from tvist.cli import cli
from tvist.commands.counting import UNITS
from tvist.commands.keeping import LANGUAGES, ROLES
from tvist.commands.reading import STATES
from tvist.delivery.models import LetterKind
from tvist.words import LANGUAGES as ALL_LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tvist").rglob("*.py"))
SHOWN = re.findall(r"^\.venv/bin/tvist ([^#\n]+)", README, re.MULTILINE)


def test_the_choices_of_the_commands_are_those_of_the_program() -> None:
    assert tuple(State) == STATES
    assert tuple(AmountUnit) == UNITS
    assert set(MembershipRole) == set(ROLES)
    assert ALL_LANGUAGES == LANGUAGES


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_shown_in_the_readme_is_understood(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by click as it stands there, files and all, but not run."""
    monkeypatch.chdir(ROOT)
    name, *words = shlex.split(line)
    command = cli.get_command(Context(cli), name)
    assert command is not None
    assert command.make_context(name, words).params


def test_the_readme_shows_commands_and_targets_of_make_that_are_there() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert len(SHOWN) >= 3
    assert set(re.findall(r"make (\w+)`", README)) <= targets


@pytest.mark.parametrize("kind", LetterKind)
def test_every_kind_of_letter_is_written_somewhere(kind: LetterKind) -> None:
    assert re.search(rf"LetterKind\.{kind.name}\b", PROGRAM)
