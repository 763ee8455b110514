"""The way in and out: the welcome page, signing in, the demo's invented people, the language, and one's own account."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user

from tvist.access.guard import SignInNeeded, become, finish, open_to_all, open_to_all_taking, requires, taken_in
from tvist.access.policy import Act
from tvist.accounts.actions import choose_password
from tvist.accounts.actions import sign_in as begin_sign_in
from tvist.accounts.actions import sign_out as end_sign_in
from tvist.accounts.checking import Checked, check_password
from tvist.accounts.dormancy import is_dormant, waking_key
from tvist.accounts.forms import ChangePasswordForm, LanguageForm, SignInForm
from tvist.accounts.half_sign_ins import begin_half, end_half
from tvist.accounts.passkeys import options_to_use
from tvist.accounts.passwords import weaknesses
from tvist.accounts.queries import invented_people, invented_person
from tvist.accounts.second_page import SIGN_IN, asking, second_page, this_browser
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.web.addresses import local_path
from tvist.web.carrying import Carried, carried_now, carried_on
from tvist.web.errors import page
from tvist.web.session import current_session, installed
from tvist.words import LANGUAGES, Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import User

bp = Blueprint("accounts", __name__)
START = "/desk"
SIGNING_IN: Final = frozenset({"accounts.sign_in", "signin.second", "signin.set_up_first", "signin.by_passkey"})
"""The pages of the way in: what is typed there is not carried, what they carry is."""


@bp.route("/")
@open_to_all
def welcome() -> ResponseReturnValue:
    """What Tvist is, for a stranger; one's desk for the others."""
    return redirect(START) if current_user.is_authenticated else render_template("accounts/welcome.html")


def _check() -> Checked:
    """Try what was typed, between the beats."""
    return _checked(request.form.get("email", ""), request.form.get("password", ""))


def _check_old() -> Checked:
    """Try one's own pass phrase, between the beats."""
    return _checked(current_user.email, request.form.get("old_password", ""))


def _checked(email: str, password: str) -> Checked:
    secret = str(current_app.secret_key)
    return check_password(
        installed().database, email=email, password=password, secret=secret, address=request.remote_addr, at=now()
    )


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_all_taking(_check)
def sign_in() -> ResponseReturnValue:
    """Sign in, and go where one was on the way to; what had been typed before comes along."""
    form, carried = SignInForm(), carried_on()
    following = local_path(request.values.get("next"), START)
    if request.method == "GET":
        return redirect(following) if current_user.is_authenticated else sign_in_page(form, following)
    if not form.validate():
        return sign_in_page(form, following, carried), 422
    checked: Checked = taken_in()
    if checked.seconds_to_wait:
        form.blame(_wait(checked))
        return sign_in_page(form, following, carried), 429
    user = checked.accept(current_session)
    if user is None:
        form.blame(Message("accounts.wrong"))
        return sign_in_page(form, following, carried), 422
    if is_dormant(current_session, user, now()):
        key = waking_key(str(current_app.secret_key)).dumps(user.public_id)
        return render_template("accounts/dormant.html", key=key), 403
    return _half_way(user, following, carried)


def _half_way(user: User, following: str, carried: Carried | None) -> ResponseReturnValue:
    """The pass phrase was right: on to the second step, with what had been typed."""
    cookie.setdefault("language", user.language)
    _renew_cookie(half=begin_half(current_session, user, at=now()))
    shown = second_page(user, following, carried) if carried else ""
    answer = finish(url_for("signin.second", next=following))
    return shown or answer


def sign_in_page(form: SignInForm, following: str, carried: Carried | None = None) -> str:
    """The first step; with a passkey alone where there can be one."""
    found = asking(SIGN_IN)
    options = options_to_use(found) if found is not None else ""
    return render_template("accounts/sign_in.html", form=form, following=following, carried=carried, options=options)


def _wait(checked: Checked) -> Message:
    return Message("accounts.wait", count=ceil(checked.seconds_to_wait / 60))


def welcomed(user: User, following: str, carried: Carried | None = None) -> ResponseReturnValue:
    """Begin the sign-in of who has done both steps, and go where they were going, or show what they had typed."""
    token = begin_sign_in(current_session, user, at=now(), browser=this_browser(), proved_at=now())
    # What the frame of a page asks of its reader is read before the commit, and nothing after it.
    user.roles_on(today())
    answer = finish(following)
    enter_as(user, token)
    return answer if carried is None else render_template("accounts/resume.html", carried=carried, was_proof=False)


def enter_as(user: User, token: str) -> None:
    """Give the browser a new cookie: nothing a stranger may have put into the old one goes along."""
    _renew_cookie(sign_in=token)
    become(user)


def _renew_cookie(**kept: str) -> None:
    kept |= {"language": cookie["language"]} if "language" in cookie else {}
    cookie.clear()
    cookie.update(kept)


@bp.app_errorhandler(SignInNeeded)
def sign_in_needed(_error: SignInNeeded) -> ResponseReturnValue:
    """Nobody is signed in, or the form's token has ended: through the sign-in with what was typed, and on from there."""
    here = request.full_path.removesuffix("?")
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.sign_in", next=here))
    carried = carried_now()
    if current_user.is_authenticated:
        return (render_template("accounts/resume.html", carried=carried, was_proof=False), 400) if carried else page(400)
    if request.endpoint == "accounts.sign_out":
        return redirect(url_for("accounts.welcome"), 303)
    if request.endpoint in SIGNING_IN:
        return sign_in_page(SignInForm(), local_path(request.form.get("next"), START), carried_on()), 401
    return sign_in_page(SignInForm(formdata=None), START, carried), 401


@bp.route("/sign-out", methods=["POST"])
@open_to_all
def sign_out() -> ResponseReturnValue:
    """End the sign-in on the server, and forget it in the browser."""
    end_sign_in(current_session, str(cookie.get("sign_in", "")), at=now())
    end_half(current_session, str(cookie.get("half", "")), at=now())
    answer = finish(url_for("accounts.welcome"), Message("accounts.signed_out"))
    _renew_cookie(messages=cookie["messages"])
    return answer


@bp.route("/language", methods=["POST"])
@open_to_all
def language() -> ResponseReturnValue:
    """Show the pages in another language; a person's notices follow."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        cookie["language"] = chosen
        if current_user.is_authenticated:
            current_user.language = chosen
    return finish(local_path(request.form.get("next")))


@bp.route("/demo", methods=["GET", "POST"])
@open_to_all
def demo() -> ResponseReturnValue:
    """The invented people of the demo, one click each. In production there is no such page."""
    if not installed().config.is_demo:
        raise NotFound
    if request.method == "POST":
        return welcomed(invented_person(current_session, request.form.get("person", "")), START)
    return render_template("accounts/demo.html", groups=invented_people(current_session, today()), on=today())


@bp.route("/account", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """One's own account: who one is here, and the language."""
    form = LanguageForm(obj=current_user, thing=current_user)
    if form.validate_on_submit():
        current_user.language = form.language.data
        return finish(url_for("accounts.account"), Message("accounts.saved"))
    status = 200 if request.method == "GET" else 409 if form.is_stale else 422
    return render_template("accounts/account.html", form=form, on=today()), status


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, take_in=_check_old)
def password() -> ResponseReturnValue:
    """Change one's own pass phrase; all other sign-ins end."""
    form = ChangePasswordForm()
    if request.method == "GET":
        return render_template("accounts/password.html", form=form)
    if form.validate() and _may_change(form):
        choose_password(current_user, form.password.data or "", at=now(), but=str(cookie.get("sign_in", "")))
        return finish(url_for("accounts.account"), Message("accounts.password_changed"))
    return render_template("accounts/password.html", form=form), 422


def _may_change(form: ChangePasswordForm) -> bool:
    """Blame a wrong old pass phrase and a weak new one."""
    checked: Checked = taken_in()
    if checked.seconds_to_wait:
        form.blame(_wait(checked))
    elif checked.accept(current_session) is None:
        form.blame(Message("accounts.wrong_old_password"), "old_password")
    for fault in weaknesses(form.password.data or "", known=(current_user.name, current_user.email)):
        form.blame(fault, "password")
    return not form.faults()
