"""The pages after an opinion: its versions, a correction, a request for a new treatment and the ruling on it; and what an issue still lacks."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.pages.test_at_once import at_once  # noqa: F401 - a fixture.
from tests.scenes.afterwards import SLIP, WHAT_WAS_WRONG, asked, corrected, granted, told
from tests.scenes.decision import Scene, approved, ordered, present, voted, written
from tests.scenes.kept import lately
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.clock import now
from tvist.decision.afterwards import Correction, NewTreatment
from tvist.decision.correcting import Changes, correct
from tvist.decision.models import IssuedFile
from tvist.intake.actions import declare_impartiality
from tvist.jobs.models import Job, JobKind

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.installation import Installation

SLUG = "2026-0001"
OPINION = f"/cases/{SLUG}/opinion"
CORRECT = f"/cases/{SLUG}/decision/correct"
ASK = f"{OPINION}/new-treatment"
BIRTH_NUMBER = "15927610016"


def made(installation: Installation, cast: Cast, scene: Scene, **changes: Any) -> None:
    with installation.database.writing() as session:
        scene(session, cast, installation, at=lately() - 10 * DAY, **changes)
        session.commit()


def declared(installation: Installation, cast: Cast) -> None:
    """Cato declares that nothing makes him partial."""
    with installation.database.writing() as session:
        case = session.scalars(sa.select(Case)).one()
        declare_impartiality(case, by=present(session, cast).cato, at=now() - DAY, statement=Statement.NONE)
        session.commit()


def as_shown(text: str) -> dict[str, str]:
    """The fields of the correction's form, as the page shows them."""
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\s*(.*?)</textarea>', text, re.DOTALL)
    inputs = re.findall(r'<input[^>]* name="(representatives-\d+|shown_version)"[^>]* value="([^"]*)"', text)
    return dict([*areas, *inputs])


# ---- Versions and corrections ----


def test_both_versions_are_listed_newest_first_and_each_is_served_for_ever(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, corrected)
    page = ask("GET", OPINION, as_=cast.asta).text

    assert page.index("opinion-2.pdf") < page.index("opinion-1.pdf")
    assert WHAT_WAS_WRONG in page.replace("&#171;", "«")
    with installation.database.reading() as session:
        files = {file.version: file.sha256 for file in session.scalars(sa.select(IssuedFile))}
    for address, version in (("opinion-1.pdf", 1), ("opinion-2.pdf", 2), ("opinion.pdf", 2)):
        answer = ask("GET", f"/cases/{SLUG}/decision/{address}", as_=cast.bo)
        assert hashlib.sha256(answer.data).hexdigest() == files[version]
    assert ask("GET", f"/cases/{SLUG}/decision/opinion-3.pdf", as_=cast.bo).status_code == 404
    assert ask("GET", f"/cases/{SLUG}/decision/opinion-1.pdf", as_=cast.dag).status_code == 404


def test_the_leader_corrects_and_nobody_else(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    assert {ask("GET", CORRECT, as_=who).status_code for who in (cast.asta, cast.bo, cast.siri, cast.frida)} == {403}
    fields = as_shown(ask("GET", CORRECT, as_=cast.cato).text)

    assert ask("POST", CORRECT, as_=cast.cato, data=fields | {"words": "Feil."}).status_code == 422
    fields["conclusion"] = "Staten bør dekke oppholdet."
    assert ask("POST", CORRECT, as_=cast.cato, data=fields).status_code == 422
    assert ask("POST", CORRECT, as_=cast.cato, data=fields | {"words": "Et ord var feil."}).status_code == 303
    assert "Versjon 2 av uttalelsen lages nå." in ask("GET", OPINION, as_=cast.asta).text


def test_a_correction_keeps_what_was_typed_when_something_is_wrong(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    fields = as_shown(ask("GET", CORRECT, as_=cast.cato).text) | {"conclusion": "Rettet slutning.", "words": ""}
    answer = ask("POST", CORRECT, as_=cast.cato, data=fields)

    assert answer.status_code == 422
    assert "Rettet slutning." in answer.text


def test_a_stale_page_corrects_nothing(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    fields = as_shown(ask("GET", CORRECT, as_=cast.cato).text) | {"background": "Ny bakgrunn.", "words": "Bakgrunnen."}
    with installation.database.writing() as session:
        case = session.scalars(sa.select(Case)).one()
        found = correct(case, SLIP, by=present(session, cast).cato, at=now() - DAY, words=WHAT_WAS_WRONG)
        session.add(IssuedFile(decision_id=found.decision_id, version=2, blob_id="x" * 32, size=1, sha256="0", made_at=now()))
        session.commit()
    answer = ask("POST", CORRECT, as_=cast.cato, data=fields)

    assert answer.status_code == 409
    assert "Ny bakgrunn." in answer.text


def test_the_leader_sees_why_a_correction_was_not_made_and_asks_again(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    with installation.database.writing() as session:
        case = session.scalars(sa.select(Case)).one()
        correct(case, Changes(reasons={1: "Rettet."}), by=present(session, cast).cato, at=now() - DAY, words="Grunnen.")
        job = session.scalars(sa.select(Job).where(Job.kind == JobKind.MAKE_CORRECTION)).one()
        job.error, job.attempts, job.failed_at = "GenericError", 6, now()
        session.commit()

    assert "Stedet der filene lagres" in ask("GET", OPINION, as_=cast.cato).text
    assert "Stedet der filene lagres" not in ask("GET", OPINION, as_=cast.asta).text
    assert ask("POST", f"{CORRECT}/again", as_=cast.asta).status_code == 403
    assert ask("POST", f"{CORRECT}/again", as_=cast.cato).status_code == 303
    with installation.database.reading() as session:
        assert len(session.scalars(sa.select(Job).where(Job.kind == JobKind.MAKE_CORRECTION)).all()) == 2


# ---- A new treatment ----


def test_the_opinions_page_says_the_last_day_and_who_to_write_to(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    page = ask("GET", OPINION, as_=cast.asta).text

    assert "Siste dag for Vik kommune til å be om ny behandling er" in page
    assert f"/cases/{SLUG}/messages" in page
    assert ASK in page
    assert ASK not in ask("GET", OPINION, as_=cast.siri).text


def test_a_party_asks_and_the_other_reads_it_once_it_is_served(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    assert ask("POST", ASK, as_=cast.bo, data={"ground": "other", "reasons": ""}).status_code == 422
    assert ask("POST", ASK, as_=cast.bo, data={"ground": "law", "reasons": "Loven er brukt feil."}).status_code == 303

    assert "Loven er brukt feil." in ask("GET", OPINION, as_=cast.bo).text
    assert "Loven er brukt feil." not in ask("GET", OPINION, as_=cast.asta).text
    assert "Loven er brukt feil." not in ask("GET", OPINION, as_=cast.lise).text
    assert ask("POST", ASK, as_=cast.asta, data={"ground": "law", "reasons": "Vi også."}).status_code == 409


def test_a_request_refuses_a_birth_number(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    answer = ask("POST", ASK, as_=cast.bo, data={"ground": "law", "reasons": f"Barnet {BIRTH_NUMBER} fikk feil."})

    assert answer.status_code == 422
    with installation.database.reading() as session:
        assert session.scalars(sa.select(NewTreatment)).all() == []


def test_who_only_works_in_the_team_does_not_ask(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, told)
    statuses = {ask("GET", ASK, as_=who).status_code for who in (cast.siri, cast.cato, cast.frida)}
    assert statuses == {403}
    assert ask("GET", ASK, as_=cast.dag).status_code == 404


def test_the_late_one_is_told_so_and_led_to_the_secretariat(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        told(session, cast, installation, at=lately() - 120 * DAY)
        session.commit()
    page = ask("GET", ASK, as_=cast.asta).text
    answer = ask("POST", ASK, as_=cast.asta, data={"ground": "law", "reasons": "For sent."})

    assert "Fristen for å be om ny behandling gikk ut" in page
    assert "Skriv til sekretariatet" in page
    assert answer.status_code == 409


def test_the_leader_declares_then_grants_and_both_pages_lead_to_each_other(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, asked)
    declared(installation, cast)
    assert "Det er kommet en ny rapport." in ask("GET", f"{ASK}/grant", as_=cast.cato).text
    assert ask("POST", f"{ASK}/grant", as_=cast.cato, data={"reasons": " "}).status_code == 422
    assert ask("POST", f"{ASK}/grant", as_=cast.cato, data={"reasons": "Rapporten er ny."}).status_code == 303

    with installation.database.reading() as session:
        new = session.scalars(sa.select(NewTreatment)).one().new_case
        assert new is not None
        slug, number = new.slug, new.number
    assert f"/cases/{slug}" in ask("GET", f"/cases/{SLUG}", as_=cast.asta).text
    assert "Dette er ny behandling av sak" in ask("GET", f"/cases/{slug}", as_=cast.bo).text
    assert number in ask("GET", OPINION, as_=cast.siri).text
    assert ask("GET", f"/cases/{slug}", as_=cast.frida).status_code == 404
    assert f"/cases/{slug}" not in ask("GET", f"/cases/{SLUG}", as_=cast.frida).text


def test_the_deputy_leader_declares_and_rules_on_what_another_panel_decided(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, asked)
    assert ask("GET", f"{ASK}/grant", as_=cast.lise).status_code == 403
    answer = ask("POST", f"/cases/{SLUG}/screening/impartiality", as_=cast.lise, data={"statement": "none"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{SLUG}")
    assert "Det er kommet en ny rapport." in ask("GET", f"{ASK}/refuse", as_=cast.lise).text


def test_a_refusal_is_read_by_both(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, asked)
    declared(installation, cast)
    assert ask("POST", f"{ASK}/refuse", as_=cast.cato, data={"reasons": "Rapporten er ikke ny."}).status_code == 303
    assert ask("POST", f"{ASK}/refuse", as_=cast.cato, data={"reasons": "Igjen."}).status_code == 409

    for who in (cast.asta, cast.bo, cast.siri):
        assert "Rapporten er ikke ny." in ask("GET", OPINION, as_=who).text


def test_of_two_clicks_one_makes_a_case(installation: Installation, cast: Cast, at_once: Any) -> None:  # noqa: F811 - the fixture.
    made(installation, cast, asked)
    declared(installation, cast)
    codes = at_once(*[(cast.cato, f"{ASK}/grant", {"reasons": "Ja."})] * 3)

    assert codes == [303, 409, 409]
    with installation.database.reading() as session:
        assert len(session.scalars(sa.select(Case)).all()) == 2


def test_a_grant_and_a_refusal_at_once_leave_one_ruling(installation: Installation, cast: Cast, at_once: Any) -> None:  # noqa: F811
    made(installation, cast, asked)
    declared(installation, cast)
    both = [(cast.cato, f"{ASK}/{way}", {"reasons": "Avgjort."}) for way in ("grant", "refuse")]
    assert at_once(*both) == [303, 409]


def test_one_correction_is_ordered_by_two_clicks(installation: Installation, cast: Cast, ask: Any, at_once: Any) -> None:  # noqa: F811
    made(installation, cast, told)
    fields = as_shown(ask("GET", CORRECT, as_=cast.cato).text) | {"words": "En feil.", "background": "Rettet."}
    assert at_once(*[(cast.cato, CORRECT, fields)] * 2) == [303, 409]
    with installation.database.reading() as session:
        assert len(session.scalars(sa.select(Correction)).all()) == 1


@pytest.mark.parametrize("page", ["", "/grant", "/refuse"])
def test_nothing_follows_an_opinion_that_is_not_issued(page: str, installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, ordered)
    for who in (cast.asta, cast.bo, cast.siri):
        assert ask("POST", f"{ASK}{page}", as_=who, data={"ground": "law", "reasons": "Nå."}).status_code in {403, 404, 409}


# ---- What the issue lacks ----


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (voted, ["Nemnda", "Skriver begrunnelsen for spørsmål"]),
        (written, ["Cato Oppdiktet", "Frida Oppdiktet", "Leser uttalelsen og godkjenner den."]),
    ],
)
def test_the_leader_sees_all_that_is_missing_person_by_person(
    scene: Scene, words: list[str], installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, scene)
    page = ask("GET", f"/cases/{SLUG}/decision/issue", as_=cast.cato).text

    assert all(word in page for word in words), page
    assert ask("POST", f"/cases/{SLUG}/decision/issue", as_=cast.cato).status_code == 409


def test_nothing_is_missing_when_three_have_approved(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, approved)
    assert "Før uttalelsen kan avgis" not in ask("GET", f"/cases/{SLUG}/decision/issue", as_=cast.cato).text
    assert ask("POST", f"/cases/{SLUG}/decision/issue", as_=cast.cato).status_code == 303


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("GenericError", "Stedet der filene lagres"),
        ("MissingLetter", "tegn som ikke finnes i skriftene"),
        ("CannotProceed", "Noe er endret etter at du ga klarsignal"),
        ("ZeroDivisionError", "ZeroDivisionError"),
    ],
)
def test_the_leader_sees_why_the_issue_failed(error: str, words: str, installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, ordered)
    with installation.database.writing() as session:
        job = session.scalars(sa.select(Job).where(Job.kind == JobKind.ISSUE_DECISION)).one()
        job.error, job.attempts = error, 2
        session.commit()
    assert words in ask("GET", f"/cases/{SLUG}/decision/call-back", as_=cast.cato).text


def test_the_state_of_a_case_that_is_treated_anew_stays_decided(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, granted)
    made_of = ask("GET", OPINION, as_=cast.asta)
    assert made_of.status_code == 200
    with installation.database.reading() as session:
        states = [case.state for case in session.scalars(sa.select(Case).order_by(Case.id))]
    assert states == [State.DECIDED, State.EXCHANGE]
