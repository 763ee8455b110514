"""Papers of a draft as files: downloaded, and taken out. Those of a case stand in `tvist.submissions.paper_views`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.documents.actions import remove_from_draft
from tvist.documents.blueprint import bp
from tvist.documents.files import download
from tvist.documents.queries import draft_paper_at
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.documents.models import Paper

__all__ = ["bp", "draft_paper", "remove"]


@bp.route("/drafts/<draft_id>/papers/<public_id>")
@requires(Act.READ_PAPER, of=draft_paper_at)
def draft_paper(paper: Paper) -> ResponseReturnValue:
    """A paper of a draft, as a file."""
    return download(paper, paper.filename)


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
