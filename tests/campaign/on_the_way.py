"""A case on its way from the close of its preparation to its opinion: a board at random, and each task done by whom it waits for (rules 21, 26-40)."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.scenes.intake import letters_arrive
from tests.scenes.submissions import prepared
from tvist.accounts.models import User
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.decision.actions import dissent, issue, order_issue
from tvist.decision.approving import approve
from tvist.decision.choices import BasisChoice, PeriodChoice
from tvist.decision.files import make_files
from tvist.decision.models import QuestionKind, RemarkKind
from tvist.decision.questions import Wanted, agree_questions, askable, draft_questions
from tvist.decision.rules import without_dissent
from tvist.decision.text import suggested_conclusion
from tvist.decision.votes import (
    ResponsibleChoice,
    has_voted,
    is_open,
    result,
    standing_questions,
)
from tvist.decision.voting import vote
from tvist.decision.writing import write_reasons, write_text
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.actions import confirm_reading, declare, refer, seat_panel
from tvist.panel.board_actions import appoint
from tvist.panel.board_round import see_to_seats
from tvist.panel.challenging import awaited_of, step_aside
from tvist.panel.challenging import rule as rule_on
from tvist.panel.choosing import proposed_panel
from tvist.panel.late import comment_on_late, no_comments_on_late, rule_on_late, waiting_for_ruling
from tvist.panel.models import Appointment, AppointmentKind, SeatKind
from tvist.panel.objecting import object_to, say_no_objection
from tvist.panel.renewing import look_at_late
from tvist.submissions.reminders import look_at_clocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people import Cast
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.cases.waiting import Task
    from tvist.decision.models import Question
    from tvist.decision.votes import Choice
    from tvist.installation import Installation

START: Final = datetime(2025, 1, 13, 11, 0, tzinfo=UTC)
"""A Monday: what the machine reaches from here lies before any day on which it is run."""
SOON: Final = timedelta(minutes=7)
POOL: Final = ("cato", "lise", "frida", "finn", "kaare", "klara")
"""Who may be on the board: the people of the tests whom no organisation of a case employs."""
seldom = st.sampled_from([True, False, False, False])
"""For what would otherwise stop nearly every case."""
percents = st.sampled_from([0, 30, 50, 100])
IN_PANEL = precondition(lambda machine: machine.case.state is State.PANEL)
BEFORE_OPINION = precondition(lambda machine: machine.case.state in {State.PREPARED, State.PANEL})


@dataclass
class World:
    """What all runs of the machine share: the installation and its people."""

    installation: Installation
    cast: Cast
    counted: Counter[str] = field(default_factory=Counter)
    """What happened, and how often: a run in which nothing happens proves nothing."""


class OnTheWay(RuleBasedStateMachine):
    """One case from the close of its preparation on; nothing of it is committed."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.world.installation.database.writing()
        self.session, self.at = self.opened.__enter__(), START + timedelta(days=23)
        self.cast = type(self.world.cast)(
            **{name: self.session.get_one(type(one), one.id) for name, one in vars(self.world.cast).items()}
        )
        self.keys, self.papers = self.world.installation.keys, self.world.installation.papers
        self.issued_at: list[datetime] = []
        self.acts = 0
        """How many acts were tried."""
        self.meant: dict[int, int] = {}
        """The amounts that were voted for, by the id of the vote."""

    def teardown(self) -> None:
        self.count()
        self.session.rollback()
        self.opened.__exit__(None, None, None)

    def count(self) -> None:
        """What came of this run."""
        case = self.case
        happened = [f"ended: {case.state}", *(f"seat left: {seat.left_because}" for seat in case.seats if seat.left_because)]
        happened += ["votes cast"] * sum(len(question.votes) for question in case.questions)
        happened += ["questions opened" for question in case.questions if question.opened_at]
        happened += [f"challenge: {found.kind}, {found.ended_by or 'open'}" for found in case.challenges]
        happened += [
            "amounts by the middle figure"
            for question in case.questions
            if is_open(question) and not result(question, self.keys).has_majority
        ]
        self.world.counted.update(happened)
        self.world.counted["acts tried"] += self.acts

    @initialize(data=st.data())
    def a_board(self, data: st.DataObject) -> None:
        """Somebody for each seat, some with deputies, some on two lists; terms that end soon, late or never."""
        tried = {"tried_on": "2024-11-04", "by": "Kommunalsjefen", "words": "Møte uten enighet."}
        self.case: Case = prepared(self.session, self.cast, at=START, settlement=tried)
        for one in self.members:
            for appointed in one.appointments:
                appointed.struck_at = START
        for seat in SeatKind:
            people = data.draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=4, unique=True), label=f"{seat}")
            for place, name in enumerate(people):
                self.appoint(data, getattr(self.cast, name), seat, place)
        self.session.flush()

    def appoint(self, data: st.DataObject, user: User, seat: SeatKind, place: int) -> None:
        days = data.draw(st.sampled_from([None, 40, 90, 700]), label="days of the term")
        user.appointments.append(
            Appointment(
                seat=seat,
                kind=AppointmentKind.DEPUTY if place else AppointmentKind.FIXED,
                order=place or 1,
                from_on=oslo_date(START),
                to_on=oslo_date(START) + timedelta(days=days) if days else None,
                appointed_by="Departementet",
                finishes_referred=data.draw(st.booleans(), label="finishes"),
            )
        )

    @property
    def members(self) -> list[User]:
        return [getattr(self.cast, name) for name in POOL]

    @contextmanager
    def trying(self) -> Iterator[None]:
        """An act that the rules may refuse; what it had changed by then is taken back, as a page would."""
        self.at += SOON
        self.acts += 1
        point = self.session.begin_nested()
        try:
            yield
            self.session.flush()
            point.commit()
        except (CannotProceed, NotAllowed):
            point.rollback()

    def by(self, user: User) -> dict[str, Any]:
        return {"by": user, "at": self.at}

    # ---- The calendar and the post ----

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)
        letters_arrive(self.session, self.case, at=self.at)
        look_at_clocks(self.case, at=self.at)
        look_at_late(self.case, at=self.at)
        see_to_seats(self.session, at=self.at)
        self.session.flush()

    # ---- What is waited for ----

    @rule(data=st.data(), times=st.integers(1, 20))
    def somebody_does_what_is_waited_for(self, data: st.DataObject, times: int) -> None:
        """The way forward: without it a random walk would seldom come to an opinion."""
        for _ in range(times):
            waiting = [task for task in self.case.open_tasks if task.kind in ANSWERS]
            if not waiting:
                return
            letters_arrive(self.session, self.case, at=self.at)
            task = data.draw(st.sampled_from(waiting), label="task")
            with self.trying():
                ANSWERS[task.kind](self, task, data)

    def seat(self, task: Task, data: st.DataObject) -> None:
        chosen = dict(proposed_panel(self.session, self.case, oslo_date(self.at)))
        for kind in SeatKind:
            if kind not in chosen:
                self.name_ad_hoc(kind)
        chosen = dict(proposed_panel(self.session, self.case, oslo_date(self.at)))
        seat_panel(self.case, chosen, by=self.cast.siri, at=self.at)

    def name_ad_hoc(self, kind: SeatKind) -> None:
        """Nobody is left for a seat: the ministry names somebody for the case (rule 28)."""
        named = User(
            email=f"{kind}-{self.at:%Y%m%d%H%M}@example.invalid",
            name=f"Oppnevnt {self.at:%d%H%M}",
            sort_key="oppnevnt",
            is_invented=True,
        )
        self.session.add(named)
        self.session.flush()
        on = oslo_date(self.at)
        appoint(
            self.session,
            named,
            seat=kind,
            kind=AppointmentKind.AD_HOC,
            order=1,
            from_on=on,
            to_on=None,
            appointed_by="Departementet",
            only_case=self.case,
        )

    def declare(self, task: Task, data: st.DataObject) -> None:
        statement = data.draw(st.sampled_from([Statement.NONE] * 14 + [Statement.CONFLICT, Statement.DOUBT]), label="statement")
        ground = None if statement is Statement.NONE else "special"
        declare(self.case, **self.by(task.user), statement=statement, ground=ground, words="Som sagt.")

    def answer_the_week(self, task: Task, data: st.DataObject) -> None:
        """A party objects to somebody, or says that it does not (rule 30)."""
        user = task.party.team[0].user
        if data.draw(seldom, label="objects") and self.case.seats_held:
            seat = data.draw(st.sampled_from(self.case.seats_held), label="seat")
            object_to(self.case, [seat], **self.by(user), words="Medlemmet har uttalt seg om saken.")
        else:
            say_no_objection(self.case, **self.by(user))

    def rule_on(self, task: Task, data: st.DataObject) -> None:
        challenged = next(found for found in self.case.challenges if found.is_open and awaited_of(found, task.user))
        if data.draw(seldom, label="in conflict too") and self.case.seat_of(task.user) is None:
            step_aside(challenged, **self.by(task.user), ground="special", words="Også jeg kjenner parten.")
        else:
            stays = data.draw(st.booleans(), label="stays")
            rule_on(challenged, **self.by(task.user), stays=stays, reasons="Båndet er fjernt.")

    def rule_on_late(self, task: Task, data: st.DataObject) -> None:
        late = waiting_for_ruling(self.case)[0]
        rule_on_late(
            late, **self.by(task.user), admits=data.draw(st.booleans(), label="admits"), reasons="Det kunne ikke komme før."
        )

    def comment_on_late(self, task: Task, data: st.DataObject) -> None:
        user = task.party.team[0].user
        if data.draw(st.booleans(), label="comments"):
            comment_on_late(self.case, **self.by(user), text="Vi er uenige.")
        else:
            no_comments_on_late(self.case, **self.by(user))

    def refer(self, task: Task, data: st.DataObject) -> None:
        refer(self.case, by=self.cast.siri, at=self.at)

    def agree(self, task: Task, data: st.DataObject) -> None:
        """Some draft with more questions than the usual ones, and agree to that."""
        if data.draw(seldom, label="drafts"):
            asked = [found for found in askable(self.case) if found.is_needed or data.draw(st.booleans(), label=f"{found.kind}")]
            draft_questions(self.case, [Wanted(found.line, found.kind) for found in asked], **self.by(task.user))
        agree_questions(self.case, **self.by(task.user))

    def read(self, task: Task, data: st.DataObject) -> None:
        confirm_reading(self.case, **self.by(task.user))

    def vote(self, task: Task, data: st.DataObject) -> None:
        for question in standing_questions(self.case):
            if not has_voted(question, task.user):
                self.cast_vote(question, task.user, data)

    def cast_vote(self, question: Question, user: User, data: st.DataObject) -> None:
        choice = self.a_choice(question, data)
        cast = vote(question, choice, **self.by(user), keys=self.keys)
        self.session.flush()
        if question.kind is QuestionKind.AMOUNT:
            self.meant[cast.id] = choice

    def a_choice(self, question: Question, data: st.DataObject) -> Choice:
        if question.kind is QuestionKind.RESPONSIBLE:
            return ResponsibleChoice(data.draw(percents, label="per cent"))
        if question.kind is QuestionKind.BASIS:
            return data.draw(st.sampled_from(BasisChoice), label="basis")
        if question.kind is QuestionKind.PERIOD:
            return self.days_of(question.line, data)
        return data.draw(st.integers(10_000_00, question.line.amount_ore), label="øre")

    def days_of(self, line: ClaimLine, data: st.DataObject) -> PeriodChoice:
        """Days within the line's own, or none of them."""
        if line.to_on is None or data.draw(seldom, label="none of the days"):
            return PeriodChoice(None, None)
        first = data.draw(st.dates(line.from_on, line.to_on), label="first")
        return PeriodChoice(first, data.draw(st.dates(first, line.to_on), label="last"))

    def write(self, task: Task, data: st.DataObject) -> None:
        keys = self.keys
        write_text(
            self.case, **self.by(task.user), legal="Rettslig utgangspunkt.", conclusion=suggested_conclusion(self.case, keys)
        )
        for question in standing_questions(self.case):
            write_reasons(question, "Nemnda legger vekt på behovet.", **self.by(task.user))
        for user, question in without_dissent(self.case, keys):
            dissent(question, **self.by(user), kind=RemarkKind.DISSENT, text="Jeg ser annerledes på det.")
        approve(self.case, **self.by(task.user), keys=keys)

    def approve(self, task: Task, data: st.DataObject) -> None:
        approve(self.case, **self.by(task.user), keys=self.keys)

    def order(self, task: Task, data: st.DataObject) -> None:
        order_issue(self.case, **self.by(task.user), keys=self.keys)

    def issue(self, task: Task, data: st.DataObject) -> None:
        assert self.case.decision is not None
        made = make_files(self.case.decision.record, self.papers, self.world.installation.config, self.at)
        issue(self.case, at=self.at, keys=self.keys, papers=self.papers, made=made)
        self.issued_at.append(self.at)


ANSWERS: Final = {
    TaskKind.SEAT: OnTheWay.seat,
    TaskKind.DECLARE: OnTheWay.declare,
    TaskKind.OBJECT: OnTheWay.answer_the_week,
    TaskKind.RULE_ON_CHALLENGE: OnTheWay.rule_on,
    TaskKind.RULE_ON_LATE: OnTheWay.rule_on_late,
    TaskKind.COMMENT_ON_LATE: OnTheWay.comment_on_late,
    TaskKind.REFER: OnTheWay.refer,
    TaskKind.AGREE_QUESTIONS: OnTheWay.agree,
    TaskKind.CONFIRM_READING: OnTheWay.read,
    TaskKind.VOTE: OnTheWay.vote,
    TaskKind.WRITE_TEXT: OnTheWay.write,
    TaskKind.APPROVE: OnTheWay.approve,
    TaskKind.ORDER_ISSUE: OnTheWay.order,
    TaskKind.ISSUE: OnTheWay.issue,
}
"""How each thing that is waited for is done."""
