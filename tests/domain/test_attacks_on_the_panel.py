"""The panel at its edges, each as somebody meant to misuse it would try it: terms that end at midnight, minutes of the last day, letters no font has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.people import NOON
from tests.scenes.decision import agreed, default_vote, present, written
from tests.scenes.panel import declared, referred
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.history import Statement
from tvist.clock import oslo_date
from tvist.decision.approving import approve
from tvist.decision.votes import seats_of
from tvist.decision.voting import vote
from tvist.errors import CannotProceed
from tvist.panel.actions import declare
from tvist.panel.board_actions import end_term
from tvist.panel.board_round import see_to_seats
from tvist.panel.challenging import awaited_of, rule
from tvist.panel.objecting import object_to, say_no_objection
from tvist.panel.rules import faults_over_time

AFTER_MIDNIGHT = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
"""00:00:00 in Oslo, the night after NOON."""


def ends_tonight(user, *, finishes=False):
    appointment = user.appointments[0]
    end_term(appointment, ended_on=oslo_date(NOON), reason="Fratrådte.", finishes=finishes, at=NOON)


def test_no_vote_is_cast_after_the_term_of_a_member_ended_at_midnight(installation, cast):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = agreed(session, cast)
        for question in case.questions:
            for seat in seats_of(case)[:2]:
                vote(question, default_vote(question), by=seat.user, at=NOON, keys=installation.keys)
        ends_tonight(cast.kaare)
        with pytest.raises(CannotProceed):
            vote(case.questions[0], default_vote(case.questions[0]), by=cast.kaare, at=AFTER_MIDNIGHT, keys=installation.keys)
        assert not faults_over_time(case)


def test_the_last_vote_of_the_others_opens_nothing_when_a_term_ended_at_midnight(installation, cast):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = agreed(session, cast)
        for question in case.questions:
            for seat in seats_of(case)[1:]:
                vote(question, default_vote(question), by=seat.user, at=NOON, keys=installation.keys)
        ends_tonight(cast.kaare)
        with pytest.raises(CannotProceed):
            vote(case.questions[0], default_vote(case.questions[0]), by=cast.cato, at=AFTER_MIDNIGHT, keys=installation.keys)


def test_nobody_approves_after_a_term_ended_at_midnight(installation, cast):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = written(session, cast, installation)
        ends_tonight(cast.kaare)
        with pytest.raises(CannotProceed):
            approve(case, by=cast.kaare, at=AFTER_MIDNIGHT, keys=installation.keys)


def test_who_is_no_member_any_more_does_not_rule_on_another(installation, cast):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = referred(session, cast)
        ends_tonight(cast.kaare)
        declare(case, by=cast.frida, at=AFTER_MIDNIGHT, statement=Statement.DOUBT, ground="special", words="Kjenner parten.")
        found = case.challenges[-1]
        assert not awaited_of(found, cast.kaare)
        assert awaited_of(found, cast.klara)


def test_who_was_asked_while_a_member_does_not_rule_when_the_term_is_over(installation, cast):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = referred(session, cast)
        declare(case, by=cast.frida, at=NOON, statement=Statement.DOUBT, ground="special", words="Kjenner parten.")
        found = case.challenges[-1]
        ends_tonight(cast.kaare)
        with pytest.raises(CannotProceed):
            rule(found, by=cast.kaare, at=AFTER_MIDNIGHT, stays=True, reasons="Nei.")


def test_whose_term_is_over_reads_no_more(installation, cast):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = referred(session, cast)
        ends_tonight(cast.kaare)
        assert may(cast.kaare, Act.READ_BUNDLE, case, date(2026, 3, 2))
        assert not may(cast.kaare, Act.READ_BUNDLE, case, date(2026, 3, 3))


def test_an_objection_reaches_to_the_last_second_of_the_last_day(installation, cast):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = declared(session, cast)
        seat = case.seat_of(cast.frida)
        last = datetime(2026, 3, 9, 22, 59, 59, 999999, tzinfo=UTC)
        with pytest.raises(CannotProceed):
            object_to(case, [seat], by=cast.bo, at=last + timedelta(microseconds=1), words="For sent.")
        object_to(case, [seat], by=cast.bo, at=last, words="I tide.")
        with pytest.raises(CannotProceed):
            say_no_objection(case, by=cast.asta, at=last + timedelta(microseconds=1))


@pytest.mark.parametrize("who", ["kaare", "klara"])
def test_another_is_asked_in_the_place_of_whose_term_ended(installation, cast, who):
    with installation.database.writing() as session:
        cast = present(session, cast)
        case = referred(session, cast)
        if who == "klara":
            declare(case, by=cast.kaare, at=NOON, statement=Statement.DOUBT, ground="special", words="Jeg er i tvil.")
        declare(case, by=cast.frida, at=NOON, statement=Statement.DOUBT, ground="special", words="Kjenner parten.")
        asked, about = getattr(cast, who), case.challenges[-1]
        assert awaited_of(about, asked)
        ends_tonight(asked)
        see_to_seats(session, at=AFTER_MIDNIGHT)
        assert not may(asked, Act.RULE_ON_CHALLENGE, about, oslo_date(AFTER_MIDNIGHT))
        assert not any(awaited_of(each, asked) for each in case.challenges)
        assert not [task for task in case.open_tasks if task.user is asked]
        assert {ruling.user for ruling in about.standing} == ({cast.cato, cast.klara} if who == "kaare" else {cast.cato})
        assert see_to_seats(session, at=AFTER_MIDNIGHT) == []
