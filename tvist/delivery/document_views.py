"""A letter as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.delivery.blueprint import bp
from tvist.delivery.document import LetterDocument, letter_pdf
from tvist.delivery.queries import letter_at
from tvist.documents.files import SANDBOX
from tvist.documents.uploads import MediaType, clean_name
from tvist.errors import NotFound

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.delivery.written import Written


def letter_document_at(session: Session, public_id: str) -> LetterDocument:
    """The letter with that identifier as a document. Raises `NotFound`, also for a letter that goes to no party."""
    letter = letter_at(session, public_id)
    if letter.case is None or letter.party is None:
        raise NotFound
    return LetterDocument(letter)


@bp.route("/letters/<public_id>/letter.pdf")
@requires(Act.READ_LETTER, of=letter_document_at)
def letter_file(document: LetterDocument) -> ResponseReturnValue:
    """The letter as PDF, drawn from what was frozen when it was written."""
    return pdf_answer(document.written)


def pdf_answer(written: Written) -> Response:
    """The file, which no script of ours or of anybody runs in."""
    response = Response(letter_pdf(written), mimetype=MediaType.PDF.mime)
    response.headers["Content-Security-Policy"] = SANDBOX
    name = clean_name(f"{written.number.replace('/', '-')} {written.kind}.pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
