"""One's own "Sign-in and security": what one signs in with, recovery codes, and where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from wtforms import StringField

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.accounts.actions import end_sign_ins
from tvist.accounts.code_apps import RECOVERY_CODES, keep_recovery_codes
from tvist.accounts.queries import hashed
from tvist.accounts.second_forms import LONGEST_NAME
from tvist.accounts.second_page import sent_forms, set_up, set_up_page
from tvist.accounts.second_steps import factor_at, factors_of, recovery_codes_left, removal_fault, remove_factor, rename_factor
from tvist.accounts.sign_ins import sign_in_at, sign_ins_of
from tvist.accounts.views import START
from tvist.clock import now
from tvist.errors import CannotProceed
from tvist.signin.blueprint import bp
from tvist.signin.notices import tell_changed
from tvist.signin.views import codes_shown
from tvist.web.addresses import local_path
from tvist.web.carrying import carried_on
from tvist.web.forms import Needed, NotLonger, PlainForm, TvistForm, status_of, trimmed
from tvist.web.session import current_session, lazy
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.factors import SecondFactor
    from tvist.accounts.models import SignIn


class RenameForm(TvistForm):
    """Another name for a passkey or an app."""

    name = StringField(lazy("security.name"), [Needed("security.write_name"), NotLonger(LONGEST_NAME)], filters=[trimmed])


def _token() -> str:
    return str(cookie.get("sign_in", ""))


@bp.route("/account/security")
@requires(Act.CHANGE_OWN_ACCOUNT)
def security() -> ResponseReturnValue:
    """What one signs in with, the recovery codes that are left, and where one is signed in."""
    left, are_kept = recovery_codes_left(current_session, current_user)
    return render_template(
        "signin/security.html",
        factors=factors_of(current_session, current_user),
        codes_left=left,
        codes_in_all=RECOVERY_CODES,
        are_kept=are_kept,
        sign_ins=sign_ins_of(current_session, current_user, now()),
        own_hash=hashed(_token()),
    )


@bp.route("/account/security/new", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, needs_proof=True)
def add_factor() -> ResponseReturnValue:
    """Set up one more passkey or app. Who had no recovery codes gets them."""
    user, forms = current_user, sent_forms()
    factors = factors_of(current_session, user)
    if request.method == "GET":
        return set_up_page(user, factors, forms=forms)
    if set_up(user, forms) is None:
        return set_up_page(user, factors, forms=forms), 422
    tell_changed(user, at=now())
    end_sign_ins(user, at=now(), but=_token())
    if not recovery_codes_left(current_session, user)[0]:
        return codes_shown(user, url_for("signin.security"))
    return finish(url_for("signin.security"), Message("security.added"))


@bp.route("/account/security/factors/<public_id>", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, of=factor_at)
def factor(factor: SecondFactor) -> ResponseReturnValue:
    """Call a passkey or an app something else, or go on to remove it."""
    form = RenameForm(data={"name": factor.name})
    if form.validate_on_submit():
        rename_factor(factor, form.name.data or "")
        return finish(url_for("signin.security"), Message("accounts.saved"))
    return render_template("signin/factor.html", form=form, factor=factor, fault=removal_fault(factor)), status_of(form)


@bp.route("/account/security/factors/<public_id>/remove", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, of=factor_at, needs_proof=True)
def remove(factor: SecondFactor) -> ResponseReturnValue:
    """Remove a passkey or an app, but never the last one."""
    form, fault = PlainForm(), removal_fault(factor)
    if form.validate_on_submit() and fault is None:
        remove_factor(factor, at=now(), but=_token())
        tell_changed(current_user, at=now())
        return finish(url_for("signin.security"), Message("security.removed"))
    in_the_way = [fault] if fault else []
    return render_template("signin/remove.html", form=form, factor=factor, in_the_way=in_the_way), status_of(form, in_the_way)


@bp.route("/account/security/codes", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, needs_proof=True)
def new_codes() -> ResponseReturnValue:
    """Make new recovery codes; the old ones end."""
    form = PlainForm()
    if form.validate_on_submit():
        tell_changed(current_user, at=now())
        return codes_shown(current_user, url_for("signin.security"))
    return render_template("signin/new_codes.html", form=form), status_of(form)


@bp.route("/account/security/codes/kept", methods=["POST"])
@requires(Act.CHANGE_OWN_ACCOUNT)
def codes_kept() -> ResponseReturnValue:
    """The codes are kept: on to where one was going, or to what had been typed."""
    carried = carried_on()
    keep_recovery_codes(current_user, at=now())
    answer = finish(local_path(request.form.get("next"), START))
    return answer if carried is None else render_template("accounts/resume.html", carried=carried, was_proof=False)


@bp.route("/account/security/sign-ins/<int:number>/end", methods=["POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, of=sign_in_at)
def end_one(found: SignIn) -> ResponseReturnValue:
    """End one other sign-in of one's own; this one is ended by signing out."""
    if found.token_hash == hashed(_token()):
        raise CannotProceed(Message("security.sign_out_instead"))
    found.ended_at = found.ended_at or now()
    return finish(url_for("signin.security"), Message("security.ended"))


@bp.route("/account/security/sign-ins/end-others", methods=["POST"])
@requires(Act.CHANGE_OWN_ACCOUNT)
def end_others() -> ResponseReturnValue:
    """End all other sign-ins."""
    end_sign_ins(current_user, at=now(), but=_token())
    return finish(url_for("signin.security"), Message("security.others_ended"))
