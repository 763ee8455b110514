"""A conflict discovered after the votes: they fall, the questions close again, and the deputy reads and votes anew (rule 30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast
from tests.scenes.decision import approved, present, written
from tests.scenes.intake import letters_arrive
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.cases.lifecycle import obstacles
from tvist.cases.tasks import is_waiting_for
from tvist.cases.waiting import TaskKind
from tvist.decision.actions import order_issue
from tvist.decision.approving import approve
from tvist.decision.votes import seats_of
from tvist.errors import CannotProceed
from tvist.panel.actions import declare
from tvist.panel.calling import tell_parties
from tvist.panel.challenging import rule
from tvist.panel.rules import faults_over_time, lawful_panel

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

LATER = NOON + DAY


def test_votes_and_approvals_fall_and_the_deputy_votes_anew(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = written(session, cast, installation)
        here = present(session, cast)
        approve(case, by=here.frida, at=NOON, keys=installation.keys)
        declare(case, by=here.kaare, at=LATER, statement=Statement.CONFLICT, ground="represents")
        votes = [vote for question in case.questions for vote in question.votes]
        assert {vote.user_id for vote in votes if vote.fell_at} == {here.kaare.id}
        assert not any(question.opened_at for question in case.questions)
        assert all(approval.fell_at for approval in case.decision.approvals)
        assert not any(is_waiting_for(case, kind) for kind in (TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.ORDER_ISSUE))
        assert lawful_panel(case).code == "panel.not_declared"
        declare(case, by=here.klara, at=LATER, statement=Statement.NONE)
        assert is_waiting_for(case, TaskKind.VOTE, here.klara)
        assert is_waiting_for(case, TaskKind.CONFIRM_READING, here.klara)
        assert not is_waiting_for(case, TaskKind.VOTE, here.frida)
        assert faults_over_time(case) == []
        session.commit()


def test_a_doubt_after_the_votes_stops_the_panel_and_lets_the_votes_fall_if_it_is_ruled_out(
    database: Database, cast: Cast, installation: Installation
) -> None:
    with database.writing() as session:
        here = present(session, cast)
        case = written(session, here, installation)
        declare(case, by=here.kaare, at=LATER, statement=Statement.DOUBT, ground="special", words="Kjenner en fullmektig.")
        assert all(question.opened_at for question in case.questions)
        assert {"approve", "order_issue"} <= {act for act in ("approve", "order_issue", "write_text") if stopped(case, act)}
        for member in (here.cato, here.frida):
            rule(case.challenges[0], by=member, at=LATER + DAY, stays=False, reasons="Et nært vennskap.")
        assert not any(question.opened_at for question in case.questions)
        assert all(vote.fell_at for question in case.questions for vote in question.votes if vote.user_id == here.kaare.id)
        declare(case, by=here.klara, at=LATER + 2 * DAY, statement=Statement.NONE)
        assert is_waiting_for(case, TaskKind.VOTE, here.klara)
        assert is_waiting_for(case, TaskKind.OBJECT, case.parties[0])
        assert faults_over_time(case) == []
        session.commit()


def test_a_ruling_that_keeps_a_member_lets_the_approvals_fall_for_the_text_tells_of_it(
    database: Database, cast: Cast, installation: Installation
) -> None:
    with database.writing() as session:
        here = present(session, cast)
        case = approved(session, here, installation)
        declare(case, by=here.kaare, at=LATER, statement=Statement.DOUBT, ground="special", words="Kjenner en fullmektig.")
        for member in (here.cato, here.frida):
            rule(case.challenges[0], by=member, at=LATER + DAY, stays=True, reasons="Det er lenge siden.")
        assert all(question.opened_at for question in case.questions)
        assert all(approval.fell_at for approval in case.decision.approvals)
        assert is_waiting_for(case, TaskKind.WRITE_TEXT, here.cato)
        for seat in seats_of(case):
            approve(case, by=seat.user, at=LATER + 2 * DAY, keys=installation.keys)
        order_issue(case, by=here.cato, at=LATER + 2 * DAY, keys=installation.keys)
        session.commit()


def test_no_issue_is_ordered_while_a_party_may_object_to_a_new_member(
    database: Database, cast: Cast, installation: Installation
) -> None:
    with database.writing() as session:
        here = present(session, cast)
        case = approved(session, here, installation)
        tell_parties(case, at=LATER)
        with pytest.raises(CannotProceed, match=r"panel\.object\.not_told_yet"):
            order_issue(case, by=here.cato, at=LATER, keys=installation.keys)
        letters_arrive(session, case, at=LATER)
        with pytest.raises(CannotProceed, match=r"panel\.object\.time_runs"):
            order_issue(case, by=here.cato, at=LATER + 7 * DAY, keys=installation.keys)
        order_issue(case, by=here.cato, at=LATER + 8 * DAY, keys=installation.keys)
        session.rollback()


def stopped(case: Case, act: str) -> bool:
    return "panel.challenge_open" in {fault.code for fault in obstacles(case, act)}
