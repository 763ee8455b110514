"""Fill an installation with invented people and cases: the first by the real acts, the rest as copies of them with other dates, parties and sums."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from tvist.clock import now, today
from tvist.decision.standard_texts import standing_texts
from tvist.demo.copying import copy_cases
from tvist.demo.people import make_people
from tvist.demo.playing import index_all, play
from tvist.demo.plots import plots
from tvist.demo.standard_texts import write_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.installation import Installation


def fill(installation: Installation, *, cases: int, seed: int, say: Callable[[str], object]) -> None:
    """Add the invented people, and that many cases. `say` is told what is done, a line each."""
    began, day = monotonic(), today()
    with installation.database.writing() as session:
        people = make_people(session, day)
        if not standing_texts(session):
            write_texts(session, owner=people.users["Cato Oppdiktet"], at=now())
        session.commit()
    say(f"Invented people: {len(people.users)}, organisations: {len(people.organisations)}")
    played = [play(installation, plot) for plot in plots(cases, seed=seed, today=day)]
    index_all(installation, played)
    say(f"Invented cases made by the real acts: {len(played)} ({monotonic() - began:.0f} s)")
    if cases > len(played):
        copy_cases(installation, played, cases - len(played), seed=seed, today=day, say=say)
        say(f"Copies of them with other dates, parties and sums: {cases - len(played)} ({monotonic() - began:.0f} s in all)")
