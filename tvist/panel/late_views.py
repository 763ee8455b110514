"""The pages of what is sent when the preparation is closed, and of the leader's exception (rules 21, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.cases.blaming import blamed, refused
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.documents.taking_in import MAX_BODY_BYTES
from tvist.intake.kept import kept_form, written_in
from tvist.intake.models import DraftKind
from tvist.intake.searched_papers import take_in_searched
from tvist.panel import late, renewing
from tvist.panel.blueprint import bp
from tvist.panel.bundle import may_be_let_in
from tvist.panel.forms import journal_length
from tvist.panel.late_forms import CommentOnLateForm, LetInForm, RuleOnLateForm, SendLateForm
from tvist.submissions.act_pages import act_page
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission

NOTHING = "nothing"
"""What the button sends that says that a party has no comments."""


@bp.route("/cases/<slug>/late/send", methods=["GET", "POST"])
@requires(Act.SEND_LATE, of=case_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def send_late(case: Case) -> ResponseReturnValue:
    """Send something when the preparation is closed."""
    party = case.party_of(current_user, today())
    kept = kept_form(case, DraftKind.LATE, SendLateForm)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    blocked = obstacles(case, Act.SEND_LATE) or (late.faults_in_sending(case, party) if party else [])
    if kept.may_be_sent() and not blamed(form, blocked) and not blamed(form, taken_in().faults):
        text, why_late = form.text.data or "", form.why_late.data or ""
        kept.sent(late.send_late(case, by=current_user, at=now(), text=text, why_late=why_late, papers=kept.papers()))
        return finish(_case_page(case), Message("late.send.done"))
    kept.keep()
    return act_page("panel/late_send.html", case, form, blocked, keeps=kept.keeps)


@bp.route("/cases/<slug>/late/ruling", methods=["GET", "POST"])
@requires(Act.RULE_ON_LATE, of=case_at)
def rule_on_late(case: Case) -> ResponseReturnValue:
    """Admit or refuse what has waited longest; its words are not shown before it is admitted."""
    waiting = late.waiting_for_ruling(case)
    first = waiting[0] if waiting else None
    form = RuleOnLateForm(thing=journal_length(case))
    if (
        form.validate_on_submit()
        and first
        and not refused(form, case, Act.RULE_ON_LATE)
        and not _is_another(form, first.submission)
    ):
        late.rule_on_late(first, by=current_user, at=now(), admits=form.admits, reasons=form.reasons.data or "")
        return finish(_case_page(case), Message("late.ruling.done_admitted" if form.admits else "late.ruling.done_refused"))
    if first:
        form.sending.data = first.submission.public_id
    return act_page("panel/late_ruling.html", case, form, obstacles(case, Act.RULE_ON_LATE), late=first)


@bp.route("/cases/<slug>/late/comments", methods=["GET", "POST"])
@requires(Act.COMMENT_ON_LATE, of=case_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def comment_on_late(case: Case) -> ResponseReturnValue:
    """Comment on what was admitted late, or say that there is nothing to say."""
    party = case.party_of(current_user, today())
    task = late.comment_task(case, party) if party else None
    kept = kept_form(case, DraftKind.LATE_COMMENTS, CommentOnLateForm)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    blocked = obstacles(case, Act.COMMENT_ON_LATE) or ([] if task else [Message("late.nothing_to_comment")])
    if request.form.get("then") == NOTHING and not form.is_stale and not blamed(form, blocked):
        late.no_comments_on_late(case, by=current_user, at=now())
        return finish(_case_page(case), Message("late.comments.done_nothing"))
    if kept.may_be_sent() and not blamed(form, blocked) and not blamed(form, taken_in().faults):
        kept.sent(late.comment_on_late(case, by=current_user, at=now(), text=form.text.data or "", papers=kept.papers()))
        return finish(_case_page(case), Message("late.comments.done"))
    kept.keep()
    asked = [
        found for found in case.submissions if found.late and found.party is not party and party and found.is_served_on(party)
    ]
    return act_page("panel/late_comments.html", case, form, blocked, keeps=kept.keeps, turn=task, asked=asked)


@bp.route("/cases/<slug>/let-in", methods=["GET", "POST"])
@requires(Act.LET_IN, of=case_at)
def let_in(case: Case) -> ResponseReturnValue:
    """Let the panel read what not each party has had; the reasons print in the opinion."""
    candidates = may_be_let_in(case)
    form = LetInForm(candidates, thing=journal_length(case))
    if form.validate_on_submit() and not refused(form, case, Act.LET_IN):
        chosen = next((each.submission for each in candidates if each.submission.public_id == form.sending.data), None)
        if chosen is not None:
            renewing.let_in(chosen, by=current_user, at=now(), reasons=form.reasons.data or "")
            return finish(_case_page(case), Message("late.exception.done"))
        form.blame(Message("late.cannot_be_let_in"), "sending")
    return act_page("panel/let_in.html", case, form, obstacles(case, Act.LET_IN))


written_in(DraftKind.LATE, "panel.send_late", SendLateForm)
written_in(DraftKind.LATE_COMMENTS, "panel.comment_on_late", CommentOnLateForm)


def _case_page(case: Case) -> str:
    return url_for("cases.show", slug=case.slug)


def _is_another(form: RuleOnLateForm, submission: Submission) -> bool:
    """Whether the page showed another sending than the one that waits first now: nothing is ruled on unseen."""
    is_another = form.sending.data != submission.public_id
    if is_another:
        form.blame(Message("late.another_waits"))
    return is_another
