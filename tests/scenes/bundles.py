"""A case before the panel whose bundle has pages: laid out by hand, small, each page with words of its own."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

from reportlab.pdfgen.canvas import Canvas

from tests.people import NOON
from tests.scenes.kept import kept
from tests.scenes.panel import referred
from tests.scenes.papers import two_papers
from tvist.panel.bundles import BundleFile, BundlePart, MadeAs, PartKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.installation import Installation
    from tvist.panel.models import Bundle

PAGES_A_PAPER = 3


def a_pdf(texts: Sequence[str]) -> bytes:
    """A page for each text; an empty one is a page without letters, as a scan is."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842), invariant=True)
    for text in texts:
        for number, line in enumerate(text.split("\n")):
            canvas.drawString(72, 760 - 16 * number, line)
        canvas.rect(72, 100, 200, 200)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


@kept
def referred_with_pages(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case before the panel with the papers `Vedtak` and `Faktura`, each of three pages in a bundle whose pages are made."""
    changes.setdefault("papers", two_papers(cast, installation))
    case = referred(session, cast, at=at, **changes)
    make_pages(session, case.bundles[-1], installation, at=at)
    return case


def make_pages(session: Session, bundle: Bundle, installation: Installation, *, at: datetime = NOON) -> None:
    """Lay the parts and the whole of the bundle in the store."""
    texts: list[str] = []
    for position, (part, pages) in enumerate(_parts(bundle), start=1):
        stored = installation.papers.put([a_pdf(pages)], max_bytes=None)
        part.position, part.first_page, part.pages = position, len(texts) + 1, len(pages)
        part.blob_id, part.size, part.sha256 = stored.blob_id, stored.size, stored.sha256
        bundle.parts.append(part)
        texts += pages
    whole = installation.papers.put([a_pdf(texts)], max_bytes=None)
    told = json.dumps(texts, ensure_ascii=False).encode()
    text = installation.papers.put([told], max_bytes=None)
    bundle.file = BundleFile(
        pages=len(texts),
        blob_id=whole.blob_id,
        size=whole.size,
        sha256=whole.sha256,
        text_blob_id=text.blob_id,
        text_sha256=hashlib.sha256(told).hexdigest(),
        made_at=at,
    )
    session.flush()


def _parts(bundle: Bundle) -> Iterator[tuple[BundlePart, list[str]]]:
    yield BundlePart(kind=PartKind.INDEX, made_as=MadeAs.PAGES, title="Innhold"), ["Innhold i utdraget"]
    for entry in bundle.entries:
        sending = entry.submission
        name = sending.kind.value
        yield (
            BundlePart(kind=PartKind.SENDING, made_as=MadeAs.PAGES, submission=sending, title=f"Innlegg {name}"),
            [f"Dette skrev parten i {name}."],
        )
        for paper in sending.papers:
            part = BundlePart(kind=PartKind.PAPER, made_as=MadeAs.PAGES, submission=sending, paper=paper, title=paper.title)
            yield part, [f"{paper.title} side en om institu-\nsjonsopphold.", f"{paper.title} side to.", ""]
