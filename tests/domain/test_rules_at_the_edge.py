"""The answers of the rules that no ordinary case brings about: each keeps a mistake from passing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.decision import approved
from tests.scenes.intake import accepted
from tests.scenes.panel import declared, seated
from tests.scenes.submissions import responded
from tvist.access.policy import Act
from tvist.cases.history import Statement
from tvist.cases.lifecycle import obstacles, use_conditions
from tvist.cases.submissions import Submission
from tvist.decision.outcomes import case_outcome, finding
from tvist.decision.rules import unfinished
from tvist.panel.actions import declare
from tvist.panel.models import SeatKind
from tvist.panel.rules import contradiction_kept, holder, lawful_panel, seating_faults, why_not
from tvist.submissions.rules import parties_in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tvist.db import Database
    from tvist.installation import Installation


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """What a test bends out of shape is never written."""
    with database.writing() as found:
        yield found


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def test_a_rulebook_that_forgets_an_act_is_refused_and_the_old_one_stays(session: Session, cast: Cast) -> None:
    with pytest.raises(ValueError, match="accept"):
        use_conditions({})
    assert obstacles(accepted(session, cast), Act.WITHDRAW) == []


def test_one_named_for_another_case_neither_sits_nor_is_called(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    with session.no_autoflush:
        cast.frida.appointments[0].only_case_id = case.id + 1
        cast.finn.appointments[0].only_case_id = case.id + 1
        sits, called = lawful_panel(case), why_not(case, SeatKind.FREE, cast.finn.appointments[0], NOON.date())
    assert [found and found.code for found in (sits, called)] == ["panel.named_for_another_case"] * 2


def test_who_has_declared_keeps_the_seat_while_another_is_filled(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    leader = holder(case, SeatKind.LEADER)
    assert leader is not None
    with session.no_autoflush:
        for kind in (SeatKind.LEADER, SeatKind.KS):
            seat = holder(case, kind)
            assert seat is not None
            declare(case, by=seat.user, at=NOON, statement=Statement.NONE)
    chosen = {SeatKind.LEADER: cast.lise.appointments[0], SeatKind.FREE: cast.finn.appointments[0]}
    assert [found.code for found in seating_faults(case, chosen, NOON)] == ["panel.seat_is_taken"]


def test_what_was_not_passed_on_keeps_nothing_from_the_panel(session: Session, cast: Cast) -> None:
    """A response that waits with the secretariat is not in the bundle, so it need not have been served (rule 21)."""
    case = responded(session, cast)
    assert contradiction_kept(case) is None


def test_a_party_whose_response_is_awaited_gets_no_second_turn(session: Session, cast: Cast) -> None:
    case = accepted(session, cast)
    assert parties_in_turn(case.submissions[0]) == []


def test_what_the_body_itself_wrote_gives_nobody_a_turn() -> None:
    assert parties_in_turn(Submission(party=None), brings_new=True) == []


def test_a_line_on_the_principle_alone_is_divided_without_sums(session: Session, cast: Cast) -> None:
    found = finding(accepted(session, cast).lines[0], 40, None, is_unanimous=True)
    assert (found.found_ore, found.municipality_ore, found.state_ore, found.refund) == (None, None, None, None)
    assert found.outcome.value == "split"


def test_a_case_without_lines_has_no_outcome() -> None:
    with pytest.raises(ValueError, match="without lines"):
        case_outcome([])


def test_a_text_that_changed_behind_an_approval_stops_the_issue(session: Session, cast: Cast, installation: Installation) -> None:
    case = approved(session, cast, installation)
    assert case.decision is not None
    with session.no_autoflush:
        case.decision.legal += " Noe annet."
        found = unfinished(case, Act.ORDER_ISSUE, installation.keys)
    assert [message.code for message in found] == ["decision.changed_after_approval"]
