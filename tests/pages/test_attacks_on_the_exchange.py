"""What a hostile, hasty or unlucky person may do in the exchange: nothing is told to whom it is not for, and nothing is done twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
import sqlalchemy as sa

from tests.people import Cast, a_cast
from tests.scenes.concessions import three_lines
from tests.scenes.intake import accepted, declared, dismissal_proposed, letters_arrive
from tests.scenes.kept import lately
from tests.scenes.papers import exchanging, paper_called
from tests.scenes.submissions import DAY, answered, responded
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.models import User
from tvist.cases.clocks import Rest
from tvist.cases.concessions import Concession
from tvist.cases.lifecycle import State
from tvist.cases.models import Case, Side, TeamMember
from tvist.cases.private import CaseMessage, Offer
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.submissions import SubmissionKind
from tvist.clock import now, today
from tvist.delivery.models import Letter, LetterKind
from tvist.errors import CannotProceed
from tvist.intake.actions import propose_dismissal
from tvist.intake.models import DismissalProposal, Draft, DraftKind
from tvist.submissions import actions
from tvist.submissions.models import Settlement
from tvist.submissions.paper_actions import quarantine_paper
from tvist.submissions.rules import waiting_to_be_passed_on
from tvist.submissions.settlement import confirm_settlement, propose_settlement
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from tvist.db import Database

REFERENCE = "BUF-2026-7"


def a_scene(database: Database, made: Callable[..., Case], **changes: Any) -> tuple[Cast, Case]:
    with database.writing() as session:
        cast = a_cast(session)
        case = made(session, cast, **{"at": now() - 9 * DAY, **changes})
        session.commit()
    return cast, case


def count(database: Database, kind: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def test_a_ground_that_is_not_on_the_list_proposes_no_dismissal(database, ask):
    cast, case = a_scene(database, lambda session, cast, at: declared(accepted(session, cast, at=at), cast.siri))
    wrong = {"ground": "i_do_not_like_it", "reasons": "Saken er feil."}
    answer = ask("POST", f"/cases/{case.slug}/screening/dismissal", as_=cast.siri, data=wrong)
    assert answer.status_code == 422
    assert "Saken er feil." in answer.get_data(as_text=True)
    assert count(database, DismissalProposal) == 0
    assert ask("GET", f"/cases/{case.slug}/screening/dismissal/comment", as_=cast.asta).status_code == 200
    with database.writing() as session, pytest.raises(CannotProceed):
        propose_dismissal(session.get_one(Case, case.id), by=cast.siri, at=now(), ground="nonsense", reasons="Feil.")


def test_a_leader_who_was_to_dismiss_does_not_read_what_the_parties_agreed(database, installation):
    with database.writing() as session:
        cast = a_cast(session)
        case = declared(dismissal_proposed(session, cast, at=lately()), cast.cato, at=lately())
        assert may(cast.cato, Act.READ_SUBMISSION, case.submissions[0])
        text = "Staten dekker halvparten."
        found = propose_settlement(case, by=cast.asta, at=now(), text=text, keys=installation.keys)
        confirm_settlement(case, by=cast.bo, at=now(), sha256=found.sha256, keys=installation.keys)
        letters_arrive(session, case, at=now())
        agreed = next(each for each in case.submissions if each.kind is SubmissionKind.SETTLEMENT)
        assert not may(cast.cato, Act.READ_SUBMISSION, agreed)
        assert agreed not in submissions_visible_to(session, cast.cato, case, today())
        for reader in (cast.asta, cast.bo, cast.siri):
            assert agreed in submissions_visible_to(session, reader, case, today())


def test_a_number_given_with_the_response_shows_when_that_is_served(database, ask):
    cast, case = a_scene(database, responded)
    shown = [REFERENCE in ask("GET", f"/cases/{case.slug}", as_=user).text for user in (cast.asta, cast.bo, cast.siri)]
    assert shown == [False, True, True]
    with database.writing() as session:
        held = session.get_one(Case, case.id)
        actions.pass_on(waiting_to_be_passed_on(held)[0], by=cast.siri, at=now())
        session.commit()
    assert REFERENCE not in ask("GET", f"/cases/{case.slug}", as_=cast.asta).text
    with database.writing() as session:
        letters_arrive(session, session.get_one(Case, case.id), at=now())
        session.commit()
    assert REFERENCE in ask("GET", f"/cases/{case.slug}", as_=cast.asta).text


DONE_ONCE = {
    "concede": ("bo", "concede", Concession, {"line": "", "how_much": "part", "amount": "10", "sure": "y"}),
    "offer": ("asta", "offers/new", Offer, {"text": "Halvparten."}),
    "settlement": ("asta", "settlement/propose", Settlement, {"text": "Halvparten.", "sure": "y"}),
    "message": ("asta", "messages/{party}", CaseMessage, {"text": "Når?"}),
    "rest": ("siri", "rest", Rest, {"reason": "negotiation", "until_on": "", "words": "Møte."}),
    "member": ("asta", "team/{party}/add", TeamMember, {"person": "", "from_on": ""}),
}


@pytest.mark.parametrize("what", DONE_ONCE)
def test_a_double_click_does_it_once(database, ask, what):
    cast, case = a_scene(database, accepted, lines=three_lines())
    who, path, kind, given = DONE_ONCE[what]
    far = (today() + 5 * DAY).strftime("%d.%m.%Y")
    filled = given | {"line": case.lines[1].public_id, "until_on": far, "from_on": today().strftime("%d.%m.%Y")}
    filled = {name: filled[name] for name in given} | ({"person": cast.arne.public_id} if "person" in given else {})
    address = f"/cases/{case.slug}/{path.format(party=case.parties[0].public_id)}"
    before = count(database, kind)
    answers = [ask("POST", address, as_=getattr(cast, who), data=dict(filled), key="twice") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], answers[0].text
    assert answers[0].location == answers[1].location
    assert count(database, kind) == before + 1


@pytest.mark.parametrize("path", ["concede", "settlement/propose", "rest", "extension"])
def test_a_page_that_has_grown_old_does_nothing(database, ask, path):
    cast, case = a_scene(database, accepted, lines=three_lines())
    far = (today() + 5 * DAY).strftime("%d.%m.%Y")
    filled = {"line": case.lines[1].public_id, "how_much": "whole", "sure": "y", "text": "Halvparten.", "reason": "negotiation"}
    filled |= {"until_on": far, "words": "Møte.", "wanted_until": far, "_seen": "0"}
    who = cast.siri if path == "rest" else cast.bo
    assert ask("POST", f"/cases/{case.slug}/{path}", as_=who, data=filled).status_code == 409
    assert [count(database, kind) for kind in (Concession, Settlement, Rest)] == [0, 0, 0]


def test_who_was_taken_out_of_the_team_neither_answers_nor_writes_on(database, ask):
    cast, case = a_scene(database, accepted)
    typed = {"typed": '[{"field": "text", "base": "", "value": "Bestrides."}]', "tab": "a"}
    assert ask("POST", f"/cases/{case.slug}/typed/response", as_=cast.bo, data=typed).status_code == 200
    with database.writing() as session:
        draft = session.scalars(sa.select(Draft).where(Draft.kind == DraftKind.RESPONSE)).one().public_id
        party = session.get_one(Case, case.id).parties_on(Side.OPPOSING)[0]
        for member in party.team:
            if member.user_id == cast.bo.id:
                member.to_on = today() - DAY
        session.commit()
    for method, address in (
        ("POST", f"/cases/{case.slug}/respond"),
        ("POST", f"/cases/{case.slug}/typed/response"),
        ("GET", f"/drafts/{draft}/earlier"),
        ("POST", f"/drafts/{draft}/put-away"),
        ("GET", f"/cases/{case.slug}/offers"),
        ("GET", f"/cases/{case.slug}/identity"),
        ("GET", f"/cases/{case.slug}/papers.zip"),
    ):
        assert ask(method, address, as_=cast.bo).status_code == 404, address
    for other in (cast.asta, cast.siri, cast.cato, cast.dag):
        assert ask("GET", f"/drafts/{draft}/earlier", as_=other).status_code == 404


def test_a_draft_of_the_other_side_is_not_told_of_once_it_was_sent(database, ask):
    cast, case = a_scene(database, answered)
    with database.writing() as session:
        held = session.get_one(Case, case.id)
        sent = Draft(
            organisation_id=cast.vest.id, kind=DraftKind.RESPONSE, in_case=held, party=held.parties[1], begun_by_id=cast.bo.id
        )
        sent.begun_at = sent.changed_at = now()
        sent.typed, sent.submission = {}, held.submissions[1]
        session.add(sent)
        session.commit()
        public_id = sent.public_id
    typed = {"typed": "[]", "draft": public_id, "tab": "a"}
    answer = ask("POST", f"/cases/{case.slug}/typed/comments", as_=cast.asta, data=typed)
    assert (answer.status_code, "Bo Oppdiktet" in answer.text) == (200, False)


def test_the_case_ends_once_whichever_ending_comes_first(database, ask):
    cast, case = a_scene(database, accepted)
    assert (
        ask("POST", f"/cases/{case.slug}/settlement/propose", as_=cast.bo, data={"text": "Halvt.", "sure": "y"}).status_code
        == 303
    )
    assert ask("POST", f"/cases/{case.slug}/withdraw", as_=cast.asta, data={"sure": "y"}).status_code in {303, 422}
    with database.reading() as session:
        found = session.scalars(sa.select(Settlement)).one()
    data = {"settlement": found.public_id, "sha256": found.sha256, "sure": "y"}
    with database.reading() as session:
        is_over = session.get_one(Case, case.id).state is State.DISCONTINUED
    assert is_over
    assert ask("POST", f"/cases/{case.slug}/settlement/confirm", as_=cast.asta, data=data).status_code == 409
    assert ask("POST", f"/cases/{case.slug}/settlement/withdraw", as_=cast.bo, data=data).status_code == 409
    with database.reading() as session:
        assert len(session.get_one(Case, case.id).endings) == 1


def test_an_officer_who_asks_to_become_a_filer_does_not_find_the_key_to_say_yes(database, ask):
    cast, _ = a_scene(database, accepted)
    asked = {"organisation": "4639", "name": "Arne", "email": cast.arne.email, "role": "authorised_filer", "language": "nb"}
    assert ask("POST", "/access", data=asked).status_code == 303
    with database.reading() as session:
        letter = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.ACCESS_ASKED)).one().public_id
    for user, is_told in ((cast.arne, False), (cast.bo, False), (cast.siri, False), (cast.adam, False), (cast.asta, True)):
        assert ask("GET", f"/letters/{letter}", as_=user).status_code == (200 if is_told else 404)
        assert (f"/letters/{letter}" in ask("GET", "/letters", as_=user).text) is is_told


def at_once(*acts: Callable[[], TestResponse]) -> list[int]:
    """The acts in as many threads, as near to one moment as can be; the codes of their answers, sorted."""
    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(found.result().status_code for found in [threads.submit(act) for act in acts])


def test_two_who_concede_the_same_sum_at_once_concede_it_once(database, ask):
    cast, case = a_scene(database, accepted, lines=three_lines())
    sent = {"line": case.lines[1].public_id, "how_much": "part", "amount": "60 000", "sure": "y"}
    codes = at_once(*[lambda: ask("POST", f"/cases/{case.slug}/concede", as_=cast.bo, data=dict(sent)) for _ in range(2)])
    assert codes == [303, 422]
    assert count(database, Concession) == 1


def test_a_key_that_is_used_twice_at_once_lets_in_once(database, ask):
    cast, _ = a_scene(database, accepted)
    asked = {"organisation": "4639", "name": "Ny", "email": "ny@example.invalid", "role": "case_officer", "language": "nb"}
    assert ask("POST", "/access", data=asked).status_code == 303
    with database.reading() as session:
        link = session.scalars(sa.select(Letter.link).where(Letter.kind == LetterKind.ACCESS_ASKED)).one()
    assert at_once(*[lambda: ask("POST", link, data={"answer": "yes"}) for _ in range(2)]) == [303, 404]
    with database.reading() as session:
        user = session.scalars(sa.select(User).where(User.email == "ny@example.invalid")).one()
        assert [found.organisation_id for found in user.memberships] == [cast.vik.id]


def test_two_settlements_at_once_leave_one_that_stands(database, ask):
    cast, case = a_scene(database, accepted)
    address, sent = f"/cases/{case.slug}/settlement/propose", {"text": "Halvparten.", "sure": "y"}
    codes = at_once(*[lambda user=user: ask("POST", address, as_=user, data=dict(sent)) for user in (cast.asta, cast.bo)])
    assert codes == [303, 409]
    assert count(database, Settlement) == 1


def test_withdrawing_a_text_while_the_other_side_confirms_it_does_one_of_the_two(database, ask):
    cast, case = a_scene(database, accepted)
    address, sent = f"/cases/{case.slug}/settlement", {"text": "Halvparten.", "sure": "y"}
    assert ask("POST", f"{address}/propose", as_=cast.asta, data=sent).status_code == 303
    with database.reading() as session:
        found = session.scalars(sa.select(Settlement)).one()
    data = {"settlement": found.public_id, "sha256": found.sha256, "sure": "y"}
    codes = at_once(
        lambda: ask("POST", f"{address}/confirm", as_=cast.bo, data=dict(data)),
        lambda: ask("POST", f"{address}/withdraw", as_=cast.asta, data=dict(data)),
    )
    assert codes == [303, 409]
    with database.reading() as session:
        after = session.scalars(sa.select(Settlement)).one()
        is_over = session.get_one(Case, case.id).state is State.DISCONTINUED
        assert (after.agreed_at is None, after.withdrawn_at is None) == (not is_over, is_over)


@pytest.mark.parametrize(
    "carried",
    [
        '{"fields": [["text", "\\ud800"]], "had_files": false}',
        '{"fields": [["\\u0000", "x"]], "had_files": false}',
        "[" * 100_000,
    ],
    ids=["half a character", "NUL", "nested without end"],
)
def test_what_is_carried_through_the_sign_in_may_be_anything(ask, carried):
    sent = {"email": "a@example.invalid", "password": "feil", "_carried_to": "/desk", "_carried": carried}
    assert ask("POST", "/sign-in", data=sent).status_code == 422


def test_a_receipt_names_no_paper_that_came_under_quarantine_since(database, ask, installation):
    with database.writing() as session:
        cast = a_cast(session)
        case = exchanging(session, cast, installation, at=lately())
        session.commit()
    while work_once(installation):
        pass
    pages = []
    for is_withheld in (False, True):
        if is_withheld:
            with database.writing() as session:
                paper = paper_called(session.get_one(Case, case.id), "Faktura")
                quarantine_paper(paper, by=session.get_one(User, cast.siri.id), at=now(), reason="Et navn.")
                session.commit()
        answer = ask("GET", f"/cases/{case.slug}/receipt.pdf", as_=cast.bo)
        with pypdfium2.PdfDocument(answer.data) as file:
            pages.append("\n".join(page.get_textpage().get_text_range() for page in file))
    assert ["Faktura.txt" in text for text in pages] == [True, False]
    assert all("Vedtak.txt" in text for text in pages)
