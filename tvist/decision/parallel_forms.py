"""What is filled in when the parallel text is written, and when both texts are corrected (rules 39, 40)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, FieldList, HiddenField, TextAreaField
from wtforms.validators import StopValidation

from tvist.decision.afterwards_forms import CorrectForm, text_area
from tvist.decision.correcting import latest_record
from tvist.decision.parallel_correcting import ParallelChanges
from tvist.decision.parallel_record import PARALLEL
from tvist.decision.record import SECTIONS, sha256_of
from tvist.decision.text_forms import LONGEST, PlaceForm
from tvist.web.forms import NotLonger, trimmed
from tvist.web.session import lazy, t

if TYPE_CHECKING:
    from wtforms import Field

    from tvist.decision.correcting import Changes
    from tvist.decision.models import Decision
    from tvist.decision.parallel_places import ParallelPlace


def correct_form(decision: Decision) -> CorrectForm:
    """The form of a correction: of both texts where there are two."""
    return CorrectBothForm(decision) if PARALLEL in latest_record(decision) else CorrectForm(decision)


class CorrectBothForm(CorrectForm):
    """The words of both texts as they stand, and what was wrong in the words of both forms."""

    parallel_words = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    parallel_sections = FieldList(text_area(), label="")
    parallel_reasons = FieldList(text_area(), label="")
    is_in_one_only = BooleanField(lazy("parallel.correct.only_one"))

    def __init__(self, decision: Decision, **kwargs: Any) -> None:
        """Fill in the version that holds now."""
        parallel = latest_record(decision)[PARALLEL]
        self.other = str(parallel["language"])
        data = {"parallel_sections": [parallel["sections"][name] for name in SECTIONS]}
        super().__init__(decision, data | {"parallel_reasons": list(parallel["reasons"].values())}, **kwargs)
        language = t(f"decision.language.{self.other}")
        self.parallel_words.label.text = t("parallel.correct.words", language=language)
        for field, name in zip(self.parallel_sections, SECTIONS, strict=False):
            field.label.text = t("parallel.correct.beside", place=self[name].label.text, language=language)
        for field, main in zip(self.parallel_reasons, self.reasons, strict=False):
            field.label.text = t("parallel.correct.beside", place=main.label.text, language=language)

    def validate_parallel_words(self, field: Field) -> None:
        """Said in both forms, for it prints on top of both."""
        if not field.data:
            raise StopValidation(t("parallel.correct.words_needed", language=t(f"decision.language.{self.other}")))

    @property
    def changes(self) -> Changes:
        """The words as they were written."""
        sections = zip(SECTIONS, self.parallel_sections, strict=False)
        parallel = ParallelChanges(
            sections={name: field.data or "" for name, field in sections},
            reasons={
                question["position"]: field.data or ""
                for field, question in zip(self.parallel_reasons, self._questions, strict=False)
            },
            words=self.parallel_words.data or "",
            is_in_one_only=bool(self.is_in_one_only.data),
        )
        return replace(super().changes, parallel=parallel)


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
