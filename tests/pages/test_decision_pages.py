"""The panel's pages and the issued opinion: who sees what, and what each page does."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.scenes.decision import Scene, agreed, approved, issued, ordered, present, voted, written
from tests.scenes.panel import referred
from tvist.cases.lifecycle import State
from tvist.cases.queries import case_at
from tvist.decision.votes import own_vote

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.installation import Installation

PAGES = ("", "/questions", "/vote", "/text", "/approve", "/issue", "/call-back", "/draft.pdf", "/dissent")
SLUG = "2026-0001"
AT = f"/cases/{SLUG}/decision"


def made(installation: Installation, cast: Cast, scene: Scene | None = None) -> list[str]:
    """Make the scene and commit; returns the addresses of its questions."""
    with installation.database.writing() as session:
        case = scene(session, cast, installation) if scene else agreed(session, cast)
        session.commit()
        return [question.public_id for question in case.questions]


@pytest.mark.parametrize("page", PAGES)
def test_parties_secretariat_and_strangers_see_nothing_of_the_deliberation(
    page: str, installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, approved)

    statuses = {
        who.name: ask("GET", AT + page, as_=who).status_code
        for who in (cast.asta, cast.bo, cast.siri, cast.adam, cast.lise, cast.eva)
    }

    assert set(statuses.values()) <= {403, 404}, statuses


@pytest.mark.parametrize("scene", [voted, approved, ordered])
def test_nobody_reads_the_opinion_before_it_is_issued(scene: Scene, installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, scene)

    for who in (cast.asta, cast.bo, cast.siri, cast.cato):
        for address in (f"/cases/{SLUG}/opinion", f"{AT}/opinion.pdf"):
            assert ask("GET", address, as_=who).status_code == 404


def test_the_panel_agrees_on_the_questions(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        referred(session, present(session, cast))
        session.commit()
    assert "Hvem bør dekke kravpost\N{NO-BREAK SPACE}1" in ask("GET", f"{AT}/questions", as_=cast.cato).text
    for member in (cast.cato, cast.frida, cast.kaare):
        assert ask("POST", f"{AT}/questions", as_=member).status_code == 303
    assert ask("POST", f"{AT}/questions", as_=cast.frida).status_code == 409
    assert "Spørsmål\N{NO-BREAK SPACE}2" in ask("GET", AT, as_=cast.kaare).text


def test_a_vote_on_shares_and_on_an_amount_is_cast_and_kept(installation: Installation, cast: Cast, ask: Any) -> None:
    responsible, amount = made(installation, cast)
    first = ask("POST", f"{AT}/vote/{responsible}", as_=cast.cato, data={"who": "split", "percent": "40"})
    second = ask("POST", f"{AT}/vote/{amount}", as_=cast.cato, data={"amount": "1 234,50"})

    assert (first.status_code, first.headers["Location"]) == (303, f"{AT}/vote/{amount}")
    assert (second.status_code, second.headers["Location"]) == (303, AT)
    with installation.database.reading() as session:
        case = case_at(session, SLUG)
        given = [own_vote(question, cast.cato, installation.keys) for question in case.questions]
    assert repr(given) == "[ResponsibleChoice(municipality_percent=40), 123450]"
    shown = ask("GET", AT, as_=cast.frida).text
    assert "Cato Oppdiktet har stemt" in shown
    assert "40 prosent" not in shown
    assert "1 234,50" not in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "40 prosent" not in ask("GET", f"{AT}/vote/{responsible}", as_=cast.frida).text
    assert "40 prosent" in ask("GET", f"{AT}/vote/{responsible}", as_=cast.cato).text


@pytest.mark.parametrize(
    ("number", "data", "said"),
    [
        (0, {}, "Velg hvem som bør dekke kravposten."),
        (0, {"who": "split", "percent": "100"}, "helt tall fra 1 til 99"),
        (0, {"who": "split", "percent": "²"}, "helt tall fra 1 til 99"),
        (0, {"who": "split", "percent": "9" * 500}, "helt tall fra 1 til 99"),
        (0, {"who": "nobody"}, ""),
        (1, {"amount": ""}, "Skriv beløpet, eller 0."),
        (1, {"amount": "tusen"}, "tusen"),
        (1, {"amount": "900 000 000"}, "ikke være høyere enn"),
        (1, {"amount": "-1"}, "negativt"),
    ],
)
def test_a_vote_that_cannot_be_read_is_shown_again(
    *, number: int, data: dict[str, str], said: str, installation: Installation, cast: Cast, ask: Any
) -> None:
    question = made(installation, cast)[number]

    answer = ask("POST", f"{AT}/vote/{question}", as_=cast.cato, data=data)

    assert answer.status_code == 422
    assert said in answer.text


def test_no_amount_at_all_is_a_vote(installation: Installation, cast: Cast, ask: Any) -> None:
    _, amount = made(installation, cast)

    assert ask("POST", f"{AT}/vote/{amount}", as_=cast.cato, data={"amount": "0"}).status_code == 303


def test_the_second_click_casts_no_second_vote(installation: Installation, cast: Cast, ask: Any) -> None:
    question = made(installation, cast)[0]
    for _ in range(2):
        assert ask("POST", f"{AT}/vote/{question}", as_=cast.cato, data={"who": "state", "_key": "same"}).status_code == 303

    with installation.database.reading() as session:
        assert len(case_at(session, SLUG).questions[0].votes) == 1


def test_reasons_and_dissent_wait_for_the_votes(installation: Installation, cast: Cast, ask: Any) -> None:
    question = made(installation, cast)[0]

    for address, data in (
        (f"{AT}/reasons/{question}", {"text": "Grunn."}),
        (f"{AT}/dissent/{question}", {"kind": "dissent", "text": "Nei."}),
    ):
        refused = ask("POST", address, as_=cast.cato, data=data)
        assert refused.status_code == 409
        assert "når alle tre har stemt" in refused.text


def test_a_member_writes_their_own_dissent_and_takes_it_away(installation: Installation, cast: Cast, ask: Any) -> None:
    question = made(installation, cast, voted)[0]
    address = f"{AT}/dissent/{question}"

    assert ask("POST", address, as_=cast.kaare, data={"kind": "dissent", "text": "Jeg er uenig."}).status_code == 303
    assert "Jeg er uenig." in ask("GET", address, as_=cast.kaare).text
    assert "Jeg er uenig." not in ask("GET", address, as_=cast.frida).text
    assert ask("POST", address, as_=cast.kaare, data={"kind": "dissent", "text": ""}).status_code == 303
    assert "Jeg er uenig." not in ask("GET", address, as_=cast.kaare).text


def test_only_the_text_that_was_shown_is_approved(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, written)
    page = ask("GET", f"{AT}/approve", as_=cast.frida).text
    shown = page.split('name="text_sha256"')[1].split('value="')[1][:64]
    ask("POST", f"{AT}/text/legal", as_=cast.cato, data={"text": "Ny tekst.", "began_from": "1"})

    stale = ask("POST", f"{AT}/approve", as_=cast.frida, data={"text_sha256": shown})
    assert stale.status_code == 409
    assert "Les den igjen" in stale.text
    fresh = stale.text.split('name="text_sha256"')[1].split('value="')[1][:64]
    assert ask("POST", f"{AT}/approve", as_=cast.frida, data={"text_sha256": fresh}).status_code == 303


def test_the_page_says_in_words_what_is_missing_before_the_issue(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, voted)
    page = ask("GET", AT, as_=cast.cato).text

    assert (
        "Disse delene av teksten er ikke skrevet: hva saken gjelder, sakens bakgrunn, rettslige utgangspunkter og slutning."
        in page
    )
    assert "Begrunnelsene for spørsmål 1 og 2 er ikke skrevet." in page
    refused = ask("POST", f"{AT}/issue", as_=cast.cato)
    assert refused.status_code == 409
    assert ask("POST", f"{AT}/issue", as_=cast.frida).status_code == 403


def test_the_leader_orders_and_calls_back(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, approved)
    assert "bør dekke" in ask("GET", f"{AT}/issue", as_=cast.cato).text
    assert ask("POST", f"{AT}/issue", as_=cast.cato).status_code == 303
    assert ask("POST", f"{AT}/call-back", as_=cast.cato, data={"reasons": " "}).status_code == 422
    assert ask("POST", f"{AT}/call-back", as_=cast.cato, data={"reasons": "En sats mangler."}).status_code == 303

    assert "En sats mangler." in ask("GET", AT, as_=cast.frida).text
    with installation.database.reading() as session:
        assert case_at(session, SLUG).state is State.PANEL


def test_the_draft_is_a_pdf_for_the_panel_kept_nowhere(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, voted)
    answer = ask("GET", f"{AT}/draft.pdf", as_=cast.frida)

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert not list(installation.papers.ids())


def test_everybody_in_the_case_reads_the_issued_opinion_as_stored(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, issued)
    for who in (cast.asta, cast.bo, cast.siri, cast.cato, cast.lise):
        page = ask("GET", f"/cases/{SLUG}/opinion", as_=who)
        file = ask("GET", f"{AT}/opinion.pdf", as_=who)
        assert page.status_code == 200
        assert hashlib.sha256(file.data).hexdigest() in page.text
    assert ask("GET", f"/cases/{SLUG}/opinion", as_=cast.dag).status_code == 404
    assert "staten bør dekke" in ask("GET", f"/cases/{SLUG}", as_=cast.asta).text


def test_after_the_issue_nothing_can_be_changed(installation: Installation, cast: Cast, ask: Any) -> None:
    question = made(installation, cast, issued)[0]

    for address, data in (
        (f"{AT}/vote/{question}", {"who": "municipality"}),
        (f"{AT}/text/legal", {"text": "Nytt."}),
        (f"{AT}/reasons/{question}", {"text": "Nytt."}),
        (f"{AT}/dissent/{question}", {"kind": "dissent", "text": "Nytt."}),
        (f"{AT}/approve", {}),
        (f"{AT}/issue", {}),
        (f"{AT}/call-back", {"reasons": "Nytt."}),
    ):
        assert ask("POST", address, as_=cast.cato, data=data).status_code == 409, address
