"""A publication as the public will read it: a page, and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.clock import today
from tvist.documents.files import SANDBOX
from tvist.pdf import render
from tvist.publication.blueprint import bp
from tvist.publication.document import public_opinion
from tvist.publication.places import language_at, texts
from tvist.publication.preview import as_public
from tvist.publication.queries import publication_at
from tvist.publication.shown import named
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.publication.models import Publication


@bp.route("/publications/<public_id>/preview")
@requires(Act.READ_PUBLICATION, of=publication_at)
def preview(publication: Publication) -> ResponseReturnValue:
    """The texts as they will be read, with what was hidden replaced."""
    record = as_public(current_session, publication, today())
    places = [(named(record, place), language_at(record, place), text) for place, text in texts(record) if text.strip()]
    return render_template("publication/preview.html", publication=publication, record=record, places=places)


@bp.route("/publications/<public_id>/preview.pdf")
@requires(Act.READ_PUBLICATION, of=publication_at)
def preview_pdf(publication: Publication) -> ResponseReturnValue:
    """The file: the released one, or as it would be made now. It is kept nowhere."""
    if publication.blob_id is not None:
        answer = Response(installed().papers.open(publication.blob_id), mimetype="application/pdf")
    else:
        record = as_public(current_session, publication, today())
        answer = Response(render(*public_opinion(record)), mimetype="application/pdf")
    answer.headers["Content-Security-Policy"] = SANDBOX
    name = publication.number or "utkast"
    answer.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    return answer
