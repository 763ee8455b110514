"""The pages on which the members write: drafts that are nobody's but the writer's, two at once, versions, margin, standard texts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.scenes.decision import agreed, issued, voted
from tvist.cases.queries import case_at
from tvist.decision.places import Place
from tvist.decision.standard_texts import standing_texts
from tvist.decision.writing import versions_of, working_text

if TYPE_CHECKING:
    from tests.people import Cast
    from tests.scenes.decision import Scene
    from tvist.accounts.models import User
    from tvist.installation import Installation

SLUG = "2026-0001"
AT = f"/cases/{SLUG}/decision"
LEGAL = f"{AT}/text/legal"
FIRST = "Staten har plikt til å betale.\n\nKommunen har plikt til å hjelpe."


@pytest.fixture
def questions(installation: Installation, cast: Cast) -> list[str]:
    """The questions of a case that is voted on."""
    return made(installation, cast, voted)


def made(installation: Installation, cast: Cast, scene: Scene) -> list[str]:
    with installation.database.writing() as session:
        case = scene(session, cast, installation) if scene is not agreed else agreed(session, cast)
        session.commit()
        return [question.public_id for question in case.questions]


def stands(installation: Installation, section: str = "legal") -> str:
    with installation.database.reading() as session:
        return Place(case_at(session, SLUG), section).text


def typed(text: str, base: str = "", began_from: int = 0) -> dict[str, str]:
    """What the browser sends."""
    said = [{"field": "text", "base": base, "value": text}]
    return {"tab": "t", "draft": "", "version": "", "at": "text", "key": str(began_from), "rows": "0", "typed": json.dumps(said)}


def kept(installation: Installation, user: User, section: str = "legal") -> str | None:
    with installation.database.reading() as session:
        found = working_text(Place(case_at(session, SLUG), section), session.get_one(type(user), user.id))
        return found.text if found else None


@pytest.mark.usefixtures("questions")
def test_the_sections_begin_with_what_the_parties_filed(installation: Installation, cast: Cast, ask: Any) -> None:
    for section, filed in (
        ("subject", "Betaling for opphold"),
        ("agreed", "Partene er enige om datoene."),
        ("requesting_argument", "Påstand: Staten bør dekke oppholdet."),
        ("conclusion", "Staten ved Bufetat region vest bør dekkje"),
    ):
        assert filed in ask("GET", f"{AT}/text/{section}", as_=cast.cato).text.replace("\N{NO-BREAK SPACE}", " ")
    listed = ask("GET", f"{AT}/text", as_=cast.cato).text
    assert "rettslige utgangspunkter" in listed
    assert "begrunnelsen for spørsmål" in listed


@pytest.mark.usefixtures("questions")
def test_what_is_saved_is_the_text_for_all_three(installation: Installation, cast: Cast, ask: Any) -> None:
    saved = ask("POST", LEGAL, as_=cast.cato, data={"text": FIRST, "began_from": "0"})

    assert (saved.status_code, saved.headers["Location"]) == (303, f"{AT}/text")
    assert stands(installation) == FIRST
    assert "Staten har plikt" in ask("GET", LEGAL, as_=cast.frida).text


@pytest.mark.usefixtures("questions")
def test_the_later_of_two_who_change_the_same_words_sees_both(installation: Installation, cast: Cast, ask: Any) -> None:
    ask("POST", LEGAL, as_=cast.cato, data={"text": FIRST, "began_from": "0"})

    late = ask("POST", LEGAL, as_=cast.frida, data={"text": "Fridas ord.", "began_from": "0"})

    assert late.status_code == 409
    assert "Ingenting er overskrevet" in late.text
    field = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', late.text, re.DOTALL)
    assert field is not None
    assert "Fridas ord." in field[1]
    assert "Kommunen har plikt" in field[1]
    assert 'name="began_from" type="hidden" value="1"' in late.text
    assert (stands(installation), kept(installation, cast.frida)) == (FIRST, "Fridas ord.")
    again = ask("POST", LEGAL, as_=cast.frida, data={"text": f"{FIRST}\n\nFridas ord.", "began_from": "1"})
    assert again.status_code == 303
    assert (stands(installation), kept(installation, cast.frida)) == (f"{FIRST}\n\nFridas ord.", None)


@pytest.mark.usefixtures("questions")
def test_two_who_change_different_paragraphs_are_put_together(installation: Installation, cast: Cast, ask: Any) -> None:
    ask("POST", LEGAL, as_=cast.cato, data={"text": FIRST, "began_from": "0"})
    for who, text in ((cast.cato, FIRST.replace("betale", "dekke")), (cast.frida, FIRST.replace("hjelpe", "bistå"))):
        assert ask("POST", LEGAL, as_=who, data={"text": text, "began_from": "1"}).status_code == 303

    assert stands(installation) == "Staten har plikt til å dekke.\n\nKommunen har plikt til å bistå."


@pytest.mark.usefixtures("questions")
def test_what_the_browser_sends_is_kept_for_its_writer_and_shown_again(installation: Installation, cast: Cast, ask: Any) -> None:
    answer = ask("POST", f"{AT}/typed/legal", as_=cast.frida, data=typed("Halvferdig tekst"), key=None)

    assert answer.json["saved"] == ["text"]
    assert "ikke i teksten ennå" in answer.json["said"]
    assert stands(installation) == ""
    own, other = ask("GET", LEGAL, as_=cast.frida).text, ask("GET", LEGAL, as_=cast.kaare).text
    assert "Halvferdig tekst" in own
    assert "Det er lagret som utkast og ikke i teksten ennå" in own
    assert "Halvferdig tekst" not in other
    assert "Frida Oppdiktet skriver her nå." in other


@pytest.mark.usefixtures("questions")
def test_what_the_same_member_types_on_two_devices_is_never_lost(installation: Installation, cast: Cast, ask: Any) -> None:
    ask("POST", f"{AT}/typed/legal", as_=cast.frida, data=typed("Hjemme"), key=None)

    answer = ask("POST", f"{AT}/typed/legal", as_=cast.frida, data=typed("På kontoret"), key=None)

    assert answer.json["saved"] == []
    assert answer.json["clashes"][0]["kept"] == "Hjemme"
    assert ask("POST", f"{AT}/typed/legal", as_=cast.frida, data=typed("Begge", base="Hjemme"), key=None).json["saved"] == [
        "text"
    ]


@pytest.mark.usefixtures("questions")
def test_a_page_that_is_written_on_is_told_that_another_has_saved(cast: Cast, ask: Any) -> None:
    ask("POST", LEGAL, as_=cast.cato, data={"text": FIRST, "began_from": "0"})

    answer = ask("POST", f"{AT}/typed/legal", as_=cast.frida, data=typed("Fridas ord"), key=None)

    assert "Cato Oppdiktet lagret en ny versjon" in answer.json["others"][0]["said"]
    shown = ask("GET", LEGAL, as_=cast.frida).text
    assert "etter at du begynte" in shown


def test_without_a_browser_s_programs_the_buttons_keep_and_put_away(
    questions: list[str], installation: Installation, cast: Cast, ask: Any
) -> None:
    address = f"{AT}/reasons/{questions[0]}"
    name = f"question:{questions[0]}"

    for data, left in (({"text": "Utkast.", "then": "keep"}, "Utkast."), ({"text": "Utkast.", "then": "drop"}, None)):
        assert ask("POST", address, as_=cast.cato, data={"began_from": "0", **data}).status_code == 303
        with installation.database.reading() as session:
            case = case_at(session, SLUG)
            found = working_text(Place(case, name, case.questions[0]), session.get_one(type(cast.cato), cast.cato.id))
            assert (found.text if found else None) == left


def test_reasons_are_not_saved_empty(questions: list[str], cast: Cast, ask: Any) -> None:
    answer = ask("POST", f"{AT}/reasons/{questions[0]}", as_=cast.cato, data={"text": "  ", "began_from": "0"})

    assert answer.status_code == 422


def test_a_dissent_is_kept_as_it_is_typed(questions: list[str], cast: Cast, ask: Any) -> None:
    address = f"{AT}/dissent/{questions[0]}"
    ask("POST", f"{AT}/typed/remark:{questions[0]}", as_=cast.kaare, data=typed("Jeg ser annerledes"), key=None)

    assert "Jeg ser annerledes" in ask("GET", address, as_=cast.kaare).text
    assert "Jeg ser annerledes" not in ask("GET", address, as_=cast.frida).text
    assert ask("POST", address, as_=cast.kaare, data={"kind": "dissent", "text": "Jeg ser annerledes på det."}).status_code == 303
    assert "lagret som utkast" not in ask("GET", address, as_=cast.kaare).text


def test_nothing_is_kept_before_the_votes_are_open_and_after_the_issue(installation: Installation, cast: Cast, ask: Any) -> None:
    question = made(installation, cast, agreed)[0]
    early = ask("POST", f"{AT}/typed/question:{question}", as_=cast.cato, data=typed("Grunn"), key=None)

    assert (early.status_code, "når alle tre har stemt" in early.json["refused"]) == (422, True)


def test_after_the_issue_the_browser_is_told_why_nothing_is_kept(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, issued)

    assert ask("POST", f"{AT}/typed/legal", as_=cast.cato, data=typed("Nytt"), key=None).status_code == 422
    assert ask("POST", LEGAL, as_=cast.cato, data={"text": "Nytt", "then": "keep"}).status_code == 409
    assert ask("POST", f"{AT}/margin/legal", as_=cast.cato, data={"text": "Nytt"}).status_code == 409


@pytest.mark.usefixtures("questions")
@pytest.mark.parametrize("page", ["/text/legal", "/versions/legal", "/margin/legal"])
def test_nobody_but_the_panel_comes_near_the_text(page: str, cast: Cast, ask: Any) -> None:
    for who in (cast.asta, cast.bo, cast.siri, cast.lise, cast.adam, cast.dag):
        assert ask("GET", AT + page, as_=who).status_code in {403, 404}
    assert ask("POST", f"{AT}/typed/legal", as_=cast.siri, data=typed("Nytt"), key=None).status_code in {403, 404}


@pytest.mark.usefixtures("questions")
@pytest.mark.parametrize(
    "page", ["/text/frozen", "/versions/remark:x", "/versions/question:x", "/margin/paper", "/text/sections"]
)
def test_there_is_no_other_place(page: str, cast: Cast, ask: Any) -> None:
    assert ask("GET", AT + page, as_=cast.cato).status_code == 404


@pytest.mark.usefixtures("questions")
def test_versions_are_compared_and_an_earlier_one_taken_up_again(installation: Installation, cast: Cast, ask: Any) -> None:
    ask("POST", LEGAL, as_=cast.cato, data={"text": "Staten bør dekke alt.", "began_from": "0"})
    ask("POST", LEGAL, as_=cast.frida, data={"text": "Staten bør ikke dekke alt.", "began_from": "1"})

    page = ask("GET", f"{AT}/versions/legal", as_=cast.kaare).text
    assert re.search(r"<ins>.*lagt til:.*ikke </ins>", page, re.DOTALL)
    assert "Frida Oppdiktet" in page
    stale = ask("POST", f"{AT}/versions/legal", as_=cast.kaare, data={"number": "1", "newest": "1"})
    assert stale.status_code == 409
    assert ask("POST", f"{AT}/versions/legal", as_=cast.kaare, data={"number": "1", "newest": "2"}).status_code == 303
    assert stands(installation) == "Staten bør dekke alt."
    with installation.database.reading() as session:
        assert [each.number for each in versions_of(Place(case_at(session, SLUG), "legal"))] == [3, 2, 1]
    for asked in ("?old=1&new=3", "?old=99&new=x", "?old=99999999999999999999&new=1"):
        assert ask("GET", f"{AT}/versions/legal{asked}", as_=cast.kaare).status_code == 200


@pytest.mark.usefixtures("questions")
def test_a_remark_in_the_margin_is_written_beside_the_text_and_settled(cast: Cast, ask: Any) -> None:
    ask("POST", LEGAL, as_=cast.cato, data={"text": FIRST, "began_from": "0"})
    assert ask("POST", f"{AT}/margin/legal", as_=cast.frida, data={"text": ""}).status_code == 422
    assert ask("POST", f"{AT}/margin/legal", as_=cast.frida, data={"text": "Hva?", "quote": "aldri"}).status_code == 422
    done = ask("POST", f"{AT}/margin/legal", as_=cast.frida, data={"text": "Hvor står det?", "quote": "plikt til å betale"})
    assert done.status_code == 303

    assert "Hvor står det?" in ask("GET", LEGAL, as_=cast.cato).text
    assert "1 merknad i margen" in ask("GET", f"{AT}/text", as_=cast.cato).text
    margin = ask("GET", f"{AT}/margin/legal", as_=cast.cato).text
    settle = re.search(r'action="([^"]*/margin/settled/[^"]*)"', margin)
    assert settle is not None
    assert ask("POST", settle[1], as_=cast.siri).status_code in {403, 404}
    assert ask("POST", settle[1], as_=cast.cato).status_code == 303
    assert "Hvor står det?" not in ask("GET", LEGAL, as_=cast.cato).text
    assert "Hvor står det?".encode() not in ask("GET", f"{AT}/draft.pdf", as_=cast.cato).data


@pytest.mark.usefixtures("questions")
def test_a_standard_text_is_put_in_without_being_saved(installation: Installation, cast: Cast, ask: Any) -> None:
    text = {"section": "legal", "language": "nn", "title": "Om rådet", "text": "Uttalen er rådgivande."}
    assert ask("POST", "/standard-texts/new", as_=cast.cato, data=text).status_code == 303
    with installation.database.reading() as session:
        public_id = standing_texts(session)[0].public_id

    assert "Om rådet" in ask("GET", LEGAL, as_=cast.frida).text
    assert "Om rådet" not in ask("GET", f"{AT}/text/conclusion", as_=cast.frida).text
    put_in = ask("POST", LEGAL, as_=cast.frida, data={"text": "Først.", "began_from": "0", "insert": public_id})
    assert put_in.status_code == 303
    assert kept(installation, cast.frida) == "Først.\n\nUttalen er rådgivande."
    assert stands(installation) == ""
    assert ask("POST", LEGAL, as_=cast.frida, data={"text": "Først.", "insert": "x"}).status_code == 404


def test_standard_texts_are_the_board_s(installation: Installation, cast: Cast, ask: Any) -> None:
    assert ask("POST", "/standard-texts/new", as_=cast.siri, data={"section": "legal", "title": "A"}).status_code == 422
    text = {"section": "legal", "language": "nb", "title": "Rettslig", "text": "Første."}
    page = ask("POST", "/standard-texts/new", as_=cast.siri, data=text).headers["Location"]

    for who in (cast.asta, cast.eva, cast.adam):
        for address in ("/standard-texts", "/standard-texts/new", page):
            assert ask("GET", address, as_=who).status_code in {403, 404}
    assert "Rettslig" in ask("GET", "/standard-texts", as_=cast.frida).text
    changed = ask("POST", page, as_=cast.frida, data={"title": "Rettslig", "text": "Andre."})
    assert changed.status_code == 303
    assert ask("POST", page, as_=cast.siri, data={"title": "Rettslig", "text": "Tredje."}).status_code == 409
    assert "ikke vært tilbudt siden" in ask("GET", page, as_=cast.siri).text
    other = ask("POST", f"{changed.headers['Location']}/form", as_=cast.frida, data={"title": "Rettsleg", "text": "Andre."})
    assert other.status_code == 303
    assert ask("POST", changed.headers["Location"], as_=cast.siri, data={"retire": "y"}).status_code == 303
    listed = ask("GET", "/standard-texts", as_=cast.cato).text
    assert ("Rettslig<" in listed, "Rettsleg<" in listed) == (False, True)
