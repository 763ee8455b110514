"""What a person is to a thing, and the one question asked of the policy: `may`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tvist.access.policy import POLICY, Act, Role
from tvist.clock import today

if TYPE_CHECKING:
    from datetime import date

    from tvist.accounts.models import User


@runtime_checkable
class Thing(Protocol):
    """Whatever is guarded and stands in a relation to people: a case, a paper, a vote, a draft, a user."""

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this thing on that day; empty for a stranger."""
        ...


def roles_of(user: User | None, thing: object, on: date | None = None) -> set[Role]:
    """What `user` is to `thing`; with no thing, what the person is at all. Empty for somebody not signed in or disabled."""
    day = on or today()
    if user is None or not user.is_active:
        return set()
    if isinstance(thing, Thing):
        return thing.roles_for(user, day)
    return user.roles_on(day) if thing is None else set()


def may(user: User | None, act: Act | str, thing: object, on: date | None = None) -> bool:
    """Whether `user` may do `act` to `thing`. Asked by the guard and by the templates, and by nobody else."""
    return bool(POLICY[Act(act)] & roles_of(user, thing, on))
