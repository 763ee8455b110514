"""References to the bundle are found as people write them, and checked before the text can be approved (rule 21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import NOON
from tests.scenes.decision import present, written
from tvist.access.policy import Act
from tvist.cases.admissions import LetIn
from tvist.decision.citations import citation_faults, law_cited
from tvist.decision.document import opinion
from tvist.decision.page_references import citations_in
from tvist.decision.record import BUNDLE_ADDRESS, canonical, hash_of
from tvist.decision.rules import unfinished
from tvist.decision.writing import write_text
from tvist.panel.bundle import freeze
from tvist.panel.bundles import BundleFile, BundlePart, MadeAs, PartKind
from tvist.pdf.blocks import Heading, Prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jf. utdrag s. 47.", [("utdrag s. 47", ((47, 47),))]),
        ("se utdraget side 47", [("utdraget side 47", ((47, 47),))]),
        ("Dokumentutdraget s. 12-14 viser", [("Dokumentutdraget s. 12-14", ((12, 14),))]),
        ("dokumentutdraget, s. 12 \N{EN DASH} 14", [("dokumentutdraget, s. 12 \N{EN DASH} 14", ((12, 14),))]),
        ("(utdrag s. 3, 5 og 7)", [("utdrag s. 3, 5 og 7", ((3, 3), (5, 5), (7, 7)))]),
        ("utdrag s. 47 og 12 barn", [("utdrag s. 47", ((47, 47),))]),
        ("utdraget side 47, 12 måneder", [("utdraget side 47", ((47, 47),))]),
        (
            "utdrag s.\N{NO-BREAK SPACE}4 og utdrag s. 5",
            [("utdrag s.\N{NO-BREAK SPACE}4", ((4, 4),)), ("utdrag s. 5", ((5, 5),))],
        ),
        ("dokumentutdraget sidene 2\N{EN DASH}3", [("dokumentutdraget sidene 2\N{EN DASH}3", ((2, 3),))]),
        ("dokumentutdraget sidane 2 og 3.", [("dokumentutdraget sidane 2 og 3", ((2, 2), (3, 3)))]),
        ("et utdrag av saken", []),
        ("utdrag sendt 4. mai", []),
        ("Prop. 106 L s. 47", []),
    ],
)
def test_references_are_found_as_people_write_them(text: str, found: list[tuple[str, tuple[tuple[int, int], ...]]]) -> None:
    assert [(each.words, each.runs) for each in citations_in(text)] == found


@given(st.text("utdragse side. 0123456789-,\n\N{EN DASH}og", max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in citations_in(f"utdrag s. {text}"):
        assert found.words in f"utdrag s. {text}"


@dataclass
class Written:
    """A case whose text is written, with a bundle of ten pages: an index of two, then a page and more for each sending."""

    session: Session
    case: Case
    installation: Installation

    def says(self, words: str) -> list[str]:
        """What is wrong once the text says so."""
        write_text(self.case, by=self.case.seats_held[0].user, at=NOON, background=words)
        return [found.code for found in citation_faults(self.case)]


@pytest.fixture
def case(database: Database, cast: Cast, installation: Installation) -> Iterator[Written]:
    with database.writing() as session:
        found = written(session, present(session, cast), installation)
        _with_pages(found)
        session.flush()
        yield Written(session, found, installation)


def _with_pages(case: Case) -> None:
    bundle, first = case.bundles[-1], 3
    blob = {"size": 1, "sha256": "0"}
    bundle.parts.append(_part(1, PartKind.INDEX, 1, 2, blob_id="i", **blob))
    for place, entry in enumerate(bundle.entries, start=2):
        bundle.parts.append(_part(place, PartKind.SENDING, first, 2, blob_id=f"b{place}", submission=entry.submission, **blob))
        first += 2
    bundle.file = BundleFile(pages=first - 1, blob_id="f", text_blob_id="t", text_sha256="0", made_at=NOON, **blob)


def _part(position: int, kind: PartKind, first: int, pages: int, **more: object) -> BundlePart:
    return BundlePart(position=position, kind=kind, made_as=MadeAs.PAGES, title="Del", first_page=first, pages=pages, **more)


def test_a_page_that_both_have_had_may_be_cited(case: Written) -> None:
    assert case.says("Det følger av utdrag s. 3-4, og av utdrag s. 1.") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("utdrag s. 99", "text.citation.no_such_page"),
        ("utdrag s. 0", "text.citation.no_such_page"),
        ("utdrag s. 3-99", "text.citation.no_such_page"),
        ("utdrag s. 4-3", "text.citation.backwards"),
    ],
)
def test_a_page_that_is_not_there_stands_in_the_way_of_the_approval(case: Written, words: str, code: str) -> None:
    assert case.says(words) == [code]
    assert code in {found.code for found in unfinished(case.case, Act.APPROVE, case.installation.keys)}


def test_what_one_party_has_not_had_is_not_cited_unless_the_leader_let_it_in(case: Written) -> None:
    sending = case.case.bundles[-1].parts[2].submission
    assert sending is not None
    for serving in sending.servings:
        serving.fell_at = NOON
    case.session.flush()
    page = case.case.bundles[-1].parts[2].first_page
    assert case.says(f"utdrag s. {page}") == ["text.citation.not_served"]

    case.session.add(LetIn(case=case.case, submission=sending, by=case.case.seats_held[0].user, at=NOON, reasons="Kom bort."))
    case.session.flush()
    assert citation_faults(case.case) == []


def test_pages_that_are_not_made_yet_are_asked_nothing(case: Written) -> None:
    freeze(case.case, at=NOON)
    case.session.flush()

    assert case.says("utdrag s. 3") == ["text.citation.not_made"]
    assert case.says("Ingen henvisning.") == []


def test_a_fault_says_where_it_stands(case: Written) -> None:
    case.says("utdrag s. 99")

    (found,) = citation_faults(case.case)
    assert found.params["words"] == "utdrag s. 99"
    assert found.params["place"].code == "decision.section.background"  # type: ignore[union-attr]  # A place is a message.


def test_a_reference_is_a_link_in_the_file_and_no_part_of_what_is_approved(case: Written) -> None:
    case.says("Det følger av utdrag s. 3.")
    record = canonical(case.case, case.installation.keys)
    with_address = record | {BUNDLE_ADDRESS: "https://tvist.invalid/pages/"}

    links = [link for block in opinion(with_address)[1] if isinstance(block, Prose) for link in block.links]
    assert [(link.words, link.address) for link in links] == [("utdrag s. 3", "https://tvist.invalid/pages/3")]
    assert hash_of(record) == hash_of(with_address)
    assert not [link for block in opinion(record)[1] if isinstance(block, Prose) for link in block.links]


def test_the_acts_are_listed_in_the_opinion_and_for_the_panel(case: Written) -> None:
    case.says("Etter helse- og omsorgstjenesteloven § 3-2 og hol. § 3-1.")

    assert [(found.name, found.places) for found in law_cited(case.case)][-1] != ()
    blocks = opinion(canonical(case.case, case.installation.keys))[1]
    place = next(at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.text.startswith("Rettsk"))
    listed = blocks[place + 1]
    assert isinstance(listed, Prose)
    assert "§ 3-1, § 3-2" in listed.text


def test_a_record_from_before_there_was_a_list_prints_as_it_did(case: Written) -> None:
    record = canonical(case.case, case.installation.keys)
    record.pop("law", None)

    assert not any(isinstance(block, Heading) and block.text.startswith("Rettsk") for block in opinion(record)[1])
