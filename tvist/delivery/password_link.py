"""The letter with a link to choose a pass phrase. Delivery writes it, for letters stand above accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.accounts.actions import make_password_link
from tvist.accounts.models import User
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def send_password_link(session: Session, email: str, *, at: datetime) -> None:
    """Write a link to the account with that address. Nothing happens, and nobody is told, where there is none or it is shut."""
    user = session.scalar(sa.select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None)))
    if user is not None:
        write_to_user(user, LetterKind.PASSWORD_LINK, at=at, link=f"/password/{make_password_link(user, at=at)}")
