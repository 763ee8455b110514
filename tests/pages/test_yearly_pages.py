"""The pages of the yearly confirmation: for filers, and for the postmottak by the key in its letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import a_cast
from tests.visitor import Visitor
from tvist.accounts.models import Membership, User
from tvist.accounts.rounds import ColleagueConfirmation, ColleagueRound
from tvist.clock import now, today
from tvist.delivery.models import Letter, LetterKind
from tvist.teams.yearly_rounds import look_at_rounds

PAGE = "/colleagues/4639/confirm"


@pytest.fixture
def scene(database):
    """Each organisation is asked since today."""
    with database.writing() as session:
        cast = a_cast(session)
    look_at_rounds(database, now())
    return cast


def answers(person: User, answer: str, last_day: str = "") -> dict[str, str]:
    return {f"answer-{person.public_id}": answer, f"last-{person.public_id}": last_day}


def last_day_of(database, person: User):
    with database.reading() as session:
        return session.scalars(sa.select(Membership.to_on).where(Membership.user_id == person.id)).one()


def key_to(database, mailbox: str) -> str:
    with database.reading() as session:
        query = sa.select(Letter.link).where(Letter.kind == LetterKind.COLLEAGUES_KEY)
        return session.scalars(query.where(Letter.recipients.any(address=mailbox))).one()


@pytest.mark.parametrize(("who", "status"), [("asta", 200), ("arne", 403), ("dag", 404), ("siri", 404), ("adam", 404)])
def test_who_answers_for_an_organisation_sees_the_page(scene, ask, who, status):
    assert ask("GET", PAGE, as_=getattr(scene, who)).status_code == status


def test_a_filer_answers_for_colleagues_and_not_for_oneself(scene, ask, database):
    page = ask("GET", PAGE, as_=scene.asta).get_data(as_text=True)
    assert "Arbeider Arne Oppdiktet fortsatt med sakene?" in page
    assert "Arbeider Asta Oppdiktet" not in page
    assert PAGE in ask("GET", "/colleagues/4639", as_=scene.asta).get_data(as_text=True)
    assert PAGE not in ask("GET", "/colleagues/4639", as_=scene.arne).get_data(as_text=True)
    both = answers(scene.arne, "works") | answers(scene.asta, "works")
    assert ask("POST", PAGE, as_=scene.asta, data=both).location == "/colleagues/4639"
    with database.reading() as session:
        made = session.scalars(sa.select(ColleagueConfirmation)).one()
        assert (made.user_id, made.by_id) == (scene.arne.id, scene.asta.id)
    assert "Du har svart for alle kollegaene" in ask("GET", PAGE, as_=scene.asta).get_data(as_text=True)


def test_who_has_left_gets_the_day_that_was_written_and_a_missing_day_is_asked_for(scene, ask, database):
    answer = ask("POST", PAGE, as_=scene.asta, data=answers(scene.arne, "left"))
    assert answer.status_code == 422
    assert "Skriv den siste arbeidsdagen" in answer.get_data(as_text=True)
    assert last_day_of(database, scene.arne) is None
    day = today() - timedelta(days=3)
    ask("POST", PAGE, as_=scene.asta, data=answers(scene.arne, "left", day.isoformat()))
    assert last_day_of(database, scene.arne) == day
    ask("POST", PAGE, as_=scene.asta, data=answers(scene.arne, "works"))
    assert last_day_of(database, scene.arne) == day


def test_a_day_before_the_first_is_refused_at_its_field(scene, ask, database):
    answer = ask("POST", PAGE, as_=scene.asta, data=answers(scene.arne, "left", "1.1.2001"))
    assert answer.status_code == 422
    assert f'href="#last-{scene.arne.public_id}"' in answer.get_data(as_text=True)
    assert last_day_of(database, scene.arne) is None


def test_the_postmottak_answers_for_all_by_its_key_which_then_is_spent(scene, app, database):
    link, visitor = key_to(database, scene.vik.mailbox), Visitor(app)
    page = visitor.get(link).get_data(as_text=True)
    assert ["Asta Oppdiktet" in page, "Arne Oppdiktet" in page, "Dag Oppdiktet" in page] == [True, True, False]
    assert visitor.post(link, answers(scene.arne, "works") | answers(scene.dag, "works")).status_code == 303
    visitor.get(link)
    assert visitor.post(link, answers(scene.asta, "works")).status_code == 303
    assert visitor.get(link).status_code == 404
    with database.reading() as session:
        made = session.scalars(sa.select(ColleagueConfirmation).order_by(ColleagueConfirmation.id)).all()
        assert [(found.user_id, found.by_id) for found in made] == [(scene.arne.id, None), (scene.asta.id, None)]
        closed = sa.select(ColleagueRound.closed_at).where(ColleagueRound.organisation_id == scene.vik.id)
        assert session.scalars(closed).one() is not None


def test_the_key_is_read_by_nobody_in_the_program_and_a_guessed_one_opens_nothing(scene, ask, app, database):
    with database.reading() as session:
        letters = session.scalars(sa.select(Letter.public_id).where(Letter.kind == LetterKind.COLLEAGUES_KEY)).all()
    for public_id in letters:
        assert [ask("GET", f"/letters/{public_id}", as_=getattr(scene, who)).status_code for who in ("asta", "arne", "siri")] == [
            404
        ] * 3
    assert "/confirm/" not in ask("GET", "/letters", as_=scene.asta).get_data(as_text=True)
    assert Visitor(app).get("/confirm/guessed").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("nn", "Kven arbeider framleis hos Vik kommune?"), ("en", "Who still works for Vik")]
)
def test_the_page_speaks_the_readers_language(scene, ask, database, language, words):
    with database.writing() as session:
        session.execute(sa.update(User).where(User.id == scene.asta.id).values(language=language))
        session.commit()
    assert words in ask("GET", PAGE, as_=scene.asta).get_data(as_text=True)


def test_those_who_manage_read_what_was_changed(scene, ask):
    ask("POST", PAGE, as_=scene.asta, data=answers(scene.arne, "left", today().isoformat()))
    assert "En rolle ble avsluttet" in ask("GET", "/colleagues/4639", as_=scene.asta).get_data(as_text=True)
    assert "En rolle ble avsluttet" in ask("GET", f"/users/{scene.arne.public_id}", as_=scene.adam).get_data(as_text=True)
    assert "En rolle ble avsluttet" not in ask("GET", "/colleagues/4644", as_=scene.dag).get_data(as_text=True)
