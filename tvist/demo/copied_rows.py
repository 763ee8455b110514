"""The rows of one copy: each row of the original with new keys, days, people and words, and with what follows from the sums."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa

from tvist.accounts.models import OrganisationKind
from tvist.cases.history import FactKind, seal_of
from tvist.clock import oslo_date
from tvist.db import Base, random_id
from tvist.decision.choices import choice_of
from tvist.decision.record import VERIFY, as_json, hash_of, sha256_of
from tvist.decision.verifying import verify_record
from tvist.decision.votes import sealed_choice
from tvist.demo.copied_record import copied_record, sections
from tvist.demo.copied_sums import answered, fact_ore, sums_of
from tvist.demo.copied_table import copied_table
from tvist.demo.originals import PARENTS
from tvist.intake.making import folded_parties
from tvist.panel.bundle import bundle_hash
from tvist.procedure.deadlines import Length, Unit, deadline
from tvist.register.collation import sort_key
from tvist.words import Message, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    from tvist.decision.files import MadeFile
    from tvist.decision.models import Question
    from tvist.decision.record import Record
    from tvist.demo.copied_sums import Sums
    from tvist.demo.moves import Move
    from tvist.demo.originals import Row
    from tvist.vault.keys import MasterKeys

TABLES: Final = ("case", *PARENTS)
# What people wrote, or what names them: only these columns are reworded.
WORDED: Final[Mapping[str, tuple[str, ...]]] = {
    "party": ("name", "representative", "own_reference"),
    "submission": ("text",),
    "line_answer": ("words",),
    "stated_fact": ("words",),
    "fact_answer": ("words",),
    "letter": ("subject", "body", "link"),
    "recipient": ("address",),
    "filed_petition": ("subject", "both_limbs", "authority", "background", "agreed", "disputed", "argument", "claim"),
    "dismissal_proposal": ("reasons", "decision_reasons"),
    "ending": ("reasons",),
    "question": ("reasons",),
    "remark": ("text",),
}


class CopiedRows:
    """The rows of one copy. Keys are drawn from `next_id(table)`; `record` is what the opinion prints, once it is written."""

    def __init__(self, move: Move, keys: MasterKeys, next_id: Callable[[str], int]) -> None:
        """Make all rows."""
        self.move, self.keys = move, keys
        self.sums: Sums = sums_of(move)
        self.record: Record | None = copied_record(move, self.sums) if move.original.record else None
        self.ids: dict[str, dict[int, int]] = {
            table: {row["id"]: next_id(table) for row in move.original.rows[table]} for table in TABLES
        }
        self.rows: dict[str, list[Row]] = {
            table: [self._plain(table, row) for row in move.original.rows[table]] for table in TABLES
        }
        for table, change in _CHANGES.items():
            for old, new in zip(move.original.rows[table], self.rows[table], strict=True):
                new.update(change(self, old, new))
        self._seal_journal()

    def _plain(self, table: str, row: Row) -> Row:
        """The row with new keys and days, and its words in the copy's names."""
        changed = {name: self._value(table, kind, row[name]) for name, kind in _columns(table) if row[name] is not None}
        return row | changed | {name: self.move.reworded(row[name]) for name in WORDED.get(table, ())}

    def _value(self, table: str, kind: str, value: Any) -> Any:
        """One key, day or moment of the copy; `kind` as `_columns` tells it."""
        if kind == "moved":
            return value + self.move.shift
        if kind == "random":
            return random_id()
        known = {"user": self.move.users, "organisation": self.move.organisations}.get(kind)
        if known is not None:
            return known.get(value, value)
        keys = self.ids.get(table if kind == "id" else kind)
        return value if keys is None else keys[value]

    def _seal_journal(self) -> None:
        earlier = ""
        for row in sorted(self.rows["event"], key=lambda row: int(row["sequence"])):
            moments = (row["happened_at"], row["recorded_at"])
            row["seal"] = earlier = seal_of(
                earlier,
                self.move.number,
                sequence=row["sequence"],
                act=row["act"],
                moments=moments,
                by_id=row["by_id"],
                said=_json_of(row["said"]),
            )

    def made(self, files: Iterable[MadeFile]) -> None:
        """The opinion's files, once they are sealed and lie in the store."""
        made = {each.is_parallel: each for each in files}
        for row in self.rows["issued_file"]:
            found = made[row["is_parallel"]]
            stored = found.stored
            row.update(blob_id=stored.blob_id, size=stored.size, sha256=stored.sha256, unsealed_sha256=found.unsealed_sha256)
            row.update(
                sealed_at=found.sealed_at,
                sealed_by=found.sealed_by,
                seal_level=found.seal_level,
                verify_code=found.verify_code,
                pages=None,
            )

    @property
    def issued_at(self) -> datetime:
        """When the opinion was issued; asked only of a copy with an issued one."""
        return cast("datetime", self.rows["decision"][0]["issued_at"])

    @property
    def printed(self) -> Record | None:
        """The record that the file of an issued opinion is printed from."""
        issued = [row for row in self.rows["decision"] if row["issued_at"]]
        return cast("Record", json.loads(issued[0]["frozen"])) if issued else None


def _case(copy: CopiedRows, _old: Row, new: Row) -> Row:
    move, sums = copy.move, copy.sums
    names = [row["name"] for row in copy.rows["party"]]
    state = next(side.organisation for side in move.sides if side.organisation.kind is OrganisationKind.STATE)
    is_decided = new["outcome"] is not None
    return {
        "year": move.year,
        "serial": move.serial,
        "number": move.number,
        "region_code": state.code,
        "child_birth_year": move.born,
        "claimed_ore": sums.claimed_ore,
        "outcome": sums.outcome if is_decided else None,
        "found_municipality_ore": sums.found[0] if is_decided else None,
        "found_state_ore": sums.found[1] if is_decided else None,
        "parties_sort_key": sort_key(" ".join(names)),
        "parties_folded": _folded(tuple(side.organisation.code for side in move.sides), tuple(names), move.references),
    }


def _line(copy: CopiedRows, old: Row, _new: Row) -> Row:
    line = copy.sums.lines[old["id"]]
    return {name: line[name] for name in ("rate_ore", "amount_ore", "paid_ore")}


def _fact(copy: CopiedRows, old: Row, _new: Row) -> Row:
    codes = {
        before.organisation.code: after.organisation.code
        for before, after in zip(copy.move.original.sides, copy.move.sides, strict=True)
    }
    if old["ore"] is not None:
        return {"ore": fact_ore(old, copy.sums)}
    if old["kind"] is FactKind.OUTCOME:
        return {"text": copy.sums.outcome.value}
    return {"text": codes.get(old["text"], old["text"])}


def _task(_copy: CopiedRows, _old: Row, new: Row) -> Row:
    if new["starts_on"] is None or new["length_count"] is None:
        return {}
    return {"due_on": _due(new["starts_on"], new["length_count"], new["length_unit"], is_target=new["is_target"])}


def _answer(copy: CopiedRows, old: Row, _new: Row) -> Row:
    return {"accepted_ore": answered(old, copy.sums)}


def _stated(_copy: CopiedRows, _old: Row, _new: Row) -> Row:
    """Papers are not copied: the fact points to none."""
    return {"paper_id": None, "page": None}


def _confirmation(copy: CopiedRows, _old: Row, _new: Row) -> Row:
    return {"sha256": sha256_of(copied_table(copy.move, copy.sums, copy.rows))}


def _letter(_copy: CopiedRows, _old: Row, _new: Row) -> Row:
    """What the letter says as a document is told of the played case, its days too: a copy prints the words of the notice."""
    return {"details": None, "pages": None}


def _recipient(_copy: CopiedRows, _old: Row, _new: Row) -> Row:
    return {"message_id": f"<{uuid.uuid4()}@tvist>"}


def _petition(copy: CopiedRows, old: Row, new: Row) -> Row:
    """The snapshot says the same as the rows, in the same canonical form."""
    move = copy.move
    codes = {
        before.organisation.code: after.organisation.code for before, after in zip(move.original.sides, move.sides, strict=True)
    }
    told = json.loads(old["snapshot"])
    told = {name: move.reworded(value) if isinstance(value, str) else value for name, value in told.items()}
    told |= {side: [codes[code] for code in told[side]] for side in ("requesting", "opposing")}
    told |= {"child_birth_year": move.born, "settlement_on": new["settlement_on"].isoformat()}
    told["placed_on"] = new["placed_on"].isoformat() if new["placed_on"] else None
    rows = sorted(copy.sums.lines.values(), key=lambda line: int(line["position"]))
    told["lines"] = [_told_line(line, row, codes) for line, row in zip(told["lines"], rows, strict=True)]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"snapshot": text, "snapshot_sha256": sha256_of(text)}


def _told_line(told: Row, row: Row, codes: Mapping[str, str]) -> Row:
    days = {name: row[name].isoformat() if row[name] else None for name in ("from_on", "to_on", "known_until")}
    return told | days | {"municipality": codes[told["municipality"]], "rate_ore": row["rate_ore"], "paid_ore": row["paid_ore"]}


def _bundle(copy: CopiedRows, old: Row, new: Row) -> Row:
    """The hash over the sendings of the copy, which have no papers."""
    inside = {entry["submission_id"]: entry["position"] for entry in copy.rows["bundle_entry"] if entry["bundle_id"] == new["id"]}
    case = SimpleNamespace(number=copy.move.number, petition=SimpleNamespace(**copy.rows["filed_petition"][0]))
    listed = sorted((row for row in copy.rows["submission"] if row["id"] in inside), key=lambda row: inside[row["id"]])
    sendings = [_sending(copy, row, case) for row in listed]
    return {"sha256": bundle_hash(cast("Any", case), old["version"], cast("Any", sendings), new["frozen_at"])}


_BESIDE: Final = ("stated_fact", "fact_answer", "concession")


def _sending(copy: CopiedRows, row: Row, case: SimpleNamespace) -> SimpleNamespace:
    """What the hash of a bundle looks at of a sending."""
    party = next((SimpleNamespace(**each) for each in copy.rows["party"] if each["id"] == row["party_id"]), None)
    lines = {line["id"]: SimpleNamespace(**line) for line in copy.rows["claim_line"]}
    answers = [
        SimpleNamespace(**each, line=lines[each["line_id"]])
        for each in copy.rows["line_answer"]
        if each["submission_id"] == row["id"]
    ]
    return SimpleNamespace(**row, case=case, party=party, line_answers=answers, papers=[], **_beside(copy, row["id"], lines))


def _beside(copy: CopiedRows, sending: int, lines: Mapping[int, SimpleNamespace]) -> Row:
    """What came with a sending beside its text: facts, answers to them, lines of its own, concessions. A copy has no papers to comment on."""
    parties = {each["id"]: SimpleNamespace(**each) for each in copy.rows["party"]}
    facts = {row["id"]: SimpleNamespace(**row, paper=None) for row in copy.rows.get("stated_fact", ())}
    found = {table: [row for row in copy.rows.get(table, ()) if row["submission_id"] == sending] for table in _BESIDE}
    own = [lines[row["id"]] for row in copy.rows["claim_line"] if row["submission_id"] == sending]
    for line in own:
        line.municipality = parties[line.municipality_id]
    return {
        "own_lines": own,
        "facts": [facts[row["id"]] for row in found["stated_fact"]],
        "fact_answers": [SimpleNamespace(**row, fact=facts[row["fact_id"]]) for row in found["fact_answer"]],
        "concessions": [SimpleNamespace(**row, line=lines[row["line_id"]]) for row in found["concession"]],
        "page_comments": [],
        "let_in": None,
        "late": None,
    }


def _vote(copy: CopiedRows, old: Row, new: Row) -> Row:
    """Sealed anew, for a vote is bound to its question."""
    question = next(row for row in copy.rows["question"] if row["id"] == new["question_id"])
    value = copy.sums.votes[old["id"]]
    choice = choice_of(question["kind"], value)
    place = cast("Question", SimpleNamespace(public_id=question["public_id"], kind=question["kind"]))
    sealed, commitment = sealed_choice(place, _members(copy)[new["user_id"]], choice, copy.keys)
    return {"sealed": sealed, "commitment": commitment}


def _event(copy: CopiedRows, old: Row, _new: Row) -> Row:
    """The journal holds the commitment of each vote, and those of the copy were sealed anew."""
    before = old["said"].params.get("commitment")
    if before is None:
        return {}
    votes = zip(copy.move.original.rows["vote"], copy.rows["vote"], strict=True)
    return {
        "said": Message(old["said"].code, commitment=next(new["commitment"] for row, new in votes if row["commitment"] == before))
    }


def _members(copy: CopiedRows) -> Mapping[int, Any]:
    return copy.move.original.members


def _decision(copy: CopiedRows, old: Row, new: Row) -> Row:
    names = list(copy.record["sections"]) if copy.record else []
    told = sections(copy.move, copy.sums, {name: old[name] for name in names})
    if copy.record is None or new["ordered_at"] is None:
        return told
    frozen = as_json(copy.record | {"issued_on": oslo_date(new["ordered_at"]).isoformat()} | _verify(json.loads(old["frozen"])))
    return told | {"frozen": frozen, "frozen_sha256": sha256_of(frozen)}


def _verify(old: Record) -> Record:
    """A code of its own, at the original's address."""
    found = old[VERIFY]
    return verify_record(found["address"].removesuffix(found["code"]))


def _approval(copy: CopiedRows, _old: Row, _new: Row) -> Row:
    return {"text_sha256": hash_of(copy.record)} if copy.record else {}


def _outcome(copy: CopiedRows, old: Row, _new: Row) -> Row:
    found = copy.sums.findings[old["line_id"]]
    return {
        "outcome": found.outcome,
        "municipality_percent": found.municipality_percent,
        "found_ore": found.found_ore,
        "municipality_ore": found.municipality_ore,
        "state_ore": found.state_ore,
        "refund_from": found.refund.from_ if found.refund else None,
        "refund_ore": found.refund.ore if found.refund else None,
        "is_unanimous": found.is_unanimous,
    }


# In this order: a bundle needs its entries, a vote its question, its line of the journal the vote, an approval the record.
_CHANGES: Final[Mapping[str, Callable[[CopiedRows, Row, Row], Row]]] = {
    "case": _case,
    "claim_line": _line,
    "fact": _fact,
    "task": _task,
    "line_answer": _answer,
    "stated_fact": _stated,
    "table_confirmation": _confirmation,
    "letter": _letter,
    "recipient": _recipient,
    "filed_petition": _petition,
    "bundle": _bundle,
    "vote": _vote,
    "event": _event,
    "decision": _decision,
    "approval": _approval,
    "line_outcome": _outcome,
}


@cache
def _columns(table: str) -> tuple[tuple[str, str], ...]:
    """Each column that changes by its kind: its own key, a key of another table, a day or moment, a random identifier."""
    found = []
    for column in Base.metadata.tables[table].columns:
        if column.name == "public_id":
            found.append((column.name, "random"))
        elif column.primary_key:
            found.append((column.name, "id"))
        elif column.foreign_keys:
            found.append((column.name, next(iter(column.foreign_keys)).column.table.name))
        elif (isinstance(column.type, sa.TypeDecorator) and isinstance(column.type.impl, sa.DateTime)) or isinstance(
            column.type, sa.Date
        ):
            found.append((column.name, "moved"))
    return tuple(found)


@cache
def _due(starts_on: date, count: int, unit: Unit, *, is_target: bool) -> date:
    return deadline(starts_on, Length(count, unit), is_target=is_target).due_on


@cache
def _folded(codes: tuple[str, ...], names: tuple[str, ...], references: tuple[str, ...]) -> str:
    municipalities = [code for code in codes if code.isdigit()]
    told = SimpleNamespace(municipalities=municipalities, own_reference=references[0], other_side_reference=references[-1])
    return folded_parties(cast("Any", told), list(names))


@cache
def _json_of(said: Any) -> str:
    return to_json(said)


def grouped(copies: list[CopiedRows]) -> dict[str, list[Row]]:
    """The rows of several copies by table, parents first."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for copy in copies:
        for table in TABLES:
            rows[table] += copy.rows[table]
    return rows
