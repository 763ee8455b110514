"""What the browser sends of a page that is being written on, and what it is told: as JSON, every few seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from flask import jsonify, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest

from tvist.clock import OSLO, now
from tvist.db import storable
from tvist.intake.places import page_of_draft
from tvist.intake.sheets import NEW_ROW, LineSheet, StepSheet
from tvist.intake.visits import others_in
from tvist.intake.writing import (
    LONGEST_NAME,
    LONGEST_TAB,
    MOST_FIELDS,
    FlatSheet,
    Outcome,
    Typing,
    changes_by_others,
    has_written_in,
)
from tvist.web.session import page_language, say
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask import Response

    from tvist.accounts.models import User
    from tvist.intake.models import Draft
    from tvist.intake.writing import Sheet, Value

NOTED_ONCE_IN: Final = timedelta(minutes=30)
"""A page that is written on for hours stands in the access log once in this time."""


@dataclass(frozen=True)
class Sent:
    """What a page sent: who it is (`tab`), the draft and the version that it knows, the field with the focus, and what was typed."""

    tab: str
    draft: str
    version: str
    at_field: str
    key: str
    rows: int
    typings: tuple[Typing, ...]

    def for_sheet(self, sheet: Sheet) -> list[Typing]:
        """The typings of fields that the sheet has."""
        known = None if isinstance(sheet, FlatSheet) else sheet.shown()
        return [typing for typing in self.typings if known is None or typing.field in known]

    def place_in(self, sheet: Sheet) -> str:
        """Where in the draft the person writes; empty for nowhere."""
        is_known = isinstance(sheet, FlatSheet) or self.at_field in sheet.shown()
        return sheet.place(self.at_field) if self.at_field and is_known else ""

    def row_in(self, draft: Draft, rows: Sequence[dict[str, Any]], index: int, of: type[LineSheet] = LineSheet) -> int | None:
        """The index of the row that the page shows: where it was, else where it has gone; one after the last for a new row; None for one that is gone."""
        keys = [of.key_of(row) for row in rows]
        if self.key == NEW_ROW:
            is_own = index < len(rows) and has_written_in(draft, f"{of.LIST}[{index}].", tab=self.tab)
            return index if is_own else len(rows)
        if index < len(rows) and keys[index] == self.key:
            return index
        if self.key in keys:
            return keys.index(self.key)
        # Changed by another, but none came or went: it is the same line.
        return index if index < len(rows) and len(rows) == self.rows else None


def read_sent() -> Sent:
    """Read what came. Raises BadRequest for what no page of ours sends."""
    try:
        read = json.loads(request.form.get("typed", "[]"))
        typings = tuple(Typing(_name(each["field"]), _value(each["base"]), _value(each["value"])) for each in read)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadRequest from error
    if len(typings) > MOST_FIELDS:
        raise BadRequest
    rows = request.form.get("rows", "")[: len(str(MOST_FIELDS))]
    given = {name: storable(request.form.get(name, ""))[:LONGEST_NAME] for name in ("draft", "version", "at", "key")}
    return Sent(
        tab=storable(request.form.get("tab", ""))[:LONGEST_TAB],
        draft=given["draft"],
        version=given["version"],
        at_field=given["at"],
        key=given["key"],
        rows=int(rows) if rows.isdecimal() else -1,
        typings=typings,
    )


def _name(text: object) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_NAME or text.startswith("_") or "password" in text:
        raise ValueError
    return storable(text)


def _value(value: object) -> Value:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [storable(each) for each in value]
    if not isinstance(value, str):
        raise TypeError
    return storable(value)


def answer(draft: Draft | None, sheet: Sheet | None, sent: Sent, outcome: Outcome | None = None) -> Response:
    """How things stand: what is saved, where another's text stands, what others have changed, who else is here, or that all was sent."""
    if draft is None:
        return jsonify(draft="", version="", saved=[], clashes=[], others=[])
    if sheet is None:
        return jsonify(draft=draft.public_id, sent=_sent(draft))
    found = outcome or Outcome()
    told: dict[str, Any] = {
        "draft": draft.public_id,
        "version": str(draft.version),
        "saved": found.saved,
        "clashes": [{"field": each.field, "kept": each.kept, "said": _wrote(each.by, each.at)} for each in found.clashes],
        "said": say(Message("writing.saved_at", time=clock(draft.changed_at))),
        "others": _others(draft, sheet, sent),
    }
    if sent.version != told["version"]:
        told |= {"values": sheet.shown(), "by": _changed(draft, sheet, sent)}
    if isinstance(sheet, StepSheet | LineSheet):
        told["seen"] = sheet.seen()
    if isinstance(sheet, LineSheet):
        to: dict[str, Any] = {"public_id": draft.public_id, "place": sheet.index + 1}
        told |= {
            "key": sheet.key,
            "rows": sheet.rows,
            "action": url_for(sheet.PAGES[0], **to),
            "url": url_for(sheet.PAGES[1], **to),
        }
    return jsonify(told)


def _changed(draft: Draft, sheet: Sheet, sent: Sent) -> dict[str, str]:
    """The fields that others have changed in the last minutes, with who and when."""
    changes = changes_by_others(draft, sent.tab, now())
    return {
        name: _wrote(changes[place].by, changes[place].at) for name in sheet.shown() if (place := sheet.place(name)) in changes
    }


def _others(draft: Draft, sheet: Sheet, sent: Sent) -> list[dict[str, str]]:
    by_place = {sheet.place(name): name for name in sheet.shown()}
    found = []
    for visit in others_in(draft, tab=sent.tab, at=now()):
        is_self = visit.user_id == current_user.id
        said = Message("writing.you_elsewhere") if is_self else Message("writing.is_here", name=visit.user.name)
        field = by_place.get(visit.place, visit.place if isinstance(sheet, FlatSheet) else "")
        found.append({"field": field, "said": say(said)})
    return found


def _sent(draft: Draft) -> dict[str, str]:
    by = draft.submission.by if draft.submission is not None else None
    said = Message("writing.was_sent_by", name=by.name, time=clock(draft.changed_at)) if by else Message("writing.was_sent")
    return {
        "said": say(said),
        "href": page_of_draft(draft),
        "link": say(Message("writing.to_what_was_sent")),
    }


def _wrote(by: User | None, at: datetime | None) -> str:
    if by is None or at is None:
        return say(Message("writing.somebody_wrote"))
    return say(Message("writing.wrote", name=by.name, time=clock(at)))


def clock(at: datetime) -> str:
    """`12.01`; `12:01` in English."""
    return at.astimezone(OSLO).strftime("%H:%M" if page_language() == "en" else "%H.%M")
