"""People who act at the very same moment: exactly one effect, and the others are told."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.conftest import _sign_in, _token
from tests.scenes import decision, intake, panel
from tvist.cases.history import Event
from tvist.cases.models import Case
from tvist.decision.models import Vote


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


def test_issue_is_ordered_once(at_once, cast, database, installation):
    with database.writing() as session:
        decision.approved(session, cast, installation)
        session.commit()
    url = f"{address(database)}/decision/issue"
    assert at_once(*[(cast.cato, url, {})] * 3) == [303, 409, 409]
    assert acts(database, "order_issue") == 1
