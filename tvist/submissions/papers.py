"""The papers of a case for one reader: numbered, sorted, each with its versions, whom it was served on and when a side first opened it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.submissions import SubmissionKind
from tvist.clock import oslo_date
from tvist.db import insert_once
from tvist.documents.models import Paper, PaperOpening
from tvist.documents.uploads import MediaType, clean_name
from tvist.errors import NotFound
from tvist.submissions.paper_rules import GOES_OVER
from tvist.words import Message, label, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.db import Database

LONGEST_TITLE: Final = 70
"""How much of a title a file name takes: the date and the ending must find room."""
ANSWERS: Final[Mapping[SubmissionKind, frozenset[SubmissionKind]]] = {
    SubmissionKind.CURE: frozenset({SubmissionKind.DEFICIENCY_LETTER}),
    SubmissionKind.RESPONSE: frozenset({SubmissionKind.PETITION}),
    SubmissionKind.COMMENTS: GOES_OVER - {SubmissionKind.REPLACEMENT},
    SubmissionKind.DISMISSAL_COMMENT: frozenset({SubmissionKind.DISMISSAL_PROPOSAL}),
    SubmissionKind.NEW_LOOK_REQUEST: frozenset({SubmissionKind.DISMISSAL}),
}
"""What a sending answers: the latest of these kinds that came from another before it."""


class PaperSorting(StrEnum):
    """By what the list is sorted."""

    NUMBER = "number"
    DATE = "date"
    KIND = "kind"
    SENDER = "sender"


@dataclass
class ListedPaper:
    """A paper as one reader sees it. `number` is None until its sending has gone over; versions of one paper share it.

    Where it is under quarantine, `is_readable` is False for all, and its title is told to the officers and its sender alone.
    """

    paper: Paper
    sending: Submission
    is_readable: bool
    tells_title: bool
    answers: Message | None
    number: int | None = None
    version: int = 1
    openings: dict[int, datetime] = field(default_factory=dict)
    """When somebody of a party first opened it, by the party's id."""

    @property
    def on(self) -> date:
        """The paper's own date, else the day it was sent."""
        return self.paper.dated_on or oslo_date(self.sending.made_at)

    @property
    def place(self) -> Message:
        """What it is called in the case: `Bilag 3`, `Bilag 3, versjon 2`; without a number where it has not gone over."""
        if self.number is None:
            return Message("documents.unnumbered")
        code = "documents.numbered" if self.version == 1 else "documents.numbered_version"
        return Message(code, number=self.number, version=self.version)

    @property
    def title(self) -> Message:
        """Its title, or that it is under quarantine."""
        return Message("documents.titled", title=self.paper.title) if self.tells_title else Message("documents.withheld")

    def file_name(self, language: str, *, of_case: bool = True) -> str:
        """A name that tells where the file comes from: `2026-0001 Bilag 3 Vedtak 2024-03-01.pdf`."""
        parts = [
            self.sending.case.slug if of_case else "",
            render(self.place, language) if self.number is not None else "",
            self.paper.title[:LONGEST_TITLE].strip(),
            self.paper.dated_on.isoformat() if self.paper.dated_on else "",
        ]
        ending = MediaType(self.paper.media_type).endings[0]
        return clean_name(f"{' '.join(part for part in parts if part).replace('/', '-')}.{ending}")


def listed_papers(session: Session, user: User, case: Case, on: date) -> list[ListedPaper]:
    """All papers that `user` may know of, in the order of their numbers: those of `submissions_visible_to`, in as many statements for 3 as for 300.

    They are numbered as they went over, among what the reader sees: what was not served leaves no gap.
    """
    sendings = submissions_visible_to(session, user, case, on)
    listed = [_listed(paper, sending, sendings, user=user, on=on) for sending in sendings for paper in sending.papers]
    _number(listed)
    openings = sa.select(PaperOpening).join(Paper, Paper.id == PaperOpening.paper_id).where(Paper.case_id == case.id)
    of_paper = {each.paper.id: each for each in listed}
    for opening in session.scalars(openings):
        if opening.paper_id in of_paper:
            of_paper[opening.paper_id].openings[opening.party_id] = opening.opened_at
    return sorted(listed, key=_by_number)


def sorted_papers(
    listed: Iterable[ListedPaper], sorting: PaperSorting, *, downwards: bool = False, language: str = "nb"
) -> list[ListedPaper]:
    """The same in another order; what is alike stands by number."""
    keys = {
        PaperSorting.NUMBER: _by_number,
        PaperSorting.DATE: lambda each: each.on,
        PaperSorting.KIND: lambda each: render(label(each.paper.kind), language),
        PaperSorting.SENDER: lambda each: each.sending.party.position if each.sending.party else 0,
    }
    return sorted(sorted(listed, key=_by_number), key=keys[sorting], reverse=downwards)


def the_listed(listed: Sequence[ListedPaper], paper: Paper) -> ListedPaper:
    """The entry of one paper. Raises `NotFound` where the reader's list does not have it."""
    found = next((each for each in listed if each.paper.id == paper.id), None)
    if found is None:
        raise NotFound
    return found


def versions_of(listed: Sequence[ListedPaper], one: ListedPaper) -> list[ListedPaper]:
    """All versions of the same paper that the reader knows of, the first one first."""
    first = _first_of({each.paper.id: each for each in listed}, one)
    of_paper = {each.paper.id: each for each in listed}
    return sorted((each for each in listed if _first_of(of_paper, each) is first), key=lambda each: each.version)


def note_openings(database: Database, papers: Iterable[Paper], party: Party | None, *, at: datetime) -> None:
    """Note that somebody of the party opened the papers, the first time only, in a short transaction of its own (like the access log)."""
    if party is None:
        return
    with database.writing() as session:
        for paper in papers:
            insert_once(session, PaperOpening, paper_id=paper.id, party_id=party.id, opened_at=at)
        session.commit()


def _listed(paper: Paper, sending: Submission, sendings: Sequence[Submission], *, user: User, on: date) -> ListedPaper:
    is_readable = may(user, Act.READ_PAPER, paper, on)
    tells_title = is_readable or any(may(user, act, paper, on) for act in (Act.READ_QUARANTINED, Act.REPLACE_PAPER))
    return ListedPaper(paper, sending, is_readable, tells_title, _answers(sending, sendings))


def _answers(sending: Submission, sendings: Sequence[Submission]) -> Message | None:
    """What the sending answers, of what the reader sees."""
    if sending.kind is SubmissionKind.REPLACEMENT:
        return Message("documents.answers_quarantine")
    kinds = ANSWERS.get(sending.kind, frozenset())
    before = [
        found
        for found in sendings
        if found.kind in kinds and found.party_id != sending.party_id and (found.passed_on_at or found.made_at) <= sending.made_at
    ]
    if not before:
        return None
    answered = max(before, key=lambda found: (found.passed_on_at or found.made_at, found.id))
    name = answered.party.name if answered.party else Message("submissions.from_body")
    return Message("documents.answers", what=answered.kind, whose=name)


def _number(listed: Sequence[ListedPaper]) -> None:
    """Number what has gone over, as it went; a later version takes the number of the first."""
    of_paper = {each.paper.id: each for each in listed}
    own = [each for each in listed if each.paper.replaces_id not in of_paper]
    gone = sorted(
        (each for each in own if _gone_over_at(each.sending) is not None),
        key=lambda each: (_gone_over_at(each.sending), each.sending.id, each.paper.position, each.paper.id),
    )
    for number, each in enumerate(gone, start=1):
        each.number = number
    for each in sorted(listed, key=lambda found: found.paper.id):
        earlier = of_paper.get(each.paper.replaces_id or 0)
        if earlier is not None:
            each.number, each.version = earlier.number, earlier.version + 1


def _gone_over_at(sending: Submission) -> datetime | None:
    """When the sending went over to somebody; the request counts from when it was made, as it is the first of all."""
    if sending.kind is SubmissionKind.PETITION:
        return sending.made_at
    served = (serving.served_at for serving in sending.servings if serving.is_served and serving.served_at)
    return sending.passed_on_at or min(served, default=None)


def _first_of(of_paper: Mapping[int, ListedPaper], one: ListedPaper) -> ListedPaper:
    while (earlier := of_paper.get(one.paper.replaces_id or 0)) is not None:
        one = earlier
    return one


def _by_number(each: ListedPaper) -> tuple[bool, int, int, int]:
    return (each.number is None, each.number or 0, each.version, each.paper.id)
