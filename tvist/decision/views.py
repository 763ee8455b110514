"""The panel's own pages, and the opinion once it is issued. Nobody but the members sees anything of the deliberation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.cases.left import is_conceded, left_of
from tvist.decision import (  # noqa: F401 - their pages join the blueprint.
    afterwards_views,
    approval_views,
    issue_views,
    margin_views,
    parallel_views,
    question_views,
    standard_text_views,
    text_views,
    version_views,
)
from tvist.decision.blueprint import bp
from tvist.decision.citations import bundle_address
from tvist.decision.document import opinion as told
from tvist.decision.outcomes import found_basis, found_days
from tvist.decision.overview import overview
from tvist.decision.parallel import parallel_language
from tvist.decision.parallel_record import PARALLEL, other_edition
from tvist.decision.queries import deliberation_at
from tvist.decision.record import BUNDLE_ADDRESS, canonical
from tvist.errors import NotFound
from tvist.pdf import render
from tvist.procedure.codes import code_label
from tvist.web.session import installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case

__all__ = ["bp"]

bp.add_app_template_global(code_label)
bp.add_app_template_global(left_of)
bp.add_app_template_global(is_conceded)
bp.add_app_template_global(found_days)
bp.add_app_template_global(found_basis)


@bp.route("/cases/<slug>/decision")
@requires(Act.READ_DELIBERATION, of=deliberation_at)
def show(case: Case) -> ResponseReturnValue:
    """How far the panel has come, and what stands in the way of the issue."""
    return render_template("decision/show.html", case=case, shown=overview(case, current_user, installed().keys))


@bp.route("/cases/<slug>/decision/draft.pdf")
@requires(Act.READ_DELIBERATION, of=deliberation_at)
def preview(case: Case) -> ResponseReturnValue:
    """The opinion as it would be now, marked as a draft; made for this reader and kept nowhere."""
    record = canonical(case, installed().keys) | {BUNDLE_ADDRESS: bundle_address(case, installed().config.base_url)}
    return _pdf(render(*told(record, is_draft=True)), f"utkast-{case.slug}.pdf")


@bp.route("/cases/<slug>/decision/draft-parallel.pdf")
@requires(Act.READ_DELIBERATION, of=deliberation_at)
def preview_parallel(case: Case) -> ResponseReturnValue:
    """The same of the parallel text. Raises `NotFound` for a case that needs none."""
    record = canonical(case, installed().keys) | {BUNDLE_ADDRESS: bundle_address(case, installed().config.base_url)}
    if PARALLEL not in record:
        raise NotFound
    return _pdf(
        render(*told(other_edition(record), is_draft=True)), f"utkast-{case.slug}-parallelltekst-{parallel_language(case)}.pdf"
    )


def _pdf(content: bytes, name: str) -> Response:
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
