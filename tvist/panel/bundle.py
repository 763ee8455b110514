"""The bundle: what goes to the panel, what is kept out and why, and the hash over what was frozen (rules 21, 33)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.cases.claims import lines_in
from tvist.cases.submissions import AFTER_PREPARATION, COMES_BY_EXCEPTION, FROM_THE_BODY, SubmissionKind
from tvist.db import session_of
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.panel.bundles import BundleProgress
from tvist.panel.models import Bundle, BundleEntry
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.chronology import StatedFact
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.panel.models import Reading


@dataclass(frozen=True)
class LeftOut:
    """A sending that does not go to the panel, and why."""

    submission: Submission
    why: Message


def is_for_the_panel(submission: Submission) -> bool:
    """A party's sending that the secretariat has looked through and passed on; the request always is."""
    if submission.kind in FROM_THE_BODY:
        return False
    return submission.kind is SubmissionKind.PETITION or submission.passed_on_at is not None


def not_served(submission: Submission) -> list[Party]:
    """The parties of the case that have not been served the sending."""
    return [party for party in submission.case.parties_remaining if not submission.is_served_on(party)]


def for_bundle(case: Case) -> list[Submission]:
    """What goes to the panel, in the order it was made: what each party has had, and what the leader has let in (rule 21)."""
    return sorted((found for found in case.submissions if found.reaches_panel), key=lambda found: (found.made_at, found.id))


def not_in_newest(case: Case) -> list[Submission]:
    """What came to the panel after its bundle was frozen, admitted late or let in: a new version is to hold it. Empty before the referral."""
    if not case.bundles:
        return []
    newest = case.bundles[-1]
    inside = {entry.submission_id for entry in newest.entries}
    return [found for found in for_bundle(case) if _came_after(found, newest, inside)]


def _came_after(submission: Submission, newest: Bundle, inside: set[int]) -> bool:
    """An exception is told of in the index, so it makes a new version also where the sending stood in the bundle before its notice came back."""
    if submission.let_in is not None and submission.let_in.at > newest.frozen_at:
        return True
    return (submission.kind in AFTER_PREPARATION or submission.let_in is not None) and submission.id not in inside


def lines_in_bundle(case: Case) -> list[ClaimLine]:
    """The claim lines that the panel decides on: those that came with the sendings of its bundle (rules 21, 34)."""
    return lines_in(case, [entry.submission for entry in case.bundles[-1].entries] if case.bundles else for_bundle(case))


def left_out(case: Case) -> list[LeftOut]:
    """What does not go to the panel, each with why (rule 21)."""
    return [LeftOut(found, _why(found)) for found in case.submissions if not found.reaches_panel]


def may_be_let_in(case: Case) -> list[LeftOut]:
    """What the leader may let in, each with why it stays out otherwise: it was looked through and sent over, and not each party has had it."""
    return [each for each in left_out(case) if _is_sent_over(each.submission) and not each.submission.is_served_on_all]


def _is_sent_over(submission: Submission) -> bool:
    return submission.kind in COMES_BY_EXCEPTION and submission.passed_on_at is not None


def _why(submission: Submission) -> Message:
    missing = [party.name for party in not_served(submission)]
    if submission.kind in FROM_THE_BODY:
        return Message("panel.out.from_the_body", parties=missing)
    if submission.late is not None and not submission.late.is_admitted and submission.passed_on_at is None:
        return Message("late.out.refused" if submission.late.ruled_at else "late.out.not_ruled")
    if submission.passed_on_at is None and submission.kind is not SubmissionKind.PETITION:
        return Message("panel.out.not_passed_on")
    return Message("panel.out.not_served", parties=missing) if missing else Message("late.out.is_commented_on")


def freeze(case: Case, *, at: datetime) -> Bundle:
    """Make the next version of the bundle out of what each party has been served, and have its pages made."""
    submissions = for_bundle(case)
    version = case.bundles[-1].version + 1 if case.bundles else 1
    entries = [BundleEntry(submission=submission, position=position) for position, submission in enumerate(submissions, start=1)]
    bundle = Bundle(version=version, frozen_at=at, sha256=bundle_hash(case, version, submissions, at), entries=entries)
    case.bundles.append(bundle)
    session = session_of(case)
    session.flush()
    queue(session, JobKind.MAKE_BUNDLE, bundle.id, at=at)
    # There from the beginning: who opens the bundle at once sees that its pages are on their way.
    bundle.progress = BundleProgress(total=sum(1 + len(found.papers) for found in submissions) + 2, updated_at=at)
    return bundle


def is_intact(bundle: Bundle) -> bool:
    """Whether the sendings and papers still are what was frozen."""
    return bundle.sha256 == bundle_hash(
        bundle.case, bundle.version, [entry.submission for entry in bundle.entries], bundle.frozen_at
    )


def reading_by(bundle: Bundle, user: User) -> Reading | None:
    """The person's confirmation of having read this version of the bundle."""
    return next((found for found in bundle.readings if found.user_id == user.id), None)


def bundle_hash(case: Case, version: int, submissions: Iterable[Submission], at: datetime) -> str:
    """SHA-256 (hexadecimal) over the canonical description as it was `at` that moment: sorted keys, no spaces, UTF-8."""
    described = {"case": case.number, "version": version, "entries": [_described(found, at) for found in submissions]}
    return hashlib.sha256(json.dumps(described, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _described(submission: Submission, at: datetime) -> dict[str, object]:
    """What the hash looks at of a sending. What it has none of is left out, as it was before there could be any."""
    beside: dict[str, list[object]] = {
        "own_lines": [_line(line) for line in submission.own_lines],
        "facts": [_fact(fact) for fact in submission.facts],
        "fact_answers": [[each.fact.public_id, each.answer.value, each.words] for each in submission.fact_answers],
        "concessions": [[each.line.public_id, each.conceded_ore] for each in submission.concessions],
        "page_comments": [[each.paper.public_id, each.page, each.text] for each in submission.page_comments],
        "let_in": [each.reasons for each in (submission.let_in,) if each is not None and each.at <= at],
        "late": [[each.why_late, each.reasons] for each in (submission.late,) if each is not None],
    }
    return _sent(submission) | {name: rows for name, rows in beside.items() if rows}


def _line(line: ClaimLine) -> list[object]:
    days = [day.isoformat() if day else None for day in (line.from_on, line.to_on, line.known_until)]
    sums = [line.unit.value, line.rate_ore, line.count, line.amount_ore, line.paid_ore]
    bears = [line.should_bear.value, line.paid_by.value, line.state_basis, line.municipal_basis, line.basis_words]
    return [line.public_id, line.municipality.public_id, line.measure, line.measure_words, *days, *sums, *bears]


def _fact(fact: StatedFact) -> list[object]:
    until = fact.until_on.isoformat() if fact.until_on else None
    return [
        fact.public_id,
        fact.happened_on.isoformat(),
        until,
        fact.words,
        fact.paper.public_id if fact.paper else None,
        fact.page,
    ]


def _sent(submission: Submission) -> dict[str, object]:
    petition = submission.case.petition
    return {
        "submission": submission.public_id,
        "kind": submission.kind.value,
        "party": submission.party.public_id if submission.party else None,
        "made_at": submission.made_at.isoformat(),
        "text_sha256": hashlib.sha256(submission.text.encode()).hexdigest(),
        "petition_sha256": petition.snapshot_sha256 if petition and petition.submission_id == submission.id else None,
        "answers": [
            [each.line.public_id, each.answer.value, each.accepted_ore, each.basis, each.words]
            for each in submission.line_answers
        ],
        "papers": [[paper.public_id, paper.title, paper.sha256] for paper in submission.papers],
    }
