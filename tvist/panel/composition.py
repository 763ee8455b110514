"""Who sits in a case, as far as the reader may know it: the parties are told names when all three have declared (rules 29-30)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.access.roles import roles_of
from tvist.panel.calling import all_declared
from tvist.panel.challenging import were_told
from tvist.panel.models import SeatKind
from tvist.panel.rules import holder
from tvist.panel.told import BODY, SIDES

if TYPE_CHECKING:
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.models import Seat


@dataclass(frozen=True)
class Composition:
    """The seats with their holders, in order. `sees_statements`: the reader may know who declared what and who left.

    `is_hidden`: the reader is told only that the panel is being seated.
    """

    seats: list[tuple[SeatKind, Seat | None]]
    left: list[Seat]
    sees_statements: bool
    is_hidden: bool

    @property
    def is_begun(self) -> bool:
        """Whether anybody was ever called."""
        return bool(self.left) or any(seat for _, seat in self.seats)


def composition(case: Case, user: User, on: date) -> Composition | None:
    """Who sits in the case; None for one who is called and has not declared, and for strangers."""
    roles = roles_of(user, case, on)
    if not roles & (BODY | SIDES):
        return None
    seats = [(kind, holder(case, kind)) for kind in SeatKind]
    # Who was told of a panel goes on knowing it while the others rule on a doubt that came later.
    is_settled = all_declared(case) or were_told(case)
    sees = bool(roles & BODY)
    left = [seat for seat in case.seats if seat.left_at is not None]
    return Composition(seats, left, sees, is_hidden=not sees and not is_settled)
