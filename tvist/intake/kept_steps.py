"""The steps of a request keep what is typed, as forms in a case do (`tvist.intake.kept`): `form_open(form, keeps=keeps_step(draft, step))`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from flask import current_app, request, url_for
from flask_login import current_user

from tvist.clock import today
from tvist.intake.blueprint import bp
from tvist.intake.in_case import drafts_in_cases
from tvist.intake.kept import Keeps
from tvist.intake.models import DraftKind
from tvist.intake.places import page_of_draft
from tvist.intake.sheets import FactSheet, LineSheet, StepSheet
from tvist.web.session import current_session, t

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.intake.models import Draft
    from tvist.intake.steps import Step

EVERY: Final = 2000
"""Milliseconds between two savings while somebody types; who else is here is asked for two and a half times as seldom."""
WORDS: Final = (
    "restored", "offline", "failed", "ended", "sign_in", "another", "denied", "too_large", "kept_here", "not_kept", "clash", "mine", "theirs",
    "empty", "waiting", "go_there",
)  # fmt: skip

bp.add_app_template_global(page_of_draft, "page_of_draft")


@bp.app_template_global()
def keeps_step(draft: Draft, step: Step) -> Keeps:
    """What the page of a step says of the draft."""
    sheet = StepSheet(draft, step)
    return Keeps(
        url_for("intake.keep_step", public_id=draft.public_id, step=step.name),
        draft,
        list(sheet.shown()),
        base=sheet.shown() if request.method == "POST" else None,
    )


@bp.app_template_global()
def keeps_line(draft: Draft, place: int) -> Keeps:
    """What the page of the claim line at `place` (from 1) says of the draft."""
    return _keeps_row(LineSheet(draft, place - 1))


@bp.app_template_global()
def keeps_fact(draft: Draft, place: int) -> Keeps:
    """What the page of the fact at `place` (from 1) says of the draft."""
    return _keeps_row(FactSheet(draft, place - 1))


def _keeps_row(sheet: LineSheet) -> Keeps:
    return Keeps(
        url_for(sheet.PAGES[1], public_id=sheet.draft.public_id, place=sheet.index + 1),
        sheet.draft,
        list(sheet.shown()),
        base=sheet.shown() if request.method == "POST" else None,
        key=sheet.key,
        rows=sheet.rows,
    )


@bp.app_template_global()
def keeps_letter(case: Case, draft: Draft | None) -> Keeps:
    """What the page of the body's letter says of its draft."""
    base = dict(draft.typed) if draft is not None and request.method == "POST" else None
    return Keeps(url_for("intake.keep_in_case", slug=case.slug, kind=DraftKind.BODY_LETTER.value), draft, base=base, is_seen=True)


@bp.app_template_global()
def kept_words() -> str:
    """What the browser says by itself, in the reader's language, as JSON."""
    return json.dumps({code: t(f"writing.browser.{code}") for code in WORDS}, ensure_ascii=False)


@bp.app_template_global()
def kept_every() -> int:
    """How often the browser sends what is typed, in milliseconds."""
    return int(current_app.config.get("KEPT_EVERY", EVERY))


@bp.app_template_global()
def begun_drafts(case: Case | None = None) -> list[Draft]:
    """What the reader may go on writing, in one case or in all of theirs."""
    return drafts_in_cases(current_session, current_user, today(), case)
