"""The pages by which a paper is given out: covered without a mouse, approved by another person, downloaded as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.intake import declared
from tests.scenes.redaction import approved, begun, covered, laid_out, worked
from tests.visitor import section
from tvist.intake.actions import propose_dismissal
from tvist.redaction.actions import submit
from tvist.redaction.job import redaction_job
from tvist.redaction.models import Redaction
from tvist.submissions.paper_actions import quarantine_paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.accounts.models import User
    from tvist.installation import Installation

    Ask = Callable[..., TestResponse]


def test_a_paper_is_begun_covered_by_keyboard_found_in_and_submitted(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        made = begun(session, cast, installation, secrets="")
        paper, slug, case_redaction = made.paper.public_id, made.case.slug, made.public_id
        worked(session, installation, made)
    page = ask("GET", f"/cases/{slug}/papers/{paper}/page", as_=cast.siri).get_data(as_text=True)
    assert f"/cases/{slug}/papers/{paper}/redact" in page
    empty = ask("POST", f"/cases/{slug}/papers/{paper}/redact", as_=cast.siri, data={"secrets": "Kari"})
    assert empty.status_code == 422
    assert ">\r\nKari</textarea>" in empty.get_data(as_text=True)
    where = f"/redactions/{case_redaction}"
    put = ask(
        "POST", f"{where}/pages/1/cover", as_=cast.siri, data={"left": "10", "top": "20,5", "width": "30", "height": "5.25 %"}
    )
    assert put.status_code == 303
    shown = ask("GET", f"{where}/pages/1/cover", as_=cast.siri).get_data(as_text=True)
    assert "<rect" in shown
    assert "20,50 %" in shown
    assert ask("POST", f"{where}/words", as_=cast.siri, data={"secrets": "Kari Fjellstad"}).status_code == 303
    assert ask("POST", f"{where}/submit", as_=cast.siri).status_code == 303
    with installation.database.reading() as session:
        assert len(session.query(Redaction).filter_by(public_id=case_redaction).one().boxes) >= 7


def test_numbers_that_are_none_come_back_with_words(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        where = f"/redactions/{laid_out(session, cast, installation).public_id}"
    typed = {"left": "ti", "top": "20", "width": "101", "height": "5"}
    answer = ask("POST", f"{where}/pages/1/cover", as_=cast.siri, data=typed)
    assert answer.status_code == 422
    assert all(f'value="{each}"' in answer.get_data(as_text=True) for each in typed.values())
    outside = ask("POST", f"{where}/pages/1/cover", as_=cast.siri, data=typed | {"left": "0"})
    assert "innenfor siden" in outside.get_data(as_text=True)
    assert ask("GET", f"{where}/pages/99/cover", as_=cast.siri).status_code == 404


def test_another_approves_and_gets_the_file(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        submit(made, by=present(session, cast).siri, at=NOON)
        session.commit()
        where, key = f"/redactions/{made.public_id}", made.id
    assert ask("POST", f"{where}/approve", as_=cast.siri).status_code == 409
    assert ask("POST", f"{where}/approve", as_=cast.stein).status_code == 303
    assert ask("GET", f"{where}/file", as_=cast.stein).status_code == 404
    redaction_job(installation, key, NOON)
    file = ask("GET", f"{where}/file", as_=cast.stein)
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert file.headers["Content-Disposition"] == "attachment; filename=redacted.pdf"
    assert ask("GET", f"{where}/pages/1", as_=cast.stein).status_code == 200


def test_it_is_sent_back_with_reasons(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        submit(made, by=present(session, cast).siri, at=NOON)
        session.commit()
        where = f"/redactions/{made.public_id}"
    assert ask("POST", f"{where}/return", as_=cast.stein, data={"reasons": " "}).status_code == 422
    assert ask("POST", f"{where}/return", as_=cast.stein, data={"reasons": "Dekk mer."}).status_code == 303
    assert "Dekk mer." in ask("GET", where, as_=cast.siri).get_data(as_text=True)


def test_a_box_is_taken_away(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        where, box, before = f"/redactions/{made.public_id}", made.boxes[0].public_id, len(made.boxes)
    assert ask("POST", f"{where}/boxes/{box}/remove", as_=cast.siri).status_code == 303
    assert ask("GET", f"{where}/boxes/{box}/remove", as_=cast.siri).status_code == 404
    with installation.database.reading() as session:
        assert len(session.get_one(Redaction, made.id).boxes) == before - 1


def test_parties_and_strangers_find_nothing(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        where = f"/redactions/{worked(session, installation, approved(session, cast, installation)).public_id}"
    for address in (where, f"{where}/file", f"{where}/pages/1", f"{where}/pages/1/picture"):
        assert {ask("GET", address, as_=user).status_code for user in (cast.asta, cast.bo, cast.dag, cast.eva)} <= {403, 404}
    assert ask("GET", f"{where}/pages/1/picture", as_=cast.siri).mimetype == "image/webp"


def test_the_leader_sees_the_pages_after_declaring_and_never_those_of_a_paper_under_quarantine(
    installation: Installation, cast: Cast, ask: Ask
) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        propose_dismissal(made.case, by=made.begun_by, at=NOON, ground="outside_mandate", reasons="Saken gjelder bare én lov.")
        session.commit()
        where, key = f"/redactions/{made.public_id}", made.id
    addresses = (where, f"{where}/pages/1", f"{where}/pages/1/picture", f"{where}/approve")
    assert {ask("GET", each, as_=cast.cato).status_code for each in addresses} == {403}
    with installation.database.writing() as session:
        declared(session.get_one(Redaction, key).case, present(session, cast).cato)
        session.commit()
    assert {ask("GET", each, as_=cast.cato).status_code for each in addresses} == {200}
    with installation.database.writing() as session:
        quarantine_paper(session.get_one(Redaction, key).paper, by=present(session, cast).siri, at=NOON, reason="Feil barn.")
        session.commit()
    assert {ask("GET", each, as_=cast.cato).status_code for each in addresses} == {403}
    assert ask("GET", where, as_=cast.stein).status_code == 200


def test_what_was_made_of_a_paper_under_quarantine_is_not_given_out(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        made = worked(session, installation, approved(session, cast, installation))
        where = f"/redactions/{made.public_id}"
        quarantine_paper(made.paper, by=present(session, cast).siri, at=NOON, reason="Feil barn.")
        session.commit()
    assert ask("GET", f"{where}/file", as_=cast.stein).status_code == 404
    page = ask("GET", where, as_=cast.stein).get_data(as_text=True)
    assert f"{where}/file" not in page
    assert "karantene" in page


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_pages_stand_in_three_languages(installation: Installation, cast: Cast, ask: Ask, language: str) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        where = f"/redactions/{made.public_id}"
        present(session, cast).siri.language = language
        session.commit()
    for address in (where, f"{where}/words", f"{where}/pages/1", f"{where}/pages/1/cover", f"{where}/submit"):
        page = ask("GET", address, as_=cast.siri)
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.get_data(as_text=True)


def test_the_desk_leads_to_what_is_to_be_covered_approved_and_mended(installation: Installation, cast: Cast, ask: Ask) -> None:
    def waits_for(user: User) -> str:
        return section(ask("GET", "/desk", as_=user).get_data(as_text=True), "redactions")

    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        where, key = f"/redactions/{made.public_id}", made.id
    assert "Skal sladdes: «Brev»" in waits_for(cast.siri)
    assert where in waits_for(cast.siri)
    assert waits_for(cast.stein) == ""
    assert ask("POST", f"{where}/submit", as_=cast.siri).status_code == 303
    assert "Til godkjenning: sladdet kopi av «Brev»" in waits_for(cast.stein)
    assert {waits_for(user) for user in (cast.siri, cast.cato, cast.asta, cast.bo)} == {""}
    assert ask("POST", f"{where}/return", as_=cast.stein, data={"reasons": "Dekk mer."}).status_code == 303
    assert all("Sendt tilbake: sladdet kopi av «Brev»" in waits_for(user) for user in (cast.siri, cast.stein))
    assert ask("POST", f"{where}/submit", as_=cast.siri).status_code == 303
    assert ask("POST", f"{where}/approve", as_=cast.stein).status_code == 303
    redaction_job(installation, key, NOON)
    assert {waits_for(user) for user in (cast.siri, cast.stein)} == {""}


def test_the_leader_is_asked_to_approve_when_no_officer_is_left(installation: Installation, cast: Cast, ask: Ask) -> None:
    with installation.database.writing() as session:
        made = covered(session, cast, installation)
        propose_dismissal(made.case, by=made.begun_by, at=NOON, ground="outside_mandate", reasons="Saken gjelder bare én lov.")
        declared(made.case, present(session, cast).cato)
        made.boxes[0].by_id = cast.stein.id
        submit(made, by=made.begun_by, at=NOON)
        session.commit()
        where = f"/redactions/{made.public_id}"
    assert where in section(ask("GET", "/desk", as_=cast.cato).get_data(as_text=True), "redactions")
    assert where not in ask("GET", "/desk", as_=cast.stein).get_data(as_text=True)
