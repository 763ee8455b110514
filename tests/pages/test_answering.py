"""The page on which a party answers line by line and fact by fact, and the joint table that follows from it (rules 19, 23)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.pages.test_case_page import cost
from tests.pages.test_exchange import response, scene, sent
from tests.scenes.intake import a_line, accepted, letters_arrive
from tests.scenes.kept import lately
from tests.scenes.panel import declared
from tests.scenes.submissions import DAY, a_fact, an_own_line, answered, disputing, passed_on
from tvist.cases.models import Case
from tvist.cases.submissions import SubmissionKind
from tvist.clock import now
from tvist.submissions import actions
from tvist.submissions.fact_answers import Told
from tvist.submissions.joint_table import joint_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.db import Database

    Ask = Callable[..., Any]

TWO_LINES = [a_line(), a_line(**{"from": "2024-07-01", "to": "2024-07-31", "paid": "0"})]
OWN_LINE = {
    "own_line_1_measure": "relief_care",
    "own_line_1_from_on": "2024-03-01",
    "own_line_1_to_on": "2024-05-31",
    "own_line_1_unit": "sum",
    "own_line_1_rate": "84 500",
    "own_line_1_should_bear": "municipality",
    "own_line_1_paid_by": "state",
    "own_line_1_state_basis": "cwa2021_16",
    "own_line_1_municipal_basis": "health_care_services",
    "own_line_1_basis_words": "§ 3-2",
}
OWN_FACT = {"own_fact_1_on": "3.4.2024", "own_fact_1_words": "Tjenestene møttes."}


def with_two_lines(session: Session, cast: Cast, **more: Any) -> Case:
    return accepted(session, cast, lines=TWO_LINES, **more)


def ready_to_confirm(session: Session, cast: Cast, **_: Any) -> Case:
    """Both sides have nothing more, and the table has been sent to them."""
    case = answered(session, cast, at=lately() - 12 * DAY)
    for user, days in ((cast.asta, 3), (cast.bo, 2)):
        actions.nothing_more(case, by=user, at=now() - days * DAY)
        letters_arrive(session, case, at=now() - days * DAY)
    return case


def shown(answer: Any) -> str:
    return html.unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")


def test_own_facts_and_lines_come_with_the_response(database: Database, ask: Ask) -> None:
    cast, case = scene(database, accepted)
    data = response(database, case) | OWN_LINE | OWN_FACT
    assert ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=data).status_code == 303
    with database.reading() as session:
        found = session.get_one(Case, case.id)
        assert [(line.position, line.claimed_by.name) for line in found.lines][1:] == [(2, "Bufetat region vest")]
        assert [fact.words for fact in found.stated_facts if fact.submission.kind == "response"] == ["Tjenestene møttes."]
    assert "84 500" in shown(ask("GET", f"/cases/{case.slug}/pass-on", as_=cast.siri))


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"own_fact_1_on": "31.2.2024"}, "own_fact_1_on", "31.2.2024"),
        ({"own_fact_1_words": ""}, "own_fact_1_words", ""),
        ({"own_line_1_rate": "12,5k"}, "own_line_1_rate", "12,5k"),
        ({"own_line_1_measure": "institution", "own_line_1_from_on": "2024-06-01", "own_line_1_to_on": "2024-06-30"}, "own_line_1_from_on", "Kravpost 1 gjelder det samme"),
        ({"own_line_1_unit": ""}, "own_line_1_unit", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    database: Database, ask: Ask, change: dict[str, str], field: str, says: str
) -> None:
    cast, case = scene(database, accepted)
    answer = ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=response(database, case) | OWN_LINE | OWN_FACT | change)
    page = shown(answer)
    assert answer.status_code == 422
    assert f'href="#{field}"' in page
    assert says in page
    assert "§ 3-2" in page
    assert not sent(database, case, SubmissionKind.RESPONSE)


def test_what_was_pasted_from_word_or_holds_a_picture_is_kept_as_text(database: Database, ask: Ask) -> None:
    cast, case = scene(database, accepted)
    pasted = "<o:p>Oppholdet</o:p> \N{PARTY POPPER} <!--[if gte mso 9]><xml></xml><![endif]-->"
    data = response(database, case, words=pasted) | OWN_FACT | {"own_fact_1_words": pasted}
    assert ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=data).status_code == 303
    page = ask("GET", f"/cases/{case.slug}/pass-on", as_=cast.siri).text
    assert page.count("&lt;o:p&gt;Oppholdet&lt;/o:p&gt; \N{PARTY POPPER}") == 2
    assert "<o:p>" not in page


def test_all_that_is_wrong_is_said_at_once(database: Database, ask: Ask) -> None:
    cast, case = scene(database, with_two_lines)
    data = response(database, case, text="") | {"own_fact_1_page": "0"}
    page = shown(ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=data))
    summary = page[page.index("ds-error-summary") :]
    links = re.findall(r'href="#([^"]+)"', summary[: summary.index("</ul>")])
    assert links[0].startswith("answer_"), links
    assert {"own_fact_1_page", "own_fact_1_on", "text"} <= set(links)


def test_a_button_disputes_the_rest_for_the_first_reason(database: Database, ask: Ask) -> None:
    cast, case = scene(database, with_two_lines)
    answer = ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=response(database, case) | {"then": "dispute"})
    page = shown(answer)
    assert answer.status_code == 200
    assert page.count("Oppholdet var et helsetiltak.</textarea>") == 2
    assert "2 av 2 besvart" in page
    assert not sent(database, case, SubmissionKind.RESPONSE)


def test_facts_of_the_other_side_are_answered_in_the_comments(database: Database, ask: Ask) -> None:
    cast, case = scene(database, with_own_fact)
    page = shown(ask("GET", f"/cases/{case.slug}/comment", as_=cast.asta))
    name = re.search(r'name="(fact_[^"]+)"', page)[1]
    assert "0 av 1 besvart" in page
    bare = ask("POST", f"/cases/{case.slug}/comment", as_=cast.asta, data={"text": "x", name: "disputed"})
    assert bare.status_code == 422
    assert "skriv hvorfor dere bestrider" in shown(bare)
    assert ask("POST", f"/cases/{case.slug}/comment", as_=cast.asta, data={"text": "x", name: "agreed"}).status_code == 303
    with database.reading() as session:
        found = session.get_one(Case, case.id)
        assert [reply.answer for sending in found.submissions for reply in sending.fact_answers] == ["agreed"]


def with_own_fact(session: Session, cast: Cast, **_: Any) -> Case:
    """The region's response, with a fact of its own, has been sent over."""
    case = accepted(session, cast, at=lately() - 5 * DAY)
    told = Told(facts=[a_fact()])
    actions.respond(case, by=cast.bo, at=now() - 4 * DAY, answers=disputing(case), text="Bestrides.", told=told)
    session.flush()
    return passed_on(session, cast, case, at=now() - 3 * DAY)


def test_each_party_confirms_the_table_that_the_page_showed(database: Database, ask: Ask) -> None:
    cast, case = scene(database, ready_to_confirm)
    address = f"/cases/{case.slug}/confirm-table"
    page = ask("GET", address, as_=cast.asta).text
    fields = {name: re.search(rf'name="{name}" type="hidden" value="([^"]+)"', page)[1] for name in ("sha256", "rows")}
    with database.reading() as session:
        assert fields["sha256"] == joint_table(session.get_one(Case, case.id)).sha256
    key = fields["rows"].split(":")[0]
    old = fields | {"sha256": "0" * 64, "rows": f"{key}:000000000000 fgone:1"}
    changed = ask("POST", address, as_=cast.asta, data=old | {"remark": "Min merknad"})
    assert changed.status_code == 409
    assert "ny eller endret" in changed.text
    assert "Rader som er borte: 1" in changed.text
    assert "Min merknad" in changed.text
    assert ask("POST", address, as_=cast.asta, data=fields | {"remark": "Se post 1"}).status_code == 303
    assert "Se post 1" in ask("GET", f"/cases/{case.slug}/joint-table", as_=cast.siri).text
    assert "Se post 1" not in ask("GET", f"/cases/{case.slug}/joint-table", as_=cast.bo).text
    assert ask("GET", f"/cases/{case.slug}/close-preparation", as_=cast.siri).text.count("ikke bekreftet") == 1


def test_parties_secretariat_and_the_declared_panel_read_the_same_table(database: Database, ask: Ask) -> None:
    cast, case = scene(database, declared)
    pages = [ask("GET", f"/cases/{case.slug}/joint-table", as_=user) for user in (cast.asta, cast.bo, cast.siri, cast.frida)]
    assert [page.status_code for page in pages] == [200] * 4
    assert len({re.search(r"[0-9a-f]{64}", page.text)[0] for page in pages}) == 1
    for stranger in (cast.dag, cast.finn, cast.eva):
        assert ask("GET", f"/cases/{case.slug}/joint-table", as_=stranger).status_code == 404


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_pages_speak_the_readers_language(database: Database, ask: Ask, language: str) -> None:
    cast, case = scene(database, ready_to_confirm)
    with database.writing() as session:
        session.merge(cast.asta).language = language
        session.commit()
    for page in ("joint-table", "confirm-table", "comment"):
        answer = ask("GET", f"/cases/{case.slug}/{page}", as_=cast.asta)
        assert f'<html lang="{language}"' in answer.text


def test_one_who_left_the_team_can_no_longer_answer(database: Database, ask: Ask) -> None:
    cast, case = scene(database, accepted)
    with database.writing() as session:
        for member in session.get_one(Case, case.id).parties[1].team:
            member.to_on = (now() - 2 * DAY).date()
        session.commit()
    assert ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=response(database, case)).status_code == 404
    assert not sent(database, case, SubmissionKind.RESPONSE)


def test_a_case_page_with_many_facts_costs_no_more_than_one_with_few(database: Database, ask: Ask) -> None:
    def with_facts(count: int) -> Callable[..., Case]:
        def making(session: Session, cast: Cast, **_: Any) -> Case:
            case = accepted(session, cast, at=lately() - 5 * DAY)
            told = Told(facts=[a_fact(f"Hendelse {number}") for number in range(count)], lines=[an_own_line(case)])
            actions.respond(case, by=cast.bo, at=now() - 4 * DAY, answers=disputing(case), text="x", told=told)
            session.flush()
            return passed_on(session, cast, case, at=now() - 3 * DAY)

        return making

    cast, few = scene(database, with_facts(2))
    with database.writing() as session:
        many = with_facts(30)(session, type(cast)(**{name: session.merge(one) for name, one in vars(cast).items()}))
        session.commit()
    assert cost(database, lambda: ask("GET", f"/cases/{few.slug}", as_=cast.siri)) == cost(
        database, lambda: ask("GET", f"/cases/{many.slug}", as_=cast.siri)
    )
