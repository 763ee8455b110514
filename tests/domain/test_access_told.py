"""Who gains or loses access is told by letter, which says that and no more; those who manage read who did what."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import TODAY, filed
from tvist.accounts.access_changes import AccessChange, AccessChangeKind, changes_at, changes_of
from tvist.accounts.actions import disable, enable, end_role, give_role
from tvist.accounts.models import MembershipRole
from tvist.delivery.access_told import tell_of_access
from tvist.delivery.models import Letter, LetterKind
from tvist.teams.actions import add_member, remove_member
from tvist.teams.leaving import leave

HOUR = timedelta(hours=1)


def here(session, one):
    """The person or organisation, known to this session."""
    return session.get_one(type(one), one.id)


def letters(session):
    query = sa.select(Letter).where(Letter.kind.in_((LetterKind.ACCESS_GAINED, LetterKind.ACCESS_LOST))).order_by(Letter.id)
    return [(found.kind, found.recipients[0].address, found.link) for found in session.scalars(query)]


def test_who_gains_and_loses_access_is_told_once_and_nothing_of_where(database, cast):
    with database.writing() as session:
        adam, arne, luster = here(session, cast.adam), here(session, cast.arne), here(session, cast.luster)
        for role in (MembershipRole.CASE_OFFICER, MembershipRole.AUTHORISED_FILER):
            give_role(arne, luster, role, from_on=TODAY, by=adam, at=NOON)
        session.commit()
    assert [tell_of_access(database, NOON + HOUR) for _ in range(2)] == [1, 0]
    with database.writing() as session:
        adam, arne = here(session, cast.adam), here(session, cast.arne)
        end_role(arne.memberships[-1], to_on=TODAY, by=adam, at=NOON)
        disable(arne, by=adam, at=NOON)
        session.commit()
    assert tell_of_access(database, NOON + HOUR) == 1
    with database.writing() as session:
        enable(here(session, cast.arne), by=here(session, cast.adam), at=NOON)
        session.commit()
    assert tell_of_access(database, NOON + HOUR) == 1
    with database.reading() as session:
        gained = (LetterKind.ACCESS_GAINED, "arne@example.invalid", "/account")
        assert letters(session) == [gained, (LetterKind.ACCESS_LOST, "arne@example.invalid", "/access"), gained]
        assert not any("Luster" in found.subject + found.body for found in session.scalars(sa.select(Letter)))


def test_those_who_manage_read_who_was_let_in_and_out_and_by_whom(database, cast):
    with database.writing() as session:
        asta, arne, vik = here(session, cast.asta), here(session, cast.arne), here(session, cast.vik)
        leave(arne, vik, successor=None, last_day=TODAY, by=asta, at=NOON)
        session.commit()
        (change,) = changes_at(session, vik)
        assert (change.kind, change.user, change.by, change.day) == (AccessChangeKind.ROLE_ENDED, arne, asta, TODAY)
        assert changes_of(session, arne) == [change]
        assert changes_of(session, asta) == []


def test_a_change_stays_as_it_was_written(database, cast):
    with database.writing() as session:
        disable(here(session, cast.arne), by=here(session, cast.adam), at=NOON)
        session.commit()
        for act in (sa.update(AccessChange).values(kind=AccessChangeKind.OPENED), sa.delete(AccessChange)):
            try:
                session.execute(act)
            except sa.exc.DBAPIError:
                session.rollback()
            else:
                raise AssertionError(act)


def test_who_is_taken_out_of_a_case_team_is_told_without_its_number(database, cast):
    with database.writing() as session:
        session.add_all(vars(cast).values())
        case = filed(session, cast)
        member = add_member(case.parties[0], cast.arne, by=cast.asta, at=NOON)
        remove_member(member, by=cast.asta, at=NOON)
        session.flush()
        (letter,) = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.LEFT_TEAM))
        assert letter.case is None
        assert case.number not in letter.subject + letter.body + letter.link
