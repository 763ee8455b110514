"""Paste a table from a spreadsheet into the claim lines: read it, say what is wrong in which cell, and put the rows in as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import TextAreaField

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.intake.actions import save_draft
from tvist.intake.blueprint import bp
from tvist.intake.drafting import other_party_codes
from tvist.intake.pasting import FIXED, CellFault, Table, read_table
from tvist.intake.queries import draft_at, parties_by_code
from tvist.intake.steps import lines_of
from tvist.procedure.settings import procedure_on
from tvist.web.forms import Needed, TvistForm
from tvist.web.session import current_session, lazy
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.intake.models import Draft

MOST_TOLD: Final = 20


class PasteForm(TvistForm):
    """The cells as they were copied."""

    table = TextAreaField(
        lazy("intake.paste.field"), validators=[Needed("intake.paste.missing")], description=lazy("intake.paste.how")
    )


@bp.route("/drafts/<public_id>/lines/paste", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def paste_lines(draft: Draft) -> ResponseReturnValue:
    """Rows become lines at once where no cell is wrong; else on a second click, as they are. The pasted text stays until then."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    form, found = PasteForm(), None
    if form.validate_on_submit():
        found = _read(draft, form.table.data or "")
        if not _blamed(form, draft, found) and (not found.faults or request.form.get("then") == "anyway"):
            lines = [*lines_of(draft.typed), *found.lines]
            save_draft(draft, {**draft.typed, "lines": lines}, by=current_user, at=now())
            return finish(url_for("intake.lines", public_id=draft.public_id), _put_in(found))
        for fault in found.faults[:MOST_TOLD]:
            form.blame(_told(fault), "table")
        if len(found.faults) > MOST_TOLD:
            form.blame(Message("intake.paste.more_faults", count=len(found.faults) - MOST_TOLD), "table")
    page = render_template(
        "intake/paste.html",
        draft=draft,
        form=form,
        columns=FIXED,
        found=found,
        fits=found is not None and _room(draft, found) >= 0,
    )
    return page, 422 if form.is_submitted() else 200


def _read(draft: Draft, text: str) -> Table:
    named = parties_by_code(current_session, other_party_codes(draft))
    names = {code: named[code].name for code in other_party_codes(draft) if code in named}
    return read_table(text, municipalities=names, rules=procedure_on(today()), on=today())


def _blamed(form: PasteForm, draft: Draft, found: Table) -> bool:
    """Say what keeps the whole table out: no rows, too many, or headings that we do not know."""
    limit = procedure_on(today()).most_claim_lines
    if not found.lines:
        form.blame(Message("intake.paste.no_rows"), "table")
    if _room(draft, found) < 0:
        there = len(lines_of(draft.typed))
        form.blame(Message("intake.paste.too_many_rows", count=len(found.lines), limit=limit, there=there), "table")
    if found.unknown and request.form.get("then") != "anyway":
        form.blame(Message("intake.paste.unknown_columns", names=found.unknown), "table")
    return bool(form.table.errors)


def _room(draft: Draft, found: Table) -> int:
    """How many more lines there is room for; below nothing where the table is too long."""
    return procedure_on(today()).most_claim_lines - len(lines_of(draft.typed)) - len(found.lines)


def _put_in(found: Table) -> Message:
    code = "intake.paste.put_in_with_gaps" if found.incomplete or found.faults else "intake.paste.put_in"
    return Message(code, count=len(found.lines), incomplete=found.incomplete, wrong=len({fault.row for fault in found.faults}))


def _told(fault: CellFault) -> Message:
    if not fault.column:
        return Message("intake.paste.at_row", row=fault.row, what=fault.message)
    return Message("intake.paste.at_cell", row=fault.row, column=Message(f"intake.field.{fault.column}"), what=fault.message)
