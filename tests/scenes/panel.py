"""Cases with a panel, made by the real acts: `seated`, `declared`, `referred`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.intake import letters_arrive
from tests.scenes.kept import kept
from tests.scenes.submissions import DAY, prepared
from tvist.cases.history import Statement
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.panel.actions import declare, refer, seat_panel
from tvist.panel.choosing import proposed_panel
from tvist.panel.objecting import say_no_objection

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case


@kept
def seated(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A prepared case to which Cato, Frida and Kåre are called; nobody has declared. It was sent a month before `at`."""
    case = prepared(session, cast, at=at - 30 * DAY, **changes)
    seat_panel(case, proposed_panel(session, case, oslo_date(at)), by=cast.siri, at=at)
    session.flush()
    return case


@kept
def declared(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """The same, with three declarations of no conflict, and the parties told who sits."""
    case = seated(session, cast, at=at, **changes)
    for member in (cast.cato, cast.frida, cast.kaare):
        declare(case, by=member, at=at, statement=Statement.NONE)
    letters_arrive(session, case, at=at)
    return case


@kept
def referred(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """The same, referred to the panel: the bundle is frozen, and nobody has read it yet."""
    case = declared(session, cast, at=at, **changes)
    refer(case, by=cast.siri, at=at)
    session.flush()
    return case


def nobody_objects(case: Case, *, at: datetime) -> None:
    """Each party that may still object says that it does not (rule 30)."""
    for task in [task for task in case.open_tasks if task.kind is TaskKind.OBJECT]:
        say_no_objection(case, by=task.party.team[0].user, at=at)
