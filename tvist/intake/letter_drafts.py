"""First words for the secretariat's letters in screening: what is missing against the rules, and why a case may be dismissed (rule 16).

They are words to begin with, which the officer reads and changes; nothing is sent from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.documents.models import PaperKind
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Collection

    from tvist.cases.models import Case

POINTS: Final = ("limbs", "delegation", "settlement", "interest", "child", "facts", "basis", "amount", "papers", "names")
"""What a request may lack, in the order of rule 10."""
WITH_A_DRAFT: Final = ("outside_mandate", "not_tried_to_settle", "no_legal_interest", "before_courts", "not_cured")
"""The grounds of dismissal that have first words."""


def points_found(case: Case) -> list[str]:
    """What the program itself can see to be missing; the rest is for the officer to see."""
    petition = [submission for submission in case.submissions if submission.kind in {"petition", "cure"}]
    papers = [paper for submission in petition for paper in submission.papers]
    found = {
        "delegation": not any(paper.kind is PaperKind.DELEGATION for paper in papers),
        "papers": not papers,
        "facts": not any(submission.facts for submission in petition),
        "child": not (case.child_identity or any(party.own_reference for party in case.parties)),
    }
    return [point for point in POINTS if found.get(point)]


def deficiency_words(case: Case, points: Collection[str], length: Message) -> str:
    """A deficiency letter with the points that were ticked, in the case's form of Norwegian; empty where none was."""
    chosen = [point for point in POINTS if point in points]
    if not chosen:
        return ""
    said = [_in(case, "intake.deficiency.opening", number=case.number)]
    said += [f"– {_in(case, f'intake.deficiency.{point}')}" for point in chosen]
    return "\n\n".join([*said, _in(case, "intake.deficiency.closing", length=length)])


def dismissal_words(case: Case, ground: str) -> str:
    """First words of the reasons for a dismissal on this ground; empty for a ground that has none."""
    return _in(case, f"intake.dismissal_draft.{ground}", number=case.number) if ground in WITH_A_DRAFT else ""


def _in(case: Case, code: str, **params: object) -> str:
    return render(Message(code, **params), case.language)
