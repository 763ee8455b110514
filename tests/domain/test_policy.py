"""Every role, every act, every state, own and foreign case: from the tables, without a database."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest

from tests.people import NOON, Cast, the_cast
from tvist.access.policy import POLICY, Act, Role
from tvist.access.roles import may, roles_of
from tvist.accounts.models import OrganisationKind, User
from tvist.cases.history import Declaration, Statement
from tvist.cases.lifecycle import FINAL, STEPS, State, obstacles, take_step
from tvist.cases.models import Case, Outcome, Party, Side, TeamMember
from tvist.errors import CannotProceed
from tvist.panel.models import Seat, SeatKind
from tvist.rulebook import CONDITIONS

TODAY = NOON.date()
ACCEPTED = frozenset({State.EXCHANGE, State.PREPARED, State.PANEL, State.ISSUING, State.DECIDED})
SEATED = frozenset({State.PANEL, State.ISSUING, State.DECIDED})


@dataclass
class Stage:
    """A cast and a case in some state."""

    cast: Cast
    case: Case


def _party(organisation: object, side: Side, kind: OrganisationKind, user: User, *, brought_in: bool) -> Party:
    party = Party(
        organisation=organisation,
        side=side,
        kind=kind,
        name="",
        position=1,
        joined_at=NOON,
        brought_in_at=NOON if brought_in else None,
    )
    party.organisation_id = organisation.id  # type: ignore[attr-defined]
    party.team.append(TeamMember(user=user, user_id=user.id, from_on=TODAY))
    return party


def a_stage(state: State, *, declared: bool = True) -> Stage:
    """Asta's case for Vik against Bufetat region vest in `state`, with a declared officer and, from the panel on, a declared panel."""
    cast = the_cast()
    for number, person in enumerate(vars(cast).values(), start=1):
        person.id = number
    for user in (found for found in vars(cast).values() if isinstance(found, User)):
        for membership in user.memberships:
            membership.organisation_id = membership.organisation.id
    accepted = state in ACCEPTED
    case = Case(
        year=2026,
        serial=1,
        number="2026/0001",
        state=state,
        language="nn",
        registered_on=TODAY,
        accepted_at=NOON if accepted else None,
        closed_at=NOON if state in FINAL else None,
        outcome=Outcome.STATE if state is State.DECIDED else None,
    )
    case.parties.append(_party(cast.vik, Side.REQUESTING, OrganisationKind.MUNICIPALITY, cast.asta, brought_in=True))
    case.parties.append(_party(cast.vest, Side.OPPOSING, OrganisationKind.STATE, cast.bo, brought_in=accepted))
    case.declarations.append(Declaration(user_id=cast.siri.id, statement=Statement.NONE, at=NOON))
    if state in SEATED:
        for user, kind in ((cast.cato, SeatKind.LEADER), (cast.frida, SeatKind.FREE), (cast.kaare, SeatKind.KS)):
            case.seats.append(Seat(user=user, user_id=user.id, appointment=user.appointments[0], kind=kind, seated_at=NOON))
            if declared:
                case.declarations.append(Declaration(user_id=user.id, statement=Statement.NONE, at=NOON))
    return Stage(cast, case)


def _expected(name: str, state: State) -> set[Role]:
    """What each of the cast is to Asta's case, said once more in plain words."""
    accepted, seated = state in ACCEPTED, state in SEATED
    found: dict[str, set[Role]] = {
        "asta": {Role.REQUESTING, Role.REQUESTING_FILER},
        "bo": {Role.OPPOSING, Role.OPPOSING_FILER} if accepted else set(),
        "siri": {Role.SECRETARIAT, Role.SECRETARIAT_DECLARED},
        "stein": {Role.SECRETARIAT},
        "cato": ({Role.SEATED, Role.SEATED_LEADER} if seated else set())
        | ({Role.LEADER, Role.LEADER_DECLARED} if state is State.DECIDED else set()),
        "lise": {Role.LEADER} if state is State.DECIDED else set(),
        "frida": {Role.SEATED} if seated else set(),
        "kaare": {Role.SEATED} if seated else set(),
    }
    return found.get(name, set())


def _people(cast: Cast) -> list[tuple[str, User]]:
    return [(name, found) for name, found in vars(cast).items() if isinstance(found, User)]


@pytest.mark.parametrize("state", State)
def test_each_person_is_to_the_case_what_the_case_says(state: State) -> None:
    stage = a_stage(state)
    for name, user in _people(stage.cast):
        assert roles_of(user, stage.case, TODAY) == _expected(name, state), name


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_who_may_do_an_act_follows_from_the_policy_alone(state: State, act: Act) -> None:
    stage = a_stage(state)
    for name, user in _people(stage.cast):
        assert may(user, act, stage.case, TODAY) == bool(_expected(name, state) & POLICY[act]), name


@pytest.mark.parametrize("state", State)
def test_nobody_outside_opens_the_case(state: State) -> None:
    stage = a_stage(state)
    for name in ("arne", "berit", "dag", "finn", "klara", "eva", "adam"):
        assert not any(may(getattr(stage.cast, name), act, stage.case, TODAY) for act in Act), name


@pytest.mark.parametrize("act", Act)
def test_a_stranger_may_do_nothing(act: Act) -> None:
    assert not may(None, act, None, TODAY)
    assert not may(None, act, a_stage(State.PANEL).case, TODAY)


@pytest.mark.parametrize("state", sorted(SEATED))
def test_a_member_who_has_not_declared_is_only_called(state: State) -> None:
    stage = a_stage(state, declared=False)
    assert roles_of(stage.cast.frida, stage.case, TODAY) == {Role.CALLED}
    assert not may(stage.cast.frida, Act.READ_DELIBERATION, stage.case, TODAY)


@pytest.mark.parametrize("state", State)
def test_who_declares_a_conflict_becomes_a_stranger_to_the_case(state: State) -> None:
    stage = a_stage(state)
    for name in ("siri", "stein", "cato", "frida"):
        user = getattr(stage.cast, name)
        stage.case.declarations.append(Declaration(user_id=user.id, statement=Statement.CONFLICT, ground="employed", at=NOON))
        assert roles_of(user, stage.case, TODAY) == set(), name


def test_a_disabled_person_is_nobody() -> None:
    stage = a_stage(State.EXCHANGE)
    stage.cast.asta.disabled_at = NOON
    assert roles_of(stage.cast.asta, stage.case, TODAY) == set()


def test_who_left_the_organisation_loses_its_cases() -> None:
    stage = a_stage(State.EXCHANGE)
    stage.cast.asta.memberships[0].to_on = TODAY.replace(day=1)
    assert roles_of(stage.cast.asta, stage.case, TODAY) == set()


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, STEPS)))
def test_an_act_is_refused_in_every_state_but_its_own(state: State, act: Act) -> None:
    case = a_stage(state).case
    if state in STEPS[act].sources:
        assert "cases.wrong_state" not in {message.code for message in obstacles(case, act)}
        return
    with pytest.raises(CannotProceed, match=r"cases\.wrong_state"):
        take_step(case, act, by=None, at=NOON)
    assert case.state is state
    assert case.events == []


def test_every_step_has_a_row_in_the_policy_and_in_the_rulebook() -> None:
    assert set(Act) == POLICY.keys()
    assert STEPS.keys() == CONDITIONS.keys()


def test_only_a_new_look_at_a_dismissal_leads_out_of_a_final_state() -> None:
    for act, step in STEPS.items():
        assert step.target is None or not (step.sources & FINAL) or act is Act.TAKE_UP_AGAIN, act


def test_each_state_can_be_reached_and_each_open_one_left() -> None:
    reached = {step.target for step in STEPS.values() if step.target} | {State.RECEIVED}
    assert reached == set(State)
    for state in set(State) - FINAL:
        assert any(state in step.sources and step.target not in {None, state} for step in STEPS.values()), state
