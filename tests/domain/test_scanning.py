"""Uploads are scanned by a real clamd: what it finds is refused and not kept, and nothing is let in that it has not seen."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests import clamd as real
from tests.people import NOON
from tests.scenes.files import a_docx
from tests.scenes.papers import a_paper, filed_with_papers
from tvist.check.viruses import scan_again
from tvist.documents.models import Paper
from tvist.documents.pages import PageMaker
from tvist.documents.scanning import Scanner, ScannerAway
from tvist.documents.storage import PaperStore
from tvist.documents.taking_in import TakenIn
from tvist.vault.keys import MasterKeys
from tvist.words import LANGUAGES, render

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = MasterKeys({"key": bytes(32)}, bytes(range(1, 33)))


@pytest.fixture(scope="module")
def clamd() -> Iterator[str]:
    with real.running() as address:
        yield address


def taken(address: str, *files: tuple[bytes, str]) -> tuple[TakenIn, list[str]]:
    """What became of the files, and the ids of all that lies in the store."""
    store = PaperStore("memory://", KEYS)
    found = TakenIn(store, Scanner(address))
    with PageMaker() as maker:
        for content, name in files:
            found.take(io.BytesIO(content), name, maker)
    return found, list(store.ids())


def test_a_clean_file_is_kept_and_an_infected_one_leaves_nothing(clamd):
    found, kept = taken(
        clamd,
        (b"Vedtak", "rent.txt"),
        (b"Brev\n" + real.BAD, "brev.txt"),
        (a_docx(real.BAD.decode()), "pakket.docx"),
    )
    assert len(found) == len(kept) == 1
    assert [fault.code for fault in found.faults] == ["documents.infected"] * 2
    assert all("brev.txt" in render(found.faults[0], language) for language in LANGUAGES)


def test_what_clamd_finds_has_a_name(clamd):
    assert "Tvist.Test" in str(Scanner(clamd).finds([b"x" * 100_000, real.BAD[:9], real.BAD[9:]]))
    assert Scanner(clamd).finds([b""]) is None


def test_a_file_that_clamd_does_not_take_is_not_let_in(clamd):
    """Larger than its StreamMaxLength: that it was not scanned is no word for clean."""
    found, kept = taken(clamd, (b"a" * 3_000_000, "stor.txt"))
    assert (len(found), kept) == (0, [])
    assert [fault.code for fault in found.faults] == ["documents.not_scanned"]


def test_nothing_is_let_in_while_clamd_is_away(tmp_path):
    for address in (f"unix:{tmp_path}/none", "tcp://127.0.0.1:9"):
        found, kept = taken(address, (b"Vedtak", "rent.txt"))
        assert (len(found), kept) == (0, [])
        assert [fault.code for fault in found.faults] == ["documents.not_scanned"]
        with pytest.raises(ScannerAway):
            Scanner(address).finds([b"x"])


@pytest.mark.parametrize("address", ["/run/clamd", "http://clamd", "tcp://host", "unix:"])
def test_an_address_of_no_clamd_is_refused(address):
    with pytest.raises(ValueError, match=address.split(":", maxsplit=1)[0]):
        Scanner(address)


def test_a_paper_that_was_let_in_is_found_when_the_signatures_are_newer(clamd, database, installation, cast):
    with database.writing() as session:
        case = filed_with_papers(session, cast, installation)
        bad = a_paper(installation, "Brev", cast.asta, content=real.BAD)
        bad.case_id = case.id
        case.submissions[0].papers.append(bad)
        session.commit()
        expected = [(case.number, bad.public_id)]
    assert list(scan_again(installation, Scanner(clamd), since=NOON)) == expected
    assert list(scan_again(installation, Scanner(clamd), since=NOON + timedelta(days=1))) == []
    with database.writing() as session:
        paper = session.scalars(sa.select(Paper).where(Paper.public_id == expected[0][1])).one()
        paper.quarantined_at = NOON
        session.commit()
    assert list(scan_again(installation, Scanner(clamd), since=NOON)) == [], "what is under quarantine is known"
