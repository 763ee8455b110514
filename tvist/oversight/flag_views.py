"""What is unusual in the log, for who watches: the list, and a page to say what was found. Nobody sees what is about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.oversight.blueprint import bp
from tvist.oversight.forms import LookForm
from tvist.oversight.patterns import THRESHOLDS
from tvist.oversight.queries import number_before
from tvist.oversight.watching import flag_at, flags_for, look_at
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.oversight.models import Flag

PAGE: Final = 50


@bp.route("/oversight")
@requires(Act.SEE_FLAGS)
def flags() -> ResponseReturnValue:
    """The flags that wait to be looked at, or those that were."""
    is_open = request.args.get("looked") != "yes"
    before = number_before(request.args.get("before", ""))
    found = flags_for(current_session, current_user, is_open=is_open, before=before, size=PAGE + 1)
    return render_template(
        "oversight/flags.html",
        flags=found[:PAGE],
        is_open=is_open,
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        thresholds=THRESHOLDS,
    )


@bp.route("/oversight/flags/<public_id>", methods=["GET", "POST"])
@requires(Act.LOOK_AT_FLAG, of=flag_at)
def flag(flag: Flag) -> ResponseReturnValue:
    """One flag: what it means, and what was found."""
    form = LookForm()
    if flag.looked_at is None and form.validate_on_submit():
        look_at(flag, by=current_user, words=form.words.data or "", at=now())
        return finish(url_for("oversight.flags"), Message("oversight.looked"))
    status = 200 if request.method == "GET" else 409 if flag.looked_at is not None else 422
    return render_template("oversight/flag.html", flag=flag, form=form, threshold=THRESHOLDS[flag.kind]), status
