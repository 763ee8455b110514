"""The frame of every page, and how fields of each kind are shown."""

import dataclasses
import re

import pytest
from flask import Blueprint, render_template_string, request
from wtforms import BooleanField, FileField, RadioField, SelectField, TextAreaField

from tests.visitor import Visitor
from tvist.access.guard import open_to_all
from tvist.config import Mode
from tvist.pages import make_app
from tvist.web.forms import Needed, TvistForm, choices
from tvist.words import LANGUAGES

PAGE = """{% extends "base.html" %}{% from "_fields.html" import field, form_open, form_close, submit with context %}
{% block title %}All fields{% endblock %}{% block content %}<h1>All fields</h1>{{ form_open(form, files=True) }}
{{ field(form.text, "Say why") }}{{ field(form.side, "One of them") }}{{ field(form.sure, "Read first") }}{{ field(form.list) }}
{{ field(form.paper, "As PDF", optional=True) }}{{ submit("Send") }}{{ form_close() }}{% endblock %}"""
OFFERED = choices([("a", "This"), ("b", "That")])


class AllFields(TvistForm):
    """One field of each kind."""

    text = TextAreaField("Reasons", [Needed("web.fill_in")])
    side = RadioField("Side", [Needed("web.fill_in")], choices=OFFERED)
    sure = BooleanField("I am sure", [Needed("web.fill_in")])
    list = SelectField("List", choices=OFFERED)
    paper = FileField("Paper")


@pytest.fixture
def kind():
    """One database is enough: the frame does not differ."""
    return "sqlite"


@pytest.fixture
def visitor(installation):
    bp = Blueprint("all", __name__)

    @bp.route("/all", methods=["GET", "POST"])
    @open_to_all
    def fields():
        form = AllFields()
        if request.method == "POST":
            form.validate()
        return render_template_string(PAGE, form=form)

    app = make_app(installation)
    app.register_blueprint(bp)
    found = Visitor(app)
    found.get("/all")
    return found


def test_each_control_has_a_label_and_is_tied_to_its_description(visitor):
    ids = set(re.findall(r' id="([^"]+)"', visitor.page))
    assert set(re.findall(r'<label [^>]*for="([^"]+)"', visitor.page)) <= ids
    described = {part for found in re.findall(r'aria-describedby="([^"]+)"', visitor.page) for part in found.split()}
    assert described == {"text-d", "side-d", "sure-d", "paper-d"}
    assert described <= ids
    assert "(valgfritt)" in visitor.page
    assert "aria-invalid" not in visitor.page


def test_what_is_wrong_stands_at_the_top_and_at_its_field(visitor):
    visitor.post("/all", {"text": " ", "list": "c"})
    assert "4 ting må rettes" in visitor.page
    links = re.findall(r'<a class="ds-link" href="#([^"]+)">', visitor.page)
    assert links == ["text", "side", "sure", "list"]
    assert set(links) <= set(re.findall(r' id="([^"]+)"', visitor.page))
    assert visitor.page.count('aria-invalid="true"') == 5
    assert 'aria-describedby="text-d text-e"' in visitor.page


def test_the_key_of_a_form_stays_the_same_while_it_is_corrected(visitor):
    key = visitor.field("_key")
    visitor.post("/all", {"_key": key})
    assert visitor.field("_key") == key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_demo_says_that_all_is_invented(visitor, language):
    visitor.post("/language", {"language": language})
    for path in ("/", "/sign-in", "/demo", "/password/forgotten", "/password/unknown", "/nowhere"):
        visitor.get(path)
        assert f'<html lang="{language}">' in visitor.page
        assert 'class="tv-demo"' in visitor.page


def test_the_menu_offers_what_the_person_may_open(ask, cast):
    def menu(person):
        page = ask("GET", "/account", as_=person).get_data(as_text=True)
        found = re.search(r'<nav class="tv-menu".*?</nav>', page, re.DOTALL)
        return set(re.findall(r'href="([^"]+)"', found[0]))

    assert "/users" in menu(cast.adam)
    assert "/cases" not in menu(cast.adam)
    assert "/cases" in menu(cast.asta)
    assert "/users" not in menu(cast.asta)
    assert "/cases" not in menu(cast.eva)


def test_in_production_there_are_no_invented_people_and_no_banner(installation, cast):
    real = dataclasses.replace(installation, config=dataclasses.replace(installation.config, mode=Mode.PRODUCTION))
    visitor = Visitor(make_app(real))
    assert visitor.get("/demo").status_code == 404
    assert visitor.post("/demo", {"person": cast.siri.public_id}).status_code in {401, 404}
    assert "tv-demo" not in visitor.page
    https = dataclasses.replace(real, config=dataclasses.replace(real.config, base_url="https://tvist.example"))
    answer = make_app(https).test_client().get("/", base_url="https://tvist.example")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert "/demo" not in answer.get_data(as_text=True)
