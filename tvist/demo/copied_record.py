"""The record of a copied opinion: what `decision.record.canonical` would say of the copy, put together from the original's record."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tvist.decision.choices import MAJORITY, came_to
from tvist.decision.models import QuestionKind
from tvist.decision.record import finding_record
from tvist.demo.copied_sums import with_new_sums
from tvist.panel.models import SeatKind

if TYPE_CHECKING:
    from tvist.decision.record import Record
    from tvist.demo.copied_sums import Sums
    from tvist.demo.moves import Move
    from tvist.demo.originals import Row

SEATS: Final = tuple(SeatKind)


def copied_record(move: Move, sums: Sums) -> Record:
    """The record with the copy's number, days, parties, texts and sums. `issued_on` is left open, as it is when the members approve."""
    old = move.original.record
    assert old is not None  # noqa: S101 - asked only of cases with a text.
    return old | {
        "number": move.number,
        "received_on": _moved(old["received_on"], move),
        "referred_on": _moved(old["referred_on"], move),
        "parties": _parties(move),
        "sections": sections(move, sums, old["sections"]),
        "lines": [_line(row, move, sums) for row in _by_position(move.original.rows["claim_line"])],
        "questions": [
            _question(row, told, move, sums)
            for row, told in zip(_by_position(move.original.rows["question"]), old["questions"], strict=True)
        ],
        "outcome": sums.outcome.value if sums.findings else None,
        "composition": _composition(old["composition"], move),
    }


def _composition(old: Record, move: Move) -> Record:
    """The same people, on the copy's days; a party that objected under its name in the copy."""
    return {
        "statements": [each | {"on": _moved(each["on"], move)} for each in old["statements"]],
        "left": [each | {"on": _moved(each["on"], move)} for each in old["left"]],
        "challenges": [
            each
            | {"raised_on": _moved(each["raised_on"], move), "decided_on": _moved(each["decided_on"], move)}
            | {"party": move.reworded(each["party"]) if each["party"] else None}
            for each in old["challenges"]
        ],
    }


def sections(move: Move, sums: Sums, old: dict[str, str]) -> dict[str, str]:
    """The sections of the text in the copy's words."""
    reworded = {name: move.reworded(text) for name, text in old.items()}
    if sums.findings:
        reworded["conclusion"] = with_new_sums(reworded["conclusion"], move, sums)
    return reworded


def _parties(move: Move) -> list[Record]:
    """In the order of the record: the requesting side first, as the parties stand in the case too."""
    rows = sorted(move.original.rows["party"], key=lambda row: (row["side"].value != "requesting", row["position"]))
    return [
        {
            "side": row["side"].value,
            "name": move.reworded(row["name"]),
            "kind": row["kind"].value,
            "representative": move.reworded(row["representative"]),
            "own_reference": move.reworded(row["own_reference"]),
        }
        for row in rows
    ]


def _line(row: Row, move: Move, sums: Sums) -> Record:
    names = {party["id"]: move.reworded(party["name"]) for party in move.original.rows["party"]}
    line, found = sums.lines[row["id"]], sums.findings.get(row["id"])
    return {
        "position": line["position"],
        "municipality": names[line["municipality_id"]],
        "claimed_by": names[line["claimed_by_id"]],
        "measure": line["measure"],
        "measure_words": line["measure_words"],
        "from_on": _day(line["from_on"]),
        "to_on": _day(line["to_on"]),
        "known_until": _day(line["known_until"]),
        "unit": line["unit"].value,
        "claimed_ore": line["amount_ore"],
        "should_bear": line["should_bear"].value,
        "paid_by": line["paid_by"].value,
        "paid_ore": line["paid_ore"],
        "finding": finding_record(found) if found else None,
    }


def _question(row: Row, told: Record, move: Move, sums: Sums) -> Record:
    line = sums.lines[row["line_id"]]
    return told | {
        "claimed_ore": line["amount_ore"] if row["kind"] is QuestionKind.AMOUNT else None,
        "reasons": move.reworded(told["reasons"]),
        "result": _result(row, told["result"], move, sums) if told["result"] else None,
        "remarks": [remark | {"text": move.reworded(remark["text"])} for remark in told["remarks"]],
    }


def _result(row: Row, told: Record, move: Move, sums: Sums) -> Record:
    """The votes stand in the order of the seats, as in the original."""
    cast_by = {vote["user_id"]: sums.votes[vote["id"]] for vote in move.original.rows["vote"] if vote["question_id"] == row["id"]}
    value, supporters = came_to(row["kind"], cast_by)
    order = [seat["user_id"] for seat in sorted(_standing_seats(move), key=lambda seat: SEATS.index(seat["kind"]))]
    return {
        "value": value,
        "is_unanimous": len(supporters) == len(cast_by),
        "has_majority": len(supporters) >= MAJORITY,
        "votes": [
            {"name": vote["name"], "value": cast_by[user], "is_followed": user in supporters}
            for vote, user in zip(told["votes"], order, strict=True)
        ],
    }


def _standing_seats(move: Move) -> list[Row]:
    return [seat for seat in move.original.rows["seat"] if seat["left_at"] is None]


def _by_position(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["position"]))


def _moved(day: str | None, move: Move) -> str | None:
    return (date.fromisoformat(day) + move.shift).isoformat() if day else None


def _day(day: date | None) -> Any:
    return day.isoformat() if day else None
