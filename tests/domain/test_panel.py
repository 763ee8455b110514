"""Seat, declare, step down, refer, read: the panel by its real acts (rules 26-33)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast, a_cast
from tests.scenes.intake import letters_arrive
from tests.scenes.panel import declared, referred, seated
from tests.scenes.submissions import DAY, prepared
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State
from tvist.cases.tasks import is_waiting_for
from tvist.cases.turns import is_over
from tvist.cases.waiting import TaskKind
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.jobs.models import Job, JobKind
from tvist.panel.actions import confirm_reading, declare, refer, seat_panel
from tvist.panel.board_actions import appoint
from tvist.panel.bundle import is_intact, left_out
from tvist.panel.models import AppointmentKind, SeatKind
from tvist.panel.rules import contradiction_kept, faults_over_time, holder, lawful_panel, objection_time_faults, panel_faults

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case

LATER = NOON + DAY


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def sitting(case: Case) -> list[User]:
    """Who sits, in the order of the seats."""
    return [seat.user for kind in SeatKind if (seat := holder(case, kind))]


def step_down(case: Case, user: User, **changes: object) -> None:
    """The member declares a conflict."""
    given = {"at": LATER, "statement": Statement.CONFLICT, "ground": "employed"} | changes
    declare(case, by=user, **given)


def test_three_are_called_and_asked_to_declare(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    assert sitting(case) == [cast.cato, cast.frida, cast.kaare]
    assert all(is_waiting_for(case, TaskKind.DECLARE, user) for user in sitting(case))
    assert not is_waiting_for(case, TaskKind.SEAT)
    called = [letter for letter in case.letters if letter.kind is LetterKind.CALLED_TO_SEAT]
    assert [letter.recipients[0].user for letter in called] == sitting(case)
    assert called[0].link == f"/cases/{case.slug}/panel/declare"


def test_one_person_cannot_take_two_seats(session: Session, cast: Cast) -> None:
    case = prepared(session, cast, at=NOON - 30 * DAY)
    twice = appoint(
        session,
        cast.frida,
        seat=SeatKind.KS,
        kind=AppointmentKind.DEPUTY,
        order=2,
        from_on=date(2026, 1, 1),
        to_on=None,
        appointed_by="Departementet",
    )
    chosen = {SeatKind.LEADER: cast.cato.appointments[0], SeatKind.FREE: cast.frida.appointments[0], SeatKind.KS: twice}
    with pytest.raises(CannotProceed, match=r"panel\.sits_twice"):
        seat_panel(case, chosen, by=cast.siri, at=NOON)
    assert case.seats == []


def test_a_seat_is_taken_only_by_one_appointed_to_it_on_that_day(session: Session, cast: Cast) -> None:
    case = prepared(session, cast, at=NOON - 30 * DAY)
    cast_by_seat = {SeatKind.LEADER: cast.cato, SeatKind.FREE: cast.klara, SeatKind.KS: cast.kaare}
    cast.kaare.appointments[0].ended_on = date(2026, 3, 1)
    with pytest.raises(CannotProceed) as refused:
        seat_panel(case, {kind: user.appointments[0] for kind, user in cast_by_seat.items()}, by=cast.siri, at=NOON)
    assert [message.code for message in refused.value.obstacles] == ["panel.appointed_elsewhere", "panel.term_over"]


def test_all_seats_must_be_chosen(session: Session, cast: Cast) -> None:
    case = prepared(session, cast, at=NOON - 30 * DAY)
    with pytest.raises(CannotProceed, match=r"panel\.choose_for_seat, panel\.choose_for_seat"):
        seat_panel(case, {SeatKind.KS: cast.kaare.appointments[0]}, by=cast.siri, at=NOON)


def test_the_last_declaration_tells_the_parties_and_lets_the_case_be_referred(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    for user in (cast.cato, cast.frida):
        declare(case, by=user, at=NOON, statement=Statement.NONE)
    assert not is_waiting_for(case, TaskKind.REFER)
    declare(case, by=cast.kaare, at=NOON, statement=Statement.NONE)
    assert is_waiting_for(case, TaskKind.REFER)
    told = [letter.party for letter in case.letters if letter.kind is LetterKind.PANEL_SEATED]
    assert told == case.parties
    assert not is_waiting_for(case, TaskKind.DECLARE)


def test_the_week_to_object_runs_from_service(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    objections = [task for task in case.tasks if task.kind is TaskKind.OBJECT]
    assert [task.party for task in objections] == case.parties
    assert {task.due_on for task in objections} == {date(2026, 3, 9)}


def test_before_service_no_week_runs(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    for user in sitting(case):
        declare(case, by=user, at=NOON, statement=Statement.NONE)
    assert [task.due_on for task in case.open_tasks if task.kind is TaskKind.OBJECT] == [None, None]


def test_a_conflict_calls_the_deputy_of_the_same_seat(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    step_down(case, cast.frida)
    assert sitting(case) == [cast.cato, cast.finn, cast.kaare]
    assert is_waiting_for(case, TaskKind.DECLARE, cast.finn)
    assert not is_waiting_for(case, TaskKind.DECLARE, cast.frida)
    assert case.roles_for(cast.frida, LATER.date()) == set()
    session.flush()


def test_with_nobody_left_the_ministry_names_one_for_the_case(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    step_down(case, cast.frida)
    step_down(case, cast.finn)
    assert holder(case, SeatKind.FREE) is None
    assert is_waiting_for(case, TaskKind.SEAT)
    named = appoint(
        session,
        cast.lise,
        seat=SeatKind.FREE,
        kind=AppointmentKind.AD_HOC,
        order=1,
        from_on=LATER.date(),
        to_on=None,
        appointed_by="Departementet",
        only_case=case,
    )
    seat_panel(case, {SeatKind.FREE: named}, by=cast.siri, at=LATER)
    for user in sitting(case):
        declare(case, by=user, at=LATER, statement=Statement.NONE)
    assert lawful_panel(case) is None
    assert [user.name for user in sitting(case)] == [cast.cato.name, cast.lise.name, cast.kaare.name]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ground": None}, "panel.choose_ground"),
        ({"ground": "no_such_ground"}, "panel.choose_ground"),
        ({"ground": "special", "words": "  "}, "panel.ground_needs_words"),
        ({"statement": Statement.DOUBT, "words": " "}, "panel.doubt_needs_words"),
    ],
)
def test_an_incomplete_declaration_says_what_is_missing(
    session: Session, cast: Cast, given: dict[str, object], code: str
) -> None:
    case = seated(session, cast)
    before = len(case.events)
    with pytest.raises(CannotProceed, match=code):
        step_down(case, cast.kaare, **given)
    assert len(case.events) == before


def test_only_the_called_declare_and_only_once(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    with pytest.raises(CannotProceed, match=r"panel\.not_called"):
        declare(case, by=cast.klara, at=NOON, statement=Statement.NONE)
    with pytest.raises(CannotProceed, match=r"panel\.declared_already"):
        declare(case, by=cast.kaare, at=NOON, statement=Statement.NONE)


def test_who_has_declared_is_not_replaced_at_will(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    with pytest.raises(CannotProceed, match=r"panel\.nothing_to_seat"):
        seat_panel(case, {SeatKind.FREE: cast.finn.appointments[0]}, by=cast.siri, at=NOON)


def test_who_has_not_answered_can_be_replaced(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    declare(case, by=cast.cato, at=NOON, statement=Statement.NONE)
    chosen = {SeatKind.FREE: cast.finn.appointments[0], SeatKind.KS: cast.kaare.appointments[0]}
    seat_panel(case, chosen, by=cast.siri, at=LATER, reasons={SeatKind.FREE: "Frida Oppdiktet har ikke svart."})
    assert [user.id for user in sitting(case)] == [cast.cato.id, cast.finn.id, cast.kaare.id]
    assert [seat.left_because for seat in case.seats] == [None, "replaced", None, None]


def test_referral_freezes_the_bundle_and_gives_each_member_their_work(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    assert (case.state, case.referred_at) == (State.PANEL, NOON)
    bundle = case.bundles[0]
    assert bundle.entries[0].submission.kind.value == "petition"
    assert is_intact(bundle)
    assert all(is_waiting_for(case, TaskKind.CONFIRM_READING, user) for user in sitting(case))
    questions = [task for task in case.open_tasks if task.kind is TaskKind.AGREE_QUESTIONS]
    assert {(task.user, task.due_on, task.is_target) for task in questions} == {
        (user, date(2026, 4, 13), True) for user in sitting(case)
    }
    assert not is_waiting_for(case, TaskKind.REFER)


def test_referral_lets_the_panel_find_what_is_in_the_bundle(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    session.flush()
    asked = session.scalars(sa.select(Job.thing_id).where(Job.kind == JobKind.INDEX_SUBMISSION, Job.made_at >= case.referred_at))
    assert {entry.submission_id for entry in case.bundles[-1].entries} <= set(asked)


def test_an_undeclared_member_stops_the_referral(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    with pytest.raises(CannotProceed, match=r"panel\.not_declared"):
        refer(case, by=cast.siri, at=NOON)
    assert case.state is State.PREPARED


def test_a_term_that_ended_before_referral_stops_it_and_lets_the_seat_be_filled(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    holder(case, SeatKind.KS).appointment.ended_on = NOON.date()
    with pytest.raises(CannotProceed, match=r"panel\.term_over"):
        refer(case, by=cast.siri, at=LATER)
    seat_panel(case, {SeatKind.KS: cast.klara.appointments[0]}, by=cast.siri, at=LATER)
    declare(case, by=cast.klara, at=LATER, statement=Statement.NONE)
    refer(case, by=cast.siri, at=LATER)
    assert faults_over_time(case) == []


@pytest.mark.parametrize("finishes", [True, False])
def test_a_member_finishes_a_referred_case_unless_the_appointment_says_no(
    session: Session, cast: Cast, *, finishes: bool
) -> None:
    case = referred(session, cast)
    appointment = holder(case, SeatKind.FREE).appointment
    appointment.to_on, appointment.finishes_referred = NOON.date(), finishes
    assert panel_faults(case, NOON) == []
    assert (panel_faults(case, NOON + 60 * DAY) == []) is finishes


def test_what_one_side_has_not_had_stops_the_referral(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    session.execute(
        sa.text("DROP TRIGGER serving_is_kept_on_update" + ("" if session.get_bind().dialect.name == "sqlite" else " ON serving"))
    )
    for submission in case.submissions:
        for serving in submission.servings:
            serving.served_at = None
    assert contradiction_kept(case).code == "panel.not_served"
    assert [each.why.code for each in left_out(case) if each.submission.kind == "petition"] == ["panel.out.not_served"]
    with pytest.raises(CannotProceed, match=r"panel\.not_served"):
        refer(case, by=cast.siri, at=NOON)


def test_a_member_confirms_reading_once(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    confirm_reading(case, by=cast.frida, at=LATER)
    confirm_reading(case, by=cast.frida, at=LATER)
    assert [reading.user for reading in case.bundles[0].readings] == [cast.frida]
    assert not is_waiting_for(case, TaskKind.CONFIRM_READING, cast.frida)
    with pytest.raises(CannotProceed, match=r"panel\.not_called"):
        confirm_reading(case, by=cast.finn, at=LATER)


def test_a_late_conflict_of_the_leader_hands_the_work_to_the_deputy_leader(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    step_down(case, cast.cato)
    assert not any(is_waiting_for(case, kind, cast.cato) for kind in TaskKind)
    declare(case, by=cast.lise, at=LATER, statement=Statement.NONE)
    assert is_waiting_for(case, TaskKind.AGREE_QUESTIONS, cast.lise)
    assert is_waiting_for(case, TaskKind.CONFIRM_READING, cast.lise)
    assert not is_waiting_for(case, TaskKind.REFER)
    told = [letter for letter in case.letters if letter.kind is LetterKind.PANEL_SEATED]
    assert len(told) == 2 * len(case.parties)
    assert lawful_panel(case) is None


def test_a_week_that_has_passed_is_not_waited_for(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    refer(case, by=cast.siri, at=NOON + 8 * DAY)
    assert objection_time_faults(case, NOON + 8 * DAY) == []
    assert all(is_over(task, LATER.date() + 7 * DAY) for task in case.open_tasks if task.kind is TaskKind.OBJECT)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to_on": date(2025, 1, 1)}, "panel.term_ends_before"),
        ({"kind": AppointmentKind.AD_HOC}, "panel.ad_hoc_needs_a_case"),
        ({"seat": SeatKind.FREE}, "panel.appointed_already"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused(session: Session, cast: Cast, changes: dict[str, object], code: str) -> None:
    given = {
        "seat": SeatKind.KS,
        "kind": AppointmentKind.DEPUTY,
        "order": 1,
        "from_on": date(2026, 1, 1),
        "to_on": None,
        "appointed_by": "Departementet",
    }
    with pytest.raises(CannotProceed, match=code):
        appoint(session, cast.frida, **given | changes)


def test_letters_arrive_and_nothing_is_left_waiting_for_service(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    letters_arrive(session, case)
    session.commit()
    assert all(recipient.accepted_at for letter in case.letters for recipient in letter.recipients)


@pytest.mark.parametrize("told", ["words", "page", "happened_on"])
def test_the_bundle_is_bound_to_the_facts_as_they_were_told(session: Session, cast: Cast, told: str) -> None:
    case = referred(
        session, cast, facts=[{"on": "2024-03-10", "until": "", "words": "Barn A flyttet inn.", "paper": "", "page": ""}]
    )
    fact = case.submissions[0].facts[0]
    assert is_intact(case.bundles[-1])
    with session.no_autoflush:
        setattr(fact, told, {"words": "Barn A flyttet ut.", "page": 3, "happened_on": fact.happened_on.replace(day=11)}[told])
        assert not is_intact(case.bundles[-1])
    session.expire(fact)
