"""Propose a panel from the boards there have been, and see their gaps (rules 26-28)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.panel import declared, referred, seated
from tests.scenes.submissions import DAY, prepared
from tvist.accounts.models import User
from tvist.cases.history import Statement
from tvist.decision.afterwards import NewTreatment
from tvist.panel.actions import declare
from tvist.panel.board import board_on, gaps
from tvist.panel.choosing import (
    appointments_on,
    departures,
    deputies_for,
    open_loads,
    proposed_panel,
    turns_of_year,
    unexplained,
)
from tvist.panel.employers import add_engagement
from tvist.panel.models import Appointment, AppointmentKind, SeatKind
from tvist.panel.rules import holder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


FIXED, DEPUTY = AppointmentKind.FIXED, AppointmentKind.DEPUTY
LEADER, FREE, KS = SeatKind
TODAY = NOON.date()


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def a_member(session: Session, name: str, seat: SeatKind, kind: AppointmentKind = FIXED, **changes: object) -> Appointment:
    """A new person with an appointment."""
    user = User(email=f"{name}@example.invalid", name=name, sort_key=name, is_invented=True, memberships=[], appointments=[])
    given = {"order": 1, "from_on": date(2010, 9, 1), "to_on": date(2012, 8, 31), "appointed_by": "Departementet"} | changes
    user.appointments.append(Appointment(seat=seat, kind=kind, **given))
    session.add(user)
    session.flush()
    return user.appointments[0]


def the_board_of_2010(session: Session) -> dict[SeatKind, list[Appointment]]:
    """The leader for three years, and three members for each other seat for two."""
    members = {kind: [a_member(session, f"{kind}{number}", kind, order=number) for number in (1, 2, 3)] for kind in (FREE, KS)}
    return {LEADER: [a_member(session, "leder", LEADER, to_on=date(2013, 8, 31))], **members}


def names(appointments: list[Appointment]) -> list[str]:
    """Who, in order."""
    return [found.user.name for found in appointments]


def test_the_board_of_2010_has_three_to_choose_from_in_each_seat(session: Session, cast: Cast) -> None:
    the_board_of_2010(session)
    case = prepared(session, cast, at=NOON - 30 * DAY)
    proposal = proposed_panel(session, case, date(2011, 5, 2))
    assert [each.user.name for each in proposal.values()] == ["leder", "free1", "ks1"]
    assert names(deputies_for(session, case, KS, date(2011, 5, 2))) == ["ks1", "ks2", "ks3"]
    assert proposed_panel(session, case, date(2012, 9, 1)).empty == [FREE, KS]


def test_the_board_of_2021_has_one_member_and_one_deputy_a_seat(session: Session, cast: Cast) -> None:
    term = {"from_on": date(2021, 1, 1), "to_on": date(2024, 12, 31)}
    a_member(session, "leder21", LEADER, **term)
    for kind in (FREE, KS):
        a_member(session, f"{kind}21", kind, **term)
        a_member(session, f"{kind}21vara", kind, DEPUTY, **term)
    case = prepared(session, cast, at=NOON - 30 * DAY)
    proposal = proposed_panel(session, case, date(2024, 12, 31))
    assert [each.user.name for each in proposal.values()] == ["leder21", "free21", "ks21"]
    assert names(deputies_for(session, case, FREE, date(2023, 1, 1))) == ["free21", "free21vara"]
    assert names(appointments_on(session, date(2025, 1, 1)))[:2] == [cast.cato.name, cast.lise.name]


def test_the_one_with_fewest_open_cases_is_proposed(session: Session, cast: Cast) -> None:
    another = a_member(session, "Aud", FREE, from_on=date(2025, 1, 1), to_on=None, order=2)
    seated(session, cast)
    case = prepared(session, cast, at=NOON - 30 * DAY)
    proposal = proposed_panel(session, case, TODAY)
    assert proposal[FREE] == another
    assert [each.open_load for each in proposal.candidates[FREE]] == [0, 1, 0]
    assert proposal[KS].user == cast.kaare
    assert open_loads(session) == turns_of_year(session, TODAY) == {cast.cato.id: 1, cast.frida.id: 1, cast.kaare.id: 1}


def test_a_declared_conflict_is_never_proposed(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    declare(case, by=cast.kaare, at=NOON, statement=Statement.CONFLICT, ground="party")
    assert names(deputies_for(session, case, KS, TODAY)) == []
    assert proposed_panel(session, case, TODAY)[KS].user == cast.klara


def test_who_has_declared_stays_and_says_so(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    proposal = proposed_panel(session, case, TODAY)
    assert [each.reasons.code for each in proposal.chosen.values()] == ["panel.proposed.sits"] * 3
    assert all(len(listed) == 1 for listed in proposal.candidates.values())


def test_nobody_is_proposed_for_two_seats(session: Session, cast: Cast) -> None:
    both = Appointment(seat=KS, kind=FIXED, order=1, from_on=date(2025, 1, 1), to_on=None, appointed_by="Departementet")
    cast.kaare.appointments[0].ended_on = cast.klara.appointments[0].ended_on = date(2025, 6, 1)
    cast.frida.appointments.append(both)
    session.flush()
    case = prepared(session, cast, at=NOON - 30 * DAY)
    proposal = proposed_panel(session, case, TODAY)
    assert [each.user.name for each in proposal.values()] == [cast.cato.name, cast.finn.name, cast.frida.name]
    cast.finn.appointments[0].ended_on = date(2025, 6, 1)
    session.flush()
    assert len(proposed_panel(session, case, TODAY)) == 2


def test_one_who_works_for_a_party_is_not_proposed(session: Session, cast: Cast) -> None:
    cast.asta.appointments.append(
        Appointment(seat=KS, kind=FIXED, order=0, from_on=date(2025, 1, 1), to_on=None, appointed_by="Departementet")
    )
    session.flush()
    case = prepared(session, cast, at=NOON - 30 * DAY)
    assert proposed_panel(session, case, TODAY)[KS].user == cast.kaare


def test_one_with_a_question_comes_after_one_without(session: Session, cast: Cast) -> None:
    case = prepared(session, cast, at=NOON - 30 * DAY)
    add_engagement(
        session, cast.frida, organisation=cast.vik, employer="", role="advokat", from_on=date(2020, 1, 1), to_on=None, at=NOON
    )
    proposal = proposed_panel(session, case, TODAY)
    assert [each.appointment.user for each in proposal.candidates[FREE]] == [cast.finn, cast.frida]
    assert proposal.candidates[FREE][1].questions
    assert proposal[KS].user == cast.kaare


def test_who_sat_between_the_same_parties_before_is_asked_and_still_goes_first(session: Session, cast: Cast) -> None:
    seated(session, cast)
    proposal = proposed_panel(session, prepared(session, cast, at=NOON - 30 * DAY), TODAY)
    first = proposal.candidates[FREE][0]
    assert (first.appointment.user, [question.code for question in first.questions]) == (cast.frida, ["panel.asked.sat_before"])
    assert not first.is_doubtful


def test_a_new_treatment_goes_to_others_where_there_are_any(session: Session, cast: Cast) -> None:
    earlier, case = referred(session, cast), prepared(session, cast, at=NOON - 30 * DAY)
    asked = NewTreatment(
        case=earlier, party=earlier.parties[0], by=cast.asta, ground="error", reasons="Feil i grunnlaget.", asked_at=NOON
    )
    asked.decided_at, asked.decided_by_id, asked.is_granted, asked.new_case = NOON, cast.cato.id, True, case
    session.add(asked)
    session.flush()
    proposal = proposed_panel(session, case, TODAY)
    assert [each.user for each in proposal.values()] == [cast.lise, cast.finn, cast.klara]
    assert [each.sat_before for each in proposal.candidates[FREE]] == [False, True]
    cast.finn.appointments[0].struck_at = NOON
    session.flush()
    assert proposed_panel(session, case, TODAY)[FREE].user == cast.frida


def test_a_term_that_ends_soon_is_told_beside_the_name(session: Session, cast: Cast) -> None:
    cast.kaare.appointments[0].ended_on = TODAY + timedelta(days=40)
    session.flush()
    proposal = proposed_panel(session, prepared(session, cast, at=NOON - 30 * DAY), TODAY)
    assert [proposal.chosen[kind].ends_on for kind in SeatKind] == [None, None, TODAY + timedelta(days=40)]


def test_another_than_proposed_is_explained_in_words(session: Session, cast: Cast) -> None:
    proposal = proposed_panel(session, prepared(session, cast, at=NOON - 30 * DAY), TODAY)
    chosen = dict(proposal) | {FREE: cast.finn.appointments[0]}
    assert departures(proposal, dict(proposal)) == []
    assert unexplained(proposal, chosen, {KS: "Noe annet.", FREE: "  "}) == [FREE]
    assert unexplained(proposal, chosen, {FREE: "Frida er bortreist."}) == []


def test_a_gap_is_the_first_day_nobody_holds_the_seat(session: Session, cast: Cast) -> None:
    cast.frida.appointments[0].ended_on = TODAY + timedelta(days=30)
    cast.finn.appointments[0].ended_on = TODAY + timedelta(days=20)
    session.flush()
    shown = board_on(session, TODAY)
    assert [(gap.seat, gap.from_on) for gap in shown.gaps] == [(FREE, TODAY + timedelta(days=31))]
    assert names(shown.seats[KS]) == [cast.kaare.name, cast.klara.name]
    assert shown.ad_hoc == shown.coming == shown.earlier == []


def test_a_term_without_end_leaves_no_gap_and_a_successor_closes_one() -> None:
    def term(seat: SeatKind, start: date, end: date | None) -> Appointment:
        return Appointment(seat=seat, kind=FIXED, order=1, from_on=start, to_on=end, appointed_by="")

    listed = [
        term(LEADER, date(2020, 1, 1), None),
        term(FREE, date(2020, 1, 1), date(2026, 3, 31)),
        term(FREE, date(2026, 4, 1), date(2030, 1, 1)),
    ]
    assert [(gap.seat, gap.from_on) for gap in gaps(listed, TODAY, date(2026, 6, 2))] == [(KS, TODAY)]


def test_the_holder_is_found_by_seat(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    assert [holder(case, kind).user for kind in SeatKind] == [cast.cato, cast.frida, cast.kaare]
