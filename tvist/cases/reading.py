"""Reads sums and dates as people type them: strict where a text can mean two things, and then says what to write."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from tvist.errors import CannotProceed
from tvist.procedure.settings import PROCEDURES
from tvist.words import Message, Ore

SHOWN: Final = 40
FIRST_YEAR, LAST_YEAR = 1900, 2199

UNIT: Final = re.compile(r"^(?:kr\.?|nok)\s*|\s*(?:,-|kr\.?|kroner|nok)$")
# Thousands stand apart by a space or a point, all in the same way; øre stand behind a comma, or a point where it can be nothing else.
PLAIN: Final = re.compile(r"([0-9]+)(?:[.,]([0-9]{1,2}))?")
SPACED: Final = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]{1,2}))?")
POINTED: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{1,2})|([0-9]{1,3}(?:\.[0-9]{3}){2,})")

NORWEGIAN_DATE: Final = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}\.\s?[0-9]{1,2}\.\s?[0-9]{2}")


def parse_kroner(text: str, *, largest_ore: int | None = None) -> int:
    """A sum in kroner as øre: `1 234,50`, `1.234,50`, `12000`, `12 000 kr`, `kr 12 000,-`.

    Spaces of any kind part thousands. Raises CannotProceed for an empty, negative or unclear sum (`1.234`, `1,234`, `12,5k`), and for one
    above `largest_ore` (the newest rules' `largest_sum_ore` when left out).
    """
    seen = _seen(text)
    shown = seen.strip()[:SHOWN]
    plain = re.sub(r"\s+", " ", seen.casefold()).strip()
    if not plain:
        raise CannotProceed(Message("money.sum_empty"))
    if re.match(r"(?:kr\.?|nok)?\s*[-\N{MINUS SIGN}\N{EN DASH}]\s*[0-9]", plain):
        raise CannotProceed(Message("money.negative"))
    bare = UNIT.sub("", UNIT.sub("", plain))
    if (found := PLAIN.fullmatch(bare) or SPACED.fullmatch(bare) or POINTED.fullmatch(bare)) is None:
        raise CannotProceed(Message("money.sum_unclear", text=shown))
    kroner, decimals, *whole = found.groups()
    digits = re.sub(r"[ .]", "", kroner or whole[0])
    largest = PROCEDURES[-1].largest_sum_ore if largest_ore is None else largest_ore
    # The length is looked at first: Python refuses to read a number of many thousand digits.
    if len(digits.lstrip("0")) > len(str(largest)) or (ore := int(digits) * 100 + int((decimals or "").ljust(2, "0"))) > largest:
        raise CannotProceed(Message("money.sum_too_large", largest=Ore(largest)))
    return ore


def parse_date(text: str) -> date:
    """A date as `31.12.2024` or `2024-12-31`. Raises CannotProceed for a day that does not exist, two digits of year, or anything else."""
    bare = _seen(text).strip()
    if not bare:
        raise CannotProceed(Message("money.date_empty"))
    if SHORT_YEAR.fullmatch(bare):
        raise CannotProceed(Message("money.date_short_year", text=bare))
    if found := NORWEGIAN_DATE.fullmatch(bare):
        day, month, year = (int(part) for part in found.groups())
    elif found := ISO_DATE.fullmatch(bare):
        year, month, day = (int(part) for part in found.groups())
    else:
        raise CannotProceed(Message("money.date_unclear", text=bare[:SHOWN]))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CannotProceed(Message("money.date_far_off", text=bare))
    try:
        return date(year, month, day)
    except ValueError:
        raise CannotProceed(Message("money.date_no_such_day", text=bare)) from None


def _seen(text: str) -> str:
    """The text without what a word processor puts in unseen (soft hyphens, zero-width spaces): it means nothing, and nobody could mend it."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
