"""What is filled in around the panel: who is appointed, who is called, what a member declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from tvist.cases.fields import DayField
from tvist.cases.history import Statement
from tvist.panel.models import AppointmentKind, SeatKind
from tvist.procedure.codes import CodeKind, codes
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import Message, label

if TYPE_CHECKING:
    from datetime import date

    from wtforms import Field

    from tvist.cases.models import Case
    from tvist.panel.choosing import Proposal
    from tvist.panel.models import Appointment, Seat

LONGEST_NAME: Final = 200
LONGEST_WORDS: Final = 5000
MOST: Final = 99


@dataclass(frozen=True)
class JournalLength:
    """Stands for the case in forms that any line of its journal makes old: the panel changes by rows, not by the case's own columns."""

    version: int


def journal_length(case: Case) -> JournalLength:
    """The version that a form about the panel shows and is checked against."""
    return JournalLength(len(case.events))


class PlainForm(TvistForm):
    """A form with nothing but its button."""


class AppointForm(TvistForm):
    """An appointment to a seat of the board."""

    person = StringField(
        lazy("panel.appoint.person"),
        filters=[trimmed],
        validators=[Needed("panel.appoint.person_needed"), NotLonger(LONGEST_NAME)],
    )
    seat = RadioField(lazy("panel.appoint.seat"), validators=[Needed("panel.appoint.seat_needed")])
    kind = RadioField(lazy("panel.appoint.kind"), validators=[Needed("panel.appoint.kind_needed")])
    order = StringField(lazy("panel.appoint.order"), filters=[trimmed], default="1")
    from_on = DayField(lazy("panel.appoint.from"), validators=[Needed("panel.appoint.from_needed")])
    to_on = DayField(lazy("panel.appoint.to"))
    appointed_by = StringField(
        lazy("panel.appoint.by"), filters=[trimmed], validators=[Needed("panel.appoint.by_needed"), NotLonger(LONGEST_NAME)]
    )
    finishes_referred = BooleanField(lazy("panel.appoint.finishes"), default=True)
    case_number = StringField(lazy("panel.appoint.case"), filters=[trimmed], validators=[NotLonger(LONGEST_NAME)])

    def __init__(self, **kwargs: Any) -> None:
        """Choices in the page's language."""
        super().__init__(**kwargs)
        self.seat.choices = [(kind.value, say(label(kind))) for kind in SeatKind]
        self.kind.choices = [(kind.value, say(label(kind))) for kind in AppointmentKind]

    def validate_order(self, field: Field) -> None:
        """A whole number from 1."""
        typed = field.data or ""
        if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST)) and 1 <= int(typed) <= MOST):
            raise ValidationError(say(Message("panel.appoint.order_needed")))


class SeatForm(TvistForm):
    """Who is called to each seat that is to be filled; the proposal is chosen beforehand."""

    leader = RadioField(lazy("seat_kind.leader"), validators=[Needed("web.not_a_choice")])
    free = RadioField(lazy("seat_kind.free"), validators=[Needed("web.not_a_choice")])
    ks = RadioField(lazy("seat_kind.ks"), validators=[Needed("web.not_a_choice")])

    def __init__(self, proposal: Proposal, to_fill: list[SeatKind], **kwargs: Any) -> None:
        """`to_fill` are the seats that are asked for."""
        super().__init__(**kwargs)
        self.proposal = proposal
        for kind in SeatKind:
            if kind not in to_fill or kind not in proposal:
                del self[kind.value]
                continue
            field = self[kind.value]
            field.choices = [
                (str(each.appointment.id), t("panel.choice", name=each.appointment.user.name, reasons=each.reasons))
                for each in proposal.candidates[kind]
            ]
            if field.data is None and not self.is_submitted():
                field.data = str(proposal[kind].id)

    @property
    def asked(self) -> list[Field]:
        """The seats asked for, in order."""
        return [self[kind.value] for kind in SeatKind if kind.value in self]

    @property
    def chosen(self) -> dict[SeatKind, Appointment]:
        """Who was chosen for each seat."""
        found = {}
        for kind in SeatKind:
            if kind.value in self:
                found[kind] = next(
                    each.appointment
                    for each in self.proposal.candidates[kind]
                    if str(each.appointment.id) == self[kind.value].data
                )
        return found


class DeclareForm(TvistForm):
    """A member declares for one case. One who has declared no conflict can only report a late discovery."""

    statement = RadioField(lazy("panel.declare.statement"), validators=[Needed("panel.choose_statement")])
    ground = RadioField(lazy("panel.declare.ground"), validate_choice=False)
    words = TextAreaField(lazy("panel.declare.words"), filters=[trimmed], validators=[NotLonger(LONGEST_WORDS)])

    def __init__(self, seat: Seat, on: date, **kwargs: Any) -> None:
        """The grounds that can be chosen on the day `on`."""
        super().__init__(**kwargs)
        offered = [Statement.CONFLICT] if seat.is_declared else [Statement.NONE, Statement.CONFLICT]
        if seat.is_declared and not self.is_submitted():
            self.statement.data = Statement.CONFLICT.value
        self.statement.choices = [(each.value, t(f"panel.declare.{each.value}")) for each in offered]
        self.ground.choices = [(code.code, say(code.label)) for code in codes(CodeKind.CONFLICT_GROUND, on)]
