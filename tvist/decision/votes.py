"""Sealed votes, and what they come to (rule 34).

A vote is sealed when it is cast and opened only in memory, and only once all three members who sit now have voted on the question. Whoever
joins a panel late is therefore as blind as the others were: a new member closes the question again by being there.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.cases.money import middle
from tvist.decision.models import QuestionKind
from tvist.errors import NotAllowed
from tvist.panel.models import SeatKind
from tvist.vault.sealed import commitment, seal, unseal
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.models import Question, Vote
    from tvist.panel.models import Seat
    from tvist.vault.keys import MasterKeys
    from tvist.vault.sealed import Sealed

PANEL_SIZE: Final = 3
MAJORITY: Final = 2
ALL: Final = 100
PURPOSE: Final = "vote"
SALT_BYTES: Final = 32
_ORDER: Final = {SeatKind.LEADER: 0, SeatKind.FREE: 1, SeatKind.KS: 2}


@dataclass(frozen=True, slots=True)
class ResponsibleChoice:
    """Who should bear a line: 0 is the state alone, 100 the municipality alone, between them each its share in whole per cent."""

    municipality_percent: int


Choice = ResponsibleChoice | int
"""A share for who is responsible, whole øre for an amount."""


@dataclass(frozen=True, slots=True)
class Result:
    """What three votes on a question come to: per cent for who is responsible, øre for an amount.

    `majority_user_ids` are those who voted for it: three, two, or the one whose figure was the middle one; then there is no minority.
    """

    value: int
    unanimous: bool
    majority_user_ids: frozenset[int]
    explanation: Message

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
    return [question for question in case.questions if question.fell_at is None]


def sealed_choice(question: Question, user: User, choice: Choice, keys: MasterKeys) -> tuple[Sealed, str]:
    """A vote as it is kept: sealed for this question and this member, and the salted commitment to it (hexadecimal)."""
    salt = secrets.token_bytes(SALT_BYTES)
    payload = json.dumps({"value": _value_of(choice), "salt": salt.hex()}).encode()
    sealed = seal(keys, payload, purpose=PURPOSE, bound_to=_place(question, user))
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
    choice = _choice(vote.question, payload["value"])
    return commitment(bytes.fromhex(payload["salt"]), _committed(vote.question, choice)).hex() == vote.commitment


def result(question: Question, keys: MasterKeys) -> Result:
    """What the votes come to. Raises `NotAllowed` before all three who sit now have voted."""
    votes = {user.id: _value_of(choice) for user, choice in votes_of(question, keys).items()}
    value, supporters = majority(votes)
    said = "unanimous" if len(supporters) == PANEL_SIZE else "majority" if len(supporters) == MAJORITY else "middle"
    return Result(
        value,
        said == "unanimous",
        supporters,
        Message(f"decision.result.{said}", value=choice_said(_choice(question, value), question)),
    )


def choice_said(choice: Choice, question: Question) -> Message:
    """A vote, or what the votes came to, in words."""
    if not isinstance(choice, ResponsibleChoice):
        return Message("decision.sum", ore=Ore(choice))
    kind = {0: "state", ALL: "municipality"}.get(choice.municipality_percent, "split")
    percent = choice.municipality_percent
    return Message(f"decision.choice.{kind}", municipality=question.line.municipality.name, percent=percent, rest=ALL - percent)


def majority(votes: Mapping[int, int]) -> tuple[int, frozenset[int]]:
    """The figure that at least two of three members voted for, else the middle one; and who voted for it (rule 34)."""
    value, count = Counter(votes.values()).most_common(1)[0]
    if count < MAJORITY:
        value = middle(*votes.values())
    return value, frozenset(user for user, found in votes.items() if found == value)


def _value_of(choice: Choice) -> int:
    return choice.municipality_percent if isinstance(choice, ResponsibleChoice) else choice


def _choice(question: Question, value: int) -> Choice:
    return ResponsibleChoice(value) if question.kind is QuestionKind.RESPONSIBLE else value


def _opened(vote: Vote, question: Question, keys: MasterKeys) -> Choice:
    return _choice(question, _payload(vote, question, keys)["value"])


def _payload(vote: Vote, question: Question, keys: MasterKeys) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unseal(keys, vote.sealed, purpose=PURPOSE, bound_to=_place(question, vote.user)))
    return found


def _place(question: Question, user: User) -> str:
    return f"{question.public_id}:{user.public_id}"


def _committed(question: Question, choice: Choice) -> bytes:
    return f"{question.kind.value}:{_value_of(choice)}".encode()
