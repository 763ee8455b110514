"""One published opinion: its page, which is the opinion itself, and its file; or, where it was withdrawn, what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from tvist.access.guard import open_to_all
from tvist.published.article import article, title_of
from tvist.published.blueprint import bp
from tvist.published.caching import public_answer, public_page
from tvist.published.entries import entry_of
from tvist.published.queries import publication_at, standing_now
from tvist.published.structured import as_script, structured
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.publication.models import Publication

GONE = 410


@bp.route("/opinions/<number>")
@open_to_all
def opinion(number: str) -> ResponseReturnValue:
    """The opinion as a page; for one that was withdrawn its number, when and why."""
    publication = publication_at(current_session, number)
    if publication.withdrawn_at is not None:
        return _tombstone(publication)
    public = publication.record
    entry, base_url = entry_of(public), installed().config.base_url
    cited = [each.cited for each in publication.cites]
    return public_page(
        "published/opinion.html",
        publication=publication,
        entry=entry,
        heading=title_of(public),
        article=article(public, known={each.number for each in cited}),
        cited=cited,
        citing=[each.citing for each in publication.cited_by if each.citing.withdrawn_at is None],
        now=standing_now(publication),
        canonical=base_url + entry.path,
        data=as_script(structured(public, entry, base_url)),
    )


@bp.route("/opinions/<number>.pdf")
@open_to_all
def opinion_file(number: str) -> ResponseReturnValue:
    """The file as it was released: the stored bytes, never a new print."""
    publication = publication_at(current_session, number)
    if publication.withdrawn_at is not None or publication.blob_id is None:
        return _tombstone(publication)
    headers = {"Content-Disposition": f'inline; filename="{publication.number}.pdf"'}
    data = b"".join(installed().papers.open(publication.blob_id))
    return public_answer(Response(data, mimetype="application/pdf", headers=headers), changed_at=publication.released_at)


def _tombstone(publication: Publication) -> Response:
    """What stays of a withdrawn opinion."""
    return public_page("published/withdrawn.html", status=GONE, publication=publication, now=standing_now(publication))
