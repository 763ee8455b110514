"""Who answers for a letter: who wrote its text, or ruled on what it tells of; nobody for a letter that the program wrote by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import object_session

from tvist.accounts.models import User
from tvist.cases.submissions import SubmissionKind
from tvist.delivery.latest import latest_extension, latest_late, latest_proposal
from tvist.delivery.models import LetterKind
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.cases.models import Party
    from tvist.delivery.telling import About

BY_LEADER: Final = frozenset({SubmissionKind.DISMISSAL, SubmissionKind.NEW_LOOK_DECISION, SubmissionKind.NEW_TREATMENT_DECISION})
"""Texts of the body that its leader decides on; its other texts are an officer's."""
_LEADER: Final = Message("letter_document.role.leader")
_OFFICER: Final = Message("letter_document.role.officer")


def signers(kind: LetterKind, party: Party, about: About) -> list[tuple[str, Message]]:
    """Name and role of each who answers for the letter."""
    if about.draft is not None and about.by is not None:
        return [(about.by.name, _role_in(about.draft[0]))]
    own = next((sent for sent in about.serves if sent.party_id is None and sent.party is None), None)
    if own is not None:
        return [(own.by.name, _role_in(own.kind))]
    if kind in {LetterKind.EXTENSION_GRANTED, LetterKind.EXTENSION_REFUSED}:
        ruled = latest_extension(party.case)
        return _named(party, ruled.ruled_by_id if ruled else None, _OFFICER)
    if kind is LetterKind.KEPT:
        proposal = latest_proposal(party.case)
        return _named(party, proposal.decided_by_id if proposal else None, _LEADER)
    if kind in {LetterKind.LATE_ADMITTED, LetterKind.LATE_REFUSED}:
        late = latest_late(party)
        return _named(party, late.ruled_by_id if late else None, _LEADER)
    return []


def _role_in(kind: SubmissionKind) -> Message:
    return _LEADER if kind in BY_LEADER else _OFFICER


def _named(party: Party, user_id: int | None, role: Message) -> list[tuple[str, Message]]:
    session = object_session(party)
    found = session.get(User, user_id) if session is not None and user_id is not None else None
    return [(found.name, role)] if found is not None else []
