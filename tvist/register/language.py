"""Which form of Norwegian a municipality has decided on, and which the opinion is written in (rule 39)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tvist.register.municipalities import municipality, same_municipality_on
from tvist.register.tables import rows_of
from tvist.words import Message, Norwegian

if TYPE_CHECKING:
    from collections.abc import Mapping

# The years from 2020 follow the list of 2025, those before it the list of 2017: no other lists are known.
NEW_LIST_FROM: Final = date(2020, 1, 1)
LIST_DAYS: Final = {"2017": date(2017, 6, 1), "2025": date(2025, 6, 1)}


class LanguageForm(StrEnum):
    """A decided form, or none decided."""

    BOKMAL = "nb"
    NYNORSK = "nn"
    NEUTRAL = "neutral"


def language_form(number: str, on: date) -> LanguageForm | None:
    """The form that the municipality had decided on by that day, or None where the lists do not tell; never guessed (rule 39).

    A municipality keeps its form through a new number or name, not through a merger or a split. Raises NotFound for a number not in
    force on that day.
    """
    row = _listed(number, on)
    return LanguageForm(row["form"]) if row else None


def language_form_doubt(number: str, on: date) -> Message | None:
    """A warning where the sources disagree about the form (Tysvær), else None."""
    row = _listed(number, on)
    return Message("register.language_form_disputed", name=municipality(number, on).name) if row and row["disputed"] else None


def decision_language(form: LanguageForm | None, wanted: Norwegian) -> Norwegian:
    """The language of the opinion: the decided form wins; with none decided, or unknown, `wanted`, as the filer wrote (rule 39)."""
    if form is LanguageForm.BOKMAL:
        return "nb"
    return "nn" if form is LanguageForm.NYNORSK else wanted


def _listed(number: str, on: date) -> Mapping[str, str] | None:
    year = "2017" if on < NEW_LIST_FROM else "2025"
    on_the_list = same_municipality_on(municipality(number, on), LIST_DAYS[year])
    return _lists().get((year, on_the_list.number)) if on_the_list else None


@lru_cache(maxsize=1)
def _lists() -> Mapping[tuple[str, str], Mapping[str, str]]:
    return {(row["list"], row["number"]): row for row in rows_of("language_forms")}
