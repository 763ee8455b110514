"""A dismissal is looked at anew once, in time, by the leader; and equal cases are found without opening anything (rules 8, 16, 17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON, a_cast
from tests.scenes.intake import TODAY, accepted, declared, filed, letters_arrive
from tvist.accounts.models import Membership, MembershipRole
from tvist.cases.impartiality import questions_about
from tvist.cases.lifecycle import State
from tvist.cases.models import Case, Side
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.delivery.models import Letter, LetterKind
from tvist.errors import CannotProceed
from tvist.intake import actions
from tvist.intake.letter_drafts import POINTS, WITH_A_DRAFT, deficiency_words, dismissal_words, points_found
from tvist.intake.models import ChildIdentity
from tvist.intake.new_look import ask_new_look, last_day_to_ask, refuse_new_look, standing_dismissal, take_up_again
from tvist.intake.related import Kinship, related_cases
from tvist.procedure.codes import CodeKind, codes
from tvist.procedure.settings import procedure_on

DAY = timedelta(days=1)
LATER = NOON + 21 * DAY


@pytest.fixture
def stage(database):
    """The cast in a writing session."""
    with database.writing() as session:
        yield session, a_cast(session)


def dismissed(session, cast, case: Case) -> Case:
    """Cato has dismissed the case, both sides having been heard, and the letter has arrived."""
    declared(case, cast.siri)
    actions.propose_dismissal(case, by=cast.siri, at=NOON, ground="no_legal_interest", reasons="Uten betydning.")
    letters_arrive(session, case)
    actions.comment_on_dismissal(case, by=cast.asta, at=NOON + DAY, text="Uenig.")
    actions.comment_on_dismissal(case, by=cast.bo, at=NOON + DAY, text="Enig.")
    declared(case, cast.cato, at=NOON + DAY)
    actions.dismiss(case, by=cast.cato, at=LATER, reasons="Avvises.")
    letters_arrive(session, case, at=LATER)
    return case


def codes_of(refused: pytest.ExceptionInfo[CannotProceed]) -> list[str]:
    return [found.code for found in refused.value.obstacles]


def test_a_case_that_is_taken_up_again_is_screened_anew_and_keeps_its_history(stage):
    session, cast = stage
    case = dismissed(session, cast, filed(session, cast))
    ask_new_look(case, by=cast.asta, at=LATER + DAY, text="Nye opplysninger.")
    assert [task.kind for task in case.open_tasks] == [TaskKind.DECIDE_NEW_LOOK]
    take_up_again(case, by=cast.cato, at=LATER + 2 * DAY, reasons="Opplysningene er nye.")
    session.flush()
    assert (case.state, case.closed_at) == (State.RECEIVED, None)
    assert [(found.kind.value, found.undone_at) for found in case.endings] == [("dismissed", LATER + 2 * DAY)]
    assert [task.kind for task in case.open_tasks] == [TaskKind.SCREEN]
    assert {SubmissionKind.NEW_LOOK_REQUEST, SubmissionKind.NEW_LOOK_DECISION} <= {found.kind for found in case.submissions}


def test_a_case_dismissed_in_the_exchange_can_be_accepted_again(stage):
    session, cast = stage
    case = dismissed(session, cast, accepted(session, cast))
    ask_new_look(case, by=cast.asta, at=LATER + DAY, text="Nye opplysninger.")
    take_up_again(case, by=cast.cato, at=LATER + 2 * DAY, reasons="Opplysningene er nye.")
    actions.accept(case, by=cast.siri, at=LATER + 3 * DAY)
    letters_arrive(session, case, at=LATER + 3 * DAY)
    turns = [task for task in case.open_tasks if task.kind is TaskKind.RESPOND]
    assert [(task.party.side, task.starts_on) for task in turns] == [(Side.OPPOSING, TODAY + 24 * DAY)]


def test_the_other_side_and_the_secretariat_are_told_and_not_what_was_written(stage):
    session, cast = stage
    case = dismissed(session, cast, filed(session, cast))
    ask_new_look(case, by=cast.bo, at=LATER + DAY, text="Vi ønsker en uttalelse.")
    session.flush()
    letters = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.NEW_LOOK_ASKED)).all()
    assert {letter.party.side if letter.party else None for letter in letters} == {None, Side.REQUESTING}
    assert not any("uttalelse." in letter.body for letter in letters)


def test_a_dismissal_is_looked_at_anew_once(stage):
    session, cast = stage
    case = dismissed(session, cast, filed(session, cast))
    ask_new_look(case, by=cast.asta, at=LATER + DAY, text="Nytt.")
    refuse_new_look(case, by=cast.cato, at=LATER + 2 * DAY, reasons="Ikke noe nytt.")
    session.flush()
    assert case.state is State.DISMISSED
    assert case.open_tasks == []
    with pytest.raises(CannotProceed) as refused:
        ask_new_look(case, by=cast.bo, at=LATER + 3 * DAY, text="Likevel.")
    assert codes_of(refused) == ["intake.new_look_asked_before"]


def test_the_time_to_ask_runs_from_when_the_dismissal_was_served(stage):
    session, cast = stage
    case = dismissed(session, cast, filed(session, cast))
    due = last_day_to_ask(case, case.parties[0]).due_on
    assert due == procedure_on(TODAY).new_look_length.after(LATER.date())
    with pytest.raises(CannotProceed) as refused:
        ask_new_look(case, by=cast.asta, at=NOON + (due - TODAY + DAY), text="For sent.")
    assert codes_of(refused) == ["intake.new_look_too_late"]
    assert standing_dismissal(case) is not None


def test_the_parties_are_told_when_the_leader_does_not_dismiss(stage):
    session, cast = stage
    case = declared(filed(session, cast), cast.siri)
    actions.propose_dismissal(case, by=cast.siri, at=NOON, ground="no_legal_interest", reasons="Uten betydning.")
    declared(case, cast.cato)
    actions.keep(case, by=cast.cato, at=LATER, reasons="Det har betydning.")
    session.flush()
    assert [letter.party.side for letter in case.letters if letter.kind is LetterKind.KEPT] == [Side.REQUESTING, Side.OPPOSING]
    assert [task.kind for task in case.open_tasks] == [TaskKind.SCREEN]


def kinships(session, case, user) -> list[tuple[str, str]]:
    return [(found.case.number, found.kinship.value) for found in related_cases(session, case, user, TODAY)]


def test_the_same_reference_of_a_party_tells_that_cases_are_equal(stage):
    session, cast = stage
    first, second = filed(session, cast), filed(session, cast)
    assert kinships(session, second, cast.siri) == [(first.number, Kinship.SAME_REFERENCE)]


def test_the_same_sealed_number_is_found_by_its_hash_but_nothing_is_told_of_a_secret_address(stage):
    session, cast = stage
    secret = {"birth_year": "2011", "other_side_reference": "BV-2024-88", "address_secret": True}
    first, second = filed(session, cast, child=secret), filed(session, cast, child=secret)
    third = filed(session, cast)
    assert kinships(session, second, cast.siri) == []
    assert kinships(session, third, cast.siri) == []
    fourth = filed(session, cast)
    for case in (first, second, third, fourth):
        session.add(ChildIdentity(case=case, sealed=b"sealed", number_hash=b"the same", made_at=NOON))
    session.flush()
    assert kinships(session, second, cast.siri) == []
    assert kinships(session, fourth, cast.siri) == [(third.number, Kinship.SAME_CHILD)]


def test_a_case_that_the_reader_may_not_open_is_not_named(stage):
    session, cast = stage
    _, second = filed(session, cast), filed(session, cast)
    assert kinships(session, second, cast.eva) == []


def test_an_officer_who_worked_for_a_party_lately_is_asked(stage):
    session, cast = stage
    case = filed(session, cast)
    assert questions_about(session, case, cast.siri, TODAY) == []
    cast.siri.memberships.append(
        Membership(organisation=cast.vik, role=MembershipRole.CASE_OFFICER, from_on=TODAY - 900 * DAY, to_on=TODAY - 500 * DAY)
    )
    session.flush()
    assert [found.code for found in questions_about(session, case, cast.siri, TODAY)] == ["cases.asked.works_there_before"]
    assert questions_about(session, case, cast.siri, TODAY + 900 * DAY) == []


def test_a_deficiency_letter_begins_with_what_is_missing(stage):
    session, cast = stage
    case = filed(session, cast)
    assert {"delegation", "papers"} <= set(points_found(case))
    letter = deficiency_words(case, points_found(case), procedure_on(TODAY).deficiency_length.text)
    assert case.number in letter
    assert "fullmakt" in letter
    assert deficiency_words(case, [], procedure_on(TODAY).deficiency_length.text) == ""


def test_every_point_and_ground_has_first_words(stage):
    session, cast = stage
    case = filed(session, cast)
    assert all(len(deficiency_words(case, [point], procedure_on(TODAY).deficiency_length.text)) > 100 for point in POINTS)
    assert {code.code for code in codes(CodeKind.DISMISSAL_GROUND, TODAY)} == set(WITH_A_DRAFT)
    assert all(case.number in dismissal_words(case, ground) or ground == "not_cured" for ground in WITH_A_DRAFT)
