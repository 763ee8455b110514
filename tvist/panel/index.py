"""The index of a frozen bundle: each sending and paper, who sent it, and when each party was served, opened it, commented or let the time pass (rules 21, 33)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.models import Recipient
from tvist.documents.models import PaperOpening
from tvist.panel.bundles import PartKind
from tvist.words import Message, label

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Serving, Submission
    from tvist.cases.waiting import Task
    from tvist.documents.models import Paper
    from tvist.panel.bundles import BundlePart
    from tvist.panel.models import Bundle

REPLIES: Final = frozenset(
    {
        SubmissionKind.RESPONSE,
        SubmissionKind.COMMENTS,
        SubmissionKind.ADDITION,
        SubmissionKind.CONCESSION,
        SubmissionKind.NOTHING_MORE,
        SubmissionKind.LATE,
        SubmissionKind.LATE_COMMENTS,
    }
)
"""The sendings by which a party says something to what it was served."""
CHANCES: Final = frozenset({TaskKind.RESPOND, TaskKind.COMMENT, TaskKind.COMMENT_ON_LATE})
"""The tasks that give a party the word."""


class Reaction(StrEnum):
    """What a party made of its chance to comment."""

    SENT = "sent"  # It is the party's own.
    COMMENTED = "commented"
    NOTHING_MORE = "nothing_more"
    LET_PASS = "let_pass"  # noqa: S105 - what a party did, no secret.
    HAS_TIME = "has_time"  # Its time was not out when the bundle was frozen.
    NONE = "none"  # It said nothing, and no time was set for it.


@dataclass(frozen=True)
class PartyTrace:
    """One party's dealings with a sending or a paper, as they were when the bundle was frozen. `due_on` is the last day it had."""

    party: Party
    reaction: Reaction
    served_at: datetime | None = None
    opened_at: datetime | None = None
    reacted_at: datetime | None = None
    due_on: date | None = None

    @property
    def is_sender(self) -> bool:
        """Whether the party sent it itself."""
        return self.reaction is Reaction.SENT

    @property
    def said(self) -> list[Message]:
        """Served, opened and commented, a sentence each; nothing for the sender."""
        if self.is_sender:
            return []
        served = Message("bundle.served", at=self.served_at) if self.served_at else Message("bundle.not_served")
        opened = Message("bundle.opened", at=self.opened_at) if self.opened_at else Message("bundle.not_opened")
        reacted = Message(f"bundle.reaction.{self.reaction.value}", at=self.reacted_at, day=self.due_on)
        return [served, opened, reacted] if self.served_at else [served, reacted]


@dataclass(frozen=True)
class IndexEntry:
    """A sending (`paper` is None) or one of its papers. `number` is "2" for the second sending, "2.1" for its first paper.

    A paper that is under quarantine is named nowhere: `is_withheld`, without title, day and part (rule 20).
    """

    number: str
    submission: Submission
    paper: Paper | None
    traces: tuple[PartyTrace, ...]
    part: BundlePart | None
    is_withheld: bool = False

    @property
    def title(self) -> Message:
        """What it is called."""
        if self.paper is None:
            return label(self.submission.kind)
        return Message("bundle.withheld") if self.is_withheld else Message("bundle.titled", title=self.paper.title)

    @property
    def kind(self) -> Message | None:
        """What kind of paper it is; None for a sending, and for what is named nowhere."""
        return label(self.paper.kind) if self.paper is not None and not self.is_withheld else None

    @property
    def dated_on(self) -> date | None:
        """The day that the paper bears."""
        return self.paper.dated_on if self.paper is not None and not self.is_withheld else None

    @property
    def sender(self) -> Message:
        """Who sent it: a party by name, or the body."""
        party = self.submission.party
        return Message("bundle.sender", name=party.name) if party else Message("bundle.from_body")

    @property
    def sent_at(self) -> datetime:
        """When it was sent."""
        return self.submission.made_at

    @property
    def first_page(self) -> int | None:
        """The page of the whole on which it begins; None while the pages are not made."""
        return self.part.first_page if self.part else None

    @property
    def pages(self) -> int | None:
        """How many pages it has; None while they are not made."""
        return self.part.pages if self.part else None


def index_of(bundle: Bundle) -> list[IndexEntry]:
    """All sendings of the bundle in order, each followed by its papers. Told as things stood when it was frozen; the pages when they are made.

    It tells of every sending in the bundle: a page for a party shows the entries whose `submission` the party may read.
    """
    parts = {(part.kind, part.submission_id, part.paper_id): part for part in bundle.parts}
    traces = _Traces(bundle)
    entries: list[IndexEntry] = []
    for entry in bundle.entries:
        sending, number = entry.submission, entry.position
        part = parts.get((PartKind.SENDING, sending.id, None))
        entries.append(IndexEntry(str(number), sending, None, traces.of(sending), part))
        for place, paper in enumerate(sending.papers, start=1):
            is_withheld = paper.quarantined_at is not None
            part = None if is_withheld else parts.get((PartKind.PAPER, sending.id, paper.id))
            entries.append(IndexEntry(f"{number}.{place}", sending, paper, traces.of(sending, paper), part, is_withheld))
    return entries


class _Traces:
    """What each party did with what lies in one bundle, read in two questions to the database."""

    def __init__(self, bundle: Bundle) -> None:
        self._case: Case = bundle.case
        self._at = bundle.frozen_at
        self._sendings = [entry.submission for entry in bundle.entries]
        self._parties = self._case.parties_remaining
        papers = [paper.id for sending in self._sendings for paper in sending.papers]
        letters = [serving.letter_id for sending in self._sendings for serving in sending.servings]
        session = session_of(bundle)
        openings = sa.select(PaperOpening).where(PaperOpening.paper_id.in_(papers), PaperOpening.opened_at <= self._at)
        self._papers = {(found.paper_id, found.party_id): found.opened_at for found in session.scalars(openings)}
        first = (
            sa.select(Recipient.letter_id, sa.func.min(Recipient.opened_at))
            .where(Recipient.letter_id.in_(letters), Recipient.opened_at <= self._at)
            .group_by(Recipient.letter_id)
        )
        self._letters = {letter: opened for letter, opened in session.execute(first) if opened is not None}

    def of(self, sending: Submission, paper: Paper | None = None) -> tuple[PartyTrace, ...]:
        """One trace for each party that takes part, in the order of the parties."""
        return tuple(self._trace(party, sending, paper) for party in self._parties)

    def _trace(self, party: Party, sending: Submission, paper: Paper | None) -> PartyTrace:
        if sending.party_id == party.id:
            return PartyTrace(party, Reaction.SENT, reacted_at=sending.made_at)
        serving = next((each for each in sending.servings if each.party_id == party.id and each.is_served), None)
        served_at = serving.served_at if serving else None
        if serving is None or served_at is None or served_at > self._at:
            return PartyTrace(party, Reaction.NONE)
        opened_at = self._papers.get((paper.id, party.id)) if paper else self._opened(sending, serving)
        task = self._chance(party, serving, served_at)
        due_on = task.due_on if task else None
        reply = self._reply(party, served_at, paper)
        if reply is not None:
            is_silent = reply.kind is SubmissionKind.NOTHING_MORE
            reaction = Reaction.NOTHING_MORE if is_silent else Reaction.COMMENTED
            return PartyTrace(party, reaction, served_at, opened_at, reply.made_at, due_on)
        return PartyTrace(party, self._silence(due_on), served_at, opened_at, due_on=due_on)

    def _opened(self, sending: Submission, serving: Serving) -> datetime | None:
        """The letter that told of the sending led to it; who opened one of its papers had come as far too."""
        found = [self._papers.get((paper.id, serving.party_id)) for paper in sending.papers]
        return min((each for each in (self._letters.get(serving.letter_id), *found) if each is not None), default=None)

    def _chance(self, party: Party, serving: Serving, served_at: datetime) -> Task | None:
        """The task that the service started, else the first that gave the party the word after it."""
        own = [task for task in self._case.tasks if task.party_id == party.id and task.kind in CHANCES]
        started = next((task for task in own if task.id == serving.task_id), None)
        return started or next((task for task in own if task.done_at is None or task.done_at >= served_at), None)

    def _reply(self, party: Party, served_at: datetime, paper: Paper | None) -> Submission | None:
        """The party's first word after it was served, out of this bundle alone; beside the paper's own pages before all others."""
        said = [
            found
            for found in self._sendings
            if found.party_id == party.id and found.kind in REPLIES and found.made_at >= served_at
        ]
        beside = (found for found in said if paper and any(each.paper_id == paper.id for each in found.page_comments))
        words = (found for found in said if found.kind is not SubmissionKind.NOTHING_MORE)
        return next(beside, None) or next(words, None) or next(iter(said), None)

    def _silence(self, due_on: date | None) -> Reaction:
        if due_on is None:
            return Reaction.NONE
        return Reaction.LET_PASS if due_on < oslo_date(self._at) else Reaction.HAS_TIME
