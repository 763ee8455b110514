"""Finds birth numbers in text: texts and papers are anonymised before they are sent (rule 6)."""

from __future__ import annotations

import re
from typing import Final

FIRST_WEIGHTS: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
SECOND_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
MODULUS: Final = 11
LAST_DAY, LAST_MONTH = 31, 12
# A D number adds 40 to the day; the synthetic numbers of test populations add 40, 65 or 80 to the month.
DAY_MARKS: Final = (0, 40)
MONTH_MARKS: Final = (0, 40, 65, 80)

_CANDIDATE = re.compile(r"(?<![0-9])([0-9]{6})[ .\-\N{NO-BREAK SPACE}]?([0-9]{5})(?![0-9])")


def holds_birth_number(text: str) -> bool:
    """Whether a birth number or D number stands in the text, with or without a space, point or hyphen after the date."""
    return any(is_birth_number(found[1] + found[2]) for found in _CANDIDATE.finditer(text))


def is_birth_number(digits: str) -> bool:
    """Whether eleven digits begin with a day and a month and end with the two right check digits."""
    day, month = int(digits[:2]), int(digits[2:4])
    has_day = any(1 <= day - mark <= LAST_DAY for mark in DAY_MARKS)
    has_month = any(1 <= month - mark <= LAST_MONTH for mark in MONTH_MARKS)
    return has_day and has_month and _check(digits, FIRST_WEIGHTS) and _check(digits, SECOND_WEIGHTS)


def _check(digits: str, weights: tuple[int, ...]) -> bool:
    """Whether the digit after the weighted ones is the right check digit."""
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))
    return (MODULUS - total % MODULUS) % MODULUS == int(digits[len(weights)])
