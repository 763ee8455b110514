"""The places of the parallel text, each beside a place of the main text: what is missing, and what is older than what it puts over (rule 39)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.queries import case_at
from tvist.decision.parallel import ParallelPart, parallel_language
from tvist.decision.places import QUESTION, REMARK, Place
from tvist.decision.record import SECTIONS, sha256_of
from tvist.decision.votes import is_open, number_of, printed_remarks, standing_questions
from tvist.errors import NotFound
from tvist.panel.bundle import lines_in_bundle
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.models import Question

BESIDE: Final = "parallel:"
"""Begins the name under which versions, and what is being typed, are kept."""


class ParallelState(StrEnum):
    """How a place of the parallel text stands to the main text."""

    NOT_NEEDED = "not_needed"  # The main text is empty there.
    MISSING = "missing"
    BEHIND = "behind"  # The main text was changed after it was written.
    WRITTEN = "written"


@dataclass(frozen=True)
class ParallelPlace(Place):
    """A place in the other form. `main` is what it puts over, `called` what that is called, `writer` the member whose own text it is."""

    main: str = ""
    called: Message | None = None
    writer: User | None = None

    @property
    def act(self) -> Act:
        """What it takes to write here."""
        return Act.WRITE_PARALLEL

    @property
    def owner(self) -> User | None:
        """A remark of a member's own is put over by that member alone (rule 35)."""
        return self.writer

    @property
    def language(self) -> str:
        """The other form than that of the main text."""
        return parallel_language(self.case) or self.case.language

    @property
    def beside(self) -> str:
        """The name of the place in `ParallelPart` and in addresses."""
        return self.name.removeprefix(BESIDE)

    @property
    def part(self) -> ParallelPart | None:
        """What is written; None for nothing yet."""
        return next((part for part in self.case.parallel_parts if part.place == self.beside), None)

    @property
    def text(self) -> str:
        """What stands there now."""
        return self.part.text if self.part is not None else ""

    @property
    def state(self) -> ParallelState:
        """How it stands to the main text."""
        part = self.part
        if not self.main.strip():
            return ParallelState.NOT_NEEDED
        if part is None or not part.text.strip():
            return ParallelState.MISSING
        return ParallelState.WRITTEN if part.main_sha256 == sha256_of(self.main) else ParallelState.BEHIND

    @property
    def is_behind(self) -> bool:
        """Saving says that the text follows the main one, also where no word is changed."""
        return self.state is ParallelState.BEHIND

    @property
    def what(self) -> Message:
        """What the place is called."""
        return Message("parallel.place.parallel", place=self.called)

    def in_the_way(self, act: Act | None = None) -> list[Message]:
        """What stands in the way of writing here; a place that the main text leaves empty needs none."""
        found = super().in_the_way(act)
        return [Message("parallel.main_empty")] if not found and self.state is ParallelState.NOT_NEEDED else found

    def put(self, text: str, *, by: User, at: datetime) -> None:
        """Make this what stands here, put over the main text as it is now."""
        part = self.part
        if part is None:
            part = ParallelPart(place=self.beside, text=text, main_sha256=sha256_of(self.main), written_by=by, written_at=at)
            self.case.parallel_parts.append(part)
            return
        part.text, part.main_sha256, part.written_by, part.written_at = text, sha256_of(self.main), by, at


def parallel_places(case: Case) -> list[ParallelPlace]:
    """All places, in the order of the opinion; those of questions and remarks follow what is voted on and written now."""
    return [*_sections(case), *_measures(case), *_exceptions(case), *_of_questions(case)]


def missing_places(case: Case) -> list[ParallelPlace]:
    """The places that the main text fills and the parallel text does not."""
    return [place for place in parallel_places(case) if place.state is ParallelState.MISSING]


def places_behind(case: Case) -> list[ParallelPlace]:
    """The places whose main text was changed after the parallel text was written."""
    return [place for place in parallel_places(case) if place.state is ParallelState.BEHIND]


def parallel_place_at(session: Session, slug: str, place: str) -> ParallelPlace:
    """The place at that address; the case is locked in a writing session. Raises `NotFound`, also where no parallel text is needed."""
    case = case_at(session, slug)
    places = parallel_places(case) if parallel_language(case) is not None else []
    found = next((each for each in places if each.beside == place), None)
    if found is None:
        raise NotFound
    return found


def _sections(case: Case) -> Iterator[ParallelPlace]:
    for name in SECTIONS:
        main = str(getattr(case.decision, name)) if case.decision is not None else ""
        yield ParallelPlace(case, f"{BESIDE}{name}", main=main, called=Message(f"decision.section.{name}"))


def _measures(case: Case) -> Iterator[ParallelPlace]:
    for line in lines_in_bundle(case):
        if line.measure_words.strip():
            called = Message("parallel.place.measure", line=line.position)
            yield ParallelPlace(case, f"{BESIDE}measure:{line.id}", main=line.measure_words, called=called)


def _exceptions(case: Case) -> Iterator[ParallelPlace]:
    for position, found in enumerate(case.let_in, start=1):
        called = Message("parallel.place.exception", position=position)
        yield ParallelPlace(case, f"{BESIDE}exception:{found.id}", main=found.reasons, called=called)


def _of_questions(case: Case) -> Iterator[ParallelPlace]:
    """The wording, the reasons and the remarks; of a question whose votes are closed there is nothing but its wording (rule 34)."""
    for question in standing_questions(case):
        number, asked = number_of(question), f"{BESIDE}{QUESTION}{question.public_id}"
        if question.words.strip():
            called = Message("parallel.place.words", position=number)
            yield ParallelPlace(case, f"{BESIDE}words:{question.public_id}", main=question.words, called=called)
        reasons = Message("text.place.reasons", position=number)
        yield ParallelPlace(case, asked, question, main=question.reasons, called=reasons)
        if is_open(question):
            yield from _remarks(question, number)


def _remarks(question: Question, number: int) -> Iterator[ParallelPlace]:
    for remark in printed_remarks(question):
        called = Message("parallel.place.remark", name=remark.user.name, position=number)
        name = f"{BESIDE}{REMARK}{question.public_id}:{remark.user_id}"
        yield ParallelPlace(question.case, name, question, main=remark.text, called=called, writer=remark.user)
