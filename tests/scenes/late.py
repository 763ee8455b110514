"""What comes when the preparation is closed, sent, admitted and sent over by the real acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.people import NOON
from tests.scenes.intake import letters_arrive
from tests.scenes.panel import referred
from tvist.check.everything import check_all
from tvist.errors import CannotProceed
from tvist.panel.late import rule_on_late, send_late, waiting_for_ruling
from tvist.submissions.actions import pass_on
from tvist.submissions.rules import waiting_to_be_passed_on

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.installation import Installation

WHY = "Tilsagnet ble funnet først nå, i et arkiv som var flyttet."


def sent_late(session: Session, cast: Cast, case: Case, *, by: User | None = None, at: datetime = NOON, expect: str = "") -> Any:
    """Asta, or somebody else, sends something; the leader has not ruled. `expect`: the code of why it is refused."""
    if expect:
        with pytest.raises(CannotProceed, match=expect.replace(".", r"\.")):
            send_late(case, by=by or cast.asta, at=at, text="Vi sender tilsagnet.", why_late=WHY)
        return None
    sent = send_late(case, by=by or cast.asta, at=at, text="Vi sender tilsagnet fra 2023.", why_late=WHY)
    letters_arrive(session, case, at=at)
    return sent


def admitted(session: Session, cast: Cast, case: Case, *, at: datetime = NOON) -> Case:
    """Cato admits what waits; the secretariat has not looked it through."""
    for late in waiting_for_ruling(case):
        rule_on_late(late, by=cast.cato, at=at, admits=True, reasons="Det kan ikke lastes parten, og det er viktig.")
    letters_arrive(session, case, at=at)
    return case


def sent_over(session: Session, cast: Cast, case: Case, *, at: datetime = NOON) -> Case:
    """Siri looks through what waits and sends it over, and it arrives at once."""
    for submission in waiting_to_be_passed_on(case):
        pass_on(submission, by=cast.siri, at=at)
    letters_arrive(session, case, at=at)
    return case


def late_round(session: Session, cast: Cast, *, case: Case | None = None, at: datetime = NOON) -> Case:
    """A case before the panel in which something was admitted late and has come to region vest, whose time to comment runs."""
    case = case or referred(session, cast, at=at)
    sent_late(session, cast, case, at=at)
    return sent_over(session, cast, admitted(session, cast, case, at=at), at=at)


def ends_without_findings(installation: Installation) -> None:
    """`tvist check` finds nothing wrong."""
    assert list(check_all(installation)) == []
