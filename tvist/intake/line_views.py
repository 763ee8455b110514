"""The claim lines of a request: a list with the sums explained, and one page for each line. Works without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.intake.actions import save_draft
from tvist.intake.blueprint import bp
from tvist.intake.drafting import blame_faults, differences, groups_named, other_party_codes, told
from tvist.intake.forms import LineForm, PlainForm
from tvist.intake.lines import read_line
from tvist.intake.petition import Petition
from tvist.intake.queries import connected_codes, draft_at, parties_by_code
from tvist.intake.reading import Reader
from tvist.intake.steps import LINES, line_data, line_of, lines_of, place_of, read_draft, seen
from tvist.procedure.codes import CodeKind, code_label, codes, is_code
from tvist.procedure.settings import procedure_on
from tvist.web.forms import choices
from tvist.web.session import current_session, say, t
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.intake.lines import ClaimedLine
    from tvist.intake.models import Draft


def draft_line_at(session: Session, public_id: str, place: int) -> Draft:
    """The draft, where it has a line at that place, or where that is the next free one. Raises `NotFound`."""
    draft = draft_at(session, public_id)
    if not 1 <= place <= len(lines_of(draft.typed)) + 1:
        raise NotFound
    return draft


@dataclass(frozen=True)
class ShownLine:
    """A line as the list shows it: as typed, as read (None while something is missing or wrong), and what is wrong with it."""

    place: int
    title: str
    typed: dict[str, Any]
    read: ClaimedLine | None
    gaps: int
    wrong: list[str]


@bp.route("/drafts/<public_id>/lines")
@requires(Act.WRITE_DRAFT, of=draft_at)
def lines(draft: Draft) -> ResponseReturnValue:
    """The claim lines so far, with their sums."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    shown = shown_lines(draft)
    total = sum(each.read.amount.ore for each in shown if each.read and each.read.amount)
    may_add = len(shown) < procedure_on(today()).most_claim_lines
    return render_template(
        "intake/lines.html",
        draft=draft,
        step=LINES,
        lines=shown,
        total=total,
        removing=PlainForm(thing=seen(lines_of(draft.typed))),
        may_add=may_add,
    )


@bp.route("/drafts/<public_id>/lines/<int:place>", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_line_at)
def line(draft: Draft) -> ResponseReturnValue:
    """One claim line; the place after the last is a new one."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    place, raw = _place(), lines_of(draft.typed)
    is_new = place > len(raw)
    shown = line_data({} if is_new else raw[place - 1])
    # All lines count, so that two people who each add one are told of each other.
    form = _line_form(draft, data=shown, thing=seen([place, shown if not is_new else len(raw)]))
    if form.validate_on_submit():
        saved = [*raw[: place - 1], line_of(form), *raw[place:]]
        save_draft(draft, {**draft.typed, "lines": saved}, by=current_user, at=now())
        return finish(_where_next(draft, place), Message("intake.saved"))
    if request.method == "GET" and not is_new:
        found = read_draft(draft, today(), connected_codes(current_session))
        blame_faults(form, found, LINES, with_gaps="check" in request.args, line=place - 1)
    meanwhile = differences(form, shown) if form.is_stale and not is_new else []
    page = render_template(
        "intake/line.html",
        draft=draft,
        step=LINES,
        form=form,
        groups=groups_named("line", form),
        place=place,
        is_new=is_new,
        meanwhile=meanwhile,
    )
    return page, 409 if form.is_stale else 200


@bp.route("/drafts/<public_id>/lines/<int:place>/remove", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_line_at)
def remove_line(draft: Draft) -> ResponseReturnValue:
    """Take a line out. One that somebody has changed since the page was shown stays."""
    place, raw = _place(), lines_of(draft.typed)
    if place > len(raw):
        raise NotFound
    if not PlainForm(thing=seen(raw)).validate_on_submit():
        return finish(
            url_for("intake.lines", public_id=draft.public_id), Message("intake.lines_changed_meanwhile"), kind="warning"
        )
    save_draft(draft, {**draft.typed, "lines": raw[: place - 1] + raw[place:]}, by=current_user, at=now())
    return finish(url_for("intake.lines", public_id=draft.public_id), Message("intake.line_removed", place=place))


def shown_lines(draft: Draft) -> list[ShownLine]:
    """The lines with what they come to, and what is wrong with each."""
    found = read_draft(draft, today(), connected_codes(current_session))
    faults = [] if isinstance(found, Petition) else found
    shown = []
    for place, raw in enumerate(lines_of(draft.typed)):
        own = [fault for fault in faults if place_of(fault.path)[:2] == ("lines", place)]
        reader = Reader(raw, procedure_on(today()))
        read = read_line(reader, municipalities=other_party_codes(draft), on=today(), born=None)
        wrong = [told(fault) for fault in own if not fault.is_gap]
        shown.append(ShownLine(place + 1, _title(raw), raw, read, sum(fault.is_gap for fault in own), wrong))
    return shown


def _title(raw: dict[str, Any]) -> str:
    measure = raw.get("measure", "")
    return say(code_label(CodeKind.MEASURE, measure)) if is_code(CodeKind.MEASURE, measure) else t("intake.no_measure_yet")


def _line_form(draft: Draft, **given: Any) -> LineForm:
    """The form with its choices; who the municipality is, is asked only where there are several."""
    form = LineForm(**given)
    nothing = [("", t("intake.choose"))]
    form.measure.choices = choices(nothing + [(code.code, say(code.label)) for code in codes(CodeKind.MEASURE, today())])
    # A basis may have been in force only in the time of the dispute.
    form.state_basis.choices = choices(nothing + [(code.code, say(code.label)) for code in codes(CodeKind.STATE_BASIS)])
    form.municipal_basis.choices = choices(nothing + [(code.code, say(code.label)) for code in codes(CodeKind.MUNICIPAL_BASIS)])
    named = other_party_codes(draft)
    if len(named) > 1:
        there = parties_by_code(current_session, named)
        form.municipality.choices = choices(nothing + [(code, there[code].name) for code in named if code in there])
    else:
        del form.municipality
    return form


def _place() -> int:
    return int((request.view_args or {})["place"])


def _where_next(draft: Draft, place: int) -> str:
    """A new line where that was asked for; the line again where something is wrong in it; else the list."""
    found = read_draft(draft, today(), connected_codes(current_session))
    if blame_faults(None, found, LINES, with_gaps=False, line=place - 1):
        return url_for("intake.line", public_id=draft.public_id, place=place)
    if request.form.get("then") == "another":
        return url_for("intake.line", public_id=draft.public_id, place=len(lines_of(draft.typed)) + 1)
    return url_for("intake.lines", public_id=draft.public_id)
