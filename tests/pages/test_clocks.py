"""The pages of the clocks: more time, rest, reopening, a further paper, outages; what was typed stays, and the day is explained."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import Cast, a_cast
from tests.scenes import clocks
from tests.scenes.intake import accepted
from tests.scenes.kept import lately
from tests.scenes.submissions import answered, prepared
from tvist.cases.clocks import Extension, Outage
from tvist.cases.lifecycle import State
from tvist.cases.models import Case, Side
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.clock import today
from tvist.submissions.rules import turn_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.db import Database

WEEKS = timedelta(weeks=1)


def scene(database: Database, make: Callable[..., Case], *, ago: timedelta = timedelta()) -> tuple[Cast, Case]:
    with database.writing() as session:
        cast = a_cast(session)
        case = make(session, cast, at=lately() - ago)
        session.commit()
    return cast, case


def due_on(database: Database, case: Case, side: Side) -> date | None:
    with database.reading() as session:
        found = session.get_one(Case, case.id)
        turn = turn_of(found, found.parties_on(side)[0])
        return turn.due_on if turn else None


def written(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def with_request(session: Session, cast: Cast, *, at) -> Case:
    case = accepted(session, cast, at=at)
    clocks.asked(session, case, by=cast.bo, at=at, until=today() + 8 * WEEKS)
    return case


def test_a_party_asks_and_the_secretariat_grants_and_all_see_why(database, ask):
    cast, case = scene(database, accepted)
    until = today() + 6 * WEEKS
    assert f"/cases/{case.slug}/extension" in ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)
    assert f"/cases/{case.slug}/extension" not in ask("GET", f"/cases/{case.slug}", as_=cast.asta).get_data(as_text=True)
    data = {"wanted_until": written(until), "reason": "Saksbehandleren er syk."}
    assert ask("POST", f"/cases/{case.slug}/extension", as_=cast.bo, data=data).status_code == 303
    page = ask("GET", f"/cases/{case.slug}/extension/ruling", as_=cast.siri).get_data(as_text=True)
    assert "Saksbehandleren er syk." in page
    assert written(until) in page
    ruling = {"ruling": "grant", "until": written(until), "reason": "Sykdom er god grunn."}
    assert ask("POST", f"/cases/{case.slug}/extension/ruling", as_=cast.siri, data=ruling).status_code == 303
    found = due_on(database, case, Side.OPPOSING)
    assert found is not None
    assert found >= until
    for reader in (cast.asta, cast.bo, cast.siri):
        seen = ask("GET", f"/cases/{case.slug}", as_=reader).get_data(as_text=True)
        assert "Sykdom er god grunn." in seen
        assert "Saksbehandleren er syk." not in seen, "the party's reason is for the secretariat"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"wanted_until": "31.2.2027", "reason": "Ferie"}, "31.2.2027"),
        ({"wanted_until": "", "reason": "Ferie"}, "Skriv hvilken dag"),
        ({"wanted_until": written(today()), "reason": "Ferie"}, "må være senere enn"),
        ({"wanted_until": written(today() + 60 * WEEKS), "reason": "Ferie"}, "kan ikke forlenges lenger enn"),
        ({"wanted_until": written(today() + 6 * WEEKS), "reason": " "}, "Skriv hvorfor"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_beside_what_was_typed(database, ask, data, says):
    cast, case = scene(database, accepted)
    answer = ask("POST", f"/cases/{case.slug}/extension", as_=cast.bo, data=data)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert says in page
    assert data["wanted_until"] in page
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Extension)) == 0


def test_after_the_end_the_page_says_what_can_still_be_done(database, ask):
    cast, case = scene(database, accepted, ago=5 * WEEKS)
    page = ask("GET", f"/cases/{case.slug}/extension", as_=cast.bo).get_data(as_text=True)
    assert "Dere kan fortsatt sende inn det dere har" in page
    data = {"wanted_until": written(today() + 2 * WEEKS), "reason": "Ferie"}
    assert ask("POST", f"/cases/{case.slug}/extension", as_=cast.bo, data=data).status_code == 409


def test_the_secretariat_refuses_with_a_reason_and_not_without(database, ask):
    cast, case = scene(database, with_request)
    path = f"/cases/{case.slug}/extension/ruling"
    assert ask("POST", path, as_=cast.siri, data={"ruling": "refuse", "reason": ""}).status_code == 422
    for no_ruling in ("", "perhaps"):
        assert ask("POST", path, as_=cast.siri, data={"ruling": no_ruling, "reason": "Nei."}).status_code == 422
    assert ask("POST", path, as_=cast.bo, data={"ruling": "grant", "reason": "Ja."}).status_code == 403
    assert ask("POST", path, as_=cast.siri, data={"ruling": "refuse", "reason": "Fristen er lang nok."}).status_code == 303
    assert "Fristen er lang nok." in ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)


def test_a_case_rests_and_is_resumed(database, ask):
    cast, case = scene(database, accepted)
    before = due_on(database, case, Side.OPPOSING)
    assert before is not None
    data = {"reason": "negotiation", "until_on": written(today() + 4 * WEEKS), "words": "Partene møtes."}
    assert ask("POST", f"/cases/{case.slug}/rest", as_=cast.siri, data={**data, "until_on": "i morgen"}).status_code == 422
    assert ask("POST", f"/cases/{case.slug}/rest", as_=cast.siri, data=data).status_code == 303
    moved = due_on(database, case, Side.OPPOSING)
    assert moved is not None
    assert moved >= before + 4 * WEEKS
    assert "partene forhandler" in ask("GET", f"/cases/{case.slug}", as_=cast.asta).get_data(as_text=True)
    assert "partene forhandler" in ask("GET", f"/cases/{case.slug}/resume", as_=cast.siri).get_data(as_text=True)
    assert ask("POST", f"/cases/{case.slug}/resume", as_=cast.siri).status_code == 303
    assert due_on(database, case, Side.OPPOSING) == before
    assert ask("POST", f"/cases/{case.slug}/resume", as_=cast.siri).status_code == 409


def test_a_preparation_is_reopened_for_one_side(database, ask):
    cast, case = scene(database, prepared, ago=5 * WEEKS)
    path, party = f"/cases/{case.slug}/reopen", case.parties_on(Side.OPPOSING)[0].public_id
    assert ask("POST", path, as_=cast.siri, data={"reason": "Et nytt vedtak."}).status_code == 422
    assert ask("POST", path, as_=cast.siri, data={"reason": "Et nytt vedtak.", "word_to": [party]}).status_code == 303
    with database.reading() as session:
        found = session.get_one(Case, case.id)
        assert found.state is State.EXCHANGE
        assert [task.party.name for task in found.open_tasks if task.party] == ["Bufetat region vest"]


def test_a_side_sends_more_outside_its_turn(database, ask):
    cast, case = scene(database, answered, ago=2 * WEEKS)
    path = f"/cases/{case.slug}/more"
    assert "Det er deres tur nå" in ask("GET", path, as_=cast.asta).get_data(as_text=True)
    assert ask("POST", path, as_=cast.bo, data={"text": " "}).status_code == 422
    assert ask("POST", path, as_=cast.bo, data={"text": "Her er vedtaket."}).status_code == 303
    with database.reading() as session:
        kinds = session.scalars(sa.select(Submission.kind).where(Submission.case_id == case.id)).all()
    assert SubmissionKind.ADDITION in kinds
    assert "Her er vedtaket." not in ask("GET", f"/cases/{case.slug}", as_=cast.asta).get_data(as_text=True)
    page = ask("GET", f"/cases/{case.slug}/pass-on", as_=cast.siri).get_data(as_text=True)
    assert "Her er vedtaket." in page
    assert "brings_new" in page


def test_the_secretariat_records_an_outage_once(database, ask):
    cast, case = scene(database, accepted, ago=4 * WEEKS)
    due = due_on(database, case, Side.OPPOSING)
    assert due is not None
    data = {"day": written(min(due, today())), "words": "Strømbrudd."}
    assert ask("POST", "/outages", as_=cast.siri, data={**data, "words": ""}).status_code == 422
    assert ask("POST", "/outages", as_=cast.siri, data=data).status_code == 303
    again = ask("POST", "/outages", as_=cast.siri, data=data)
    assert again.status_code == 422
    assert "er alt registrert" in again.get_data(as_text=True)
    assert "Strømbrudd." in ask("GET", "/outages", as_=cast.siri).get_data(as_text=True)
    assert ask("GET", "/outages", as_=cast.bo).status_code == 403
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outage)) == 1
