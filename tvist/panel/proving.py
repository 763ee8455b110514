"""Prove afterwards that what was ruled on a member was ruled by the right persons, and that the result follows (rules 29, 30)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.cases.history import Statement
from tvist.panel.challenges import ChallengeEnd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.cases.models import Case
    from tvist.panel.challenges import Challenge, Ruling

MOST_RULINGS: Final = 2
"""One for each of the other seats."""


def wrong_rulings(case: Case) -> Iterator[Challenge]:
    """What was ruled on by others than the rules say, or with another result than the rulings give. A tie never keeps a member."""
    for found in case.challenges:
        if found.is_open or found.ended_by is ChallengeEnd.LEFT:
            continue
        rulings = found.standing
        seats = {ruling.for_seat for ruling in rulings}
        is_two_seats = len(seats) == len(rulings) <= MOST_RULINGS and found.seat.kind not in seats
        people = {ruling.user_id for ruling in rulings}
        if not (is_two_seats and len(people) == len(rulings) and _follows(found) and all(map(_is_by_the_right, rulings))):
            yield found


def _follows(found: Challenge) -> bool:
    """Whether the result is that of the rulings."""
    given = {ruling.stays for ruling in found.standing}
    if None in given:
        return False
    if len(given) == 1:
        return found.ended_by is ChallengeEnd.RULED and {found.stays} == given
    expected = ChallengeEnd.TIE if given else ChallengeEnd.NOBODY
    return found.ended_by is expected and found.stays is False


def _is_by_the_right(ruling: Ruling) -> bool:
    """By another than whom it is about, with reasons, by one of that seat who had no conflict and was not ruled on themselves then."""
    found = ruling.challenge
    case, at = found.case, found.decided_at
    if ruling.user_id == found.seat.user_id or not ruling.reasons.strip() or at is None:
        return False
    had_conflict = any(
        each.user_id == ruling.user_id and each.statement is Statement.CONFLICT and each.at < at for each in case.declarations
    )
    was_challenged = any(
        each.seat.user_id == ruling.user_id and each.raised_at < at and (each.decided_at is None or each.decided_at > at)
        for each in case.challenges
        if each.ended_by is not ChallengeEnd.LEFT
    )
    return _belongs(ruling) and not had_conflict and not was_challenged


def _belongs(ruling: Ruling) -> bool:
    """Whether the person held the seat for which they ruled, or was appointed to it."""
    held = any(seat.user_id == ruling.user_id and seat.kind is ruling.for_seat for seat in ruling.challenge.case.seats)
    return held or any(found.seat is ruling.for_seat for found in ruling.user.appointments)
