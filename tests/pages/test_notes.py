"""Notes as their owner meets them; and one is planted, the case is taken on to its opinion, and then every place is looked in (rule 33)."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.conftest import _sign_in
from tests.pages import test_offers_reach_nobody_else as planting
from tests.people import NOON, Cast, a_cast
from tests.scenes.bundles import make_pages, referred_with_pages
from tests.scenes.decision import ordered
from tests.scenes.kept import lately
from tests.scenes.papers import two_papers
from tvist.accesslog.models import AccessEntry
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.check.everything import check_all
from tvist.panel.bundles import PageNote
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tvist.db import Database
    from tvist.installation import Installation

MARK = "notatgaupen"
OTHERS = ("siri", "cato", "asta", "eva", "adam", None)
"""The secretariat, the leader beside her in the panel, a party, the evaluator, the administrator, and somebody who is not signed in."""
PAGE = 4
"""The second page of the decision."""


@pytest.fixture
def scene(installation: Installation) -> Callable[[], tuple[Cast, str]]:
    """A case before the panel; gives the cast and the address of the case."""

    def made() -> tuple[Cast, str]:
        with installation.database.writing() as session:
            cast = a_cast(session)
            case = referred_with_pages(session, cast, installation, at=lately())
            session.commit()
            return cast, f"/cases/{case.slug}"

    return made


def text_of(ask: Any, address: str, user: Any) -> str:
    answer = ask("GET", address, as_=user)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_data(as_text=True))


def write(ask: Any, home: str, user: Any, text: str, page: int = PAGE) -> Any:
    return ask("POST", f"{home}/bundle/pages/{page}/notes", as_=user, data={"text": text})


def the_note(installation: Installation) -> str:
    with installation.database.reading() as session:
        return session.scalars(sa.select(PageNote)).one().public_id


# ---- As their owner meets them ----


def test_a_note_is_written_changed_and_deleted(ask, scene, installation):
    cast, home = scene()
    empty = write(ask, home, cast.frida, "  ")
    assert (empty.status_code, "Skriv notatet." in empty.get_data(as_text=True)) == (422, True)
    long = write(ask, home, cast.frida, "å" * 5001)
    assert (long.status_code, "å" * 5001 in long.get_data(as_text=True)) == (422, True)
    assert write(ask, home, cast.frida, "Rett sats?").location == f"{home}/bundle/pages/{PAGE}#notes"
    assert "Rett sats?" in text_of(ask, f"{home}/bundle/pages/{PAGE}", cast.frida)
    assert "Rett sats?" not in text_of(ask, f"{home}/bundle/pages/{PAGE}", cast.cato)
    assert "Rett sats?" not in text_of(ask, f"{home}/bundle/pages/3", cast.frida)
    note = f"{home}/notes/{the_note(installation)}"
    assert "Rett sats?" in text_of(ask, note, cast.frida)
    assert ask("POST", note, as_=cast.frida, data={"text": " "}).status_code == 422
    assert ask("POST", note, as_=cast.frida, data={"text": "Feil sats."}).location == f"{home}/notes"
    assert "Feil sats." in text_of(ask, f"{home}/notes", cast.frida)
    assert ask("POST", note, as_=cast.frida, data={"then": "remove"}).location == "/notes"
    assert ask("GET", note, as_=cast.frida).status_code == 404
    assert "ingen notater" in text_of(ask, "/notes", cast.frida)


def test_two_windows_do_not_write_over_each_other(ask, scene, installation):
    cast, home = scene()
    write(ask, home, cast.frida, "Første.")
    note = f"{home}/notes/{the_note(installation)}"
    seen = re.findall(r'name="_seen" value="(\d+)"', text_of(ask, note, cast.frida))[0]
    assert ask("POST", note, as_=cast.frida, data={"text": "Andre.", "_seen": seen}).status_code == 303
    stale = ask("POST", note, as_=cast.frida, data={"text": "Tredje.", "_seen": seen})
    page = stale.get_data(as_text=True)
    assert (stale.status_code, "Andre." in page, "Tredje." in page) == (409, True, True)


def test_notes_are_taken_along_as_a_text(ask, scene):
    cast, home = scene()
    write(ask, home, cast.frida, "Side to.")
    write(ask, home, cast.frida, "Fakturaen.", page=6)
    answer = ask("GET", f"{home}/notes.txt", as_=cast.frida)
    text = answer.get_data().decode("utf-8-sig")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Side 4: Vedtak" in text
    assert text.index("Side to.") < text.index("Fakturaen.")


def test_notes_of_another_are_not_there(ask, scene, installation):
    cast, home = scene()
    write(ask, home, cast.frida, "Mitt.")
    note = f"{home}/notes/{the_note(installation)}"
    for user in (cast.cato, cast.kaare, cast.siri, cast.asta, cast.adam, cast.finn):
        assert ask("GET", note, as_=user).status_code == 404
        assert ask("POST", note, as_=user, data={"text": "Ditt."}).status_code == 404
        assert ask("POST", note, as_=user, data={"then": "remove"}).status_code == 404
        for page in (f"{home}/notes", f"{home}/notes.txt"):
            assert ask("GET", page, as_=user).status_code in ({200} if user in {cast.cato, cast.kaare} else {404})
        assert "Mitt." not in text_of(ask, "/notes", user)
    for user in (cast.siri, cast.asta):
        assert write(ask, home, user, "Ditt.").status_code == 403


def test_who_left_the_seat_keeps_the_notes_without_the_pages(ask, scene):
    cast, home = scene()
    write(ask, home, cast.frida, "Mitt.")
    declared = {"statement": "conflict", "ground": "employed", "words": "Ny arbeidsgiver."}
    assert ask("POST", f"{home}/panel/declare", as_=cast.frida, data=declared).status_code == 303
    assert ask("GET", f"{home}/bundle/pages/{PAGE}", as_=cast.frida).status_code == 404
    page = text_of(ask, f"{home}/notes", cast.frida)
    assert "Mitt." in page
    assert "Vedtak" not in page
    assert f"{home}/notes" in text_of(ask, "/notes", cast.frida)
    assert 'href="/notes"' in text_of(ask, "/account", cast.frida)
    assert 'href="/notes"' not in text_of(ask, "/account", cast.cato)
    assert "Mitt." in ask("GET", f"{home}/notes.txt", as_=cast.frida).get_data().decode("utf-8-sig")


# ---- Everywhere else ----


@pytest.fixture
def planted(database: Database, installation: Installation, ask: Any, caplog: Any) -> tuple[Cast, Case, str]:
    """A case decided to its end, in which Frida has written a note."""
    caplog.set_level(logging.DEBUG)
    with database.writing() as session:
        cast = a_cast(session)
        case = ordered(session, cast, installation, at=NOON, papers=two_papers(cast, installation))
        make_pages(session, case.bundles[-1], installation)
        session.commit()
    assert write(ask, f"/cases/{case.slug}", cast.frida, f"Her lurer {MARK}.").status_code == 303
    while work_once(installation):
        pass
    with database.reading() as session:
        assert session.get_one(Case, case.id).state is State.DECIDED
        return cast, case, session.scalars(sa.select(PageNote)).one().public_id


@pytest.mark.timeout(600)  # Hundreds of pages, each with its line in the access log.
def test_a_note_reaches_nobody_but_its_writer(
    app: Flask, ask: Any, database: Database, installation: Installation, planted: tuple[Cast, Case, str], caplog: Any
) -> None:
    cast, case, note = planted
    assert MARK in text_of(ask, f"/cases/{case.slug}/notes", cast.frida)
    seen = {
        f"{name} {rule.endpoint}"
        for name in OTHERS
        for rule, body in _all_pages(app, installation, getattr(cast, name) if name else None, (case.slug, note))
        if MARK.encode() in planting._text_of(body)
    }
    assert seen == set()
    with database.reading() as session:
        rows = ((table.name, row) for table in planting.Base.metadata.sorted_tables for row in session.execute(sa.select(table)))
        assert [name for name, row in rows if MARK in repr(tuple(row))] == []
        acts = set(session.scalars(sa.select(AccessEntry.act)))
        assert not {act for act in acts if "note" in act.value or act.value == "annotate"}
        assert "page_note" not in {thing.split()[0] for thing in session.scalars(sa.select(AccessEntry.thing)) if thing}
    assert [path.name for path in planting._database_files(database) if MARK.encode() in path.read_bytes()] == []
    assert [blob for blob, body in planting._papers(installation) if MARK.encode() in body] == []
    assert MARK not in caplog.text
    assert MARK not in repr(list(check_all(installation)))


def _all_pages(app: Flask, installation: Installation, user: Any, known: tuple[str, str]) -> Any:
    there, browser = app.url_map.bind(""), app.test_client()
    if user is not None:
        _sign_in(browser, installation, user)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            parts = {part: _part(rule, part, known) for part in rule.arguments}
            yield rule, browser.get(there.build(rule.endpoint, parts)).data


def _part(rule: Any, part: str, known: tuple[str, str]) -> str | int:
    if isinstance(rule._converters[part], planting.NumberConverter):
        return PAGE if part == "page" else 1
    return known[0] if part == "slug" else known[1]
