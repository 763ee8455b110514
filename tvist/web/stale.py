"""Pages that have grown old: a number for what a page shows, and what stands there now, beside what was typed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, FormField, HiddenField
from wtforms.fields import SelectFieldBase

from tvist.web.session import t
from tvist.words import format_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wtforms import Field


@dataclass
class Seen:
    """What a page shows, as a number: two pages that show different parts of a thing do not disturb each other."""

    version: int


def seen(part: Any) -> Seen:
    """The number for what is shown."""
    text = json.dumps(part, sort_keys=True, default=str)
    return Seen(int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big"))


def standing_beside(fields: Iterable[Field], language: str) -> Iterator[tuple[str, str]]:
    """Of each field that was filled in with what is kept: label and what is kept now, where another text was typed."""
    for field in fields:
        if isinstance(field, FormField):
            yield from standing_beside(field, language)
        elif not isinstance(field, HiddenField) and _plain(field.object_data) != _plain(field.data):
            yield str(field.label.text), _shown(field, language) or t("web.stands_empty")


def _plain(value: Any) -> Any:
    """The value as it is compared: nothing is nothing, and how lines end says nothing."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value or ""


def _shown(field: Field, language: str) -> str:
    """What is kept, in the words of the page."""
    kept: Any = field.object_data
    if isinstance(field, BooleanField):
        return t("web.stands_yes") if kept else t("web.stands_no")
    if isinstance(field, SelectFieldBase):
        wanted = {str(each) for each in (kept if isinstance(kept, list | tuple | set) else [kept])}
        offered: Any = field.iter_choices()
        return ", ".join(str(each.label) for each in offered if str(each.value) in wanted)
    if isinstance(kept, date):
        return format_day(kept, language)
    return "" if kept is None else str(kept)
