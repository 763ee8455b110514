"""Comments beside a page of a paper: written by a side in the draft of its next sending, sent with it, then read by those it is served on (rule 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.lifecycle import STEPS
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.errors import CannotProceed, NotAllowed, NotFound
from tvist.intake.in_case import draft_in_case
from tvist.intake.models import Draft, DraftKind
from tvist.procedure.settings import PROCEDURES
from tvist.submissions.models import PageComment
from tvist.submissions.paper_rules import sending_of
from tvist.submissions.rules import turn_of
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.documents.models import Paper

LAST_PAGE: Final = 20_000
LONGEST_COMMENT: Final = PROCEDURES[-1].longest_text
SENT_WITH: Final = (DraftKind.RESPONSE, DraftKind.COMMENTS, DraftKind.ADDITION)
"""The drafts whose sending takes comments along."""


def kind_to_write(case: Case, user: User, on: date) -> DraftKind | None:
    """In the draft of which sending a comment of the person's is written now: that of its party's turn, else an addition; None when nothing can be sent."""
    party = case.party_of(user, on)
    if party is None:
        return None
    turns = ((TaskKind.RESPOND, DraftKind.RESPONSE), (TaskKind.COMMENT, DraftKind.COMMENTS))
    for task, kind in turns:
        if turn_of(case, party, task) is not None:
            return kind
    can_add = case.state in STEPS[Act.SEND_MORE].sources and may(user, Act.SEND_MORE, case, on)
    return DraftKind.ADDITION if can_add else None


def write_page_comment(paper: Paper, *, by: User, at: datetime, page: int, text: str) -> PageComment:
    """Write a comment beside a page, in the draft of the party's next sending. The case must be locked.

    Raises `NotAllowed` for one of no party, `CannotProceed` when nothing can be sent now, and for a page or text that is none.
    """
    case, on = sending_of(paper).case, oslo_date(at)
    party = case.party_of(by, on)
    if party is None or not may(by, Act.READ_PAPER, paper, on):
        raise NotAllowed
    kind = kind_to_write(case, by, on)
    if kind is None:
        raise CannotProceed(Message("submissions.page_comments.not_now"))
    _check(page, text)
    session = session_of(paper)
    draft = draft_in_case(session, case, kind, party=party, by=by, at=at)
    comment = PageComment(paper=paper, page=page, text=text.strip(), draft=draft, by=by, written_at=at)
    session.add(comment)
    draft.changed_at = at
    session.flush()
    return comment


def change_page_comment(comment: PageComment, *, by: User, at: datetime, page: int, text: str) -> None:
    """Write it anew; it is then by who wrote last. Raises `CannotProceed` for one that was sent, and for a page or text that is none."""
    draft = _open_draft(comment)
    _check(page, text)
    comment.page, comment.text, comment.by, comment.written_at = page, text.strip(), by, at
    draft.changed_at = at


def remove_page_comment(comment: PageComment, *, at: datetime) -> None:
    """Take it out of the draft. Raises `CannotProceed` for one that was sent."""
    _open_draft(comment).changed_at = at
    session_of(comment).delete(comment)


def take_page_comments(sent: Submission) -> None:
    """Let what the party has written beside pages go with this sending. The sending must have its number."""
    for comment in unsent_comments(session_of(sent.case), sent.case, sent.party):
        comment.draft, comment.submission = None, sent


def unsent_comments(session: Session, case: Case, party: Party | None) -> list[PageComment]:
    """What the party has written beside pages and not sent, by paper and page."""
    if party is None:
        return []
    query = (
        _comments()
        .join(Draft, Draft.id == PageComment.draft_id)
        .where(Draft.in_case_id == case.id, Draft.party_id == party.id, Draft.kind.in_(SENT_WITH), Draft.discarded_at.is_(None))
    )
    return list(session.scalars(query.order_by(PageComment.paper_id, PageComment.page, PageComment.id)))


def comments_beside(session: Session, paper: Paper, sendings: Iterable[Submission], party: Party | None) -> list[PageComment]:
    """The comments beside the paper's pages that came with these sendings (those the reader may read), and the party's own unsent ones; by page."""
    sent = _comments().where(PageComment.paper_id == paper.id, PageComment.submission_id.in_([found.id for found in sendings]))
    found = [
        *session.scalars(sent),
        *(each for each in unsent_comments(session, sending_of(paper).case, party) if each.paper is paper),
    ]
    return sorted(found, key=lambda each: (each.page, each.id))


def page_comment_at(session: Session, slug: str, public_id: str, comment_id: str) -> PageComment:
    """The comment with that identifier beside that paper of that case. Raises `NotFound`."""
    comment = session.scalar(_comments().where(PageComment.public_id == comment_id))
    if comment is None or comment.paper.public_id != public_id or sending_of(comment.paper).case.slug != slug:
        raise NotFound
    return comment


def _comments() -> sa.Select[PageComment]:
    return sa.select(PageComment).options(joinedload(PageComment.paper), joinedload(PageComment.by))


def _open_draft(comment: PageComment) -> Draft:
    if comment.draft is None or not comment.draft.is_open:
        raise CannotProceed(Message("submissions.page_comments.sent"))
    return comment.draft


def _check(page: int, text: str) -> None:
    if not 0 < page <= LAST_PAGE:
        raise CannotProceed(Message("submissions.page_comments.no_page"))
    if not text.strip():
        raise CannotProceed(Message("submissions.page_comments.write"))
