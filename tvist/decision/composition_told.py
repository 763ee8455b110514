"""How the panel was composed: who declared what and when, who left, what was objected and ruled; as record and in the opinion (rules 29-31)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tvist.cases.history import Statement
from tvist.clock import oslo_date
from tvist.decision.votes import seats_of
from tvist.pdf import prose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tvist.cases.history import Declaration
    from tvist.cases.models import Case
    from tvist.decision.tables import Wording
    from tvist.panel.challenges import Challenge
    from tvist.panel.models import Seat
    from tvist.pdf import Block

Record = dict[str, Any]
TOOK_PART: Final = frozenset({"conflict", "ruled", "term"})
"""Why one leaves of whom the opinion tells; who was replaced before declaring, or let go with the whole panel, had no part in it."""
AT_ONCE: Final = "conflict_at_once"
"""Declared a conflict when called, and never sat: the opinion tells why another sits in their place."""


def composition_record(case: Case) -> Record:
    """Names, seats and days; never a ground or words, which are for the body alone."""
    left = [seat for seat in case.seats if seat.left_at is not None and _is_told_of(seat)]
    return {
        "composition": {
            "statements": [_statement(seat) for seat in seats_of(case)],
            "left": [
                {"name": seat.user.name, "seat": seat.kind.value, "because": _why(seat), "on": _day(seat.left_at)}
                for seat in left
            ],
            "challenges": [_challenge(found) for found in case.challenges if not found.is_open],
        }
    }


def composition_told(record: Record, told: Wording) -> Iterator[Block]:
    """What is said above the signatures. A record that was frozen before these days were kept says only that all have declared."""
    found = record.get("composition")
    if found is None:
        yield prose(told("declared"))
        return
    seats = {seat["seat"]: seat["appointment"] for seat in record["panel"]}
    said = [_statement_told(each, seats, told) for each in found["statements"]]
    said += [told(f"composition.left.{each['because']}", **_named(each, told)) for each in found["left"]]
    statements = "\n".join(f"- {each}" for each in said)
    yield prose("\n\n".join((statements, *(_challenge_told(each, told) for each in found["challenges"]), told("all_approved"))))


def _statement(seat: Seat) -> Record:
    own = _own(seat)
    last = own[-1] if own else None
    on = _day(last.at) if last else None
    return {
        "name": seat.user.name,
        "seat": seat.kind.value,
        "on": on,
        "is_doubt": last is not None and last.statement is Statement.DOUBT,
    }


def _is_told_of(seat: Seat) -> bool:
    return seat.left_because == "conflict" or (seat.left_because in TOOK_PART and _declared_to_sit(seat))


def _why(seat: Seat) -> str | None:
    return AT_ONCE if seat.left_because == "conflict" and not _declared_to_sit(seat) else seat.left_because


def _declared_to_sit(seat: Seat) -> bool:
    """Whether the person declared anything else than a conflict before leaving: they were known to sit, or were ruled on."""
    return any(found.statement is not Statement.CONFLICT for found in _own(seat))


def _own(seat: Seat) -> list[Declaration]:
    """What the person declared while in the seat."""
    return [
        found
        for found in seat.case.declarations
        if found.user_id == seat.user_id and found.at >= seat.seated_at and (seat.left_at is None or found.at <= seat.left_at)
    ]


def _challenge(found: Challenge) -> Record:
    return {
        "kind": found.kind.value,
        "name": found.seat.user.name,
        "party": found.objection.party.name if found.objection is not None else None,
        "raised_on": _day(found.raised_at),
        "decided_on": _day(found.decided_at),
        "end": "stays" if found.stays else found.ended_by.value if found.ended_by else None,
        "rulers": [ruling.user.name for ruling in found.standing if ruling.ruled_at is not None],
    }


def _statement_told(each: Record, seats: Record, told: Wording) -> str:
    seat = told(f"seat.{seats[each['seat']]}.{each['seat']}")
    if each["on"] is None:
        return told("composition.not_declared", name=each["name"], seat=seat)
    code = "composition.doubt" if each["is_doubt"] else "composition.none"
    return told(code, name=each["name"], seat=seat, day=told.day_of(each["on"]))


def _named(each: Record, told: Wording) -> Record:
    return {"name": each["name"], "day": told.day_of(each["on"])}


def _challenge_told(each: Record, told: Wording) -> str:
    """Who raised it and when; who ruled, when, and the result."""
    raised = told(
        f"composition.raised.{each['kind']}", party=each["party"], name=each["name"], day=told.day_of(each["raised_on"])
    )
    rulers = tuple(each["rulers"])
    ended = told(
        f"composition.end.{each['end']}", names=rulers, count=len(rulers), name=each["name"], day=told.day_of(each["decided_on"])
    )
    return f"{raised} {ended}"


def _day(at: datetime | None) -> str | None:
    return oslo_date(at).isoformat() if at is not None else None
