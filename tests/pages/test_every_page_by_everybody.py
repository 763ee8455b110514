"""Every page is asked for by everybody, with what stands in its address and with a form that is empty: none breaks, and strangers find no case."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.routing.converters import NumberConverter

from tests.conftest import _sign_in, _token
from tests.people import a_cast
from tests.scenes.kept import lately
from tests.scenes.papers import paper_called, with_planted
from tests.scenes.publication import begun
from tests.scenes.submissions import DAY
from tvist.clock import now
from tvist.intake.actions import begin_draft
from tvist.meetings.models import Invited, Meeting, MeetingCase
from tvist.redaction.actions import begin as begin_copy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

STRANGERS = ("dag", "eva")
EVERYBODY = ("asta", "bo", "siri", "cato", *STRANGERS, "")
LEFT_OUT = {"static", "accounts.sign_out", "accounts.demo", "delivery.take_bounces"}
EXPECTED = {200, 302, 303, 400, 401, 403, 404, 409, 422}


@pytest.fixture
def kind() -> str:
    """One database is enough: what a page answers does not differ."""
    return "sqlite"


def addresses(app: Flask, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Method and address of every page, of one case, draft, paper, party and letter."""
    there = app.url_map.bind("")
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if rule.endpoint in LEFT_OUT:
            continue
        parts: dict[str, Any] = {}
        for part in rule.arguments:
            is_number = isinstance(rule._converters[part], NumberConverter)
            first = str(rule).split("/")[1]
            place = next((name for name in ("papers", "messages", "letters", "drafts") if f"/{name}/<" in str(rule)), first)
            parts[part] = 1 if is_number else known.get(part) or known.get(place, "x")
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, there.build(rule.endpoint, parts)


def a_meeting(session: Session, leader: User, case: Case) -> str:
    """The identifier of a meeting of yesterday, with the case on its agenda."""
    begun = now() - DAY
    made = Meeting(starts_at=begun, ends_at=begun + DAY / 24, place="Møterom 2", called_by=leader, called_at=begun - DAY)
    made.cases, made.invited = [MeetingCase(case=case, position=1)], [Invited(user=leader)]
    session.add(made)
    session.commit()
    return made.public_id


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_page_breaks_and_a_stranger_finds_no_case(
    app: Flask, installation: Installation, database: Database, who: str
) -> None:
    with database.writing() as session:
        cast = a_cast(session)
        case = with_planted(session, cast, installation, at=lately() - 3 * DAY)
        draft = begin_draft(session, cast.vik, by=cast.asta, at=now())
        session.commit()
        known = {"slug": case.slug, "papers": paper_called(case, "Vedtak").public_id, "messages": case.parties[0].public_id}
        known |= {"party_id": case.parties[0].public_id, "letters": case.letters[0].public_id, "drafts": draft.public_id}
        known |= {"meetings": a_meeting(session, cast.cato, case)}
        publication = begun(session, cast, installation)
        known |= {"publications": publication.public_id, "mark_id": publication.marks[0].public_id}
        copied = begin_copy(paper_called(case, "Vedtak"), purpose="Innsyn.", secrets="", by=cast.siri, at=now())
        known |= {"redactions": copied.public_id}
        session.commit()
        known |= {
            "draft_id": draft.public_id,
            "step": "facts",
            "section": "legal",
            "place": "legal",
            "kind": "comments",
            "code": "4639",
            "users": cast.arne.public_id,
        }
    app.testing, browser = False, app.test_client()
    if who:
        _sign_in(browser, installation, getattr(cast, who))
    for method, address in addresses(app, known):
        sent = {"csrf_token": _token(browser, app), "_key": secrets.token_urlsafe(9)} if method == "POST" else None
        answer = browser.open(address, method=method, data=sent)
        assert answer.status_code in EXPECTED, (method, address, answer.status_code)
        if (case.slug in address or publication.public_id in address) and who in STRANGERS:
            assert answer.status_code == 404, (method, address)
        if (case.slug in address or publication.public_id in address) and not who:
            assert answer.status_code in {302, 401}, (method, address)
