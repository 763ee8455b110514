"""The second step on its pages: setting up, proving again, one's own factors and sign-ins, and the reset."""

import html
import re
from contextlib import contextmanager
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from flask import Blueprint, jsonify

from tests.conftest import _sign_in
from tests.people import give_phrase
from tests.second_steps import a_code, a_fresh_code, an_app
from tests.visitor import PHRASE, Visitor
from tvist.access.guard import requires
from tvist.access.policy import PROVED, Act
from tvist.accounts.factors import FactorReset, HalfSignIn, RecoveryCode, SecondFactor
from tvist.accounts.models import SignIn, SignInAttempt
from tvist.accounts.passwords import hash_password
from tvist.accounts.sign_ins import IDLE, PROOF_HOLDS_FOR
from tvist.accounts.throttle import PER_ACCOUNT
from tvist.clock import now, today
from tvist.delivery.models import Letter, LetterKind
from tvist.pages import make_app

ASTA = "asta@example.invalid"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture(scope="session")
def phrase_hash():
    return hash_password(PHRASE)


@pytest.fixture
def asta(cast, database, phrase_hash):
    with database.writing() as session:
        give_phrase(session, cast.asta, phrase_hash, began_on=today())
        session.commit()
    return cast.asta


def all_of(database, table):
    with database.reading() as session:
        return list(session.scalars(sa.select(table).order_by(*table.__table__.primary_key.columns)))


def letters(database):
    return [found.kind for found in all_of(database, Letter)]


def make_old(database, **values):
    with database.writing() as session:
        session.execute(sa.update(SignIn).values(**values))
        session.commit()


def forget_spent(database):
    with database.writing() as session:
        session.execute(sa.update(SecondFactor).values(last_step=0))
        session.commit()


@pytest.fixture
def kept_page(installation, cast):
    """Asta at a page that asks for something every few seconds by itself."""
    bp = Blueprint("kept", __name__)

    @bp.route("/kept", methods=["POST"])
    @requires(Act.CHANGE_OWN_ACCOUNT, noted_once_in=timedelta(minutes=30))
    def kept():
        return jsonify(kept=True)

    app = make_app(installation)
    app.register_blueprint(bp)
    visitor = Visitor(app)
    visitor.get("/demo")
    visitor.post("/demo", {"person": cast.asta.public_id})
    visitor.get("/account")
    return visitor


@contextmanager
def listening(database, event, heard):
    sa.event.listen(database.engine, event, heard)
    yield
    sa.event.remove(database.engine, event, heard)


def half_way(app):
    visitor = Visitor(app)
    visitor.get(visitor.first_step(ASTA).location)
    return visitor


def test_who_has_no_second_step_sets_one_up_and_gets_codes_once(app, database, asta):
    visitor = half_way(app)
    assert "Sett opp det andre steget" in visitor.page
    key = re.search(r'class="tv-key">([A-Z2-7 ]+)<', visitor.page)[1].replace(" ", "")
    sent = {"app_name": "Telefonen", "one_time_setup": visitor.field("one_time_setup"), "next": "/account"}
    assert visitor.post("/sign-in/set-up", {**sent, "one_time_code": "000 000"}).status_code == 422
    assert "Koden er ikke riktig" in visitor.page
    assert key in visitor.page.replace(" ", ""), "the same key is shown again"
    assert all_of(database, SecondFactor) == []
    sent["one_time_setup"] = visitor.field("one_time_setup")
    answer = visitor.post("/sign-in/set-up", {**sent, "one_time_code": pyotp.TOTP(key).now()}, headers={**FIREFOX})
    assert answer.status_code == 200
    codes = re.search(r'id="codes">([^<]+)<', visitor.page)[1].split()
    assert len(codes) == 10
    assert letters(database) == [LetterKind.SIGN_IN_CHANGED]
    visitor.get("/account/security")
    assert codes[0] not in visitor.page
    assert "Du har ikke bekreftet" in visitor.page
    assert "Firefox, Linux" in visitor.page
    assert visitor.post("/account/security/codes/kept", {"next": "/account"}).location == "/account"
    assert "Du har ikke bekreftet" not in visitor.get("/account/security").text
    assert visitor.post("/sign-in/set-up", sent).location == "/account", "the half sign-in is used"
    assert visitor.get("/desk").status_code == 200


def test_half_a_sign_in_opens_the_second_step_and_nothing_else(app, database, installation, asta):
    with database.writing() as session:
        an_app(session, installation.keys, asta, now())
        session.commit()
    visitor = half_way(app)
    assert "Bekreft at det er deg" in visitor.page
    for path in ("/desk", "/account", "/account/security", "/account/security/new", "/proof", "/sign-in/left", "/cases"):
        assert visitor.get(path).location.startswith("/sign-in?next="), path
    assert visitor.post("/account/password", {"old_password": PHRASE, "password": "x"}).status_code == 401
    visitor.get("/sign-in/second")
    assert visitor.post("/sign-in/set-up", {"app_name": "x", "one_time_code": "1", "one_time_setup": "x"}).status_code == 409
    assert len(all_of(database, SecondFactor)) == 1, "the pass phrase alone adds no other"
    visitor.get("/sign-in/second")
    visitor.post("/sign-out")
    assert all_of(database, HalfSignIn)[0].ended_at is not None
    visitor.get("/sign-in")
    assert visitor.post("/sign-in/second", {"one_time_code": a_code(now())}).status_code == 401
    assert "Begynn på nytt" in visitor.page


def test_a_half_sign_in_is_given_up_or_runs_out(app, database, asta):
    visitor = half_way(app)
    assert visitor.post("/sign-in/again", {"next": "/account"}).location == "/sign-in?next=/account"
    assert visitor.get("/sign-in/second").status_code == 401
    other = half_way(app)
    with database.writing() as session:
        session.execute(sa.update(HalfSignIn).values(expires_at=now()))
        session.commit()
    assert other.post("/sign-in/second", {"one_time_code": "123456"}).status_code == 401


def test_a_code_that_was_used_lets_nobody_in_again(app, database, asta):
    code, here, there = a_fresh_code(app, ASTA), half_way(app), half_way(app)
    assert here.post("/sign-in/second", {"one_time_code": code}).status_code == 303
    assert there.post("/sign-in/second", {"one_time_code": code}).status_code == 422
    assert "eller den er brukt" in there.page
    assert there.post("/sign-in/second", {"one_time_code": ""}).status_code == 422
    assert "Skriv koden." in there.page
    assert len(all_of(database, SignIn)) == 1


def test_after_wrong_codes_one_waits_and_a_recovery_code_still_works(app, database, installation, asta):
    from tvist.accounts.code_apps import new_recovery_codes

    code, visitor = a_fresh_code(app, ASTA), half_way(app)
    with database.writing() as session:
        codes = new_recovery_codes(session.merge(asta), installation.keys, at=now())
        session.commit()
    for _ in range(PER_ACCOUNT):
        assert visitor.post("/sign-in/second", {"one_time_code": "000000"}).status_code == 422
    assert visitor.post("/sign-in/second", {"one_time_code": code}).status_code == 429
    assert "Vent 15 minutter" in visitor.page
    assert "000000" not in " ".join(str(vars(found)) for found in all_of(database, SignInAttempt))
    assert visitor.post("/sign-in/second", {"one_time_code": codes[3]}).location == "/desk"
    assert letters(database) == [LetterKind.SIGN_IN_CHANGED]
    assert "9 av 10" in visitor.get("/account/security").text


@pytest.mark.parametrize("credential", ["x", "{}", '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}', "[1]"])
def test_a_passkey_that_is_none_is_refused_everywhere(app, database, installation, asta, credential):
    visitor = Visitor(app)
    page = visitor.get("/sign-in").text
    assert 'data-passkey="get"' in page
    assert visitor.post("/sign-in/passkey", {"credential": credential}).status_code == 422
    assert "Passnøkkelen passet ikke" in visitor.page
    visitor = half_way(app)
    answer = visitor.post("/sign-in/set-up", {"credential": credential, "passkey_name": "x"})
    assert answer.status_code == 422
    assert "Passnøkkelen passet ikke" in visitor.page
    a_fresh_code(app, ASTA)
    assert visitor.post("/sign-in/second", {"credential": credential}).status_code == 422
    assert all_of(database, SignIn) == []


def test_a_link_for_a_pass_phrase_removes_no_second_step(app, database, asta):
    a_fresh_code(app, ASTA)
    visitor = Visitor(app)
    visitor.get("/password/forgotten")
    visitor.post("/password/forgotten", {"email": ASTA})
    link = all_of(database, Letter)[-1].link
    visitor.get(link)
    visitor.post(link, {"password": "helt nye ord på rad"})
    visitor.get(visitor.first_step(ASTA, "helt nye ord på rad").location)
    assert "Bekreft at det er deg" in visitor.page
    assert visitor.get("/desk").status_code == 302


def test_an_act_that_weighs_more_asks_for_a_fresh_proof_and_carries_what_was_typed(app, database, installation, cast):
    with database.writing() as session:
        an_app(session, installation.keys, cast.adam, now())
        session.commit()
    visitor = Visitor(app)
    _sign_in(visitor.client, installation, cast.adam, proved=False)
    assert visitor.get("/users?after=x").location == "/proof?next=/users?after%3Dx"
    visitor.get("/account")
    reset = f"/users/{cast.bo.public_id}/second-step"
    answer = visitor.post(reset, {"reason": "Mistet <telefonen>", "_key": "key-1"})
    assert answer.status_code == 401
    assert "Det du skrev, er med" in visitor.page
    assert all_of(database, FactorReset) == []
    carried = {name: visitor.field(name) for name in ("_carried_to", "_carried", "next")}
    assert visitor.post("/proof", {"one_time_code": "123", **carried}).status_code == 422
    carried = {name: visitor.field(name) for name in ("_carried_to", "_carried", "next")}
    assert visitor.post("/proof", {"one_time_code": a_code(now()), **carried}).status_code == 200
    assert "Du har vist at det er deg" in visitor.page
    assert visitor.field("reason") == "Mistet <telefonen>"
    sent = {"reason": visitor.field("reason"), "_key": visitor.field("_key")}
    assert visitor.post(reset, sent).location == f"/users/{cast.bo.public_id}"
    assert [found.reason for found in all_of(database, FactorReset)] == ["Mistet <telefonen>"]
    assert letters(database) == [LetterKind.SIGN_IN_RESET]
    make_old(database, proved_at=now() - PROOF_HOLDS_FOR - timedelta(seconds=1))
    assert visitor.get("/users").location == "/proof?next=/users"


def test_who_may_not_is_told_so_and_not_asked_to_prove_anything(ask, cast):
    assert ask("GET", "/users", as_=cast.asta, proved=False).status_code == 403
    assert ask("GET", f"/users/{cast.bo.public_id}", as_=cast.asta, proved=False).status_code == 404
    assert ask("GET", "/users", as_=cast.adam, proved=False).status_code == 302
    assert len(PROVED) >= 5


def test_in_the_demo_one_click_proves(app, database, cast):
    visitor = Visitor(app)
    visitor.get("/demo")
    visitor.post("/demo", {"person": cast.adam.public_id})
    assert visitor.get("/users").status_code == 200, "who has just signed in has proved it"
    make_old(database, proved_at=None)
    visitor.get(visitor.get("/users").location)
    assert "(demo)" in visitor.page
    assert visitor.post("/proof", {"demo": "yes", "next": "/users"}).location == "/users"
    assert visitor.get("/users").status_code == 200


def test_a_real_person_never_proves_by_a_click(app, database, installation, cast):
    with database.writing() as session:
        session.execute(sa.text("UPDATE \"user\" SET is_invented = :no WHERE email = 'adam@example.invalid'"), {"no": False})
        session.commit()
    visitor = Visitor(app)
    _sign_in(visitor.client, installation, cast.adam, proved=False)
    visitor.get("/proof?next=/users")
    assert "Logg ut og inn igjen" in visitor.page
    assert visitor.post("/proof", {"demo": "yes", "next": "/users"}).status_code == 422
    assert visitor.get("/users").status_code == 302


def test_factors_are_renamed_and_removed_but_never_the_last_one(app, database, installation, asta):
    with database.writing() as session:
        first = an_app(session, installation.keys, asta, now(), "En").public_id
        an_app(session, installation.keys, asta, now(), "To")
        session.commit()
    here, there = Visitor(app), Visitor(app)
    for visitor in (there, here):
        visitor.sign_in(ASTA)
    here.get(f"/account/security/factors/{first}")
    assert here.post(f"/account/security/factors/{first}", {"name": " "}).status_code == 422
    assert here.post(f"/account/security/factors/{first}", {"name": "Jobbtelefonen"}).status_code == 303
    assert "Jobbtelefonen" in here.get("/account/security").text
    here.get(f"/account/security/factors/{first}/remove")
    assert here.post(f"/account/security/factors/{first}/remove").status_code == 303
    assert there.get("/account").status_code == 302, "signed out everywhere else"
    (left,) = all_of(database, SecondFactor)
    here.get(f"/account/security/factors/{left.public_id}/remove")
    assert "eneste du har" in here.page
    assert here.post(f"/account/security/factors/{left.public_id}/remove").status_code == 409
    assert letters(database) == [LetterKind.SIGN_IN_CHANGED]


def test_another_app_and_new_codes_need_a_proof(app, database, asta):
    visitor = Visitor(app)
    visitor.sign_in(ASTA)
    page = visitor.get("/account/security/new").text
    key = re.search(r'class="tv-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    sent = {"app_name": "Nettbrettet", "one_time_setup": visitor.field("one_time_setup"), "one_time_code": pyotp.TOTP(key).now()}
    assert visitor.post("/account/security/new", sent).status_code == 200
    assert "vises bare nå" in visitor.page
    visitor.get("/account/security/codes")
    before = [found.code_hash for found in all_of(database, RecoveryCode)]
    assert visitor.post("/account/security/codes").status_code == 200
    assert not {found.code_hash for found in all_of(database, RecoveryCode)} & set(before)
    make_old(database, proved_at=now() - timedelta(hours=1))
    for path in ("/account/security/new", "/account/security/codes"):
        assert visitor.get(path).location.startswith("/proof?next="), path
    assert "Nettbrettet" in visitor.get("/account/security").text


def test_sign_ins_are_listed_and_ended_and_only_ones_own(app, database, asta, cast, ask):
    visitors = [Visitor(app) for _ in range(3)]
    for visitor in visitors:
        visitor.sign_in(ASTA)
    here, there, elsewhere = visitors
    numbers = [found.id for found in all_of(database, SignIn)]
    here.get("/account/security")
    assert here.page.count("Ukjent nettleser") >= 3
    assert here.post(f"/account/security/sign-ins/{numbers[0]}/end").status_code == 409
    assert "Logg ut" in html.unescape(here.page)
    here.get("/account/security")
    assert here.post(f"/account/security/sign-ins/{numbers[1]}/end").status_code == 303
    assert there.get("/account").status_code == 302
    assert ask("POST", f"/account/security/sign-ins/{numbers[2]}/end", as_=cast.bo).status_code == 404
    assert ask("POST", f"/account/security/sign-ins/{numbers[2]}/end", as_=cast.adam).status_code == 403
    assert elsewhere.get("/account").status_code == 200
    here.get("/account/security")
    here.post("/account/security/sign-ins/end-others")
    assert elsewhere.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_a_role_given_signs_its_person_out(app, cast, ask):
    visitor = Visitor(app)
    visitor.get("/demo")
    visitor.post("/demo", {"person": cast.eva.public_id})
    fields = {"organisation": str(cast.body.id), "role": "secretariat", "from_on": "2026-03-01", "to_on": ""}
    assert ask("POST", f"/users/{cast.eva.public_id}/roles/new", as_=cast.adam, data=fields).status_code == 303
    assert visitor.get("/account").status_code == 302


def test_a_page_that_asks_keeps_nothing_alive_and_a_person_does(app, database, cast):
    visitor = Visitor(app)
    visitor.get("/demo")
    visitor.post("/demo", {"person": cast.asta.public_id})
    visitor.get("/account")
    assert 'role="alertdialog"' in visitor.page
    seen = now() - IDLE + timedelta(minutes=3)
    make_old(database, last_seen_at=seen)
    assert 170 <= visitor.get("/sign-in/left").json["seconds"] <= 180
    assert all_of(database, SignIn)[0].last_seen_at == seen
    assert visitor.post("/sign-in/stay").json["seconds"] > 3500
    assert all_of(database, SignIn)[0].last_seen_at > seen
    make_old(database, last_seen_at=now() - IDLE)
    assert visitor.get("/sign-in/left").status_code == 302
    assert visitor.post("/sign-in/stay").status_code == 401
    assert 'role="alertdialog"' not in visitor.get("/sign-in").text


def test_a_wrong_try_does_the_same_work_whether_there_is_such_an_account_or_not(app, database, asta):
    """Hashes are compared in test_sign_in.py; here the statements, as times would also tell of other programs."""
    asked = [[], []]
    for said, email in zip(asked, (ASTA, "nobody@example.invalid"), strict=True):
        visitor = Visitor(app)
        visitor.get("/sign-in")
        with listening(database, "before_cursor_execute", lambda _c, _cu, text, *_rest, said=said: said.append(text)):
            visitor.post("/sign-in", {"email": email, "password": "noe helt annet enn det"})
    assert asked[0] == asked[1]


def test_nothing_is_asked_of_the_database_after_a_commit(app, database, asta):
    visitor, said = half_way(app), []
    key = re.search(r'class="tv-key">([A-Z2-7 ]+)<', visitor.page)[1].replace(" ", "")
    carried = {"_carried_to": "/account", "_carried": '{"fields": [["text", "x"]], "had_files": false}'}
    sent = {"app_name": "x", "one_time_setup": visitor.field("one_time_setup"), "one_time_code": pyotp.TOTP(key).now()}
    pages = [("/sign-in/set-up", {**sent, **carried}), ("/account/security/codes/kept", carried), ("/sign-in/second", carried)]
    for path, fields in pages:
        if path == "/sign-in/second":
            visitor.post("/sign-out")
            visitor.get(visitor.first_step(ASTA).location)
            forget_spent(database)
            fields = {**fields, "one_time_code": pyotp.TOTP(key).now()}  # noqa: PLW2901 - the code must be fresh.
        with (
            listening(database, "before_cursor_execute", lambda _c, _cu, text, *_rest: said.append(text)),
            listening(database, "commit", lambda _connection: said.append("COMMIT")),
        ):
            assert visitor.post(path, fields).status_code == 200, path
        assert said[-1] == "COMMIT", path


def test_what_is_typed_says_that_somebody_is_there_and_a_page_that_listens_does_not(kept_page, database):
    seen = now() - timedelta(minutes=20)
    make_old(database, last_seen_at=seen)
    assert kept_page.post("/kept", {"typed": "[]"}).status_code == 200
    assert all_of(database, SignIn)[0].last_seen_at == seen
    kept_page.post("/kept", {"typed": '[{"field": "reason"}]'})
    assert all_of(database, SignIn)[0].last_seen_at > seen


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_pages_are_told_in_the_persons_language(app, database, asta, language):
    with database.writing() as session:
        session.execute(sa.text('UPDATE "user" SET language = :language'), {"language": language})
        session.commit()
    visitor = half_way(app)
    assert f'<html lang="{language}">' in visitor.page
    visitor.sign_in(ASTA)
    for path in ("/account/security", "/account/security/new", "/account/security/codes", "/proof"):
        assert f'<html lang="{language}">' in visitor.get(path).text
