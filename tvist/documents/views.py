"""Papers as files: downloaded from a case or a draft, and taken out of a draft."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request, url_for

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.documents.actions import remove_from_draft
from tvist.documents.queries import draft_paper_at, paper_at
from tvist.documents.uploads import MediaType, clean_name
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.documents.models import Paper

bp = Blueprint("documents", __name__)
# Should a browser show a paper in spite of all, it runs nothing and loads nothing.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@bp.route("/cases/<slug>/papers/<public_id>")
@requires(Act.READ_PAPER, of=paper_at)
def paper(paper: Paper) -> ResponseReturnValue:
    """A paper of a case, as a file."""
    return _file(paper)


@bp.route("/drafts/<draft_id>/papers/<public_id>")
@requires(Act.READ_PAPER, of=draft_paper_at)
def draft_paper(paper: Paper) -> ResponseReturnValue:
    """A paper of a draft, as a file."""
    return _file(paper)


@bp.route("/drafts/<draft_id>/papers/<public_id>/remove", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_paper_at)
def remove(paper: Paper) -> ResponseReturnValue:
    """Take a paper out of a draft. Who comes here by an address alone is led back to the list."""
    back = url_for("intake.papers", public_id=paper.draft.public_id if paper.draft else "")
    if request.method != "POST":
        return redirect(back, 303)
    blob_id = remove_from_draft(paper, at=now())
    answer = finish(back, Message("documents.removed", name=paper.filename))
    # Only now: had the commit failed, the row would point to bytes that are gone.
    installed().papers.delete(blob_id)
    return answer


def _file(paper: Paper) -> Response:
    """The bytes, or the range of them that was asked for, streamed from the store."""
    first, end, status = 0, paper.size, 200
    # One who asks for several ranges at once gets the whole, as HTTP allows.
    if request.range is not None and request.range.units == "bytes" and len(request.range.ranges) == 1:
        found = request.range.range_for_length(paper.size)
        if found is None:
            return Response(
                status=416, mimetype=MediaType(paper.media_type).mime, headers={"Content-Range": f"bytes */{paper.size}"}
            )
        first, end, status = found[0], found[1] or paper.size, 206
    response = Response(
        installed().papers.open(paper.blob_id, range=(first, end)), status, mimetype=MediaType(paper.media_type).mime
    )
    response.content_length = end - first
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Security-Policy"] = SANDBOX
    if status == 206:  # noqa: PLR2004 - partial content.
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{paper.size}"
    response.headers.set("Content-Disposition", "attachment", **_named(readable_name(paper)))
    return response


def _named(name: str) -> dict[str, str]:
    """The name in plain letters for old browsers and, where it has others, in full as RFC 8187 has it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain} if plain == name else {"filename": plain, "filename*": f"UTF-8''{quote(name)}"}


def readable_name(paper: Paper) -> str:
    """A name that tells where the file comes from: `2026-0001 02 Krav.pdf` from a case, the file's own from a draft."""
    if paper.submission is None:
        return paper.filename
    return clean_name(f"{paper.submission.case.slug} {paper.position:02d} {paper.filename}")
