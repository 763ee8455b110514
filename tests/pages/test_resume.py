"""A sign-in that ends in the middle of a form loses nothing, and stores nothing for a stranger."""

from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Blueprint, request
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.people import give_phrase
from tests.second_steps import a_fresh_code
from tests.visitor import PHRASE, Visitor
from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.accounts.models import SignIn
from tvist.accounts.passwords import hash_password
from tvist.clock import now, today
from tvist.pages import make_app

TEXT = "Kommunen har betalt i tre måneder.\n\nSe <vedlegg> & «faktura»."


def letter_box(received):
    bp = Blueprint("box", __name__)

    @bp.route("/box", methods=["GET", "POST"])
    @requires(Act.CHANGE_OWN_ACCOUNT, max_bytes=10_000_000)
    def box():
        if request.method == "POST":
            received.append((request.form.getlist("text"), request.form["_key"]))
            return finish("/account")
        return "a form"

    return bp


@pytest.fixture
def received():
    return []


@pytest.fixture
def visitor(installation, cast, database, received):
    """Asta, signed in by pass phrase, with a page open."""
    with database.writing() as session:
        give_phrase(session, cast.asta, hash_password(PHRASE), began_on=today())
        session.commit()
    app = make_app(installation)
    app.register_blueprint(letter_box(received))
    asta = Visitor(app)
    asta.sign_in("asta@example.invalid")
    asta.get("/account")
    return asta


def end_all(database):
    with database.writing() as session:
        session.execute(sa.update(SignIn).values(ended_at=now()))
        session.commit()


def test_what_was_typed_comes_along_through_the_sign_in(visitor, database, received):
    end_all(database)
    assert visitor.post("/box", {"text": [TEXT, "to"], "_key": "key-1"}).status_code == 401
    assert "Det du skrev, er med" in visitor.page
    carried = {name: visitor.field(name) for name in ("_carried_to", "_carried", "next")}
    visitor.post("/sign-in", {"email": "asta@example.invalid", "password": "feil passord her", **carried})
    assert "_carried" in visitor.page
    visitor.post("/sign-in", {"email": "asta@example.invalid", "password": PHRASE, **carried})
    assert "Bekreft at det er deg" in visitor.page
    code = a_fresh_code(visitor.app, "asta@example.invalid")
    carried = {name: visitor.field(name) for name in ("_carried_to", "_carried", "next")}
    assert visitor.post("/sign-in/second", {"one_time_code": "abc", **carried}).status_code == 422
    answer = visitor.post("/sign-in/second", {"one_time_code": code, **carried})
    assert answer.status_code == 200
    assert "Send det du skrev" in visitor.page
    assert visitor.field("text") == "to"
    assert received == []
    sent = visitor.post("/box", {"text": [TEXT, "to"], "_key": visitor.field("_key")})
    assert (sent.status_code, received) == (303, [([TEXT, "to"], "key-1")])


def test_a_page_with_an_old_token_leads_straight_to_sending_again(visitor, received):
    answer = visitor.post("/box", {"text": TEXT, "_key": "key-1", "csrf_token": "old"})
    assert answer.status_code == 400
    assert "Send det du skrev" in visitor.page
    assert received == []
    assert visitor.post("/box", {"text": TEXT, "_key": "key-1"}).status_code == 303


def test_files_are_not_carried_and_the_page_says_so(visitor, database):
    end_all(database)
    paper = FileStorage(BytesIO(b"x" * 5_000_000), "bilag.pdf")
    boundary, body = encode_multipart({"csrf_token": visitor.token(), "text": TEXT, "_key": "k", "paper": paper})
    visitor.send("/box", body, content_type=f'multipart/form-data; boundary="{boundary}"')

    assert "Filene du hadde valgt, er ikke med" in visitor.page


def test_nothing_is_carried_that_another_site_sent(visitor, database):
    end_all(database)
    answer = visitor.post("/box", {"text": TEXT}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401
    assert "_carried" not in visitor.page
    assert "Kommunen har betalt" not in visitor.page


def test_pass_phrases_are_never_put_into_a_page(visitor, database):
    end_all(database)
    visitor.post("/account/password", {"old_password": PHRASE, "password": "helt nye ord på rad", "_key": "k"})
    assert PHRASE not in visitor.page
    assert "helt nye ord" not in visitor.page


def test_a_key_used_by_the_sign_in_form_itself_is_not_carried_on_twice(visitor, database):
    end_all(database)
    visitor.post("/box", {"text": TEXT, "_key": "key-1"})
    carried = {name: visitor.field(name) for name in ("_carried_to", "_carried")}
    answer = visitor.post("/sign-in", {"email": "asta@example.invalid", "password": PHRASE, "csrf_token": "old", **carried})
    assert answer.status_code == 401
    assert visitor.field("_carried") == carried["_carried"]
    assert PHRASE not in visitor.page


@pytest.mark.parametrize("broken", ["no json", "[]", '{"fields": 3}', '{"fields": [["a"]], "had_files": false}'])
def test_a_broken_parcel_is_left_out(visitor, broken):
    visitor.post("/sign-out")
    visitor.get("/sign-in")
    answer = visitor.post(
        "/sign-in", {"email": "asta@example.invalid", "password": PHRASE, "_carried_to": "/box", "_carried": broken}
    )
    assert answer.location == "/sign-in/second?next=/desk"
