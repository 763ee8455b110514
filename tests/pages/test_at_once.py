"""People who act at the very same moment: exactly one effect, and the others are told."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.conftest import _sign_in, _token
from tests.scenes import decision, intake, panel
from tvist.accounts.models import MembershipRole, Organisation, User
from tvist.cases.history import Event
from tvist.cases.models import Case
from tvist.clock import now, today
from tvist.decision.models import Vote
from tvist.decision.rules import approvals_of
from tvist.decision.votes import is_open
from tvist.decision.voting import vote as cast_vote
from tvist.delivery.models import Letter, LetterKind
from tvist.teams.access_requests import ask_for_access
from tvist.teams.actions import add_member
from tvist.teams.rules import who_is_left


@pytest.fixture
def at_once(app, installation):
    """`at_once((user, url, fields), …)`: all sent together; the answers' status codes, sorted."""

    def sending(*requests):
        ready = threading.Barrier(len(requests))

        def send(request):
            user, url, fields = request
            client = app.test_client()
            _sign_in(client, installation, user)
            data = {"csrf_token": _token(client, app), "_key": secrets.token_urlsafe(9), **fields}
            ready.wait(20)
            return client.post(url, data=data).status_code

        with ThreadPoolExecutor(len(requests)) as pool:
            return sorted(pool.map(send, requests))

    return sending


def acts(database, act):
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Event).where(Event.act == act))


def address(database):
    with database.reading() as session:
        return f"/cases/{session.scalars(sa.select(Case)).one().slug}"


def test_two_officers_who_accept_accept_once(at_once, cast, database):
    with database.writing() as session:
        intake.declared(intake.declared(intake.filed(session, cast), cast.siri), cast.stein)
        session.commit()
    url = f"{address(database)}/screening/accept"
    assert at_once((cast.siri, url, {}), (cast.stein, url, {}), (cast.siri, url, {})) == [303, 409, 409]
    assert acts(database, "accept") == 1


def test_a_case_is_referred_once(at_once, cast, database):
    with database.writing() as session:
        intake.declared(panel.declared(session, cast), cast.stein)
        session.commit()
    url = f"{address(database)}/panel/refer"
    codes = at_once((cast.siri, url, {}), (cast.stein, url, {}))
    assert codes[0] == 303
    assert codes[1] in {409, 422}
    assert acts(database, "refer") == 1


def test_of_two_votes_of_one_member_one_stands(at_once, cast, database):
    with database.writing() as session:
        question = decision.agreed(session, cast).questions[0].public_id
        session.commit()
    url = f"{address(database)}/decision/vote/{question}"
    both = ({"who": "state"}, {"who": "municipality"})
    assert at_once(*((cast.frida, url, fields) for fields in both))[0] == 303
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Vote).where(Vote.fell_at.is_(None))) == 1


def test_the_last_two_votes_open_the_question_whoever_was_first(at_once, cast, database, installation):
    with database.writing() as session:
        case = decision.agreed(session, cast)
        question = case.questions[0]
        cast_vote(question, decision.STATE, by=session.get_one(User, cast.cato.id), at=now(), keys=installation.keys)
        session.commit()
        url = f"/cases/{case.slug}/decision/vote/{question.public_id}"
    assert at_once((cast.frida, url, {"who": "state"}), (cast.kaare, url, {"who": "municipality"})) == [303, 303]
    with database.reading() as session:
        found = session.scalars(sa.select(Case)).one().questions[0]
        assert is_open(found)
        assert found.opened_at == max(vote.cast_at for vote in found.votes)
        assert len({vote.commitment for vote in found.votes}) == 3


def test_issue_or_a_withdrawn_approval_wins_and_the_other_is_told(at_once, cast, database, installation):
    with database.writing() as session:
        decision.approved(session, cast, installation)
        session.commit()
    url = f"{address(database)}/decision"
    assert at_once((cast.cato, f"{url}/issue", {}), (cast.frida, f"{url}/approve/withdraw", {})) == [303, 409]
    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert (case.state.value == "issuing") == (len(approvals_of(case)) == 3)


def test_issue_is_ordered_once(at_once, cast, database, installation):
    with database.writing() as session:
        decision.approved(session, cast, installation)
        session.commit()
    url = f"{address(database)}/decision/issue"
    assert at_once(*[(cast.cato, url, {})] * 3) == [303, 409, 409]
    assert acts(database, "order_issue") == 1


@pytest.fixture
def team_of_two(cast, database):
    """An accepted case with Asta and Arne in the team of Vik; its address, the team's, and the place of each."""
    with database.writing() as session:
        case = intake.accepted(session, cast)
        asta, arne = session.get_one(User, cast.asta.id), session.get_one(User, cast.arne.id)
        add_member(case.parties[0], arne, by=asta, at=now())
        session.commit()
        team, slug = case.parties[0].team, case.slug
        places = {member.user_id: f"/cases/{slug}/team/{case.parties[0].public_id}/remove/{member.id}" for member in team}
    return places[cast.asta.id], places[cast.arne.id]


def left_in_team(database):
    with database.reading() as session:
        party = session.scalars(sa.select(Case)).one().parties[0]
        return [member.user.name for member in who_is_left(party, today())]


def test_two_who_take_each_other_out_leave_one(at_once, cast, database, team_of_two):
    of_asta, of_arne = team_of_two
    assert at_once((cast.asta, of_arne, {}), (cast.arne, of_asta, {})) in ([303, 403], [303, 404])
    assert len(left_in_team(database)) == 1


def test_of_two_who_leave_the_organisation_one_hands_over_first(at_once, cast, database, team_of_two):
    assert team_of_two
    yesterday = {"last_day": f"{today() - timedelta(days=1):%d.%m.%Y}", "person": ""}
    codes = at_once(*[(user, "/account/leave/4639", yesterday) for user in (cast.asta, cast.arne)])
    assert codes == [303, 422]
    assert len(left_in_team(database)) == 1


def test_who_leaves_while_the_other_is_taken_out_is_not_let_go(at_once, cast, database, team_of_two):
    _, of_arne = team_of_two
    yesterday = {"last_day": f"{today() - timedelta(days=1):%d.%m.%Y}", "person": ""}
    codes = at_once((cast.asta, "/account/leave/4639", yesterday), (cast.siri, of_arne, {}))
    assert codes[0] == 303
    assert codes[1] in {409, 422}
    assert len(left_in_team(database)) == 1


def test_of_two_officers_who_take_a_case_one_has_it(at_once, cast, database):
    with database.writing() as session:
        intake.accepted(session, cast)
        session.commit()
    url = f"{address(database)}/assign"
    takers = [(user, url, {"person": user.public_id, "reason": ""}) for user in (cast.siri, cast.stein)]
    assert at_once(*takers) == [303, 422]
    assert acts(database, "assign") == 1


def test_the_postmottaks_link_answers_once(at_once, cast, database):
    with database.writing() as session:
        vik = session.get_one(Organisation, cast.vik.id)
        ask_for_access(
            session, vik, name="Ny", email="ny@example.invalid", role=MembershipRole.CASE_OFFICER, language="nb", at=now()
        )
        session.commit()
        link = session.scalars(sa.select(Letter.link).where(Letter.kind == LetterKind.ACCESS_ASKED)).one()
    assert at_once(*[(cast.asta, link, {"answer": "yes"})] * 3) == [303, 404, 404]
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(User).where(User.email == "ny@example.invalid")) == 1
