"""Signing in and out, the language, the demo's people, and the forgotten pass phrase."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from tests.people import give_phrase
from tests.visitor import PHRASE, Visitor
from tvist.accounts.models import SignIn, User
from tvist.accounts.passwords import hash_password
from tvist.accounts.queries import hashed
from tvist.clock import now, today
from tvist.delivery.models import Letter


@pytest.fixture(scope="session")
def phrase_hash():
    return hash_password(PHRASE)


@pytest.fixture
def asta(cast, database, phrase_hash):
    with database.writing() as session:
        give_phrase(session, cast.asta, phrase_hash, began_on=today())
        session.commit()
    return cast.asta


def sign_ins(database):
    with database.reading() as session:
        return list(session.scalars(sa.select(SignIn).order_by(SignIn.id)))


def test_one_signs_in_and_comes_where_one_was_going(app, database, asta):
    visitor = Visitor(app)
    assert visitor.get("/account").location == "/sign-in?next=/account"
    visitor.get("/sign-in?next=/account")
    answer = visitor.post("/sign-in", {"email": " ASTA@example.invalid ", "password": PHRASE, "next": visitor.field("next")})
    assert (answer.status_code, answer.location) == (303, "/sign-in/second?next=/account")
    assert sign_ins(database) == [], "half way is no sign-in"
    assert visitor.second_step("asta@example.invalid", answer.location).location == "/account"
    assert "Asta Oppdiktet" in visitor.get("/account").get_data(as_text=True)
    assert sign_ins(database)[0].expires_at - sign_ins(database)[0].began_at == timedelta(hours=8)


@pytest.mark.parametrize(
    ("email", "phrase"),
    [("asta@example.invalid", "noe helt annet enn det"), ("nobody@example.invalid", PHRASE), ("dag@example.invalid", PHRASE)],
)
def test_a_wrong_try_says_the_same_whoever_it_is(app, database, asta, email, phrase):
    visitor = Visitor(app)
    assert visitor.sign_in(email, phrase).status_code == 422
    assert "hører ikke sammen" in visitor.page
    assert sign_ins(database) == []


def test_an_unknown_account_costs_the_same_work_as_a_known_one(app, asta, monkeypatch):
    """Times are not compared here: other programs run beside the tests."""
    tried = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, kept, phrase: tried.append(kept.split("$")[3]) or verify(self, kept, phrase)
    )
    for email in ("asta@example.invalid", "nobody@example.invalid", "dag@example.invalid"):
        Visitor(app).sign_in(email, "noe helt annet enn det")
    assert len(tried) == 3
    assert len(set(tried)) == 1, "with the same parameters"


def test_after_five_failures_even_the_right_phrase_waits_there_but_not_elsewhere(app, asta):
    visitor = Visitor(app)
    for _ in range(5):
        visitor.sign_in("asta@example.invalid", "noe helt annet enn det")
    assert visitor.sign_in("asta@example.invalid").status_code == 429
    assert "Vent 15 minutter" in visitor.page
    assert Visitor(app, "198.51.100.9").sign_in("asta@example.invalid").status_code == 303


def test_a_shut_account_does_not_open(app, database, asta):
    with database.writing() as session:
        session.execute(sa.update(User).where(User.id == asta.id).values(disabled_at=now()))
        session.commit()
    assert Visitor(app).sign_in("asta@example.invalid").status_code == 422


def test_an_old_hash_is_made_anew_when_its_owner_signs_in(app, database, asta):
    old = PasswordHasher(time_cost=1, memory_cost=1024).hash(PHRASE)
    with database.writing() as session:
        session.execute(sa.update(User).where(User.id == asta.id).values(password_hash=old))
        session.commit()
    Visitor(app).sign_in("asta@example.invalid")
    with database.reading() as session:
        assert session.get(User, asta.id).password_hash != old
    assert Visitor(app).sign_in("asta@example.invalid").status_code == 303


def test_signing_in_makes_a_new_cookie_of_which_the_server_keeps_only_a_hash(app, database, asta):
    visitor = Visitor(app)
    visitor.get("/sign-in")
    with visitor.client.session_transaction() as cookie:
        cookie["planted"] = "by a stranger"
        before = cookie["csrf_token"]
    visitor.second_step("asta@example.invalid", visitor.first_step("asta@example.invalid").location)
    with visitor.client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before
        assert sign_ins(database)[0].token_hash == hashed(cookie["sign_in"])


def test_signing_out_ends_the_sign_in_on_the_server(app, database, asta):
    visitor = Visitor(app)
    visitor.sign_in("asta@example.invalid")
    with visitor.client.session_transaction() as cookie:
        kept = dict(cookie)
    visitor.get("/account")
    assert visitor.post("/sign-out").location == "/"
    assert sign_ins(database)[0].ended_at is not None
    assert "Du er logget ut." in visitor.get("/").get_data(as_text=True)
    with visitor.client.session_transaction() as cookie:
        cookie.update(kept)
    assert visitor.get("/account").status_code == 302


def test_an_old_sign_in_has_ended(app, database, asta):
    visitor = Visitor(app)
    visitor.sign_in("asta@example.invalid")
    with database.writing() as session:
        session.execute(sa.update(SignIn).values(expires_at=now() - timedelta(seconds=1)))
        session.commit()
    assert visitor.get("/account").location == "/sign-in?next=/account"


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "evil.example",
)


def test_nobody_is_led_to_another_site(app, asta):
    visitor = Visitor(app)
    for following in ELSEWHERE:
        assert visitor.sign_in("asta@example.invalid", next=following).location == "/desk"
        visitor.get("/account")
        assert visitor.post("/language", {"language": "nb", "next": following}).location == "/"
        visitor.post("/sign-out")


@pytest.mark.parametrize(
    ("language", "words"), [("nb", "Glemt passordfrasen?"), ("nn", "Gløymt passordfrasen?"), ("en", "Forgotten your pass")]
)
def test_a_stranger_reads_in_the_language_chosen(app, language, words):
    visitor = Visitor(app)
    visitor.get("/")
    assert visitor.post("/language", {"language": language, "next": "/sign-in"}).location == "/sign-in"
    page = visitor.get("/sign-in").get_data(as_text=True)
    assert f'<html lang="{language}">' in page
    assert words in page


def test_the_language_of_a_person_stays_with_the_person(app, database, asta):
    visitor = Visitor(app)
    visitor.sign_in("asta@example.invalid")
    visitor.get("/account")
    visitor.post("/language", {"language": "nn", "next": "/account"})
    assert '<html lang="nn">' in visitor.get("/account").get_data(as_text=True)
    with database.reading() as session:
        assert session.get(User, asta.id).language == "nn"


def test_in_the_demo_one_click_signs_in_as_an_invented_person(app, cast):
    visitor = Visitor(app)
    visitor.get("/demo")
    assert visitor.page.count('name="person"') >= 15
    assert visitor.post("/demo", {"person": cast.siri.public_id}).location == "/desk"
    assert "Siri Oppdiktet" in visitor.get("/account").get_data(as_text=True)


def test_nobody_becomes_a_real_person_by_one_click(app, database, cast):
    with database.writing() as session:
        session.execute(sa.update(User).where(User.id == cast.siri.id).values(is_invented=False))
        session.commit()
    visitor = Visitor(app)
    visitor.get("/demo")
    assert cast.siri.public_id not in visitor.page
    assert visitor.post("/demo", {"person": cast.siri.public_id}).status_code == 404
    assert visitor.get("/account").status_code == 302


def link_in_the_letter(database):
    with database.reading() as session:
        return session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first().link


def ask_for_a_link(app, email, address="192.0.2.1"):
    visitor = Visitor(app, address)
    visitor.get("/password/forgotten")
    answer = visitor.post("/password/forgotten", {"email": email})
    assert answer.location == "/sign-in"
    visitor.get("/sign-in")
    assert "Er adressen kjent her" in visitor.page
    return visitor


def test_a_forgotten_phrase_is_replaced_by_a_link_that_works_once(app, database, asta):
    elsewhere = Visitor(app)
    elsewhere.sign_in("asta@example.invalid")
    visitor = ask_for_a_link(app, "asta@example.invalid")
    link = link_in_the_letter(database)
    visitor.get(link)
    assert visitor.post(link, {"password": "passord123456"}).status_code == 422
    assert visitor.post(link, {"password": "helt nye ord på rad"}).location == "/sign-in"
    assert elsewhere.get("/account").status_code == 302
    assert visitor.get(link).status_code == 404
    assert visitor.post(link, {"password": "andre nye ord på rad"}).status_code == 404
    assert visitor.sign_in("asta@example.invalid", "helt nye ord på rad").status_code == 303


def test_no_letter_goes_to_an_unknown_address_and_nobody_sees_the_difference(app, database, cast):
    ask_for_a_link(app, "nobody@example.invalid")
    with database.reading() as session:
        assert session.scalars(sa.select(Letter)).all() == []


def test_nobodys_mailbox_is_filled_with_links(app, database, asta):
    for _ in range(8):
        ask_for_a_link(app, "asta@example.invalid")
    with database.reading() as session:
        assert len(session.scalars(sa.select(Letter)).all()) == 5


def test_the_database_keeps_only_a_hash_of_the_link(app, database, asta):
    ask_for_a_link(app, "asta@example.invalid")
    token = link_in_the_letter(database).removeprefix("/password/")
    with database.reading() as session:
        kept = session.execute(sa.text("SELECT token_hash FROM password_link")).scalar_one()
    assert kept == hashed(token)
    assert re.fullmatch(r"[0-9a-f]{64}", kept)
