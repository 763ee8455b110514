"""What is waited for in a case: a task, its owner and its deadline (rules 18, 24-25)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.db import Base
from tvist.procedure.deadlines import Length, Unit, deadline

if TYPE_CHECKING:
    from tvist.cases.clocks import Extension, MovedTask, Rest
    from tvist.cases.models import Case, Party
    from tvist.procedure.deadlines import Deadline, Pause


class TaskKind(StrEnum):
    """What is waited for."""

    SCREEN = "screen"
    CURE = "cure"
    COMMENT_ON_DISMISSAL = "comment_on_dismissal"
    DECIDE_DISMISSAL = "decide_dismissal"
    PASS_ON = "pass_on"  # noqa: S105 - the name of a task, no secret.
    RESPOND = "respond"
    COMMENT = "comment"
    RULE_ON_EXTENSION = "rule_on_extension"
    CONFIRM_TABLE = "confirm_table"
    CONFIRM_SETTLEMENT = "confirm_settlement"
    REPLACE_PAPER = "replace_paper"
    RELEASE_PAPER = "release_paper"
    ANSWER_MESSAGE = "answer_message"
    DECIDE_NEW_LOOK = "decide_new_look"
    RESUME = "resume"
    DISCONTINUE = "discontinue"
    CLOSE_PREPARATION = "close_preparation"
    SEAT = "seat"
    DECLARE = "declare"
    OBJECT = "object"
    RULE_ON_CHALLENGE = "rule_on_challenge"
    RULE_ON_LATE = "rule_on_late"
    COMMENT_ON_LATE = "comment_on_late"
    REFER = "refer"
    AGREE_QUESTIONS = "agree_questions"
    CONFIRM_READING = "confirm_reading"
    VOTE = "vote"
    WRITE_TEXT = "write_text"
    APPROVE = "approve"
    ORDER_ISSUE = "order_issue"
    ISSUE = "issue"
    CORRECT = "correct"
    DECIDE_NEW_TREATMENT = "decide_new_treatment"


EXTENDABLE: Final = frozenset(
    {
        TaskKind.RESPOND,
        TaskKind.COMMENT,
        TaskKind.CURE,
        TaskKind.COMMENT_ON_DISMISSAL,
        TaskKind.CONFIRM_TABLE,
        TaskKind.COMMENT_ON_LATE,
    }
)
"""What a party may ask for more time for (rule 19)."""


class Desk(StrEnum):
    """Who a task waits for, where it is not a party or a named person."""

    SECRETARIAT = "secretariat"
    LEADER = "leader"
    MACHINE = "machine"


DESKS: Final = {Desk.SECRETARIAT: Role.SECRETARIAT, Desk.LEADER: Role.LEADER}
"""Who sits at each desk; nobody at that of the machine."""


class Task(Base):
    """Something somebody is waited for, with its deadline (rules 18, 24-25). Exactly one of party, person or desk owns it.

    A task that counts from service has no day of start until the notice was accepted for the party.
    """

    __tablename__ = "task"
    __table_args__ = (
        sa.CheckConstraint(
            "CASE WHEN party_id IS NULL THEN 0 ELSE 1 END + CASE WHEN user_id IS NULL THEN 0 ELSE 1 END + CASE WHEN desk IS NULL THEN 0 ELSE 1 END = 1",
            name="task_has_one_owner",
        ),
        sa.CheckConstraint("(length_count IS NULL) = (length_unit IS NULL)", name="length_has_a_unit"),
        sa.CheckConstraint("due_on IS NULL OR starts_on IS NOT NULL", name="due_task_has_a_start"),
        sa.Index("ix_task_open_user", "user_id", "done_at"),
        sa.Index("ix_task_open_party", "party_id", "done_at"),
        sa.Index("ix_task_open_desk", "desk", "done_at", "due_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    kind: Mapped[TaskKind]
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("party.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    desk: Mapped[Desk | None]
    opened_at: Mapped[datetime]
    starts_on: Mapped[date | None]
    length_count: Mapped[int | None]
    length_unit: Mapped[Unit | None]
    is_target: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date | None] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="tasks")
    party: Mapped[Party | None] = relationship()
    user: Mapped[User | None] = relationship()
    extensions: Mapped[list[Extension]] = relationship(back_populates="task", order_by="Extension.id")
    moves: Mapped[list[MovedTask]] = relationship(back_populates="task", order_by="MovedTask.id")

    @property
    def is_open(self) -> bool:
        """Not done and not fallen away."""
        return self.done_at is None

    @property
    def length(self) -> Length | None:
        """How long the owner has; None for a task without a deadline."""
        return (
            Length(self.length_count, self.length_unit)
            if self.length_count is not None and self.length_unit is not None
            else None
        )

    @property
    def deadline(self) -> Deadline | None:
        """The deadline that explains itself, with rests, extensions and outages; None while the task has none, or waits for service."""
        if self.starts_on is None or self.length is None:
            return None
        granted, pauses = self.granted, self.pauses
        outages = {move.outage.day for move in self.moves}
        before = [pause for rest, pause in pauses if granted is None or rest.made_at <= _ruled(granted)]
        found = deadline(self.starts_on, self.length, is_target=self.is_target, paused=before, outages=outages)
        if granted is None or granted.granted_until is None:
            return found
        if granted.granted_until <= found.nominal_end:
            # The clock began anew after the ruling, as a notice had come back: the time it gives now is longer than what was granted.
            every = [pause for _, pause in pauses]
            return deadline(self.starts_on, self.length, is_target=self.is_target, paused=every, outages=outages)
        return deadline(
            self.starts_on,
            self.length,
            paused=before,
            extended_to=granted.granted_until,
            paused_since=[pause for rest, pause in pauses if rest.made_at > _ruled(granted)],
            outages=outages,
        )

    @property
    def own_end(self) -> date | None:
        """The last day as it would be without any extension; None while no clock runs. How long a time may be extended counts from here."""
        if self.starts_on is None or self.length is None:
            return None
        paused = [pause for _, pause in self.pauses]
        return deadline(self.starts_on, self.length, paused=paused, outages={move.outage.day for move in self.moves}).due_on

    @property
    def granted(self) -> Extension | None:
        """The extension that holds: the one granted last."""
        return max((found for found in self.extensions if found.granted_until), key=_ruled, default=None)

    @property
    def request(self) -> Extension | None:
        """The request for an extension that has not been ruled on; one at a time."""
        return next((found for found in self.extensions if found.ruled_at is None), None)

    @property
    def pauses(self) -> list[tuple[Rest, Pause]]:
        """The rests of the case that are taken out of this time; what was done before a rest was decided is not moved by it.

        What the secretariat does when a rest ends waits for that very day.
        """
        if self.kind is TaskKind.RESUME:
            return []
        return [
            (rest, pause)
            for rest in self.case.rests
            if (pause := rest.pause) and (self.done_at is None or self.done_at >= rest.made_at)
        ]

    def start(self, on: date) -> None:
        """Let the clock start: `on` is the day of the event, which is not counted (domstolloven § 148)."""
        self.starts_on = on
        self.count_again()

    def count_again(self) -> None:
        """Write the last day anew after a rest, an extension or an outage: it always is what the rows come to, also of a task that is done."""
        if found := self.deadline:
            self.due_on = found.due_on


def _ruled(extension: Extension) -> datetime:
    """When a granted extension was ruled on; the database asks that it was."""
    assert extension.ruled_at is not None  # noqa: S101 - as above.
    return extension.ruled_at
