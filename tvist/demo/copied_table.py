"""The joint table of a copy, as its parties confirmed it: the original's canonical text with the copy's keys, days, words and sums."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tvist.demo.copied_sums import answered
from tvist.submissions.joint_table import canonical_text
from tvist.submissions.models import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tvist.demo.copied_sums import Sums
    from tvist.demo.moves import Move
    from tvist.demo.originals import Row

NAMED: Final = ("party", "submission", "claim_line", "stated_fact")
DAYS: Final = ("on", "until", "from_on", "to_on", "known_until")
KEYS: Final = ("fact", "line", "by", "sending", "municipality")


def copied_table(move: Move, sums: Sums, rows: Mapping[str, list[Row]]) -> str:
    """The canonical text of the copy's table. `rows` are those of the copy, as far as they are made."""
    told = json.loads(move.original.table)
    new = {
        old["public_id"]: made["public_id"]
        for table in NAMED
        for old, made in zip(move.original.rows[table], rows[table], strict=True)
    }
    ids = {row["public_id"]: row["id"] for row in move.original.rows["claim_line"]}
    told["case"] = move.number
    told["facts"] = [_fact(row, move, new) for row in told["facts"]]
    told["lines"] = [_line(row, ids[row["line"]], move, sums) | _moved(row, move, new) for row in told["lines"]]
    for row in told["lines"]:
        row["answers"] = [[_by(by, new), *rest] for by, *rest in row["answers"]]
    return canonical_text(told)


def _fact(row: Row, move: Move, new: Mapping[str, str]) -> Row:
    replies = [[_by(by, new), answer, move.reworded(words)] for by, answer, words in row["replies"]]
    words = move.reworded(row["words"])
    return row | _moved(row, move, new) | {"words": words, "paper": None, "page": None, "replies": replies}


def _line(row: Row, line_id: int, move: Move, sums: Sums) -> Row:
    answers = [
        [by, answer, answered({"line_id": line_id, "answer": Answer(answer)}, sums), basis, move.reworded(words)]
        for by, answer, _, basis, words in row["answers"]
    ]
    return row | {"amount_ore": sums.lines[line_id]["amount_ore"], "answers": answers}


def _moved(row: Row, move: Move, new: Mapping[str, str]) -> dict[str, Any]:
    """The row's days and keys."""
    days = {name: (date.fromisoformat(row[name]) + move.shift).isoformat() for name in DAYS if row.get(name)}
    return days | {name: new[row[name]] for name in KEYS if row.get(name)}


def _by(by: list[str], new: Mapping[str, str]) -> list[str]:
    return [new[each] for each in by]
