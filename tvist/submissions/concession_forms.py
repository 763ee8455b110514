"""What is filled in to concede a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, RadioField
from wtforms.validators import StopValidation

from tvist.cases.fields import KronerField
from tvist.cases.left import left_of
from tvist.procedure.codes import CodeKind, code_label
from tvist.web.forms import Needed, TvistForm
from tvist.web.session import lazy, say, t
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wtforms import Field

    from tvist.cases.claims import ClaimLine

WHOLE, PART = "whole", "part"
HOW_MUCH: Final = (WHOLE, PART)


class ConcedeForm(TvistForm):
    """Which line, and how much of it. `amount` is read only where a part is conceded."""

    line = RadioField(lazy("submissions.concede.line"), validators=[Needed("submissions.concede.choose_line")])
    how_much = RadioField(lazy("submissions.concede.how_much"), validators=[Needed("submissions.concede.choose_how_much")])
    amount = KronerField(lazy("submissions.concede.amount"), description=lazy("submissions.concede.amount_help"))
    sure = BooleanField(lazy("submissions.concede.sure"), validators=[Needed("submissions.concede.tick_first")])

    def __init__(self, lines: Sequence[ClaimLine], **kwargs: Any) -> None:
        """`lines` are those that the party may concede; the only one is chosen already."""
        super().__init__(**kwargs)
        self._lines = {line.public_id: line for line in lines}
        self.line.choices = [(public_id, _named(line)) for public_id, line in self._lines.items()]
        self.how_much.choices = [(how, t(f"submissions.concede.{how}")) for how in HOW_MUCH]
        if len(lines) == 1 and not self.is_submitted():
            self.line.data = lines[0].public_id

    def validate_amount(self, field: Field) -> None:
        """A sum, where a part is conceded."""
        if self.how_much.data == PART and field.data is None:
            raise StopValidation(say(Message("submissions.concede.write_sum")))

    @property
    def chosen(self) -> ClaimLine:
        """The line, of a form that is valid."""
        return self._lines[str(self.line.data)]

    @property
    def ore(self) -> int | None:
        """How much in øre; None for all that is left."""
        return self.amount.data if self.how_much.data == PART else None


def _named(line: ClaimLine) -> str:
    """Two lines may be of one measure: the sum that is left tells them apart."""
    measure, left = say(code_label(CodeKind.MEASURE, line.measure)), left_of(line)
    shown = {"position": line.position, "measure": measure[:1].upper() + measure[1:]}
    return (
        t("submissions.concede.named", **shown) if left is None else t("submissions.concede.named_left", **shown, left=Ore(left))
    )
