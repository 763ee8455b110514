"""The administrator takes the second steps of a person away who has lost them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user
from wtforms import TextAreaField

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.accounts.queries import user_at
from tvist.accounts.second_steps import factors_of, reset_factors, reset_fault, resets_of
from tvist.clock import now
from tvist.signin.blueprint import bp
from tvist.signin.notices import tell_reset
from tvist.web.forms import Needed, NotLonger, TvistForm, status_of, trimmed
from tvist.web.session import current_session, lazy
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import User


class ResetForm(TvistForm):
    """Why, and how it was made sure who asks."""

    reason = TextAreaField(lazy("security.reason"), [Needed("security.write_reason"), NotLonger(2000)], filters=[trimmed])


@bp.route("/users/<public_id>/second-step", methods=["GET", "POST"])
@requires(Act.MANAGE_USERS, of=user_at)
def reset(user: User) -> ResponseReturnValue:
    """Reset: at the next sign-in the person sets up anew, after the pass phrase. The administrator gets nothing to sign in with."""
    form, fault = ResetForm(), reset_fault(user, current_user)
    if form.validate_on_submit() and fault is None:
        reset_factors(user, by=current_user, reason=form.reason.data or "", at=now())
        tell_reset(user, at=now())
        return finish(url_for("users.person", public_id=user.public_id), Message("security.reset_done", name=user.name))
    in_the_way = [fault] if fault else []
    page = render_template(
        "signin/reset.html",
        form=form,
        person=user,
        in_the_way=in_the_way,
        factors=factors_of(current_session, user),
        resets=resets_of(current_session, user),
    )
    return page, status_of(form, in_the_way)
