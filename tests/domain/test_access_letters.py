"""Whoever gains or loses access is told by letter, once, and the letter holds no fact."""

from datetime import timedelta

import sqlalchemy as sa

from tests.people import NOON, a_cast
from tests.scenes.intake import filed
from tvist.accounts.access_changes import AccessChange, AccessChangeKind, changes_of
from tvist.accounts.actions import disable, enable, end_role, give_role
from tvist.accounts.models import MembershipRole
from tvist.clock import oslo_date
from tvist.delivery.access_letters import tell_of_access
from tvist.delivery.models import Letter, LetterKind
from tvist.teams.access_requests import ask_for_access, confirm
from tvist.teams.leaving import leave

SOON = NOON + timedelta(hours=1)


def told(database):
    tell_of_access(database, SOON)
    with database.reading() as session:
        kinds = (LetterKind.ACCESS_GAINED, LetterKind.ACCESS_LOST)
        found = session.scalars(sa.select(Letter).where(Letter.kind.in_(kinds)).order_by(Letter.id)).unique().all()
        return [(letter.kind, each.address, letter.case_id) for letter in found for each in letter.recipients]


def test_a_role_that_is_given_or_ended_is_told_once_a_person(database):
    with database.writing() as session:
        cast = a_cast(session)
        given = give_role(cast.arne, cast.luster, MembershipRole.CASE_OFFICER, from_on=NOON.date(), by=cast.adam, at=NOON)
        give_role(cast.arne, cast.luster, MembershipRole.AUTHORISED_FILER, from_on=NOON.date(), by=cast.adam, at=NOON)
        end_role(cast.asta.memberships[0], to_on=NOON.date(), by=cast.adam, at=NOON)
        session.commit()
    expected = [
        (LetterKind.ACCESS_GAINED, "arne@example.invalid", None),
        (LetterKind.ACCESS_LOST, "asta@example.invalid", None),
    ]
    assert told(database) == expected
    assert told(database) == expected, "once"
    with database.writing() as session:
        changes = changes_of(session, session.merge(given.user))
        assert [(found.organisation.code, found.by.name, found.told_at) for found in changes] == [
            ("4644", "Adam Oppdiktet", SOON)
        ] * 2


def test_an_account_that_is_shut_and_opened_is_told(database):
    with database.writing() as session:
        cast = a_cast(session)
        disable(cast.asta, by=cast.adam, at=NOON)
        session.commit()
        assert [found[:2] for found in told(database)] == [(LetterKind.ACCESS_LOST, "asta@example.invalid")]
        enable(cast.asta, by=cast.adam, at=NOON)
        session.commit()
    assert [found[0] for found in told(database)] == [LetterKind.ACCESS_LOST, LetterKind.ACCESS_GAINED]


def test_who_is_let_in_by_the_postmottak_and_who_leaves_is_told(database):
    with database.writing() as session:
        cast = a_cast(session)
        filed(session, cast)
        asked = ask_for_access(
            session,
            cast.vik,
            name="Ny Oppdiktet",
            email="ny@example.invalid",
            role=MembershipRole.CASE_OFFICER,
            language="nn",
            at=NOON,
        )
        confirm(asked, at=NOON)
        leave(cast.dag, cast.luster, successor=None, last_day=oslo_date(NOON), by=cast.dag, at=NOON)
        session.commit()
        kinds = session.scalars(sa.select(AccessChange.kind).order_by(AccessChange.id)).all()
        assert kinds == [AccessChangeKind.ROLE_GIVEN, AccessChangeKind.ROLE_ENDED]
    assert [found[:2] for found in told(database)] == [
        (LetterKind.ACCESS_GAINED, "ny@example.invalid"),
        (LetterKind.ACCESS_LOST, "dag@example.invalid"),
    ]
