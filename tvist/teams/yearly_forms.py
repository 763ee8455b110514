"""What is filled in about who still works there: an answer for each person, and a last day for who has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import RadioField

from tvist.cases.fields import DayField
from tvist.web.forms import TvistForm, choices
from tvist.web.session import lazy
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.accounts.models import User

LATER: Final = ""
WORKS: Final = "works"
LEFT: Final = "left"
ANSWERS: Final = ((WORKS, "yearly.works"), (LEFT, "yearly.left"), (LATER, "yearly.later"))


class RoundForm(TvistForm):
    """The answers for some people; nothing is chosen beforehand but to answer later."""

    def answer(self, user: User) -> Any:
        """The field of the answer for that person."""
        return self._fields[f"answer-{user.public_id}"]

    def last_day(self, user: User) -> Any:
        """The field of that person's last day."""
        return self._fields[f"last-{user.public_id}"]

    def validate(self, extra_validators: Any = None) -> bool:
        """Who has left, has a last day."""
        fine = super().validate(extra_validators)
        for name, field in self._fields.items():
            last = name.replace("answer-", "last-", 1)
            if name.startswith("answer-") and field.data == LEFT and not self._fields[last].typed.strip():
                self.blame(Message("yearly.write_last_day"), last)
                fine = False
        return fine


def form_for(people: Iterable[User]) -> RoundForm:
    """A form with the fields of these people, each named by the person for those who do not see the page."""
    fields: dict[str, Any] = {}
    for user in people:
        offered = choices((value, lazy(code)) for value, code in ANSWERS)
        fields[f"answer-{user.public_id}"] = RadioField(lazy("yearly.answer_for", name=user.name), choices=offered, default=LATER)
        fields[f"last-{user.public_id}"] = DayField(lazy("yearly.last_day_of", name=user.name))
    found: RoundForm = type("FormOfPeople", (RoundForm,), fields)()
    return found
