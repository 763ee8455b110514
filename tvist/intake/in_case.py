"""What is written in a case before it is sent: by a party's case team together, or by the secretariat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.access.policy import Act, Role
from tvist.access.roles import may
from tvist.accounts.models import OrganisationKind
from tvist.cases.queries import case_at, visible_to
from tvist.db import locked
from tvist.errors import CannotProceed, NotFound
from tvist.intake.models import FROM_A_PARTY, Draft, DraftKind
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission

ACT_OF: Final[dict[DraftKind, Act]] = {
    DraftKind.CURE: Act.CURE,
    DraftKind.RESPONSE: Act.RESPOND,
    DraftKind.COMMENTS: Act.COMMENT,
    DraftKind.ADDITION: Act.SEND_MORE,
    DraftKind.LATE: Act.SEND_LATE,
    DraftKind.LATE_COMMENTS: Act.COMMENT_ON_LATE,
    DraftKind.DISMISSAL_COMMENT: Act.COMMENT_ON_DISMISSAL,
    DraftKind.DEFICIENCY_LETTER: Act.ASK_FOR_MISSING,
    DraftKind.DISMISSAL_PROPOSAL: Act.PROPOSE_DISMISSAL,
    DraftKind.BODY_LETTER: Act.WRITE_LETTER,
}
"""What is done with a draft in a case when it is sent; who may do that, may write it."""
MOST_LISTED: Final = 50


@dataclass(frozen=True)
class PlaceInCase:
    """Where something is written in a case, whether it was begun or not. In the access log it is the case."""

    case: Case
    kind: DraftKind
    __tablename__: ClassVar = "case"

    @property
    def id(self) -> int:
        """That of the case."""
        return self.case.id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """Who may do what the draft is for, may write it; others of the case are told so, strangers find nothing."""
        roles = self.case.roles_for(user, on)
        return (
            {Role.DRAFTING}
            if may(user, ACT_OF[self.kind], self.case, on)
            else roles & {Role.SECRETARIAT, Role.REQUESTING, Role.OPPOSING}
        )

    def party_of(self, user: User, on: date) -> Party | None:
        """The party that the person writes for; None for the secretariat."""
        return self.case.party_of(user, on) if self.kind in FROM_A_PARTY else None


def place_in_case_at(session: Session, slug: str, kind: str) -> PlaceInCase:
    """The place of that kind in the case; the case is locked in a writing session. Raises `NotFound`."""
    if kind not in {found.value for found in ACT_OF}:
        raise NotFound
    return PlaceInCase(case_at(session, slug), DraftKind(kind))


def any_draft_at(session: Session, public_id: str) -> Draft:
    """The draft with that identifier, of any kind, also a sent one. Raises `NotFound`, also for one that was put away."""
    query = sa.select(Draft).where(Draft.public_id == public_id, Draft.discarded_at.is_(None))
    found = session.scalar(locked(session, query, Draft))
    if found is None:
        raise NotFound
    return found


def drafts_in_cases(session: Session, user: User, on: date, case: Case | None = None) -> list[Draft]:
    """What the person may go on writing in their cases (or in one), the last changed first."""
    query = (
        sa.select(Draft)
        .join(Draft.in_case)
        .where(Draft.submission_id.is_(None), Draft.discarded_at.is_(None), visible_to(user, on))
        .options(joinedload(Draft.in_case), joinedload(Draft.begun_by), joinedload(Draft.party))
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
    )
    if case is not None:
        query = query.where(Draft.in_case_id == case.id)
    return [draft for draft in session.scalars(query.limit(MOST_LISTED)) if may(user, Act.WRITE_DRAFT, draft, on)]


def open_draft_in(session: Session, case: Case, kind: DraftKind, party: Party | None) -> Draft | None:
    """The draft of that kind which the party (None: the secretariat) is writing in the case; locked in a writing session."""
    query = sa.select(Draft).where(
        Draft.in_case_id == case.id, Draft.kind == kind, Draft.submission_id.is_(None), Draft.discarded_at.is_(None)
    )
    query = query.where(Draft.party_id.is_(None) if party is None else Draft.party_id == party.id)
    return session.scalar(locked(session, query, Draft))


def draft_in_case(session: Session, case: Case, kind: DraftKind, *, party: Party | None, by: User, at: datetime) -> Draft:
    """The draft of that kind, begun now where there is none. The case must be locked, as `case_at` does in a writing session."""
    found = open_draft_in(session, case, kind, party)
    if found is not None:
        return found
    if (party is None) == (kind in FROM_A_PARTY):
        raise CannotProceed(Message("intake.draft_is_closed"))
    organisation = party.organisation if party is not None else _body_of(by)
    draft = Draft(
        organisation=organisation, kind=kind, in_case=case, party=party, begun_by=by, begun_at=at, changed_at=at, typed={}
    )
    session.add(draft)
    session.flush()
    return draft


def mark_sent(draft: Draft, submission: Submission, *, at: datetime) -> None:
    """Note what the draft became; its papers went with it by the action that sent it."""
    draft.submission, draft.changed_at = submission, at


def _body_of(user: User) -> Organisation:
    return next(found.organisation for found in user.memberships if found.organisation.kind is OrganisationKind.BODY)
