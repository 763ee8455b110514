"""Letters as pages: one's own, one letter, and those of a case with what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.cases.queries import case_at
from tvist.clock import today
from tvist.delivery.queries import letter_at, letters_of_case, letters_to, mailbox_of_secretariat, not_arrived
from tvist.web.addresses import row_number
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.delivery.models import Letter

bp = Blueprint("delivery", __name__)


@bp.route("/letters")
@requires(Act.SEE_DESK)
def letters() -> ResponseReturnValue:
    """The reader's own letters and those to the mailbox of the reader's workplace, newest first, 50 a page."""
    before = row_number(request.args.get("before"))
    found, older = letters_to(current_session, current_user, today(), before=before)
    return render_template(
        "delivery/letters.html",
        letters=found,
        older=older,
        is_first=before is None,
        mailbox=mailbox_of_secretariat(current_session),
        is_read_here=installed().config.smtp_url is None,
    )


@bp.route("/letters/<public_id>")
@requires(Act.READ_LETTER, of=letter_at)
def letter(letter: Letter) -> ResponseReturnValue:
    """One letter, as it was written."""
    return render_template("delivery/letter.html", letter=letter, mailbox=mailbox_of_secretariat(current_session))


@bp.route("/cases/<slug>/letters")
@requires(Act.SEE_LETTERS, of=case_at)
def letters_of(case: Case) -> ResponseReturnValue:
    """The letters of a case, each with its recipients and their fate; a party sees its own."""
    found = letters_of_case(current_session, current_user, case, today())
    return render_template("delivery/letters_of.html", case=case, letters=found, lost=not_arrived(found))
