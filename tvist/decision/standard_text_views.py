"""The board's standard texts: what is offered now, a new one, the next version of one, and one that is retired."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.decision.blueprint import bp
from tvist.decision.standard_texts import (
    change_standard_text,
    other_form_of,
    retire,
    standard_text_at,
    standing_texts,
    versions_in,
    write_standard_text,
)
from tvist.decision.text_forms import StandardTextForm
from tvist.web.forms import status_of
from tvist.web.session import current_session
from tvist.words import Message, other_norwegian

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.decision.texts import StandardText


@bp.route("/standard-texts")
@requires(Act.SEE_STANDARD_TEXTS)
def standard_texts() -> ResponseReturnValue:
    """All that are offered, by what they are for."""
    found = groupby(standing_texts(current_session), attrgetter("section"))
    return render_template("decision/standard_texts.html", groups=[(section, list(listed)) for section, listed in found])


@bp.route("/standard-texts/new", methods=["GET", "POST"])
@requires(Act.WRITE_STANDARD_TEXT)
def new_standard_text() -> ResponseReturnValue:
    """A new text."""
    form = StandardTextForm()
    if form.validate_on_submit():
        made = write_standard_text(
            current_session,
            section=form.section.data,
            language=form.language.data,
            title=form.title.data or "",
            text=form.text.data or "",
            by=current_user,
            at=now(),
        )
        current_session.flush()
        return finish(_page_of(made), Message("text.standard.written", title=made.title))
    return render_template("decision/new_standard_text.html", form=form), status_of(form)


@bp.route("/standard-texts/<public_id>/form", methods=["GET", "POST"])
@requires(Act.WRITE_STANDARD_TEXT, of=standard_text_at)
def other_form(found: StandardText) -> ResponseReturnValue:
    """The same text in the other form of Norwegian."""
    language = other_norwegian(found.language)
    form = StandardTextForm(found, data={"title": found.title, "text": found.text})
    if form.validate_on_submit():
        shared = {"section": found.section, "title": form.title.data, "text": form.text.data, "by": current_user, "at": now()}
        made = write_standard_text(current_session, language=language, form_of=found, **shared)
        current_session.flush()
        return finish(_page_of(made), Message("text.standard.written", title=made.title))
    return render_template("decision/other_form.html", found=found, form=form, language_of_form=language), status_of(form)


@bp.route("/standard-texts/<public_id>", methods=["GET", "POST"])
@requires(Act.SEE_STANDARD_TEXTS, of=standard_text_at)
def standard_text(found: StandardText) -> ResponseReturnValue:
    """One text with its versions; changed, it becomes the next one, and without it nobody is offered it any more."""
    versions = versions_in(current_session, found.series, found.language)
    newest = next((each for each in versions if each.retired_at is None), found)
    form = StandardTextForm(found, data={"title": newest.title, "text": newest.text}, thing=newest)
    if "retire" in request.form:
        retire(found, at=now())
        return finish(url_for("decision.standard_texts"), Message("text.standard.retired", title=found.title))
    if form.validate_on_submit():
        made = change_standard_text(found, title=form.title.data or "", text=form.text.data or "", by=current_user, at=now())
        current_session.flush()
        return finish(_page_of(made), Message("text.standard.changed", title=made.title, version=made.version))
    told = {"found": found, "form": form, "other": other_form_of(current_session, found)}
    return render_template("decision/standard_text.html", **told, versions=versions, newest=newest), status_of(form)


def _page_of(found: StandardText) -> str:
    return url_for("decision.standard_text", public_id=found.public_id)
