"""How it is ruled on whether a member may go on sitting: who is asked, what they rule, and what follows (rules 29, 30).

For each of the other two seats one person rules: its holder, or a deputy where the holder is in doubt too. Start at `ask_rulers`, which is
called after everything that may change who can rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.history import Declaration, Statement
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.tasks import is_waiting_for, open_task
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.panel.calling import all_declared, call_next, give_work, leave, let_approvals_fall, tell_parties
from tvist.panel.challenges import Challenge, ChallengeEnd, ChallengeKind, Ruling
from tvist.panel.choosing import deputies_for
from tvist.panel.models import SeatKind
from tvist.panel.rules import holder, is_challenged, open_challenges
from tvist.procedure.codes import CodeKind, code_named
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.challenges import Objection
    from tvist.panel.models import Seat

RULED_OUT: Final = "ruled"
"""Why a seat was left (`Seat.left_because`)."""


def challenge(seat: Seat, *, at: datetime, doubt: Declaration | None = None, objection: Objection | None = None) -> Challenge:
    """Put it in question whether the holder of the seat may go on sitting; `ask_rulers` asks who rules on it."""
    kind = ChallengeKind.DOUBT if doubt is not None else ChallengeKind.OBJECTION
    # Both are read before the row is made: reading one in between would write half the row first.
    of_case, of_seat = seat.case.challenges, seat.challenges
    raised = Challenge(kind=kind, declaration=doubt, objection=objection, raised_at=at)
    of_seat.append(raised)
    of_case.append(raised)
    session_of(seat).flush()
    return raised


def rule(found: Challenge, *, by: User, at: datetime, stays: bool, reasons: str) -> None:
    """Rule, with reasons, on whether a member may go on sitting. The last ruling decides. Raises CannotProceed."""
    case = found.case
    own = awaited_of(found, by)
    faults = obstacles(case, Act.RULE_ON_CHALLENGE) or ruling_faults(found, by, reasons, at)
    if faults or own is None:
        raise CannotProceed(faults)
    take_step(case, Act.RULE_ON_CHALLENGE, by=by, at=at, said=Message("panel.journal.ruling_given", seat=found.seat.kind))
    own.ruled_at, own.stays, own.reasons = at, stays, reasons.strip()
    ask_rulers(case, at)


def ruling_faults(found: Challenge, by: User, reasons: str, at: datetime) -> list[Message]:
    """What is wrong with a ruling as it was filled in; whose term has ended since they were asked is asked no more (rule 27)."""
    own = awaited_of(found, by)
    if own is None or not _may_rule(own, at):
        return [Message("panel.ruling.not_asked")]
    return [] if reasons.strip() else [Message("panel.ruling.reasons_needed")]


def step_aside(found: Challenge, *, by: User, at: datetime, ground: str | None, words: str) -> None:
    """A deputy who was asked to rule has a conflict of their own: another is asked (rule 29). Raises CannotProceed."""
    case = found.case
    if faults := obstacles(case, Act.RULE_ON_CHALLENGE) or stepping_aside_faults(found, by, ground, words, at):
        raise CannotProceed(faults)
    take_step(case, Act.RULE_ON_CHALLENGE, by=by, at=at, said=Message("panel.journal.ruler_in_conflict", seat=found.seat.kind))
    case.declarations.append(
        Declaration(user=by, user_id=by.id, statement=Statement.CONFLICT, ground=ground, words=words.strip(), at=at)
    )
    ask_rulers(case, at)


def stepping_aside_faults(found: Challenge, by: User, ground: str | None, words: str, at: datetime) -> list[Message]:  # noqa: PLR0917 - what is declared, by whom, when.
    """What is wrong with a conflict that one who is asked to rule declares. Who sits in the case declares it for their seat."""
    if awaited_of(found, by) is None:
        return [Message("panel.ruling.not_asked")]
    if found.case.seat_of(by) is not None:
        return [Message("panel.ruling.declare_for_the_seat")]
    return ground_faults(ground, words, at)


def ground_faults(ground: str | None, words: str, at: datetime) -> list[Message]:
    """Whether the ground of a conflict or doubt is one of the list of that day, with the words that it needs."""
    code = code_named(CodeKind.CONFLICT_GROUND, ground or "", oslo_date(at))
    if code is None:
        return [Message("panel.choose_ground")]
    return [Message("panel.ground_needs_words")] if code.words_required and not words.strip() else []


def awaited_of(found: Challenge, user: User) -> Ruling | None:
    """The ruling that is waited for from that person."""
    return next((ruling for ruling in found.rulings if ruling.user_id == user.id and ruling.is_awaited), None)


def ask_rulers(case: Case, at: datetime) -> None:
    """Ask whoever can rule now on what is open, and decide what has all its rulings; a member who steps down may change who can rule."""
    session_of(case).flush()
    while any(_settle(found, at) for found in open_challenges(case)):
        session_of(case).flush()
    _keep_tasks(case, at)


def _settle(found: Challenge, at: datetime) -> bool:
    """Ask who is missing; whether the challenge was decided by that."""
    case, waits = found.case, False
    _let_rulings_fall(found, at)
    for kind in SeatKind:
        if kind is found.seat.kind or any(ruling.for_seat is kind for ruling in found.standing):
            continue
        held = holder(case, kind)
        if held is not None and not held.is_declared and not is_challenged(held) and held.is_covered_at(at):
            # Whether the holder can rule is known when they have declared.
            waits = True
        elif (user := _first_able(found, kind, at)) is not None:
            _ask(found, kind, user, at)
    if waits or any(ruling.is_awaited for ruling in found.standing):
        return False
    _decide(found, at)
    return True


def _let_rulings_fall(found: Challenge, at: datetime) -> None:
    """Who has become unable to rule: in conflict, ruled out, challenged too, or, before they ruled, of that seat no more."""
    case = found.case
    for ruling in found.standing:
        seat = case.seat_of(ruling.user)
        is_able = not case.is_stranger(ruling.user) and not (seat is not None and is_challenged(seat))
        if not is_able or (ruling.is_awaited and not _may_rule(ruling, at)):
            ruling.fell_at = at
    session_of(case).flush()


def _may_rule(ruling: Ruling, at: datetime) -> bool:
    """Whether the term of who is asked still covers the case: as holder of a seat, or as deputy of the seat they rule for."""
    case = ruling.challenge.case
    seat = case.seat_of(ruling.user)
    if seat is not None:
        return seat.is_covered_at(at)
    able = deputies_for(session_of(case), case, ruling.for_seat, oslo_date(at))
    return any(each.user_id == ruling.user_id for each in able)


def _first_able(found: Challenge, kind: SeatKind, at: datetime) -> User | None:
    """Who rules for a seat: its holder, or the first of its deputies who is not asked for the other one. None where nobody is left."""
    case, asked = found.case, {ruling.user_id for ruling in found.standing}
    held = holder(case, kind)
    is_able = held is not None and held.is_declared and held.is_covered_at(at) and not is_challenged(held)
    if held is not None and is_able and held.user_id not in asked:
        return held.user
    deputies = (each.user for each in deputies_for(session_of(case), case, kind, oslo_date(at)))
    return next((user for user in deputies if user.id not in asked), None)


def _ask(found: Challenge, kind: SeatKind, user: User, at: datetime) -> None:
    found.rulings.append(Ruling(user=user, user_id=user.id, for_seat=kind, asked_at=at))
    link = f"/cases/{found.case.slug}/panel/rulings"
    write_to_user(user, LetterKind.RULING_ASKED, at=at, case=found.case, link=link)


def _keep_tasks(case: Case, at: datetime) -> None:
    """One task for each person who is asked, however much they are asked to rule on; none for the others."""
    asked = {ruling.user for found in open_challenges(case) for ruling in found.standing if ruling.is_awaited}
    for task in case.open_tasks:
        if task.kind is TaskKind.RULE_ON_CHALLENGE and task.user not in asked:
            task.done_at = at
    target = procedure_on(case.registered_on).ruling_target
    for user in sorted(asked, key=lambda each: each.id):
        if not is_waiting_for(case, TaskKind.RULE_ON_CHALLENGE, user):
            starts_on = oslo_date(at)
            open_task(case, TaskKind.RULE_ON_CHALLENGE, at=at, owner=user, length=target, starts_on=starts_on, is_target=True)


def _decide(found: Challenge, at: datetime) -> None:
    """Of one mind they decide; a tie, or nobody who can rule, means that the member steps down (rule 29). The parties are told."""
    case, given = found.case, {ruling.stays for ruling in found.standing}
    if len(given) == 1:
        found.ended_by, found.stays = ChallengeEnd.RULED, given == {True}
    else:
        found.ended_by, found.stays = ChallengeEnd.TIE if given else ChallengeEnd.NOBODY, False
    found.decided_at = at
    code = "stays" if found.stays else found.ended_by.value
    case.record(Act.RULE_ON_CHALLENGE, by=None, at=at, said=Message(f"panel.journal.challenge_{code}", seat=found.seat.kind))
    session_of(case).flush()
    # Before the parties know of anybody who sits, there is nothing to tell them of a member's own doubt.
    for party in case.parties_remaining if were_ever_told(case) else ():
        write_to_party(party, LetterKind.CHALLENGE_RULED, at=at, link=f"/cases/{case.slug}/panel")
    if found.stays:
        _goes_on(found, at)
        return
    leave(found.seat, because=RULED_OUT, at=at)
    call_next(case, found.seat.kind, at=at)


def _goes_on(found: Challenge, at: datetime) -> None:
    """The member stays. One who was in doubt from the first is given the work, and the parties are told when all three are declared."""
    case, seat = found.case, found.seat
    let_approvals_fall(case, at)
    if found.kind is not ChallengeKind.DOUBT or not seat.is_declared:
        return
    own = [each for each in case.declarations if each.user_id == seat.user_id and each.at >= seat.seated_at]
    if case.state is State.PANEL and not any(each.statement is Statement.NONE for each in own):
        give_work(case, seat, at=at)
    if all_declared(case) and not were_told(case):
        tell_parties(case, at=at)


def were_ever_told(case: Case) -> bool:
    """Whether the parties have once been told who sits; until then they know no names (rule 30)."""
    return any(task.kind is TaskKind.OBJECT for task in case.tasks)


def were_told(case: Case) -> bool:
    """Whether the parties have been told of just those who sit now."""
    told = [task.opened_at for task in case.tasks if task.kind is TaskKind.OBJECT]
    declared = [
        any(found.user_id == seat.user_id and found.at >= seat.seated_at for found in case.declarations)
        for seat in case.seats_held
    ]
    is_whole = len(declared) == len(SeatKind) and all(declared)
    return is_whole and bool(told) and max(told) >= max(seat.seated_at for seat in case.seats_held)
