"""The board over time: terms that end, members released, wrong entries, gaps that are told of, and what that means for cases (rules 26-28)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast, a_cast
from tests.scenes.panel import declared, referred, seated
from tests.scenes.submissions import DAY, prepared
from tvist.accounts.models import User
from tvist.cases.history import Statement
from tvist.delivery.models import Letter, LetterKind
from tvist.errors import CannotProceed
from tvist.panel.actions import declare
from tvist.panel.board import CaseGap, board_on, case_gaps
from tvist.panel.board_actions import appoint, end_term
from tvist.panel.board_round import look_at_board, tell_of_gaps
from tvist.panel.choosing import deputies_for, proposed_panel
from tvist.panel.models import Appointment, AppointmentKind, SeatKind
from tvist.panel.rules import holder, lawful_panel

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.db import Database

FIXED, DEPUTY = AppointmentKind.FIXED, AppointmentKind.DEPUTY
LEADER, FREE, KS = SeatKind
TODAY = NOON.date()
MINISTRY = "Barne- og familiedepartementet"


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def enter(
    session: Session, name: str, seat: SeatKind, term: tuple[date, date | None], *, order: int = 1, deputy: bool = False
) -> User:
    """A person, appointed by the act that the page does."""
    user = User(email=f"{name}@example.invalid", name=name, sort_key=name, is_invented=True, memberships=[], appointments=[])
    session.add(user)
    session.flush()
    kind = DEPUTY if deputy else FIXED
    appoint(session, user, seat=seat, kind=kind, order=order, from_on=term[0], to_on=term[1], appointed_by=MINISTRY)
    return user


def enter_both_boards(session: Session) -> None:
    """2010: a leader for three years, three members in each other seat for two. 2021-24: one member and one deputy a seat."""
    enter(session, "leder10", LEADER, (date(2010, 9, 1), date(2013, 8, 31)))
    for kind in (FREE, KS):
        for order in (1, 2, 3):
            enter(session, f"{kind}10-{order}", kind, (date(2010, 9, 1), date(2012, 8, 31)), order=order)
    term = (date(2021, 1, 1), date(2024, 12, 31))
    for kind in SeatKind:
        enter(session, f"{kind}21", kind, term)
        enter(session, f"{kind}21vara", kind, term, deputy=True)


def names_of(session: Session, cast: Cast, on: date) -> list[str]:
    """Who is proposed for a case that day."""
    case = prepared(session, cast, at=NOON - 30 * DAY)
    return [each.user.name for each in proposed_panel(session, case, on).values()]


def test_both_boards_there_have_been_are_entered_and_compose_panels(session: Session, cast: Cast) -> None:
    enter_both_boards(session)
    assert names_of(session, cast, date(2011, 5, 2)) == ["leder10", "free10-1", "ks10-1"]
    assert names_of(session, cast, date(2024, 12, 31)) == ["leader21", "free21", "ks21"]
    assert names_of(session, cast, date(2025, 1, 1)) == [cast.cato.name, cast.frida.name, cast.kaare.name]
    # After two years the members of 2010 were gone, and the leader was not.
    assert names_of(session, cast, date(2012, 9, 1)) == ["leder10"]
    case = prepared(session, cast, at=NOON - 30 * DAY)
    assert [each.user.name for each in deputies_for(session, case, KS, date(2011, 5, 2))] == ["ks10-1", "ks10-2", "ks10-3"]
    assert [each.user.name for each in deputies_for(session, case, KS, date(2023, 5, 2))] == ["ks21", "ks21vara"]


def test_the_board_tells_now_coming_and_earlier_apart(session: Session, cast: Cast) -> None:
    enter_both_boards(session)
    enter(session, "neste", FREE, (date(2029, 1, 1), None))
    shown = board_on(session, TODAY)
    assert [each.user for each in shown.seats[LEADER]] == [cast.cato, cast.lise]
    assert [each.user.name for each in shown.coming] == ["neste"]
    assert len(shown.earlier) == 7 + 6
    assert not shown.is_empty


def test_an_empty_board_is_new_and_nobody_is_written_to(session: Session) -> None:
    shown = board_on(session, TODAY)
    assert shown.is_empty
    assert [(gap.seat, gap.is_new) for gap in shown.gaps] == [(kind, True) for kind in SeatKind]
    tell_of_gaps(session, at=NOON)
    assert session.scalars(sa.select(Letter)).all() == []


def test_deputies_are_called_in_the_order_of_their_numbers(session: Session, cast: Cast) -> None:
    enter(session, "sist", KS, (date(2025, 1, 1), None), order=3, deputy=True)
    enter(session, "neste", KS, (date(2025, 6, 1), None), order=2, deputy=True)
    case = seated(session, cast)
    for user in (cast.kaare, cast.klara):
        declare(case, by=user, at=NOON, statement=Statement.CONFLICT, ground="employed")
    assert holder(case, KS).user.name == "neste"


def test_a_gap_is_told_of_once_for_each_day(session: Session, cast: Cast) -> None:
    for user in (cast.frida, cast.finn, cast.kaare, cast.klara):
        end_term(user.appointments[0], ended_on=TODAY + timedelta(days=60), reason="Sluttet.", finishes=True, at=NOON)
    for later in range(3):
        tell_of_gaps(session, at=NOON + later * DAY)
    [letter] = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.SEAT_RUNS_EMPTY))
    assert {one.address for one in letter.recipients} == {cast.body.mailbox, cast.siri.email, cast.stein.email}
    assert "2. mai 2026" in letter.body
    assert letter.link == "/board"
    # An appointment that lasts a week longer moves the day, and the new day is told of.
    enter(session, "kort", FREE, (TODAY, TODAY + timedelta(days=67)))
    tell_of_gaps(session, at=NOON + 3 * DAY)
    assert len(session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.SEAT_RUNS_EMPTY)).all()) == 2


def test_a_seat_that_stands_empty_is_not_told_of_anew_each_day(session: Session, cast: Cast) -> None:
    for user in (cast.frida, cast.finn):
        end_term(user.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=True, at=NOON)
    for later in (1, 2, 3):
        tell_of_gaps(session, at=NOON + later * DAY)
    assert [gap.from_on for gap in board_on(session, TODAY + timedelta(days=9)).gaps] == [TODAY + timedelta(days=1)]
    assert len(session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.SEAT_RUNS_EMPTY)).all()) == 1


def test_open_cases_whose_member_must_leave_are_warned_of_to_who_may_open_them(session: Session, cast: Cast) -> None:
    unreferred, referred_one = declared(session, cast), referred(session, cast)
    end = TODAY + timedelta(days=40)
    end_term(cast.frida.appointments[0], ended_on=end, reason="Sluttet.", finishes=True, at=NOON)
    # Who finishes referred cases is a worry only where the case is not referred.
    assert case_gaps(session, cast.siri, TODAY) == [CaseGap(unreferred, FREE, end, is_referred=False)]
    end_term(cast.kaare.appointments[0], ended_on=end, reason="Syk.", finishes=False, at=NOON)
    found = [(gap.case, gap.seat, gap.is_referred) for gap in case_gaps(session, cast.siri, TODAY)]
    assert found == [(unreferred, FREE, False), (unreferred, KS, False), (referred_one, KS, True)]
    assert case_gaps(session, cast.finn, TODAY) == []
    assert case_gaps(session, cast.siri, date(2025, 6, 1)) == []


def test_one_is_named_for_a_case_once_and_not_for_one_that_has_ended(session: Session, cast: Cast) -> None:
    case = prepared(session, cast, at=NOON - 30 * DAY)
    given = {
        "seat": LEADER,
        "kind": AppointmentKind.AD_HOC,
        "order": 1,
        "from_on": TODAY,
        "to_on": None,
        "appointed_by": MINISTRY,
    }
    appoint(session, cast.dag, **given, only_case=case)
    with pytest.raises(CannotProceed, match=r"panel\.appointed_already"):
        appoint(session, cast.dag, **given, only_case=case)
    assert [each.user for each in board_on(session, TODAY).ad_hoc] == [cast.dag]
    assert lawful_panel(case) is not None


def test_the_daily_round_of_the_board_is_repeated_without_harm(database: Database) -> None:
    with database.writing() as session:
        cast = a_cast(session)
        declared(session, cast)
        end_term(cast.kaare.appointments[0], ended_on=TODAY, reason="Sluttet.", finishes=True, at=NOON)
        session.commit()
    for _ in range(2):
        look_at_board(database, NOON + DAY)
    with database.reading() as session:
        counted = sa.select(sa.func.count()).select_from(Letter).where(Letter.kind == LetterKind.EMPLOYERS_DUE)
        # Kåre is asked too: he holds the seat until it is filled anew.
        members = (cast.cato, cast.lise, cast.frida, cast.finn, cast.kaare, cast.klara)
        assert session.scalar(counted) == len((*members, cast.siri, cast.stein))
        assert session.scalar(sa.select(sa.func.count()).select_from(Appointment)) == 6
