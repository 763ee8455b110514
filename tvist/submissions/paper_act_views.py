"""The pages of what is done to papers: quarantine, replacement, release, another title, and comments beside a page (rules 19, 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.documents.blueprint import bp
from tvist.documents.queries import paper_at
from tvist.documents.taking_in import MAX_BODY_BYTES
from tvist.intake.paper_forms import described
from tvist.intake.searched_forms import decisions
from tvist.intake.searched_papers import TitlePlace, searches_of, take_in_searched
from tvist.intake.searching import sought_of
from tvist.submissions import paper_actions as actions
from tvist.submissions.page_comments import (
    change_page_comment,
    kind_to_write,
    page_comment_at,
    remove_page_comment,
    write_page_comment,
)
from tvist.submissions.paper_forms import PageCommentForm, QuarantineForm, ReleaseForm, RenameForm, ReplaceForm
from tvist.submissions.paper_rules import replacement_faults, sending_of, why_not_released, why_not_renamed
from tvist.submissions.paper_views import paper_page_with
from tvist.web.session import installed
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.documents.models import Paper
    from tvist.submissions.models import PageComment
    from tvist.web.forms import TvistForm


def paper_to_change(session: Session, slug: str, public_id: str) -> Paper:
    """The paper, with its case locked in a writing session: acts on one case follow each other. Raises `NotFound`."""
    case_at(session, slug)
    return paper_at(session, slug, public_id)


def comment_to_change(session: Session, slug: str, public_id: str, comment_id: str) -> PageComment:
    """The comment beside a page, with its case locked in a writing session. Raises `NotFound`."""
    case_at(session, slug)
    return page_comment_at(session, slug, public_id, comment_id)


@bp.route("/cases/<slug>/papers/<public_id>/rename", methods=["GET", "POST"])
@requires(Act.RENAME_PAPER, of=paper_to_change)
def rename(paper: Paper) -> ResponseReturnValue:
    """Call a paper by another title, kind or day."""
    form = RenameForm(data=described(paper), thing=seen(described(paper)))
    if form.validate_on_submit() and not _refused(form, why_not_renamed(paper)):
        actions.rename_paper(paper, by=current_user, at=now(), **form.given())
        return finish(_page_of(paper), Message("documents.renamed"))
    return _page("documents/rename.html", paper, form, in_the_way=why_not_renamed(paper))


@bp.route("/cases/<slug>/papers/<public_id>/quarantine", methods=["GET", "POST"])
@requires(Act.QUARANTINE_PAPER, of=paper_to_change)
def quarantine(paper: Paper) -> ResponseReturnValue:
    """Put a paper under quarantine."""
    form = QuarantineForm()
    in_the_way = Message("documents.quarantined_already") if paper.quarantined_at else None
    if form.validate_on_submit() and not _refused(form, in_the_way):
        actions.quarantine_paper(paper, by=current_user, at=now(), reason=form.reason.data or "")
        return finish(_page_of(paper), Message("documents.quarantine.done"))
    return _page("documents/quarantine.html", paper, form, in_the_way=in_the_way)


@bp.route("/cases/<slug>/papers/<public_id>/replace", methods=["GET", "POST"])
@requires(Act.REPLACE_PAPER, of=paper_to_change, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def replace(paper: Paper) -> ResponseReturnValue:
    """Put another paper in the place of one under quarantine."""
    form = ReplaceForm(data=described(paper))
    form.notes_later = True
    in_the_way = Message("documents.replaced_already") if paper.replaced_by else None
    new = _one_paper(form, paper) if request.method == "POST" else None
    if form.validate_on_submit() and new is not None and not form.form_errors:
        given = form.given()
        new.title, new.kind, new.dated_on = given["title"], given["kind"], given["dated_on"]
        form.note(actions.replace_paper(paper, new, by=current_user, at=now(), text=form.text.data or ""))
        return finish(url_for("documents.papers", slug=sending_of(paper).case.slug), Message("documents.replace.done"))
    return _page("documents/replace.html", paper, form, in_the_way=in_the_way)


@bp.route("/cases/<slug>/papers/<public_id>/release", methods=["GET", "POST"])
@requires(Act.RELEASE_PAPER, of=paper_to_change)
def release(paper: Paper) -> ResponseReturnValue:
    """Look a replacement through, and send it over."""
    form, in_the_way = ReleaseForm(), why_not_released(paper)
    if form.validate_on_submit() and not _refused(form, in_the_way):
        actions.release_paper(paper, by=current_user, at=now())
        return finish(_page_of(paper), Message("documents.release.done"))
    return _page("documents/release.html", paper, form, in_the_way=in_the_way)


@bp.route("/cases/<slug>/papers/<public_id>/comment", methods=["GET", "POST"])
@requires(Act.READ_PAPER, of=paper_to_change)
def comment_page(paper: Paper) -> ResponseReturnValue:
    """Write a comment beside a page; who comes here by an address alone is led to the paper."""
    if request.method != "POST":
        return redirect(_page_of(paper), 303)
    form = PageCommentForm()
    if form.validate_on_submit() and not _refused(form, _not_now(paper)):
        write_page_comment(paper, by=current_user, at=now(), page=form.page.data or 0, text=form.text.data or "")
        return finish(_page_of(paper, form.page.data), Message("submissions.page_comments.kept"))
    return paper_page_with(paper, form, max(form.page.data or 1, 1), status=422)


@bp.route("/cases/<slug>/papers/<public_id>/comments/<comment_id>", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=comment_to_change)
def change_comment(comment: PageComment) -> ResponseReturnValue:
    """Write a comment beside a page anew, or take it away."""
    kept = {"page": comment.page, "text": comment.text}
    form = PageCommentForm(data=kept, thing=seen(kept))
    if request.form.get("then") == "remove":
        back = _page_of(comment.paper, comment.page)
        remove_page_comment(comment, at=now())
        return finish(back, Message("submissions.page_comments.removed"))
    if form.validate_on_submit():
        change_page_comment(comment, by=current_user, at=now(), page=form.page.data or 0, text=form.text.data or "")
        return finish(_page_of(comment.paper, form.page.data), Message("submissions.page_comments.kept"))
    return _page("documents/change_comment.html", comment.paper, form, comment=comment)


def _one_paper(form: ReplaceForm, paper: Paper) -> Paper | None:
    """The one file that was sent along; what is wrong with it, or that there is none, is said in the form."""
    faults = list(taken_in().faults)
    if not faults and len(taken_in()) != 1:
        faults = [Message("documents.replace.one_file")]
    found = taken_in().papers(added_by=current_user, at=now()) if not faults else []
    for fault in faults or replacement_faults(paper, found[0]):
        form.blame(fault)
    form.more_places = [TitlePlace(new, "filename") for new in found]
    keys = installed().keys
    form.papers = searches_of(found, decisions(), keys, sought_of(paper, keys))
    return found[0] if found and not form.form_errors and not any(each.is_removed for each in form.papers) else None


def _not_now(paper: Paper) -> Message | None:
    can_write = kind_to_write(sending_of(paper).case, current_user, today()) is not None
    return None if can_write else Message("submissions.page_comments.not_now")


def _refused(form: TvistForm, in_the_way: Message | None) -> bool:
    if in_the_way is not None:
        form.blame(in_the_way)
    return in_the_way is not None


def _page_of(paper: Paper, page: int | None = None) -> str:
    return url_for("documents.paper_page", slug=sending_of(paper).case.slug, public_id=paper.public_id, page=page)


def _page(template: str, paper: Paper, form: TvistForm, **more: Any) -> ResponseReturnValue:
    text = render_template(template, case=sending_of(paper).case, paper=paper, form=form, **more)
    return text, 200 if request.method == "GET" else 409 if more.get("in_the_way") or form.is_stale else 422
