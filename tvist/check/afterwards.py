"""What followed an issued opinion: corrections that change words alone, and the new case that a granted request begins (rule 40)."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tvist.access.policy import Act
from tvist.cases.waiting import TaskKind
from tvist.decision.correcting import correction_in_the_making
from tvist.decision.parallel_record import PARALLEL
from tvist.decision.record import VERIFY, sha256_of

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.check.finding import Findings
    from tvist.decision.models import Decision


def check_corrections(case: Case, decision: Decision) -> Findings:
    """Each correction fits its hash, follows the version before it and changes words alone; its file is there, or waited for."""
    versions = [found.version for found in decision.corrections]
    whole = all(sha256_of(found.frozen) == found.frozen_sha256 for found in decision.corrections)
    lines = sum(1 for event in case.events if event.act is Act.CORRECT)
    records = [decision.record, *(found.record for found in decision.corrections)] if whole and decision.frozen else []
    same = all(_without_words(one) == _without_words(other) for one, other in pairwise(records))
    if not whole or versions != list(range(2, len(versions) + 2)) or lines != len(versions) or not same:
        yield "correction.changed"
    waits = any(task.kind is TaskKind.CORRECT for task in case.open_tasks)
    if (correction_in_the_making(decision) is not None) is not waits:
        yield "correction.file"


def check_renewal(case: Case) -> Findings:
    """A granted request has its case, which begins the day it was granted; each ruling has its line in the journal."""
    granted = [found for found in case.new_treatments if found.is_granted]
    refused = [found for found in case.new_treatments if found.is_granted is False]
    lines = [event.act for event in case.events]
    counts = (lines.count(Act.GRANT_NEW_TREATMENT), lines.count(Act.REFUSE_NEW_TREATMENT))
    if counts != (len(granted), len(refused)) or any(found.new_case_id is None for found in granted):
        yield "renewal.broken"
    begun = case.renews
    if begun is not None and (begun.decided_at != case.accepted_at or not any(found.is_copy for found in case.submissions)):
        yield "renewal.broken"


def _without_words(record: dict[str, Any]) -> str:
    """The record without what a correction may change."""
    kept = {name: value for name, value in record.items() if name not in {"sections", "corrections", "law", VERIFY}}
    kept["questions"] = [{**question, "reasons": ""} for question in record["questions"]]
    kept["parties"] = [{**party, "representative": ""} for party in record["parties"]]
    if parallel := record.get(PARALLEL):
        same = {name: value for name, value in parallel.items() if name not in {"sections", "reasons", "corrections", "law"}}
        kept[PARALLEL] = same
    return json.dumps(kept, sort_keys=True)
