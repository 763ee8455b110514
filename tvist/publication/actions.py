"""A publication on its way: begun, submitted, sent back, approved and withdrawn (rule 46). Marks stand in `marking.py`, the release in `job.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tvist.access.policy import Act, Role
from tvist.accounts.models import User
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.publication.jigsaw import singled_out
from tvist.publication.knowing import known_of
from tvist.publication.marking import propose
from tvist.publication.models import Blur, Mark, Publication, Stage, Undoing
from tvist.publication.places import texts
from tvist.publication.preview import as_public
from tvist.publication.queries import publications_of
from tvist.publication.rules import approved_hash, missing_before_approval, obstacles, obstacles_to_begin, officers_there
from tvist.publication.searching import leaks_in_words
from tvist.publication.sources import newest_version, record_in, record_of
from tvist.search.index import forget
from tvist.search.models import SearchedThing
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.decision.models import Decision
    from tvist.publication.jigsaw import Singled


def begin(decision: Decision, *, by: User, at: datetime) -> Publication:
    """Begin to make the newest version of an issued opinion ready for the public: what should be hidden is proposed, for a person to decide.

    What was decided in an earlier publication of the opinion comes along for every text that stands as it did. Raises `CannotProceed`
    before the opinion is issued, and where the version is published or worked on already.
    """
    session = session_of(decision)
    earlier = publications_of(session, decision)
    if found := obstacles_to_begin(decision, earlier):
        raise CannotProceed(found)
    version = newest_version(decision)
    made = Publication(
        decision=decision,
        decision_version=version,
        language=record_in(decision, version)["language"],
        begun_at=at,
        begun_by=by,
        return_reasons="",
        accepted_reasons="",
        marks=[],
        blurs=[],
        undoings=[],
    )
    session.add(made)
    session.flush()
    if earlier:
        _take_along(earlier[-1], made)
    propose(made, known_of(session, decision.case))
    session.flush()
    for each in earlier:
        if each.stage in {Stage.MARKING, Stage.TO_APPROVE, Stage.APPROVED} and each.superseded_by is None:
            each.superseded_by = made
    return made


def _take_along(earlier: Publication, made: Publication) -> None:
    """The marks on texts that have not changed, with who decided them and when; the blurs, and who undid what."""
    before, now = dict(texts(record_of(earlier))), dict(texts(record_of(made)))
    for mark in earlier.marks:
        if mark.place in now and before.get(mark.place) == now[mark.place]:
            copied = (
                "place",
                "start",
                "end",
                "words",
                "kind",
                "replacement",
                "origin",
                "why",
                "hides",
                "decided_at",
                "decided_by_id",
            )
            made.marks.append(Mark(**{name: getattr(mark, name) for name in copied}))
    made.blurs.extend(Blur(kind=blur.kind, by_id=blur.by_id, at=blur.at) for blur in earlier.blurs)
    made.undoings.extend(Undoing(by_id=found.by_id, at=found.at) for found in earlier.undoings)


def submit(publication: Publication, *, by: User, at: datetime, accepted: str = "") -> None:
    """Ask another person to approve. `accepted`: why what singles somebody out may stand, where something does.

    Raises `CannotProceed` with all that is missing: marks to decide, half words, something to tell more broadly or to accept with reasons.
    """
    found = obstacles(publication, Act.MARK_PUBLICATION, by=by, on=oslo_date(at)) or missing_before_approval(publication)
    singled = [] if found else singled_out_by(publication, at=at)
    if singled and not accepted.strip():
        found = [Message("publication.accept_or_blur", count=len(singled)), *(each.words for each in singled)]
    if found:
        raise CannotProceed(found)
    publication.submitted_at, publication.submitted_by, publication.return_reasons = at, by, ""
    publication.accepted_reasons = accepted.strip() if singled else ""
    session_of(publication).flush()
    for user in approvers(publication, at=at):
        write_to_user(user, LetterKind.PUBLICATION_TO_APPROVE, at=at, link=page_of(publication))


def singled_out_by(publication: Publication, *, at: datetime) -> list[Singled]:
    """What the public record would single out so that it must be told more broadly, or accepted with reasons."""
    session = session_of(publication)
    found = singled_out(session, as_public(session, publication, oslo_date(at)), publication.decision.case)
    return [each for each in found if each.is_blocking]


def approvers(publication: Publication, *, at: datetime) -> list[User]:
    """Who may approve it that day: the other officers who are there, else the leader (rule 46)."""
    on = oslo_date(at)
    if there := officers_there(publication, on):
        return there
    query = sa.select(User).where(User.appointments.any(), User.disabled_at.is_(None)).order_by(User.id)
    board = session_of(publication).scalars(query.options(selectinload(User.appointments), selectinload(User.memberships)))
    return [user for user in board if Role.LEADER in publication.roles_for(user, on)]


def send_back(publication: Publication, reasons: str, *, by: User, at: datetime) -> None:
    """Send it back to who submitted it, with the reasons. Raises `CannotProceed` without reasons, and where it waits for nobody's approval.

    Also what was approved and is not out yet can be sent back: the machine makes nothing of it then.
    """
    if found := obstacles_to_send_back(publication):
        raise CannotProceed(found)
    if not reasons.strip():
        raise CannotProceed(Message("publication.say_why_back"))
    reopen(publication, reasons.strip(), at=at, by=by)


def obstacles_to_send_back(publication: Publication) -> list[Message]:
    """Why it cannot be sent back now: only what waits for approval is, or what was approved and is not out yet."""
    waits = publication.stage in {Stage.TO_APPROVE, Stage.APPROVED}
    return [] if waits else [Message("publication.not_to_approve")]


def reopen(publication: Publication, reasons: str, *, at: datetime, by: User | None = None) -> None:
    """Let what was submitted, or approved, be marked anew, and tell who submitted it, unless they did it themselves. `by` None: the machine."""
    marker = publication.submitted_by
    publication.approved_at, publication.approved_by, publication.approved_sha256 = None, None, ""
    publication.submitted_at, publication.submitted_by = None, None
    publication.return_reasons = reasons
    session_of(publication).flush()
    if marker is not None and marker is not by:
        write_to_user(marker, LetterKind.PUBLICATION_RETURNED, at=at, link=page_of(publication))


def approve(publication: Publication, *, by: User, at: datetime) -> None:
    """Approve what is submitted as it stands; the machine makes the files, searches them for leaks, and releases.

    Raises `CannotProceed` for who submitted or marked it, for the leader while another officer is there, and for what is not ready.
    """
    found = obstacles(publication, Act.APPROVE_PUBLICATION, by=by, on=oslo_date(at)) or missing_before_approval(publication)
    if found:
        raise CannotProceed(found)
    publication.approved_at, publication.approved_by = at, by
    publication.approved_sha256 = approved_hash(publication)
    publication.decision.case.record(Act.APPROVE_PUBLICATION, by=by, at=at)
    session = session_of(publication)
    session.flush()
    queue(session, JobKind.PUBLISH, publication.id, at=at)


def withdraw(publication: Publication, reason: str, *, by: User, at: datetime) -> None:
    """Take a released opinion back from the public. Its number and the reason stay, for everybody to read (rule 46).

    Raises `CannotProceed` without a reason, and for one that tells what was hidden.
    """
    if found := faults_in_withdrawing(publication, reason, by=by, at=at):
        raise CannotProceed(found)
    publication.withdrawn_at, publication.withdrawn_by_id, publication.withdrawal_reason = at, by.id, reason.strip()
    publication.decision.case.record(Act.WITHDRAW_PUBLICATION, by=by, at=at)
    forget(session_of(publication), thing_kind=SearchedThing.PUBLICATION, thing_id=publication.id)


def faults_in_withdrawing(publication: Publication, reason: str, *, by: User, at: datetime) -> list[Message]:
    """Why it cannot be withdrawn for that reason."""
    if found := obstacles(publication, Act.WITHDRAW_PUBLICATION, by=by, on=oslo_date(at)):
        return found
    if not reason.strip():
        return [Message("publication.say_why_withdrawn")]
    leaks = leaks_in_words(publication, reason)
    return [Message("publication.reason_tells", words=leaks)] if leaks else []


def page_of(publication: Publication) -> str:
    """The address of its page, for a letter."""
    return f"/publications/{publication.public_id}"
