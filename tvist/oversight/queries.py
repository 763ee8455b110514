"""Questions that find the things of these pages by what stands in an address or a field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.accounts.models import SignIn
from tvist.documents.models import Paper
from tvist.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.oversight.models import Breach


def paper_of_case(session: Session, case: Case | None, text: str) -> Paper:
    """The paper of the case by the last part of its address, or its whole address. Raises `NotFound`."""
    if case is None:
        raise NotFound
    wanted = re.split(r"[/?#]", text.strip().rpartition("/papers/")[2])[0]
    found = session.scalar(sa.select(Paper).where(Paper.case_id == case.id, Paper.public_id == wanted))
    if found is None:
        raise NotFound
    return found


def sign_in_of(session: Session, breach: Breach, number: str) -> SignIn | None:
    """The sign-in with that number of the person a breach is about; None where none is asked for. Raises `NotFound`."""
    if not number:
        return None
    is_number = number.isascii() and number.isdigit() and len(number) < 10  # noqa: PLR2004 - what a column of numbers holds.
    found = session.get(SignIn, int(number)) if is_number else None
    if found is None or found.user_id != breach.user_id:
        raise NotFound
    return found


def number_before(text: str) -> int | None:
    """The place in a list that an address names; None for the beginning, and for what is no place."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - what a column of numbers holds.
