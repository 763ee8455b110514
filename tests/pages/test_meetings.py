"""The pages of meetings, asked for as people do (rule 32)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.scenes.decision import present
from tests.scenes.kept import lately
from tests.scenes.panel import referred
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.cases.models import Case
from tvist.clock import OSLO, now
from tvist.meetings.actions import Plan, call_meeting
from tvist.meetings.models import Meeting
from tvist.panel.actions import declare

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people import Cast
    from tvist.db import Database

    Ask = Callable[..., object]


@pytest.fixture
def slug(database: Database, cast: Cast) -> str:
    """A case before the panel."""
    with database.writing() as session:
        case = referred(session, present(session, cast), at=lately() - 2 * DAY)
        session.commit()
        return case.slug


@pytest.fixture
def make(database: Database, cast: Cast, slug: str) -> Callable[..., str]:
    """Make a meeting of that case; returns its address."""

    def making(*, since: timedelta = timedelta(0)) -> str:
        with database.writing() as session:
            here, case = present(session, cast), session.scalars(sa.select(Case)).one()
            starts = now() + DAY - since
            plan = Plan(starts, starts + DAY / 24, "Møterom 2", [case], [here.frida, here.kaare])
            made = call_meeting(session, plan, by=here.cato, at=starts - DAY)
            session.commit()
            return f"/meetings/{made.public_id}"

    return making


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def filled(slug: str, **changes: object) -> dict[str, object]:
    day = (now() + 7 * DAY).astimezone(OSLO)
    return {"on": f"{day:%d.%m.%Y}", "starts": "9.30", "ends": "11:00", "place": "Møterom 2", "cases": [slug]} | changes


def test_the_leader_calls_a_meeting(ask: Ask, cast: Cast, slug: str, database: Database) -> None:
    page = text_of(ask("GET", "/meetings/new", as_=cast.cato))
    assert cast.frida.name in page
    answer = ask("POST", "/meetings/new", as_=cast.cato, data=filled(slug, left_out=[cast.kaare.public_id]))
    assert answer.status_code == 303
    with database.reading() as session:
        meeting = session.scalars(sa.select(Meeting)).one()
        assert [found.user.name for found in meeting.invited] == [cast.frida.name]
        assert f"{meeting.starts_at.astimezone(OSLO):%H.%M}" == "09.30"
    for who in (cast.siri, cast.frida, cast.asta):
        assert ask("GET", "/meetings/new", as_=who).status_code in {403, 404}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts": "halv ti"}, "Skriv klokkeslettet som 9.30 eller 14:00."),
        ({"starts": "25.00"}, "Skriv klokkeslettet som 9.30 eller 14:00."),
        ({"ends": "9.00"}, "Møtet må slutte etter at det begynner."),
        ({"on": "1.2.2020"}, "Velg et tidspunkt som ikke er passert."),
        ({"place": "  "}, "Skriv hvor møtet er"),
        ({"cases": []}, "Velg minst én sak."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    ask: Ask, cast: Cast, slug: str, changes: dict[str, object], said: str
) -> None:
    answer = ask("POST", "/meetings/new", as_=cast.cato, data=filled(slug, place="Rom 7 i Bergen") | changes)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Rom 7 i Bergen" in text_of(answer) or "place" in changes


def test_each_opens_it_as_far_as_they_may(ask: Ask, cast: Cast, slug: str, make: Callable[..., str]) -> None:
    at = make()
    for who in (cast.cato, cast.frida, cast.siri):
        assert slug in text_of(ask("GET", at, as_=who))
        assert at in text_of(ask("GET", "/meetings", as_=who))
    for who in (cast.finn, cast.lise, cast.asta, cast.bo, cast.dag, cast.adam):
        assert ask("GET", at, as_=who).status_code == 404
    for path in ("change", "cancel"):
        assert ask("GET", f"{at}/{path}", as_=cast.frida).status_code == 403


def test_a_coming_meeting_stands_on_the_desk(ask: Ask, cast: Cast, make: Callable[..., str]) -> None:
    at = make()
    assert at in text_of(ask("GET", "/desk", as_=cast.frida))
    assert at in text_of(ask("GET", "/desk", as_=cast.cato))
    assert at not in text_of(ask("GET", "/desk", as_=cast.finn))


def test_a_conflict_takes_the_case_off_the_members_agenda(
    ask: Ask, cast: Cast, slug: str, make: Callable[..., str], database: Database
) -> None:
    at = make()
    with database.writing() as session:
        here, case = present(session, cast), session.scalars(sa.select(Case)).one()
        declare(case, by=here.kaare, at=now(), statement=Statement.CONFLICT, ground="represents")
        session.commit()
    assert slug not in text_of(ask("GET", at, as_=cast.kaare))


def test_the_calendar_file_is_fetched(ask: Ask, cast: Cast, slug: str, make: Callable[..., str]) -> None:
    answer = ask("GET", f"{make()}/calendar", as_=cast.frida)
    assert answer.mimetype == "text/calendar"
    assert "METHOD:REQUEST" in text_of(answer)
    assert slug not in text_of(answer)
    assert cast.cato.name not in text_of(answer)


def test_a_meeting_is_changed_and_cancelled(
    ask: Ask, cast: Cast, slug: str, make: Callable[..., str], database: Database
) -> None:
    at = make()
    page = text_of(ask("GET", f"{at}/change", as_=cast.cato))
    assert "Møterom 2" in page
    assert ask("POST", f"{at}/change", as_=cast.cato, data=filled(slug, place="Teams", _seen="9")).status_code == 409
    assert ask("POST", f"{at}/change", as_=cast.cato, data=filled(slug, place="Teams")).status_code == 303
    assert ask("POST", f"{at}/cancel", as_=cast.cato).status_code == 303
    assert ask("POST", f"{at}/cancel", as_=cast.cato).status_code == 422
    with database.reading() as session:
        assert session.scalars(sa.select(Meeting.sequence)).one() == 2
    assert "METHOD:CANCEL" in text_of(ask("GET", f"{at}/calendar", as_=cast.frida))


def test_the_leader_writes_minutes_that_the_secretariat_does_not_read(ask: Ask, cast: Cast, make: Callable[..., str]) -> None:
    at, said = make(since=2 * DAY), "Enige om å be om mer."
    assert ask("GET", f"{at}/minutes", as_=cast.siri).status_code == 403
    given = {"minutes": said, "present": [cast.frida.public_id], "then": "keep"}
    assert ask("POST", f"{at}/minutes", as_=cast.frida, data=given).status_code == 422
    assert ask("POST", f"{at}/minutes", as_=cast.cato, data=given).status_code == 303
    assert said in text_of(ask("GET", f"{at}/minutes", as_=cast.cato))
    assert said not in text_of(ask("GET", f"{at}/minutes", as_=cast.frida))
    assert said not in text_of(ask("GET", at, as_=cast.frida))
    assert ask("POST", f"{at}/minutes", as_=cast.cato, data=given | {"then": "close"}).status_code == 303
    assert said in text_of(ask("GET", at, as_=cast.frida))
    assert said not in text_of(ask("GET", at, as_=cast.siri))
    assert ask("POST", f"{at}/minutes", as_=cast.cato, data=given).status_code == 422
