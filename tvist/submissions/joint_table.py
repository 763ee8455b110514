"""The joint table: facts and lines as both sides have stated and answered them, each with where it stands in the papers (rules 19, 21-23).

A pure view of what each party has been served, so it is the same for both sides and the panel; its canonical text has a hash that they confirm.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from tvist.cases.claims import lines_in
from tvist.cases.left import conceded_of, is_conceded
from tvist.cases.submissions import SubmissionKind
from tvist.submissions.models import Answer, FactReply
from tvist.submissions.rules import answerers_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tvist.cases.chronology import StatedFact
    from tvist.cases.claims import ClaimLine
    from tvist.cases.concessions import Concession
    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.submissions.models import FactAnswer, LineAnswer

DIGEST: Final = 12
"""So many characters tell one row of a case from another."""


class TableStanding(StrEnum):
    """How a row stands between the sides."""

    AGREED = "agreed"
    CONCEDED = "conceded"
    PARTLY = "partly"
    DISPUTED = "disputed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class TableFact:
    """A fact, the sending it came with, and the latest answer of each party of the other side."""

    fact: StatedFact
    sending: Submission
    replies: tuple[FactAnswer, ...]
    asked: int
    """How many parties are asked."""

    @property
    def standing(self) -> TableStanding:
        """Disputed by one is disputed; agreed when all who are asked agree."""
        if any(reply.answer is FactReply.DISPUTED for reply in self.replies):
            return TableStanding.DISPUTED
        return TableStanding.AGREED if self.replies and len(self.replies) >= self.asked else TableStanding.UNANSWERED

    @property
    def key(self) -> str:
        """What names the row."""
        return f"f{self.fact.public_id}"

    def as_row(self) -> dict[str, Any]:
        """The row as canonical data."""
        fact = self.fact
        return {
            "fact": fact.public_id,
            "by": self.sending.party.public_id if self.sending.party else None,
            "sending": self.sending.public_id,
            "on": fact.happened_on.isoformat(),
            "until": fact.until_on.isoformat() if fact.until_on else None,
            "words": fact.words,
            "paper": fact.paper.public_id if fact.paper else None,
            "page": fact.page,
            "replies": [[_by(reply), reply.answer.value, reply.words] for reply in self.replies],
        }


@dataclass(frozen=True)
class TableLine:
    """A claim line, the sending it came with, the latest answers, and what was conceded after them; sums in øre."""

    line: ClaimLine
    sending: Submission
    answers: tuple[LineAnswer, ...]
    concessions: tuple[Concession, ...]

    @property
    def conceded_ore(self) -> int:
        """What was conceded in acts of their own, added up."""
        return conceded_of(self.line, [found.submission for found in self.concessions])

    @property
    def agreed_ore(self) -> int | None:
        """How much of the amount is not in dispute any more: what was accepted, or conceded since if that is more; None for a line of principle."""
        if self.line.amount_ore is None:
            return None
        accepted = min((found.accepted_ore or 0 for found in self.answers), default=0)
        return min(self.line.amount_ore, max(accepted, self.conceded_ore))

    @property
    def disputed_ore(self) -> int | None:
        """What is left in dispute; None for a line of principle."""
        return None if self.line.amount_ore is None else self.line.amount_ore - (self.agreed_ore or 0)

    @property
    def standing(self) -> TableStanding:
        """Conceded or accepted as a whole, in part, or not at all."""
        said = {found.answer for found in self.answers}
        if said == {Answer.ACCEPTED}:
            return TableStanding.AGREED
        if is_conceded(self.line, [found.submission for found in self.concessions]):
            return TableStanding.CONCEDED
        if self.concessions or Answer.PARTLY in said:
            return TableStanding.PARTLY
        return TableStanding.DISPUTED if said else TableStanding.UNANSWERED

    @property
    def key(self) -> str:
        """What names the row."""
        return f"l{self.line.public_id}"

    def as_row(self) -> dict[str, Any]:
        """The row as canonical data."""
        line = self.line
        days = {name: day.isoformat() if day else None for name, day in _days(line)}
        return days | {
            "line": line.public_id,
            "position": line.position,
            "by": line.claimed_by.public_id,
            "sending": self.sending.public_id,
            "measure": [line.measure, line.measure_words],
            "municipality": line.municipality.public_id,
            "should_bear": line.should_bear.value,
            "amount_ore": line.amount_ore,
            "answers": [[_by(each), each.answer.value, each.accepted_ore, each.basis, each.words] for each in self.answers],
            "concessions": [[_by(each), each.conceded_ore, each.words] for each in self.concessions],
        }


@dataclass(frozen=True)
class JointTable:
    """The table as it stands. It is empty until the request has come to each party."""

    case: Case
    facts: tuple[TableFact, ...]
    lines: tuple[TableLine, ...]

    @cached_property
    def text(self) -> str:
        """The canonical text: sorted keys, no spaces, days as ISO, money in øre; the same table always gives the same characters."""
        rows = {"facts": [row.as_row() for row in self.facts], "lines": [row.as_row() for row in self.lines]}
        return canonical_text({"case": self.case.number, **rows})

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text (hexadecimal): what the parties confirm."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """A short checksum of each row by what names it: enough to say which rows changed."""
        return {row.key: hashlib.sha256(canonical_text(row.as_row()).encode()).hexdigest()[:DIGEST] for row in self.rows}

    def changed_since(self, seen: str) -> tuple[list[TableFact | TableLine], int]:
        """The rows that are new or other than in `seen` (as `told_rows` wrote it), and how many are gone."""
        before = dict(part.split(":", 1) for part in seen.split() if ":" in part)
        changed = [row for row in self.rows if before.get(row.key) != self.digests[row.key]]
        return changed, len(before.keys() - self.digests.keys())

    @property
    def rows(self) -> list[TableFact | TableLine]:
        """All rows, the facts first."""
        return [*self.facts, *self.lines]

    @property
    def told_rows(self) -> str:
        """All rows with their checksums, as a page carries them."""
        return " ".join(f"{key}:{digest}" for key, digest in self.digests.items())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to confirm yet."""
        return not self.lines


def joint_table(case: Case, sendings: Sequence[Submission] | None = None) -> JointTable:
    """The table of a case, from what each party has been served; or from `sendings`, such as those of a bundle."""
    served = [found for found in case.submissions if found.is_served_on_all] if sendings is None else list(sendings)
    if not any(found.kind is SubmissionKind.PETITION for found in served):
        return JointTable(case, (), ())
    return JointTable(case, tuple(_facts(case, served)), tuple(_lines(case, served)))


def coming_table(case: Case) -> JointTable:
    """The table as it will be when all that was sent over has reached each party: what is asked for, and settled."""
    return joint_table(case, [found for found in case.submissions if found.passed_on_at is not None or found.is_served_on_all])


def _facts(case: Case, served: Sequence[Submission]) -> list[TableFact]:
    replies = [reply for sending in served for reply in sending.fact_answers]
    rows = [
        TableFact(fact, sending, _latest([reply for reply in replies if reply.fact is fact]), _asked(case, sending))
        for sending in served
        for fact in sending.facts
    ]
    return sorted(rows, key=lambda row: (row.fact.happened_on, row.fact.until_on or row.fact.happened_on, row.fact.id))


def _asked(case: Case, sending: Submission) -> int:
    return len(case.parties_on(sending.party.side.other)) if sending.party else 0


def _lines(case: Case, served: Sequence[Submission]) -> list[TableLine]:
    answers = [answer for sending in served for answer in sending.line_answers]
    conceded = [found for sending in served for found in sending.concessions]
    return [
        TableLine(
            line,
            next(sending for sending in served if line.came_with(sending)),
            tuple(each for each in _latest([found for found in answers if found.line is line]) if _is_asked(each)),
            tuple(found for found in conceded if found.line is line),
        )
        for line in lines_in(case, served)
    ]


def _is_asked(answer: LineAnswer) -> bool:
    return answer.submission.party in answerers_of(answer.line)


def _latest(replies: list[Any]) -> tuple[Any, ...]:
    """The last of each party, in the order in which they were first given."""
    return tuple({reply.submission.party_id: reply for reply in replies}.values())


def _by(each: FactAnswer | LineAnswer | Concession) -> list[str | None]:
    return [each.submission.party.public_id if each.submission.party else None, each.submission.public_id]


def _days(line: ClaimLine) -> list[tuple[str, Any]]:
    return [("from_on", line.from_on), ("to_on", line.to_on), ("known_until", line.known_until)]


def canonical_text(value: Any) -> str:
    """The one way in which a table, or a row of it, is written before it is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
