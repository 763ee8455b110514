"""What is wrong is said in plain words, with what to do; nothing typed is lost, and nothing inner is shown."""

import pytest
from flask import Blueprint, abort
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from tests.conftest import check_page
from tests.visitor import Visitor
from tvist.access.guard import open_to_all
from tvist.away import StoreAway
from tvist.errors import CannotProceed, NotAllowed, NotFound
from tvist.pages import make_app
from tvist.words import LANGUAGES, Message, render

RAISED = {
    "404": NotFound(),
    "403": NotAllowed(),
    "409": CannotProceed([Message("web.fill_in"), Message("web.not_a_number")]),
    "stale": StaleDataError("inner words"),
    "lost": IntegrityError("inner words", {}, Exception("inner words")),
    "500": RuntimeError("inner words"),
    "503": StoreAway("inner words"),
}
STATUS = {"stale": 409, "lost": 409}


@pytest.fixture
def visitor(installation):
    bp = Blueprint("broken", __name__)

    @bp.route("/broken/<how>", methods=["GET", "POST"])
    @open_to_all
    def broken(how):
        if how == "400":
            abort(400)
        if how == "teapot":
            abort(418)
        raise RAISED[how]

    app = make_app(installation)
    app.register_blueprint(bp)
    found = Visitor(app)
    found.get("/")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ["400", "403", "404", "409", "500", "503", "stale", "lost"])
def test_each_error_has_a_page_in_each_language(visitor, how, language):
    visitor.post("/language", {"language": language})
    answer = visitor.get(f"/broken/{how}")
    status = STATUS.get(how) or int(how)
    assert answer.status_code == status
    assert f'<html lang="{language}">' in visitor.page
    assert render(Message(f"errors.heading_{status}"), language) in visitor.page
    assert "inner words" not in visitor.page


@pytest.mark.parametrize("how", ["409", "stale", "500", "503"])
def test_what_was_typed_is_shown_for_copying(visitor, how):
    visitor.post(f"/broken/{how}", {"text": "En lang begrunnelse <b>", "password": "min hemmelige frase", "_seen": "1234"})
    assert "En lang begrunnelse &lt;b&gt;" in visitor.page
    assert "hemmelige" not in visitor.page
    assert "1234" not in visitor.page


def test_all_that_stands_in_the_way_is_listed(visitor):
    visitor.get("/broken/409")
    assert "Disse tingene står i veien" in visitor.page
    assert "Fyll ut feltet." in visitor.page
    assert "Skriv et helt tall" in visitor.page


def test_an_error_of_ours_has_a_reference_number_that_the_log_knows_too(visitor, caplog):
    visitor.post("/broken/500", {"text": "Kari Nordmann"})
    (record,) = [found for found in caplog.records if "crash" in found.message]
    assert record.args[0] in visitor.page
    assert "test_errors.py" in record.message
    assert "Nordmann" not in record.message
    assert "inner words" not in record.message


def test_a_form_that_is_too_large_is_read_to_its_end_and_answered(visitor):
    answer = visitor.post("/language", {"language": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "Det du sendte, er for stort" in visitor.page


def test_a_page_that_is_not_there_still_knows_who_asks(ask, cast):
    page = ask("GET", "/nowhere", as_=cast.asta).get_data(as_text=True)
    assert "Asta Oppdiktet" in page


def test_a_button_is_no_page(ask):
    assert ask("GET", "/sign-out").status_code == 405


def test_other_refusals_of_the_web_get_the_page_of_a_bad_request(visitor):
    assert visitor.get("/broken/teapot").status_code == 418
    assert "kunne ikke leses" in visitor.page


def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(app):
    client = app.test_client()
    answer = client.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    check_page(answer.get_data(as_text=True))
    with client.get("/static/tvist.css") as style:
        assert "no-store" not in style.headers.get("Cache-Control", "")
