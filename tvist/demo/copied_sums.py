"""The sums of a copy: its lines recomputed, and with them answers, votes, findings, facts and the record of the opinion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from tvist.cases.history import FactKind
from tvist.cases.money import Period, line_amount
from tvist.decision.choices import came_to
from tvist.decision.models import QuestionKind
from tvist.decision.outcomes import LineFinding, case_outcome, finding
from tvist.submissions.models import Answer
from tvist.words import format_kroner

if TYPE_CHECKING:
    from datetime import date

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Outcome
    from tvist.demo.moves import Move
    from tvist.demo.originals import Row

KRONER: Final = re.compile("[0-9][0-9\N{NO-BREAK SPACE}]*,[0-9]{2}\N{NO-BREAK SPACE}kr")


@dataclass(frozen=True)
class Sums:
    """What a copy comes to. Lines, findings and votes by the ids of the original's rows."""

    lines: dict[int, Row]
    votes: dict[int, int]
    findings: dict[int, LineFinding]

    @property
    def claimed_ore(self) -> int:
        """The sum of the lines."""
        return sum(line["amount_ore"] or 0 for line in self.lines.values())

    @property
    def found(self) -> tuple[int | None, int | None]:
        """What municipality and state should bear in all; None where no line has an amount."""
        amounts = [each for each in self.findings.values() if each.found_ore is not None]
        if not amounts:
            return None, None
        return sum(each.municipality_ore or 0 for each in amounts), sum(each.state_ore or 0 for each in amounts)

    @property
    def outcome(self) -> Outcome:
        """The outcome of the case."""
        return case_outcome(each.outcome for each in self.findings.values())


def sums_of(move: Move) -> Sums:
    """Recompute all: the rate by the move's per cent, the amount by rate and period, the votes in proportion."""
    lines = {row["id"]: _line(row, move) for row in move.original.rows["claim_line"]}
    questions = {row["id"]: row for row in move.original.rows["question"]}
    old = {row["id"]: row for row in move.original.rows["claim_line"]}
    votes = {}
    for row in move.original.rows["vote"]:
        if (value := move.original.votes.get(row["id"])) is not None:
            question = questions[row["question_id"]]
            line = question["line_id"]
            votes[row["id"]] = value if question["kind"] is QuestionKind.RESPONSIBLE else _scaled(value, old[line], lines[line])
    return Sums(lines, votes, _findings(move, lines, votes) if _is_voted(move) else {})


def answered(row: Row, sums: Sums) -> int | None:
    """What an answer accepts of the copy's line."""
    amount = sums.lines[row["line_id"]]["amount_ore"]
    if amount is None or row["answer"] is Answer.ACCEPTED:
        return cast("int | None", amount)
    return 0 if row["answer"] is Answer.DISPUTED else max(1, amount // 10)


def fact_ore(row: Row, sums: Sums) -> int | None:
    """What a dated fact about money says of the copy."""
    of = {FactKind.CLAIMED: sums.claimed_ore, FactKind.FOUND_MUNICIPALITY: sums.found[0], FactKind.FOUND_STATE: sums.found[1]}
    return of.get(row["kind"])


def with_new_sums(text: str, move: Move, sums: Sums) -> str:
    """The conclusion with the copy's amounts: it has one paragraph for each line, in order."""
    language = move.original.case["language"]
    rows = sorted(move.original.rows["line_outcome"], key=lambda row: sums.lines[row["line_id"]]["position"])
    paragraphs = text.split("\n\n")
    if len(paragraphs) != len(rows):
        return text
    return "\n\n".join(
        _with_sums(paragraph, row, sums.findings[row["line_id"]], language)
        for paragraph, row in zip(paragraphs, rows, strict=True)
    )


def _line(row: Row, move: Move) -> Row:
    """The line on its new days, with its new rate and what it comes to."""
    days = {name: row[name] and row[name] + move.shift for name in ("from_on", "to_on", "known_until")}
    if row["rate_ore"] is None:
        return row | days
    rate = row["rate_ore"] * move.rate // 100
    until: date = days["to_on"] or days["known_until"]
    amount = line_amount(row["unit"], rate, Period(days["from_on"], until), row["count"]).ore
    paid = amount if row["paid_ore"] == row["amount_ore"] else amount // 2
    return row | days | {"rate_ore": rate, "amount_ore": amount, "paid_ore": paid}


def _is_voted(move: Move) -> bool:
    record = move.original.record
    return record is not None and record["outcome"] is not None


def _scaled(value: int, old: Row, new: Row) -> int:
    return value * int(new["amount_ore"]) // int(old["amount_ore"]) if old["amount_ore"] else 0


def _findings(move: Move, lines: dict[int, Row], votes: dict[int, int]) -> dict[int, LineFinding]:
    """As the panel finds: the majority on each question, then the shares."""
    values: dict[tuple[int, QuestionKind], int] = {}
    agreed: dict[int, bool] = {}
    for question in move.original.rows["question"]:
        cast_by = {
            row["user_id"]: votes[row["id"]]
            for row in move.original.rows["vote"]
            if row["question_id"] == question["id"] and row["id"] in votes
        }
        value, supporters = came_to(question["kind"], cast_by)
        values[question["line_id"], question["kind"]] = int(value or 0)
        agreed[question["line_id"]] = agreed.get(question["line_id"], True) and len(supporters) == len(cast_by)
    return {
        key: finding(
            cast("ClaimLine", SimpleNamespace(**line)),
            values[key, QuestionKind.RESPONSIBLE],
            values.get((key, QuestionKind.AMOUNT)),
            is_unanimous=agreed[key],
        )
        for key, line in lines.items()
    }


def _with_sums(paragraph: str, row: Row, found: LineFinding, language: str) -> str:
    pairs = ((row["municipality_ore"], found.municipality_ore), (row["state_ore"], found.state_ore))
    new: dict[str, Any] = {
        format_kroner(old, language): format_kroner(ore, language) for old, ore in pairs if old is not None and ore is not None
    }
    return KRONER.sub(lambda match: new.get(match[0], match[0]), paragraph)
