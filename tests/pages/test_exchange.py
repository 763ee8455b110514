"""The pages of the exchange: whose turn it is decides, what was typed stays, and nothing goes over that was not looked through."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import Cast, a_cast
from tests.scenes.intake import accepted
from tests.scenes.kept import lately
from tests.scenes.submissions import accepting, answered, finished, prepared, responded
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.clock import now
from tvist.submissions import actions
from tvist.submissions.rules import waiting_to_be_passed_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.db import Database

REST = {"text": "Staten bestrider kravet.", "own_reference": "BUF-7"}


def response(database: Database, case: Case, position: int = 1, **changes: str) -> dict[str, str]:
    """What is typed in the response, with the answer to one line; names without what they answer are of that line."""
    with database.reading() as session:
        line = session.get_one(Case, case.id).lines[position - 1].public_id
    given = {"answer": "disputed", "basis": "§ 16-5", "words": "Oppholdet var et helsetiltak."} | REST | changes
    of_line = {"answer", "accepted", "basis", "words"}
    return {f"{name}_{line}" if name in of_line else name: value for name, value in given.items()}


def scene(database: Database, make: Callable[..., Case]) -> tuple[Cast, Case]:
    """A case made by `make` today, with its cast."""
    with database.writing() as session:
        cast = a_cast(session)
        case = make(session, cast, at=lately())
        session.commit()
    return cast, case


def sent(database: Database, case: Case, kind: SubmissionKind) -> list[Submission]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Submission).where(Submission.case_id == case.id, Submission.kind == kind)))


def state(database: Database, case: Case) -> State:
    with database.reading() as session:
        return session.get_one(Case, case.id).state


def test_the_other_side_answers_line_by_line(database, ask):
    cast, case = scene(database, accepted)
    page = ask("GET", f"/cases/{case.slug}/respond", as_=cast.bo).get_data(as_text=True)
    assert "Kravpost 1" in page
    assert "208\N{NO-BREAK SPACE}629,03\N{NO-BREAK SPACE}kr" in page
    papers = [(io.BytesIO(b"Barn A"), "vedlegg.txt")]
    answer = ask(
        "POST",
        f"/cases/{case.slug}/respond",
        as_=cast.bo,
        data=response(database, case) | {"papers": papers},
        content_type="multipart/form-data",
    )
    assert (answer.status_code, answer.location) == (303, f"/cases/{case.slug}")
    with database.reading() as session:
        found = session.scalars(sa.select(Submission).where(Submission.kind == SubmissionKind.RESPONSE)).one()
        assert [(one.answer, one.accepted_ore) for one in found.line_answers] == [("disputed", 0)]
        assert [(paper.title, paper.case_id) for paper in found.papers] == [("vedlegg", case.id)]
        assert found.party.own_reference == "BUF-7"


def test_what_was_typed_stays_and_each_fault_stands_at_its_line(database, ask):
    cast, case = scene(database, accepted)
    wrong = response(database, case, answer="partly", accepted="999 999 999,00", text="Et langt tilsvar.")
    answer = ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=wrong)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{next(name for name in wrong if name.startswith("accepted"))}"' in page
    assert "under 208\N{NO-BREAK SPACE}629,03" in page
    assert "Et langt tilsvar." in page
    assert "999 999 999,00" in page
    assert not sent(database, case, SubmissionKind.RESPONSE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"answer": ""}, "Kravpost 1: velg om den erkjennes"),
        ({"basis": "", "words": " "}, "skriv hvorfor"),
        ({"answer": "partly", "accepted": ""}, "skriv hvor mye"),
        ({"answer": "partly", "accepted": "1.234"}, "1.234"),
        ({"answer": "accepted", "accepted": "5"}, "stemmer ikke med svaret"),
        ({"text": "   "}, "Skriv tilsvaret"),
        ({"text": "x" * 100_000}, "100000"),
    ],
)
def test_a_wrong_answer_says_what_to_do(database, ask, change, says):
    cast, case = scene(database, accepted)
    answer = ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=response(database, case, **change))
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


def test_a_file_that_is_refused_loses_nothing_typed(database, ask):
    cast, case = scene(database, accepted)
    papers = [(io.BytesIO(b""), "tom.pdf"), (io.BytesIO(b"Oppdiktet vedlegg"), "god.txt")]
    answer = ask(
        "POST",
        f"/cases/{case.slug}/respond",
        as_=cast.bo,
        data=response(database, case) | {"papers": papers},
        content_type="multipart/form-data",
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "tom.pdf" in page
    assert "Staten bestrider kravet." in page
    assert "god.txt" in page, "what could be taken lies in the draft, and need not be chosen again"


def test_who_may_is_asked_before_whose_turn(database, ask):
    cast, case = scene(database, answered)
    assert ask("GET", f"/cases/{case.slug}/respond", as_=cast.asta).status_code == 403
    assert ask("GET", f"/cases/{case.slug}/comment", as_=cast.dag).status_code == 404
    page = ask("GET", f"/cases/{case.slug}/comment", as_=cast.bo)
    assert page.status_code == 200
    assert "Det er ikke deres tur nå" in page.get_data(as_text=True)
    late = ask("POST", f"/cases/{case.slug}/comment", as_=cast.bo, data={"text": "Noe mer"})
    assert late.status_code == 409
    assert "Noe mer" in late.get_data(as_text=True)


def test_a_party_comments_or_has_nothing_more(database, ask):
    cast, case = scene(database, answered)
    assert "runde 1 av 2" in ask("GET", f"/cases/{case.slug}/comment", as_=cast.asta).get_data(as_text=True)
    empty = ask("POST", f"/cases/{case.slug}/comment", as_=cast.asta, data={"text": ""})
    assert "Skriv merknadene" in empty.get_data(as_text=True)
    assert ask("GET", f"/cases/{case.slug}/nothing-more", as_=cast.asta).status_code == 200
    assert ask("POST", f"/cases/{case.slug}/nothing-more", as_=cast.asta).status_code == 303
    assert [found.round for found in sent(database, case, SubmissionKind.NOTHING_MORE)] == [1]
    again = ask("POST", f"/cases/{case.slug}/comment", as_=cast.asta, data={"text": "Likevel"})
    assert again.status_code == 409


def test_a_double_click_sends_once(database, ask):
    cast, case = scene(database, answered)
    for _ in range(2):
        answer = ask("POST", f"/cases/{case.slug}/comment", as_=cast.asta, data={"text": "Merknad"}, key="samme")
        assert answer.status_code == 303
    assert len(sent(database, case, SubmissionKind.COMMENTS)) == 1


def test_the_secretariat_looks_through_before_it_sends_over(database, ask):
    cast, case = scene(database, responded)
    waiting = sent(database, case, SubmissionKind.RESPONSE)[0]
    page = ask("GET", f"/cases/{case.slug}/pass-on", as_=cast.siri).get_data(as_text=True)
    assert "Staten bestrider kravet." in page
    assert waiting.public_id in page
    unticked = ask("POST", f"/cases/{case.slug}/pass-on", as_=cast.siri, data={"submission": waiting.public_id})
    assert unticked.status_code == 422
    another = ask("POST", f"/cases/{case.slug}/pass-on", as_=cast.siri, data={"submission": "annet", "looked_through": "y"})
    assert "Et annet innlegg" in another.get_data(as_text=True)
    done = ask(
        "POST", f"/cases/{case.slug}/pass-on", as_=cast.siri, data={"submission": waiting.public_id, "looked_through": "y"}
    )
    assert done.status_code == 303
    assert sent(database, case, SubmissionKind.RESPONSE)[0].passed_on_at
    assert "venter på å bli sett gjennom" in ask("GET", f"/cases/{case.slug}/pass-on", as_=cast.siri).get_data(as_text=True)
    assert ask("GET", f"/cases/{case.slug}/pass-on", as_=cast.stein).status_code == 403


def test_a_case_is_withdrawn_by_one_who_may_bind_the_party(database, ask):
    cast, case = scene(database, answered)
    assert ask("GET", f"/cases/{case.slug}/withdraw", as_=cast.arne).status_code in {403, 404}
    assert "kan ikke gjøres om" in ask("GET", f"/cases/{case.slug}/withdraw", as_=cast.asta).get_data(as_text=True)
    unsure = ask("POST", f"/cases/{case.slug}/withdraw", as_=cast.asta, data={"reasons": "Vi er blitt enige."})
    assert unsure.status_code == 422
    assert "Vi er blitt enige." in unsure.get_data(as_text=True)
    assert ask("POST", f"/cases/{case.slug}/withdraw", as_=cast.asta, data={"sure": "y"}).status_code == 303
    assert state(database, case) is State.DISCONTINUED


def test_a_claim_accepted_as_a_whole_is_discontinued(database, ask):
    cast, case = scene(database, accepted)
    assert "Saken kan heves når" in ask("GET", f"/cases/{case.slug}/discontinue", as_=cast.siri).get_data(as_text=True)
    with database.writing() as session:
        held = session.get_one(Case, case.id)
        actions.respond(held, by=cast.bo, at=now(), answers=accepting(held), text="Kravet erkjennes.")
        session.commit()
    assert "Motparten erkjenner alle" in ask("GET", f"/cases/{case.slug}/pass-on", as_=cast.siri).get_data(as_text=True)
    with database.writing() as session:
        actions.pass_on(waiting_to_be_passed_on(session.get_one(Case, case.id))[0], by=cast.siri, at=now())
        session.commit()
    assert ask("POST", f"/cases/{case.slug}/discontinue", as_=cast.siri, data={"reasons": ""}).status_code == 303
    assert state(database, case) is State.DISCONTINUED


def test_the_preparation_is_closed_where_the_rounds_stand(database, ask):
    cast, case = scene(database, finished)
    page = ask("GET", f"/cases/{case.slug}/close-preparation", as_=cast.siri).get_data(as_text=True)
    assert "2 av 2" in page
    assert "Bufetat region vest" in page
    assert ask("POST", f"/cases/{case.slug}/close-preparation", as_=cast.siri).status_code == 303
    assert state(database, case) is State.PREPARED


def test_the_preparation_is_not_closed_while_a_party_has_the_word(database, ask):
    cast, case = scene(database, answered)
    answer = ask("POST", f"/cases/{case.slug}/close-preparation", as_=cast.siri)
    assert answer.status_code == 409
    assert "En part kan uttale seg" in answer.get_data(as_text=True)


def test_the_case_page_shows_what_was_sent_to_who_may_read_it(database, ask):
    cast, case = scene(database, responded)
    assert "Staten bestrider kravet." in ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)
    assert "Staten bestrider kravet." not in ask("GET", f"/cases/{case.slug}", as_=cast.asta).get_data(as_text=True)
    assert "ikke sett gjennom ennå" in ask("GET", f"/cases/{case.slug}", as_=cast.siri).get_data(as_text=True)


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_pages_speak_the_readers_language(database, ask, language):
    cast, case = scene(database, prepared)
    with database.writing() as session:
        for user in (cast.asta, cast.bo, cast.siri):
            session.merge(user).language = language
        session.commit()
    for user, page in (
        (cast.bo, "respond"),
        (cast.asta, "comment"),
        (cast.asta, "nothing-more"),
        (cast.asta, "withdraw"),
        (cast.siri, "pass-on"),
        (cast.siri, "discontinue"),
        (cast.siri, "close-preparation"),
    ):
        answer = ask("GET", f"/cases/{case.slug}/{page}", as_=user)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.get_data(as_text=True)
