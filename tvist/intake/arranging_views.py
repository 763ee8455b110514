"""Copy, move and take out claim lines: a click each, without JavaScript. A list that somebody changed meanwhile stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.intake.actions import save_draft
from tvist.intake.arranging import copied, moved, without
from tvist.intake.blueprint import bp
from tvist.intake.line_views import draft_line_at, place_in_address
from tvist.intake.steps import lines_of
from tvist.procedure.settings import procedure_on
from tvist.web.forms import PlainForm
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.intake.models import Draft

WAYS = {"up": -1, "down": 1}


@bp.route("/drafts/<public_id>/lines/<int:place>/copy", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_line_at)
def copy_line(draft: Draft) -> ResponseReturnValue:
    """A copy right after the line, opened to be changed."""
    place, raw = _place_of_line(draft), lines_of(draft.typed)
    limit = procedure_on(today()).most_claim_lines
    if len(raw) >= limit:
        return finish(_list(draft), Message("intake.no_room_for_line", limit=limit), kind="warning")
    to_copy = url_for("intake.line", public_id=draft.public_id, place=place + 1)
    return _arranged(draft, copied(raw, place), Message("intake.line_copied", place=place), to_copy)


@bp.route("/drafts/<public_id>/lines/<int:place>/move", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_line_at)
def move_line(draft: Draft) -> ResponseReturnValue:
    """One place up or down."""
    place, raw = _place_of_line(draft), lines_of(draft.typed)
    by = WAYS.get(request.form.get("way", ""))
    if by is None:
        raise NotFound
    return _arranged(draft, moved(raw, place, by), Message("intake.line_moved", place=place))


@bp.route("/drafts/<public_id>/lines/<int:place>/remove", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_line_at)
def remove_line(draft: Draft) -> ResponseReturnValue:
    """Take a line out."""
    place, raw = _place_of_line(draft), lines_of(draft.typed)
    return _arranged(draft, without(raw, place), Message("intake.line_removed", place=place))


def _arranged(draft: Draft, lines: list[dict[str, Any]], said: Message, then: str = "") -> ResponseReturnValue:
    """Keep the lines in their new order, unless they have changed since the page was shown."""
    if not PlainForm(thing=seen(lines_of(draft.typed))).validate_on_submit():
        return finish(_list(draft), Message("intake.lines_changed_meanwhile"), kind="warning")
    save_draft(draft, {**draft.typed, "lines": lines}, by=current_user, at=now())
    return finish(then or _list(draft), said)


def _place_of_line(draft: Draft) -> int:
    """The place in the address, where a line stands there. Raises `NotFound`."""
    place = place_in_address()
    if place > len(lines_of(draft.typed)):
        raise NotFound
    return place


def _list(draft: Draft) -> str:
    return url_for("intake.lines", public_id=draft.public_id)
