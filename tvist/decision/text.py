"""What the text begins with: taken from what the parties have filed, so that the panel edits instead of copying (rules 21, 37)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.left import is_conceded
from tvist.cases.models import Side
from tvist.cases.money import Bearer
from tvist.cases.submissions import SubmissionKind
from tvist.decision.outcomes import LineFinding, findings
from tvist.words import Message, Ore, render

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.vault.keys import MasterKeys

_ARGUING = frozenset({SubmissionKind.RESPONSE, SubmissionKind.COMMENTS})


def beginning(case: Case) -> dict[str, str]:
    """The sections as the parties' own words give them. Only what lies in the bundle is used: each party has had it (rule 21)."""
    petition = case.petition
    bundle = [entry.submission for entry in case.bundles[-1].entries] if case.bundles else []
    if petition is None or petition.submission_id not in {found.id for found in bundle}:
        return {}
    claim = render(Message("decision.begin.claim", text=petition.claim), case.language)
    return {
        "subject": petition.subject,
        "background": petition.background,
        "agreed": petition.agreed,
        "disputed": petition.disputed,
        "requesting_argument": _joined([petition.argument, claim, *_written_by(Side.REQUESTING, bundle)]),
        "opposing_argument": _joined([*_written_by(Side.OPPOSING, bundle)]),
    }


def suggested_conclusion(case: Case, keys: MasterKeys) -> str:
    """A sentence a line, from the votes, for the panel to edit. Raises `NotAllowed` before all questions have their three votes."""
    state = next((party.name for party in case.parties if party.left_at is None and party.kind.value == "state"), "")
    return "\n\n".join(
        " ".join(render(said, case.language) for said in (*_conceded(found, state), _sentence(found, state)))
        for found in findings(case, keys)
    )


def _conceded(found: LineFinding, state: str) -> list[Message]:
    """That the line is conceded, wholly or in part (rule 22)."""
    line = found.line
    if not line.concessions:
        return []
    who = line.municipality.name if line.should_bear is Bearer.MUNICIPALITY else state
    kind = "whole" if is_conceded(line) else "part"
    return [Message(f"opinion.conceded_{kind}", who=who, line=line.position, ore=Ore(found.conceded_ore))]


def _sentence(found: LineFinding, state: str) -> Message:
    kind = found.outcome.value
    shared = {
        "line": found.line.position,
        "municipality": found.line.municipality.name,
        "state": state,
        "percent": found.municipality_percent,
    }
    if found.found_ore is None:
        return Message(f"decision.begin.principle_{kind}", **shared, rest=100 - found.municipality_percent)
    sums = {"municipality_ore": Ore(found.municipality_ore or 0), "state_ore": Ore(found.state_ore or 0)}
    return (
        Message(f"decision.begin.amount_{kind}", **shared, **sums)
        if found.found_ore
        else Message("decision.begin.nothing", line=found.line.position)
    )


def _written_by(side: Side, bundle: list[Submission]) -> list[str]:
    return [found.text for found in bundle if found.kind in _ARGUING and found.party is not None and found.party.side is side]


def _joined(texts: list[str]) -> str:
    return "\n\n".join(text.strip() for text in texts if text.strip())
