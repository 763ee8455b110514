"""Earlier texts of a draft: what was written over, cut, or could not be kept because another's text stood there; each can be taken back."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.db import session_of
from tvist.errors import NotFound
from tvist.intake.models import DraftChange
from tvist.intake.writing import ASIDE, replace_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.intake.models import Draft

MOST_SHOWN: Final = 200


class Which(StrEnum):
    """Which text of a change: the one that it replaced, or the one that it put there."""

    BEFORE = "before"
    VALUE = "value"


@dataclass(frozen=True)
class EarlierText:
    """A text that stood, or was typed, in a place of the draft and does not stand there now."""

    change: DraftChange
    which: Which
    is_aside: bool
    """Typed while another's text stood there, and never put into the draft."""

    @property
    def text(self) -> Any:
        """The text, or the list of rows."""
        return self.change.before if self.which is Which.BEFORE else self.change.value


def earlier_texts(draft: Draft) -> dict[str, list[EarlierText]]:
    """By place, the places changed last first; in each the newest first, each text once."""
    query = sa.select(DraftChange).where(DraftChange.draft_id == draft.id).options(joinedload(DraftChange.by))
    found: dict[str, list[EarlierText]] = {}
    seen: set[tuple[str, str]] = set()
    for change in session_of(draft).scalars(query.order_by(DraftChange.id.desc()).limit(MOST_SHOWN)):
        standing = found_at(draft.typed, change.place)
        for which in (Which.VALUE, Which.BEFORE):
            each = EarlierText(change, which, which is Which.VALUE and change.tab.startswith(ASIDE))
            key = (change.place, repr(each.text))
            if each.text and each.text != standing and key not in seen:
                seen.add(key)
                found.setdefault(change.place, []).append(each)
    return found


def take_back(draft: Draft, change_id: int, which: Which, *, by: User, at: datetime) -> str:
    """Put an earlier text back in its place; what stood there is an earlier text then. Returns the place.

    Raises NotFound for a change of another draft, CannotProceed for a draft that was sent.
    """
    change = session_of(draft).get(DraftChange, change_id)
    if change is None or change.draft_id != draft.id:
        raise NotFound
    text = change.before if which is Which.BEFORE else change.value
    replace_whole(draft, put_at(draft.typed, change.place, text), by=by, at=at)
    return change.place


def found_at(typed: Mapping[str, Any], place: str) -> Any:
    """What stands at a place: `lines[0].rate`; None where nothing does."""
    found: Any = typed
    for part in _parts(place):
        if isinstance(part, int):
            found = found[part] if isinstance(found, list) and part < len(found) else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
    return found


def put_at(typed: Mapping[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The whole with `value` at the place. In a list that has grown shorter it comes last."""
    whole: dict[str, Any] = copy.deepcopy(dict(typed))
    inner: Any = whole
    path = _parts(place)
    last = path[-1]
    for part, following in pairwise(path):
        inner = _step_into(inner, part, [] if isinstance(following, int) else {})
    if isinstance(last, int):
        inner[last : last + 1] = [value]
    else:
        inner[last] = value
    return whole


def _step_into(inner: Any, part: str | int, empty: Any) -> Any:
    if isinstance(part, int):
        if part >= len(inner):
            inner.append(empty)
        return inner[min(part, len(inner) - 1)]
    if not isinstance(inner.get(part), dict | list):
        inner[part] = empty
    return inner[part]


def _parts(place: str) -> list[str | int]:
    return [int(found[1:-1]) if found.startswith("[") else found for found in re.findall(r"\[\d+\]|[^.\[]+", place)]
