"""Finds birth numbers in text, however they are written: the one pattern of the project (rules 6, 46)."""

from __future__ import annotations

import re
from typing import Final

FIRST_WEIGHTS: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
SECOND_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
MODULUS: Final = 11
LAST_DAY, LAST_MONTH = 31, 12
# A D number adds 40 to the day. Of the series for tests, NAV adds 40 to the month, the tax authority 65 (dolly: 40 and 65), Tenor 80.
DAY_MARKS: Final = (0, 40)
MONTH_MARKS: Final = (0, 40, 65, 80)

_GAP: Final = "[\\s.,:/\u00ad\u200b\u2060\u2010-\u2015\u2212_-]{0,2}"
BIRTH_NUMBER: Final = re.compile(rf"(?<!\d)(?=(?P<all>\d(?:{_GAP}\d){{10}})(?!\d))")
"""Eleven digits with at most two signs between any of them; looks ahead, so that a number that begins inside another is met too."""


def holds_birth_number(text: str) -> bool:
    """Whether a birth number or D number stands in the text, whatever stands between its digits."""
    return any(holds(found) for found in BIRTH_NUMBER.finditer(text))


def holds(found: re.Match[str]) -> bool:
    """Whether what the pattern met is a birth number."""
    return is_birth_number(digits_of(found["all"]))


def digits_of(text: str) -> str:
    """The digits of a text as 0-9, also those of other scripts and in other dress."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


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
