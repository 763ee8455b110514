"""The fresh proof: acts that weigh more than others ask for the second step again when the last proof is older than ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import ProofNeeded, finish, requires, taken_in
from tvist.access.policy import Act
from tvist.accounts.code_apps import is_recovery_code
from tvist.accounts.outside_actions import identities_of
from tvist.accounts.second_forms import CodeForm
from tvist.accounts.second_page import PROOF, Tried, has_proved, options_for, status_after, tried
from tvist.accounts.second_steps import factors_of, passkeys_among
from tvist.accounts.sign_ins import prove as take_proof
from tvist.accounts.views import START
from tvist.clock import now
from tvist.signin.blueprint import bp
from tvist.signin.notices import tell_changed
from tvist.web.addresses import local_path
from tvist.web.carrying import Carried, carried_now, carried_on
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session


def _count() -> Tried:
    return tried(current_user)


@bp.route("/proof", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, take_in=_count)
def prove() -> ResponseReturnValue:
    """Prove again who one is, and go on to where one was."""
    following, carried = local_path(request.values.get("next"), START), carried_on()
    form, counted = CodeForm(), taken_in() if request.method == "POST" else Tried()
    if request.method == "GET" or not (_clicked_in_the_demo() or has_proved(current_user, form, counted, PROOF)):
        return _page(current_session, following, carried, form), status_after(form, counted)
    take_proof(current_session, g.sign_in.id, at=now())
    if is_recovery_code(form.one_time_code.data or ""):
        tell_changed(current_user, at=now())
    answer = finish(following)
    return answer if carried is None else render_template("accounts/resume.html", carried=carried, was_proof=True)


def _clicked_in_the_demo() -> bool:
    """The demo's invented people prove by one click, as they sign in by one. In production there are none."""
    return "demo" in request.form and installed().config.is_demo and bool(current_user.is_invented)


def _page(session: Session, following: str, carried: Carried | None, form: CodeForm) -> str:
    factors = factors_of(session, current_user)
    return render_template(
        "signin/proof.html",
        form=form,
        options=options_for(current_user, factors, PROOF),
        has_factors=bool(factors),
        has_app=len(factors) > len(passkeys_among(factors)),
        is_tied=installed().config.outside is not None and bool(identities_of(session, current_user)),
        by_click=installed().config.is_demo and current_user.is_invented,
        following=following,
        carried=carried,
    )


@bp.app_errorhandler(ProofNeeded)
def proof_needed(_error: ProofNeeded) -> ResponseReturnValue:
    """To the proof page; what a form held goes along."""
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("signin.prove", next=request.full_path.removesuffix("?")))
    with installed().database.reading() as session:
        return _page(session, START, carried_now(), CodeForm(formdata=None)), 401
