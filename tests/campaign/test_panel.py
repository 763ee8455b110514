"""Thousands of steps of a panel's work at random, on both databases: a slice here, the whole by `make campaign`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.campaign.counts import runs
from tests.campaign.on_the_way import World
from tests.campaign.panel_machine import Deliberation
from tests.people import a_cast

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tvist.installation import Installation

MUST_HAPPEN: Final = ("ended: decided", "seat left: conflict", "questions opened", "votes cast")


@pytest.mark.timeout(3600)
def test_whatever_the_panel_does_it_issues_lawfully_votes_blind_and_shares_to_the_ore(
    installation: Installation, tell: Callable[[str, Counter[str]], None]
) -> None:
    with installation.database.writing() as session:
        cast = a_cast(session)
    world = World(installation, cast)
    machine = type("DeliberationHere", (Deliberation,), {"world": world})
    run_state_machine_as_test(machine, settings=runs(8, 25, whole_examples=150, whole_steps=50))
    tell("A panel's work", world.counted)
    assert not [what for what in MUST_HAPPEN if not world.counted[what]], world.counted
