"""The bundle as pages: its parts, its numbers, its outline; made once, and whole or not at all (rule 33)."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast
from tests.scenes.files import FILES, WORDS
from tests.scenes.panel import referred
from tests.scenes.papers import a_paper
from tvist.documents.made import MadeAs
from tvist.documents.models import Paper
from tvist.documents.uploads import MediaType
from tvist.panel import making
from tvist.panel.bundles import BundleFile, BundlePart, BundleProgress, PartKind
from tvist.panel.making import bundle_job
from tvist.panel.models import Bundle
from tvist.submissions.paper_actions import quarantine_paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.documents.storage import PaperStore, Stored
    from tvist.installation import Installation

MADE = {
    MediaType.PDF: MadeAs.PAGES,
    MediaType.PNG: MadeAs.IMAGE,
    MediaType.JPEG: MadeAs.IMAGE,
    MediaType.TIFF: MadeAs.IMAGE,
}


def papers_of(installation: Installation, cast: Cast, kinds: Sequence[MediaType] = tuple(MediaType)) -> list[Paper]:
    """One paper of each kind, in order."""
    return [
        a_paper(
            installation,
            f"Vedlegg {kind.name}",
            cast.asta,
            position=place,
            filename=f"vedlegg.{kind.endings[0]}",
            media_type=kind.value,
            content=FILES[kind](),
        )
        for place, kind in enumerate(kinds, start=1)
    ]


def a_bundle(installation: Installation, cast: Cast, kinds: Sequence[MediaType] = (MediaType.PDF,)) -> int:
    """A case referred with those papers; the id of its bundle."""
    with installation.database.writing() as session:
        case = referred(session, cast, papers=papers_of(installation, cast, kinds))
        session.commit()
        return case.bundles[0].id


def whole_of(installation: Installation) -> tuple[BundleFile, pikepdf.Pdf, list[str]]:
    """The one file, opened, and the texts of its pages."""
    with installation.database.reading() as session:
        file = session.scalars(sa.select(BundleFile)).one()
    pdf = pikepdf.open(io.BytesIO(b"".join(installation.papers.open(file.blob_id))))
    return file, pdf, json.loads(b"".join(installation.papers.open(file.text_blob_id)))


def parts_of(installation: Installation) -> list[BundlePart]:
    with installation.database.reading() as session:
        return list(session.scalars(sa.select(BundlePart).order_by(BundlePart.position)))


def test_every_kind_of_paper_has_its_part(installation, cast):
    bundle_id = a_bundle(installation, cast, tuple(MediaType))

    bundle_job(installation, bundle_id, NOON)

    parts = parts_of(installation)
    assert [part.made_as for part in parts if part.kind is PartKind.PAPER] == [
        MADE.get(kind, MadeAs.EXTRACT) for kind in MediaType
    ]
    assert [part.kind for part in parts][:3] == [PartKind.INDEX, PartKind.SENDING, PartKind.PAPER]
    assert [part.first_page for part in parts] == [1 + sum(each.pages for each in parts[:place]) for place in range(len(parts))]
    file, pdf, texts = whole_of(installation)
    assert file.pages == len(pdf.pages) == len(texts) == parts[-1].first_page + parts[-1].pages - 1
    for part in parts:
        words = "\n".join(texts[part.first_page - 1 : part.first_page - 1 + part.pages])
        assert part.made_as is MadeAs.IMAGE or part.kind is not PartKind.PAPER or WORDS in " ".join(words.split()), part.title


def test_the_outline_and_the_index_lead_to_the_right_pages(installation, cast):
    bundle_job(installation, a_bundle(installation, cast, (MediaType.PDF, MediaType.TXT)), NOON)

    parts = parts_of(installation)
    _, pdf, _ = whole_of(installation)
    with pdf.open_outline() as outline:
        found = [item for top in outline.root for item in (top, *top.children)]
    places = {page.obj.objgen: place for place, page in enumerate(pdf.pages, start=1)}
    assert [(item.title, places[item.destination[0].objgen]) for item in found] == [
        (part.title, part.first_page) for part in parts
    ]
    links = [link for page in pdf.pages[: parts[0].pages] for link in page.obj.get("/Annots", ())]
    assert {places[link.Dest[0].objgen] for link in links} == {part.first_page for part in parts[1:]}


def test_each_page_bears_its_number_in_its_part_and_in_the_whole(installation, cast):
    bundle_job(installation, a_bundle(installation, cast), NOON)

    import pypdfium2

    file, _, _ = whole_of(installation)
    with pypdfium2.PdfDocument(b"".join(installation.papers.open(file.blob_id))) as pdf:
        said = [page.get_textpage().get_text_bounded() for page in pdf]
    assert all(f"Sak 2026/0001 · Utdrag s. {number}" in text for number, text in enumerate(said, start=1))
    last = parts_of(installation)[-1]
    with pypdfium2.PdfDocument(b"".join(installation.papers.open(last.blob_id))) as pdf:
        assert f"Utdrag s. {last.first_page}" in pdf[0].get_textpage().get_text_bounded()


def test_asked_for_twice_it_is_made_once(installation, cast):
    bundle_id = a_bundle(installation, cast, (MediaType.TXT,))
    bundle_job(installation, bundle_id, NOON)
    before = set(installation.papers.ids())

    bundle_job(installation, bundle_id, NOON)

    assert set(installation.papers.ids()) == before
    assert whole_of(installation)[0].bundle_id == bundle_id


class Watched:
    """The store, which remembers what was put there, and is full after so many papers."""

    def __init__(self, papers: PaperStore, room: int = 1000) -> None:
        self.papers, self.room, self.put_there = papers, room, []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.papers, name)

    def put(self, pieces: Any, *, max_bytes: int | None) -> Stored:
        if len(self.put_there) == self.room:
            raise OSError("the disk is full")
        stored = self.papers.put(pieces, max_bytes=max_bytes)
        self.put_there.append(stored.sha256)
        return stored


def test_two_workers_make_one_and_the_same(installation, cast, monkeypatch):
    bundle_id = a_bundle(installation, cast, (MediaType.TXT,))
    store = Watched(installation.papers)
    watched = replace(installation, papers=store)
    bind = making.bind

    def bind_late(*args: Any, **named: Any) -> None:
        monkeypatch.setattr(making, "bind", bind)
        bind(*args, **named)
        bundle_job(watched, bundle_id, NOON)

    monkeypatch.setattr(making, "bind", bind_late)
    bundle_job(watched, bundle_id, NOON)

    half = len(store.put_there) // 2
    assert store.put_there[:half] == store.put_there[half:]
    named = {part.blob_id for part in parts_of(installation)}
    file = whole_of(installation)[0]
    with installation.database.reading() as session:
        papers = set(session.scalars(sa.select(Paper.blob_id)))
    assert set(installation.papers.ids()) == named | papers | {file.blob_id, file.text_blob_id}


def test_what_stops_midway_leaves_nothing_and_says_so(installation, cast):
    bundle_id = a_bundle(installation, cast, (MediaType.TXT,))
    before = set(installation.papers.ids())

    with pytest.raises(OSError, match="full"):
        bundle_job(replace(installation, papers=Watched(installation.papers, room=3)), bundle_id, NOON)

    with installation.database.reading() as session:
        assert session.get_one(BundleProgress, bundle_id).failed_at is not None
        assert session.scalars(sa.select(BundlePart)).all() == []
    assert set(installation.papers.ids()) == before
    bundle_job(installation, bundle_id, NOON)
    with installation.database.reading() as session:
        progress = session.get_one(BundleProgress, bundle_id)
        assert (progress.done, progress.failed_at) == (progress.total, None)
        assert session.get_one(Bundle, bundle_id).file is not None


def test_a_paper_that_is_gone_from_the_store_stops_no_other(installation, cast):
    bundle_id = a_bundle(installation, cast, (MediaType.PDF, MediaType.TXT))
    with installation.database.reading() as session:
        blob_id = session.execute(sa.select(Paper.blob_id).order_by(Paper.position)).scalar()
    installation.papers.delete(blob_id)

    bundle_job(installation, bundle_id, NOON)

    kinds = [part.made_as for part in parts_of(installation) if part.kind is PartKind.PAPER]
    assert kinds == [MadeAs.COVER, MadeAs.EXTRACT]


def test_a_paper_under_quarantine_is_named_nowhere(installation, cast):
    bundle_id = a_bundle(installation, cast, (MediaType.PDF, MediaType.TXT))
    with installation.database.writing() as session:
        case = session.get_one(Bundle, bundle_id).case
        paper = next(each for sending in case.submissions for each in sending.papers if each.media_type == "pdf")
        quarantine_paper(paper, by=session.merge(cast.siri), at=NOON, reason="Et navn.")
        session.commit()

    bundle_job(installation, bundle_id, NOON)

    parts = parts_of(installation)
    _, _, texts = whole_of(installation)
    assert [part.title for part in parts if part.kind is PartKind.PAPER] == ["1.2 Vedlegg TXT"]
    assert not any("Vedlegg PDF" in text or "Side 1 av vedtaket" in text for text in texts)
    assert "Dokument i karantene" in texts[0] + texts[1]


def test_a_case_in_nynorsk_has_its_bundle_in_nynorsk(installation, cast):
    bundle_id = a_bundle(installation, cast, (MediaType.TXT,))
    with installation.database.writing() as session:
        session.get_one(Bundle, bundle_id).case.language = "nn"
        session.commit()

    bundle_job(installation, bundle_id, NOON)

    _, pdf, texts = whole_of(installation)
    assert str(pdf.Root.Lang) == "nn-NO"
    assert any("Sendt over, opna og kommentert" in text for text in texts)


def test_what_was_served_and_opened_alike_is_told_once(installation, cast):
    bundle_job(installation, a_bundle(installation, cast, (MediaType.PDF, MediaType.TXT)), NOON)

    index = parts_of(installation)[0]
    _, _, texts = whole_of(installation)
    said = " ".join(" ".join(texts[: index.pages]).split())
    assert "1–1.2 Har sendt det sjølv Sendt over 31. januar 2026" in said.replace("\N{NO-BREAK SPACE}", " ")
