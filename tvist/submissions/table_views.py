"""The pages of the joint table: read by both sides, the secretariat and the panel; confirmed by each party; sent out by the secretariat (rule 23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from flask_login import current_user
from wtforms import HiddenField, TextAreaField

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.blaming import blamed, refused
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.settings import PROCEDURES, procedure_on
from tvist.submissions.blueprint import bp
from tvist.submissions.confirming import confirm_table as confirm
from tvist.submissions.confirming import send_table as send
from tvist.submissions.forms import ConfirmForm
from tvist.submissions.joint_table import joint_table
from tvist.submissions.table_rules import confirmation_of, has_confirmed, request_to, why_not_send
from tvist.web.forms import NotLonger, trimmed
from tvist.web.session import lazy
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task
    from tvist.submissions.joint_table import JointTable
    from tvist.submissions.models import TableConfirmation


class ConfirmTableForm(SearchedForm):
    """That the table is right; the page carries the hash of the table it showed, and a checksum of each row."""

    sha256 = HiddenField("")
    rows = HiddenField("")
    remark = TextAreaField(
        lazy("submissions.table.remark"),
        description=lazy("submissions.table.remark_help"),
        filters=[trimmed],
        validators=[NotLonger(PROCEDURES[-1].longest_text)],
    )


@dataclass(frozen=True)
class PartyStand:
    """Where a party stands with the table: what it confirmed last, whether that is the table as it stands, and the open request."""

    party: Party
    confirmation: TableConfirmation | None
    is_current: bool
    request: Task | None
    shows_remark: bool


def petition_at(session: Session, slug: str) -> Submission:
    """The request of a case: who reads it reads the joint table. Raises `NotFound`."""
    case = case_at(session, slug)
    found = next((sending for sending in case.submissions if sending.kind is SubmissionKind.PETITION), None)
    if found is None:
        raise NotFound
    return found


@bp.route("/joint-table")
@requires(Act.READ_SUBMISSION, of=petition_at)
def table(petition: Submission) -> ResponseReturnValue:
    """The joint table as it stands."""
    case = petition.case
    shown = joint_table(case)
    return render_template(
        "submissions/joint_table.html",
        case=case,
        table=shown,
        rules=procedure_on(case.registered_on),
        has_lost_papers=False,
        stands=stands_of(case, shown),
        can_send=may(current_user, Act.CLOSE_PREPARATION, case) and why_not_send(case) is None,
        can_confirm=may(current_user, Act.CONFIRM_TABLE, case) and not obstacles(case, Act.CONFIRM_TABLE),
    )


@bp.route("/confirm-table", methods=["GET", "POST"])
@requires(Act.CONFIRM_TABLE, of=case_at)
def confirm_table(case: Case) -> ResponseReturnValue:
    """Confirm the table that the page shows; one that has changed meanwhile is shown again, with what changed."""
    form, shown = ConfirmTableForm(), joint_table(case)
    is_fine = form.is_submitted() and form.validate() and not refused(form, case, Act.CONFIRM_TABLE)
    has_changed = form.is_submitted() and form.sha256.data != shown.sha256
    if is_fine and not (has_changed and blamed(form, [Message("submissions.table.changed")])):
        confirm(case, by=current_user, at=now(), sha256=form.sha256.data or "", remark=form.remark.data or "")
        return finish(url_for("submissions.table", slug=case.slug), Message("submissions.table.confirmed"))
    changed, gone = shown.changed_since(form.rows.data or "") if has_changed else ([], 0)
    form.sha256.data, form.rows.data = shown.sha256, shown.told_rows
    in_the_way = obstacles(case, Act.CONFIRM_TABLE)
    party = case.party_of(current_user, today())
    page = render_template(
        "submissions/confirm_table.html",
        case=case,
        form=form,
        table=shown,
        changed={row.key for row in changed},
        gone=gone,
        turn=request_to(party) if party else None,
        in_the_way=[] if form.is_submitted() else in_the_way,
        has_lost_papers=False,
        is_current=party is not None and has_confirmed(party, shown),
        rules=procedure_on(case.registered_on),
    )
    return page, 200 if request.method == "GET" else 409 if in_the_way or has_changed else 422


@bp.route("/send-table", methods=["POST"])
@requires(Act.CLOSE_PREPARATION, of=case_at)
def send_table(case: Case) -> ResponseReturnValue:
    """Send the table to the parties that have not confirmed it as it stands."""
    ConfirmForm(thing=case)
    if found := why_not_send(case):
        return finish(url_for("submissions.table", slug=case.slug), found, kind="warning")
    send(case, by=current_user, at=now())
    return finish(url_for("submissions.table", slug=case.slug), Message("submissions.table.sent"))


def stands_of(case: Case, shown: JointTable) -> list[PartyStand]:
    """Where each party stands. A remark has not been looked through: it is read by who wrote it, and by the secretariat."""
    own: Any = case.party_of(current_user, today())
    reads = may(current_user, Act.CLOSE_PREPARATION, case)
    return [
        PartyStand(party, confirmation_of(party), has_confirmed(party, shown), request_to(party), reads or party is own)
        for party in case.parties_present
    ]
