"""Screening through the pages: declared, accepted, sent back, mended, proposed for dismissal, commented on and decided."""

from __future__ import annotations

import pytest

from tests.scenes.intake import declared, dismissal_proposed, filed, letters_arrive
from tests.scenes.kept import lately
from tvist.cases.lifecycle import State
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.intake import rules

PAGES = ("impartiality", "accept", "missing", "dismissal", "cure", "dismissal/comment", "dismissal/dismiss", "dismissal/keep")


@pytest.fixture
def slug(database, cast):
    """A case that Asta has just sent."""
    with database.writing() as session:
        case = filed(session, cast, at=lately())
        session.commit()
        return case.slug


@pytest.fixture
def proposed(database, cast):
    """A case that Siri proposes to dismiss."""
    with database.writing() as session:
        case = dismissal_proposed(session, cast, at=lately())
        session.commit()
        return case.slug


def state_of(database, slug):
    with database.reading() as session:
        return case_at(session, slug).state


def arrive(database, slug):
    with database.writing() as session:
        letters_arrive(session, case_at(session, slug), at=now())
        session.commit()


def do(ask, user, slug, act, **data):
    answer = ask("POST", f"/cases/{slug}/screening/{act}", as_=user, data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer


def test_an_officer_looks_declares_and_accepts(ask, cast, database, slug):
    page = ask("GET", f"/cases/{slug}/screening", as_=cast.siri).get_data(as_text=True)
    assert "Erklær habilitet først" in page
    assert "Staten bør dekke oppholdet." in page
    assert ask("GET", f"/cases/{slug}/screening/accept", as_=cast.siri).status_code == 403

    do(ask, cast.siri, slug, "impartiality", statement="none")

    assert "/screening/accept" in ask("GET", f"/cases/{slug}/screening", as_=cast.siri).get_data(as_text=True)
    assert ask("GET", f"/cases/{slug}/screening/accept", as_=cast.siri).status_code == 200
    do(ask, cast.siri, slug, "accept")
    assert state_of(database, slug) is State.EXCHANGE
    assert ask("POST", f"/cases/{slug}/screening/accept", as_=cast.siri).status_code == 409


def test_a_conflict_closes_the_case_to_the_officer(ask, cast, slug):
    answer = do(ask, cast.stein, slug, "impartiality", statement="conflict", ground="special", words="Nabo av fullmektigen")
    assert answer.location == "/"
    assert ask("GET", f"/cases/{slug}/screening", as_=cast.stein).status_code == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "Velg om du er habil."),
        ({"statement": "maybe"}, "Er du habil"),
        ({"statement": "conflict"}, "Velg grunnen."),
        ({"statement": "doubt", "ground": "special"}, "Skriv hva det gjelder."),
        ({"statement": "none", "ground": "party"}, "Er du habil, skal det ikke stå noen grunn."),
    ],
)
def test_a_declaration_must_be_whole(ask, cast, slug, data, says):
    answer = ask("POST", f"/cases/{slug}/screening/impartiality", as_=cast.siri, data=data)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


def test_what_is_missing_is_asked_for_and_mended(ask, cast, database, slug):
    do(ask, cast.siri, slug, "impartiality", statement="none")
    assert ask("POST", f"/cases/{slug}/screening/missing", as_=cast.siri, data={"text": "  "}).status_code == 422
    do(ask, cast.siri, slug, "missing", text="Legg ved fullmakten.")
    assert state_of(database, slug) is State.DEFICIENT
    assert ask("GET", f"/cases/{slug}/screening/cure", as_=cast.bo).status_code == 404
    do(ask, cast.asta, slug, "cure", text="Her er den.")
    assert state_of(database, slug) is State.RECEIVED


def test_a_dismissal_goes_its_way(ask, cast, database, slug, monkeypatch):
    do(ask, cast.siri, slug, "impartiality", statement="none")
    assert ask("POST", f"/cases/{slug}/screening/dismissal", as_=cast.siri, data={"reasons": "x"}).status_code == 422
    do(ask, cast.siri, slug, "dismissal", ground="outside_mandate", reasons="Bare én av lovene.")
    arrive(database, slug)
    for user in (cast.asta, cast.bo):
        assert "Bare én av lovene." in ask("GET", f"/cases/{slug}/screening/dismissal/comment", as_=user).get_data(as_text=True)
        do(ask, user, slug, "dismissal/comment", text=f"Uttalelse fra {user.name}")
    assert ask("GET", f"/cases/{slug}/screening/dismissal/dismiss", as_=cast.cato).status_code == 403
    do(ask, cast.cato, slug, "impartiality", statement="none")
    page = ask("GET", f"/cases/{slug}/screening/dismissal/dismiss", as_=cast.cato).get_data(as_text=True)
    assert "Uttalelse fra Asta" in page
    assert "Uttalelse fra Bo" in page
    do(ask, cast.cato, slug, "dismissal/dismiss", reasons="Utenfor mandatet.")
    assert state_of(database, slug) is State.DISMISSED


def test_a_side_does_not_read_the_others_comment(ask, cast, proposed):
    do(ask, cast.asta, proposed, "dismissal/comment", text="Bare for lederen")
    assert "Bare for lederen" not in ask("GET", f"/cases/{proposed}/screening/dismissal/comment", as_=cast.bo).get_data(
        as_text=True
    )


def test_the_leader_is_told_to_wait_and_keeps_what_was_written(ask, cast, database, proposed):
    do(ask, cast.cato, proposed, "impartiality", statement="none")
    page = ask("GET", f"/cases/{proposed}/screening/dismissal/dismiss", as_=cast.cato).get_data(as_text=True)
    assert "kan uttale seg om forslaget til og med" in page
    answer = ask("POST", f"/cases/{proposed}/screening/dismissal/dismiss", as_=cast.cato, data={"reasons": "Skrevet tekst"})
    assert answer.status_code == 409
    assert state_of(database, proposed) is State.RECEIVED


def test_the_leader_dismisses_when_the_time_is_out(ask, cast, database, proposed, monkeypatch):
    do(ask, cast.cato, proposed, "impartiality", statement="none")
    monkeypatch.setattr(rules, "today", lambda: now().date().replace(year=2099))
    do(ask, cast.cato, proposed, "dismissal/dismiss", reasons="x")
    assert state_of(database, proposed) is State.DISMISSED


def test_the_leader_lets_the_case_go_on(ask, cast, database, proposed):
    do(ask, cast.cato, proposed, "impartiality", statement="none")
    assert ask("GET", f"/cases/{proposed}/screening/dismissal/keep", as_=cast.cato).status_code == 200
    do(ask, cast.cato, proposed, "dismissal/keep", reasons="Begge lovene kan gjelde.")
    do(ask, cast.siri, proposed, "accept")
    assert state_of(database, proposed) is State.EXCHANGE


def test_two_officers_who_accept_at_once_do_it_once(ask, cast, database, slug):
    with database.writing() as session:
        declared(case_at(session, slug), session.merge(cast.siri), at=lately())
        declared(case_at(session, slug), session.merge(cast.stein), at=lately())
        session.commit()
    do(ask, cast.siri, slug, "accept")
    assert ask("POST", f"/cases/{slug}/screening/accept", as_=cast.stein).status_code == 409


@pytest.mark.parametrize("stranger", ["bo", "dag", "frida", "eva", "adam"])
def test_strangers_find_no_screening(ask, cast, slug, stranger):
    for page in PAGES:
        assert ask("GET", f"/cases/{slug}/screening/{page}", as_=getattr(cast, stranger)).status_code == 404, page
    assert ask("GET", f"/cases/{slug}/screening", as_=getattr(cast, stranger)).status_code == 404


@pytest.mark.parametrize("language", ["nn", "en"])
def test_screening_speaks_the_readers_language(ask, cast, database, slug, language):
    with database.writing() as session:
        session.merge(cast.siri).language = language
        session.commit()
    page = ask("GET", f"/cases/{slug}/screening", as_=cast.siri).get_data(as_text=True)
    assert {"nn": "Førehandsprøving", "en": "Screening of case"}[language] in page
