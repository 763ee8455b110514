"""A member's own notes on pages of the bundle: sealed for their writer, read by nobody else, ever (rules 33, 43)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from tvist.access.policy import Role
from tvist.cases.queries import case_at
from tvist.db import random_id, session_of
from tvist.errors import CannotProceed, NotFound
from tvist.panel.bundles import PageNote
from tvist.vault.sealed import seal, unseal
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.bundles import BundlePart
    from tvist.vault.keys import MasterKeys
    from tvist.vault.sealed import Sealed

PURPOSE: Final = "note"
LONGEST_NOTE: Final = 5000


@dataclass(frozen=True)
class NoteWords:
    """What a note says, and when it was written last."""

    text: str
    written_at: datetime


@dataclass(frozen=True)
class OwnNotes:
    """The notes of one case, whose owner is whoever asks: each person's are their own, also after the seat and the case (rule 33)."""

    case: Case
    __tablename__ = "case"

    @property
    def id(self) -> int:
        """The case's: the access log tells of notes that the case was opened, and no more."""
        return self.case.id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """The owner of what they wrote, if it is anything, and who sits in the case and may write."""
        roles = self.case.roles_for(user, on)
        return {Role.OWNER} if Role.SEATED in roles or notes_of(session_of(self.case), user, self.case) else set()


def own_notes_at(session: Session, slug: str) -> OwnNotes:
    """The notes of the case with that number in the address. Raises `NotFound`."""
    return OwnNotes(case_at(session, slug))


def note_at(session: Session, slug: str, public_id: str) -> PageNote:
    """The note with that identifier in that case. Raises `NotFound`."""
    note = session.scalar(sa.select(PageNote).where(PageNote.public_id == public_id))
    if note is None or note.case.slug != slug:
        raise NotFound
    return note


def notes_of(session: Session, user: User, case: Case | None = None) -> list[PageNote]:
    """The person's notes, of one case or of all, in the order they were begun."""
    query = sa.select(PageNote).where(PageNote.user_id == user.id).order_by(PageNote.case_id, PageNote.id)
    if case is not None:
        query = query.where(PageNote.case_id == case.id)
    return list(session.scalars(query))


def notes_on(session: Session, part: BundlePart, page: int, user: User) -> list[PageNote]:
    """The person's notes on page `page` (the first is 1) of what the part is made of, whichever version of the bundle it was read in."""
    return [
        note
        for note in notes_of(session, user, part.bundle.case)
        if (note.submission_id, note.paper_id, note.page) == (part.submission_id, part.paper_id, page)
    ]


def add_note(part: BundlePart, page: int, text: str, *, by: User, at: datetime, keys: MasterKeys) -> PageNote:
    """Write a note on page `page` of the part (the first is 1). No line of the journal tells of it. Raises CannotProceed without words."""
    public_id, words = random_id(), _words(text)
    note = PageNote(
        public_id=public_id,
        case=part.bundle.case,
        user_id=by.id,
        submission_id=part.submission_id,
        paper_id=part.paper_id,
        page=page,
        sealed=_sealed(keys, NoteWords(words, at), public_id, by),
    )
    session_of(part).add(note)
    return note


def change_note(note: PageNote, text: str, *, at: datetime, keys: MasterKeys) -> None:
    """Write another text in its place; the old one is gone. Raises CannotProceed without words."""
    note.sealed = _sealed(keys, NoteWords(_words(text), at), note.public_id, note.user)


def remove_note(note: PageNote) -> None:
    """Take the note away for good."""
    session = object_session(note)
    if session is not None:
        session.delete(note)


def open_note(keys: MasterKeys, note: PageNote) -> NoteWords:
    """What the note says. Who asks is proved before to be its writer. Raises `BrokenSeal` where it was changed or moved."""
    found = json.loads(unseal(keys, note.sealed, purpose=PURPOSE, bound_to=place_of(note.public_id, note.user)))
    return NoteWords(found["text"], datetime.fromisoformat(found["written_at"]))


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise CannotProceed(Message("reading.note_needed"))
    return words


def _sealed(keys: MasterKeys, words: NoteWords, public_id: str, writer: User) -> Sealed:
    text = json.dumps({"text": words.text, "written_at": words.written_at.isoformat()}, ensure_ascii=False)
    return seal(keys, text.encode(), purpose=PURPOSE, bound_to=place_of(public_id, writer))


def place_of(public_id: str, writer: User) -> str:
    """What the words of the note are bound to."""
    return f"note {public_id} of {writer.public_id}"
