"""The case team of each party and the officer of the secretariat, on one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act, Role
from tvist.access.roles import roles_of
from tvist.accounts.queries import officers
from tvist.clock import now, today
from tvist.errors import NotAllowed, NotFound
from tvist.intake.queries import party_staff
from tvist.teams.actions import (
    add_member,
    assign,
    hand_over,
    possible_officers,
    removal_fault,
    remove_member,
    standing_assignment,
    take_back,
)
from tvist.teams.blueprint import bp
from tvist.teams.forms import AddMemberForm, AssignForm, HandOverForm, TakeBackForm
from tvist.teams.queries import CaseTeam, case_team_at, case_with_team_at
from tvist.teams.rules import colleague_fault, officer_fault
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party, TeamMember
    from tvist.cases.people import Assignment
    from tvist.web.forms import TvistForm

FIELD_OF: Final = {"accounts.ends_before_it_begins": "to_on", "teams.begins_in_the_past": "from_on"}
"""The field that a fault of days stands at."""


@dataclass(frozen=True)
class _Handling:
    """Who handled the case when a page was shown; the page is stale when that is another."""

    standing: Assignment | None

    @property
    def version(self) -> int:
        """The assignment that stood; 0 for none."""
        return self.standing.id if self.standing else 0


@bp.app_template_global()
def members_now(party: Party, on: date) -> list[TeamMember]:
    """Who is in the case team that day, or will be."""
    return [member for member in party.team if member.to_on is None or member.to_on >= on]


@bp.route("/cases/<slug>/team")
@requires(Act.MANAGE_TEAM, of=case_with_team_at)
def team(case: Case) -> ResponseReturnValue:
    """Who works on the case: one's own case team; the secretariat sees each party's, and who of its own handles the case."""
    on = today()
    is_office = Role.SECRETARIAT in roles_of(current_user, case, on)
    own = case.party_of(current_user, on)
    return render_template(
        "teams/team.html",
        case=case,
        parties=_managed(case, current_user),
        own=own,
        standing=standing_assignment(case) if is_office else None,
        is_office=is_office,
        is_in_team=own is not None,
        on=on,
    )


@bp.route("/cases/<slug>/team/<party_id>/add", methods=["GET", "POST"])
@requires(Act.MANAGE_TEAM, of=case_team_at)
def add(team_of: CaseTeam) -> ResponseReturnValue:
    """Take a colleague into the case team, or a stand-in for some days."""
    party, case, on = team_of.party, team_of.party.case, today()
    form = AddMemberForm(people=_colleagues(party), data={"from_on": on})
    fine = form.validate_on_submit()
    if fine and (user := form.chosen) is not None:
        begins = form.from_on.data or on
        fault = colleague_fault(party, user, from_on=begins, to_on=form.to_on.data, on=on)
        if fault is None:
            add_member(party, user, by=current_user, at=now(), from_on=begins, to_on=form.to_on.data)
            return finish(url_for("teams.team", slug=case.slug), Message("teams.added", name=user.name))
        form.blame(fault, FIELD_OF.get(fault.code, "person"))
    return _shown("teams/add.html", form, case, party=party)


@bp.route("/cases/<slug>/team/<party_id>/remove/<int:member_id>", methods=["GET", "POST"])
@requires(Act.MANAGE_TEAM, of=lambda session, slug, party_id, member_id: case_team_at(session, slug, party_id))  # noqa: ARG005 - found in the view.
def remove(team_of: CaseTeam) -> ResponseReturnValue:
    """Let somebody leave the case team."""
    party, case = team_of.party, team_of.party.case
    member = _member(party)
    is_last = removal_fault(member, today()) is not None
    if request.method == "POST" and not is_last:
        is_oneself = member.user_id == current_user.id
        remove_member(member, by=current_user, at=now())
        back = url_for("desk.show") if is_oneself else url_for("teams.team", slug=case.slug)
        return finish(back, Message("teams.removed", name=member.user.name))
    return render_template(
        "teams/remove.html", case=case, party=party, member=member, is_last=is_last
    ), 200 if request.method == "GET" else 409


@bp.route("/cases/<slug>/team/hand-over", methods=["GET", "POST"])
@requires(Act.MANAGE_TEAM, of=case_with_team_at)
def give(case: Case) -> ResponseReturnValue:
    """Give one's place in the case team to a colleague."""
    party = case.party_of(current_user, today())
    if party is None:
        raise NotAllowed
    form = HandOverForm(
        people=[user for user in party_staff(current_session, party.organisation, today()) if user.id != current_user.id]
    )
    if form.validate_on_submit() and (user := form.chosen) is not None:
        hand_over(party, user, by=current_user, at=now())
        return finish(url_for("desk.show"), Message("teams.handed_over", name=user.name))
    return _shown("teams/hand_over.html", form, case, party=party)


@bp.route("/cases/<slug>/assign", methods=["GET", "POST"])
@requires(Act.ASSIGN, of=case_with_team_at)
def assigned(case: Case) -> ResponseReturnValue:
    """Say which officer handles the case."""
    on, standing = today(), standing_assignment(case)
    form = AssignForm(thing=_Handling(standing), people=possible_officers(case, officers(current_session, on), on))
    if form.validate_on_submit() and (user := form.chosen) is not None:
        reason = form.reason.data or ""
        fault = officer_fault(case, user, by=current_user, reason=reason, on=on)
        if fault is None:
            assign(case, user, by=current_user, at=now(), reason=reason)
            return finish(url_for("cases.show", slug=case.slug), Message("teams.assigned", name=user.name))
        form.blame(fault, "reason" if fault.code == "teams.write_reason" else "person")
    return _shown("teams/assign.html", form, case, standing=standing)


@bp.route("/cases/<slug>/assign/take-back", methods=["GET", "POST"])
@requires(Act.ASSIGN, of=case_with_team_at)
def taken_back(case: Case) -> ResponseReturnValue:
    """Let nobody handle the case."""
    standing = standing_assignment(case)
    form = TakeBackForm(thing=_Handling(standing))
    if standing is not None and form.validate_on_submit():
        take_back(case, by=current_user, at=now(), reason=form.reason.data or "")
        return finish(url_for("cases.show", slug=case.slug), Message("teams.taken_back"))
    if standing is None:
        form.blame(Message("teams.nobody_assigned"))
    return _shown("teams/take_back.html", form, case, standing=standing)


def _managed(case: Case, user: User) -> list[Party]:
    """The parties whose case team the person may change: one's own; the secretariat each that takes part."""
    own = case.party_of(user, today())
    if own is not None:
        return [own]
    return case.parties_present


def _member(party: Party) -> TeamMember:
    wanted = (request.view_args or {})["member_id"]
    on = today()
    found = next((member for member in members_now(party, on) if member.id == wanted), None)
    if found is None:
        raise NotFound
    return found


def _colleagues(party: Party) -> list[User]:
    """Who works there and is not in the team for good."""
    there = {member.user_id for member in party.team if member.holds_on(today()) and member.to_on is None}
    return [user for user in party_staff(current_session, party.organisation, today()) if user.id not in there]


def _shown(template: str, form: TvistForm, case: Case, **more: object) -> ResponseReturnValue:
    page = render_template(template, form=form, case=case, **more)
    return page, 200 if request.method == "GET" else 409 if form.is_stale else 422
