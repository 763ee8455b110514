"""The pages of the parallel text: its places beside the main text, and each written with the main text in view (rule 39)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.decision.blueprint import bp
from tvist.decision.parallel import parallel_language
from tvist.decision.parallel_forms import ParallelForm
from tvist.decision.parallel_places import parallel_place_at, parallel_places
from tvist.decision.parallel_rules import parallel_follows, parallel_written
from tvist.decision.text_answers import MOST_BYTES, keep_answer, put_aside, saved, shown
from tvist.decision.text_pages import WritingPage
from tvist.decision.writing import newest_version, working_text, writers
from tvist.intake.answering import NOTED_ONCE_IN

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.parallel_places import ParallelPlace

bp.add_app_template_global(parallel_language)


@bp.app_template_global()
def parallel_is_open(case: Case) -> bool:
    """Whether the parallel text can be written now."""
    return not obstacles(case, Act.WRITE_PARALLEL)


@dataclass(frozen=True)
class ShownParallel:
    """A place in the list. `is_own`: the reader may write there."""

    place: ParallelPlace
    url: str
    is_own: bool
    has_kept: bool
    others: list[User]


@bp.route("/cases/<slug>/decision/parallel")
@requires(Act.WRITE_PARALLEL, of=case_at)
def write_parallel(case: Case) -> ResponseReturnValue:
    """The places of the parallel text: what is missing, and what is older than the main text."""
    in_the_way = obstacles(case, Act.WRITE_PARALLEL)
    places = [_shown(place) for place in parallel_places(case)] if parallel_language(case) else []
    is_whole = any(place.place.text for place in places) and not (parallel_written(case) or parallel_follows(case))
    return render_template("decision/parallel.html", case=case, places=places, in_the_way=in_the_way, is_whole=is_whole)


@bp.route("/cases/<slug>/decision/parallel/<place>", methods=["GET", "POST"])
@requires(Act.WRITE_PARALLEL, of=parallel_place_at)
def write_parallel_place(place: ParallelPlace) -> ResponseReturnValue:
    """One place in the other form, with the main text beside."""
    page = _page(place)
    form = ParallelForm(place, page.text, page.began_from)
    return put_aside(page, form) or saved(page, form) or shown("decision/parallel_place.html", page, form)


@bp.route("/cases/<slug>/decision/parallel/typed/<place>", methods=["POST"])
@requires(Act.WRITE_PARALLEL, of=parallel_place_at, max_bytes=MOST_BYTES, noted_once_in=NOTED_ONCE_IN)
def keep_parallel(place: ParallelPlace) -> ResponseReturnValue:
    """Keep what is typed, every few seconds."""
    return keep_answer(place, Act.WRITE_PARALLEL)


def _page(place: ParallelPlace) -> WritingPage:
    return WritingPage(
        place=place,
        kept=working_text(place, current_user),
        newest=newest_version(place),
        stands=place.text,
        began_with="",
        others=writers(place, at=now(), but=current_user),
        standard=(),
        comments=(),
        main=place.main,
    )


def _shown(place: ParallelPlace) -> ShownParallel:
    return ShownParallel(
        place=place,
        url=url_for("decision.write_parallel_place", slug=place.case.slug, place=place.beside),
        is_own=place.owner is None or place.owner.id == current_user.id,
        has_kept=working_text(place, current_user) is not None,
        others=writers(place, at=now(), but=current_user),
    )
