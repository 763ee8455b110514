"""What of the papers that are given out waits for a person: copies to cover, those that were sent back, and those to approve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import Act, Role
from tvist.access.roles import may
from tvist.cases.models import Case
from tvist.cases.queries import visible_to
from tvist.redaction.models import Redaction
from tvist.redaction.rules import RedactionStage, obstacles, stage_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

MOST_WAITING: Final = 10
# What a person does to a copy that stands there.
_ACTS: Final = {RedactionStage.COVERING: Act.REDACT_PAPER, RedactionStage.TO_APPROVE: Act.APPROVE_REDACTION}


@dataclass(frozen=True)
class WaitingRedactions:
    """What waits for the person, at most ten of each, the oldest first."""

    returned: Sequence[Redaction] = ()
    to_cover: Sequence[Redaction] = ()
    to_approve: Sequence[Redaction] = ()

    @property
    def is_anything(self) -> bool:
        """Whether anything waits."""
        return bool(self.returned or self.to_cover or self.to_approve)


def waiting_redactions(session: Session, user: User, on: date) -> WaitingRedactions:
    """What waits for `user` that day: of copies to cover the person's own, of those sent back and those to approve everybody's."""
    if not user.roles_on(on) & {Role.SECRETARIAT, Role.LEADER}:
        return WaitingRedactions()
    open_ = [
        (each, stage)
        for each in _not_made(session, user, on)
        if (act := _ACTS.get(stage := stage_of(each))) and may(user, act, each, on) and not obstacles(each, act, by=user, on=on)
    ]
    to_cover = [each for each, stage in open_ if stage is RedactionStage.COVERING]
    return WaitingRedactions(
        [each for each in to_cover if each.return_reasons][:MOST_WAITING],
        [each for each in to_cover if not each.return_reasons and each.begun_by_id == user.id][:MOST_WAITING],
        [each for each, stage in open_ if stage is RedactionStage.TO_APPROVE][:MOST_WAITING],
    )


def _not_made(session: Session, user: User, on: date) -> Sequence[Redaction]:
    """Those on which people work, in the order they were begun: a handful at any time."""
    works = (Redaction.blob_id.is_not(None), Redaction.approved_at.is_(None))
    loaded = (
        joinedload(Redaction.case).selectinload(Case.declarations),
        selectinload(Redaction.boxes),
        selectinload(Redaction.uncoverings),
        joinedload(Redaction.submitted_by),
    )
    query = sa.select(Redaction).join(Redaction.case).where(visible_to(user, on), *works)
    return session.scalars(query.options(*loaded).order_by(Redaction.id)).unique().all()
