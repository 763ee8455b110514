"""Sealed votes, and what they come to (rule 34).

A vote is sealed when it is cast and opened only in memory, and only once all three members who sit now have voted on the question. Whoever
joins a panel late is therefore as blind as the others were: a new member closes the question again by being there.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.decision.choices import (
    ALL,
    MAJORITY,
    NO_DAYS,
    BasisChoice,
    PeriodChoice,
    ResponsibleChoice,
    came_to,
    choice_of,
    value_of,
)
from tvist.decision.models import QuestionKind
from tvist.errors import NotAllowed
from tvist.panel.models import SeatKind
from tvist.vault.sealed import commitment, seal, unseal
from tvist.words import Message, Ore, label

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.choices import Choice, Value
    from tvist.decision.models import Question, Remark, Vote
    from tvist.panel.models import Seat
    from tvist.vault.keys import MasterKeys
    from tvist.vault.sealed import Sealed

PANEL_SIZE: Final = 3
PURPOSE: Final = "vote"
SALT_BYTES: Final = 32
_ORDER: Final = {SeatKind.LEADER: 0, SeatKind.FREE: 1, SeatKind.KS: 2}


@dataclass(frozen=True, slots=True)
class Result:
    """What three votes on a question come to; `choice` is None for a basis that no two agree on.

    `majority_user_ids` are those who voted for it: three, two, or whose figure was the middle one; then there is no minority.
    """

    choice: Choice | None
    majority_user_ids: frozenset[int]
    explanation: Message

    @property
    def value(self) -> Value | None:
        """The choice as its value: per cent, øre, a code, or days."""
        return None if self.choice is None else value_of(self.choice)

    @property
    def unanimous(self) -> bool:
        """All three voted for it."""
        return len(self.majority_user_ids) == PANEL_SIZE

    @property
    def has_majority(self) -> bool:
        """Two or three voted for it."""
        return len(self.majority_user_ids) >= MAJORITY


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote as the panel reads it once the question is open, with those that were changed before."""

    user: User
    choice: Choice
    cast_at: datetime
    fell_at: datetime | None


def leader_of(case: Case) -> User | None:
    """Who leads the panel now (rule 27); None while the seat is empty."""
    return next((seat.user for seat in seats_of(case) if seat.is_leader), None)


def seats_of(case: Case) -> tuple[Seat, ...]:
    """Those who sit now: the leader, then the freely appointed seat, then the one on KS's proposal."""
    return tuple(sorted(case.seats_held, key=lambda seat: _ORDER[seat.kind]))


def printed_remarks(question: Question) -> list[Remark]:
    """The texts of members' own that the opinion prints, in the order of the seats; those of who has left are not printed (rule 35)."""
    by_user = {remark.user.id: remark for remark in question.remarks}
    return [by_user[seat.user.id] for seat in seats_of(question.case) if seat.user.id in by_user]


def standing_votes(question: Question) -> dict[int, Vote]:
    """The votes that count, sealed, by the id of the member: of who sits now, and not changed since."""
    seated = {seat.user.id for seat in seats_of(question.case)}
    return {vote.user_id: vote for vote in question.votes if vote.fell_at is None and vote.user_id in seated}


def has_voted(question: Question, user: User) -> bool:
    """Whether the member has a vote that counts: all that anybody may know before all three are in."""
    return user.id in standing_votes(question)


def is_open(question: Question) -> bool:
    """Whether all three who sit now have voted, so that the panel may read the votes."""
    seated = {seat.user.id for seat in seats_of(question.case)}
    return len(seated) == PANEL_SIZE and seated == standing_votes(question).keys()


def all_open(case: Case) -> bool:
    """Whether every question that is still put has its three votes."""
    standing = standing_questions(case)
    return bool(standing) and all(is_open(question) for question in standing)


def standing_questions(case: Case) -> list[Question]:
    """The questions that are put to the panel: agreed, and not fallen because the line was conceded since (rule 22)."""
    return [question for question in _in_order(case) if question.agreed_at is not None]


def drafted_questions(case: Case) -> list[Question]:
    """The questions as they are drafted, until all three agree on them; empty after that, and before the first draft."""
    return [question for question in _in_order(case) if question.agreed_at is None]


def number_of(question: Question) -> int:
    """The number that readers know a question by: its place among those that are put, without gaps where some fell (rule 22)."""
    return 1 + [found for found in _in_order(question.case) if (found.agreed_at is None) == (question.agreed_at is None)].index(
        question
    )


def _in_order(case: Case) -> list[Question]:
    return sorted((found for found in case.questions if found.fell_at is None), key=lambda found: found.position)


def sealed_choice(question: Question, user: User, choice: Choice, keys: MasterKeys) -> tuple[Sealed, str]:
    """A vote as it is kept: sealed for this question and this member, and the salted commitment to it (hexadecimal)."""
    salt = secrets.token_bytes(SALT_BYTES)
    payload = json.dumps({"value": value_of(choice), "salt": salt.hex()}).encode()
    sealed = seal(keys, payload, purpose=PURPOSE, bound_to=place_of(question, user))
    return sealed, commitment(salt, _committed(question, choice)).hex()


def votes_of(question: Question, keys: MasterKeys) -> dict[User, Choice]:
    """How each member voted, the leader first. Raises `NotAllowed` before all three who sit now have voted."""
    if not is_open(question):
        raise NotAllowed
    standing = standing_votes(question)
    return {seat.user: _opened(standing[seat.user.id], question, keys) for seat in seats_of(question.case)}


def history_of(question: Question, keys: MasterKeys) -> list[CastVote]:
    """All votes by those who sit now, also the changed ones, in the order they were cast. Raises `NotAllowed` as `votes_of` does."""
    if not is_open(question):
        raise NotAllowed
    seated = {seat.user.id for seat in seats_of(question.case)}
    return [
        CastVote(vote.user, _opened(vote, question, keys), vote.cast_at, vote.fell_at)
        for vote in question.votes
        if vote.user_id in seated
    ]


def own_vote(question: Question, user: User, keys: MasterKeys) -> Choice | None:
    """What the member has voted; one's own vote may always be read by oneself."""
    vote = standing_votes(question).get(user.id)
    return None if vote is None else _opened(vote, question, keys)


def is_true_to_its_commitment(vote: Vote, keys: MasterKeys) -> bool:
    """Whether the sealed vote is the one that was committed to when it was cast. Tells nothing of what it was."""
    payload = _payload(vote, vote.question, keys)
    choice = choice_of(vote.question.kind, payload["value"])
    return commitment(bytes.fromhex(payload["salt"]), _committed(vote.question, choice)).hex() == vote.commitment


def result(question: Question, keys: MasterKeys) -> Result:
    """What the votes come to. Raises `NotAllowed` before all three who sit now have voted."""
    votes = {user.id: value_of(choice) for user, choice in votes_of(question, keys).items()}
    value, supporters = came_to(question.kind, votes)
    if value is None:
        return Result(None, supporters, Message("decision.result.no_majority"))
    choice = choice_of(question.kind, value)
    days = "_days" if question.kind is QuestionKind.PERIOD else ""
    days += "_of_two" if value_of(NO_DAYS) in votes.values() else ""
    said = {PANEL_SIZE: "unanimous", MAJORITY: "majority"}.get(len(supporters), f"middle{days}")
    return Result(choice, supporters, Message(f"decision.result.{said}", value=choice_said(choice, question)))


def choice_said(choice: Choice, question: Question) -> Message:
    """A vote, or what the votes came to, in words."""
    if isinstance(choice, ResponsibleChoice):
        percent = choice.municipality_percent
        kind = {0: "state", ALL: "municipality"}.get(percent, "split")
        return Message(
            f"decision.choice.{kind}", municipality=question.line.municipality.name, percent=percent, rest=ALL - percent
        )
    if isinstance(choice, PeriodChoice):
        return days_said(choice)
    return label(choice) if isinstance(choice, BasisChoice) else Message("decision.sum", ore=Ore(choice))


def days_said(period: PeriodChoice) -> Message:
    """The days of a period in words."""
    if period.from_on is None:
        return Message("decision.choice.no_days")
    if period.to_on is None:
        return Message("decision.choice.days_running", first=period.from_on)
    return Message("decision.choice.days", first=period.from_on, last=period.to_on)


def _opened(vote: Vote, question: Question, keys: MasterKeys) -> Choice:
    return choice_of(question.kind, _payload(vote, question, keys)["value"])


def _payload(vote: Vote, question: Question, keys: MasterKeys) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unseal(keys, vote.sealed, purpose=PURPOSE, bound_to=place_of(question, vote.user)))
    return found


def place_of(question: Question, user: User) -> str:
    """What a sealed vote is bound to."""
    return f"{question.public_id}:{user.public_id}"


def _committed(question: Question, choice: Choice) -> bytes:
    return f"{question.kind.value}:{value_of(choice)}".encode()
