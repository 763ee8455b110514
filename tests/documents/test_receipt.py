"""The receipt: from the frozen request alone, in the language of the case, without what is sealed; made by a job, tried again, fetched by those who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import TODAY, a_line, a_petition, at_home, filed
from tests.scenes.kept import lately
from tvist.check.everything import check_all
from tvist.clock import now
from tvist.documents.models import ReceiptFile
from tvist.intake import receipts
from tvist.intake.petition import petition_of, snapshot_of
from tvist.intake.receipt import Filed, receipt
from tvist.jobs.models import Job, JobKind
from tvist.pdf import render
from tvist.workers import work_once


def a_receipt(language: str = "nb", **changes: Any) -> Filed:
    return Filed(
        number="2026/0001",
        received_on=TODAY,
        registered_on=TODAY,
        sent_at=NOON,
        sent_by="Asta Oppdiktet",
        language=language,
        is_invented=True,
        petition=petition_of(snapshot_of(a_petition(**changes))[0]),
        names={"4639": "Vik kommune", "vest": "Bufetat region vest"},
        papers=("Krav.pdf", "Faktura.pdf"),
    )


def text_in(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as file:
        pages = [page.get_textpage().get_text_range() for page in file]
    return " ".join(" ".join(pages).replace("\ufffe\r\n", "").replace("\N{NO-BREAK SPACE}", " ").split())


def text_of(found: Filed) -> str:
    return text_in(render(*receipt(found)))


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "nb",
            (
                "Kvittering for begjæring",
                "Begjærende part",
                "innen 16. mars 2026",
                "22 av 31 dager",
                "Det er sekretariatets tur",
            ),
        ),
        (
            "nn",
            (
                "Kvittering for krav om behandling",
                "Part som bringar saka inn",
                "innan 16. mars 2026",
                "22 av 31 dagar",
                "Kva som skjer no",
            ),
        ),
    ],
)
def test_the_receipt_says_what_was_filed_and_what_happens_next(language, says):
    text = text_of(a_receipt(language))
    for expected in (*says, "2026/0001", "Vik kommune", "Bufetat region vest", "208 629,03 kr", "Krav.pdf", "10. mars 2027"):
        assert expected in text, expected


def test_the_same_request_gives_the_same_bytes_and_is_marked_as_invented():
    found = a_receipt()
    assert render(*receipt(found)) == render(*receipt(found))
    assert receipt(found)[0].marked_as_invented
    assert not receipt(replace(found, is_invented=False))[0].marked_as_invented


def test_all_kinds_of_lines_are_told():
    runs = {"to": "", "runs": True}
    lines = [
        a_line(measure="mst", **runs, known_until="2026-01-31", unit="day", rate="1 000"),
        a_line(measure="centre_residential", caregivers="2", children="1", unit="stay", rate="5 000", count="2"),
        a_line(measure="other", measure_words="en bil", unit="sum", rate="9 999,50"),
        a_line(**runs, unit="principle", rate="", paid=""),
    ]
    text = text_of(a_receipt(lines=lines))
    for expected in ("løper ennå; kjent til og med 31. januar 2026", "2 opphold à 5 000,00 kr", "omsorgspersoner 2, barn 1", "(en bil)",
                     "Bare prinsippet", "Til sammen"):  # fmt: skip
        assert expected in text, expected


def test_letters_that_no_font_has_do_not_stop_the_receipt():
    text = text_of(a_receipt(argument="Oppholdet var et tiltak \N{GRINNING FACE}, ikke en tjeneste."))
    assert "et tiltak \N{WHITE SQUARE}, ikke" in text


@pytest.fixture
def sent(database, cast):
    """The address of a case that was just filed."""
    with database.writing() as session:
        case = filed(session, cast, at=lately())
        session.commit()
        return case.slug


def files(database) -> list[ReceiptFile]:
    with database.reading() as session:
        return list(session.scalars(sa.select(ReceiptFile)))


def test_the_job_makes_the_file_once_and_the_team_fetches_it(ask, cast, database, installation, sent):
    assert "Kvitteringen lages nå" in ask("GET", f"/cases/{sent}/receipt", as_=cast.asta).get_data(as_text=True)
    assert ask("GET", f"/cases/{sent}/receipt.pdf", as_=cast.asta).status_code == 404
    work_once(installation)
    with database.writing() as session:
        receipts.ask_for_receipt(session, receipts.petition_sending_at(session, sent).case, at=now())
        session.commit()
    work_once(installation)
    assert len(files(database)) == 1
    answer = ask("GET", f"/cases/{sent}/receipt.pdf", as_=cast.asta)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{sent} Kvittering.pdf"'
    assert "Kvittering for krav om behandling" in text_in(answer.data)
    assert f"/cases/{sent}/receipt.pdf" in ask("GET", f"/cases/{sent}/receipt", as_=cast.asta).get_data(as_text=True)


def test_the_receipt_is_looked_after_with_all_that_is_stored(database, installation, sent):
    work_once(installation)
    assert list(check_all(installation)) == []
    installation.papers.delete(files(database)[0].blob_id)
    assert {(found.case, found.code) for found in check_all(installation)} == {("2026/0001", "file.broken")}


def test_who_may_not_read_the_request_gets_no_receipt(ask, cast, installation, sent):
    work_once(installation)
    for user, status in ((cast.siri, 200), (cast.bo, 404), (cast.dag, 404), (cast.frida, 404), (cast.adam, 404)):
        for address in ("receipt", "receipt.pdf"):
            assert ask("GET", f"/cases/{sent}/{address}", as_=user).status_code == status, (user.name, address)


def test_a_receipt_that_fails_is_tried_again_and_the_page_says_so(ask, cast, database, installation, sent, monkeypatch):
    def broken(*_: Any) -> bytes:
        raise OSError

    monkeypatch.setattr(receipts, "render", broken)
    work_once(installation)
    monkeypatch.undo()
    assert "Det blir prøvd igjen" in ask("GET", f"/cases/{sent}/receipt", as_=cast.asta).get_data(as_text=True)
    work_once(installation, now() + timedelta(minutes=2))
    assert len(files(database)) == 1


def test_a_receipt_that_was_given_up_can_be_asked_for(ask, cast, database, installation, sent):
    with database.writing() as session:
        for job in session.scalars(sa.select(Job).where(Job.kind == JobKind.MAKE_RECEIPT)):
            job.attempts, job.error, job.failed_at = 6, "OSError", now()
        session.commit()
    assert "Du kan be om" in ask("GET", f"/cases/{sent}/receipt", as_=cast.asta).get_data(as_text=True)
    assert ask("POST", f"/cases/{sent}/receipt/again", as_=cast.asta).status_code == 303
    assert ask("POST", f"/cases/{sent}/receipt/again", as_=cast.asta).status_code == 303
    work_once(installation)
    assert len(files(database)) == 1
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Job.kind == JobKind.MAKE_RECEIPT)) == 2


def test_the_receipt_is_told_from_the_snapshot_not_from_later_rows(cast, database, sent):
    with database.writing() as session:
        at_home(session, cast)
        case = receipts.petition_sending_at(session, sent).case
        case.measure, case.child_birth_year = "mst", 2015
        found = receipts.filed_as(case)
        assert (found.petition.main_measure, found.petition.child_birth_year) == ("institution", 2011)
        assert found.registered_on >= date(2026, 1, 1)
