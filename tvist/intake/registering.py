"""A request that came by letter or e-mail: the secretariat registers it on behalf of the party, with the day it came in apart from that of registering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Role
from tvist.clock import oslo_date
from tvist.errors import CannotProceed, NotAllowed
from tvist.intake.actions import begin_draft
from tvist.procedure.settings import PROCEDURES
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.intake.models import Draft


def begin_registered(session: Session, organisation: Organisation, *, received_on: date, by: User, at: datetime) -> Draft:
    """Begin a request for the party that wrote the letter. The officers write it together; the party's people come into the case when it is sent.

    Raises NotAllowed for others than the secretariat, CannotProceed for a day that has not come, and for one before the body existed.
    """
    on = oslo_date(at)
    if Role.SECRETARIAT not in by.roles_on(on):
        raise NotAllowed
    if wrong := wrong_day(received_on, on):
        raise CannotProceed(wrong)
    return begin_draft(session, organisation, by=by, at=at, received_on=received_on)


def wrong_day(received_on: date, on: date) -> Message | None:
    """What is wrong with a day of receipt."""
    if received_on > on:
        return Message("intake.received_in_future")
    first = PROCEDURES[0].valid_from
    return Message("intake.received_before_the_body", day=first) if received_on < first else None
