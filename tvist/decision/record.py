"""The record of an opinion: all that it prints, as one canonical JSON that is hashed, approved, frozen and printed from (rules 37, 38).

Codes stand in it, not words, but for what people wrote themselves; `document.py` has the words.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tvist.cases.left import conceded_of, is_conceded, left_of
from tvist.cases.models import Side
from tvist.clock import oslo_date
from tvist.decision.choices import value_of
from tvist.decision.composition_told import composition_record
from tvist.decision.exceptions_told import exceptions_record
from tvist.decision.law_references import days_in_dispute, law_references
from tvist.decision.models import QuestionKind
from tvist.decision.outcomes import LineFinding, case_outcome, findings
from tvist.decision.parallel_record import PARALLEL, other_edition, parallel_record
from tvist.decision.votes import all_open, is_open, number_of, printed_remarks, result, seats_of, standing_questions, votes_of
from tvist.panel.bundle import lines_in_bundle
from tvist.procedure.settings import procedure_on

if TYPE_CHECKING:
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case, Party
    from tvist.decision.models import Decision, Question
    from tvist.panel.models import Seat
    from tvist.vault.keys import MasterKeys

SECTIONS: Final = (
    "subject",
    "background",
    "agreed",
    "disputed",
    "requesting_argument",
    "opposing_argument",
    "legal",
    "conclusion",
)
"""The parts of the text that the panel writes, in the order of the opinion; each question has its reasons beside."""
NEEDED: Final = ("subject", "background", "legal", "conclusion")

BUNDLE_ADDRESS: Final = "bundle_address"
"""In a frozen record: the address to which the number of a page of the bundle is added. A record without one prints no links."""
VERIFY: Final = "verify"
"""In a frozen record: the code and the address by which who holds the file finds out whether it is ours."""
_NOT_APPROVED: Final = frozenset({BUNDLE_ADDRESS, VERIFY})

Record = dict[str, Any]


def canonical(case: Case, keys: MasterKeys) -> Record:
    """All that the opinion of the case prints as it stands now. Questions that are not open have neither votes nor a result.

    `issued_on` is None: the day is set when issue is ordered, and no approval depends on it.
    """
    found = {each.line.id: each for each in findings(case, keys)} if all_open(case) else {}
    record: Record = (
        {
            "number": case.number,
            "language": case.language,
            "is_invented": case.is_invented,
            "issued_on": None,
            "received_on": case.received_on.isoformat(),
            "referred_on": oslo_date(case.referred_at).isoformat() if case.referred_at else None,
            "new_treatment": str(procedure_on(case.registered_on).new_treatment_length),
            "parties": [_party(party) for side in Side for party in case.parties_on(side)],
            "panel": [_seat(seat) for seat in seats_of(case)],
            "sections": {name: getattr(case.decision, name) if case.decision else "" for name in SECTIONS},
            "lines": [_line(line, found.get(line.id)) for line in lines_in_bundle(case)],
            "questions": [_question(question, keys) for question in standing_questions(case)],
            "outcome": case_outcome(each.outcome for each in found.values()).value if found else None,
        }
        | composition_record(case)
        | exceptions_record(case)
    )
    record |= law_record(record)
    return record | _in_the_other_form(case, record)


def _in_the_other_form(case: Case, record: Record) -> Record:
    """The parallel text, with the acts that it refers to; nothing where none is needed, so that other records stay what they were (rule 39)."""
    found = parallel_record(case, record)
    if found:
        found[PARALLEL] |= law_record(other_edition(record | found))
    return found


def as_json(record: Record) -> str:
    """The record as text: the same record always gives the same characters."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    """SHA-256 of a text in UTF-8 (hexadecimal)."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(record: Record) -> str:
    """What the members approve: SHA-256 over the record without its day of issue, and without where the bundle is read and the file is verified."""
    approved = {name: found for name, found in record.items() if name not in _NOT_APPROVED}
    return sha256_of(as_json(approved | {"issued_on": None}))


def text_hash(case: Case, keys: MasterKeys) -> str:
    """The hash of the opinion of the case as it stands now; any change to text, votes, panel, parties or lines gives another."""
    return hash_of(canonical(case, keys))


def is_frozen_whole(decision: Decision) -> bool:
    """Whether an opinion is frozen, and the record is the one that was frozen."""
    return decision.frozen is not None and sha256_of(decision.frozen) == decision.frozen_sha256


def law_record(record: Record) -> Record:
    """The acts that its texts refer to (see `law_references.py`): codes, or what was written where the act is not known for certain.

    Nothing is added where there are none, so that such records stay what they were.
    """
    texts = [*record["sections"].values(), *(each["reasons"] for each in record["questions"])]
    texts += [remark["text"] for each in record["questions"] for remark in each["remarks"]]
    days = days_in_dispute([(_day(line["from_on"]), _day(line["to_on"]) if line["to_on"] else None) for line in record["lines"]])
    found = law_references(texts, record["language"], days)
    return (
        {
            "law": [
                {"act": each.code, "written": each.name if not each.code else "", "places": list(each.places)} for each in found
            ]
        }
        if found
        else {}
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _party(party: Party) -> Record:
    return {
        "side": party.side.value,
        "name": party.name,
        "kind": party.kind.value,
        "representative": party.representative,
        "own_reference": party.own_reference,
    }


def _seat(seat: Seat) -> Record:
    return {"seat": seat.kind.value, "name": seat.user.name, "appointment": seat.appointment.kind.value}


def _line(line: ClaimLine, found: LineFinding | None) -> Record:
    return {
        "position": line.position,
        "municipality": line.municipality.name,
        "claimed_by": line.claimed_by.name,
        "measure": line.measure,
        "measure_words": line.measure_words,
        "from_on": line.from_on.isoformat(),
        "to_on": line.to_on.isoformat() if line.to_on else None,
        "known_until": line.known_until.isoformat() if line.known_until else None,
        "unit": line.unit.value,
        "claimed_ore": line.amount_ore,
        "should_bear": line.should_bear.value,
        "paid_by": line.paid_by.value,
        "paid_ore": line.paid_ore,
        "finding": finding_record(found) if found else None,
    } | _conceded(line)


def _conceded(line: ClaimLine) -> Record:
    """What is conceded of the line, by its bearer (rule 22). Nothing is added for other lines, so that their records stay what they were."""
    if not line.concessions:
        return {}
    return {"conceded_ore": conceded_of(line), "is_conceded": is_conceded(line)}


def finding_record(found: LineFinding) -> Record:
    """What the panel found on a line, as it stands in the record; amounts in øre (rule 36)."""
    return {
        "outcome": found.outcome.value,
        "municipality_percent": found.municipality_percent,
        "found_ore": found.found_ore,
        "municipality_ore": found.municipality_ore,
        "state_ore": found.state_ore,
        "refund_from": found.refund.from_.value if found.refund else None,
        "refund_ore": found.refund.ore if found.refund else None,
    } | _asked_beside(found)


def _asked_beside(found: LineFinding) -> Record:
    """The basis and the days, where they were asked. Nothing is added for other lines, so that their records stay what they were."""
    beside: Record = {}
    if found.basis is not None:
        beside["basis"] = found.basis.value
    if found.period is not None:
        beside["period"] = value_of(found.period)
    return beside


def _question(question: Question, keys: MasterKeys) -> Record:
    return {
        "position": number_of(question),
        "line": question.line.position,
        "kind": question.kind.value,
        "claimed_ore": left_of(question.line) if question.kind is QuestionKind.AMOUNT else None,
        "reasons": question.reasons,
        "result": _result(question, keys) if is_open(question) else None,
        "remarks": _remarks(question),
    } | ({"words": question.words} if question.words else {})


def _result(question: Question, keys: MasterKeys) -> Record:
    found = result(question, keys)
    votes = votes_of(question, keys)
    return {
        "value": found.value,
        "is_unanimous": found.unanimous,
        "has_majority": found.has_majority,
        "votes": [
            {
                "name": user.name,
                "value": value_of(choice),
                "is_followed": user.id in found.majority_user_ids,
            }
            for user, choice in votes.items()
        ],
    }


def _remarks(question: Question) -> list[Record]:
    return [{"name": remark.user.name, "kind": remark.kind.value, "text": remark.text} for remark in printed_remarks(question)]
