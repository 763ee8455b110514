"""An invented case until its preparation is closed: filed, screened, answered, commented on; by the same acts as on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.access.policy import Role
from tvist.accounts.models import OrganisationKind
from tvist.cases.history import Statement
from tvist.cases.models import Side
from tvist.cases.waiting import TaskKind
from tvist.demo.petitions import papers, period_of, raw_petition
from tvist.demo.plots import Turn
from tvist.intake import actions as intake
from tvist.intake.chronology import ToldFact
from tvist.intake.petition import Petition, read_petition
from tvist.submissions import actions as exchange
from tvist.submissions.answers import AnswerGiven
from tvist.submissions.confirming import confirm_table, send_table
from tvist.submissions.fact_answers import FactAnswerGiven, Told
from tvist.submissions.joint_table import joint_table
from tvist.submissions.models import Answer, FactReply
from tvist.submissions.rules import lines_for, open_turns, unanswered_facts, waiting_to_be_passed_on

if TYPE_CHECKING:
    from tvist.accounts.models import User
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Party
    from tvist.demo.story import Story

PARTLY_EVERY: Final = 5
DISPUTED_EVERY: Final = 4
OWN_FACT_EVERY: Final = 3
COMMENTS: Final = ("comment_one", "comment_two", "comment_three", "comment_three")


def file(story: Story) -> None:
    """The requesting side sends the request. Raises TypeError, with the faults, for a request of ours that is not in order."""
    plot, people = story.plot, story.people
    organisation = people.region(plot.region) if plot.state_files else people.municipality(plot.municipalities[0])
    filer = people.filer_of(organisation, story.today)
    petition = read_petition(raw_petition(plot, people, filer), on=story.today, filer=organisation.code)
    if not isinstance(petition, Petition):
        raise TypeError(petition)
    story.case = intake.send(
        story.session,
        petition,
        organisation=organisation,
        by=filer,
        at=story.at,
        papers=papers(plot, people, story.installation.papers, by=filer, at=story.at),
        is_invented=True,
    )
    story.letters_arrive()


def declare(story: Story) -> None:
    """The officer declares, and what the plot holds of deficiencies, proposals and endings happens."""
    case, officer = story.case, story.officer
    intake.declare_impartiality(case, by=officer, at=story.wait(2), statement=Statement.NONE)
    if story.has(Turn.DEFICIENT) or story.has(Turn.CURED):
        intake.ask_for_missing(case, by=officer, at=story.wait(1), text=story.said["missing"])
        story.letters_arrive()
    if story.has(Turn.CURED):
        intake.cure(case, by=story.requesting(), at=story.wait(18), text=story.said["cure"])
        story.letters_arrive()
    if story.has(Turn.PROPOSED) or story.has(Turn.KEPT):
        _propose(story)


def accept(story: Story) -> None:
    """The case is taken up, and the request goes over to the other side."""
    intake.accept(story.case, by=story.officer, at=story.wait(3))
    story.letters_arrive()


def answer(story: Story) -> None:
    """Each opposing party answers its lines; or the time runs out."""
    if story.has(Turn.UNANSWERED):
        story.wait(33)
        return
    story.wait(20)
    for party in story.case.parties_on(Side.OPPOSING):
        by_state = party.kind is OrganisationKind.STATE
        exchange.respond(
            story.case,
            by=story.speaker(party),
            at=story.soon(),
            answers=[_answer(story, place, line) for place, line in enumerate(lines_for(story.case, party))],
            text=story.said["response" if by_state else "municipality_response"],
            own_reference=f"{story.today.year}/{story.dice.randrange(100, 9000)}",
            told=_told(story, party, with_own=story.plot.place % OWN_FACT_EVERY == 0),
        )
        story.session.flush()


def pass_on(story: Story) -> None:
    """The secretariat looks through what came, and sends it over."""
    story.wait(2)
    _pass_on(story)
    if story.has(Turn.GRANTED):
        exchange.discontinue(
            story.case, by=story.officer, at=story.wait(4), ground=exchange.ACCEPTED, reasons=story.said["accepted"]
        )
        story.letters_arrive()


def comment(story: Story) -> None:
    """The sides comment in turn until the plot's comments are used up; then they have nothing more."""
    left = story.plot.comments
    while turns := [turn for turn in open_turns(story.case) if turn.kind is TaskKind.COMMENT]:
        party = turns[0].party
        assert party is not None  # noqa: S101 - a turn is a party's.
        if left:
            text = story.said[COMMENTS[story.plot.comments - left]]
            exchange.comment(story.case, by=story.speaker(party), at=story.wait(9), text=text, told=_told(story, party))
            story.wait(1)
            _pass_on(story)
            left -= 1
        else:
            exchange.nothing_more(story.case, by=story.speaker(party), at=story.wait(3))
            story.letters_arrive()


def close(story: Story) -> None:
    """Both sides confirm the joint table, and the secretariat closes the preparation; a side that never answered lets this time run out too."""
    if story.has(Turn.UNANSWERED):
        send_table(story.case, by=story.officer, at=story.soon())
        story.letters_arrive()
    for task in [task for task in story.case.open_tasks if task.kind is TaskKind.CONFIRM_TABLE]:
        party = task.party
        assert party is not None  # noqa: S101 - it is asked of parties.
        if not (story.has(Turn.UNANSWERED) and party.side is Side.OPPOSING):
            confirm_table(story.case, by=story.speaker(party), at=story.wait(1), sha256=joint_table(story.case).sha256)
    if story.has(Turn.UNANSWERED):
        story.wait(9)
    exchange.close_preparation(story.case, by=story.officer, at=story.wait(4))
    story.letters_arrive()


def end_early(story: Story) -> None:
    """What ends a case before an opinion, once it has come as far as the plot says."""
    case = story.case
    if story.has(Turn.DISMISSED):
        _propose(story)
        _decide_dismissal(story)
    if story.has(Turn.WITHDRAWN):
        exchange.withdraw(case, by=story.requesting(), at=story.wait(5), reasons=story.said["withdrawn"])
        story.letters_arrive()


def _propose(story: Story) -> None:
    intake.propose_dismissal(
        story.case, by=story.officer, at=story.wait(3), ground=story.plot.ground, reasons=story.said["dismissal"]
    )
    story.letters_arrive()
    if story.has(Turn.KEPT):
        _decide_dismissal(story)


def _decide_dismissal(story: Story) -> None:
    """Both sides comment; the leader of that day declares, and decides."""
    story.wait(9)
    for party in story.case.parties:
        intake.comment_on_dismissal(story.case, by=story.speaker(party), at=story.soon(), text=story.said["dismissal_comment"])
        story.session.flush()
    leader = _leader_on(story)
    intake.declare_impartiality(story.case, by=leader, at=story.wait(6), statement=Statement.NONE)
    if story.has(Turn.KEPT):
        intake.keep(story.case, by=leader, at=story.soon(), reasons=story.said["kept"])
    else:
        intake.dismiss(story.case, by=leader, at=story.soon(), reasons=story.said["dismissed"])
    story.letters_arrive()


def _leader_on(story: Story) -> User:
    return next(user for user in story.people.users.values() if Role.LEADER in user.roles_on(story.today))


def _pass_on(story: Story) -> None:
    for submission in waiting_to_be_passed_on(story.case):
        exchange.pass_on(submission, by=story.officer, at=story.soon())
        story.letters_arrive()


def _told(story: Story, party: Party, *, with_own: bool = False) -> Told:
    """The facts of the other side agreed, but for every fourth; and one of the party's own where the plot has one."""
    asked = enumerate(unanswered_facts(story.case, party), start=1)
    replies = [
        FactAnswerGiven(fact, FactReply.DISPUTED, story.said["fact_disputed"])
        if place % DISPUTED_EVERY == 0
        else FactAnswerGiven(fact, FactReply.AGREED)
        for place, fact in asked
    ]
    own = ToldFact(happened_on=period_of(story.plot)[0], until_on=None, words=story.said["own_fact"], paper="", page=None)
    return Told(fact_answers=replies, facts=[own] if with_own else [])


def _answer(story: Story, place: int, line: ClaimLine) -> AnswerGiven:
    """All is accepted where the plot says so; else a part of one line now and then, and the rest disputed."""
    if story.has(Turn.GRANTED):
        return AnswerGiven(line, Answer.ACCEPTED)
    if line.amount_ore and place == 0 and story.plot.place % PARTLY_EVERY == 1:
        return AnswerGiven(line, Answer.PARTLY, line.amount_ore // 10, words=story.said["line_partly"])
    return AnswerGiven(line, Answer.DISPUTED, words=story.said["line_disputed"])
