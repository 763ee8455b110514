"""An invented case from its panel to its opinion: seated, declared, referred, voted on, written, approved, issued."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tvist.cases.history import Statement
from tvist.decision import actions as decision
from tvist.decision import approving
from tvist.decision.choices import ALL, BasisChoice, PeriodChoice, ResponsibleChoice
from tvist.decision.issuing import issue_job
from tvist.decision.models import QuestionKind, RemarkKind
from tvist.decision.outcomes import findings
from tvist.decision.questions import Wanted, agree_questions, default_questions, draft_questions
from tvist.decision.rules import without_dissent
from tvist.decision.text import suggested_conclusion
from tvist.decision.verifying import verify_address
from tvist.decision.votes import seats_of
from tvist.decision.voting import vote as vote_on
from tvist.decision.writing import write_reasons, write_text
from tvist.demo.plots import STATE, Stage, Turn
from tvist.jobs.models import Job, JobKind
from tvist.panel import actions as panel
from tvist.panel.choosing import proposed_panel
from tvist.panel.models import SeatKind

if TYPE_CHECKING:
    from tvist.decision.choices import Choice
    from tvist.decision.models import Question
    from tvist.demo.story import Story

A_WHILE: Final = timedelta(days=10)
"""So much later one member finds that the duty to bear began, where the days are asked about."""


def seat(story: Story) -> None:
    """The proposed panel is called; in some cases the freely appointed member has a conflict, and the next in line is called."""
    story.wait(3)
    panel.seat_panel(story.case, proposed_panel(story.session, story.case, story.today), by=story.officer, at=story.at)
    story.letters_arrive()
    if story.has(Turn.CONFLICT):
        member = next(seat.user for seat in seats_of(story.case) if seat.kind is SeatKind.FREE)
        at, words = story.wait(1), story.said["conflict"]
        panel.declare(story.case, by=member, at=at, statement=Statement.CONFLICT, ground="employed", words=words)
        story.letters_arrive()


def declare(story: Story) -> None:
    """All three declare that they have no conflict."""
    story.wait(2)
    for held in seats_of(story.case):
        panel.declare(story.case, by=held.user, at=story.soon(), statement=Statement.NONE)
    story.letters_arrive()


def refer(story: Story) -> None:
    """The week for objections has passed; the case goes to the panel."""
    panel.refer(story.case, by=story.officer, at=story.wait(9))
    story.letters_arrive()


def read(story: Story) -> None:
    """Each member confirms having read."""
    for held in seats_of(story.case):
        panel.confirm_reading(story.case, by=held.user, at=story.wait(2))


def agree(story: Story) -> None:
    """The questions are put when all three agree to them; in some cases the leader drafts more than the default ones."""
    case = story.case
    if story.has(Turn.MORE_QUESTIONS):
        wanted = [Wanted(case.lines[0], kind) for kind in (QuestionKind.BASIS, QuestionKind.PERIOD)]
        draft_questions(case, default_questions(case) + wanted, by=seats_of(case)[0].user, at=story.wait(1))
    for held in seats_of(case):
        agree_questions(case, by=held.user, at=story.wait(1) if held.is_leader else story.soon())
    story.letters_arrive()


def vote_partly(story: Story) -> None:
    """Two of three vote; nobody can read their votes yet."""
    story.wait(4)
    _vote(story, 0, 1)


def vote(story: Story) -> None:
    """The third votes, and the votes are open to the panel."""
    story.wait(5)
    _vote(story, 2)


def write(story: Story) -> None:
    """The leader writes text and reasons; who was outvoted writes a dissent."""
    case, keys, leader = story.case, story.installation.keys, seats_of(story.case)[0].user
    write_text(case, by=leader, at=story.wait(4), legal=story.said["legal"], conclusion=suggested_conclusion(case, keys))
    for question in case.questions:
        write_reasons(question, _reasons(story, question), by=leader, at=story.soon())
    for user, question in without_dissent(case, keys):
        decision.dissent(question, by=user, at=story.soon(), kind=RemarkKind.DISSENT, text=story.said["dissent"])
    if story.plot.votes == STATE and story.plot.place % 3 == 0:
        last = seats_of(case)[-1].user
        decision.dissent(case.questions[0], by=last, at=story.soon(), kind=RemarkKind.CONCURRING, text=story.said["concurring"])
    story.session.flush()


def approve_partly(story: Story) -> None:
    """The leader approves the text."""
    approving.approve(story.case, by=seats_of(story.case)[0].user, at=story.wait(3), keys=story.installation.keys)


def approve(story: Story) -> None:
    """The other two approve the very same text."""
    for held in seats_of(story.case)[1:]:
        approving.approve(story.case, by=held.user, at=story.wait(1), keys=story.installation.keys)


def order(story: Story) -> None:
    """The leader orders issue; in one case the leader calls it back once, and the approvals are given anew."""
    case, keys, leader = story.case, story.installation.keys, seats_of(story.case)[0].user
    verify_at = verify_address(story.installation.config.base_url)
    decision.order_issue(case, by=leader, at=story.wait(1), keys=keys, verify_at=verify_at)
    if story.has(Turn.CALLED_BACK):
        decision.call_back(case, by=leader, at=story.wait(1), reasons=story.said["call_back"])
        changed = case.questions[-1]
        write_reasons(changed, f"{changed.reasons} {story.said['reasons_amount']}", by=leader, at=story.soon())
        for held in seats_of(case):
            approving.approve(case, by=held.user, at=story.wait(1), keys=keys)
        decision.order_issue(case, by=leader, at=story.soon(), keys=keys, verify_at=verify_at)
    story.session.flush()


def issue(story: Story) -> None:
    """The job makes the file and issues, in transactions of its own."""
    _run_job(story)
    story.session.refresh(story.case)
    story.letters_arrive()


def _run_job(story: Story) -> None:
    """What the worker does: issue, and mark the job."""
    made = story.case.decision
    assert made is not None  # noqa: S101 - it was ordered.
    story.session.commit()
    issue_job(story.installation, made.id, story.soon())
    story.session.expire_all()
    for job in _jobs(story):
        job.attempts, job.done_at = job.attempts + 1, story.at


def _jobs(story: Story) -> list[Job]:
    made = story.case.decision
    jobs = story.session.query(Job).filter(Job.kind == JobKind.ISSUE_DECISION, Job.done_at.is_(None), Job.failed_at.is_(None))
    return [job for job in jobs if made is not None and job.thing_id == made.id]


def _vote(story: Story, *places: int) -> None:
    seats = seats_of(story.case)
    for place in places:
        for question in story.case.questions:
            choice = _choice(story, question, place)
            vote_on(question, choice, by=seats[place].user, at=story.soon(), keys=story.installation.keys)


def _choice(story: Story, question: Question, place: int) -> Choice:
    """As the plot says who should bear; the whole sum, but for what one or all find too much in some cases."""
    if question.kind is QuestionKind.RESPONSIBLE:
        percent = story.plot.votes[place]
        # Where a case has several lines, the last may fall out otherwise, so that the case is split.
        turned = story.plot.place % 7 == 6 and question.line is story.case.lines[-1] and len(story.case.lines) > 1  # noqa: PLR2004 - as said.
        return ResponsibleChoice(ALL - percent if turned else percent)
    line = question.line
    if question.kind is QuestionKind.BASIS:
        return {0: BasisChoice.STATE, ALL: BasisChoice.MUNICIPAL}.get(story.plot.votes[place], BasisChoice.BOTH)
    if question.kind is QuestionKind.PERIOD:
        return PeriodChoice(line.from_on + A_WHILE if place == 1 else line.from_on, line.to_on)
    amount = line.amount_ore or 0
    return {0: amount, 1: amount * 9 // 10, 2: amount - (amount // 8 if place == 1 else 0)}[story.plot.place % 3]


def _reasons(story: Story, question: Question) -> str:
    text = story.said[f"reasons_{'amount' if question.kind is QuestionKind.RESPONSIBLE else question.kind.value}"]
    if question.kind is QuestionKind.RESPONSIBLE:
        found = next(each for each in findings(story.case, story.installation.keys) if each.line is question.line)
        text = story.said[f"reasons_{found.outcome.value}"]
    return text


STAGES: Final = {
    Stage.SEATED: seat,
    Stage.READY: declare,
    Stage.REFERRED: refer,
    Stage.READ: read,
    Stage.AGREED: agree,
    Stage.PARTLY_VOTED: vote_partly,
    Stage.VOTED: vote,
    Stage.WRITTEN: write,
    Stage.PARTLY_APPROVED: approve_partly,
    Stage.APPROVED: approve,
    Stage.ORDERED: order,
    Stage.ISSUED: issue,
}
