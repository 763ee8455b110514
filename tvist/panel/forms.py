"""What is filled in around the panel: who is appointed, who is called, what a member declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wtforms import RadioField, TextAreaField

from tvist.cases.history import Statement
from tvist.procedure.codes import CodeKind, codes
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy, say, t

if TYPE_CHECKING:
    from datetime import date

    from tvist.cases.models import Case
    from tvist.panel.models import Seat

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
