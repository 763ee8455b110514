"""Those who manage an organisation's people read who was let in and out; who is taken out of a case team is told without its number."""

from __future__ import annotations

import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import TODAY, filed
from tvist.accounts.access_changes import AccessChangeKind, changes_at, changes_of
from tvist.delivery.models import Letter, LetterKind
from tvist.teams.actions import add_member, remove_member
from tvist.teams.leaving import leave


def here(session, one):
    """The person or organisation, known to this session."""
    return session.get_one(type(one), one.id)


def test_those_who_manage_read_who_was_let_in_and_out_and_by_whom(database, cast):
    with database.writing() as session:
        asta, arne, vik = here(session, cast.asta), here(session, cast.arne), here(session, cast.vik)
        leave(arne, vik, successor=None, last_day=TODAY, by=asta, at=NOON)
        session.commit()
        (change,) = changes_at(session, vik)
        assert (change.kind, change.user, change.by, change.day) == (AccessChangeKind.ROLE_ENDED, arne, asta, TODAY)
        assert changes_of(session, arne) == [change]
        assert changes_of(session, asta) == []


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
