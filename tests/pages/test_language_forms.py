"""Letters and pages in each form of Norwegian: counted by the worker, told by year and kind, with the duty of the law beside (språklova § 13)."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import issued, present
from tvist.cases.models import Case
from tvist.clock import now
from tvist.decision.models import IssuedFile
from tvist.delivery.models import Letter, LetterKind
from tvist.delivery.page_counts import count_letters
from tvist.statistics.language_forms import Count, count_files, forms_by_year, shares


@pytest.fixture(autouse=True)
def case(database, installation, cast):
    with database.writing() as session:
        issued(session, present(session, cast), installation)
        session.commit()


def letters_of(database, kind):
    with database.reading() as session:
        return [found for found in forms_by_year(session, now().year) if found.kind is kind]


def test_what_is_not_counted_yet_is_told_and_counted_by_the_round(database, installation):
    [before] = letters_of(database, LetterKind.SENT_OVER)
    assert (before.documents, before.pages, before.uncounted) == (1, 0, 1)
    while count_letters(database, at_most=5):
        pass
    assert count_files(database, installation.papers) == 1
    [after] = letters_of(database, LetterKind.SENT_OVER)
    assert after.pages >= 1
    assert after.uncounted == 0
    [opinions] = letters_of(database, None)
    assert opinions.documents == 1
    assert opinions.pages >= 2
    assert count_letters(database) == count_files(database, installation.papers) == 0


def test_a_letter_that_waits_or_was_stopped_is_not_counted(database):
    with database.writing() as session:
        session.execute(sa.update(Letter).where(Letter.kind == LetterKind.RECEIPT).values(released_at=None))
        session.execute(sa.update(Letter).where(Letter.kind == LetterKind.SENT_OVER).values(stopped_at=NOON))
        session.commit()
    assert letters_of(database, LetterKind.RECEIPT) == letters_of(database, LetterKind.SENT_OVER) == []


def test_a_year_ends_at_midnight_in_oslo(database):
    with database.writing() as session:
        case = session.scalars(sa.select(Case)).one()
        for moment in (datetime(2024, 12, 31, 22, 59, tzinfo=UTC), datetime(2024, 12, 31, 23, tzinfo=UTC)):
            common = {"kind": LetterKind.KEPT, "language": "nn", "subject": "s", "body": "b", "link": "/"}
            session.add(Letter(**common, case=case, party=case.parties[0], written_at=moment, released_at=moment))
        session.commit()
    assert {found.year: found.documents for found in letters_of(database, LetterKind.KEPT)} == {2024: 1, 2025: 1}


def test_the_shares_of_the_forms():
    counts = [Count(2026, None, "nb", 3, 90, 0), Count(2026, LetterKind.KEPT, "nn", 1, 10, 0)]
    bokmal, nynorsk = shares(counts)
    assert (bokmal.of_documents, nynorsk.of_documents, nynorsk.of_pages) == (0.75, 0.25, 0.1)
    assert nynorsk.is_below
    assert not bokmal.is_below
    assert [found.of_pages for found in shares([])] == [None, None]


def test_the_page_tells_the_year_and_the_law(ask, cast):
    page = ask("GET", "/statistics/language-forms?year=2026", as_=cast.siri).get_data(as_text=True)
    assert "Språklova § 13" in page
    assert "minst 25 prosent" in page
    assert "ikke talt ennå" in page
    assert "Uttalelser, med rettede versjoner" in page
    empty = ask("GET", "/statistics/language-forms?year=2012", as_=cast.siri).get_data(as_text=True)
    assert "Ingen brev eller uttalelser i 2012" in empty
    for asked in ("x", "99999999999999", "1814", ""):
        assert ask("GET", f"/statistics/language-forms?year={asked}", as_=cast.siri).status_code == 200


def test_the_csv_has_all_years_and_only_those_who_see_figures_get_it(ask, cast):
    text = ask("GET", "/statistics/language-forms.csv", as_=cast.siri).get_data(as_text=True)
    assert text.startswith("\ufeffyear;kind;name;language;documents;pages;not_counted")
    assert "2026;sent_over;" in text
    for path in ("/statistics/language-forms", "/statistics/language-forms.csv"):
        assert ask("GET", path, as_=cast.eva).status_code == 200
        assert ask("GET", path, as_=cast.asta).status_code == 403
        assert ask("GET", path).status_code in {302, 303, 401}


def test_ten_thousand_letters_are_grouped_at_once(database):
    with database.writing() as session:
        row = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.SENT_OVER)).one()
        plain = {
            column.name: getattr(row, column.name)
            for column in Letter.__table__.columns
            if column.name not in {"id", "public_id"}
        }
        session.execute(sa.insert(Letter), [plain | {"public_id": f"many-{number}"} for number in range(10_000)])
        session.commit()
        begun = process_time()
        found = forms_by_year(session, now().year)
        assert process_time() - begun < 5  # It takes a tenth of one.
    assert max(each.documents for each in found) == 10_001


def test_a_file_that_is_gone_is_logged_and_left(database, installation, caplog):
    with database.reading() as session:
        blob_id = session.scalars(sa.select(IssuedFile.blob_id)).one()
    installation.papers.delete(blob_id)
    assert count_files(database, installation.papers) == 0
    assert "pages of issued file" in caplog.text


def test_a_file_that_is_gone_keeps_no_later_one_from_being_counted(database, installation):
    with database.writing() as session:
        gone = session.scalars(sa.select(IssuedFile)).one()
        kept = b"".join(installation.papers.open(gone.blob_id))
        stored = installation.papers.put([kept], max_bytes=None)
        row = {column.name: getattr(gone, column.name) for column in IssuedFile.__table__.columns if column.name != "id"}
        session.add(IssuedFile(**row | {"version": 2, "blob_id": stored.blob_id, "verify_code": None}))
        session.commit()
    installation.papers.delete(gone.blob_id)
    assert count_files(database, installation.papers, at_most=1) == 1
    assert count_files(database, installation.papers, at_most=1) == 0
