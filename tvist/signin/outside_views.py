"""Signing in from outside, by ID-porten or Ansattporten: the way there, the way back, and what of it is tied to one's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user

from tvist.access.guard import finish, open_to_all, open_to_returning, requires, taken_in
from tvist.access.policy import Act
from tvist.accounts import outside_flow
from tvist.accounts.actions import FromOutside
from tvist.accounts.actions import sign_in as begin_sign_in
from tvist.accounts.dormancy import is_dormant, waking_key
from tvist.accounts.outside_actions import (
    acting_organisation,
    identities_of,
    identity_at,
    newcomer_by_letter,
    standing_identity,
    subject_key,
    tie,
    untie,
    use_letter,
)
from tvist.accounts.outside_flow import Flow, Purpose
from tvist.accounts.outside_provider import Provider, provider_of
from tvist.accounts.outside_token import Outsider, OutsideRefusal, Refused, is_anew
from tvist.accounts.second_page import this_browser
from tvist.accounts.sign_ins import prove as take_proof
from tvist.accounts.views import START, enter_as
from tvist.clock import now
from tvist.errors import CannotProceed, NotFound
from tvist.signin.notices import tell_changed
from tvist.web.addresses import local_path
from tvist.web.session import current_session, installed, page_language
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import User
    from tvist.accounts.outside import OutsideIdentity
    from tvist.config import OutsideSignIn

bp = Blueprint("outside", __name__)
BACK = "/outside/back"
LOCALES = {"nb": "nb nn en", "nn": "nn nb en", "en": "en nb"}
"""What is asked of the provider for each language of ours, the most wanted first."""
STATUS = {OutsideRefusal.AWAY: 503, OutsideRefusal.UNTRUSTED: 502}


@dataclass(frozen=True)
class Returned:
    """What became of a way to the provider, as the page of return takes it in between the beats."""

    flow: Flow | None
    outsider: Outsider | None = None
    refusal: OutsideRefusal | None = None

    def discard(self) -> None:
        """The way is used up all the same."""


@bp.app_template_global()
def outside_name() -> str:
    """What the national sign-in is called; empty where there is none."""
    settings = installed().config.outside
    return settings.name if settings else ""


@bp.app_template_global()
def acting_for() -> str:
    """The name of the organisation that the sign-in acts for alone; empty for one's own account as a whole."""
    memberships = current_user.memberships if getattr(current_user, "acting_for_id", None) is not None else []
    return next((found.organisation.name for found in memberships if current_user.acts_for(found.organisation_id)), "")


@bp.route("/outside/sign-in")
@open_to_all
def sign_in() -> ResponseReturnValue:
    """To the provider, to sign in there and come back to where one was going."""
    return _lead(Purpose.SIGN_IN, local_path(request.args.get("next"), START))


@bp.route("/outside/letter/<token>")
@open_to_all
def letter(token: str) -> ResponseReturnValue:
    """To the provider by the letter of somebody who was just vouched for: their identity there is tied instead of a pass phrase chosen."""
    user = newcomer_by_letter(current_session, token, now())
    if user is None:
        return render_template("password/ended.html"), 404
    return _lead(Purpose.TIE, url_for("accounts.sign_in"), user=user, letter=token)


@bp.route("/account/outside")
@requires(Act.TIE_OUTSIDE)
def own() -> ResponseReturnValue:
    """The identities that open one's own account."""
    _settings()
    return render_template("outside/own.html", identities=identities_of(current_session, current_user))


@bp.route("/account/outside/tie")
@requires(Act.TIE_OUTSIDE)
def tie_own() -> ResponseReturnValue:
    """To the provider, to tie the identity there to one's own account."""
    return _lead(Purpose.TIE, url_for("outside.own"), user=current_user)


@bp.route("/account/outside/<public_id>/untie", methods=["POST"])
@requires(Act.TIE_OUTSIDE, of=identity_at)
def untie_own(identity: OutsideIdentity) -> ResponseReturnValue:
    """Let an identity open the account no more; not the only way in."""
    if not identity.user.password_hash:
        raise CannotProceed(Message("outside.only_way_in"))
    untie(identity, at=now())
    tell_changed(current_user, at=now())
    return finish(url_for("outside.own"), Message("outside.untied", name=identity.provider))


@bp.route("/account/outside/prove")
@requires(Act.CHANGE_OWN_ACCOUNT)
def prove() -> ResponseReturnValue:
    """To the provider, to prove anew who one is, before an act that asks for it."""
    return _lead(Purpose.PROVE, local_path(request.args.get("next"), START), user=current_user)


def _lead(purpose: Purpose, following: str, *, user: User | None = None, letter: str = "") -> ResponseReturnValue:
    """Send the browser to the provider, with what binds the answer to this browser and to this asking."""
    provider = _provider()
    at = now()
    flow = outside_flow.begin(cookie, purpose, following=following, at=at, user=user.public_id if user else "", letter=letter)
    try:
        asked = flow.asked(_back())
        return redirect(provider.address(asked, language=LOCALES[page_language()], anew=purpose is Purpose.PROVE))
    except Refused as refused:
        outside_flow.take(cookie, flow.state, at)
        return _told(refused.refusal, flow)


def _come_back() -> Returned:
    """Between the beats: take the way out of the cookie, use it up, and ask the provider who came."""
    provider, at = _provider(), now()
    state = request.args.get("state", "")
    flow = outside_flow.take(cookie, state, at)
    if flow is None or not outside_flow.use(installed().database, state, at=at):
        return Returned(None, refusal=OutsideRefusal.STALE)
    try:
        if not provider.names_itself(request.args.get("iss")):
            return Returned(flow, refusal=OutsideRefusal.UNTRUSTED)
        if "error" in request.args or not request.args.get("code"):
            return Returned(flow, refusal=_said(request.args.get("error", "")))
        return Returned(flow, provider.who(flow.asked(_back()), request.args["code"], at=at))
    except Refused as refused:
        return Returned(flow, refusal=refused.refusal)


@bp.route(BACK)
@open_to_returning(_come_back)
def back() -> ResponseReturnValue:
    """Back from the provider: signed in, tied, proved; or a page that says why not, and what to do."""
    returned: Returned = taken_in()
    if returned.flow is None or returned.outsider is None:
        return _told(returned.refusal or OutsideRefusal.STALE, returned.flow)
    settings = _settings()
    key = subject_key(installed().keys, settings, returned.outsider)
    try:
        return _DONE[returned.flow.purpose](returned.flow, returned.outsider, key)
    except Refused as refused:
        return _told(refused.refusal, returned.flow)


def _said(error: str) -> OutsideRefusal:
    """Why the provider sent the browser back without a code."""
    is_away = error in {"server_error", "temporarily_unavailable", "invalid_request", "unauthorized_client", "invalid_scope"}
    level = error == "unmet_authentication_requirements"
    return OutsideRefusal.LEVEL if level else OutsideRefusal.AWAY if is_away else OutsideRefusal.CANCELLED


def _sign_in(flow: Flow, outsider: Outsider, key: str) -> ResponseReturnValue:
    """Begin a sign-in that acts for the organisation of the token alone. No account, a shut one, or none there: one and the same answer."""
    at = now()
    identity = standing_identity(current_session, key)
    if identity is None or not identity.user.is_active:
        raise Refused(OutsideRefusal.UNKNOWN)
    if is_dormant(current_session, identity.user, at):
        asking = waking_key(str(current_app.secret_key)).dumps(identity.user.public_id)
        return render_template("accounts/dormant.html", key=asking, is_outside=True), 403
    organisation = acting_organisation(identity, _settings(), outsider, at)
    proved_at = min(outsider.authenticated_at, at) if outsider.authenticated_at else None
    outside = FromOutside(identity.id, organisation.id if organisation else None)
    token = begin_sign_in(current_session, identity.user, at=at, browser=this_browser(), proved_at=proved_at, outside=outside)
    answer = finish(flow.following)
    enter_as(identity.user, token)
    return answer


def _tie(flow: Flow, _outsider: Outsider, key: str) -> ResponseReturnValue:
    """Tie the identity to the account that is signed in here, and was when the way began; or to the newcomer's, by the letter."""
    at, name = now(), _settings().name
    user = use_letter(current_session, flow.letter, at) if flow.letter else _same_person(flow)
    tie(user, key, provider=name, at=at)
    tell_changed(user, at=at)
    return finish(flow.following, Message("outside.tied", name=name))


def _prove(flow: Flow, outsider: Outsider, key: str) -> ResponseReturnValue:
    """Take the answer for a second proof: by the same person, for the same organisation, given since it was asked for."""
    at, user = now(), _same_person(flow)
    identity = standing_identity(current_session, key)
    if identity is None or identity.user_id != user.id:
        raise Refused(OutsideRefusal.OTHER_PERSON)
    if not is_anew(outsider, asked_at=flow.began_at, at=at):
        raise Refused(OutsideRefusal.NOT_ANEW)
    organisation = acting_organisation(identity, _settings(), outsider, at)
    if g.sign_in.organisation_id not in {None, organisation.id if organisation else None}:
        raise Refused(OutsideRefusal.OTHER_PERSON)
    take_proof(current_session, g.sign_in.id, at=at)
    return finish(flow.following)


_DONE: dict[Purpose, Callable[[Flow, Outsider, str], ResponseReturnValue]] = {
    Purpose.SIGN_IN: _sign_in,
    Purpose.TIE: _tie,
    Purpose.PROVE: _prove,
}


def _same_person(flow: Flow) -> User:
    """Who is signed in here, and was when the way began. Raises Refused for anybody else."""
    if not current_user.is_authenticated or current_user.public_id != flow.user:
        raise Refused(OutsideRefusal.STALE)
    found: User = current_user._get_current_object()  # noqa: SLF001 - the person behind Flask-Login's proxy, to be kept in a row.
    return found


def _told(refusal: OutsideRefusal, flow: Flow | None) -> ResponseReturnValue:
    """The page that says why nothing came of it, and what to do."""
    again = _again(flow) if flow else url_for("outside.sign_in")
    return render_template("outside/refused.html", refusal=refusal, again=again, flow=flow), STATUS.get(refusal, 403)


def _again(flow: Flow) -> str:
    if flow.letter:
        return url_for("outside.letter", token=flow.letter)
    if flow.purpose is Purpose.TIE:
        return url_for("outside.tie_own")
    return url_for("outside.prove" if flow.purpose is Purpose.PROVE else "outside.sign_in", next=flow.following)


def _settings() -> OutsideSignIn:
    """How the national sign-in is set up. Raises NotFound where it is not."""
    settings = installed().config.outside
    if settings is None:
        raise NotFound
    return settings


def _provider() -> Provider:
    return provider_of(_settings())


def _back() -> str:
    return installed().config.base_url + BACK
