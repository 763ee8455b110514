"""Letters about how one signs in. They say that something was changed, and where to see what; no name, no fact (rule 42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User


def tell_changed(user: User, *, at: datetime) -> None:
    """What the person signs in with was changed, or a recovery code was used."""
    write_to_user(user, LetterKind.SIGN_IN_CHANGED, at=at, link="/account/security")


def tell_reset(user: User, *, at: datetime) -> None:
    """An administrator took the person's second steps away."""
    write_to_user(user, LetterKind.SIGN_IN_RESET, at=at, link="/sign-in")
