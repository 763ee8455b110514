"""Letters as pages: one's own, one letter, and those of a case with what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.queries import case_at
from tvist.clock import today
from tvist.delivery import bounce_hook, document_views, handling_views, settings_views, text_views
from tvist.delivery.blueprint import bp
from tvist.delivery.document import LetterDocument, written_of
from tvist.delivery.handling import may_be_written_again
from tvist.delivery.queries import (
    letter_at,
    letters_of_case,
    letters_to,
    mailbox_of_secretariat,
    not_arrived,
    not_dealt_with,
    stopped_and_owing,
    waiting_for_approval,
    what_it_serves,
)
from tvist.web.addresses import row_number
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.delivery.models import Letter

__all__ = ["bounce_hook", "bp", "document_views", "handling_views", "settings_views", "text_views"]


@bp.route("/letters")
@requires(Act.SEE_DESK)
def letters() -> ResponseReturnValue:
    """The reader's own letters and those to the mailbox of the reader's workplace, newest first, 50 a page; for an officer what must be done."""
    before, on = row_number(request.args.get("before")), today()
    found, older = letters_to(current_session, current_user, on, before=before)
    is_officer = before is None and may(current_user, Act.SET_LETTERS, None)
    return render_template(
        "delivery/letters.html",
        letters=found,
        older=older,
        is_first=before is None,
        is_officer=is_officer,
        to_approve=waiting_for_approval(current_session, current_user, on) if is_officer else [],
        failed=not_dealt_with(current_session, current_user, on) if is_officer else [],
        owing=stopped_and_owing(current_session, current_user, on) if is_officer else [],
        mailbox=mailbox_of_secretariat(current_session),
        is_read_here=installed().config.smtp_url is None,
    )


@bp.route("/letters/<public_id>")
@requires(Act.READ_LETTER, of=letter_at)
def letter(letter: Letter) -> ResponseReturnValue:
    """One letter, as it was written, and the notice of it for who only reads the mailbox; for an officer also who got it, what it serves, and what can be done with it."""
    is_officer = may(current_user, Act.RELEASE_LETTER, letter)
    is_document = letter.case is not None and letter.party is not None
    is_for_reader = is_document and may(current_user, Act.READ_LETTER, LetterDocument(letter))
    return render_template(
        "delivery/letter.html",
        letter=letter,
        is_document=is_document,
        written=written_of(letter) if is_for_reader else None,
        is_officer=is_officer,
        serves=what_it_serves(current_session, letter) if is_officer else [],
        is_owing=is_officer and may_be_written_again(letter),
        mailbox=mailbox_of_secretariat(current_session),
    )


@bp.route("/cases/<slug>/letters")
@requires(Act.SEE_LETTERS, of=case_at)
def letters_of(case: Case) -> ResponseReturnValue:
    """The letters of a case, each with its recipients, where it stands with each, and when it was first opened; a party sees its own."""
    found = letters_of_case(current_session, current_user, case, today())
    return render_template("delivery/letters_of.html", case=case, letters=found, lost=not_arrived(found))
