"""A request is sent, numbered and screened by the real acts (rules 4, 5, 10, 15-19)."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import (
    a_line,
    a_petition,
    accepted,
    at_home,
    declared,
    dismissal_proposed,
    filed,
    letters_arrive,
    raw_petition,
)
from tvist.access.policy import Act, Role
from tvist.access.roles import may, roles_of
from tvist.cases.history import FactKind, Statement
from tvist.cases.lifecycle import State
from tvist.cases.models import Side
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import Desk, TaskKind
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.intake import actions, rules
from tvist.intake.making import draw_number
from tvist.jobs.models import Job, JobKind

if TYPE_CHECKING:
    from tvist.cases.models import Case

TODAY = date(2026, 3, 2)


def kinds_of(case: Case) -> list[LetterKind]:
    return [letter.kind for letter in case.letters]


def open_kinds(case: Case) -> set[TaskKind]:
    return {task.kind for task in case.open_tasks}


def test_a_request_becomes_a_case_with_all_that_belongs_to_it(database, cast):
    with database.writing() as session:
        case = filed(session, cast)

        assert (case.number, case.state, case.slug, case.region_code, case.measure) == (
            "2026/0001",
            State.RECEIVED,
            "2026-0001",
            "vest",
            "institution",
        )
        assert (case.claimed_ore, case.language, case.child_birth_year) == (20862903, "nn", 2011)
        assert [(party.name, party.side, party.brought_in_at is not None) for party in case.parties] == [
            ("Vik kommune", Side.REQUESTING, True),
            ("Bufetat region vest", Side.OPPOSING, False),
        ]
        assert (case.parties[0].own_reference, case.parties[1].own_reference) == ("2024/17", "BV-2024-88")
        assert {(fact.kind, fact.text, fact.ore) for fact in case.facts} == {
            (FactKind.REGION, "vest", None),
            (FactKind.MEASURE, "institution", None),
            (FactKind.CLAIMED, None, 20862903),
            (FactKind.LANGUAGE, "nn", None),
            (FactKind.REQUESTING_PARTY, "4639", None),
            (FactKind.OPPOSING_PARTY, "vest", None),
        }
        assert [event.act for event in case.events] == [Act.SEND]
        assert kinds_of(case) == [LetterKind.RECEIPT, LetterKind.NEW_CASE]
        assert [(task.kind, task.desk, task.is_target, task.due_on) for task in case.open_tasks] == [
            (TaskKind.SCREEN, Desk.SECRETARIAT, True, date(2026, 3, 16))
        ]
        queued = session.scalars(sa.select(Job).where(Job.kind == JobKind.INDEX_SUBMISSION)).one()
        assert queued.thing_id == case.submissions[0].id


def test_the_snapshot_is_what_was_sent(database, cast):
    with database.writing() as session:
        petition = filed(session, cast).petition
        assert petition is not None
        assert json.loads(petition.snapshot)["lines"][0]["rate_ore"] == 6500000
        assert petition.subject == raw_petition()["subject"]


def test_parties_are_found_by_old_names_and_own_references(database, cast):
    with database.writing() as session:
        case = filed(session, cast)
        assert "vik kommune" in case.parties_folded
        assert "2024 17" in case.parties_folded
        assert "bv 2024 88" in case.parties_folded


def test_numbers_follow_each_other_and_begin_anew_each_year(database):
    with database.writing() as session:
        assert [draw_number(session, year) for year in (2026, 2026, 2027, 2026)] == [1, 2, 1, 3]


def test_two_who_draw_at_once_never_get_the_same_number(database):
    drawn: list[int] = []

    def draw() -> None:
        for _ in range(5):
            with database.writing() as session:
                number = draw_number(session, 2026)
                session.commit()
            drawn.append(number)

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == list(range(1, 21))


def test_only_an_authorised_filer_of_the_organisation_sends(database, cast):
    with database.writing() as session:
        at_home(session, cast)
        for user in (cast.arne, cast.bo, cast.dag, cast.siri):
            with pytest.raises(NotAllowed):
                actions.send(session, a_petition(), organisation=cast.vik, by=user, at=NOON)
        with pytest.raises(CannotProceed, match="not_the_filer"):
            actions.send(session, a_petition(), organisation=cast.luster, by=cast.dag, at=NOON)


def test_a_party_that_is_not_here_is_named(database, cast):
    parties = {**raw_petition()["parties"], "opposing": ["nord"]}
    with database.writing() as session, pytest.raises(CannotProceed, match="party_not_connected"):
        filed(session, cast, parties=parties)


def test_a_joined_municipality_is_brought_in_and_served_at_once(database, cast):
    parties = {**raw_petition()["parties"], "requesting": ["4639", "4644"]}
    lines = [a_line(), a_line(municipality="4644", **{"from": "2024-06-16", "to": "2024-07-01"})]
    with database.writing() as session:
        case = filed(session, cast, parties=parties, lines=lines)
        letters_arrive(session, case)
        luster = case.parties[1]
        assert [member.user_id for member in luster.team] == [cast.dag.id]
        assert case.submissions[0].is_served_on(luster)
        assert [line.municipality.name for line in case.lines] == ["Vik kommune", "Luster kommune"]


def test_a_draft_sent_twice_is_one_case(database, cast):
    with database.writing() as session:
        at_home(session, cast)
        draft = actions.begin_draft(session, cast.vik, by=cast.asta, at=NOON)
        session.flush()
        first = actions.send(session, a_petition(), organisation=cast.vik, by=cast.asta, at=NOON, draft=draft)
        again = actions.send(session, a_petition(), organisation=cast.vik, by=cast.asta, at=NOON, draft=draft)
        assert first is again
        with pytest.raises(CannotProceed, match="draft_is_closed"):
            actions.save_draft(draft, {}, by=cast.asta, at=NOON)


def test_a_request_that_came_earlier_keeps_its_day(database, cast):
    with database.writing() as session:
        at_home(session, cast)
        case = actions.send(session, a_petition(), organisation=cast.vik, by=cast.asta, at=NOON, received_on=date(2026, 2, 27))
        assert (case.received_on, case.registered_on) == (date(2026, 2, 27), TODAY)


def test_the_day_of_a_request_is_the_day_in_oslo(database, cast):
    with database.writing() as session:
        assert filed(session, cast, at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC)).number == "2027/0001"


# Screening (rules 16, 17)


def test_an_officer_declares_before_anything_else(database, cast):
    with database.writing() as session:
        case = filed(session, cast)
        assert not may(cast.siri, Act.ACCEPT, case, TODAY)
        declared(case, cast.siri)
        assert may(cast.siri, Act.ACCEPT, case, TODAY)
        actions.declare_impartiality(case, by=cast.stein, at=NOON, statement=Statement.CONFLICT, ground="party")
        assert roles_of(cast.stein, case, TODAY) == set()
        assert roles_of(cast.siri, case, TODAY) == {Role.SECRETARIAT, Role.SECRETARIAT_DECLARED}


def test_acceptance_serves_the_request_and_starts_the_four_weeks(database, cast):
    with database.writing() as session:
        case = declared(filed(session, cast), cast.siri)
        actions.accept(case, by=cast.siri, at=NOON)
        session.flush()
        opposing = case.parties[1]
        assert (case.state, case.accepted_at) == (State.EXCHANGE, NOON)
        assert [member.user_id for member in opposing.team] == [cast.bo.id]
        assert [(task.kind, task.due_on) for task in case.open_tasks] == [(TaskKind.RESPOND, None)]
        assert not case.submissions[0].is_served_on(opposing)

        letters_arrive(session, case, at=NOON + timedelta(days=1))

        assert case.submissions[0].is_served_on(opposing)
        assert [task.due_on for task in case.open_tasks] == [date(2026, 3, 31)]


def test_what_is_missing_is_asked_for_and_mended(database, cast):
    with database.writing() as session:
        case = declared(filed(session, cast), cast.siri)
        actions.ask_for_missing(case, by=cast.siri, at=NOON, text="Legg ved fullmakten.")
        letters_arrive(session, case)
        assert case.state is State.DEFICIENT
        assert [(task.kind, task.due_on) for task in case.open_tasks] == [(TaskKind.CURE, date(2026, 3, 23))]

        mended = actions.cure(case, by=cast.asta, at=NOON + timedelta(days=22), text="Her er den.")

        assert mended.is_late
        assert case.state is State.RECEIVED
        assert open_kinds(case) == {TaskKind.SCREEN}
        actions.accept(case, by=cast.siri, at=NOON + timedelta(days=23))
        letters_arrive(session, case)
        assert mended.is_served_on(case.parties[1])


def test_a_mending_in_time_is_not_late(database, cast):
    with database.writing() as session:
        case = declared(filed(session, cast), cast.siri)
        actions.ask_for_missing(case, by=cast.siri, at=NOON, text="x")
        letters_arrive(session, case)
        assert not actions.cure(case, by=cast.asta, at=NOON + timedelta(days=21), text="x").is_late


def test_a_proposal_of_dismissal_lets_both_sides_comment(database, cast):
    with database.writing() as session:
        case = dismissal_proposed(session, cast)
        assert case.state is State.RECEIVED
        assert open_kinds(case) == {TaskKind.COMMENT_ON_DISMISSAL, TaskKind.DECIDE_DISMISSAL}
        assert {task.due_on for task in case.open_tasks} == {None, date(2026, 3, 16)}
        assert case.parties[1].brought_in_at
        with pytest.raises(CannotProceed, match="dismissal_is_open"):
            actions.accept(case, by=cast.siri, at=NOON)
        with pytest.raises(CannotProceed, match="dismissal_is_open"):
            actions.propose_dismissal(case, by=cast.siri, at=NOON, ground="before_courts", reasons="x")
        with pytest.raises(CannotProceed, match="dismissal_is_open"):
            actions.ask_for_missing(case, by=cast.siri, at=NOON, text="x")


def test_the_leader_dismisses_when_both_have_commented(database, cast, monkeypatch):
    monkeypatch.setattr(rules, "today", lambda: TODAY)
    with database.writing() as session:
        case = declared(dismissal_proposed(session, cast), cast.cato)
        actions.comment_on_dismissal(case, by=cast.asta, at=NOON, text="Vi er uenige.")
        with pytest.raises(CannotProceed, match="comments_awaited"):
            actions.dismiss(case, by=cast.cato, at=NOON, reasons="x")
        actions.comment_on_dismissal(case, by=cast.bo, at=NOON, text="Vi er enige.")

        actions.dismiss(case, by=cast.cato, at=NOON, reasons="Saken gjelder bare én av lovene.")

        assert (case.state, case.closed_at) == (State.DISMISSED, NOON)
        assert [(ending.kind.value, ending.ground) for ending in case.endings] == [("dismissed", "outside_mandate")]
        assert not case.open_tasks
        assert kinds_of(case).count(LetterKind.DISMISSED) == 2
        assert case.submissions[-1].kind is SubmissionKind.DISMISSAL
        session.commit()


@pytest.mark.parametrize(("today", "is_free"), [(date(2026, 3, 16), False), (date(2026, 3, 17), True)])
def test_the_leader_waits_until_the_time_is_out(database, cast, monkeypatch, today, is_free):
    monkeypatch.setattr(rules, "today", lambda: today)
    with database.writing() as session:
        case = dismissal_proposed(session, cast)
        assert (rules.sides_heard_on_dismissal(case) is None) is is_free


def test_a_proposal_that_has_not_arrived_is_not_decided(database, cast):
    with database.writing() as session:
        case = declared(filed(session, cast), cast.siri)
        actions.propose_dismissal(case, by=cast.siri, at=NOON, ground="outside_mandate", reasons="x")
        found = rules.sides_heard_on_dismissal(case)
        assert found is not None
        assert found.code == "intake.dismissal_not_served"


def test_the_leader_may_let_the_case_go_on(database, cast):
    with database.writing() as session:
        case = declared(dismissal_proposed(session, cast), cast.cato)
        actions.keep(case, by=cast.cato, at=NOON, reasons="Begge lovene kan gjelde.")
        assert case.open_dismissal is None
        assert open_kinds(case) == {TaskKind.SCREEN}
        actions.accept(case, by=cast.siri, at=NOON)
        with pytest.raises(CannotProceed, match="no_dismissal_proposed"):
            actions.keep(case, by=cast.cato, at=NOON, reasons="x")


def test_a_case_in_exchange_goes_on_there_when_it_is_kept(database, cast):
    with database.writing() as session:
        case = accepted(session, cast)
        actions.propose_dismissal(case, by=cast.siri, at=NOON, ground="before_courts", reasons="x")
        letters_arrive(session, case)
        declared(case, cast.cato)
        actions.keep(case, by=cast.cato, at=NOON, reasons="x")
        assert case.state is State.EXCHANGE
        assert open_kinds(case) == {TaskKind.RESPOND}


def test_a_case_without_reachable_side_or_known_child_is_not_accepted(database, cast):
    with database.writing() as session:
        case = declared(filed(session, cast), cast.siri)
        for party in case.parties:
            party.own_reference = ""
        case.parties[1].organisation.mailbox = ""
        with pytest.raises(CannotProceed, match=r"other_side_unreachable.*child_not_identifiable"):
            actions.accept(case, by=cast.siri, at=NOON)
        case.parties[1].left_at = NOON
        found = rules.other_side_reachable(case)
        assert found is not None
        assert found.code == "intake.no_other_side"
