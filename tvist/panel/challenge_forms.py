"""What is filled in about who may sit: a member's declaration, a party's objection, a ruling, and a conflict of who is asked to rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from tvist.anonymity.finding import OF_ANYBODY
from tvist.cases.history import Statement
from tvist.intake.searched_forms import SearchedForm
from tvist.panel.forms import LONGEST_WORDS
from tvist.panel.rules import is_challenged, is_in_doubt
from tvist.procedure.codes import CodeKind, codes
from tvist.web.forms import Needed, NotLonger, choices, trimmed
from tvist.web.session import lazy, say, t

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tvist.cases.models import Case
    from tvist.panel.models import Seat

NO_OBJECTION, OBJECTION = "none", "objection"
STAYS, STEPS_DOWN = "stays", "steps_down"
FIELD_OF_FAULT: Final = {
    "panel.choose_ground": "ground",
    "panel.ground_needs_words": "words",
    "panel.doubt_needs_words": "words",
    "panel.object.choose_member": "members",
    "panel.object.objected_already": "members",
    "panel.object.say_why": "words",
    "panel.ruling.reasons_needed": "reasons",
}
"""Where a fault found beyond the form is shown; the others belong to the whole form."""


def _ground() -> RadioField:
    return RadioField(lazy("panel.declare.ground"), validate_choice=False)


def _words(label: str, *validators: Any) -> TextAreaField:
    return TextAreaField(lazy(label), filters=[trimmed], validators=[*validators, NotLonger(LONGEST_WORDS)])


def _grounds(on: date) -> list[tuple[str, str]]:
    return [(code.code, say(code.label)) for code in codes(CodeKind.CONFLICT_GROUND, on)]


class DeclareForm(SearchedForm):
    """A member declares for one case. Who has declared no conflict reports a late discovery; who is in doubt can only step down."""

    seeks = OF_ANYBODY

    statement = RadioField(lazy("panel.declare.statement"), validators=[Needed("panel.choose_statement")])
    ground = _ground()
    words = _words("panel.declare.words")

    def __init__(self, seat: Seat, on: date, **kwargs: Any) -> None:
        """The grounds that can be chosen on the day `on`."""
        super().__init__(**kwargs)
        offered = _offered(seat)
        if len(offered) == 1 and not self.is_submitted():
            self.statement.data = offered[0].value
        self.statement.choices = [(each.value, t(f"panel.declare.{each.value}")) for each in offered]
        self.ground.choices = _grounds(on)


def _offered(seat: Seat) -> list[Statement]:
    if is_in_doubt(seat.case, seat.user) and is_challenged(seat):
        return [Statement.CONFLICT]
    return [Statement.CONFLICT, Statement.DOUBT] if seat.is_declared else [Statement.NONE, Statement.CONFLICT, Statement.DOUBT]


@dataclass(frozen=True)
class Called:
    """Stands for the panel in a party's answer: a page is old when somebody was called since."""

    version: int


class ObjectForm(SearchedForm):
    """A party's answer to who sits."""

    answer = RadioField(lazy("panel.object.answer"), validators=[Needed("panel.object.choose_answer")])
    members = SelectMultipleField(
        lazy("panel.object.members"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    words = _words("panel.object.words")

    def __init__(self, case: Case, seats: Sequence[Seat], **kwargs: Any) -> None:
        """`seats` are those to whose holders the party can object."""
        super().__init__(thing=Called(len(case.seats)), **kwargs)
        self.answer.choices = choices([(value, t(f"panel.object.is_{value}")) for value in (NO_OBJECTION, OBJECTION)])
        self.members.choices = choices(
            [(seat.kind.value, t("panel.object.member", name=seat.user.name, seat=seat.kind)) for seat in seats]
        )


class RuleForm(SearchedForm):
    """A ruling on whether a member may go on sitting."""

    seeks = OF_ANYBODY

    view = RadioField(lazy("panel.ruling.view"), validators=[Needed("panel.ruling.choose_view")])
    reasons = _words("panel.ruling.reasons")

    def __init__(self, name: str, **kwargs: Any) -> None:
        """`name` is the member's."""
        super().__init__(**kwargs)
        self.view.choices = choices([(value, t(f"panel.ruling.{value}", name=name)) for value in (STAYS, STEPS_DOWN)])


class StepAsideForm(SearchedForm):
    """One who is asked to rule has a conflict of their own."""

    seeks = OF_ANYBODY

    ground = _ground()
    words = _words("panel.declare.words")

    def __init__(self, on: date, **kwargs: Any) -> None:
        """The grounds that can be chosen on the day `on`."""
        super().__init__(prefix="own-", **kwargs)
        self.ground.choices = _grounds(on)
