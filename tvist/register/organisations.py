"""Organisation numbers: which a municipality has, and whether nine digits can be one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tvist.register.tables import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)
MODULUS: Final = 11


def organisation_number(number: str) -> str | None:
    """The organisation number of the municipality with that number (2020 or later), or None where it is not known."""
    return _numbers().get(number)


def is_organisation_number(text: str) -> bool:
    """Whether `text` is nine digits, spaces aside, with the right check digit (modulus 11)."""
    digits = re.sub(r"\s", "", text)
    if not re.fullmatch(r"[0-9]{9}", digits):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False))
    return (MODULUS - total % MODULUS) % MODULUS == int(digits[-1])


@lru_cache(maxsize=1)
def _numbers() -> Mapping[str, str]:
    return {row["number"]: row["organisation_number"] for row in rows_of("organisation_numbers")}
