"""Before anything is sent, words and files are searched for who the child is; nothing that was put out is anywhere afterwards (rules 6-8, 20)."""

from __future__ import annotations

import html
import io
import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from tests.domain.test_anonymity import a_number
from tests.pages.test_exchange import response, scene
from tests.pages.test_filing import written
from tests.pages.test_filing_papers import upload
from tests.scenes.files import a_docx
from tests.scenes.intake import accepted, raw_petition
from tvist.cases.models import Case
from tvist.documents.models import Paper, ReadingState
from tvist.intake.models import Draft, KeptFinding
from tvist.intake.typed_places import typed_places
from tvist.workers import work_once

NAME, NUMBER = "Torvaldine Sjøkvist", a_number(15, 92, "11", 500)
TELLING = (b"Torvaldine", b"Sj\xc3\xb8kvist", b"Sj\xf8kvist", NUMBER.encode(), f"{NUMBER[:6]} {NUMBER[6:]}".encode())
PLANTED = f"Se Torvaldines vedtak, {NUMBER[:6]} {NUMBER[6:]}, Sjøkvist. "


def planted(value: Any) -> Any:
    """The words planted in every text of raw input that a person types words into."""
    raw = {**value}
    for place in typed_places(raw):
        if " " in place.text and not any(sign.isdigit() for sign in place.text):
            place.put(PLANTED + place.text)
    return raw


def found_on(answer: Any) -> dict[str, str]:
    """The decisions that a page asks for, each as nothing."""
    return dict.fromkeys(re.findall(r'name="(_(?:found|looked)_\w+)"', answer.get_data(as_text=True)), "")


def decided(answer: Any, choice: str, reason: str = "Det er navnet på en gate") -> dict[str, str]:
    """All that a page asks for, decided in one way."""
    page = answer.get_data(as_text=True)
    instead = {name: html.unescape(value) for name, value in re.findall(r'name="(_instead_\w+)" value="([^"]*)"', page)}
    said = {name: "yes" if name.startswith("_looked") else choice for name in found_on(answer)}
    return (
        said
        | instead
        | {f"_why_{name.removeprefix('_found_')}": reason for name in said if choice == "keep" and name.startswith("_found")}
    )


def laid_in(ask, cast, draft):
    ask("POST", f"{draft}/child", as_=cast.asta, data={"birth_year": "2011", "other_side_reference": "BV-1", "then": "identity"})
    assert ask("POST", f"{draft}/identity", as_=cast.asta, data={"name": NAME, "birth_number": NUMBER}).status_code == 303


def rows(database, table):
    with database.reading() as session:
        return list(session.scalars(sa.select(table).order_by(table.id)))


def everything(installation) -> bytes:
    """All that lies in the database and among the papers, as bytes; what is sealed is sealed."""
    engine = installation.database.engine
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return b"".join(file.read_bytes() for file in installation.config.instance.rglob("*") if file.is_file()) + b"".join(
            Path(f"{engine.url.database}{end}").read_bytes() for end in ("", "-wal")
        )
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return "\n".join(str(connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()) for name in names).encode()  # noqa: S608


def tells(content: bytes) -> list[bytes]:
    return [word for word in TELLING if word.lower() in content.lower()]


def test_what_was_planted_everywhere_is_replaced_and_is_nowhere_afterwards(ask, cast, installation, caplog):
    caplog.set_level(logging.DEBUG)
    draft = written(ask, cast.asta, planted(raw_petition()))
    upload(ask, draft, cast.asta, (a_docx(PLANTED), "Vedtak Torvaldine.docx"), (b"Uten navn", "Notat Sjoekvist.txt"))
    laid_in(ask, cast, draft)
    shown = ask("GET", f"{draft}/check", as_=cast.asta).get_data(as_text=True)
    assert shown.count("<fieldset") >= 2
    assert "<mark>Torvaldines</mark>" in shown

    # So it lies in the draft meanwhile, which its team alone reads; and this search would see it.
    assert len(tells(everything(installation))) > 1
    asked = ask("POST", f"{draft}/send", as_=cast.asta)
    assert asked.status_code == 422
    assert rows(installation.database, Case) == []
    # The words are replaced, the file with the words in it is left out.
    page = asked.get_data(as_text=True)
    papers = {f"_found_{each}": "remove" for each in re.findall(r'id="remove-(\w+)"[^>]*>\s*<label[^>]*>Ta ut dokumentet', page)}
    assert papers
    sent = ask("POST", f"{draft}/send", as_=cast.asta, data=decided(asked, "replace") | papers)
    assert sent.status_code == 303, sent.get_data(as_text=True)

    case = rows(installation.database, Case)[0]
    assert [paper.filename for paper in rows(installation.database, Paper)] == ["Notat Barn A.txt"]
    assert rows(installation.database, KeptFinding) == []
    while work_once(installation):
        pass
    left: list[Any] = [caplog.text.encode(), everything(installation)]
    slug = f"/cases/{case.slug}"
    for user in (cast.asta, cast.siri):
        for path in (
            slug,
            f"{slug}/papers",
            f"{slug}/screening",
            f"{slug}/receipt",
            f"/search?q={quote(NAME)}",
            f"{draft}/earlier",
        ):
            answer = ask("GET", path, as_=user)
            told = answer.get_data()
            left += [str(answer.headers).encode(), told if "search" not in path else b""]
    assert [tells(part) for part in left if tells(part)] == []


def test_what_is_kept_with_a_reason_is_sent_and_shown_to_the_secretariat(ask, cast, installation):
    draft = written(ask, cast.asta, raw_petition(argument="Nevnt i Storgata 12 og hos Torvaldine."))
    laid_in(ask, cast, draft)
    asked = ask("POST", f"{draft}/send", as_=cast.asta)
    no_reason = ask("POST", f"{draft}/send", as_=cast.asta, data=decided(asked, "keep", ""))
    tells_itself = ask("POST", f"{draft}/send", as_=cast.asta, data=decided(asked, "keep", "Torvaldine må nevnes"))
    assert (asked.status_code, no_reason.status_code, tells_itself.status_code) == (422, 422, 422)
    sent = ask("POST", f"{draft}/send", as_=cast.asta, data=decided(asked, "keep"))
    assert sent.status_code == 303
    kept = rows(installation.database, KeptFinding)
    assert [(row.kind.value, row.reason, row.count) for row in kept] == [
        ("address", "Det er navnet på en gate", 1),
        ("child", "Det er navnet på en gate", 1),
    ]
    slug = rows(installation.database, Case)[0].slug
    assert "Det er navnet på en gate" in ask("GET", f"/cases/{slug}/screening", as_=cast.siri).get_data(as_text=True)
    assert "Det er navnet på en gate" not in ask("GET", f"/cases/{slug}", as_=cast.asta).get_data(as_text=True)


def test_what_is_taken_out_is_out_of_the_draft_also_where_the_sending_stops(ask, cast, database):
    draft = written(ask, cast.asta, raw_petition(argument=f"Nummer {NUMBER}. Ring 22 33 44 55."))
    asked = ask("POST", f"{draft}/send", as_=cast.asta)
    first = next(name for name in found_on(asked) if f'{name}" value="remove"' in asked.get_data(as_text=True))
    half = ask("POST", f"{draft}/send", as_=cast.asta, data={first: "remove"})
    assert half.status_code == 422
    assert len(found_on(half)) == len(found_on(asked)) - 1
    assert rows(database, Draft)[0].typed["argument"] == "Nummer . Ring 22 33 44 55."
    assert ask("POST", f"{draft}/send", as_=cast.asta, data=decided(half, "remove")).status_code == 303


def test_a_file_that_nobody_can_read_needs_a_tick(ask, cast, installation):
    draft = written(ask, cast.asta)
    upload(ask, draft, cast.asta, (b"%PDF-1.7\nnothing", "skannet.pdf"))
    asked = ask("POST", f"{draft}/send", as_=cast.asta)
    assert asked.status_code == 422
    assert "kunne ikke leses av programmet" in asked.get_data(as_text=True)
    assert ask("POST", f"{draft}/send", as_=cast.asta, data=decided(asked, "")).status_code == 303
    assert [(row.kind.value, row.paper_id is not None) for row in rows(installation.database, KeptFinding)] == [("unread", True)]
    with installation.database.reading() as session:
        assert session.scalars(sa.select(Paper)).one().reading.state is ReadingState.UNREAD


@pytest.mark.parametrize("choice", ["replace", "remove"])
def test_an_answer_is_searched_and_so_are_the_files_that_come_with_it(ask, database, choice):
    cast, case = scene(database, accepted)
    typed = response(database, case, text=f"Barnet med nummer {NUMBER} bor i Storgata 12.")
    asked = ask(
        "POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=typed | {"papers": [(io.BytesIO(NUMBER.encode()), "a.txt")]}
    )
    assert asked.status_code == 422
    page = asked.get_data(as_text=True)
    papers = {f"_found_{each}": "remove" for each in re.findall(r'id="remove-(\w+)"[^>]*>\s*<label[^>]*>Ta ut dokumentet', page)}
    sent = ask("POST", f"/cases/{case.slug}/respond", as_=cast.bo, data=typed | decided(asked, choice) | papers)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    with database.reading() as session:
        found = session.get_one(Case, case.id)
        assert NUMBER not in found.submissions[-1].text
        assert "Storgata" not in found.submissions[-1].text
        assert rows(database, Paper) == []
