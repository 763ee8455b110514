"""A settlement, a withdrawal and a concession of all while the panel sits: the case ends cleanly, and its votes stay sealed (rules 16, 22, 34)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast
from tests.scenes.decision import approved, present, written
from tests.scenes.intake import letters_arrive
from tests.scenes.late import ends_without_findings, late_round, sent_late
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.lifecycle import State, obstacles
from tvist.clock import oslo_date
from tvist.errors import CannotProceed
from tvist.meetings.actions import Plan, call_meeting
from tvist.meetings.queries import agenda_for, cases_led_by
from tvist.panel.late import waiting_for_ruling
from tvist.panel.renewing import look_at_late
from tvist.submissions.actions import discontinue, withdraw
from tvist.submissions.concessions import concede
from tvist.submissions.settlement import confirm_settlement, propose_settlement, standing_settlement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.installation import Installation
    from tvist.vault.keys import MasterKeys

    End = Callable[[Case, Cast, MasterKeys], None]

LATER = NOON + DAY
PANEL_ACTS = (
    Act.VOTE,
    Act.WRITE_TEXT,
    Act.DISSENT,
    Act.APPROVE,
    Act.ORDER_ISSUE,
    Act.RULE_ON_LATE,
    Act.COMMENT_ON_LATE,
    Act.LET_IN,
)


def settle(case: Case, here: Cast, keys: MasterKeys) -> None:
    propose_settlement(case, by=here.asta, at=LATER, text="Staten dekker halvparten.", keys=keys)
    confirm_settlement(case, by=here.bo, at=LATER, sha256=standing_settlement(case).sha256, keys=keys)


def withdrawn(case: Case, here: Cast, keys: MasterKeys) -> None:
    withdraw(case, by=here.asta, at=LATER)


def conceded(case: Case, here: Cast, keys: MasterKeys) -> None:
    for line in case.lines:
        concede(line, by=here.bo, at=LATER)
    discontinue(case, by=here.siri, at=LATER, ground="accepted")


ENDINGS = pytest.mark.parametrize("end", [settle, withdrawn, conceded])


def meet(session: Session, case: Case, here: Cast):
    """A meeting about the case, in three days."""
    plan = Plan(LATER + 2 * DAY, LATER + 3 * DAY, "Møterom 2", [case], [here.frida])
    return call_meeting(session, plan, by=here.cato, at=NOON)


@ENDINGS
def test_nothing_is_waited_for_and_nothing_can_be_done_any_more(installation: Installation, cast: Cast, end: End) -> None:
    with installation.database.writing() as session:
        case, here = approved(session, cast, installation), present(session, cast)
        meeting = meet(session, case, here)
        late_round(session, here, case=case)
        sent_late(session, here, case, at=NOON)
        end(case, here, installation.keys)
        letters_arrive(session, case, at=LATER)
        look_at_late(case, at=LATER + 30 * DAY)
        assert case.state is State.DISCONTINUED
        assert case.open_tasks == []
        assert waiting_for_ruling(case) == []
        assert len(case.bundles) == 1
        assert all(obstacles(case, act) for act in PANEL_ACTS)
        assert [line.is_over for line in agenda_for(meeting, here.frida, oslo_date(LATER))] == [True]
        assert cases_led_by(session, here.cato) == []
        session.commit()
    ends_without_findings(installation)


@ENDINGS
def test_the_votes_stay_sealed(installation: Installation, cast: Cast, end: End) -> None:
    with installation.database.writing() as session:
        case, here = written(session, cast, installation), present(session, cast)
        end(case, here, installation.keys)
        session.flush()
        votes = [vote for question in case.questions for vote in question.votes]
        assert votes
        for vote in votes:
            readers = [name for name, user in vars(here).items() if hasattr(user, "email") and may(user, Act.READ_VOTE, vote)]
            owner = next(
                name for name, user in vars(here).items() if getattr(user, "id", None) == vote.user_id and hasattr(user, "email")
            )
            assert readers in ([], [owner])
        for who in (here.asta, here.bo, here.siri, here.adam):
            assert not may(who, Act.READ_DELIBERATION, case)
        with pytest.raises(CannotProceed):
            discontinue(case, by=here.siri, at=LATER, ground="accepted")
