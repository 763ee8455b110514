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
from tvist.intake.arranging import replaced
from tvist.intake.blueprint import bp
from tvist.intake.drafting import blame_faults, differences, groups_named, other_party_codes, told
from tvist.intake.forms import LineForm
from tvist.intake.limitation import Limitation, limitation_of
from tvist.intake.lines import read_line
from tvist.intake.petition import Petition
from tvist.intake.queries import connected_codes, draft_at, parties_by_code
from tvist.intake.reading import Reader
from tvist.intake.shares_offered import Offered, filled, offered, parted, told_of
from tvist.intake.steps import LINES, line_data, line_of, lines_of, place_of, read_draft, step_after
from tvist.procedure.codes import CodeKind, code_label, codes, is_code
from tvist.procedure.settings import procedure_on
from tvist.web.forms import PlainForm, choices
from tvist.web.session import current_session, say, t
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.cases.claims import ClaimLine
    from tvist.intake.lines import ClaimedLine
    from tvist.intake.models import Draft


@bp.app_template_global()
def limitation_dates(line: ClaimLine | ClaimedLine) -> Limitation:
    """The date of limitation of a line, as it is seen today."""
    return limitation_of(line, today())


bp.add_app_template_global(told_of, "share_told")


def draft_line_at(session: Session, public_id: str, place: int) -> Draft:
    """The draft, where it has a line at that place, or where that is the next free one. Raises `NotFound`."""
    draft = draft_at(session, public_id)
    if not 1 <= place <= len(lines_of(draft.typed)) + 1:
        raise NotFound
    return draft


def place_in_address() -> int:
    """The place of the line in the address, from 1."""
    return int((request.view_args or {})["place"])


@dataclass(frozen=True)
class ShownLine:
    """A line as the list shows it: as typed, as read (None while something is missing or wrong), what is missing, and what is wrong."""

    place: int
    title: str
    typed: dict[str, Any]
    read: ClaimedLine | None
    gaps: list[str]
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
        arranging=PlainForm(thing=seen(lines_of(draft.typed))),
        may_add=may_add,
        next=step_after(LINES),
    )


@bp.route("/drafts/<public_id>/lines/<int:place>", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_line_at)
def line(draft: Draft) -> ResponseReturnValue:
    """One claim line; the place after the last is a new one."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    place, raw = place_in_address(), lines_of(draft.typed)
    is_new = place > len(raw)
    shown = line_data({} if is_new else raw[place - 1])
    # All lines count, so that two people who each add one are told of each other.
    form = _line_form(draft, data=shown, thing=seen([place, shown if not is_new else len(raw)]))
    if form.validate_on_submit():
        return _saved(draft, place, {**({} if is_new else raw[place - 1]), **line_of(form)})
    if request.method == "GET" and not is_new:
        found = read_draft(draft, today(), connected_codes(current_session))
        blame_faults(form, found, LINES, with_gaps="check" in request.args, line=place - 1)
    page = render_template(
        "intake/line.html",
        draft=draft,
        step=LINES,
        form=form,
        groups=groups_named("line", form),
        place=place,
        is_new=is_new,
        meanwhile=differences(form, shown) if form.is_stale and not is_new else [],
        offered=None if is_new else _offered(draft, raw[place - 1]),
    )
    return page, 409 if form.is_stale else 200


def _saved(draft: Draft, place: int, typed: dict[str, Any]) -> ResponseReturnValue:
    """Keep the line as typed; where that was asked for, with the known share in it, or parted on the day that the share changes."""
    then, kept, said = request.form.get("then"), [typed], Message("intake.saved")
    found = _offered(draft, typed)
    if then == "fill":
        with_share = filled(typed, found)
        kept = [with_share or typed]
        said = Message("intake.share.filled", place=place) if with_share else Message("intake.share.not_filled")
    elif then == "part" and (parts := parted(typed, found)):
        if len(lines_of(draft.typed)) + 1 > procedure_on(today()).most_claim_lines:
            said = Message("intake.no_room_for_line", limit=procedure_on(today()).most_claim_lines)
        else:
            kept, said = parts, Message("intake.share.parted", place=place, next=place + 1)
    save_draft(draft, {**draft.typed, "lines": replaced(lines_of(draft.typed), place, *kept)}, by=current_user, at=now())
    return finish(_where_next(draft, place), said)


def _offered(draft: Draft, typed: dict[str, Any]) -> Offered | None:
    return offered(typed, placed_on=draft.typed.get("placed_on"), on=today())


def shown_lines(draft: Draft) -> list[ShownLine]:
    """The lines with what they come to, and what is wrong with each."""
    found = read_draft(draft, today(), connected_codes(current_session))
    faults = [] if isinstance(found, Petition) else found
    shown = []
    for place, raw in enumerate(lines_of(draft.typed)):
        own = [fault for fault in faults if place_of(fault.path)[:2] == ("lines", place)]
        reader = Reader(raw, procedure_on(today()))
        read = read_line(reader, municipalities=other_party_codes(draft), on=today(), born=None)
        gaps = [told(fault) for fault in own if fault.is_gap]
        wrong = [told(fault) for fault in own if not fault.is_gap]
        shown.append(ShownLine(place + 1, _title(raw), raw, read, gaps, wrong))
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
    # One that was pasted and is no party must be seen to be put right.
    if len(named) > 1 or (form.municipality.data and form.municipality.data not in named):
        there = parties_by_code(current_session, named)
        form.municipality.choices = choices(nothing + [(code, there[code].name) for code in named if code in there])
        _keep_unknown(form.municipality)
    else:
        del form.municipality
    for field in (form.measure, form.state_basis, form.municipal_basis, form.unit, form.should_bear, form.paid_by):
        _keep_unknown(field)
    return form


def _keep_unknown(field: Any) -> None:
    """What was pasted and is no choice stays to be seen, and stays what it was until another is chosen."""
    if field.data and field.data not in {choice.value for choice in field.choices}:
        field.choices = [*field.choices, *choices([(field.data, t("intake.no_choice", text=field.data))])]


def _where_next(draft: Draft, place: int) -> str:
    """A new line where that was asked for; the line again where something is wrong in it; else the list."""
    found = read_draft(draft, today(), connected_codes(current_session))
    then = request.form.get("then")
    if then in {"shares", "fill"}:
        return url_for("intake.line", public_id=draft.public_id, place=place, _anchor="shares")
    if then != "part" and blame_faults(None, found, LINES, with_gaps=False, line=place - 1):
        return url_for("intake.line", public_id=draft.public_id, place=place)
    if then == "another":
        return url_for("intake.line", public_id=draft.public_id, place=len(lines_of(draft.typed)) + 1)
    return url_for("intake.lines", public_id=draft.public_id)
