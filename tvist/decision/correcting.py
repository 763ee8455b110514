"""Obvious errors in an issued opinion put right (retting, rule 40): a new version beside the first, marked, with both kept.

The leader edits words alone: the sections, the reasons and the names of representatives. Votes, amounts, outcome and panel stand as they were
voted and approved. Start at `correct`; `correction_job` makes the file.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.queries import case_by_number
from tvist.cases.tasks import close_tasks, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.decision.afterwards import Correction
from tvist.decision.citations import faults_in_texts
from tvist.decision.files import delete_files, issued_file, make_files
from tvist.decision.parallel_correcting import (
    ParallelChanges,
    corrected_parallel,
    parallel_faults,
    parallel_texts,
    with_its_law,
)
from tvist.decision.parallel_record import PARALLEL
from tvist.decision.record import NEEDED, as_json, law_record, sha256_of
from tvist.decision.verifying import verify_record
from tvist.decision.votes import seats_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.pdf import missing_letters
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.models import Decision
    from tvist.installation import Installation

    Record = dict[str, Any]


LAW: Final = "law"
"""The list of acts in a record, which is drawn from its texts."""


@dataclass(frozen=True)
class Changes:
    """The words as they should stand: sections by name, reasons by the position of their question, representatives in the order of the parties."""

    sections: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    representatives: Sequence[str] = ()
    parallel: ParallelChanges = field(default_factory=ParallelChanges)
    """The same in the parallel text, where there is one (rule 39)."""


def correct(case: Case, changes: Changes, *, by: User, at: datetime, words: str, verify_at: str = "") -> Correction:
    """Order a new version of the opinion. `words` say what was wrong and what is put right; they print on top of it.

    It has a code of its own to be verified by (`verify_at`, as when issue is ordered).
    Raises `CannotProceed` without words, for a change of nothing, for a letter that no font has, and while another correction is being made.
    """
    decision = case.decision
    faults = [*obstacles(case, Act.CORRECT), *faults_in(decision, changes, words)]
    if faults or decision is None:
        raise CannotProceed(faults or [Message("decision.not_issued")])
    version = version_of(decision) + 1
    record = corrected(latest_record(decision), changes)
    told = {"version": version, "on": oslo_date(at).isoformat(), "words": words.strip()}
    record |= verify_record(verify_at) | {"corrections": [*record.get("corrections", []), told]}
    if PARALLEL in record:
        beside = [*record[PARALLEL].get("corrections", []), changes.parallel.words.strip()]
        record |= {PARALLEL: record[PARALLEL] | {"corrections": beside}}
    frozen = as_json(record)
    take_step(case, Act.CORRECT, by=by, at=at, said=Message("decision.journal.correct", version=version))
    found = Correction(
        version=version, words=words.strip(), frozen=frozen, frozen_sha256=sha256_of(frozen), ordered_by=by, ordered_at=at
    )
    decision.corrections.append(found)
    open_task(case, TaskKind.CORRECT, at=at, owner=Desk.MACHINE)
    session = session_of(case)
    session.flush()
    queue(session, JobKind.MAKE_CORRECTION, found.id, at=at)
    return found


def faults_in(decision: Decision | None, changes: Changes, words: str) -> list[Message]:
    """What is wrong with a correction as it was written."""
    if decision is None or decision.issued_at is None:
        return [Message("decision.not_issued")]
    earlier = latest_record(decision)
    new = corrected(earlier, changes)
    found = [] if words.strip() else [Message("decision.correct.words_needed")]
    if _stripped(new) == _stripped(earlier):
        found.append(Message("decision.correct.nothing_changed"))
    found += _emptied(earlier, new)
    written = [*new["sections"].values(), *(question["reasons"] for question in new["questions"]), words]
    written += [party["representative"] for party in new["parties"]]
    places = _places(new)
    if PARALLEL in new:
        found += parallel_faults(earlier, new, changes.parallel)
        places += parallel_texts(new)
        written += [changes.parallel.words, *(text for _what, text in parallel_texts(new))]
    found += faults_in_texts(decision.case, places)
    unprintable = missing_letters(" ".join(written))
    return [*found, *([unprintable] if unprintable else [])]


def _places(record: Record) -> list[tuple[Message, str]]:
    """The texts of a record, each with the name of its place: what they cite of the bundle must be there, and each party have had it (rule 21)."""
    sections = [(Message(f"decision.section.{name}"), text) for name, text in record["sections"].items()]
    asked = [(question, f"opinion.question.{question['kind']}") for question in record["questions"]]
    reasons = [
        (Message(code, position=question["position"], line=question["line"]), question["reasons"]) for question, code in asked
    ]
    return [*sections, *reasons]


def _emptied(earlier: Record, new: Record) -> list[Message]:
    """A correction does not take away what no opinion lacks (rule 37)."""
    sections = [
        Message(f"decision.section.{name}")
        for name in NEEDED
        if earlier["sections"][name].strip() and not new["sections"][name].strip()
    ]
    pairs = zip(earlier["questions"], new["questions"], strict=True)
    reasons = [str(now["position"]) for before, now in pairs if before["reasons"].strip() and not now["reasons"].strip()]
    found = [Message("decision.sections_missing", sections=sections)] if sections else []
    return found + ([Message("decision.reasons_missing", questions=reasons, count=len(reasons))] if reasons else [])


def corrected(record: Record, changes: Changes) -> Record:
    """The record with these words in it, and all else as it was. What `changes` does not name stays."""
    new = copy.deepcopy(record)
    new["sections"] |= {name: text.strip() for name, text in changes.sections.items() if name in new["sections"]}
    for question in new["questions"]:
        question["reasons"] = changes.reasons.get(question["position"], question["reasons"]).strip()
    for party, name in zip(new["parties"], changes.representatives, strict=False):
        party["representative"] = name.strip()
    if law_record(record) == {name: found for name, found in record.items() if name == LAW}:
        # The list of acts is drawn from the texts, so it follows them.
        new.pop(LAW, None)
        new |= law_record(new)
    if PARALLEL in new:
        new = with_its_law(new | {PARALLEL: corrected_parallel(new, changes.parallel)})
    return new


def latest_record(decision: Decision) -> Record:
    """The record of the version that holds now: the last correction, or what was issued."""
    return decision.corrections[-1].record if decision.corrections else decision.record


def version_of(decision: Decision) -> int:
    """The number of the last version that was ordered; 1 is what was issued."""
    return decision.corrections[-1].version if decision.corrections else 1


def correction_in_the_making(decision: Decision | None) -> Correction | None:
    """The correction whose file is not there yet."""
    made = {file.version for file in decision.files} if decision else set()
    return next((found for found in (decision.corrections if decision else ()) if found.version not in made), None)


def try_again(correction: Correction, *, at: datetime) -> None:
    """Let the machine make the file once more, where it has given up. Raises `CannotProceed` where the file is there."""
    if correction_in_the_making(correction.decision) is not correction:
        raise CannotProceed(Message("decision.correct.made_already"))
    queue(session_of(correction), JobKind.MAKE_CORRECTION, correction.id, at=at)


# ---- Conditions of acts, joined in tvist.rulebook ----


def no_correction_waits(case: Case) -> Message | None:
    """One correction at a time: the file of the last one is there."""
    return Message("decision.correct.being_made") if correction_in_the_making(case.decision) else None


# ---- The job ----


def correction_job(installation: Installation, correction_id: int, at: datetime) -> None:
    """Make, seal and keep the files of a correction, outside any writing transaction but the last short one. Begun twice it keeps one set.

    As with the issue, there is no correction without a seal: it waits.
    """
    with installation.database.reading() as session:
        correction = session.get_one(Correction, correction_id)
        number, version, record = correction.decision.case.number, correction.version, correction.record
        if correction_in_the_making(correction.decision) is not correction:
            return
    made = make_files(record, installation.papers, installation.config, at)
    is_kept = False
    try:
        with installation.database.writing() as session:
            case = case_by_number(session, number)
            waiting = correction_in_the_making(case.decision)
            if case.decision is not None and waiting is not None and waiting.version == version:
                case.decision.files.extend(issued_file(each, version=version, at=at) for each in made)
                close_tasks(case, TaskKind.CORRECT, at=at)
                _tell(case, at)
                session.commit()
                is_kept = True
    finally:
        if not is_kept:
            delete_files(made, installation.papers)


def _tell(case: Case, at: datetime) -> None:
    for party in case.parties_present:
        write_to_party(party, LetterKind.OPINION_CORRECTED, at=at)
    for seat in seats_of(case):
        write_to_user(seat.user, LetterKind.OPINION_CORRECTED, at=at, case=case)


def _stripped(record: Record) -> Record:
    """The record without white space at the ends of what can be corrected: a form takes it away, and that is no correction."""
    new = copy.deepcopy(record)
    new["sections"] = {name: text.strip() for name, text in new["sections"].items()}
    for question in new["questions"]:
        question["reasons"] = question["reasons"].strip()
    for party in new["parties"]:
        party["representative"] = party["representative"].strip()
    if PARALLEL in new:
        for part in ("sections", "reasons"):
            new[PARALLEL][part] = {name: text.strip() for name, text in new[PARALLEL][part].items()}
    return new
