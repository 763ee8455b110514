"""The places of the text: its sections, the reasons on each question, and, for who writes one, a remark on a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.decision.record import SECTIONS
from tvist.decision.text import beginning
from tvist.decision.votes import is_open, number_of, standing_questions
from tvist.errors import NotFound
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.access.policy import Role
    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.models import Question

QUESTION: Final = "question:"
REMARK: Final = "remark:"
REASONS: Final = "reasons"
"""The section of the standard texts that can be put into reasons on a question."""


@dataclass(frozen=True)
class Place:
    """Where something of the text is written. `name` is that of a section, or tells the question. In the access log it is the case."""

    case: Case
    name: str
    question: Question | None = None
    __tablename__: ClassVar = "case"

    @property
    def id(self) -> int:
        """That of the case."""
        return self.case.id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.case.roles_for(user, on)

    @property
    def act(self) -> Act:
        """What it takes to write here."""
        return Act.WRITE_TEXT

    @property
    def owner(self) -> User | None:
        """Who alone writes here; None where all who sit do."""
        return None

    @property
    def language(self) -> str:
        """The form in which the place is written."""
        return self.case.language

    @property
    def is_behind(self) -> bool:
        """Whether saving says something even where no word is changed."""
        return self.case.decision is None

    def put(self, text: str, *, by: User, at: datetime) -> None:  # noqa: ARG002 - who and when stand in the version.
        """Make this what stands here. The decision is begun."""
        if self.question is not None:
            self.question.reasons = text
        else:
            setattr(self.case.decision, self.name, text)

    @property
    def is_remark(self) -> bool:
        """Whether it is a member's own text, of which there are no versions."""
        return self.name.startswith(REMARK)

    @property
    def text(self) -> str:
        """What stands there now; before anything is saved, what the parties' papers give a section to begin with."""
        if self.question is not None:
            return "" if self.is_remark else self.question.reasons
        decision = self.case.decision
        return str(getattr(decision, self.name)) if decision is not None else beginning(self.case).get(self.name, "")

    @property
    def what(self) -> Message:
        """What the place is called."""
        if self.question is None:
            return Message(f"decision.section.{self.name}")
        if self.question.fell_at is not None:
            return Message("decision.fallen", line=self.question.line.position)
        code = "text.place.remark" if self.is_remark else "text.place.reasons"
        return Message(code, position=number_of(self.question))

    @property
    def standard_section(self) -> str:
        """For which standard texts there is room here."""
        return REASONS if self.question is not None else self.name

    def in_the_way(self, act: Act | None = None) -> list[Message]:
        """What stands in the way of writing here; of a question nothing is written before its votes are open (rule 34)."""
        found = obstacles(self.case, act or self.act)
        if not found and self.question is not None and self.question.fell_at is not None:
            return [Message("decision.fallen", line=self.question.line.position)]
        if not found and self.question is not None and not is_open(self.question):
            return [Message("decision.not_open_yet")]
        return found


def places_of(case: Case) -> list[Place]:
    """The sections in the order of the opinion, and the reasons on each question that is put."""
    sections = [Place(case, name) for name in SECTIONS]
    return sections + [reasons_on(question) for question in standing_questions(case)]


def reasons_on(question: Question) -> Place:
    """The place of the panel's reasons on a question."""
    return Place(question.case, QUESTION + question.public_id, question)


def remark_on(question: Question) -> Place:
    """The place where members write what is their own on a question."""
    return Place(question.case, REMARK + question.public_id, question)


def place_named(case: Case, name: str) -> Place:
    """The place of that name in the case. Raises `NotFound`."""
    if name in SECTIONS:
        return Place(case, name)
    kind, _, public_id = name.partition(":")
    question = next((found for found in case.questions if found.public_id == public_id), None)
    if question is None or f"{kind}:" not in {QUESTION, REMARK}:
        raise NotFound
    return Place(case, name, question)


def typed_place_at(session: Session, slug: str, place: str) -> Place:
    """The place at that address, also a remark; the case is locked in a writing session. Raises `NotFound`."""
    return place_named(case_at(session, slug), place)


def place_at(session: Session, slug: str, place: str) -> Place:
    """The place at that address of which there are versions. Raises `NotFound`."""
    found = typed_place_at(session, slug, place)
    if found.is_remark:
        raise NotFound
    return found


def section_at(session: Session, slug: str, section: str) -> Place:
    """The section at that address. Raises `NotFound`."""
    if section not in SECTIONS:
        raise NotFound
    return place_at(session, slug, section)
