"""A decided case that needed a parallel text has it, whole, in the record that all three approved, and as a file (rule 39)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tvist.decision.correcting import correction_in_the_making
from tvist.decision.parallel import parallel_language_at
from tvist.decision.parallel_record import PARALLEL, other_edition
from tvist.decision.record import VERIFY
from tvist.publication.places import texts

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.check.finding import Findings
    from tvist.decision.models import Decision


def check_parallel(case: Case, decision: Decision) -> Findings:
    """The record of an ordered opinion, and the files of an issued one. That the record is what was approved is proved for all its parts at once.

    Opinions from before there were seals (their records have no code to be verified by) had no parallel text.
    """
    if decision.frozen is None or decision.ordered_at is None:
        return
    record = decision.record
    parallel = record.get(PARALLEL)
    language = parallel["language"] if parallel else None
    if VERIFY in record and language != parallel_language_at(case, decision.ordered_at):
        yield "parallel.missing"
    if parallel and any(main.strip() and not beside.strip() for main, beside in _pairs(record)):
        yield "parallel.incomplete"
    if decision.issued_at is not None and not _has_files(decision):
        yield "parallel.file"


def _pairs(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Each text of the main edition with that of the parallel one."""
    main = {name: found for name, found in record.items() if name != PARALLEL}
    return [(text, beside) for (_, text), (_, beside) in zip(texts(main), texts(other_edition(record)), strict=True)]


def _has_files(decision: Decision) -> bool:
    """Whether each version with a parallel text has two files, and each other one."""
    records = {1: decision.record} | {found.version: found.record for found in decision.corrections}
    if (waiting := correction_in_the_making(decision)) is not None:
        del records[waiting.version]
    there = {(file.version, file.is_parallel) for file in decision.files}
    wanted = {(version, False) for version in records} | {
        (version, True) for version, found in records.items() if PARALLEL in found
    }
    return there == wanted
