"""Offers and a settlement that was put forward are planted, the case is taken on to its opinion, and then every place is looked in (rule 22)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
import sqlalchemy as sa
from werkzeug.routing.converters import NumberConverter

from tests.conftest import _sign_in
from tests.people import Cast, a_cast
from tests.scenes.decision import REASONS, SECTIONS, default_vote
from tests.scenes.intake import letters_arrive
from tests.scenes.kept import lately
from tests.scenes.panel import nobody_objects
from tests.scenes.submissions import DAY, prepared
from tvist.accesslog.models import AccessEntry
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.cases.private import Offer
from tvist.clock import now, oslo_date
from tvist.db import Base
from tvist.decision.actions import order_issue
from tvist.decision.approving import approve
from tvist.decision.questions import agree_questions
from tvist.decision.votes import seats_of
from tvist.decision.voting import vote
from tvist.decision.writing import write_reasons, write_text
from tvist.delivery.models import Letter, LetterKind
from tvist.documents.models import Paper
from tvist.intake.sealing import lay_apart
from tvist.panel.actions import confirm_reading, declare, refer, seat_panel
from tvist.panel.choosing import proposed_panel
from tvist.search.index import keyed_stems
from tvist.search.models import SearchEntry
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tvist.db import Database
    from tvist.installation import Installation

MARKS = ("tilbudskaninen", "romtilbudsreven", "svarebekkasinen", "forliksgaupen")
"""Words that stand in what is planted and nowhere else: the request's offer, one made in the room, its answer, and the settlement."""
ROOMS = {"submissions.offers", "submissions.make_offer", "submissions.settlement", "submissions.confirm_settlement"}
ROOMS |= {"submissions.propose_settlement"}
OTHERS = ("siri", "cato", "dag", "eva", "adam")
"""The secretariat, the panel, another municipality, the evaluator and the administrator; beside them somebody who is not signed in."""
WITH_EVERY_ID = ("siri", "cato", "asta")


@pytest.fixture
def planted(database: Database, installation: Installation, ask: Any, caplog: pytest.LogCaptureFixture) -> tuple[Cast, Case]:
    """A case decided to its end, with offers from the request and in the room, and a settlement that nobody else confirmed."""
    caplog.set_level(logging.DEBUG)
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast, at=lately() - 30 * DAY)
        lay_apart(case, by=cast.asta, at=now(), keys=installation.keys, offers=f"Vi tilbød {MARKS[0]} i fjor.")
        session.commit()
    _offer(ask, case, cast.asta, MARKS[1])
    with database.reading() as session:
        first = session.scalars(sa.select(Offer).where(Offer.from_request.is_(False))).one().public_id
    _offer(ask, case, cast.bo, MARKS[2], answers=first)
    proposed = {"text": f"Partene er enige om {MARKS[3]}.", "sure": "y"}
    assert ask("POST", f"/cases/{case.slug}/settlement/propose", as_=cast.bo, data=proposed).status_code == 303
    _decide(database, installation, cast, case)
    while work_once(installation):
        pass
    with database.reading() as session:
        assert session.get_one(Case, case.id).state is State.DECIDED
    return cast, case


def _offer(ask: Any, case: Case, user: Any, word: str, **more: str) -> None:
    answer = ask("POST", f"/cases/{case.slug}/offers/new", as_=user, data={"text": f"Vi kan tenke oss {word}.", **more})
    assert answer.status_code == 303


def _decide(database: Database, installation: Installation, cast: Cast, known: Case) -> None:
    keys = installation.keys
    with database.writing() as session:
        case, at = session.get_one(Case, known.id), now()
        siri = session.get_one(type(cast.siri), cast.siri.id)
        seat_panel(case, proposed_panel(session, case, oslo_date(at)), by=siri, at=at)
        for seat in seats_of(case):
            declare(case, by=seat.user, at=at, statement=Statement.NONE)
        letters_arrive(session, case, at=at)
        refer(case, by=siri, at=at)
        leader = seats_of(case)[0].user
        for seat in seats_of(case):
            confirm_reading(case, by=seat.user, at=at)
            agree_questions(case, by=seat.user, at=at)
        for question in case.questions:
            for seat in seats_of(case):
                vote(question, default_vote(question), by=seat.user, at=at, keys=keys)
            write_reasons(question, REASONS, by=leader, at=at)
        write_text(case, by=leader, at=at, **SECTIONS)
        for seat in seats_of(case):
            approve(case, by=seat.user, at=at, keys=keys)
        nobody_objects(case, at=at)
        order_issue(case, by=leader, at=at, keys=keys)
        session.commit()


def holding(text: str | bytes) -> list[str]:
    """The planted words that stand in the text."""
    return [mark for mark in MARKS if (mark.encode() in text if isinstance(text, bytes) else mark in text)]


@pytest.mark.timeout(600)  # Hundreds of pages, each with its line in the access log.
def test_the_words_of_offers_reach_nobody_but_the_two_sides(
    app: Flask, ask: Any, database: Database, installation: Installation, planted: tuple[Cast, Case], caplog: Any
) -> None:
    cast, case = planted
    room = ask("GET", f"/cases/{case.slug}/offers", as_=cast.bo).get_data(as_text=True)
    assert holding(room) == list(MARKS[:3])
    assert holding(ask("GET", f"/cases/{case.slug}/settlement", as_=cast.asta).get_data(as_text=True)) == [MARKS[3]]

    seen = {endpoint for endpoint, body in _all_pages(app, installation, cast, case) if holding(body)}
    assert seen == set()
    assert _found_by_search(database, installation) == 0
    assert _rows_that_hold(database) == []
    assert [path.name for path in _database_files(database) if holding(path.read_bytes())] == []
    assert [blob for blob, body in _papers(installation) if holding(body)] == []
    assert holding(caplog.text) == []


def test_nobody_else_is_told_that_there_are_offers(ask: Any, database: Database, planted: tuple[Cast, Case]) -> None:
    cast, case = planted
    for user in (cast.siri, cast.cato, cast.frida, cast.lise, cast.dag, cast.eva, cast.adam):
        for page in ("offers", "offers/new", "settlement", "settlement/confirm", "settlement/propose"):
            assert ask("GET", f"/cases/{case.slug}/{page}", as_=user).status_code in {403, 404}
    with database.reading() as session:
        # The access log names what was opened by its kind and number, and nothing more.
        things = session.scalars(sa.select(AccessEntry.thing)).all()
        assert things
        assert all(thing == "" or (len(thing.split()) == 2 and thing.split()[1].isdigit()) for thing in things)
        told = session.scalars(sa.select(Letter).where(Letter.kind.in_((LetterKind.OFFER_MADE, LetterKind.SETTLEMENT_PROPOSED))))
        letters = told.all()
        # The letter between the parties reads the same whether an offer was made or a settlement put forward.
        assert {letter.subject.partition(": ")[2] for letter in letters} == {"melding frå motparten"}
        assert all(letter.party_id is not None for letter in letters)
        assert not [event for event in session.get_one(Case, case.id).events if "offer" in event.act.value]


def _all_pages(app: Flask, installation: Installation, cast: Cast, case: Case) -> Iterator[tuple[str, bytes]]:
    """Every page that can be read, as the others see it, and outside their rooms as the two sides do; with what it answers."""
    there = app.url_map.bind("")
    for name in (*OTHERS, "asta", "bo", None):
        browser = app.test_client()
        if name:
            _sign_in(browser, installation, getattr(cast, name))
        for rule in app.url_map.iter_rules():
            if (
                "GET" not in (rule.methods or ())
                or rule.endpoint == "static"
                or (name in {"asta", "bo"} and rule.endpoint in ROOMS)
            ):
                continue
            ids = _ids(installation.database, case) if name in WITH_EVERY_ID and rule.arguments - {"slug"} else ["1"]
            for public_id in ids:
                parts = {part: _part(rule, part, case.slug, public_id) for part in rule.arguments}
                yield f"{name} {rule.endpoint}", _body(browser, there.build(rule.endpoint, parts))


def _part(rule: Any, part: str, slug: str, public_id: str) -> str | int:
    if isinstance(rule._converters[part], NumberConverter):
        return 1
    return slug if part == "slug" else public_id


def _body(browser: Any, address: str) -> bytes:
    answer = browser.get(address)
    return _text_of(answer.data)


def _ids(database: Database, case: Case) -> list[str]:
    """One identifier of every kind of thing in the case."""
    with database.reading() as session:
        here = session.get_one(Case, case.id)
        offer = session.scalars(sa.select(Offer)).first()
        paper = session.scalars(sa.select(Paper)).first()
        found = [here.parties[0], here.letters[-1], here.submissions[0], here.questions[0], here.settlements[0], offer, paper]
        return [each.public_id for each in found if each is not None]


def _text_of(body: bytes) -> bytes:
    """What can be read of a body: the text of a PDF, anything else as it is."""
    if not body.startswith(b"%PDF"):
        return body
    with pypdfium2.PdfDocument(body) as file:
        return body + "\n".join(page.get_textpage().get_text_range() for page in file).encode()


def _found_by_search(database: Database, installation: Installation) -> int:
    stems = {stem for mark in MARKS for stem in keyed_stems(installation.keys, mark)}
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(SearchEntry).where(SearchEntry.stem.in_(stems))) or 0


def _rows_that_hold(database: Database) -> list[str]:
    """The tables in which a planted word stands as it was written."""
    with database.reading() as session:
        rows = ((table.name, row) for table in Base.metadata.sorted_tables for row in session.execute(sa.select(table)))
        return [name for name, row in rows if holding(repr(tuple(row)))]


def _database_files(database: Database) -> list[Path]:
    """The files of a SQLite database, with what it has not moved into its main file yet; a server keeps its own elsewhere."""
    if not database.is_sqlite:
        return []
    main = Path(str(database.engine.url.database))
    return [path for path in (main, main.with_name(f"{main.name}-wal")) if path.exists()]


def _papers(installation: Installation) -> Iterator[tuple[str, bytes]]:
    """Every stored file, opened: what was sent, the opinion, and the receipt."""
    blobs = list(installation.papers.ids())
    assert blobs, "the opinion at least is stored"
    for blob in blobs:
        yield blob, _text_of(b"".join(installation.papers.open(blob)))
