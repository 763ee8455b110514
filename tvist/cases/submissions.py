"""What is written and sent in a case, by a party or by the body, with its papers and on whom it was served (rules 18-21)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.cases.models import Case, Party
from tvist.db import Base, random_id
from tvist.procedure.deadlines import is_late

if TYPE_CHECKING:
    from tvist.cases.admissions import LateSending, LetIn
    from tvist.cases.chronology import StatedFact
    from tvist.cases.claims import ClaimLine
    from tvist.cases.concessions import Concession
    from tvist.documents.models import Paper
    from tvist.submissions.models import FactAnswer, LineAnswer, PageComment


class SubmissionKind(StrEnum):
    """What a submission is."""

    PETITION = "petition"
    CURE = "cure"
    RESPONSE = "response"
    COMMENTS = "comments"
    NOTHING_MORE = "nothing_more"
    ADDITION = "addition"
    REPLACEMENT = "replacement"
    CONCESSION = "concession"
    SETTLEMENT = "settlement"
    WITHDRAWAL = "withdrawal"
    DISMISSAL_COMMENT = "dismissal_comment"
    DEFICIENCY_LETTER = "deficiency_letter"
    DISMISSAL_PROPOSAL = "dismissal_proposal"
    DISMISSAL = "dismissal"
    NEW_LOOK_REQUEST = "new_look_request"
    NEW_LOOK_DECISION = "new_look_decision"
    BODY_LETTER = "body_letter"
    LATE = "late"
    LATE_COMMENTS = "late_comments"
    NEW_TREATMENT_REQUEST = "new_treatment_request"
    NEW_TREATMENT_DECISION = "new_treatment_decision"


FROM_THE_BODY = frozenset(
    {
        SubmissionKind.DEFICIENCY_LETTER,
        SubmissionKind.DISMISSAL_PROPOSAL,
        SubmissionKind.DISMISSAL,
        SubmissionKind.NEW_LOOK_DECISION,
        SubmissionKind.BODY_LETTER,
        SubmissionKind.NEW_TREATMENT_DECISION,
    }
)


AFTER_PREPARATION = frozenset({SubmissionKind.LATE, SubmissionKind.LATE_COMMENTS})
"""What a party sends when the preparation is closed, and what the others say to it (rules 21, 33)."""
COMES_BY_EXCEPTION = frozenset(
    {
        SubmissionKind.CURE,
        SubmissionKind.RESPONSE,
        SubmissionKind.COMMENTS,
        SubmissionKind.NOTHING_MORE,
        SubmissionKind.ADDITION,
        SubmissionKind.REPLACEMENT,
        SubmissionKind.CONCESSION,
        *AFTER_PREPARATION,
    }
)
"""What the leader may let in though not each party has had it (rule 21): never the request, a settlement, a paper on dismissal, or a letter."""


class Submission(Base):
    """One sending: the words and the papers that came with it. Written once. From the body where `party_id` is None."""

    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("party.id"))
    kind: Mapped[SubmissionKind]
    round: Mapped[int] = mapped_column(default=0)
    """The round of comments it belongs to; 0 outside the rounds (rule 19)."""
    text: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    is_late: Mapped[bool] = mapped_column(default=False)
    passed_on_at: Mapped[datetime | None]
    """When the secretariat had looked it through and sent it over (rule 20)."""
    copy_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    """The sending of an earlier case that this one carries into its new treatment (rule 40); no act of the new case made it."""
    case: Mapped[Case] = relationship(back_populates="submissions")
    party: Mapped[Party | None] = relationship()
    by: Mapped[User] = relationship()
    papers: Mapped[list[Paper]] = relationship(back_populates="submission", order_by="[Paper.position, Paper.id]")
    servings: Mapped[list[Serving]] = relationship(back_populates="submission", order_by="Serving.id")
    line_answers: Mapped[list[LineAnswer]] = relationship(back_populates="submission", order_by="LineAnswer.id")
    own_lines: Mapped[list[ClaimLine]] = relationship(back_populates="submission", order_by="ClaimLine.position")
    """The claim lines that came with it; those of the request stand with the case alone."""
    facts: Mapped[list[StatedFact]] = relationship(back_populates="submission", order_by="StatedFact.position")
    fact_answers: Mapped[list[FactAnswer]] = relationship(back_populates="submission", order_by="FactAnswer.id")
    concessions: Mapped[list[Concession]] = relationship(back_populates="submission", order_by="Concession.id")
    page_comments: Mapped[list[PageComment]] = relationship(back_populates="submission", order_by="PageComment.id")
    let_in: Mapped[LetIn | None] = relationship(back_populates="submission")
    late: Mapped[LateSending | None] = relationship(back_populates="submission")

    @property
    def is_copy(self) -> bool:
        """Whether it was carried over from the case that is treated anew."""
        return self.copy_of_id is not None

    @property
    def counts_as_late(self) -> bool:
        """Marked late when it came, and neither an extension nor an outage has moved the last day past it since (rules 18, 19)."""
        answered = [task for task in self.case.tasks if task.party_id == self.party_id and task.done_at == self.made_at]
        return self.is_late and all(task.due_on is None or is_late(self.made_at, task.due_on) for task in answered)

    def is_served_on(self, party: Party) -> bool:
        """Served on the party, or written by it."""
        return self.party_id == party.id or any(found.party_id == party.id and found.is_served for found in self.servings)

    @property
    def is_served_on_all(self) -> bool:
        """Whether each party that takes part has been served it, or wrote it (rule 21)."""
        return all(self.is_served_on(party) for party in self.case.parties_remaining)

    @property
    def is_commented_on(self) -> bool:
        """Of what was admitted late: whether each party it was served on has said what it has to say, or let its time pass (rule 21)."""
        rounds = {found.task_id for found in self.servings if found.fell_at is None} - {None}
        return not any(task.is_open for task in self.case.tasks if task.id in rounds)

    @property
    def reaches_panel(self) -> bool:
        """Whether the panel reads it: each party has had it and its chance to comment, or the leader has let it in (rule 21).

        In the exchange the chance is past when the preparation is closed. An agreed settlement began as an offer and never comes (rule 22).
        """
        if self.kind is SubmissionKind.SETTLEMENT:
            return False
        is_heard = self.is_served_on_all and (self.kind is not SubmissionKind.LATE or self.is_commented_on)
        return is_heard or self.let_in is not None

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this sending: what the person is to the case, and whether it came from or was served on their party."""
        roles = self.case.roles_for(user, on)
        party = self.case.party_of(user, on)
        if party is not None and roles:
            if not self.is_served_on(party):
                return set()
            roles.add(Role.SENDER if self.party_id == party.id else Role.SERVED)
        # An agreed settlement began as an offer: it stays with the parties and the secretariat (rule 22).
        if self.kind is SubmissionKind.SETTLEMENT:
            roles -= {Role.SEATED, Role.LEADER_DECLARED}
        # The panel reads what each party has been served (rule 21), never what has not been passed on; nor does its leader afterwards read
        # what came too late and was not admitted.
        if Role.SEATED in roles and not self.reaches_panel:
            roles.discard(Role.SEATED)
        if Role.LEADER_DECLARED in roles and self.kind in AFTER_PREPARATION and not self.reaches_panel:
            roles.discard(Role.LEADER_DECLARED)
        return roles


class Serving(Base):
    """A sending served, or to be served, on a party. Served when the notice was accepted for the party (rule 18).

    A serving falls when its notice came back for all recipients and nobody of the party had opened the case; a new one follows it.
    """

    __tablename__ = "serving"
    __table_args__ = (
        sa.Index(
            "ix_serving_standing",
            "submission_id",
            "party_id",
            unique=True,
            sqlite_where=sa.text("fell_at IS NULL"),
            postgresql_where=sa.text("fell_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"), index=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))
    """The task whose clock starts on the day of service."""
    served_at: Mapped[datetime | None]
    fell_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship(back_populates="servings")
    party: Mapped[Party] = relationship()

    @classmethod
    def stands(cls) -> sa.ColumnElement[bool]:
        """The clause of a serving that was accepted and has not fallen; the same as `is_served`."""
        return sa.and_(cls.served_at.is_not(None), cls.fell_at.is_(None))

    @property
    def is_served(self) -> bool:
        """Accepted for the party, and not fallen since."""
        return self.served_at is not None and self.fell_at is None
