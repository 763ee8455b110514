"""The list of publications and the page of one. Beside this file: `marking_views.py`, `approving_views.py`, `preview_views.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.publication import actions, approving_views, marking_views, preview_views, ranking_views
from tvist.publication.blueprint import bp
from tvist.publication.forms import stage_named
from tvist.publication.models import Stage
from tvist.publication.queries import issued_at, listing, publication_at, publications_of
from tvist.publication.rules import obstacles, obstacles_to_begin
from tvist.publication.shown import shown_places
from tvist.publication.sources import newest_version
from tvist.statistics.language_forms import FIRST_YEAR
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.decision.models import Decision
    from tvist.publication.models import Publication

__all__ = ["approving_views", "bp", "marking_views", "preview_views", "ranking_views"]


@bp.route("/publications")
@requires(Act.SEE_PUBLICATIONS)
def index() -> ResponseReturnValue:
    """The opinions on their way to the public, by stage."""
    on = today()
    stage = stage_named(request.args.get("stage"))
    year = request.args.get("year", type=int)
    year = year if year is not None and FIRST_YEAR <= year <= on.year else None
    after = max(request.args.get("after", 0, type=int), 0)
    return render_template(
        "publication/index.html",
        listing=listing(current_session, current_user, on, stage=stage, year=year, after=min(after, 2**31 - 1)),
        stages=(None, *Stage),
        year=year,
        years=range(on.year, FIRST_YEAR - 1, -1),
    )


@bp.route("/cases/<slug>/publish", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=issued_at)
def begin(decision: Decision) -> ResponseReturnValue:
    """Begin to make an opinion ready for the public."""
    form, earlier = PlainForm(thing=decision), publications_of(current_session, decision)
    in_the_way = obstacles_to_begin(decision, earlier)
    if form.is_submitted() and not form.blame_all(in_the_way) and form.validate():
        made = actions.begin(decision, by=current_user, at=now())
        return finish(url_for("publication.mark", public_id=made.public_id), Message("publication.begun"))
    told = {"decision": decision, "earlier": earlier, "version": newest_version(decision)}
    return render_template("publication/begin.html", form=form, in_the_way=in_the_way, **told), status_of(form, in_the_way)


@bp.route("/publications/<public_id>")
@requires(Act.READ_PUBLICATION, of=publication_at)
def show(publication: Publication) -> ResponseReturnValue:
    """One publication: where it stands, what comes next, and who did what."""
    places, on = shown_places(publication), today()
    return render_template(
        "publication/show.html",
        publication=publication,
        stages=Stage,
        undecided=sum(place.undecided for place in places),
        hidden=sum(place.hidden for place in places),
        not_to_approve=obstacles(publication, Act.APPROVE_PUBLICATION, by=current_user, on=on),
        not_to_mark=obstacles(publication, Act.MARK_PUBLICATION, by=current_user, on=on),
        is_newest=publication.decision_version == newest_version(publication.decision),
        to_begin_again=not obstacles_to_begin(publication.decision, publications_of(current_session, publication.decision)),
    )
