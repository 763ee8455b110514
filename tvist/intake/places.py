"""Where a draft is written, and what a place in it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from tvist.intake.forms import FactForm, LineForm
from tvist.intake.kept import WRITTEN, label_in
from tvist.intake.steps import CHRONOLOGY, STEPS, place_of
from tvist.web.session import t

if TYPE_CHECKING:
    from tvist.intake.models import Draft


def page_of_draft(draft: Draft) -> str:
    """Where one goes on writing; once it was sent, the case."""
    if draft.in_case is None:
        return url_for("cases.show", slug=draft.case.slug) if draft.case else url_for("intake.draft", public_id=draft.public_id)
    if not draft.is_open or draft.kind not in WRITTEN:
        return url_for("cases.show", slug=draft.in_case.slug)
    return url_for(WRITTEN[draft.kind].endpoint, slug=draft.in_case.slug)


def told_place(draft: Draft, place: str) -> str:
    """The place in the words of the page: `Kravlinje 1: Sats`."""
    if draft.in_case is not None:
        return label_in(draft.in_case, draft.kind, {place: None})[place]
    name, row, field = place_of(place)
    if field is None:
        return t(f"intake.step.{name}")
    if row is not None and name == CHRONOLOGY.name:
        return f"{t('intake.in_fact', place=row + 1)} {FactForm()[field].label.text}"
    form = LineForm if row is not None else next(step.form for step in STEPS if step.name == name)
    label = str(form()[field].label.text) if form is not None else field
    return t("writing.in_line", place=row + 1, field=label) if row is not None else label
