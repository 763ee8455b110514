"""Letters that an officer writes in a case: a draft, looked at as it would leave, then sent; the text stays in the portal (rule 42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.accounts.models import Organisation, OrganisationKind
from tvist.cases.lifecycle import take_step
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.db import session_of
from tvist.delivery.actions import write_to_party
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.intake.models import Draft, DraftKind
from tvist.intake.sendings import from_body, move_papers
from tvist.intake.writing import replace_whole
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party


def open_body_letter(case: Case) -> Draft | None:
    """The letter that is being written in the case; the officers share one."""
    return session_of(case).scalar(
        sa.select(Draft).where(
            Draft.in_case_id == case.id,
            Draft.kind == DraftKind.BODY_LETTER,
            Draft.party_id.is_(None),
            Draft.submission_id.is_(None),
            Draft.discarded_at.is_(None),
        )
    )


def keep_body_letter(case: Case, *, by: User, at: datetime, text: str, to: Sequence[str]) -> Draft:
    """Keep the letter as typed, with its gaps; `to` holds the parties' public ids. The first keeping begins the draft."""
    draft, session = open_body_letter(case), session_of(case)
    typed = {"text": text, "to": list(to)}
    if draft is None:
        body = session.scalars(sa.select(Organisation).where(Organisation.kind == OrganisationKind.BODY)).one()
        draft = Draft(
            organisation=body, kind=DraftKind.BODY_LETTER, in_case=case, begun_by=by, begun_at=at, changed_at=at, typed=typed
        )
        session.add(draft)
        session.flush()
    replace_whole(draft, typed, by=by, at=at)
    return draft


def addressees(draft: Draft) -> list[Party]:
    """The parties that the letter is for, of those that can be written to now."""
    chosen = draft.typed.get("to", [])
    return [party for party in draft.in_case.parties_present if party.public_id in chosen] if draft.in_case else []


def faults_in_body_letter(draft: Draft) -> list[Message]:
    """What the letter lacks before it can be sent."""
    found = [] if str(draft.typed.get("text", "")).strip() else [Message("intake.body_letter.text_needed")]
    return found if addressees(draft) else [*found, Message("intake.body_letter.choose_party")]


def send_body_letter(draft: Draft, *, by: User, at: datetime) -> Submission:
    """Send the letter that the officer has looked at: it is served on each party it is for, and starts no clock.

    The notice leaves at once, as the officer has approved it. Raises `CannotProceed` for a letter with gaps, or one that was sent.
    """
    case = draft.in_case
    if case is None or not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
    if faults := faults_in_body_letter(draft):
        raise CannotProceed(faults)
    take_step(case, Act.WRITE_LETTER, by=by, at=at)
    submission = from_body(case, SubmissionKind.BODY_LETTER, str(draft.typed["text"]).strip(), by=by, at=at)
    move_papers(submission, list(draft.papers))
    draft.submission, draft.changed_at = submission, at
    for party in addressees(draft):
        write_to_party(party, LetterKind.BODY_LETTER, at=at, serves=submission, approved_by=by)
    return submission


def discard_body_letter(draft: Draft, *, by: User, at: datetime) -> None:  # noqa: ARG001 - every act tells by whom.
    """Put the letter away unsent. Raises `CannotProceed` for one that was sent."""
    if not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
    draft.discarded_at = at
