"""Terms that end before their time or with a case open, members released, wrong entries: what that means for cases (rules 27, 31)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.decision import approved, present
from tests.scenes.panel import declared, referred, seated
from tests.scenes.submissions import DAY
from tvist.access.policy import Role
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State
from tvist.cases.tasks import is_waiting_for
from tvist.cases.waiting import TaskKind
from tvist.decision.actions import order_issue
from tvist.decision.issuing import issue_job
from tvist.desk.queries import desk_of
from tvist.errors import CannotProceed
from tvist.panel.actions import declare, seat_panel
from tvist.panel.board import board_on
from tvist.panel.board_actions import appoint, end_term, release, strike
from tvist.panel.board_round import see_to_seats
from tvist.panel.models import AppointmentKind, SeatKind
from tvist.panel.rules import faults_over_time, holder, panel_faults
from tvist.workers import daily

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.db import Database
    from tvist.installation import Installation

DEPUTY = AppointmentKind.DEPUTY
_, FREE, KS = SeatKind
TODAY = NOON.date()
MINISTRY = "Barne- og familiedepartementet"


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def test_a_seat_is_filled_anew_when_the_term_is_over_before_referral(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    end_term(cast.kaare.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=True, at=NOON)
    assert is_waiting_for(case, TaskKind.REFER)
    later = NOON + DAY
    assert see_to_seats(session, at=later) == [case]
    assert see_to_seats(session, at=later) == []
    assert (is_waiting_for(case, TaskKind.SEAT), is_waiting_for(case, TaskKind.REFER)) == (True, False)
    seat_panel(case, {KS: cast.klara.appointments[0]}, by=cast.siri, at=later)
    assert [seat.left_because for seat in case.seats if seat.left_because] == ["term"]
    declare(case, by=cast.klara, at=later, statement=Statement.NONE)
    assert is_waiting_for(case, TaskKind.REFER)
    assert panel_faults(case, later) == []


@pytest.mark.parametrize("finishes", [True, False])
def test_a_term_ends_between_vote_and_issue(
    cast: Cast, database: Database, installation: Installation, *, finishes: bool
) -> None:
    with database.writing() as session:
        here = present(session, cast)
        case = approved(session, here, installation)
        end_term(here.frida.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=finishes, at=NOON)
        session.commit()
        case_id, later = case.id, NOON + 2 * DAY
        daily(installation, later)
        session.expire_all()
        if finishes:
            order_issue(case, by=here.cato, at=later, keys=installation.keys)
            session.commit()
            issue_job(installation, case.decision.id, later)
            session.expire_all()
            assert (case.id, case.state) == (case_id, State.DECIDED)
            assert faults_over_time(case) == []
            return
        assert is_waiting_for(case, TaskKind.SEAT)
        with pytest.raises(CannotProceed, match=r"panel\.term_over"):
            order_issue(case, by=here.cato, at=later, keys=installation.keys)
        seat_panel(case, {FREE: here.finn.appointments[0]}, by=here.siri, at=later)
        assert all(vote.fell_at for question in case.questions for vote in question.votes if vote.user_id == here.frida.id)
        assert case.state is State.PANEL


def test_the_issue_that_was_ordered_before_the_term_ended_does_not_leave_unlawfully(
    cast: Cast, database: Database, installation: Installation
) -> None:
    with database.writing() as session:
        here = present(session, cast)
        case = approved(session, here, installation)
        end_term(here.frida.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=False, at=NOON)
        order_issue(case, by=here.cato, at=NOON, keys=installation.keys)
        session.commit()
        with pytest.raises(CannotProceed, match=r"panel\.term_over"):
            issue_job(installation, case.decision.id, NOON + 2 * DAY)
        session.expire_all()
        assert case.state is State.ISSUING
        assert case.decision.issued_at is None


def test_who_is_released_finishes_no_more_and_the_seat_is_free(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    appointment = cast.frida.appointments[0]
    end_term(appointment, ended_on=TODAY, reason="Sluttet.", finishes=True, at=NOON)
    later = NOON + 20 * DAY
    assert panel_faults(case, later) == []
    with pytest.raises(CannotProceed, match=r"panel\.release\.term_runs"):
        release(appointment, released_on=TODAY - timedelta(days=1), reason="Syk.", at=later)
    release(appointment, released_on=TODAY + timedelta(days=10), reason="Syk.", at=later)
    assert [fault.code for fault in panel_faults(case, later)] == ["panel.term_over"]
    assert is_waiting_for(case, TaskKind.SEAT)
    with pytest.raises(CannotProceed, match=r"panel\.release\.finishes_nothing"):
        release(appointment, released_on=TODAY + timedelta(days=11), reason="Syk.", at=later)


def test_who_finishes_a_case_after_the_term_still_has_a_desk(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    end_term(cast.frida.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=True, at=NOON)
    session.flush()
    session.expire_all()
    later = TODAY + timedelta(days=5)
    assert Role.BOARD_MEMBER in cast.frida.roles_on(later)
    assert TaskKind.CONFIRM_READING in [task.kind for task in desk_of(session, cast.frida, later).tasks]
    end_term(cast.finn.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=True, at=NOON)
    assert cast.finn.roles_on(later) == {Role.SIGNED_IN}
    assert holder(case, FREE).user == cast.frida


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ended_on": date(2024, 12, 31)}, "panel.end.before_it_began"),
        ({"ended_on": date(2028, 12, 31)}, "panel.end.ends_anyway"),
        ({"reason": "  "}, "panel.end.reason_needed"),
    ],
)
def test_a_term_cannot_be_ended_so(session: Session, cast: Cast, changes: dict[str, object], code: str) -> None:
    given = {"ended_on": TODAY, "reason": "Sluttet.", "finishes": True}
    with pytest.raises(CannotProceed, match=code.replace(".", r"\.")):
        end_term(cast.frida.appointments[0], **given | changes, at=NOON)
    assert cast.frida.appointments[0].ended_on is None


@pytest.mark.parametrize(
    ("days", "finishes", "is_refused"), [(-1, True, True), (0, True, False), (0, False, False), (-1, False, True)]
)
def test_an_end_in_the_past_makes_no_lawful_panel_unlawful(
    session: Session, cast: Cast, *, days: int, finishes: bool, is_refused: bool
) -> None:
    case = referred(session, cast)
    appointment, given = cast.frida.appointments[0], {"ended_on": TODAY + timedelta(days=days), "reason": "Sluttet."}
    if is_refused:
        with pytest.raises(CannotProceed, match=r"panel\.end\.acted_after"):
            end_term(appointment, **given, finishes=finishes, at=NOON + DAY)
        assert (appointment.ended_on, appointment.released_on) == (None, None)
    else:
        end_term(appointment, **given, finishes=finishes, at=NOON + DAY)
    assert faults_over_time(case) == []


def test_a_wrong_entry_is_struck_only_where_nothing_rests_on_it(session: Session, cast: Cast) -> None:
    seated(session, cast)
    with pytest.raises(CannotProceed, match=r"panel\.strike\.rests_on_it"):
        strike(cast.frida.appointments[0], at=NOON)
    wrong = cast.finn.appointments[0]
    strike(wrong, at=NOON)
    assert not wrong.holds_on(TODAY)
    assert wrong in board_on(session, TODAY).earlier
    with pytest.raises(CannotProceed, match=r"panel\.end\.struck"):
        strike(wrong, at=NOON)
    with pytest.raises(CannotProceed, match=r"panel\.end\.struck"):
        end_term(wrong, ended_on=TODAY, reason="Feil.", finishes=True, at=NOON)
    # The right one may be entered for the same days.
    appoint(session, cast.finn, seat=FREE, kind=DEPUTY, order=2, from_on=date(2025, 1, 1), to_on=None, appointed_by=MINISTRY)


def test_a_new_term_may_begin_the_day_after_one_that_was_ended(session: Session, cast: Cast) -> None:
    end_term(cast.frida.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=True, at=NOON)
    given = {"seat": FREE, "kind": DEPUTY, "order": 2, "to_on": None, "appointed_by": MINISTRY}
    with pytest.raises(CannotProceed, match=r"panel\.appointed_already"):
        appoint(session, cast.frida, **given, from_on=TODAY)
    appoint(session, cast.frida, **given, from_on=TODAY + timedelta(days=1))
