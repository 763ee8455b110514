"""Remarks in the margin of a place: written, answered and settled by the members alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.decision.blueprint import bp
from tvist.decision.margin import comment_at, comment_on, comments_on
from tvist.decision.margin import settle as settled
from tvist.decision.places import place_at
from tvist.decision.text_forms import MarginForm
from tvist.decision.text_pages import url_of
from tvist.web.forms import PlainForm, status_of
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.decision.places import Place
    from tvist.decision.texts import MarginComment


@bp.route("/cases/<slug>/decision/margin/<place>", methods=["GET", "POST"])
@requires(Act.COMMENT_TEXT, of=place_at)
def margin(place: Place) -> ResponseReturnValue:
    """The remarks about one place beside its text, and a new one."""
    form, in_the_way = MarginForm(place), place.in_the_way()
    if form.validate_on_submit() and not in_the_way:
        comment_on(place, form.text.data or "", by=current_user, at=now(), quote=form.quote.data or "")
        return finish(url_for("decision.margin", slug=place.case.slug, place=place.name), Message("text.margin.done"))
    told = {"case": place.case, "place": place, "comments": comments_on(place), "in_the_way": in_the_way}
    page = render_template("decision/margin.html", **told, form=form, plain=PlainForm(formdata=None), here_is=url_of(place))
    return page, status_of(form)


@bp.route("/cases/<slug>/decision/margin/settled/<public_id>", methods=["POST"])
@requires(Act.COMMENT_TEXT, of=comment_at)
def settle(comment: MarginComment) -> ResponseReturnValue:
    """Nothing more is to be done about a remark."""
    settled(comment, by=current_user, at=now())
    return finish(url_for("decision.margin", slug=comment.case.slug, place=comment.place), Message("text.margin.settled_done"))
