"""The receipt: what was filed, what happens next, by when and whose turn it is; and the same as a file, when it has been made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import roles_of
from tvist.cases.turns import turns_of
from tvist.clock import now, today
from tvist.documents.files import SANDBOX
from tvist.documents.uploads import MediaType, clean_name
from tvist.errors import NotFound
from tvist.intake.blueprint import bp
from tvist.intake.petition import petition_of
from tvist.intake.receipts import ask_for_receipt, petition_sending_at, receipt_state, without_withheld
from tvist.web.forms import PlainForm
from tvist.web.session import current_session, installed
from tvist.words import Message, render

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.submissions import Submission


@bp.route("/cases/<slug>/receipt")
@requires(Act.READ_SUBMISSION, of=petition_sending_at)
def receipt(sending: Submission) -> ResponseReturnValue:
    """That the request has come in: its number, what was filed, what happens next, and how to get the file."""
    case = sending.case
    return render_template(
        "intake/receipt.html",
        case=case,
        sending=sending,
        petition=petition_of(case.petition.snapshot) if case.petition else None,
        turns=turns_of(case, current_user, roles_of(current_user, case), today()),
        state=receipt_state(current_session, case),
        form=PlainForm(),
    )


@bp.route("/cases/<slug>/receipt.pdf")
@requires(Act.READ_SUBMISSION, of=petition_sending_at)
def receipt_file(sending: Submission) -> ResponseReturnValue:
    """The receipt as a file, streamed from the store; made anew where that names a paper under quarantine. Raises `NotFound` while it is not made."""
    file = receipt_state(current_session, sending.case).file
    if file is None:
        raise NotFound
    name = clean_name(f"{sending.case.slug} {render(Message('receipt.file'), sending.case.language)}.pdf")
    anew = without_withheld(sending.case, file)
    response = Response(anew or installed().papers.open(file.blob_id), mimetype=MediaType.PDF.mime)
    response.content_length = len(anew) if anew else file.size
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.route("/cases/<slug>/receipt/again", methods=["POST"])
@requires(Act.READ_SUBMISSION, of=petition_sending_at)
def receipt_again(sending: Submission) -> ResponseReturnValue:
    """Ask for the file once more, after it was given up."""
    ask_for_receipt(current_session, sending.case, at=now())
    return finish(url_for("intake.receipt", slug=sending.case.slug), Message("intake.receipt_asked_for"))
