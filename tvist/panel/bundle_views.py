"""The bundle: its index and versions, how far the making has come, its files, and that a member has read it (rule 33)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import jsonify, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import may, roles_of
from tvist.accesslog.actions import note_access, note_openings_of_all, was_noted
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.documents.files import pdf_file
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel import actions
from tvist.panel.blueprint import bp
from tvist.panel.bundle import reading_by
from tvist.panel.bundles import PartKind
from tvist.panel.index import index_of
from tvist.panel.reading import BundleFor, bundle_at, made_bundle_at, new_since, part_at
from tvist.submissions.papers import note_openings
from tvist.web.forms import PlainForm
from tvist.web.session import current_session, installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.documents.models import Paper
    from tvist.panel.bundles import BundlePart
    from tvist.panel.models import Bundle

ONCE_A_DAY: Final = timedelta(days=1)
"""A part is leafed through page by page: that it was opened is noted once in this time."""
ASKED_AGAIN: Final = timedelta(hours=1)
"""The page asks every few seconds how far the making has come."""


@bp.route("/cases/<slug>/bundle")
@bp.route("/cases/<slug>/bundle/versions/<int:version>")
@requires(Act.READ_BUNDLE, of=bundle_at)
def bundle(bundle: Bundle) -> ResponseReturnValue:
    """What is in the bundle and on which page, for all who may read it; for the panel, that it was read."""
    case = bundle.case
    seen = BundleFor(bundle, current_user, today())
    return render_template(
        "panel/bundle.html",
        case=case,
        bundle=bundle,
        form=PlainForm(),
        seen=seen,
        version=version_in_address(bundle),
        is_newest=bundle is case.bundles[-1],
        others=[each for each in case.bundles if each is not bundle],
        index=index_of(bundle),
        index_part=next((part for part in seen.parts if part.kind is PartKind.INDEX), None),
        may_read_sending={each.submission_id: may(current_user, Act.READ_SUBMISSION, each.submission) for each in bundle.entries},
        new=new_since(bundle, current_user),
        reading=reading_by(bundle, current_user),
        in_the_way=obstacles(case, Act.CONFIRM_READING),
    )


@bp.route("/cases/<slug>/bundle", methods=["POST"])
@requires(Act.CONFIRM_READING, of=case_at)
def confirm_reading(case: Case) -> ResponseReturnValue:
    """A member confirms having read the newest version."""
    actions.confirm_reading(case, by=current_user, at=now())
    return finish(url_for("panel.bundle", slug=case.slug), Message("panel.bundle.confirmed"))


@bp.route("/cases/<slug>/bundle/progress")
@requires(Act.READ_BUNDLE, of=bundle_at, noted_once_in=ASKED_AGAIN, is_polled=True)
def bundle_progress(bundle: Bundle) -> ResponseReturnValue:
    """How far the making of the newest version has come, for the page that waits."""
    progress = bundle.progress
    is_over = bundle.file is not None or progress is None or progress.failed_at is not None
    return jsonify(done=progress.done if progress else 0, total=progress.total if progress else 0, is_over=is_over)


@bp.route("/cases/<slug>/bundle/file")
@bp.route("/cases/<slug>/bundle/versions/<int:version>/file")
@requires(Act.READ_BUNDLE, of=made_bundle_at)
def bundle_file(bundle: Bundle) -> ResponseReturnValue:
    """The whole bundle as one PDF, for who may read every page of it."""
    seen = BundleFor(bundle, current_user, today())
    if not seen.is_whole or bundle.file is None:
        raise CannotProceed(Message("reading.not_whole"))
    _note_all_opened(bundle)
    return pdf_file(bundle.file.blob_id, f"{bundle.case.slug}-{bundle.version}.pdf")


@bp.route("/cases/<slug>/bundle/parts/<public_id>")
@requires(Act.READ_BUNDLE, of=part_at, noted_once_in=ONCE_A_DAY)
def bundle_part(part: BundlePart) -> ResponseReturnValue:
    """One paper, or what was written in one sending, as a PDF with the page numbers of the bundle."""
    prove_open(part)
    return pdf_file(part.blob_id, f"{part.bundle.case.slug}-{part.first_page}.pdf")


def prove_open(part: BundlePart) -> None:
    """Raises `NotAllowed` for pages that name what is closed; the guard has asked for the part itself. Notes that it was opened."""
    if part.kind is not PartKind.PAPER and not BundleFor(part.bundle, current_user, today()).may_read(part):
        raise NotAllowed
    note_part(part, allowed=True)


def note_part(part: BundlePart, *, allowed: bool) -> None:
    """Note that the paper, or the sending, was opened by way of its pages, once a day; or that it was denied."""
    thing, act = (part.paper, Act.READ_PAPER) if part.paper else (part.submission, Act.READ_SUBMISSION)
    if thing is None or request.method != "GET":
        return
    since = now() - ONCE_A_DAY
    if allowed and was_noted(current_session, user=current_user, act=act, thing=thing, since=since):
        return
    database, roles = installed().database, roles_of(current_user, thing)
    note_access(database, user=current_user, roles=roles, act=act, thing=thing, allowed=allowed)
    if allowed and part.paper:
        note_openings(database, [part.paper], part.bundle.case.party_of(current_user, today()), at=now())


def _note_all_opened(bundle: Bundle) -> None:
    """Who takes the whole file has opened every paper in it."""
    papers: list[Paper] = [part.paper for part in bundle.parts if part.paper is not None]
    if request.method == "GET":
        things = [(paper, roles_of(current_user, paper)) for paper in papers]
        note_openings_of_all(installed().database, user=current_user, act=Act.READ_PAPER, things=things)
        note_openings(installed().database, papers, bundle.case.party_of(current_user, today()), at=now())


def version_in_address(bundle: Bundle) -> int | None:
    """The version as it stands in an address: none for the newest that is made."""
    made = [each for each in bundle.case.bundles if each.file is not None]
    return None if made and bundle is made[-1] else bundle.version
