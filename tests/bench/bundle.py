"""Time and memory of making a bundle of 500 mixed pages: `python -m tests.bench.bundle`. The making runs in a process of its own, as the worker's does."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import img2pdf
import sqlalchemy as sa
from PIL import Image, ImageDraw

import tvist.rulebook
import tvist.schema
from tests.people import NOON, a_cast
from tests.scenes.files import a_docx, a_msg, a_pdf, an_eml, an_odt, an_xlsx
from tests.scenes.panel import referred
from tests.scenes.papers import a_paper
from tvist.documents.uploads import MediaType
from tvist.installation import open_installation
from tvist.migration import upgrade
from tvist.panel.bundles import BundleFile, BundlePart
from tvist.panel.making import bundle_job
from tvist.panel.models import Bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

assert tvist.rulebook
assert tvist.schema
PROSE = (
    "Kommunen dekket oppholdet i påvente av avklaring mellom partene, og viser til vedtaket og til fakturaene som er lagt ved. "
    * 22
)
DICE = random.Random(7)  # noqa: S311 - the order of papers needs no cryptographic chance.


def a_photo(width: int, height: int, *, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A picture with as much in it as a scanned page: lines of words, and the grain of paper."""
    grain = Image.effect_noise((width, height), 7).convert(mode)
    pen = ImageDraw.Draw(grain)
    for line in range(height // 90):
        pen.text((width // 12, 60 + 90 * line), PROSE[: width // 40], fill=20, font_size=40)
    written = io.BytesIO()
    grain.save(written, kind, **({"quality": 80} if kind == "JPEG" else {}))
    return written.getvalue()


def mixed() -> Iterator[tuple[MediaType, bytes, int]]:
    """(kind, bytes, how many such papers), 500 pages or a little more in all."""
    yield MediaType.PDF, a_pdf(10, PROSE), 15
    yield MediaType.PDF, a_pdf(60, PROSE), 2
    scan = a_photo(1654, 2339, mode="L")
    yield MediaType.PDF, img2pdf.convert([scan] * 20, nodate=True), 5
    yield MediaType.JPEG, a_photo(4000, 3000), 25
    yield MediaType.PNG, a_photo(1654, 2339, kind="PNG", mode="L"), 10
    scanned = io.BytesIO()
    page = Image.open(io.BytesIO(scan)).convert("1")
    page.save(scanned, "TIFF", save_all=True, append_images=[page] * 9, compression="group4")
    yield MediaType.TIFF, scanned.getvalue(), 2
    yield MediaType.DOCX, a_docx(PROSE), 30
    yield MediaType.ODT, an_odt(PROSE), 5
    yield MediaType.XLSX, an_xlsx(), 10
    yield MediaType.EML, an_eml(PROSE), 20
    yield MediaType.MSG, a_msg("Kort svar."), 5
    yield MediaType.TXT, PROSE.encode(), 5


def prepare() -> int:
    """A case before the panel with all these papers; the id of its bundle."""
    installation = open_installation()
    upgrade(installation.database)
    with installation.database.writing() as session:
        cast = a_cast(session)
        papers = []
        for kind, content, count in mixed():
            for place in range(count):
                papers.append(
                    a_paper(
                        installation,
                        f"{kind.name} {place + 1}",
                        cast.asta,
                        position=len(papers) + 1,
                        media_type=kind.value,
                        filename=f"{kind.value}-{place + 1}.{kind.endings[0]}",
                        content=content,
                    )
                )
        DICE.shuffle(papers)
        for position, paper in enumerate(papers, start=1):
            paper.position = position
        case = referred(session, cast, papers=papers)
        session.commit()
        return int(case.bundles[0].id)


def make() -> dict[str, float]:
    """Make it, and tell seconds, megabytes of this process at its highest and of the one that reads the papers, and what came out."""
    installation = open_installation()
    with installation.database.reading() as session:
        bundle_id = session.scalars(sa.select(Bundle.id)).one()
    began = time.monotonic()
    with watched() as together:
        bundle_job(installation, bundle_id, NOON)
    took = time.monotonic() - began
    with installation.database.reading() as session:
        file = session.scalars(sa.select(BundleFile)).one()
        parts = session.scalar(sa.select(sa.func.count()).select_from(BundlePart))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": round(took, 1),
        "processor_seconds": round(sum(each.ru_utime + each.ru_stime for each in used), 1),
        "worker_mb": highest_mb(),
        "reader_mb": round(used[1].ru_maxrss / 1000),
        "together_mb": max(together),
        "pages": file.pages,
        "parts": parts or 0,
        "file_mb": round(file.size / 1e6),
    }


@contextmanager
def watched() -> Iterator[list[int]]:
    """Every 20 ms what this process and those it started hold together, in megabytes; pages that they share are counted once."""
    found, is_over = [0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.02):
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
            found.append(sum(_held_by(process) for process in ("self", *children)) // 1000)

    watching = threading.Thread(target=look)
    watching.start()
    yield found
    is_over.set()
    watching.join()


def _held_by(process: str) -> int:
    """Kilobytes of a process by its share of each page (PSS); none of one that has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    return 0


def highest_mb() -> int:
    """The most memory this process has held, by the kernel. What `getrusage` says would count the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1000


def main() -> None:
    """Prepare here, measure there."""
    if sys.argv[1:] == ["make"]:
        sys.stdout.write(f"{json.dumps(make())}\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "TVIST_INSTANCE": folder,
            "TVIST_DATABASE_URL": f"sqlite:///{Path(folder) / 'tvist.sqlite'}",
            "TVIST_PAPERS": str(Path(folder) / "papers"),
        }
        os.environ |= environment
        prepare()
        subprocess.run([sys.executable, "-m", "tests.bench.bundle", "make"], env=os.environ, check=True)


if __name__ == "__main__":
    main()
