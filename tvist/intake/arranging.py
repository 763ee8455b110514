"""Put raw claim lines in order: copy, move, take out, replace. Pure: a list of lines as typed gives a new one; places count from 1."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    Raw = dict[str, Any]


def copied(lines: Sequence[Raw], place: int) -> list[Raw]:
    """With a copy of one line right after it. What was paid belongs to the first alone."""
    twin = {**copy.deepcopy(lines[place - 1]), "paid": ""}
    return [*lines[:place], twin, *lines[place:]]


def moved(lines: Sequence[Raw], place: int, by: int) -> list[Raw]:
    """With one line `by` places further down (up where negative), as far as the list goes."""
    rest = [*lines[: place - 1], *lines[place:]]
    target = min(max(place - 1 + by, 0), len(rest))
    return [*rest[:target], lines[place - 1], *rest[target:]]


def without(lines: Sequence[Raw], place: int) -> list[Raw]:
    """Without one line."""
    return [*lines[: place - 1], *lines[place:]]


def replaced(lines: Sequence[Raw], place: int, *by: Raw) -> list[Raw]:
    """With other lines in the place of one; the place after the last adds them."""
    return [*lines[: place - 1], *by, *lines[place:]]
