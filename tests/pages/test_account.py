"""One's own account, and the administrator's pages about people."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.people import give_phrase
from tests.visitor import PHRASE, Visitor
from tvist.accounts.models import Membership, SignIn, User
from tvist.accounts.passwords import hash_password
from tvist.accounts.user_views import PAGE
from tvist.clock import today
from tvist.register.collation import sort_key

NEW = {
    "name": "Nina Oppdiktet",
    "email": "Nina@Example.invalid",
    "language": "nn",
    "role": "secretariat",
    "from_on": "2026-03-01",
    "to_on": "",
}


@pytest.fixture
def adam(app, cast):
    """The administrator's browser."""
    visitor = Visitor(app)
    visitor.get("/demo")
    visitor.post("/demo", {"person": cast.adam.public_id})
    visitor.get("/users")
    return visitor


def the_user(database, email):
    with database.reading() as session:
        return session.scalar(sa.select(User).where(User.email == email).options(sa.orm.selectinload(User.memberships)))


@pytest.mark.parametrize(("language", "words"), [("nb", "Min konto"), ("nn", "Kontoen min"), ("en", "My account")])
def test_ones_account_shows_who_one_is_here(ask, cast, database, language, words):
    with database.writing() as session:
        session.execute(sa.update(User).where(User.id == cast.asta.id).values(language=language))
        session.commit()
    page = ask("GET", "/account", as_=cast.asta).get_data(as_text=True)
    assert f'<h1 class="ds-heading" data-size="lg">{words}</h1>' in page
    assert "Vik kommune" in page
    assert "asta@example.invalid" in page


def test_a_member_of_the_board_sees_the_appointment(ask, cast):
    assert "2025" in ask("GET", "/account", as_=cast.cato).get_data(as_text=True)


def test_the_language_is_saved_and_a_page_that_has_grown_old_is_told(ask, cast, database):
    assert ask("POST", "/account", as_=cast.asta, data={"language": "nn"}).status_code == 303
    assert the_user(database, "asta@example.invalid").language == "nn"
    answer = ask("POST", "/account", as_=cast.asta, data={"language": "en", "_seen": "1"})
    assert answer.status_code == 409
    assert ask("POST", "/account", as_=cast.asta, data={"language": "sami"}).status_code == 422


def test_the_pass_phrase_is_changed_by_the_old_one_and_others_are_signed_out(app, cast, database):
    with database.writing() as session:
        give_phrase(session, cast.asta, hash_password(PHRASE), began_on=today())
        session.commit()
    here, there = Visitor(app), Visitor(app)
    for visitor in (here, there):
        visitor.sign_in("asta@example.invalid")
    here.get("/account/password")
    assert (
        here.post("/account/password", {"old_password": "feil passord her", "password": "helt nye ord på rad"}).status_code == 422
    )
    assert here.post("/account/password", {"old_password": PHRASE, "password": "asta oppdiktet"}).status_code == 422
    assert here.post("/account/password", {"old_password": PHRASE, "password": "helt nye ord på rad"}).location == "/account"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


def test_the_administrator_adds_a_person_with_a_role(adam, cast, database):
    adam.get("/users/new")
    answer = adam.post("/users/new", {**NEW, "organisation": str(cast.body.id)})
    nina = the_user(database, "nina@example.invalid")
    assert answer.location == f"/users/{nina.public_id}"
    assert (nina.language, nina.password_hash, nina.is_invented) == ("nn", None, False)
    assert [(found.role, found.from_on, found.to_on) for found in nina.memberships] == [("secretariat", date(2026, 3, 1), None)]
    assert "Nina Oppdiktet" in adam.get("/users").get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"email": "nina"}, "Skriv en e-postadresse"),
        ({"email": "asta@example.invalid"}, "Det finnes allerede en konto"),
        ({"name": "  "}, "Skriv navnet."),
        ({"role": "case_officer"}, "har ikke rollen"),
        ({"role": "king"}, "Velg ett av alternativene"),
        ({"from_on": "tomorrow"}, "Skriv datoen"),
        ({"from_on": ""}, "Skriv dagen rollen begynner."),
        ({"to_on": "2025-01-01"}, "Den siste dagen er før den første"),
    ],
)
def test_what_is_wrong_about_a_person_is_said_at_its_field(adam, cast, database, wrong, words):
    adam.get("/users/new")
    answer = adam.post("/users/new", {**NEW, "organisation": str(cast.body.id), **wrong})
    assert answer.status_code == 422
    assert adam.page.count(words) == 2, "in the summary and at the field"
    assert 'aria-invalid="true"' in adam.page
    assert the_user(database, "nina@example.invalid") is None


def test_a_role_is_given_and_ends(adam, cast, database):
    adam.get(f"/users/{cast.eva.public_id}/roles/new")
    fields = {"organisation": str(cast.body.id), "role": "secretariat", "from_on": "01.03.2026", "to_on": ""}
    assert adam.post(f"/users/{cast.eva.public_id}/roles/new", fields).status_code == 303
    with database.reading() as session:
        made = session.scalars(
            sa.select(Membership).where(Membership.user_id == cast.eva.id).order_by(Membership.id.desc())
        ).first()
    path = f"/users/{cast.eva.public_id}/roles/{made.id}/end"
    adam.get(path)
    assert adam.post(path, {"to_on": "2026-02-01"}).status_code == 422
    assert adam.post(path, {"to_on": "2026-04-01"}).status_code == 303
    with database.reading() as session:
        assert session.get(Membership, made.id).to_on == date(2026, 4, 1)


def test_a_shut_account_is_signed_out_at_once_and_can_be_opened_again(adam, app, cast, database):
    asta = Visitor(app)
    asta.get("/demo")
    asta.post("/demo", {"person": cast.asta.public_id})
    adam.get(f"/users/{cast.asta.public_id}")
    adam.post(f"/users/{cast.asta.public_id}/shut")
    assert asta.get("/account").status_code == 302
    adam.get(f"/users/{cast.asta.public_id}")
    assert "Stengt" in adam.page
    adam.post(f"/users/{cast.asta.public_id}/open")
    assert the_user(database, "asta@example.invalid").is_active


def test_nobody_shuts_the_own_account(adam, cast, database):
    adam.get("/users")
    assert adam.post(f"/users/{cast.adam.public_id}/shut").status_code == 409
    assert "Du kan ikke stenge din egen konto" in adam.page


def test_people_are_shown_fifty_a_page_in_norwegian_order(adam, database):
    with database.writing() as session:
        for number in range(60):
            name = f"Øystein {number:02d}"
            session.add(User(email=f"{number}@example.invalid", name=name, sort_key=sort_key(name), language="nb"))
        session.commit()
    first = adam.get("/users").get_data(as_text=True)
    assert first.count("<tr>") == PAGE + 1
    following = first.rsplit('href="/users?after=', 1)[1].split('"')[0]
    second = adam.get(f"/users?after={following}").get_data(as_text=True)
    assert "Øystein 59" in second
    assert "Adam" in first


def test_only_the_administrator_manages_people(ask, cast):
    for person in (cast.asta, cast.siri, cast.cato, cast.eva):
        assert ask("GET", "/users", as_=person).status_code == 403
    assert ask("GET", f"/users/{cast.asta.public_id}", as_=cast.siri).status_code == 404


def test_sign_ins_of_the_demo_last_eight_hours_too(adam, database):
    with database.reading() as session:
        found = session.scalars(sa.select(SignIn)).one()
    assert found.expires_at - found.began_at == timedelta(hours=8)
    assert found.began_at.date() <= today() + timedelta(days=1)
