"""The secretariat's letters begin with what is missing, are looked at before they leave, and a dismissal is looked at anew (rules 16, 17)."""

from __future__ import annotations

import html
import re

import pytest

from tests.scenes.intake import declared, filed, letters_arrive
from tests.scenes.kept import lately
from tvist.cases.lifecycle import State
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.intake import actions


@pytest.fixture
def slug(database, cast):
    """A case of Asta's that Siri has declared for."""
    with database.writing() as session:
        case = declared(filed(session, cast, at=lately()), cast.siri, at=lately())
        session.commit()
        return case.slug


@pytest.fixture
def dismissed(database, cast):
    """A case that Cato has dismissed."""
    with database.writing() as session:
        case = declared(filed(session, cast, at=lately()), cast.siri, at=lately())
        actions.propose_dismissal(case, by=cast.siri, at=now(), ground="no_legal_interest", reasons="Uten betydning.")
        letters_arrive(session, case, at=now())
        for user in (cast.asta, cast.bo):
            actions.comment_on_dismissal(case, by=user, at=now(), text="Sett.")
        declared(case, cast.cato, at=lately())
        actions.dismiss(case, by=cast.cato, at=now(), reasons="Avvises.")
        letters_arrive(session, case, at=now())
        session.commit()
        return case.slug


def state_of(database, slug):
    with database.reading() as session:
        return case_at(session, slug).state


def typed(page: str) -> str:
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]).strip()


def test_the_screening_ticks_what_the_program_sees_to_be_missing(ask, cast, slug):
    page = ask("GET", f"/cases/{slug}/screening", as_=cast.siri).text
    ticked = set(re.findall(r'value="(\w+)" id="point-\w+" checked', page))
    assert {"delegation", "papers"} <= ticked
    assert "names" not in ticked


def test_ticked_points_become_the_first_words_of_the_letter(ask, cast, slug):
    text = typed(ask("GET", f"/cases/{slug}/screening/missing?point=papers&point=names", as_=cast.siri).text)
    assert "dokumenta som kravet byggjer på" in text
    assert "fødselsnummer" in text
    assert "fullmakt" not in text


def test_a_chosen_ground_brings_first_words_for_the_dismissal(ask, cast, slug):
    page = ask("GET", f"/cases/{slug}/screening/dismissal?ground=before_courts", as_=cast.siri).text
    assert "for domstolane" in typed(page)
    assert re.search(r'checked[^>]*value="before_courts"|value="before_courts"[^>]*checked', page)


def test_a_letter_is_looked_at_before_it_leaves(ask, cast, slug, database):
    path = f"/cases/{slug}/screening/missing"
    looked = ask("POST", path, as_=cast.siri, data={"text": "Legg ved <fullmakten>.", "then": "look"})
    assert looked.status_code == 200
    assert "Legg ved &lt;fullmakten&gt;." in looked.text
    assert "postmottak-4639@example.invalid" in looked.text
    assert state_of(database, slug) is State.RECEIVED
    assert ask("POST", path, as_=cast.siri, data={"text": "Legg ved <fullmakten>."}).status_code == 303
    assert state_of(database, slug) is State.DEFICIENT


@pytest.mark.parametrize(
    ("path", "typed"),
    [("missing", {"text": "Legg ved fullmakten."}), ("dismissal", {"ground": "no_legal_interest", "reasons": "Uten betydning."})],
)
def test_the_officer_who_looks_at_a_letter_signs_it(ask, cast, slug, path, typed):
    looked = ask("POST", f"/cases/{slug}/screening/{path}", as_=cast.siri, data=typed | {"then": "look"}).text
    assert "<strong>Siri Oppdiktet</strong><br>saksbehandlar" in looked
    assert "inga underskrift" not in looked


def test_what_was_looked_at_is_still_there_to_be_changed(ask, cast, slug):
    path = f"/cases/{slug}/screening/missing"
    ask("POST", path, as_=cast.siri, data={"text": "Legg ved fullmakten.", "then": "look"})
    assert typed(ask("GET", path, as_=cast.siri).text) == "Legg ved fullmakten."


def test_related_cases_are_shown_to_who_has_declared(ask, cast, slug, database):
    with database.writing() as session:
        other = filed(session, cast, at=lately())
        session.commit()
        number = other.number
    assert number in ask("GET", f"/cases/{slug}/screening", as_=cast.siri).text
    assert number not in ask("GET", f"/cases/{slug}/screening", as_=cast.stein).text


def test_a_party_asks_for_a_new_look_and_the_leader_takes_the_case_up(ask, cast, dismissed, database):
    path = f"/cases/{dismissed}/screening/new-look"
    assert ask("POST", path, as_=cast.asta, data={"text": " "}).status_code == 422
    assert ask("POST", path, as_=cast.asta, data={"text": "Nytt vedtak."}).location == f"/cases/{dismissed}"
    assert ask("POST", path, as_=cast.bo, data={"text": "Også vi."}).status_code == 409
    decide = f"{path}/take-up"
    assert "Nytt vedtak." in ask("GET", decide, as_=cast.cato).text
    assert ask("POST", decide, as_=cast.cato, data={"reasons": "Nye opplysninger."}).location == f"/cases/{dismissed}"
    assert state_of(database, dismissed) is State.RECEIVED


def test_the_leader_lets_the_dismissal_stand(ask, cast, dismissed, database):
    path = f"/cases/{dismissed}/screening/new-look"
    ask("POST", path, as_=cast.asta, data={"text": "Nytt vedtak."})
    assert ask("POST", f"{path}/refuse", as_=cast.cato, data={"reasons": "Ikke noe nytt."}).status_code == 303
    assert state_of(database, dismissed) is State.DISMISSED
    assert "Avvisningen ble stående" in ask("GET", f"/cases/{dismissed}", as_=cast.asta).text


@pytest.mark.parametrize("who", ["siri", "asta", "frida"])
def test_nobody_but_the_leader_decides_a_new_look(ask, cast, dismissed, who):
    path = f"/cases/{dismissed}/screening/new-look"
    ask("POST", path, as_=cast.asta, data={"text": "Nytt vedtak."})
    assert ask("GET", f"{path}/take-up", as_=getattr(cast, who)).status_code == (404 if who == "frida" else 403)
