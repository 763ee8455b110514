"""The pages of a joint settlement. Until it is agreed, its text is shown to the two sides and to nobody else (rule 22)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed, refused
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.submissions import settlement as actions
from tvist.submissions.act_pages import act_page
from tvist.submissions.blueprint import bp
from tvist.submissions.settlement_forms import ConfirmSettlementForm, ProposeSettlementForm, WithdrawSettlementForm
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.submissions.models import Settlement


@bp.route("/settlement")
@requires(Act.READ_OFFER, of=case_at)
def settlement(case: Case) -> ResponseReturnValue:
    """The text that stands, who has confirmed it, and what one can do with it."""
    party = case.party_of(current_user, today())
    found = actions.standing_settlement(case)
    missing = actions.missing_confirmations(found) if found else []
    return render_template(
        "submissions/settlement.html",
        case=case,
        shown=_shown(found),
        missing=missing,
        is_agreed=found is not None and found.agreed_at is not None,
        is_own=found is not None and found.party is party,
        is_asked=party in missing,
        why_not=obstacles(case, Act.PROPOSE_SETTLEMENT),
        form=WithdrawSettlementForm(thing=case),
        in_the_way=[],
        turn=None,
    )


@bp.route("/settlement/propose", methods=["GET", "POST"])
@requires(Act.PROPOSE_SETTLEMENT, of=case_at)
def propose_settlement(case: Case) -> ResponseReturnValue:
    """Put a text forward; where one stands already, it is shown beside what was typed."""
    form = ProposeSettlementForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.PROPOSE_SETTLEMENT):
        actions.propose_settlement(case, by=current_user, at=now(), text=form.text.data or "", keys=installed().keys)
        return finish(url_for("submissions.settlement", slug=case.slug), Message("submissions.settlement.proposed"))
    in_the_way = obstacles(case, Act.PROPOSE_SETTLEMENT)
    return act_page(
        "submissions/settlement_propose.html", case, form, in_the_way, first=_shown(actions.standing_settlement(case))
    )


@bp.route("/settlement/confirm", methods=["GET", "POST"])
@requires(Act.CONFIRM_SETTLEMENT, of=case_at)
def confirm_settlement(case: Case) -> ResponseReturnValue:
    """Confirm the text that stands. Where another stands than the one that was read, both are shown."""
    form, standing = ConfirmSettlementForm(), actions.standing_settlement(case)
    read = _read(case, form.settlement.data)
    in_the_way = obstacles(case, Act.CONFIRM_SETTLEMENT) or _changed(standing, form)
    if form.validate_on_submit() and not blamed(form, in_the_way):
        sha256 = form.sha256.data or ""
        actions.confirm_settlement(case, by=current_user, at=now(), sha256=sha256, keys=installed().keys)
        said = "settled" if case.state is State.DISCONTINUED else "confirmed"
        return finish(url_for("cases.show", slug=case.slug), Message(f"submissions.settlement.{said}"))
    if standing:
        form.settlement.data, form.sha256.data = standing.public_id, standing.sha256
        # Who read another text has not said yes to this one.
        form.sure.data = form.sure.data and read is standing
    read_before = _shown(read) if read is not standing else None
    return act_page("submissions/settlement_confirm.html", case, form, in_the_way, shown=_shown(standing), read=read_before)


@bp.route("/settlement/withdraw", methods=["POST"])
@requires(Act.PROPOSE_SETTLEMENT, of=case_at)
def withdraw_settlement(case: Case) -> ResponseReturnValue:
    """Take back the text that one's own party put forward."""
    form, standing = WithdrawSettlementForm(), actions.standing_settlement(case)
    there = url_for("submissions.settlement", slug=case.slug)
    if standing is None or standing.public_id != form.settlement.data:
        return finish(there, Message("submissions.settlement.other_text"), kind="warning")
    actions.withdraw_settlement(standing, by=current_user, at=now())
    return finish(there, Message("submissions.settlement.withdrawn"))


def _changed(standing: Settlement | None, form: ConfirmSettlementForm) -> list[Message]:
    """Whether another text stands than the one the page showed."""
    if not form.is_submitted() or standing is None or standing.sha256 == form.sha256.data:
        return []
    return [Message("submissions.settlement.other_text")]


def _read(case: Case, public_id: str | None) -> Settlement | None:
    return next((found for found in case.settlements if found.public_id == public_id), None)


def _shown(found: Settlement | None) -> dict[str, Any] | None:
    """A settlement with its words, for who has been asked whether they may read them."""
    return {"row": found, "text": actions.text_of_settlement(found, installed().keys)} if found else None
