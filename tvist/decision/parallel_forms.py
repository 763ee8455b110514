"""What the members fill in when they write the parallel text (rule 39)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import HiddenField
from wtforms.validators import StopValidation

from tvist.decision.record import sha256_of
from tvist.decision.text_forms import PlaceForm
from tvist.web.session import t

if TYPE_CHECKING:
    from wtforms import Field

    from tvist.decision.parallel_places import ParallelPlace


class ParallelForm(PlaceForm):
    """A place in the other form. `main_seen` is the hash of the main text that the page shows."""

    main_seen = HiddenField("")

    def __init__(self, place: ParallelPlace, text: str, began_from: int, **kwargs: Any) -> None:
        """Fill in what the member was typing, else what stands."""
        super().__init__(place, text, began_from, **kwargs)
        self._main = sha256_of(place.main)
        self._seen = self.main_seen.data if self.is_submitted() else self._main
        # What is shown again, is shown with the main text as it is now.
        self.main_seen.data, self.main_seen.raw_data = self._main, None

    def validate_text(self, field: Field) -> None:
        """Not empty: what is not needed is never asked for."""
        if not field.data:
            raise StopValidation(t("parallel.needed"))

    def validate_main_seen(self, _field: Field) -> None:
        """Nobody has changed the main text since the page was shown: what was written puts over what the writer has read."""
        if self._seen != self._main:
            self.is_stale = True
            raise StopValidation(t("parallel.main_changed"))
