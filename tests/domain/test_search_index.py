"""The index: who may find what, in which order, and that no word stands in it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import tvist.schema  # noqa: F401  # SQLAlchemy writes a row only when it knows every table that the row points to.
from tvist.search.index import Hit, forget, found_as, index, search, show_to
from tvist.search.models import Indexed, Readers, SearchedThing, SearchEntry
from tvist.vault.keys import MasterKeys

KEYS = MasterKeys({"new": bytes(32)}, bytes(range(32)))
ALL = frozenset(Readers)
SECRETARIAT = found_as(Readers.SECRETARIAT)


@pytest.fixture
def session():
    """A database of the index alone, with 20 cases."""
    tables = sa.MetaData()
    case = sa.Table("case", tables, sa.Column("id", sa.Integer, primary_key=True))
    for model in (Indexed, SearchEntry):
        model.__table__.to_metadata(tables)
    engine = sa.create_engine("sqlite://")
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    tables.create_all(engine)
    with Session(engine) as session:
        session.execute(sa.insert(case), [{"id": number} for number in range(1, 21)])
        yield session
    engine.dispose()


def put(session, case_id, thing_id, text, *, kind=SearchedThing.PAPER, readers=ALL):
    index(session, KEYS, thing_kind=kind, thing_id=thing_id, case_id=case_id, readers=readers, text=text)


def things(session, question, visible=SECRETARIAT, **more):
    return [(hit.case_id, hit.thing_id) for hit in search(session, KEYS, question, visible=visible, **more)]


def test_newest_case_comes_first_and_within_it_the_thing_with_most_words(session):
    put(session, 1, 11, "fosterhjem og ettervern")
    put(session, 2, 21, "fosterhjemmet")
    put(session, 2, 22, "ettervernet i fosterheimen")
    assert search(session, KEYS, "fosterhjem ettervern", visible=SECRETARIAT) == [
        Hit(2, SearchedThing.PAPER, 22, 2),
        Hit(2, SearchedThing.PAPER, 21, 1),
        Hit(1, SearchedThing.PAPER, 11, 2),
    ]


def test_all_words_must_stand_in_the_case_but_not_in_one_thing(session):
    put(session, 1, 11, "institusjon")
    put(session, 1, 12, "avlastning", kind=SearchedThing.SUBMISSION)
    put(session, 2, 21, "institusjon")
    assert {case for case, _ in things(session, "institusjon avlastning")} == {1}
    assert things(session, "institusjon avlastning refusjon") == []


def test_what_one_may_not_see_neither_shows_nor_counts(session):
    put(session, 1, 11, "institusjon")
    put(session, 1, 12, "refusjon", readers=[Readers.SECRETARIAT])
    panel = found_as(Readers.PANEL)
    assert things(session, "institusjon", panel) == [(1, 11)]
    assert things(session, "refusjon", panel) == []
    assert things(session, "institusjon refusjon", panel) == []


def test_a_person_finds_in_each_case_what_their_role_there_may_find(session):
    for case_id in (1, 2, 3):
        put(session, case_id, 10 * case_id, "refusjon", readers=[Readers.REQUESTING])
        put(session, case_id, 10 * case_id + 1, "refusjon", readers=[Readers.OPPOSING])
    mine = sa.or_(
        found_as(Readers.REQUESTING, sa.select(sa.literal(1))),
        found_as(Readers.OPPOSING, sa.select(sa.literal(3))),
    )
    assert things(session, "refusjon", mine) == [(3, 31), (1, 10)]


def test_serving_a_paper_widens_its_readers(session):
    put(session, 1, 11, "refusjon", readers=[Readers.REQUESTING])
    show_to(session, thing_kind=SearchedThing.PAPER, thing_id=11, readers=ALL)
    assert things(session, "refusjon", found_as(Readers.OPPOSING)) == [(1, 11)]


def test_indexing_again_replaces_and_forgetting_removes(session):
    put(session, 1, 11, "refusjon")
    put(session, 1, 11, "egenandel", kind=SearchedThing.DECISION)
    put(session, 1, 11, "ettervern")
    assert things(session, "refusjon") == []
    assert things(session, "ettervern") == things(session, "egenandel") == [(1, 11)]
    for kind in (SearchedThing.PAPER, SearchedThing.DECISION):
        forget(session, thing_kind=kind, thing_id=11)
    assert session.scalar(sa.select(sa.func.count()).select_from(SearchEntry)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Indexed)) == 0


def test_a_question_without_words_or_a_text_without_words_finds_nothing(session):
    put(session, 1, 11, "og, i, på …")
    assert things(session, "og") == things(session, "") == []


def test_the_limit_keeps_the_newest(session):
    for case_id in range(1, 21):
        put(session, case_id, case_id, "refusjon")
    assert things(session, "refusjon", limit=2) == [(20, 20), (19, 19)]


def test_a_thing_that_nobody_may_find_is_refused(session):
    with pytest.raises(ValueError, match="somebody"):
        put(session, 1, 11, "refusjon", readers=[])
    with pytest.raises(ValueError, match="somebody"):
        show_to(session, thing_kind=SearchedThing.PAPER, thing_id=11, readers=[])


def test_no_word_stands_in_the_database_and_another_key_finds_nothing(session):
    put(session, 1, 11, "refusjon")
    stem = session.scalars(sa.select(SearchEntry.stem)).one()
    assert len(stem) == 16
    assert b"refusjon" not in stem
    other = MasterKeys({"new": bytes(32)}, bytes(32))
    assert search(session, other, "refusjon", visible=SECRETARIAT) == []
