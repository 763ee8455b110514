"""The pages of objections, doubt and rulings, asked for as people do; bad luck and people at the same moment (rules 29, 30)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.pages.test_at_once import at_once
from tests.scenes import panel as scenes
from tests.scenes.decision import present
from tvist.cases.history import Statement
from tvist.cases.models import Case
from tvist.clock import now
from tvist.panel.actions import declare
from tvist.panel.challenges import Challenge, ChallengeEnd, Ruling
from tvist.panel.models import SeatKind
from tvist.panel.objecting import object_to
from tvist.panel.rules import holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people import Cast
    from tvist.db import Database

    Ask = Callable[..., object]

__all__ = ["at_once"]
WORDS = "Medlemmet har uttalt seg offentlig om saken."
DOUBT = "Jeg kjenner en av fullmektigene fra studietiden."
HOUR = timedelta(hours=1)


@pytest.fixture
def take(database: Database, cast: Cast) -> Callable[..., str]:
    """Make a case by a scene, lately; returns where its pages begin."""

    def taking(scene: str = "declared") -> str:
        with database.writing() as session:
            case = getattr(scenes, scene)(session, present(session, cast), at=now() - HOUR)
            session.commit()
            return f"/cases/{case.slug}"

    return taking


def read(ask: Ask, url: str, who: object) -> str:
    return ask("GET", url, as_=who).get_data(as_text=True)


def objecting(*members: str, words: str = WORDS) -> dict[str, object]:
    return {"answer": "objection", "members": list(members), "words": words}


def ruling_at(database: Database, place: int = -1) -> str:
    """The address of a challenge below the case."""
    with database.reading() as session:
        return f"panel/rulings/{session.scalars(sa.select(Challenge).order_by(Challenge.id)).all()[place].public_id}"


def test_a_party_answers_that_it_does_not_object(ask: Ask, cast: Cast, take: Callable[..., str]) -> None:
    at = take()
    assert "Ta stilling til hvem som sitter i nemnda" in read(ask, at, cast.asta)
    assert cast.frida.name in read(ask, f"{at}/panel/objection", cast.asta)
    assert ask("POST", f"{at}/panel/objection", as_=cast.asta, data={"answer": "none"}).location == f"{at}/panel"
    assert "Ta stilling til hvem som sitter i nemnda" not in read(ask, at, cast.asta)
    page = read(ask, f"{at}/panel/objection", cast.asta)
    assert "Dere har alt svart" in page
    assert "/messages" in page
    answer = ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("ks"))
    assert answer.status_code == 409
    assert WORDS in answer.get_data(as_text=True)
    for stranger in (cast.cato, cast.siri, cast.dag):
        assert ask("GET", f"{at}/panel/objection", as_=stranger).status_code in {403, 404}


def test_an_objection_says_what_is_missing_and_keeps_what_was_typed(ask: Ask, cast: Cast, take: Callable[..., str]) -> None:
    at = take()
    for given, text in (
        ({"answer": "objection", "words": WORDS}, "Velg hvem innsigelsen gjelder"),
        (objecting("ks", words=" "), "Skriv hva innsigelsen bygger på"),
        ({}, "Velg om dere har innsigelser"),
    ):
        answer = ask("POST", f"{at}/panel/objection", as_=cast.asta, data=given)
        assert (answer.status_code, text in answer.get_data(as_text=True)) == (422, True)
    old = ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("ks") | {"_seen": "2"})
    assert (old.status_code, WORDS in old.get_data(as_text=True)) == (409, True)


def test_an_objection_is_read_by_all_and_ruled_on_with_reasons(
    ask: Ask, cast: Cast, take: Callable[..., str], database: Database
) -> None:
    at = take()
    assert ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("ks"), key="once").location == f"{at}/panel"
    assert ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("ks"), key="once").location == f"{at}/panel"
    for reader in (cast.asta, cast.bo, cast.siri, cast.kaare, cast.cato):
        page = read(ask, f"{at}/panel", reader)
        assert WORDS in page
        assert "Ikke avgjort ennå" in page
    url = f"{at}/{ruling_at(database)}"
    assert WORDS in read(ask, f"{at}/panel/declare", cast.kaare)
    assert ask("GET", f"{at}/panel/rulings", as_=cast.cato).location == url
    assert WORDS in read(ask, url, cast.cato)
    answer = ask("POST", url, as_=cast.cato, data={"view": "stays", "reasons": ""})
    assert (answer.status_code, "Skriv begrunnelsen" in answer.get_data(as_text=True)) == (422, True)
    for member in (cast.cato, cast.frida):
        assert ask("POST", url, as_=member, data={"view": "stays", "reasons": "Omtalen var allmenn."}).location == f"{at}/panel"
    for reader in (cast.asta, cast.bo, cast.siri, cast.kaare):
        page = read(ask, f"{at}/panel", reader)
        assert "er habil og blir sittende" in page
        assert "Omtalen var allmenn." in page


def test_of_a_members_doubt_the_parties_read_the_result_alone(
    ask: Ask, cast: Cast, take: Callable[..., str], database: Database
) -> None:
    at = take()
    doubt = {"statement": "doubt", "ground": "special", "words": DOUBT}
    assert ask("POST", f"{at}/panel/declare", as_=cast.kaare, data=doubt).location == at
    assert "De andre avgjør det" in read(ask, f"{at}/panel/declare", cast.kaare)
    for party in (cast.asta, cast.bo):
        page = read(ask, f"{at}/panel", party)
        assert cast.kaare.name in page
        assert "tvil" not in page
    assert DOUBT in read(ask, f"{at}/panel", cast.siri)
    url = f"{at}/{ruling_at(database)}"
    ask("POST", url, as_=cast.cato, data={"view": "stays", "reasons": "Det er lenge siden."})
    ask("POST", url, as_=cast.frida, data={"view": "steps_down", "reasons": "Det er et nært vennskap."})
    for party in (cast.asta, cast.bo):
        page = read(ask, f"{at}/panel", party)
        assert "gått ut av saken" in page
        assert "nært vennskap" not in page
        assert DOUBT not in page
        assert cast.klara.name not in page
    assert ask("GET", at, as_=cast.kaare).status_code == 404
    assert ask("GET", f"{at}/panel/declare", as_=cast.klara).status_code == 200


def test_only_who_is_asked_opens_a_ruling_and_only_of_that_case(
    ask: Ask, cast: Cast, take: Callable[..., str], database: Database
) -> None:
    at, other = take(), take()
    ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("ks"))
    url = ruling_at(database)
    for member, code in ((cast.cato, 200), (cast.kaare, 403), (cast.asta, 403), (cast.klara, 404), (cast.dag, 404)):
        assert ask("GET", f"{at}/{url}", as_=member).status_code == code
    assert ask("GET", f"{other}/{url}", as_=cast.cato).status_code == 404
    assert ask("POST", f"{at}/{url}", as_=cast.kaare, data={"view": "stays", "reasons": "Nei."}).status_code == 403
    assert ask("POST", f"{other}/{url}", as_=cast.cato, data={"view": "stays", "reasons": "Ja."}).status_code == 404


def test_a_deputy_who_is_asked_sees_little_and_may_step_aside(
    ask: Ask, cast: Cast, take: Callable[..., str], database: Database
) -> None:
    at = take()
    ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("ks", "free"))
    url = f"{at}/{ruling_at(database)}"
    page = read(ask, url, cast.finn) + read(ask, at, cast.finn)
    assert "Betaling for opphold i barnevernsinstitusjon" in page
    assert "208" not in page
    assert ask("GET", f"{at}/panel", as_=cast.finn).status_code == 403
    answer = ask("POST", f"{url}/conflict", as_=cast.finn, data={"own-ground": "special", "own-words": ""})
    assert (answer.status_code, "Skriv hva de særegne forholdene" in answer.get_data(as_text=True)) == (422, True)
    assert ask("POST", f"{url}/conflict", as_=cast.finn, data={"own-ground": "employed"}).location == "/"
    assert ask("GET", url, as_=cast.finn).status_code == 404


def test_a_ruling_outside_the_case_leads_home(ask: Ask, cast: Cast, take: Callable[..., str], database: Database) -> None:
    at = take()
    ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("leader", "free", "ks"))
    assert cast.frida.name in read(ask, f"{at}/panel/rulings", cast.klara)
    url = f"{at}/{ruling_at(database, 0)}"
    assert ask("POST", url, as_=cast.klara, data={"view": "stays", "reasons": "Intet nært forhold."}).location == "/"


def test_two_who_rule_at_the_same_moment_decide_once(
    at_once: Callable[..., list[int]], ask: Ask, cast: Cast, take: Callable[..., str], database: Database
) -> None:
    at = take()
    ask("POST", f"{at}/panel/objection", as_=cast.asta, data=objecting("ks"))
    url = f"{at}/{ruling_at(database)}"
    both = {"view": "stays", "reasons": "Omtalen var allmenn."}
    assert at_once((cast.cato, url, both), (cast.frida, url, both)) == [303, 303]
    with database.reading() as session:
        found = session.scalars(sa.select(Challenge)).one()
        assert (found.stays, found.ended_by) == (True, ChallengeEnd.RULED)
        assert session.scalar(sa.select(sa.func.count()).select_from(Ruling)) == 2


def test_an_objection_and_a_declaration_at_the_same_moment_both_stand(
    at_once: Callable[..., list[int]], cast: Cast, take: Callable[..., str], database: Database
) -> None:
    at = take()
    conflict = {"statement": "conflict", "ground": "employed"}
    sent = at_once(
        (cast.asta, f"{at}/panel/objection", objecting("ks")),
        (cast.kaare, f"{at}/panel/declare", conflict),
    )
    assert sent[0] == 303
    assert sent[1] in {303, 409}
    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert holder(case, SeatKind.KS).user_id == cast.klara.id
        assert all(found.ended_by is ChallengeEnd.LEFT for found in case.challenges)


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_pages_speak_the_readers_language(
    ask: Ask, cast: Cast, take: Callable[..., str], database: Database, language: str
) -> None:
    at = take()
    with database.writing() as session:
        here = present(session, cast)
        case = session.scalars(sa.select(Case)).one()
        object_to(case, [holder(case, SeatKind.KS)], by=here.asta, at=now(), words=WORDS)
        declare(case, by=here.frida, at=now(), statement=Statement.DOUBT, ground="special", words=DOUBT)
        for one in (here.asta, here.cato, here.siri, here.frida):
            one.language = language
        session.commit()
    url = f"{at}/{ruling_at(database)}"
    pages = [
        ("/panel", cast.siri),
        ("/panel/objection", cast.asta),
        ("/panel/declare", cast.frida),
        ("/panel/rulings", cast.cato),
    ]
    for page, reader in pages:
        assert ask("GET", at + page, as_=reader).status_code == 200
    assert ask("GET", url, as_=cast.cato).status_code == 200
