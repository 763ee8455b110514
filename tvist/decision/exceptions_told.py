"""What the panel read although not each party had had it, by the leader's exception, with the reasons: as record and in the opinion (rule 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tvist.clock import oslo_date
from tvist.pdf import heading, prose
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.decision.tables import Wording
    from tvist.pdf import Block

Record = dict[str, Any]


def exceptions_record(case: Case) -> Record:
    """The exceptions in the order they were made. Empty where there is none, so that the records of other cases stay what they were."""
    if not case.let_in:
        return {}
    return {
        "let_in": [
            {
                "kind": found.submission.kind.value,
                "sender": found.submission.party.name if found.submission.party else None,
                "made_on": oslo_date(found.submission.made_at).isoformat(),
                "without": [party.name for party in _without(found.submission, found.at)],
                "reasons": found.reasons,
            }
            for found in case.let_in
        ]
    }


def exceptions_told(record: Record, told: Wording) -> Iterator[Block]:
    """A chapter of its own before the assessment; nothing where no exception was made."""
    exceptions = record.get("let_in", ())
    if exceptions:
        yield heading(told("section.exceptions"), 2)
    for each in exceptions:
        what = Message(f"submission_kind.{each['kind']}")
        yield prose(
            told("exception", what=what, sender=each["sender"], day=told.day(each["made_on"]), without=tuple(each["without"]))
        )
        yield prose(each["reasons"])


def _without(submission: Submission, at: datetime) -> list[Party]:
    """The parties that had not been served it when the exception was made; what was served later does not change what was said."""
    had = {
        found.party_id
        for found in submission.servings
        if found.served_at is not None and found.served_at <= at and (found.fell_at is None or found.fell_at > at)
    }
    present = (party for party in submission.case.parties if party.left_at is None or party.left_at > at)
    return [party for party in present if party.id != submission.party_id and party.id not in had]
