"""How long a sign-in holds still: asked by the page before it warns, and made longer by who says that they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, jsonify

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.accounts.sign_ins import WARNED_BEFORE, ends_at
from tvist.clock import now
from tvist.signin.blueprint import bp
from tvist.web.session import t

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def seconds_left() -> int | None:
    """The seconds until the sign-in of this request ends if nothing more is asked by it; None where nobody is signed in."""
    sign_in = g.get("sign_in")
    return None if sign_in is None else max(0, int((ends_at(sign_in) - now()).total_seconds()))


def warned_before() -> int:
    """So many seconds before the end the page warns."""
    return int(WARNED_BEFORE.total_seconds())


def minutes_in_words() -> list[str]:
    """What the warning says when so many minutes are left, from one."""
    return [t("idle.left", count=minutes) for minutes in range(1, warned_before() // 60 + 1)]


@bp.route("/sign-in/left")
@requires(Act.CHANGE_OWN_ACCOUNT, is_polled=True)
def left() -> ResponseReturnValue:
    """The seconds left. That a page asks does not say that somebody is there."""
    return jsonify(seconds=seconds_left())


@bp.route("/sign-in/stay", methods=["POST"])
@requires(Act.CHANGE_OWN_ACCOUNT)
def stay() -> ResponseReturnValue:
    """Somebody is there: the guard has noted it, and so the sign-in lasts. Eight hours are never passed."""
    return jsonify(seconds=seconds_left())
