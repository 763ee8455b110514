"""What is filled in around the board: who is appointed, whose term ends, who is called to a case, and for whom one works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from tvist.anonymity.finding import OF_A_CHILD
from tvist.cases.fields import DayField
from tvist.intake.searched_forms import SearchedForm
from tvist.panel.choosing import departures
from tvist.panel.forms import LONGEST_NAME, MOST
from tvist.panel.models import AppointmentKind, SeatKind
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wtforms import Field

    from tvist.accounts.models import Organisation
    from tvist.panel.choosing import Candidate, Proposal
    from tvist.panel.models import Appointment

LONGEST_REASON: Final = 2000
ANOTHER: Final = "0"
"""Chosen where the employer is no municipality and no region."""


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


class EndTermForm(TvistForm):
    """The last day of a term that ends before its time, and why. `finishes` is asked only where the appointment says that cases are finished."""

    ended_on = DayField(lazy("panel.end.day"), validators=[Needed("panel.end.day_needed")])
    reason = TextAreaField(
        lazy("panel.end.reason"), filters=[trimmed], validators=[Needed("panel.end.reason_needed"), NotLonger(LONGEST_REASON)]
    )
    finishes = BooleanField(lazy("panel.end.finishes"), default=True)

    def __init__(self, appointment: Appointment, **kwargs: Any) -> None:
        """`appointment` is the one that ends."""
        super().__init__(**kwargs)
        if not appointment.finishes_referred:
            del self.finishes

    @property
    def still_finishes(self) -> bool:
        """Whether the cases already referred are still finished."""
        return "finishes" in self and bool(self.finishes.data)


class ReleaseForm(TvistForm):
    """The last day on which one whose term is over finishes cases, and why."""

    released_on = DayField(lazy("panel.release.day"), validators=[Needed("panel.end.day_needed")])
    reason = TextAreaField(
        lazy("panel.end.reason"), filters=[trimmed], validators=[Needed("panel.end.reason_needed"), NotLonger(LONGEST_REASON)]
    )


class SeatForm(SearchedForm):
    """Who is called to each seat that is to be filled; the proposal is chosen beforehand, and another choice needs a reason."""

    seeks = OF_A_CHILD

    leader = RadioField(lazy("seat_kind.leader"), validators=[Needed("web.not_a_choice")])
    leader_reason = TextAreaField(
        lazy("panel.seat.reason", seat=SeatKind.LEADER), filters=[trimmed], validators=[NotLonger(LONGEST_REASON)]
    )
    free = RadioField(lazy("seat_kind.free"), validators=[Needed("web.not_a_choice")])
    free_reason = TextAreaField(
        lazy("panel.seat.reason", seat=SeatKind.FREE), filters=[trimmed], validators=[NotLonger(LONGEST_REASON)]
    )
    ks = RadioField(lazy("seat_kind.ks"), validators=[Needed("web.not_a_choice")])
    ks_reason = TextAreaField(
        lazy("panel.seat.reason", seat=SeatKind.KS), filters=[trimmed], validators=[NotLonger(LONGEST_REASON)]
    )

    def __init__(self, proposal: Proposal, to_fill: list[SeatKind], **kwargs: Any) -> None:
        """`to_fill` are the seats that are asked for; where there is no choice, no reason is asked."""
        super().__init__(**kwargs)
        self.proposal = proposal
        asked = {kind for kind in to_fill if kind in proposal and len(proposal.candidates[kind]) > 1}
        reasons = [self[f"{kind.value}_reason"].data for kind in SeatKind if kind not in asked]
        self.has_lost = self.is_submitted() and any(reasons)
        """A reason was written for a seat that has been filled, or has one candidate left, since the page was opened."""
        for kind in SeatKind:
            if kind not in to_fill or kind not in proposal:
                del self[kind.value], self[f"{kind.value}_reason"]
                continue
            if len(proposal.candidates[kind]) == 1:
                del self[f"{kind.value}_reason"]
            field = self[kind.value]
            field.choices = [
                (str(each.appointment.id), t("panel.choice", name=each.appointment.user.name, reasons=each.reasons))
                for each in proposal.candidates[kind]
            ]
            if field.data is None and not self.is_submitted():
                field.data = str(proposal[kind].id)

    def validate(self, extra_validators: Any = None) -> bool:
        """As any form; and another than the proposed one needs a reason."""
        fine = super().validate(extra_validators)
        if not fine:
            return False
        for kind in departures(self.proposal, self.chosen):
            if not self.reasons.get(kind):
                self.blame(Message("panel.seat.reason_needed", seat=kind), f"{kind.value}_reason")
                fine = False
        return fine

    @property
    def asked(self) -> list[tuple[Field, list[Candidate], Field | None]]:
        """The seats asked for, in order: the choice, who can be called, and the field of the reason."""
        return [
            (self[kind.value], self.proposal.candidates[kind], self._fields.get(f"{kind.value}_reason"))
            for kind in SeatKind
            if kind.value in self
        ]

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

    @property
    def reasons(self) -> dict[SeatKind, str]:
        """Why another than the proposed one was chosen, where something was written."""
        fields = {kind: self._fields.get(f"{kind.value}_reason") for kind in SeatKind}
        return {kind: field.data for kind, field in fields.items() if field is not None and field.data}


class EngagementForm(TvistForm):
    """For whom one works or worked, as what, and when."""

    organisation = SelectField(lazy("panel.employers.organisation"))
    employer = StringField(lazy("panel.employers.employer"), filters=[trimmed], validators=[NotLonger(LONGEST_NAME)])
    role = StringField(
        lazy("panel.employers.role"),
        filters=[trimmed],
        validators=[Needed("panel.employers.role_needed"), NotLonger(LONGEST_NAME)],
    )
    from_on = DayField(lazy("panel.employers.from"), validators=[Needed("panel.employers.from_needed")])
    to_on = DayField(lazy("panel.employers.to"))

    def __init__(self, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        """`organisations` are the municipalities and regions to choose from."""
        super().__init__(**kwargs)
        self._organisations = {str(found.id): found for found in organisations}
        named = [(number, found.name) for number, found in self._organisations.items()]
        self.organisation.choices = [(ANOTHER, t("panel.employers.another")), *named]

    def validate_employer(self, field: Field) -> None:
        """Either a municipality or region is chosen, or the employer is written."""
        if self.chosen is None and not field.data:
            raise ValidationError(say(Message("panel.employers.employer_needed")))
        if self.chosen is not None and field.data:
            raise ValidationError(say(Message("panel.employers.one_of_two")))

    @property
    def chosen(self) -> Organisation | None:
        """The municipality or region that was chosen, if one was."""
        return self._organisations.get(self.organisation.data or "")


class EndEngagementForm(TvistForm):
    """The last day of it."""

    to_on = DayField(lazy("panel.employers.to"), validators=[Needed("panel.employers.to_needed")])
