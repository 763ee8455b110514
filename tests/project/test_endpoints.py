"""Every page is guarded by an act, or stands in the list of those for everybody."""

import pytest

from tvist.access.policy import POLICY, PROVED
from tvist.pages import MENU, make_app

FOR_EVERYBODY = {
    "accounts.welcome",
    "accounts.sign_in",
    "accounts.sign_out",
    "accounts.language",
    "accounts.demo",
    "signin.second",
    "signin.set_up_first",
    "signin.by_passkey",
    "signin.give_up",
    "outside.sign_in",
    "outside.letter",
    "outside.back",
    "published.opinions",
    "published.opinion",
    "published.opinion_file",
    "published.law",
    "published.feed",
    "published.site_map",
    "published.site_map_part",
    "published.robots",
    "password.forgotten",
    "password.choose",
    "delivery.take_bounces",
    "teams.ask",
    "teams.answer",
    "teams.wake",
    "teams.confirm_by_letter",
    "published.verify",
    "published.verify_by_code",
}


@pytest.fixture
def kind():
    """One database is enough: pages do not differ."""
    return "sqlite"


@pytest.fixture
def views(app):
    return {name: view for name, view in app.view_functions.items() if name != "static"}


def test_every_page_has_passed_the_guard(views):
    assert [name for name, view in views.items() if not hasattr(view, "gate")] == []


def test_only_the_pages_of_the_list_are_for_everybody(views):
    assert {name for name, view in views.items() if view.gate.act is None} == FOR_EVERYBODY


def test_every_page_asks_for_an_act_of_the_policy(views):
    assert {view.gate.act for view in views.values()} - {None} <= POLICY.keys()


def test_every_page_about_a_thing_says_how_it_is_found(app, views):
    """A page with a part in its address has a loader, or is for everybody."""
    with_parts = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments and rule.endpoint != "static"}
    assert [name for name in with_parts if views[name].gate.of is None and views[name].gate.act is not None] == []


def test_every_act_that_needs_a_fresh_proof_is_the_act_of_some_page(views):
    assert {view.gate.act for view in views.values()} >= PROVED
    assert all(view.gate.asks_for_proof for view in views.values() if view.gate.act in PROVED)


def test_the_menu_leads_to_pages_that_ask_for_what_the_menu_asks(app, views):
    there = app.url_map.bind("")
    for act, path, _code in MENU:
        assert views[there.match(path, "GET")[0]].gate.act == act


def test_the_application_is_made_twice_alike(installation, app):
    assert make_app(installation).view_functions.keys() == app.view_functions.keys()
