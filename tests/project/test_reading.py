"""Reading leaves no trace but the access log: every address that can be read is opened by people of every kind, and the rows are compared."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.conftest import _sign_in
from tests.scenes.decision import issued, present, voted
from tvist.accesslog.models import AccessEntry
from tvist.clock import now
from tvist.db import Base
from tvist.intake.actions import begin_draft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

READERS = ("asta", "siri", "cato")
"""A party, the secretariat and the panel; and somebody who is not signed in."""
OPENED = 200
NOWHERE = "nothing-is-called-so"


@pytest.fixture
def kind():
    """One database is enough: both refuse what a reading session would write, and pages do not differ."""
    return "sqlite"


@pytest.fixture
def things(database: Database, cast: Cast, installation: Installation) -> list[dict[str, Any]]:
    """What can stand in an address: cases before and after the opinion with what is below them, a draft, a person."""
    with database.writing() as session:
        asta = present(session, cast).asta
        draft = begin_draft(session, present(session, cast).vik, by=asta, at=now())
        cases = [scene(session, cast, installation) for scene in (voted, issued)]
        session.flush()
        found = [_in_address(case) for case in cases]
        found += [
            {"draft_id": draft.public_id, "public_id": draft.public_id, "place": 1},
            {"public_id": asta.public_id, "number": 1},
        ]
        session.commit()
    return found


def _in_address(case: Case) -> dict[str, Any]:
    """One case, and identifiers of things below it; each address finds its own kind, and 404 for the others."""
    questions = [question.public_id for question in case.questions]
    return {"slug": case.slug, "public_id": questions[0] if questions else case.letters[0].public_id}


def test_a_get_writes_nothing_but_its_row_in_the_access_log(
    app: Flask, installation: Installation, cast: Cast, database: Database, things: list[dict[str, Any]]
) -> None:
    browsers = [app.test_client() for _ in (*READERS, None)]
    for name, browser in zip(READERS, browsers, strict=False):
        _sign_in(browser, installation, getattr(cast, name))
    addresses = list(_addresses(app, things))
    before, logged = _fingerprints(database), _logged(database)

    opened = {endpoint for endpoint, address in addresses for browser in browsers if browser.get(address).status_code == OPENED}

    assert _fingerprints(database) == before
    assert 0 < _logged(database) - logged <= len(addresses) * len(browsers)
    # A walk that opens few pages would prove little.
    assert len(opened) > len({endpoint for endpoint, _ in addresses}) / 2


def _addresses(app: Flask, things: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Every endpoint and address that can be read, with everything that fits into it."""
    there = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        if rule.arguments <= {"token"}:
            yield rule.endpoint, there.build(rule.endpoint, dict.fromkeys(rule.arguments, NOWHERE))
        fits = [thing for thing in things if rule.arguments and rule.arguments <= thing.keys()]
        yield from ((rule.endpoint, there.build(rule.endpoint, thing)) for thing in fits)


MARKS_OF_OPENING = frozenset({"recipient.opened_at", "case_message.first_read_at", "paper_opening"})
"""When a letter, a message or a paper was first opened is told to its sender (rule 18): written beside the access log, in the same way."""


def _fingerprints(database: Database) -> dict[str, str]:
    """The SHA-256 of all rows of every table but the access log and the marks of opening."""
    with database.reading() as session:
        return {
            table.name: hashlib.sha256(
                repr(session.execute(sa.select(*_kept(table)).order_by(*table.primary_key)).all()).encode()
            ).hexdigest()
            for table in Base.metadata.sorted_tables
            if table is not AccessEntry.__table__ and table.name not in MARKS_OF_OPENING
        }


def _kept(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.columns if str(column) not in MARKS_OF_OPENING]


def _logged(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(AccessEntry)) or 0
