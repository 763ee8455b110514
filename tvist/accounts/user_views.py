"""The administrator's pages: people and their roles, and nothing of any case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.accounts.access_changes import changes_of
from tvist.accounts.actions import (
    create_user,
    disable,
    enable,
    faults_of_membership,
    faults_of_user,
    give_role,
)
from tvist.accounts.actions import end_role as end_the_role
from tvist.accounts.queries import membership_at, organisations, page_of_users, user_at
from tvist.accounts.user_forms import EndMembershipForm, MembershipForm, NewUserForm
from tvist.clock import now, today
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import Membership, User
    from tvist.web.forms import TvistForm

bp = Blueprint("users", __name__, url_prefix="/users")
PAGE = 50


@bp.route("")
@requires(Act.MANAGE_USERS)
def everybody() -> ResponseReturnValue:
    """Everybody with an account, 50 a page."""
    before = user_at(current_session, request.args["after"]) if "after" in request.args else None
    found = page_of_users(current_session, after=(before.sort_key, before.id) if before else None, size=PAGE + 1)
    return render_template("users/everybody.html", users=found[:PAGE], has_more=len(found) > PAGE, on=today())


@bp.route("/new", methods=["GET", "POST"])
@requires(Act.MANAGE_USERS)
def new() -> ResponseReturnValue:
    """Make an account with a first role."""
    form = NewUserForm(organisations=organisations(current_session, today()), **_from_today())
    if not (form.validate_on_submit() and _has_no_fault(form) and _is_new(form)):
        return _shown("users/new.html", form)
    user = create_user(
        current_session,
        email=str(form.email.data),
        name=str(form.name.data),
        organisation=None,
        role=None,
        language=form.language.data,
        at=now(),
    )
    _give(user, form)
    return finish(url_for("users.person", public_id=user.public_id), Message("accounts.user_made", name=user.name))


@bp.route("/<public_id>")
@requires(Act.MANAGE_USERS, of=user_at)
def person(user: User) -> ResponseReturnValue:
    """A person's account: roles now and before, open or shut."""
    changes = changes_of(current_session, user)
    return render_template("users/person.html", person=user, changes=changes, on=today())


@bp.route("/<public_id>/roles/new", methods=["GET", "POST"])
@requires(Act.MANAGE_USERS, of=user_at)
def add_role(user: User) -> ResponseReturnValue:
    """Give a person a role in an organisation."""
    form = MembershipForm(organisations=organisations(current_session, today()), **_from_today())
    if not (form.validate_on_submit() and _has_no_fault(form)):
        return _shown("users/add_role.html", form, person=user)
    _give(user, form)
    return finish(url_for("users.person", public_id=user.public_id), Message("accounts.saved"))


@bp.route("/<public_id>/roles/<int:number>/end", methods=["GET", "POST"])
@requires(Act.MANAGE_USERS, of=membership_at)
def end_role(membership: Membership) -> ResponseReturnValue:
    """Let a role end on a day."""
    form = EndMembershipForm(data={"to_on": today()})
    fine = form.validate_on_submit()
    if fine and form.to_on.data < membership.from_on:
        form.blame(Message("accounts.ends_before_it_begins"), "to_on")
    if not fine or form.faults():
        return _shown("users/end_role.html", form, membership=membership)
    end_the_role(membership, to_on=form.to_on.data, by=current_user, at=now())
    return finish(url_for("users.person", public_id=membership.user.public_id), Message("accounts.saved"))


@bp.route("/<public_id>/shut", methods=["POST"])
@requires(Act.MANAGE_USERS, of=user_at)
def shut(user: User) -> ResponseReturnValue:
    """Shut an account; its sign-ins end."""
    disable(user, by=current_user, at=now())
    return finish(url_for("users.person", public_id=user.public_id), Message("accounts.shut", name=user.name))


@bp.route("/<public_id>/open", methods=["POST"])
@requires(Act.MANAGE_USERS, of=user_at)
def open_again(user: User) -> ResponseReturnValue:
    """Open a shut account."""
    enable(user, by=current_user, at=now())
    return finish(url_for("users.person", public_id=user.public_id), Message("accounts.opened", name=user.name))


def _from_today() -> dict[str, Any]:
    return {"data": {"from_on": today()}}


def _give(user: User, form: MembershipForm) -> None:
    """The role of the form, with its days."""
    role, from_on, to_on = form.role.data, form.from_on.data, form.to_on.data
    give_role(user, form.chosen, role, from_on=from_on, to_on=to_on, by=current_user, at=now())


def _shown(template: str, form: TvistForm, **shown: object) -> ResponseReturnValue:
    return render_template(template, form=form, **shown), 200 if request.method == "GET" else 422


def _has_no_fault(form: MembershipForm) -> bool:
    for fault in faults_of_membership(form.chosen, form.role.data, from_on=form.from_on.data, to_on=form.to_on.data):
        form.blame(fault, "to_on" if fault.code == "accounts.ends_before_it_begins" else "role")
    return not form.faults()


def _is_new(form: NewUserForm) -> bool:
    for fault in faults_of_user(
        current_session, email=str(form.email.data), name=str(form.name.data), language=form.language.data
    ):
        form.blame(fault, "email")
    return not form.faults()
