"""What each reader is told of doubt and objections: the parties read objections and rulings, of a member's own doubt the result alone (rules 29, 30)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Role
from tvist.access.roles import roles_of
from tvist.panel.challenges import ChallengeEnd, ChallengeKind
from tvist.panel.challenging import were_ever_told
from tvist.procedure.codes import CodeKind, code_label
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.challenges import Challenge, Ruling

BODY: Final = frozenset({Role.SECRETARIAT, Role.SEATED, Role.LEADER_DECLARED})
SIDES: Final = frozenset({Role.REQUESTING, Role.OPPOSING, Role.LEADER})


@dataclass(frozen=True)
class Told:
    """A challenge as one reader sees it. `words` and `rulings` are empty where they are not for the reader, or not given yet."""

    kind: ChallengeKind
    name: str
    party: str | None
    raised_at: datetime
    ground: Message | None
    words: str
    decided_at: datetime | None
    result: Message
    rulings: tuple[Ruling, ...]

    @property
    def who(self) -> Message:
        """Who raised it, against whom."""
        if self.party is None:
            return Message("panel.told.doubt", name=self.name)
        return Message("panel.told.objection", name=self.name, party=self.party)


def told_of(case: Case, user: User, on: date) -> list[Told]:
    """The challenges of the case that the person may know of, in the order they were raised; none for one who is called or only asked to rule."""
    roles = roles_of(user, case, on)
    if roles & BODY:
        return [_told(found, in_full=True) for found in case.challenges]
    if not roles & SIDES or not were_ever_told(case):
        return []
    return [
        _told(found, in_full=found.kind is ChallengeKind.OBJECTION)
        for found in case.challenges
        if found.kind is ChallengeKind.OBJECTION or (not found.is_open and found.ended_by is not ChallengeEnd.LEFT)
    ]


def told_in_full(found: Challenge) -> Told:
    """The challenge for one who is asked to rule on it."""
    return _told(found, in_full=True)


def _told(found: Challenge, *, in_full: bool) -> Told:
    objection, doubt = found.objection, found.declaration
    words = objection.words if objection is not None else doubt.words if doubt is not None else ""
    ground = code_label(CodeKind.CONFLICT_GROUND, doubt.ground) if in_full and doubt is not None and doubt.ground else None
    return Told(
        kind=found.kind,
        name=found.seat.user.name,
        party=objection.party.name if objection is not None else None,
        raised_at=found.raised_at,
        ground=ground,
        words=words if in_full else "",
        decided_at=found.decided_at,
        result=_result(found),
        rulings=tuple(each for each in found.standing if each.ruled_at) if in_full and not found.is_open else (),
    )


def _result(found: Challenge) -> Message:
    """How it was decided, or that it has not been."""
    if found.ended_by is None:
        return Message("panel.told.open")
    code = "stays" if found.stays else found.ended_by.value
    return Message(f"panel.told.{code}", name=found.seat.user.name)
