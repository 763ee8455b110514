"""A conflict discovered after the votes: they fall, the questions close again, and the deputy reads and votes anew (rule 30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.people import NOON, Cast
from tests.scenes.decision import present, written
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.cases.tasks import is_waiting_for
from tvist.cases.waiting import TaskKind
from tvist.decision.actions import approve
from tvist.panel.actions import declare
from tvist.panel.rules import faults_over_time, lawful_panel

if TYPE_CHECKING:
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
