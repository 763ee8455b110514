"""A member's copy of the bundle: locked, marked, made once, and gone when its time is over (rule 33)."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.bundles import make_pages, referred_with_pages
from tests.scenes.decision import present
from tests.scenes.panel import referred
from tests.scenes.papers import paper_called
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.cases.models import Case
from tvist.clock import oslo_date
from tvist.errors import CannotProceed
from tvist.panel.actions import declare
from tvist.panel.bundle import freeze
from tvist.panel.bundles import BundleCopy
from tvist.panel.copies import ask_for_copy, copy_job, end_copies, passphrase_of
from tvist.submissions.actions import withdraw
from tvist.submissions.paper_actions import quarantine_paper
from tvist.workers import daily

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

SIX_WEEKS = timedelta(weeks=6)


@pytest.fixture
def asked(database: Database, cast: Cast, installation: Installation) -> int:
    """Frida has asked for a copy; returns the id of its row."""
    with database.writing() as session:
        here = present(session, cast)
        case = referred_with_pages(session, here, installation)
        copy = ask_for_copy(case.bundles[-1], by=here.frida, at=NOON, keys=installation.keys)
        session.commit()
        return copy.id


@pytest.fixture
def made(asked: int, installation: Installation) -> int:
    """The same, and it was made."""
    copy_job(installation, asked, NOON)
    return asked


def stored(database: Database, installation: Installation, copy_id: int) -> tuple[bytes, str]:
    """The file and what opens it."""
    with database.reading() as session:
        copy = session.get_one(BundleCopy, copy_id)
        assert copy.blob_id
        return b"".join(installation.papers.open(copy.blob_id)), passphrase_of(installation.keys, copy)


def act_on(database: Database, cast: Cast, act: Callable[[Case, Cast], object]) -> None:
    with database.writing() as session:
        here = present(session, cast)
        act(session.scalars(sa.select(Case)).one(), here)
        session.commit()


def test_a_copy_opens_with_its_passphrase_alone_and_lets_nothing_be_printed(database, installation, made):
    file, passphrase = stored(database, installation, made)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(file))
    with pikepdf.open(io.BytesIO(file), password=passphrase) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        allowed = {name for name, value in pdf.allow._asdict().items() if value}
        assert allowed == {"accessibility"}
    assert len(passphrase.replace("-", "")) == 20


def test_every_page_names_its_owner_the_case_and_the_last_day(database, installation, made):
    file, passphrase = stored(database, installation, made)
    with pypdfium2.PdfDocument(file, password=passphrase) as pdf:
        texts = [page.get_textpage().get_text_bounded() for page in pdf]
    assert len(texts) == 12
    for text in texts:
        assert "Frida Oppdiktet" in text
        assert "2026/0001" in text
        assert "13. april 2026" in text


def test_asked_again_it_is_the_same_until_the_bundle_is_another(database, installation, cast, asked):
    with database.writing() as session:
        here = present(session, cast)
        case = session.scalars(sa.select(Case)).one()
        again = ask_for_copy(case.bundles[-1], by=here.frida, at=NOON + DAY, keys=installation.keys)
        assert again.id == asked
        assert again.expires_on == oslo_date(NOON + SIX_WEEKS)
        assert ask_for_copy(case.bundles[-1], by=here.cato, at=NOON, keys=installation.keys).id != asked
        newer = freeze(case, at=NOON + DAY)
        make_pages(session, newer, installation, at=NOON + DAY)
        assert ask_for_copy(newer, by=here.frida, at=NOON + DAY, keys=installation.keys).id != asked


def test_there_is_no_copy_before_there_are_pages(database, cast, installation):
    with database.writing() as session:
        here = present(session, cast)
        case = referred(session, here)
        with pytest.raises(CannotProceed, match=r"reading\.not_made"):
            ask_for_copy(case.bundles[-1], by=here.frida, at=NOON, keys=installation.keys)


def test_the_job_begun_twice_keeps_one_file(database, installation, made):
    before = set(installation.papers.ids())
    copy_job(installation, made, NOON)
    assert set(installation.papers.ids()) == before


@pytest.mark.parametrize("later", [SIX_WEEKS, SIX_WEEKS + DAY])
def test_the_copy_is_removed_after_its_last_day_and_not_on_it(database, installation, made, later):
    ended = end_copies(installation, NOON + later)
    assert ended == (1 if later > SIX_WEEKS else 0)
    with database.reading() as session:
        copy = session.get_one(BundleCopy, made)
        assert (copy.ended_at is not None) is (later > SIX_WEEKS)
        assert installation.papers.exists(copy.blob_id) is (copy.ended_at is None)


def in_conflict(case: Case, cast: Cast) -> None:
    declare(case, by=cast.frida, at=NOON + DAY, statement=Statement.CONFLICT, ground="employed")


def withdrawn(case: Case, cast: Cast) -> None:
    withdraw(case, by=cast.asta, at=NOON + DAY)


def quarantined(case: Case, cast: Cast) -> None:
    quarantine_paper(paper_called(case, "Vedtak"), by=cast.siri, at=NOON + DAY, reason="Navn på side 2")


@pytest.mark.parametrize("happened", [in_conflict, withdrawn, quarantined])
def test_the_daily_round_removes_what_may_not_be_had_any_more(database, installation, cast, made, happened):
    act_on(database, cast, happened)
    daily(installation, NOON + DAY)
    with database.reading() as session:
        copy = session.get_one(BundleCopy, made)
        assert copy.ended_at is not None
        assert not installation.papers.exists(copy.blob_id)
    assert end_copies(installation, NOON + 2 * DAY) == 0


@pytest.mark.parametrize("happened", [in_conflict, quarantined])
def test_nothing_is_made_for_who_may_not_have_it_any_more(database, installation, cast, asked, happened):
    act_on(database, cast, happened)
    before = set(installation.papers.ids())
    copy_job(installation, asked, NOON + DAY)
    assert set(installation.papers.ids()) == before


def test_two_who_ask_at_the_same_moment_get_one_copy(database, installation, cast):
    with database.writing() as session:
        case = referred_with_pages(session, present(session, cast), installation)
        session.commit()
        known = case.id
    ready = threading.Barrier(2)

    def ask() -> None:
        ready.wait()
        with database.writing() as session:
            here = present(session, cast)
            ask_for_copy(session.get_one(Case, known).bundles[-1], by=here.frida, at=NOON, keys=installation.keys)
            session.commit()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(BundleCopy)) == 1
