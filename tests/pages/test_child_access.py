"""All that is held on a child, for who asks by law: nothing is given before each thing is decided, and nothing that is withheld is in the file."""

from __future__ import annotations

import io
import re
import zipfile

import pypdfium2
import pytest
import sqlalchemy as sa

from tests.scenes.decision import present
from tests.scenes.papers import paper_called, with_planted
from tvist.cases.models import Case
from tvist.oversight.held import ChildAccess, HeldAnswer, held_on


@pytest.fixture
def case(database, cast, installation):
    """A case with papers and a declared officer, Siri: its address, and the identifier of one paper."""
    with database.writing() as session:
        made = with_planted(session, present(session, cast), installation)
        session.commit()
        return made.slug, paper_called(made, "Vedtak").id


def begun(ask, cast, slug):
    made = ask("POST", f"/cases/{slug}/child-access", as_=cast.siri, data={"asker": "child", "received_on": "2.3.2026"})
    assert made.status_code == 303
    return made.location


def fields_of(page):
    return re.findall(r'<select class="ds-input" id="([a-z_]+-\d+)"', page.text)


def text_of(file):
    with pypdfium2.PdfDocument(file) as found:
        return " ".join(" ".join(leaf.get_textpage().get_text_range() for leaf in found).split())


def seen_of(page):
    return re.search(r'name="_seen" value="(\d+)"', page.text)[1]


def test_all_is_listed_decided_and_given_but_what_is_withheld(ask, cast, database, case):
    slug, paper_id = case
    assert f"/cases/{slug}/child-access" in ask("GET", f"/cases/{slug}", as_=cast.siri).text
    address = begun(ask, cast, slug)
    page = ask("GET", address, as_=cast.siri)
    fields = fields_of(page)
    with database.reading() as session:
        held = held_on(session, session.scalars(sa.select(Case)).one())
    assert fields == [each.field for each in held]
    assert {"paper", "submission", "letter", "journal", "log", "search_index"} <= {field.split("-")[0] for field in fields}
    assert ask("GET", f"{address}/given.zip", as_=cast.siri).status_code == 409

    some = dict.fromkeys(fields[:2], "given")
    assert ask("POST", address, as_=cast.siri, data=some | {"then": "answer"}).status_code == 422
    assert ask("POST", address, as_=cast.siri, data=some | {"then": "save"}).status_code == 303
    decided = dict.fromkeys(fields, "given") | {f"paper-{paper_id}": "secrecy", "then": "answer"}
    assert ask("POST", address, as_=cast.siri, data=decided).status_code == 422
    told = decided | {"reasons": "Dokumentet gjelder andre enn barnet."}
    assert ask("POST", address, as_=cast.siri, data=told).status_code == 303

    answer = ask("GET", f"{address}/given.zip", as_=cast.siri)
    inside = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert inside.testzip() is None
    names = [name.rpartition("/")[2] for name in inside.namelist()]
    assert not any("Vedtak" in name for name in names)
    # An overview, and each submission, paper and letter that is given.
    kinds = [field.split("-")[0] for field in fields if field != f"paper-{paper_id}"]
    assert len(names) == 1 + sum(kind in {"submission", "paper", "letter", "opinion", "redaction"} for kind in kinds)
    overview = text_of(inside.read(inside.namelist()[0]))
    assert "Dokumentet gjelder andre enn barnet." in overview
    assert "taushetsplikt" in overview
    # The journal and the log as the parties read them: offices, no names.
    assert "Siri Oppdiktet" not in overview


def test_what_is_answered_stands(ask, cast, database, case):
    address = begun(ask, cast, case[0])
    fields = fields_of(ask("GET", address, as_=cast.siri))
    data = dict.fromkeys(fields, "given") | {"then": "answer"}
    assert ask("POST", address, as_=cast.siri, data=data).status_code == 303
    assert ask("POST", address, as_=cast.siri, data=data | {fields[0]: "secrecy"}).status_code == 409
    assert "Besvart av Siri" in ask("GET", address, as_=cast.siri).text
    with database.reading() as session:
        assert set(session.scalars(sa.select(ChildAccess)).one().answers.values()) == {HeldAnswer.GIVEN}
    for statement in (
        "UPDATE held_item SET answer = 'secrecy'",
        "DELETE FROM held_item",
        "UPDATE child_access SET reasons = 'x'",
    ):
        with database.writing() as session, pytest.raises(sa.exc.DBAPIError, match="written once"):
            session.execute(sa.text(statement))


def test_a_page_that_has_grown_old_is_told_so(ask, cast, case):
    address = begun(ask, cast, case[0])
    old = ask("GET", address, as_=cast.siri)
    fields, seen = fields_of(old), seen_of(old)
    for reasons, status in (("Det første.", 303), ("Det andre.", 409)):
        answer = ask("POST", address, as_=cast.siri, data={fields[0]: "given", "reasons": reasons, "_seen": seen})
        assert answer.status_code == status
    assert "Det første." in ask("GET", address, as_=cast.siri).text


def test_only_an_officer_who_declared_answers(ask, cast, case):
    slug = case[0]
    address = begun(ask, cast, slug)
    for user in (cast.asta, cast.bo, cast.stein):
        assert ask("GET", f"/cases/{slug}/child-access", as_=user).status_code == 403
        assert ask("GET", address, as_=user).status_code == 403
    for user in (cast.dag, cast.adam, cast.eva):
        assert ask("GET", address, as_=user).status_code == 404
        assert ask("GET", f"{address}/given.zip", as_=user).status_code == 404
    for typed in ({"asker": "somebody"}, {"received_on": "1.1.2099"}):
        told = {"asker": "child", "received_on": "2.3.2026"} | typed
        assert ask("POST", f"/cases/{slug}/child-access", as_=cast.siri, data=told).status_code == 422
