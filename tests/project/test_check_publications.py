"""`tvist check` finds nothing in sound publications, and finds each thing that was planted."""

import pytest
import sqlalchemy as sa

from tests.scenes.publication import released
from tvist.check import check_all
from tvist.check.publications import check_publications
from tvist.schema import TRIGGERS, drop_sql

PLANTED = [
    ("UPDATE publication SET frozen = '{}'", "publication.changed"),
    ("UPDATE mark SET replacement = 'Vik kommune'", "publication.marks"),
    ("UPDATE mark SET hides = NULL, decided_at = NULL, decided_by_id = NULL", "publication.marks"),
    ("UPDATE mark SET decided_by_id = (SELECT approved_by_id FROM publication)", "publication.approval"),
    ("UPDATE publication SET serial = 7", "publication.numbers"),
    ("DELETE FROM event WHERE act = 'release_publication'", "publication.journal"),
]


@pytest.fixture
def out(session, cast, installation):
    made = released(session, cast, installation)
    assert made.number, made.return_reasons
    session.commit()
    return made


def test_nothing_is_found_in_a_sound_publication(out, installation):
    assert list(check_all(installation)) == []


@pytest.mark.parametrize(("statement", "code"), PLANTED)
def test_what_was_planted_is_found(out, session, statement, code):
    for trigger in TRIGGERS:
        for sql in drop_sql(trigger, session.get_bind().dialect.name):
            session.execute(sa.text(sql))
    session.execute(sa.text(statement))
    session.expire_all()
    assert code in {found.code for found in check_publications(session)}
