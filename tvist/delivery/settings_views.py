"""The page on which the secretariat says which letters leave by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.delivery.blueprint import bp
from tvist.delivery.forms import SettingsForm
from tvist.delivery.letter_settings import SETTABLE, leave_by_themselves, set_letters, settings_now
from tvist.delivery.models import LetterKind
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.route("/letters/settings", methods=["GET", "POST"])
@requires(Act.SET_LETTERS)
def settings() -> ResponseReturnValue:
    """Each kind of letter: whether it leaves by itself, who said so and when."""
    form = SettingsForm()
    if form.validate_on_submit():
        changed = set_letters(
            current_session, {LetterKind(value) for value in form.automatic.data or ()}, by=current_user, at=now()
        )
        message = Message("delivery.settings_changed", kinds=changed) if changed else Message("delivery.settings_unchanged")
        return finish(url_for("delivery.settings"), message)
    in_force = settings_now(current_session)
    if request.method == "GET":
        form.automatic.data = [kind.value for kind in leave_by_themselves(in_force)]
    rows = list(zip(SETTABLE, form.automatic, strict=True))
    page = render_template("delivery/settings.html", form=form, rows=rows, in_force=in_force)
    return page, 200 if request.method == "GET" else 422
