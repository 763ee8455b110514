"""Forgotten pass phrase: ask for a link, and choose a new one by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template, request, url_for

from tvist.access.guard import finish, open_to_all, open_to_all_taking, taken_in
from tvist.accounts.actions import use_password_link
from tvist.accounts.forms import ForgottenForm, NewPasswordForm
from tvist.accounts.passwords import weaknesses
from tvist.accounts.queries import user_of_password_link
from tvist.accounts.throttle import Waiting, keys_for, seconds_to_wait
from tvist.clock import now
from tvist.delivery.password_link import send_password_link
from tvist.web.session import current_session, installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("password", __name__, url_prefix="/password")


def _slow_down() -> Waiting:
    """Count the asking: nobody fills another's mailbox, and the page answers alike."""
    keys = keys_for(str(current_app.secret_key), request.form.get("email", ""), request.remote_addr, purpose="password link")
    return Waiting(seconds_to_wait(installed().database, keys, now()))


@bp.route("/forgotten", methods=["GET", "POST"])
@open_to_all_taking(_slow_down)
def forgotten() -> ResponseReturnValue:
    """Ask for a link. The answer is the same whether there is such an account or not."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("password/forgotten.html", form=form), 200 if request.method == "GET" else 422
    waiting: Waiting = taken_in()
    if not waiting.seconds:
        send_password_link(current_session, form.email.data or "", at=now())
    return finish(url_for("accounts.sign_in"), Message("accounts.link_sent"), kind="info")


@bp.route("/<token>", methods=["GET", "POST"])
@open_to_all
def choose(token: str) -> ResponseReturnValue:
    """Choose a pass phrase by the link, once. All sign-ins of the person end."""
    user = user_of_password_link(current_session, token, now())
    if user is None:
        return render_template("password/ended.html"), 404
    form = NewPasswordForm()
    fine = form.validate_on_submit()
    for fault in weaknesses(form.password.data or "", known=(user.name, user.email)) if fine else []:
        form.blame(fault, "password")
    if not fine or form.faults():
        status = 200 if request.method == "GET" else 422
        return render_template(
            "password/choose.html", form=form, email=user.email, token=token, is_new=not user.password_hash
        ), status
    use_password_link(current_session, token, form.password.data or "", at=now())
    return finish(url_for("accounts.sign_in"), Message("accounts.password_chosen"))
