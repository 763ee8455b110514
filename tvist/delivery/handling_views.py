"""The pages on which an officer approves, stops, writes again and sends again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.delivery.actions import addresses_of
from tvist.delivery.blueprint import bp
from tvist.delivery.document import written_of
from tvist.delivery.forms import CloseForm, ConfirmForm, StopForm, resend_form
from tvist.delivery.handling import (
    approve_letter,
    close_failure,
    may_be_written_again,
    resend,
    stop_letter,
    write_again,
)
from tvist.delivery.letter_settings import ABOUT_ACCOUNTS
from tvist.delivery.queries import letter_at, recipient_at, what_it_serves
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.delivery.models import Letter, Recipient
    from tvist.web.forms import TvistForm


@bp.route("/letters/<public_id>/approve", methods=["GET", "POST"])
@requires(Act.RELEASE_LETTER, of=letter_at)
def approve(letter: Letter) -> ResponseReturnValue:
    """Look at a letter that waits, as it would leave, and let it go."""
    form = ConfirmForm()
    in_the_way = None if letter.waits_for_approval else Message("delivery.not_waiting")
    if form.validate_on_submit() and not in_the_way:
        approve_letter(letter, by=current_user, at=now())
        return finish(url_for("delivery.letters"), Message("delivery.approved"))
    written = written_of(letter) if letter.party is not None else None
    return _page("delivery/approve.html", letter, form, in_the_way, written=written)


@bp.route("/letters/<public_id>/stop", methods=["GET", "POST"])
@requires(Act.RELEASE_LETTER, of=letter_at)
def stop(letter: Letter) -> ResponseReturnValue:
    """Stop a letter that has not left, and say why."""
    form = StopForm()
    already = Message("delivery.stopped_already" if letter.stopped_at else "delivery.has_left")
    in_the_way = None if letter.is_stoppable else already
    if form.validate_on_submit() and not in_the_way:
        stop_letter(letter, by=current_user, at=now(), reason=form.reason.data or "")
        owes = may_be_written_again(letter)
        return finish(
            url_for("delivery.letter", public_id=letter.public_id),
            Message("delivery.stopped_and_owing" if owes else "delivery.stopped"),
            kind="warning" if owes else "success",
        )
    return _page("delivery/stop.html", letter, form, in_the_way)


@bp.route("/letters/<public_id>/write-again", methods=["GET", "POST"])
@requires(Act.RELEASE_LETTER, of=letter_at)
def write_letter_again(letter: Letter) -> ResponseReturnValue:
    """Write a stopped letter anew, to the party as it is today."""
    form = ConfirmForm()
    in_the_way = None if may_be_written_again(letter) else Message("delivery.nothing_to_write_again")
    if form.validate_on_submit() and not in_the_way:
        again = write_again(letter, by=current_user, at=now())
        return finish(url_for("delivery.letter", public_id=again.public_id), Message("delivery.written_again"))
    to = tuple(addresses_of(letter.party, today()).items()) if letter.party else ()
    return _page("delivery/write_letter_again.html", letter, form, in_the_way, to=to)


@bp.route("/letters/<public_id>/recipients/<int:number>/resend", methods=["GET", "POST"])
@requires(Act.RELEASE_LETTER, of=recipient_at)
def send_again(recipient: Recipient) -> ResponseReturnValue:
    """Send a letter again that did not reach one of its recipients."""
    form = resend_form(recipient)
    in_the_way = _in_the_way(recipient)
    if not in_the_way and recipient.letter.kind in ABOUT_ACCOUNTS:
        in_the_way = Message("delivery.carries_a_key")
    if form.validate_on_submit() and not in_the_way:
        resend(recipient, by=current_user, at=now(), address=form.address.data)
        return finish(_after(recipient), Message("delivery.sent_again", address=form.address.data))
    return _page("delivery/send_again.html", recipient.letter, form, in_the_way, recipient=recipient)


@bp.route("/letters/<public_id>/recipients/<int:number>/close", methods=["GET", "POST"])
@requires(Act.RELEASE_LETTER, of=recipient_at)
def close(recipient: Recipient) -> ResponseReturnValue:
    """Find that nothing more is needed for one the letter did not reach."""
    form = CloseForm()
    in_the_way = _in_the_way(recipient)
    if form.validate_on_submit() and not in_the_way:
        close_failure(recipient, by=current_user, at=now(), reason=form.reason.data or "")
        return finish(_after(recipient), Message("delivery.closed"))
    return _page("delivery/close.html", recipient.letter, form, in_the_way, recipient=recipient)


def _in_the_way(recipient: Recipient) -> Message | None:
    return None if recipient.needs_an_officer else Message("delivery.dealt_with_already")


def _after(recipient: Recipient) -> str:
    """Where an officer goes on: the letters of the case, or all letters."""
    case = recipient.letter.case
    return url_for("delivery.letters_of", slug=case.slug) if case else url_for("delivery.letters")


def _page(template: str, letter: Letter, form: TvistForm, in_the_way: Message | None, **more: Any) -> tuple[str, int]:
    """The page of an act on a letter; shown again, with what was typed, where something is wrong."""
    page = render_template(
        template,
        letter=letter,
        form=form,
        in_the_way=in_the_way,
        serves=what_it_serves(current_session, letter),
        **more,
    )
    return page, 200 if request.method == "GET" else 409 if in_the_way else 422
