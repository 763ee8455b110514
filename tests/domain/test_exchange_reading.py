"""Who reads what was sent: the list, the roles and the index give the same answer (rules 18, 20, 21, 33)."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast, a_cast
from tests.scenes.intake import accepted, declared, filed
from tests.scenes.submissions import DAY, answered, disputing, finished, responded
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.models import User
from tvist.cases.history import Declaration, Statement
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.submissions import SubmissionKind
from tvist.documents.models import Paper
from tvist.panel.models import Seat, SeatKind
from tvist.search.index import found_as, search
from tvist.search.models import Readers, SearchedThing
from tvist.submissions import actions
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.installation import Installation

TODAY = (NOON + 30 * DAY).date()


def withdrawn(session: Session, cast: Cast) -> Case:
    case = answered(session, cast)
    actions.withdraw(case, by=cast.asta, at=NOON + 10 * DAY, reasons="Ikke mer.")
    return case


def seated(session: Session, cast: Cast) -> Case:
    """Frida is called and has not declared; Cato has."""
    case = responded(session, cast)
    for user, kind in ((cast.cato, SeatKind.LEADER), (cast.frida, SeatKind.FREE)):
        case.seats.append(Seat(kind=kind, appointment_id=user.appointments[0].id, user=user, seated_at=NOON))
    session.flush()
    case.declarations.append(Declaration(user=cast.cato, statement=Statement.NONE, at=NOON + DAY))
    return case


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements asked within."""
    asked: list[str] = []
    engine = session.get_bind().engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("scene", [filed, accepted, responded, answered, finished, withdrawn, seated])
def test_the_list_gives_everybody_what_their_roles_give(database, scene):
    with database.writing() as session:
        cast = a_cast(session)
        case = scene(session, cast)
        session.flush()
        session.expire_all()
        seen = {}
        for name in (field.name for field in fields(Cast)):
            user = getattr(cast, name)
            if isinstance(user, User):
                wanted = [found.id for found in case.submissions if may(user, Act.READ_SUBMISSION, found, TODAY)]
                assert [found.id for found in submissions_visible_to(session, user, case, TODAY)] == wanted, name
                seen[name] = len(wanted)
    assert seen["siri"] == len(case.submissions)
    assert seen["dag"] == seen["eva"] == seen["adam"] == seen.get("frida") == 0


def test_the_list_asks_as_many_questions_for_few_as_for_many(database):
    with database.writing() as session:
        cast = a_cast(session)
        for scene in (answered, finished):
            case = scene(session, cast)
            session.flush()
            with counted(session) as asked:
                found = submissions_visible_to(session, cast.siri, case, TODAY)
            assert len(asked) <= 9, (scene.__name__, len(found))


def found_by(installation: Installation, readers: Readers, words: str) -> set[SearchedThing]:
    with installation.database.reading() as session:
        return {hit.thing_kind for hit in search(session, installation.keys, words, visible=found_as(readers))}


def test_what_was_sent_is_found_by_who_may_read_it_and_by_nobody_else(installation, database):
    with database.writing() as session:
        cast = a_cast(session)
        case = responded(session, cast)
        session.commit()
    work_once(installation, NOON + 7 * DAY)
    assert found_by(installation, Readers.SECRETARIAT, "helsetiltak") == {SearchedThing.SUBMISSION}
    assert found_by(installation, Readers.OPPOSING, "helsetiltak") == {SearchedThing.SUBMISSION}
    assert found_by(installation, Readers.REQUESTING, "helsetiltak") == set()
    with database.writing() as session:
        held = session.get_one(type(case), case.id)
        actions.pass_on(
            next(found for found in held.submissions if found.kind is SubmissionKind.RESPONSE), by=cast.siri, at=NOON + 8 * DAY
        )
        session.commit()
    # The letters of the first run serve it, and the second run indexes it for one more side.
    work_once(installation, NOON + 8 * DAY)
    work_once(installation, NOON + 8 * DAY)
    assert found_by(installation, Readers.REQUESTING, "helsetiltak") == {SearchedThing.SUBMISSION}
    assert found_by(installation, Readers.PANEL, "helsetiltak") == set()


def test_the_request_and_the_papers_that_are_text_are_found(installation, database):
    stored = installation.papers.put(io.BytesIO("Avtale om støttekontakt".encode()), max_bytes=None)
    with database.writing() as session:
        cast = a_cast(session)
        case = accepted(session, cast)
        paper = Paper(
            title="Vedlegg",
            filename="vedlegg.txt",
            media_type="txt",
            blob_id=stored.blob_id,
            size=stored.size,
            sha256=stored.sha256,
            added_by_id=cast.bo.id,
            added_at=NOON,
        )
        picture = Paper(
            title="Rundskriv",
            filename="r.jpg",
            media_type="jpg",
            blob_id="no-such",
            size=9,
            sha256="0" * 64,
            added_by_id=cast.bo.id,
            added_at=NOON,
        )
        actions.respond(case, by=cast.bo, at=NOON + DAY, answers=disputing(case), text="Se vedlegg", papers=[paper, picture])
        session.commit()
        assert [(found.position, found.case_id) for found in (paper, picture)] == [(1, case.id), (2, case.id)]
    work_once(installation, NOON + DAY)
    assert found_by(installation, Readers.SECRETARIAT, "støttekontakt") == {SearchedThing.PAPER}
    assert found_by(installation, Readers.SECRETARIAT, "rundskriv") == {SearchedThing.PAPER}
    assert found_by(installation, Readers.REQUESTING, "støttekontakt") == set()
    assert found_by(installation, Readers.OPPOSING, "barnevernstiltak") == {SearchedThing.PETITION}


def test_a_case_declared_for_by_nobody_is_still_the_partys_own(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = declared(filed(session, cast), cast.siri)
        session.flush()
        assert len(submissions_visible_to(session, cast.asta, case, TODAY)) == 1
        assert submissions_visible_to(session, cast.bo, case, TODAY) == []
