"""Private notes: sealed for their writer, theirs for ever, and told of nowhere (rule 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.bundles import make_pages, referred_with_pages
from tests.scenes.decision import present
from tests.scenes.papers import everybody
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.history import Statement
from tvist.clock import oslo_date
from tvist.errors import CannotProceed
from tvist.panel.actions import declare
from tvist.panel.bundle import freeze
from tvist.panel.bundles import PageNote
from tvist.panel.notes import OwnNotes, add_note, change_note, notes_of, notes_on, open_note, remove_note
from tvist.panel.reading import BundleFor
from tvist.vault.keys import BrokenSeal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

TODAY = oslo_date(NOON)
WORDS = "Satsen på side to er fra året før."


@pytest.fixture
def noted(database: Database, cast: Cast, installation: Installation) -> Callable[[Session], tuple[Case, Cast, PageNote]]:
    """Frida has written a note on page 2 of the decision, which is page 4 of the bundle."""

    def made(session: Session) -> tuple[Case, Cast, PageNote]:
        here = present(session, cast)
        case = referred_with_pages(session, here, installation)
        part = case.bundles[-1].parts[2]
        note = add_note(part, 2, f"  {WORDS} ", by=here.frida, at=NOON, keys=installation.keys)
        session.flush()
        return case, here, note

    return made


def test_a_note_is_sealed_and_opens_with_when_it_was_written(database, noted, installation):
    with database.writing() as session:
        _, _, note = noted(session)
        assert WORDS.encode() not in note.sealed
        found = open_note(installation.keys, note)
        assert (found.text, found.written_at) == (WORDS, NOON)


def test_a_note_opens_neither_for_another_nor_in_another_place(database, noted, installation):
    with database.writing() as session:
        case, cast, note = noted(session)
        other = add_note(case.bundles[-1].parts[2], 2, "Annet", by=cast.cato, at=NOON, keys=installation.keys)
        session.flush()
        other.sealed = note.sealed
        with pytest.raises(BrokenSeal):
            open_note(installation.keys, other)


def test_a_note_is_for_its_writer_and_for_nobody_else(database, noted):
    with database.writing() as session:
        case, cast, note = noted(session)
        for user in everybody(cast):
            assert may(user, Act.READ_NOTE, note, TODAY) is (user.id == cast.frida.id), user.name
        seated = {cast.cato.id, cast.frida.id, cast.kaare.id}
        for user in everybody(cast):
            assert may(user, Act.ANNOTATE, case, TODAY) is (user.id in seated)
            assert may(user, Act.READ_NOTE, OwnNotes(case), TODAY) is (user.id in seated)


def test_a_note_stays_with_who_left_the_seat_and_the_pages_do_not(database, noted, installation):
    with database.writing() as session:
        case, cast, note = noted(session)
        declare(case, by=cast.frida, at=NOON + DAY, statement=Statement.CONFLICT, ground="employed")
        session.flush()
        day = oslo_date(NOON + DAY)
        assert may(cast.frida, Act.READ_NOTE, note, day)
        assert may(cast.frida, Act.READ_NOTE, OwnNotes(case), day)
        assert open_note(installation.keys, note).text == WORDS
        assert not may(cast.frida, Act.ANNOTATE, case, day)
        assert BundleFor(case.bundles[-1], cast.frida, day).readable == frozenset()


def test_a_note_is_on_the_paper_and_outlives_a_new_version(database, noted, installation):
    with database.writing() as session:
        case, cast, note = noted(session)
        newer = freeze(case, at=NOON + DAY)
        make_pages(session, newer, installation, at=NOON + DAY)
        part = newer.parts[2]
        assert notes_on(session, part, 2, cast.frida) == [note]
        assert notes_on(session, part, 1, cast.frida) == []
        assert notes_on(session, part, 2, cast.cato) == []


def test_a_note_is_changed_and_taken_away_and_no_words_are_no_note(database, noted, installation):
    with database.writing() as session:
        case, cast, note = noted(session)
        change_note(note, "Rett sats.", at=NOON + DAY, keys=installation.keys)
        assert open_note(installation.keys, note).text == "Rett sats."
        with pytest.raises(CannotProceed, match=r"reading\.note_needed"):
            change_note(note, "  \n", at=NOON, keys=installation.keys)
        with pytest.raises(CannotProceed, match=r"reading\.note_needed"):
            add_note(case.bundles[-1].parts[0], 1, " ", by=cast.frida, at=NOON, keys=installation.keys)
        remove_note(note)
        session.flush()
        assert session.scalars(sa.select(PageNote)).all() == []
        assert notes_of(session, cast.frida) == []


def test_the_journal_does_not_tell_of_notes(database, noted):
    with database.writing() as session:
        before = {"annotate", "read_note"}
        case, _, _ = noted(session)
        assert not [event for event in case.events if event.act.value in before]
