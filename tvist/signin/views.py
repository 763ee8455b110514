"""The second step of signing in: a passkey or a code after the pass phrase, setting one up, or a passkey alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user

from tvist.access.guard import finish, keep, open_to_all, open_to_all_taking, taken_in
from tvist.accounts.actions import sign_in
from tvist.accounts.code_apps import is_recovery_code, new_recovery_codes
from tvist.accounts.dormancy import is_dormant, waking_key
from tvist.accounts.forms import SignInForm
from tvist.accounts.half_sign_ins import complete_half, half_sign_in_of
from tvist.accounts.passkeys import BadAnswer, use_passkey
from tvist.accounts.second_forms import CodeForm
from tvist.accounts.second_page import (
    SECOND_STEP,
    SIGN_IN,
    Tried,
    asking,
    has_it_outside,
    has_proved,
    second_page,
    sent_forms,
    set_up,
    set_up_page,
    status_after,
    this_browser,
    tried,
)
from tvist.accounts.second_steps import factors_of
from tvist.accounts.throttle import Waiting, keys_for, seconds_to_wait
from tvist.accounts.views import START, enter_as, sign_in_page, welcomed
from tvist.clock import now, today
from tvist.signin.blueprint import bp
from tvist.signin.notices import tell_changed
from tvist.web.addresses import local_path
from tvist.web.carrying import Carried, carried_on
from tvist.web.session import current_session, installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.factors import HalfSignIn
    from tvist.accounts.models import User


def _half() -> HalfSignIn | None:
    return half_sign_in_of(current_session, str(cookie.get("half", "")), now())


def _count() -> Tried:
    """Count the code, between the beats."""
    with installed().database.reading() as session:
        half = half_sign_in_of(session, str(cookie.get("half", "")), now())
    return tried(half.user if half else None)


def _count_network() -> Waiting:
    """Count a try with a passkey alone, between the beats: by network, as nobody is known yet."""
    keys = keys_for(str(current_app.secret_key), "", request.remote_addr, purpose="passkey")
    return Waiting(seconds_to_wait(installed().database, keys, now()) if request.form.get("credential") else 0)


def _following() -> str:
    return local_path(request.values.get("next"), START)


@bp.route("/sign-in/second", methods=["GET", "POST"])
@open_to_all_taking(_count)
def second() -> ResponseReturnValue:
    """Do the second step. Who has none yet is led to set one up."""
    half, carried = _half(), carried_on()
    if half is None:
        return _nothing_begun(carried)
    if request.method == "GET" or not factors_of(current_session, half.user):
        return second_page(half.user, _following(), carried)
    form, counted = CodeForm(), taken_in()
    if not has_proved(half.user, form, counted, SECOND_STEP):
        return second_page(half.user, _following(), carried, form), status_after(form, counted)
    if not complete_half(current_session, half, at=now()):
        return _nothing_begun(carried)
    if is_recovery_code(form.one_time_code.data or ""):
        tell_changed(half.user, at=now())
    return welcomed(half.user, _following(), carried)


@bp.route("/sign-in/set-up", methods=["POST"])
@open_to_all
def set_up_first() -> ResponseReturnValue:
    """Set up the first second step; the recovery codes are shown, once, and one is signed in."""
    half, carried = _half(), carried_on()
    if half is None:
        return _nothing_begun(carried)
    user, forms = half.user, sent_forms()
    factors = factors_of(current_session, user)
    if factors or has_it_outside(user, factors):
        # Who has one does that: the pass phrase alone adds no other.
        return second_page(user, _following(), carried), 409
    if set_up(user, forms) is None:
        return set_up_page(user, [], forms=forms, following=_following(), carried=carried, is_first=True), 422
    if not complete_half(current_session, half, at=now()):
        return _nothing_begun(carried)
    tell_changed(user, at=now())
    token = sign_in(current_session, user, at=now(), browser=this_browser(), proved_at=now())
    return codes_shown(user, _following(), carried, token=token)


def codes_shown(user: User, following: str, carried: Carried | None = None, token: str = "") -> ResponseReturnValue:
    """Make new recovery codes and show them, once; with a token, in a sign-in that begins with it."""
    codes = new_recovery_codes(user, installed().keys, at=now())
    # What the frame of a page asks of its reader is read before the commit, and nothing after it.
    user.roles_on(today())
    keep(url_for("signin.security"))
    if token:
        enter_as(user, token)
    return render_template("signin/codes.html", codes=codes, following=following, carried=carried)


@bp.route("/sign-in/passkey", methods=["POST"])
@open_to_all_taking(_count_network)
def by_passkey() -> ResponseReturnValue:
    """Sign in by a passkey alone: the person unlocked it by finger, face or PIN, so it is two proofs in one."""
    form, carried = SignInForm(formdata=None), carried_on()
    waiting: Waiting = taken_in()
    if waiting.seconds:
        form.blame(Message("accounts.wait", count=-(-waiting.seconds // 60)))
        return sign_in_page(form, _following(), carried), 429
    user = _whose_passkey()
    if user is None:
        form.blame(Message("security.passkey_failed"))
        return sign_in_page(form, _following(), carried), 422
    if is_dormant(current_session, user, now()):
        key = waking_key(str(current_app.secret_key)).dumps(user.public_id)
        return render_template("accounts/dormant.html", key=key), 403
    return welcomed(user, _following(), carried)


def _whose_passkey() -> User | None:
    found = asking(SIGN_IN)
    try:
        return use_passkey(current_session, found, answer=request.form.get("credential", ""), at=now()) if found else None
    except BadAnswer:
        return None


@bp.route("/sign-in/again", methods=["POST"])
@open_to_all
def give_up() -> ResponseReturnValue:
    """Give up a sign-in that has come half way, and begin anew."""
    if (half := _half()) is not None:
        complete_half(current_session, half, at=now())
    answer = finish(url_for("accounts.sign_in", next=_following()))
    cookie.pop("half", None)
    return answer


def _nothing_begun(carried: Carried | None) -> ResponseReturnValue:
    """The half sign-in has ended, or there was none: from the beginning, with what had been typed."""
    if current_user.is_authenticated:
        shown = render_template("accounts/resume.html", carried=carried, was_proof=False) if carried else ""
        return shown or redirect(_following(), 303)
    form = SignInForm(formdata=None)
    form.blame(Message("security.begin_anew"))
    return sign_in_page(form, _following(), carried), 401
