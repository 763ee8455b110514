"""Every person of the cast and each thing that is no case, in every state of its case: who may do what with it, said once more in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.domain.test_policy import ACCEPTED, TODAY, a_stage
from tests.people import NOON
from tvist.access.policy import POLICY, Act
from tvist.access.roles import may
from tvist.accounts.models import Absence, User
from tvist.cases.filters import SavedFilter
from tvist.cases.history import Declaration, Statement
from tvist.cases.lifecycle import State
from tvist.cases.private import CaseMessage, Offer
from tvist.intake.models import Draft, DraftKind

if TYPE_CHECKING:
    from tests.domain.test_policy import Stage


def who_may(stage: Stage, act: Act, thing: object) -> set[str]:
    """The names of those of the cast who may."""
    return {name for name, user in vars(stage.cast).items() if isinstance(user, User) and may(user, act, thing, TODAY)}


@pytest.mark.parametrize("state", State)
def test_an_offer_is_for_the_two_sides_and_nobody_else(state: State) -> None:
    stage = a_stage(state)
    offer = Offer(case=stage.case, party=stage.case.parties[0], by=stage.cast.asta)
    sides = {"asta", "bo"} if state in ACCEPTED else {"asta"}
    assert who_may(stage, Act.READ_OFFER, offer) == who_may(stage, Act.MAKE_OFFER, offer) == sides


@pytest.mark.parametrize("state", State)
def test_a_message_is_for_its_party_and_the_secretariat(state: State) -> None:
    stage = a_stage(state)
    message = CaseMessage(case=stage.case, party=stage.case.parties[0], by=stage.cast.asta, from_party=True)
    assert who_may(stage, Act.READ_MESSAGE, message) == {"asta", "siri", "stein"}


@pytest.mark.parametrize("state", State)
def test_what_is_written_in_a_case_is_for_those_who_write_it(state: State) -> None:
    stage = a_stage(state)
    answer = Draft(kind=DraftKind.RESPONSE, in_case=stage.case, party=stage.case.parties[1])
    letter = Draft(kind=DraftKind.BODY_LETTER, in_case=stage.case, party=None)
    assert who_may(stage, Act.WRITE_DRAFT, answer) == ({"bo"} if state in ACCEPTED else set())
    assert who_may(stage, Act.WRITE_DRAFT, letter) == {"siri"}


def test_a_request_on_paper_is_registered_by_the_secretariat_and_not_read_by_the_party() -> None:
    stage = a_stage(State.RECEIVED)
    draft = Draft(kind=DraftKind.REQUEST, organisation=stage.cast.vik, organisation_id=stage.cast.vik.id, received_on=TODAY)
    assert who_may(stage, Act.WRITE_DRAFT, draft) == who_may(stage, Act.SEND, draft) == {"siri", "stein"}


def test_colleagues_are_for_colleagues_and_managed_by_who_may_file() -> None:
    stage = a_stage(State.RECEIVED)
    assert who_may(stage, Act.SEE_COLLEAGUES, stage.cast.vik) == {"asta", "arne"}
    assert who_may(stage, Act.MANAGE_COLLEAGUES, stage.cast.vik) == {"asta"}
    assert who_may(stage, Act.SEE_COLLEAGUES, stage.cast.body) == set()


def test_ones_own_absence_and_filter_are_ones_own() -> None:
    stage = a_stage(State.RECEIVED)
    absence = Absence(user=stage.cast.arne, stand_in=stage.cast.asta, from_on=TODAY, to_on=TODAY)
    assert who_may(stage, Act.CHANGE_OWN_ACCOUNT, absence) == {"arne"}
    assert who_may(stage, Act.SEE_WORKLIST, SavedFilter(user_id=stage.cast.siri.id)) == {"siri"}


@pytest.mark.parametrize("act", Act)
def test_who_declares_a_conflict_keeps_nothing_that_lies_in_the_case(act: Act) -> None:
    stage = a_stage(State.EXCHANGE)
    stage.case.declarations.append(
        Declaration(user_id=stage.cast.siri.id, statement=Statement.CONFLICT, ground="employed", at=NOON)
    )
    things = (
        Offer(case=stage.case, party=stage.case.parties[0], by=stage.cast.asta),
        CaseMessage(case=stage.case, party=stage.case.parties[0], by=stage.cast.asta, from_party=True),
        Draft(kind=DraftKind.BODY_LETTER, in_case=stage.case, party=None),
    )
    assert not any("siri" in who_may(stage, act, thing) for thing in things), POLICY[act]
