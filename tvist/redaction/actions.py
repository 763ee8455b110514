"""A paper that is to be given out: begun with a purpose, covered with boxes, approved by another person. The files are made by the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy.orm.attributes import flag_modified

from tvist.access.policy import Act
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.errors import CannotProceed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.redaction.drawing import Box
from tvist.redaction.models import WHOLE, Redaction, RedactionBox, Uncovering
from tvist.redaction.rules import obstacles, obstacles_to_begin
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.documents.models import Paper

MOST_BOXES: Final = 5_000


def begin(paper: Paper, *, purpose: str, secrets: str, by: User, at: datetime) -> Redaction:
    """Begin a copy of a paper of a case for that purpose; the machine lays out its pages. Raises `CannotProceed` for one under quarantine."""
    found = obstacles_to_begin(paper)
    if not purpose.strip():
        found = [*found, Message("redaction.say_purpose")]
    if found or paper.submission is None:
        raise CannotProceed(found or [Message("redaction.no_pages")])
    session = session_of(paper)
    made = Redaction(
        case=paper.submission.case, paper=paper, purpose=purpose.strip(), secrets=in_lines(secrets),
        begun_at=at, begun_by=by, return_reasons="", boxes=[], uncoverings=[],
    )  # fmt: skip
    session.add(made)
    session.flush()
    queue(session, JobKind.MAKE_REDACTION, made.id, at=at)
    return made


def in_lines(secrets: str) -> str:
    """Words as they are kept: one a line, each once, without white space around."""
    return "\n".join(dict.fromkeys(line.strip() for line in secrets.splitlines() if line.strip()))


def words_of(redaction: Redaction) -> list[str]:
    """The words that may not be readable in what is given out."""
    return redaction.secrets.splitlines()


def note_words(redaction: Redaction, secrets: str, *, by: User, at: datetime) -> None:
    """Say anew which words may not be readable."""
    _need(redaction, by, at)
    if redaction.secrets != (words := in_lines(secrets)):
        redaction.secrets = words
        redaction.uncoverings.append(Uncovering(by_id=by.id, at=at))


def cover(redaction: Redaction, boxes: Iterable[Box], *, by: User, at: datetime) -> int:
    """Put boxes on pages; those that are there already are left out. Returns how many are new.

    Raises `CannotProceed` for one that does not lie on its page, and for too many.
    """
    _need(redaction, by, at)
    there = {(each.page, each.left, each.top, each.width, each.height) for each in redaction.boxes}
    fresh = [box for box in dict.fromkeys(boxes) if (box.page, box.left, box.top, box.width, box.height) not in there]
    if any(not lies_on_page(box) for box in fresh):
        raise CannotProceed(Message("redaction.box_outside"))
    if len(there) + len(fresh) > MOST_BOXES:
        raise CannotProceed(Message("redaction.too_many_boxes", limit=MOST_BOXES))
    redaction.boxes.extend(
        RedactionBox(page=box.page, left=box.left, top=box.top, width=box.width, height=box.height, by_id=by.id, at=at)
        for box in fresh
    )
    _touch(redaction)
    return len(fresh)


def lies_on_page(box: Box) -> bool:
    """Whether a box has a size and lies within its page."""
    return (
        box.page > 0
        and min(box.left, box.top) >= 0
        and min(box.width, box.height) > 0
        and max(box.left + box.width, box.top + box.height) <= WHOLE
    )


def uncover(redaction: Redaction, box_id: str, *, by: User, at: datetime) -> None:
    """Take a box away, by its public id; one that is gone already is gone."""
    _need(redaction, by, at)
    for box in [each for each in redaction.boxes if each.public_id == box_id]:
        redaction.boxes.remove(box)
        redaction.uncoverings.append(Uncovering(by_id=by.id, at=at))
    _touch(redaction)


def submit(redaction: Redaction, *, by: User, at: datetime) -> None:
    """Ask another person to approve. A paper without a box can be given out too: that is approved as well."""
    _need(redaction, by, at)
    redaction.submitted_at, redaction.submitted_by, redaction.return_reasons = at, by, ""


def send_back(redaction: Redaction, reasons: str, *, by: User, at: datetime) -> None:
    """Send it back to who submitted it. Raises `CannotProceed` without reasons, and where it does not wait."""
    found = obstacles(redaction, Act.APPROVE_REDACTION, by=by, on=oslo_date(at))
    if not reasons.strip():
        found = [*found, Message("redaction.say_why_back")]
    if found:
        raise CannotProceed(found)
    reopen(redaction, reasons.strip())


def reopen(redaction: Redaction, reasons: str) -> None:
    """Let what was submitted, or approved, be covered anew."""
    redaction.submitted_at, redaction.submitted_by = None, None
    redaction.approved_at, redaction.approved_by = None, None
    redaction.return_reasons = reasons


def approve(redaction: Redaction, *, by: User, at: datetime) -> None:
    """Approve what is covered as it stands; the machine makes the file. Raises `CannotProceed` for who had a hand in it."""
    if found := obstacles(redaction, Act.APPROVE_REDACTION, by=by, on=oslo_date(at)):
        raise CannotProceed(found)
    redaction.approved_at, redaction.approved_by = at, by
    redaction.case.record(Act.APPROVE_REDACTION, by=by, at=at)
    session = session_of(redaction)
    session.flush()
    queue(session, JobKind.MAKE_REDACTION, redaction.id, at=at)


def boxes_of(redaction: Redaction) -> list[Box]:
    """Its boxes, as they are drawn."""
    return [Box(each.page, each.left, each.top, each.width, each.height) for each in redaction.boxes]


def _need(redaction: Redaction, by: User, at: datetime) -> None:
    if found := obstacles(redaction, Act.REDACT_PAPER, by=by, on=oslo_date(at)):
        raise CannotProceed(found)


def _touch(redaction: Redaction) -> None:
    """A box more or less raises the version, so that who works on an old page is told."""
    flag_modified(redaction, "purpose")
