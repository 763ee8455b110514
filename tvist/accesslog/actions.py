"""Write a line of the access log, in its own short transaction: it stays when what was tried is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry, Channel
from tvist.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.access.policy import Role
    from tvist.accounts.models import User
    from tvist.db import Base, Database

PRIVATE: Final = frozenset({Act.ANNOTATE, Act.READ_NOTE})
"""What people do with notes of their own. It is no opening of a case or a paper (rule 44) and private for ever (rule 33): it is not noted.

Who tries the note of another is noted as one who was denied the case: the log does not tell that there is a note.
"""


def note_access(
    database: Database,
    *,
    user: User | None,
    roles: Iterable[Role],
    act: Act | None,
    thing: Base | None,
    allowed: bool,
    channel: Channel = Channel.WEB,
    purpose: str = "",
) -> None:
    """Note that `user` opened, acted on or was denied `thing`. Nothing of what the thing says is written, and nothing of private notes.

    `purpose`: what for, in the person's words, where the page asks (rule 7).
    """
    if act is not None and not (act in PRIVATE and allowed):
        _note(database, [_entry(user, roles, act, thing, allowed=allowed, channel=channel, purpose=purpose)])


def note_openings_of_all(database: Database, *, user: User, act: Act, things: Iterable[tuple[Base, Iterable[Role]]]) -> None:
    """Note that `user` opened several things at once, each with what the person is to it: a line each, in one transaction."""
    _note(database, [_entry(user, roles, act, thing, allowed=True, channel=Channel.WEB) for thing, roles in things])


def was_noted(session: Session, *, user: User, act: Act, thing: Base | None, since: datetime) -> bool:
    """Whether a line says already that `user` was let in to do this to the thing since then."""
    query = sa.select(AccessEntry.id).where(
        AccessEntry.user_id == user.id,
        AccessEntry.thing == _name_of(thing),
        AccessEntry.at > since,
        AccessEntry.act == act,
        AccessEntry.allowed,
    )
    return session.scalar(query.limit(1)) is not None


def _note(database: Database, entries: list[AccessEntry]) -> None:
    with database.writing() as session:
        session.add_all(entries)
        session.commit()


def _entry(
    user: User | None,
    roles: Iterable[Role],
    act: Act,
    thing: Base | None,
    *,
    allowed: bool,
    channel: Channel,
    purpose: str = "",
) -> AccessEntry:
    is_private, case_id = act in PRIVATE, _case_id(thing)
    return AccessEntry(
        at=now(),
        user_id=user.id if user else None,
        roles=",".join(sorted(roles)),
        act=Act.OPEN_CASE if is_private else act,
        thing=f"case {case_id}" if is_private else _name_of(thing),
        case_id=case_id,
        allowed=allowed,
        channel=channel,
        purpose=purpose,
    )


def _name_of(thing: Base | None) -> str:
    return f"{thing.__tablename__} {thing.id}" if thing is not None else ""  # type: ignore[attr-defined]  # Every guarded thing has an id.


def _case_id(thing: Base | None) -> int | None:
    if thing is None:
        return None
    return thing.id if thing.__tablename__ == "case" else getattr(thing, "case_id", None)  # type: ignore[attr-defined]  # A case has an id.
