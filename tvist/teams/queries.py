"""Questions about who works where, and on what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.accounts.models import (
    Absence,
    AccessRequest,
    Organisation,
    OrganisationKind,
    SignIn,
    User,
)
from tvist.cases.lifecycle import OPEN
from tvist.cases.models import Case, Party, TeamMember
from tvist.cases.queries import case_by_number
from tvist.db import locked
from tvist.errors import NotFound
from tvist.intake.models import Draft, DraftMember
from tvist.intake.queries import PARTY_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.access.policy import Role


def places_of_member(session: Session, user: User, on: date) -> list[Party]:
    """The parties of open cases in whose case team the person is in their own right that day, or will be; by case."""
    own = sa.exists().where(
        TeamMember.party_id == Party.id,
        TeamMember.user_id == user.id,
        TeamMember.absence_id.is_(None),
        sa.or_(TeamMember.to_on.is_(None), TeamMember.to_on >= on),
    )
    query = (
        sa.select(Party)
        .join(Party.case)
        .where(Party.left_at.is_(None), Case.state.in_(OPEN), own)
        .options(selectinload(Party.team), joinedload(Party.case))
    )
    return list(session.scalars(query.order_by(Case.year, Case.serial, Party.id)))


def drafts_of_member(session: Session, user: User) -> list[Draft]:
    """The requests not yet sent in whose team the person is in their own right."""
    own = sa.exists().where(DraftMember.draft_id == Draft.id, DraftMember.user_id == user.id, DraftMember.absence_id.is_(None))
    query = sa.select(Draft).where(Draft.in_case_id.is_(None), Draft.case_id.is_(None), Draft.discarded_at.is_(None), own)
    return list(session.scalars(query.options(selectinload(Draft.team)).order_by(Draft.id)))


def case_with_team_at(session: Session, slug: str) -> Case:
    """The case with its parties' teams and who handles it. Raises NotFound."""
    return case_by_number(
        session,
        slug,
        selectinload(Case.parties).options(
            joinedload(Party.organisation),
            selectinload(Party.team).joinedload(TeamMember.user).selectinload(User.memberships),
        ),
        selectinload(Case.assignments),
    )


@dataclass(frozen=True)
class CaseTeam:
    """A party's case team as a thing of its own: the other side's is not there for one who is in the one (rule 5)."""

    party: Party
    __tablename__ = "party"

    @property
    def id(self) -> int:
        """The party's, for the log."""
        return self.party.id

    @property
    def case_id(self) -> int:
        """The case that it works on, for the log."""
        return self.party.case_id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the case, but nothing to the team of another party than their own."""
        own = self.party.case.party_of(user, on)
        is_managed = own is self.party if own is not None else self.party in self.party.case.parties_present
        return self.party.case.roles_for(user, on) if is_managed else set()


def case_team_at(session: Session, slug: str, party_id: str) -> CaseTeam:
    """The case team of the party with that identifier in the case. Raises NotFound."""
    case = case_with_team_at(session, slug)
    found = next((party for party in case.parties if party.public_id == party_id), None)
    if found is None:
        raise NotFound
    return CaseTeam(found)


def lock_teams(session: Session, cases: Collection[int]) -> None:
    """Lock the cases with these ids, in one order for all, and read anew who is in their teams and who works where.

    Two colleagues who leave at the same moment follow each other, and the later one finds what the earlier one left.
    """
    session.scalars(locked(session, sa.select(Case).where(Case.id.in_(cases)).order_by(Case.id), Case)).all()
    teams = selectinload(Party.team).joinedload(TeamMember.user).selectinload(User.memberships)
    query = sa.select(Party).where(Party.case_id.in_(cases)).options(teams)
    session.scalars(query.execution_options(populate_existing=True)).all()


def organisation_at(session: Session, code: str) -> Organisation:
    """The municipality or state region with that code. Raises NotFound."""
    found = session.scalar(sa.select(Organisation).where(Organisation.code == code, Organisation.kind.in_(PARTY_KINDS)))
    if found is None:
        raise NotFound
    return found


def absence_at(session: Session, public_id: str) -> Absence:
    """The absence with that identifier. Raises NotFound."""
    found = session.scalar(sa.select(Absence).where(Absence.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def last_signs_in(session: Session, users: list[User]) -> dict[int, datetime]:
    """When each of these people last signed in, by id; who never did is not there."""
    query = (
        sa.select(SignIn.user_id, sa.func.max(SignIn.began_at).label("last"))
        .where(SignIn.user_id.in_([user.id for user in users]))
        .group_by(SignIn.user_id)
    )
    return {row.user_id: row.last for row in session.execute(query)}


def waiting_requests(session: Session, organisation: Organisation, at: datetime) -> list[AccessRequest]:
    """Who asks to work for the organisation and has no answer yet, the oldest first."""
    query = sa.select(AccessRequest).where(
        AccessRequest.organisation_id == organisation.id, AccessRequest.answered_at.is_(None), AccessRequest.expires_at > at
    )
    return list(session.scalars(query.order_by(AccessRequest.asked_at, AccessRequest.id)))


def organisations_to_work_for(session: Session) -> list[Organisation]:
    """The municipalities and state regions that have a mailbox here, in Norwegian order, the state first."""
    query = sa.select(Organisation).where(Organisation.kind.in_((OrganisationKind.MUNICIPALITY, OrganisationKind.STATE)))
    return list(session.scalars(query.order_by(Organisation.kind.desc(), Organisation.sort_key, Organisation.id)))
