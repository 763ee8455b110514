"""Which letters leave by themselves, and which wait for an officer; the latest row of a kind holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.delivery.models import LetterKind, LetterSetting

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

ABOUT_ACCOUNTS: Final = frozenset(
    {
        LetterKind.PASSWORD_LINK,
        LetterKind.ACCESS_ASKED,
        LetterKind.ACCESS_REFUSED,
        LetterKind.ACCESS_GAINED,
        LetterKind.ACCESS_LOST,
        LetterKind.COLLEAGUES_DUE,
        LetterKind.COLLEAGUES_KEY,
        LetterKind.UNCONFIRMED,
        LetterKind.LEFT_TEAM,
        LetterKind.SIGN_IN_CHANGED,
        LetterKind.SIGN_IN_RESET,
    }
)
"""Letters that open an account or tell of one: they may carry a key, so that no officer is shown them, and they always leave at once."""
ABOUT_THE_BOARD: Final = frozenset(
    {
        LetterKind.EMPLOYERS_DUE,
        LetterKind.SEAT_RUNS_EMPTY,
        LetterKind.MEETING_CALLED,
        LetterKind.MEETING_CHANGED,
        LetterKind.MEETING_CANCELLED,
        LetterKind.PUBLICATION_TO_APPROVE,
        LetterKind.PUBLICATION_RETURNED,
    }
)
"""Letters to the body's own people about no case: there is nothing in them that an officer would have to see first."""
SETTABLE: Final[tuple[LetterKind, ...]] = tuple(
    kind for kind in LetterKind if kind not in ABOUT_ACCOUNTS | ABOUT_THE_BOARD and kind is not LetterKind.BODY_LETTER
)
"""What the secretariat decides on. A letter that an officer has written is approved by the officer who sends it, each time."""


def goes_by_itself(session: Session | None, kind: LetterKind) -> bool:
    """Whether letters of the kind leave without an officer's approval; so they do until the secretariat says otherwise."""
    if session is None or kind not in SETTABLE:
        return True
    latest = sa.select(LetterSetting.is_automatic).where(LetterSetting.kind == kind).order_by(LetterSetting.id.desc()).limit(1)
    # An act writes its letters before all of it is known: nothing of it goes to the database because a setting is read.
    with session.no_autoflush:
        found = session.scalar(latest)
    return True if found is None else found


def settings_now(session: Session) -> dict[LetterKind, LetterSetting]:
    """The setting in force of each kind that was ever set, with who set it."""
    latest = sa.select(sa.func.max(LetterSetting.id)).group_by(LetterSetting.kind)
    rows = sa.select(LetterSetting).where(LetterSetting.id.in_(latest)).options(joinedload(LetterSetting.by))
    return {row.kind: row for row in session.scalars(rows)}


def leave_by_themselves(in_force: Mapping[LetterKind, LetterSetting]) -> list[LetterKind]:
    """The kinds that leave without an officer's approval, by the settings in force (as `settings_now` gives them)."""
    return [kind for kind in SETTABLE if kind not in in_force or in_force[kind].is_automatic]


def set_letters(session: Session, automatic: Collection[LetterKind], *, by: User, at: datetime) -> list[LetterKind]:
    """Let letters of these kinds leave by themselves from now on, and those of all others wait. Returns the kinds that were changed.

    A letter that is already written goes on as it was: what waits is approved or stopped one by one.
    """
    leaving = leave_by_themselves(settings_now(session))
    changed = [kind for kind in SETTABLE if (kind in leaving) is not (kind in automatic)]
    session.add_all(LetterSetting(kind=kind, is_automatic=kind in automatic, by=by, at=at) for kind in changed)
    return changed
