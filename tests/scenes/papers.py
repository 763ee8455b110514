"""Cases with papers, sent by the real acts; the bytes lie in the installation's store."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.intake import at_home, declared, filed, letters_arrive
from tests.scenes.kept import kept
from tests.scenes.submissions import DAY, disputing
from tvist.accounts.models import User
from tvist.clock import oslo_date
from tvist.documents.models import Paper, PaperKind
from tvist.intake import actions as intake
from tvist.submissions import actions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.installation import Installation


def a_paper(installation: Installation | None, name: str, by: User, *, at: datetime = NOON, **changes: Any) -> Paper:
    """A paper that lies nowhere yet; a text whose words are its name. Without an installation its bytes lie nowhere either."""
    text = changes.pop("content", f"Dette er {name}.".encode())
    blob_id = installation.papers.put([text], max_bytes=None).blob_id if installation else f"nowhere-{name}"
    given = {
        "position": 1,
        "title": name,
        "filename": f"{name}.txt",
        "media_type": "txt",
        "blob_id": blob_id,
        "size": len(text),
        "sha256": hashlib.sha256(text).hexdigest(),
        "added_by_id": by.id,
        "added_at": at,
        "kind": PaperKind.OTHER,
    }
    return Paper(**given | changes)


def two_papers(cast: Cast, installation: Installation | None = None, *, at: datetime = NOON) -> list[Paper]:
    """`Vedtak` and `Faktura`, of Asta's."""
    return [
        a_paper(installation, "Vedtak", cast.asta, at=at, kind=PaperKind.DECISION, dated_on=oslo_date(at)),
        a_paper(installation, "Faktura", cast.asta, at=at, kind=PaperKind.INVOICE),
    ]


@kept
def filed_with_papers(session: Session, cast: Cast, installation: Installation | None = None, *, at: datetime = NOON) -> Case:
    """A case that Asta has sent for Vik with two papers, `Vedtak` and `Faktura`; not looked at yet."""
    at_home(session, cast)
    return filed(session, cast, at=at, papers=two_papers(cast, installation, at=at))


@kept
def exchanging(session: Session, cast: Cast, installation: Installation | None = None, *, at: datetime = NOON) -> Case:
    """The same, accepted and served on region vest."""
    case = declared(filed_with_papers(session, cast, installation, at=at), cast.siri, at=at)
    intake.accept(case, by=cast.siri, at=at)
    letters_arrive(session, case, at=at)
    return case


@kept
def with_planted(session: Session, cast: Cast, installation: Installation | None = None, *, at: datetime = NOON) -> Case:
    """The same, and Bo has answered with the paper `Hemmelig`, which nobody has looked through: it is planted, and Vik must not learn of it."""
    case = exchanging(session, cast, installation, at=at)
    paper = a_paper(installation, "Hemmelig", cast.bo, at=at)
    actions.respond(case, by=cast.bo, at=at + 2 * DAY, answers=disputing(case), text="Bestrides.", papers=[paper])
    session.flush()
    return case


def paper_called(case: Case, title: str) -> Paper:
    """The paper with that title."""
    return next(paper for sending in case.submissions for paper in sending.papers if paper.title == title)


def everybody(cast: Cast) -> list[User]:
    """All people of the cast."""
    found = [getattr(cast, part.name) for part in fields(cast)]
    return [each for each in found if isinstance(each, User)]
