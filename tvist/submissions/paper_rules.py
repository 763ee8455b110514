"""What is true of papers that were sent: their versions, who has got them, and what stands in the way of replacing or renaming one (rules 20, 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.cases.submissions import SubmissionKind
from tvist.errors import NotFound
from tvist.submissions.rules import PASSED_ON
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.documents.models import Paper

GOES_OVER: Final = PASSED_ON | {SubmissionKind.PETITION, SubmissionKind.CURE, SubmissionKind.REPLACEMENT}
"""What a party sends that goes over to the others when the secretariat has looked it through: in the exchange, at acceptance, or as a replacement."""


def sending_of(paper: Paper) -> Submission:
    """The sending that the paper came with. Raises `NotFound` for a paper of a draft."""
    if paper.submission is None:
        raise NotFound
    return paper.submission


def papers_of(case: Case) -> list[Paper]:
    """All papers of the case, in the order they were sent."""
    return [paper for sending in case.submissions for paper in sending.papers]


def first_version(paper: Paper) -> Paper:
    """The paper that this one, through all replacements between, takes the place of; itself where it replaces none."""
    while paper.replaces is not None:
        paper = paper.replaces
    return paper


def to_be_replaced(case: Case, party: Party) -> list[Paper]:
    """The party's papers that are under quarantine and have no replacement yet."""
    return [
        paper
        for paper in papers_of(case)
        if paper.quarantined_at is not None and paper.replaced_by is None and sending_of(paper).party is party
    ]


def waiting_for_release(case: Case) -> list[Paper]:
    """The replacements that the secretariat has not looked through."""
    return [paper for paper in papers_of(case) if is_to_be_released(paper)]


def is_to_be_released(paper: Paper) -> bool:
    """Whether the paper is a replacement that waits for the secretariat."""
    sent = sending_of(paper)
    return sent.kind is SubmissionKind.REPLACEMENT and sent.passed_on_at is None and paper.quarantined_at is None


def has_got(paper: Paper) -> list[Party]:
    """The other parties, of those in the case now, that what the paper first came with has been sent over to, served yet or not."""
    origins = [sending_of(paper), sending_of(first_version(paper))]
    got = {serving.party_id for sent in origins for serving in sent.servings if serving.fell_at is None}
    return [party for party in sending_of(paper).case.parties if party.id in got and party.left_at is None]


def is_in_bundle(paper: Paper) -> bool:
    """Whether a frozen bundle holds what the paper came with (rule 33)."""
    sent = sending_of(paper)
    return any(entry.submission_id == sent.id for bundle in sent.case.bundles for entry in bundle.entries)


def replacement_faults(paper: Paper, new: Paper) -> list[Message]:
    """What is wrong with putting `new` in the place of `paper`."""
    if paper.quarantined_at is None:
        return [Message("documents.not_quarantined")]
    if paper.replaced_by is not None:
        return [Message("documents.replaced_already")]
    return [Message("documents.same_file")] if new.sha256 == paper.sha256 else []


def why_not_released(paper: Paper) -> Message | None:
    """What stands in the way of sending a replacement over: that it does not wait, or that what it came with has not gone over itself."""
    if not is_to_be_released(paper):
        return Message("documents.not_to_be_released")
    origin = sending_of(first_version(paper))
    still_goes_over = origin.kind in GOES_OVER and origin.passed_on_at is None and not origin.case.is_closed
    return Message("documents.origin_not_passed_on", what=origin.kind) if still_goes_over else None


def why_not_renamed(paper: Paper) -> Message | None:
    """What stands in the way of another title: the bundle is frozen with the titles its papers had."""
    return Message("documents.frozen_in_bundle") if is_in_bundle(paper) else None
