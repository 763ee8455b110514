"""Papers on their way to be given out, made by the real acts: `begun`, `laid_out`, `covered`, `submitted`, `approved`."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.intake import declared, filed
from tests.scenes.kept import kept
from tests.scenes.papers import a_paper
from tvist.pdf import Document, heading, prose, render
from tvist.redaction.actions import approve, begin, cover, submit, words_of
from tvist.redaction.job import pages_of, redaction_job
from tvist.redaction.words import found_in

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.installation import Installation
    from tvist.redaction.models import Redaction

TEXT = "Kari Fjellstads hus ligger i Vik. Ring 900 12 345 om saksbehandlingstiden. Brevet er fra Kari Fjellstad."
WORDS = "Kari Fjellstad\n900 12 345"


@cache
def a_letter(text: str = TEXT, times: int = 3) -> bytes:
    """A PDF with a text layer."""
    document = Document("Brev", "nb", "", "Brev", date(2026, 3, 2))
    return render(document, [heading("Brev"), *(prose(text) for _ in range(times))])


@kept
def begun(
    session: Session,
    cast: Cast,
    installation: Installation,
    *,
    content: bytes | None = None,
    kind: str = "pdf",
    secrets: str = WORDS,
) -> Redaction:
    """A paper of a case for which both officers declared, of which Siri has begun a copy. Commits."""
    people = present(session, cast)
    given: dict[str, Any] = {
        "content": a_letter() if content is None else content,
        "media_type": kind,
        "filename": f"Brev.{kind}",
    }
    case = filed(session, people, papers=[a_paper(installation, "Brev", people.asta, **given)])
    for officer in (people.siri, people.stein):
        declared(case, officer)
    paper = case.submissions[0].papers[0]
    made = begin(paper, purpose="Innsyn for en journalist.", secrets=secrets, by=people.siri, at=NOON)
    session.commit()
    return made


@kept
def laid_out(session: Session, cast: Cast, installation: Installation, **changes: Any) -> Redaction:
    """The same, whose pages the machine has laid out."""
    made = begun(session, cast, installation, **changes)
    return worked(session, installation, made)


def worked(session: Session, installation: Installation, made: Redaction) -> Redaction:
    """The machine has done what waited. Commits."""
    session.commit()
    redaction_job(installation, made.id, NOON)
    session.expire_all()
    return made


@kept
def covered(session: Session, cast: Cast, installation: Installation, **changes: Any) -> Redaction:
    """The same with a box over each word."""
    made = laid_out(session, cast, installation, **changes)
    with pages_of(installation.papers, made.blob_id or "") as pages:
        found = found_in(pages, words_of(made))
    cover(made, [box for each in found for box in each.boxes], by=made.begun_by, at=NOON)
    session.commit()
    return made


@kept
def approved(session: Session, cast: Cast, installation: Installation, **changes: Any) -> Redaction:
    """The same, submitted by Siri and approved by Stein. Commits."""
    made = covered(session, cast, installation, **changes)
    submit(made, by=made.begun_by, at=NOON)
    session.flush()
    approve(made, by=present(session, cast).stein, at=NOON)
    session.commit()
    return made
