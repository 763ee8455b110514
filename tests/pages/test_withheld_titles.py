"""A paper under quarantine is called by its title nowhere, also where a fact points to it (rule 20)."""

from __future__ import annotations

from dataclasses import replace

from tests.people import a_cast
from tests.scenes.intake import a_petition, declared, filed, letters_arrive
from tests.scenes.papers import a_paper
from tests.scenes.submissions import DAY, a_fact, disputing
from tvist.clock import now
from tvist.documents.models import PaperKind
from tvist.intake import actions as intake
from tvist.submissions import actions
from tvist.submissions.fact_answers import Told
from tvist.submissions.paper_actions import quarantine_paper

NAMED = "Vedtak om Kari Nordmann"


def test_a_fact_of_the_request_does_not_tell_the_title_of_a_withheld_paper(ask, installation):
    with installation.database.writing() as session:
        cast, at = a_cast(session), now() - DAY
        paper = a_paper(installation, NAMED, cast.asta, at=at, public_id="papir")
        petition = replace(a_petition(), facts=(replace(a_fact("Vedtak ble fattet."), paper="papir", page=2),))
        sending = {"organisation": cast.vik, "by": cast.asta, "at": at, "papers": [paper]}
        case = declared(intake.send(session, petition, **sending), cast.siri, at=at)
        intake.accept(case, by=cast.siri, at=at)
        letters_arrive(session, case, at=at)
        home = f"/cases/{case.slug}"
        session.commit()
        seen = [(cast.bo, home), (cast.bo, f"{home}/respond"), (cast.bo, f"{home}/joint-table")]
        assert all(NAMED in ask("GET", address, as_=user).get_data(as_text=True) for user, address in seen)
        quarantine_paper(paper, by=cast.siri, at=now(), reason="Navn i tittelen")
        session.commit()
    for user, address in seen:
        page = ask("GET", address, as_=user).get_data(as_text=True)
        assert "Vedtak ble fattet." in page
        assert NAMED not in page, address


def test_a_fact_of_a_response_does_not_either(ask, installation):
    with installation.database.writing() as session:
        cast, at = a_cast(session), now() - 2 * DAY
        case = declared(filed(session, cast, at=at), cast.siri, at=at)
        intake.accept(case, by=cast.siri, at=at)
        letters_arrive(session, case, at=at)
        paper = a_paper(installation, NAMED, cast.bo, at=at, public_id="papir", kind=PaperKind.DECISION)
        told = Told(facts=[replace(a_fact(), paper="papir", page=2)])
        sent = actions.respond(case, by=cast.bo, at=at + DAY, answers=disputing(case), text="Nei.", papers=[paper], told=told)
        actions.pass_on(sent, by=cast.siri, at=at + DAY)
        letters_arrive(session, case, at=at + DAY)
        quarantine_paper(paper, by=cast.siri, at=now(), reason="Navn i tittelen")
        home = f"/cases/{case.slug}"
        session.commit()
    for address in (home, f"{home}/comment", f"{home}/joint-table"):
        page = ask("GET", address, as_=cast.asta).get_data(as_text=True)
        assert "Kommunen fikk tilsagn" in page
        assert NAMED not in page, address
        assert "Dokument i karantene" in page
    assert NAMED in ask("GET", home, as_=cast.bo).get_data(as_text=True)
