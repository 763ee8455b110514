"""What a party brings with its response is seen by nobody on the other side or the panel before it is served on them (rules 20, 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import Cast, a_cast
from tests.scenes.intake import accepted, letters_arrive
from tests.scenes.kept import lately
from tests.scenes.submissions import DAY, a_fact, an_own_line, disputing
from tvist.cases.models import Case
from tvist.clock import now
from tvist.submissions import actions
from tvist.submissions.fact_answers import Told
from tvist.submissions.indexing import index_submission
from tvist.submissions.rules import waiting_to_be_passed_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tvist.db import Database
    from tvist.installation import Installation

SECRETS = ("84 500", "293 129", "Avlastning", "Hemmelig tilsagn", "Kveldsro")
"""The own line's sum, the sum with it, its measure, a fact, and words: none of them stands anywhere else."""
PAGES = (
    "",
    "/comment",
    "/nothing-more",
    "/joint-table",
    "/confirm-table",
    "/respond",
    "/concede",
    "/papers",
    "/letters",
    "/log",
    "/offers",
    "/settlement",
    "/messages",
    "/decision",
    "/bundle",
)


def planted(session: Session, cast: Cast) -> Case:
    """The region has answered, with a fact and a line of its own; the secretariat has not looked it through."""
    at = lately() - 3 * DAY
    case = accepted(session, cast, at=at)
    line = an_own_line(case, measure_words="Kveldsro")
    told = Told(facts=[a_fact("Hemmelig tilsagn")], lines=[line])
    actions.respond(case, by=cast.bo, at=at + DAY, answers=disputing(case), text="Bestrides.", told=told)
    session.flush()
    return case


@pytest.fixture
def a_case(database: Database) -> tuple[Cast, Case]:
    with database.writing() as session:
        cast = a_cast(session)
        case = planted(session, cast)
        session.commit()
    return cast, case


def everywhere(ask: Callable[..., object], case: Case, user: object) -> dict[str, str]:
    """Every page of the case that the person can open, and the lists; spaces as the eye sees them."""
    addresses = [f"/cases/{case.slug}{page}" for page in PAGES]
    addresses += ["/cases", "/desk", "/letters", "/cases?q=Kveldsro", "/cases?q=tilsagn", "/search?q=Kveldsro"]
    shown = {}
    for address in addresses:
        answer = ask("GET", address, as_=user)
        if answer.status_code == 200:
            shown[address] = (
                answer.text.replace("\N{NO-BREAK SPACE}", " ")
                .replace("q=Kveldsro", "")
                .replace("q%3DKveldsro", "")
                .replace('value="Kveldsro"', "")
            )
    return shown


def assert_unseen(shown: dict[str, str]) -> None:
    assert "/cases" in shown
    for address, text in shown.items():
        for secret in SECRETS:
            assert secret not in text, (address, secret)


def test_nothing_of_it_shows_before_it_is_served(
    database: Database, installation: Installation, ask: Callable[..., object], a_case: tuple[Cast, Case]
) -> None:
    cast, case = a_case
    reindexed(installation, database, case)
    assert_unseen(everywhere(ask, case, cast.asta))
    assert "Kveldsro" in everywhere(ask, case, cast.bo)[f"/cases/{case.slug}"]
    assert "Kveldsro" in everywhere(ask, case, cast.siri)[f"/cases/{case.slug}"]
    with database.writing() as session:
        held = session.get_one(Case, case.id)
        actions.pass_on(waiting_to_be_passed_on(held)[0], by=cast.siri, at=now())
        session.commit()
    reindexed(installation, database, case)
    assert_unseen(everywhere(ask, case, cast.asta))
    with database.writing() as session:
        letters_arrive(session, session.get_one(Case, case.id), at=now())
        session.commit()
    reindexed(installation, database, case)
    shown = everywhere(ask, case, cast.asta)
    for page in ("", "/comment", "/joint-table"):
        assert "Kveldsro" in shown[f"/cases/{case.slug}{page}"], page
    assert "293 129" in shown["/cases"]


def reindexed(installation: Installation, database: Database, case: Case) -> None:
    """What the worker does after each sending and service."""
    with database.reading() as session:
        ids = [sending.id for sending in session.get_one(Case, case.id).submissions]
    for submission_id in ids:
        index_submission(installation, submission_id)
