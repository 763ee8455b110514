"""The pages of a paper that is to be given out: begun, covered page by page, approved by another person, and kept as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.documents.files import pdf_file
from tvist.documents.queries import paper_at
from tvist.pdf.sheets import MIME, WIDTHS, page_count, page_picture
from tvist.redaction import actions
from tvist.redaction.blueprint import bp
from tvist.redaction.forms import BeginForm, BoxForm, SendBackForm, WordsForm
from tvist.redaction.job import FILE_NAME, pages_of
from tvist.redaction.queries import redaction_at, redactions_of
from tvist.redaction.rules import RedactionStage, obstacles, obstacles_to_begin, stage_of
from tvist.redaction.shown import ShownPage, shown_page
from tvist.redaction.words import found_in
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import current_session, installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.documents.models import Paper
    from tvist.redaction.models import Redaction

__all__ = ["bp"]


@bp.app_template_global()
def redaction_stage(redaction: Redaction) -> RedactionStage:
    """Where a redaction stands."""
    return stage_of(redaction)


@bp.route("/cases/<slug>/papers/<public_id>/redact", methods=["GET", "POST"])
@requires(Act.REDACT_PAPER, of=paper_at)
def begin(paper: Paper) -> ResponseReturnValue:
    """Begin a copy of a paper to be given out; those that were begun before are listed."""
    form, blocked = BeginForm(), obstacles_to_begin(paper)
    if form.validate_on_submit() and not form.blame_all(blocked):
        made = actions.begin(paper, purpose=form.purpose.data or "", secrets=form.secrets.data or "", by=current_user, at=now())
        return finish(url_for("redaction.show", public_id=made.public_id), Message("redaction.begun"))
    told = {"paper": paper, "earlier": redactions_of(current_session, paper), "blocked": blocked}
    return render_template("redaction/begin.html", form=form, **told), status_of(form, blocked)


@bp.route("/redactions/<public_id>")
@requires(Act.READ_REDACTION, of=redaction_at)
def show(redaction: Redaction) -> ResponseReturnValue:
    """One redaction: where it stands, its pages, and what comes next."""
    blocked = obstacles_to_begin(redaction.paper)
    told = {"pages": _pages(redaction), "boxes": _counted(redaction), "blocked": blocked}
    return render_template("redaction/show.html", redaction=redaction, **told)


@bp.route("/redactions/<public_id>/words", methods=["GET", "POST"])
@requires(Act.REDACT_PAPER, of=redaction_at)
def words(redaction: Redaction) -> ResponseReturnValue:
    """The words that may not be readable; boxes are put wherever the pages' own text has them."""
    form, blocked = WordsForm(data={"secrets": redaction.secrets}, thing=redaction), _blocked(redaction)
    if form.validate_on_submit() and not form.blame_all(blocked):
        actions.note_words(redaction, form.secrets.data or "", by=current_user, at=now())
        with pages_of(installed().papers, redaction.blob_id or "") as pages:
            found = found_in(pages, actions.words_of(redaction))
        boxes = [box for each in found for box in each.boxes]
        count = actions.cover(redaction, boxes, by=current_user, at=now())
        said = Message("redaction.covered", places=len(found), count=count)
        return finish(url_for("redaction.show", public_id=redaction.public_id), said)
    return render_template("redaction/words.html", redaction=redaction, form=form, blocked=blocked), status_of(form, blocked)


@bp.route("/redactions/<public_id>/pages/<int:page>")
@requires(Act.READ_REDACTION, of=redaction_at)
def page(redaction: Redaction) -> ResponseReturnValue:
    """One page with its boxes, to be read."""
    return render_template("redaction/page.html", redaction=redaction, page=_page(redaction), form=None, blocked=[])


@bp.route("/redactions/<public_id>/pages/<int:page>/cover", methods=["GET", "POST"])
@requires(Act.REDACT_PAPER, of=redaction_at)
def cover(redaction: Redaction) -> ResponseReturnValue:
    """One page with its boxes, and one more."""
    found, form, blocked = _page(redaction), BoxForm(thing=redaction), _blocked(redaction)
    if form.validate_on_submit() and not form.blame_all(blocked):
        box = form.box(found.number)
        if box is not None:
            actions.cover(redaction, [box], by=current_user, at=now())
            back = url_for("redaction.cover", public_id=redaction.public_id, page=found.number)
            return finish(back, Message("redaction.box_put"))
    told = {"redaction": redaction, "page": found, "blocked": blocked}
    return render_template("redaction/page.html", form=form, **told), status_of(form, blocked)


@bp.route("/redactions/<public_id>/pages/<int:page>/picture")
@requires(Act.READ_REDACTION, of=redaction_at)
def picture(redaction: Redaction) -> ResponseReturnValue:
    """A page as it was laid out, or as it was made."""
    found = _page(redaction)
    with pages_of(installed().papers, redaction.blob_id or "") as pages, pages.open("rb") as file:
        drawn = page_picture(file, found.number, WIDTHS[1])
    return Response(drawn, mimetype=MIME)


@bp.route("/redactions/<public_id>/boxes/<box_id>/remove", methods=["GET", "POST"])
@requires(Act.REDACT_PAPER, of=redaction_at)
def uncover(redaction: Redaction) -> ResponseReturnValue:
    """Take a box away."""
    box_id = (request.view_args or {})["box_id"]
    box = next((each for each in redaction.boxes if each.public_id == box_id), None)
    if box is None:
        abort(404)
    form, blocked = PlainForm(thing=redaction), _blocked(redaction)
    if form.validate_on_submit() and not form.blame_all(blocked):
        back = url_for("redaction.cover", public_id=redaction.public_id, page=box.page)
        actions.uncover(redaction, box.public_id, by=current_user, at=now())
        return finish(back, Message("redaction.box_gone"))
    told = {"redaction": redaction, "box": box, "blocked": blocked}
    return render_template("redaction/uncover.html", form=form, **told), status_of(form, blocked)


@bp.route("/redactions/<public_id>/submit", methods=["GET", "POST"])
@requires(Act.REDACT_PAPER, of=redaction_at)
def submit(redaction: Redaction) -> ResponseReturnValue:
    """Ask another person to approve."""
    form, blocked = PlainForm(thing=redaction), _blocked(redaction)
    if form.validate_on_submit() and not form.blame_all(blocked):
        actions.submit(redaction, by=current_user, at=now())
        return finish(url_for("redaction.show", public_id=redaction.public_id), Message("redaction.submitted"))
    told = {"redaction": redaction, "blocked": blocked, "boxes": _counted(redaction)}
    return render_template("redaction/submit.html", form=form, **told), status_of(form, blocked)


@bp.route("/redactions/<public_id>/approve", methods=["GET", "POST"])
@requires(Act.APPROVE_REDACTION, of=redaction_at)
def approve(redaction: Redaction) -> ResponseReturnValue:
    """Approve what another person covered; the machine makes the file."""
    form, blocked = PlainForm(thing=redaction), _not_to_approve(redaction)
    if form.validate_on_submit() and not form.blame_all(blocked):
        actions.approve(redaction, by=current_user, at=now())
        return finish(url_for("redaction.show", public_id=redaction.public_id), Message("redaction.approved"))
    told = {"redaction": redaction, "blocked": blocked, "pages": _pages(redaction), "boxes": _counted(redaction)}
    return render_template("redaction/approve.html", form=form, **told), status_of(form, blocked)


@bp.route("/redactions/<public_id>/return", methods=["GET", "POST"])
@requires(Act.APPROVE_REDACTION, of=redaction_at)
def send_back(redaction: Redaction) -> ResponseReturnValue:
    """Send it back to who covered it, with reasons."""
    form, blocked = SendBackForm(thing=redaction), _not_to_approve(redaction)
    if form.validate_on_submit() and not form.blame_all(blocked):
        actions.send_back(redaction, form.reasons.data or "", by=current_user, at=now())
        return finish(url_for("redaction.show", public_id=redaction.public_id), Message("redaction.sent_back"))
    return render_template("redaction/send_back.html", redaction=redaction, form=form, blocked=blocked), status_of(form, blocked)


@bp.route("/redactions/<public_id>/file")
@requires(Act.READ_REDACTION, of=redaction_at)
def file(redaction: Redaction) -> ResponseReturnValue:
    """The made file; none of a paper that was put under quarantine since."""
    if stage_of(redaction) is not RedactionStage.MADE or obstacles_to_begin(redaction.paper):
        abort(404)
    return pdf_file(redaction.blob_id or "", FILE_NAME)


def _pages(redaction: Redaction) -> int:
    """How many pages it has; none before they are laid out."""
    if redaction.blob_id is None:
        return 0
    with pages_of(installed().papers, redaction.blob_id) as pages:
        return page_count(pages)


def _page(redaction: Redaction) -> ShownPage:
    number = int((request.view_args or {})["page"])
    if redaction.blob_id is None:
        abort(404)
    with pages_of(installed().papers, redaction.blob_id) as pages:
        found = shown_page(redaction, pages, number)
    return found or abort(404)


def _counted(redaction: Redaction) -> dict[int, int]:
    """How many boxes lie on each page."""
    counted: dict[int, int] = {}
    for box in redaction.boxes:
        counted[box.page] = counted.get(box.page, 0) + 1
    return counted


def _blocked(redaction: Redaction) -> list[Message]:
    return obstacles(redaction, Act.REDACT_PAPER, by=current_user, on=today())


def _not_to_approve(redaction: Redaction) -> list[Message]:
    return obstacles(redaction, Act.APPROVE_REDACTION, by=current_user, on=today())
