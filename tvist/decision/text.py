"""What the text begins with: taken from what the parties have filed, so that the panel edits instead of copying (rules 21, 37)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.models import Side
from tvist.cases.submissions import SubmissionKind
from tvist.decision.outcomes import LineFinding, findings
from tvist.procedure.codes import CodeKind, code_label
from tvist.submissions.joint_table import TableStanding, joint_table
from tvist.words import Message, Ore, render

if TYPE_CHECKING:
    from collections.abc import Collection

    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.submissions.joint_table import JointTable, TableFact, TableLine
    from tvist.vault.keys import MasterKeys

DISPUTED = frozenset({TableStanding.PARTLY, TableStanding.DISPUTED, TableStanding.UNANSWERED})
_ARGUING = frozenset({SubmissionKind.RESPONSE, SubmissionKind.COMMENTS})


def beginning(case: Case) -> dict[str, str]:
    """The sections as the parties' own words give them. Only what lies in the bundle is used: each party has had it (rule 21)."""
    petition = case.petition
    bundle = [entry.submission for entry in case.bundles[-1].entries] if case.bundles else []
    if petition is None or petition.submission_id not in {found.id for found in bundle}:
        return {}
    table = joint_table(case, bundle)
    claim = render(Message("decision.begin.claim", text=petition.claim), case.language)
    return {
        "subject": petition.subject,
        "background": petition.background,
        "agreed": _joined([petition.agreed, *_told(table, case.language, {TableStanding.AGREED, TableStanding.CONCEDED})]),
        "disputed": _joined([petition.disputed, *_told(table, case.language, DISPUTED)]),
        "requesting_argument": _joined([petition.argument, claim, *_written_by(Side.REQUESTING, bundle)]),
        "opposing_argument": _joined([*_written_by(Side.OPPOSING, bundle)]),
    }


def _told(table: JointTable, language: str, standings: Collection[TableStanding]) -> list[str]:
    """The facts and lines of the joint table that stand so, a sentence each, for the panel to edit."""
    facts = [_fact(row) for row in table.facts if row.standing in standings]
    lines = [_line(row) for row in table.lines if row.standing in standings]
    return ["\n".join(render(said, language) for said in part) for part in (facts, lines) if part]


def _fact(row: TableFact) -> Message:
    """When it was, what it was, and why the other side disputes it."""
    fact, why = row.fact, [reply.words for reply in row.replies if reply.words]
    name = row.sending.party.name if row.sending.party else ""
    period = {"first": fact.happened_on, "last": fact.until_on or fact.happened_on}
    standing = row.standing.value
    code = f"decision.begin.days_{standing}" if fact.until_on else f"decision.begin.fact_{standing}"
    return Message(code, words=fact.words, name=name, why=" ".join(why), **period)


def _line(row: TableLine) -> Message:
    """How a line stands between the parties; its sums stand in the table of the opinion."""
    line = row.line
    said = {"line": line.position, "measure": code_label(CodeKind.MEASURE, line.measure)}
    return Message(f"decision.begin.line_{row.standing.value}", **said)


def suggested_conclusion(case: Case, keys: MasterKeys) -> str:
    """A sentence a line, from the votes, for the panel to edit. Raises `NotAllowed` before all questions have their three votes.

    What is conceded is not said here: the opinion itself says it, below the table of its conclusion (`tvist.decision.document`).
    """
    state = next((party.name for party in case.parties if party.left_at is None and party.kind.value == "state"), "")
    return "\n\n".join(render(_sentence(found, state), case.language) for found in findings(case, keys))


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
