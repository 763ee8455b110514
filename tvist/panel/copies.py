"""A member's encrypted copy of the bundle to take along: asked for, made by a job, and ended on its last day, with the seat or with the case."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Role
from tvist.clock import oslo_date
from tvist.db import locked, random_id, session_of
from tvist.documents.seeking import seekable
from tvist.documents.storage import MissingPaper
from tvist.errors import CannotProceed, NotFound
from tvist.jobs.actions import queue
from tvist.jobs.models import Job, JobKind
from tvist.panel.bundles import BundleCopy
from tvist.panel.models import Bundle
from tvist.panel.reading import BundleFor
from tvist.pdf.taking_along import mark_and_lock
from tvist.procedure.settings import procedure_on
from tvist.vault.sealed import seal, unseal
from tvist.words import Message, format_day, render

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.documents.storage import PaperStore
    from tvist.installation import Installation
    from tvist.vault.keys import MasterKeys

PURPOSE: Final = "bundle copy"
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for one another when they are typed."""
GROUPS, LETTERS_A_GROUP = 5, 4
SWEPT_FOR: Final = timedelta(days=7)
"""So long after its end it is looked whether the file of a copy is gone, should the machine have stopped between row and file."""


@dataclass(frozen=True)
class Marks:
    """What stands on every page of a copy: across it, and at its foot; and what opens it."""

    across: str
    foot: str
    passphrase: str


def copy_at(session: Session, slug: str, public_id: str) -> BundleCopy:
    """The copy with that identifier in that case. Raises `NotFound`, also when it has ended."""
    copy = session.scalar(sa.select(BundleCopy).where(BundleCopy.public_id == public_id))
    if copy is None or copy.bundle.case.slug != slug or copy.ended_at is not None:
        raise NotFound
    return copy


def copy_of(bundle: Bundle, user: User) -> BundleCopy | None:
    """The person's copy of that version of the bundle, as long as it stands."""
    query = sa.select(BundleCopy).where(
        BundleCopy.bundle_id == bundle.id, BundleCopy.user_id == user.id, BundleCopy.ended_at.is_(None)
    )
    return session_of(bundle).scalars(query.order_by(BundleCopy.id)).first()


def is_waited_for(copy: BundleCopy) -> bool:
    """Whether a job is to make it, and has not been given up."""
    waiting = sa.select(Job.id).where(
        Job.kind == JobKind.MAKE_BUNDLE_COPY, Job.thing_id == copy.id, Job.done_at.is_(None), Job.failed_at.is_(None)
    )
    return session_of(copy).scalar(waiting.limit(1)) is not None


def why_no_copy(bundle: Bundle, user: User, on: date) -> Message | None:
    """Why the person can have no copy of this version: the case is closed, the pages are not made, or one of them is closed."""
    if bundle.case.is_closed:
        return Message("reading.copy_case_closed")
    if bundle.file is None:
        return Message("reading.not_made")
    return None if BundleFor(bundle, user, on).is_whole else Message("reading.not_whole")


def ask_for_copy(bundle: Bundle, *, by: User, at: datetime, keys: MasterKeys) -> BundleCopy:
    """Let a copy be made for the member, good for the time of the settings; asked again, the one that stands. Raises CannotProceed."""
    session = session_of(bundle)
    # Two clicks at the same moment follow each other here, and the second finds the copy of the first.
    session.execute(locked(session, sa.select(Bundle.id).where(Bundle.id == bundle.id), Bundle))
    if why := why_no_copy(bundle, by, oslo_date(at)):
        raise CannotProceed(why)
    if (standing := copy_of(bundle, by)) is not None:
        if standing.made_at is None and not is_waited_for(standing):
            queue(session, JobKind.MAKE_BUNDLE_COPY, standing.id, at=at)
        return standing
    public_id = random_id()
    copy = BundleCopy(
        public_id=public_id,
        bundle=bundle,
        user_id=by.id,
        asked_at=at,
        expires_on=procedure_on(bundle.case.registered_on).copy_lasts.after(oslo_date(at)),
        sealed_password=seal(keys, _new_passphrase().encode(), purpose=PURPOSE, bound_to=place_of(public_id, by)),
    )
    session.add(copy)
    session.flush()
    queue(session, JobKind.MAKE_BUNDLE_COPY, copy.id, at=at)
    return copy


def passphrase_of(keys: MasterKeys, copy: BundleCopy) -> str:
    """What opens the copy. Who asks is proved before to be its owner. Raises `BrokenSeal`."""
    return unseal(keys, copy.sealed_password, purpose=PURPOSE, bound_to=place_of(copy.public_id, copy.user)).decode()


def copy_job(installation: Installation, copy_id: int, at: datetime) -> None:
    """Make the file and keep it. Begun twice it keeps one; nothing is made for a copy that has ended, or may not be had any more."""
    with installation.database.reading() as session:
        copy = session.get_one(BundleCopy, copy_id)
        file = copy.bundle.file
        if not _is_to_be_made(copy, oslo_date(at)) or file is None:
            return
        marks, blob_id = _marks(copy, installation.keys), file.blob_id
    with tempfile.TemporaryFile() as made:
        with seekable(installation.papers, blob_id) as source:
            mark_and_lock(source, made, mark=marks.across, line=marks.foot, passphrase=marks.passphrase)
        made.seek(0)
        stored = installation.papers.put(made, max_bytes=None)
    is_kept = False
    try:
        with installation.database.writing() as session:
            copy = session.scalars(locked(session, sa.select(BundleCopy).where(BundleCopy.id == copy_id), BundleCopy)).one()
            if _is_to_be_made(copy, oslo_date(at)):
                copy.made_at, copy.blob_id, copy.size, copy.sha256 = at, stored.blob_id, stored.size, stored.sha256
                session.commit()
                is_kept = True
    finally:
        if not is_kept:
            installation.papers.discard(stored.blob_id)


def end_copies(installation: Installation, at: datetime) -> int:
    """End each copy whose last day is over, whose owner has left the seat, whose case is closed, or in which a page was closed; remove their files.

    For the daily round. Returns how many ended.
    """
    with installation.database.writing() as session:
        standing = session.scalars(sa.select(BundleCopy).where(BundleCopy.ended_at.is_(None)).order_by(BundleCopy.id)).all()
        over = [copy for copy in standing if is_over(copy, oslo_date(at))]
        for copy in over:
            copy.ended_at = at
        session.commit()
    with installation.database.reading() as session:
        ended = sa.select(BundleCopy.blob_id).where(BundleCopy.ended_at > at - SWEPT_FOR, BundleCopy.blob_id.is_not(None))
        files = list(session.scalars(ended))
    # Only now: had the commit failed, a row would point to a file that is gone.
    for blob_id in files:
        _remove(installation.papers, blob_id)
    return len(over)


def is_over(copy: BundleCopy, on: date) -> bool:
    """Whether the copy may not be had any more that day."""
    if copy.expires_on < on or Role.OWNER not in copy.roles_for(copy.user, on):
        return True
    return why_no_copy(copy.bundle, copy.user, on) is not None


def _is_to_be_made(copy: BundleCopy, on: date) -> bool:
    return copy.made_at is None and copy.ended_at is None and not is_over(copy, on)


def _marks(copy: BundleCopy, keys: MasterKeys) -> Marks:
    """In the language of its owner."""
    language, number = copy.user.language, copy.bundle.case.number
    last = format_day(copy.expires_on, language)
    across = render(Message("reading.mark", name=copy.user.name, day=last), language)
    foot = render(Message("reading.mark_foot", name=copy.user.name, number=number, day=last), language)
    return Marks(across, foot, passphrase_of(keys, copy))


def _remove(papers: PaperStore, blob_id: str | None) -> None:
    if blob_id is not None:
        with suppress(MissingPaper):
            papers.delete(blob_id)


def _new_passphrase() -> str:
    """Twenty letters and digits in groups of four: 99 bits, and can be typed on a tablet."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(LETTERS_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def place_of(public_id: str, owner: User) -> str:
    """What the pass phrase of the copy is bound to."""
    return f"copy {public_id} of {owner.public_id}"
