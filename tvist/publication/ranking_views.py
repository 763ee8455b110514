"""The page on which the leader says what a published opinion counts for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template
from flask_login import current_user
from wtforms import RadioField, StringField, TextAreaField

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.publication.blueprint import bp
from tvist.publication.queries import publication_at
from tvist.publication.ranking import Rank, counts_so, fault_in_successor, named, obstacles_to_rank, rank, rank_of
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, status_of, trimmed
from tvist.web.session import lazy, say
from tvist.words import Message, label

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.publication.models import Publication

LONGEST_REASONS = 2000
LONGEST_NUMBER = 30


class RankForm(TvistForm):
    """What the opinion counts for, what comes in its place, and why."""

    edits = True

    rank = RadioField(lazy("published.rank"), validators=[Needed("published.rank_choose")])
    successor = StringField(
        lazy("published.rank_successor"),
        description=lazy("published.rank_successor_hint"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_NUMBER)],
    )
    reasons = TextAreaField(
        lazy("published.rank_reasons"),
        description=lazy("published.rank_reasons_hint"),
        filters=[trimmed],
        validators=[Needed("published.rank_say_why"), NotLonger(LONGEST_REASONS)],
    )

    def __init__(self, publication: Publication) -> None:
        """Begins with what it counts for now, and with what stands in its place, where something does; the reasons are always new."""
        successor = publication.superseded_by.number if publication.superseded_by else ""
        super().__init__(data={"rank": rank_of(publication).value, "successor": successor}, thing=publication)
        self.rank.choices = choices((each.value, say(label(each))) for each in Rank)


@bp.route("/publications/<public_id>/rank", methods=["GET", "POST"])
@requires(Act.RANK_PUBLICATION, of=publication_at)
def rank_publication(publication: Publication) -> ResponseReturnValue:
    """Set or undo what a published opinion counts for."""
    form, in_the_way = RankForm(publication), obstacles_to_rank(publication)
    if form.is_submitted() and not form.blame_all(in_the_way) and form.validate():
        wanted = Rank(form.rank.data)
        successor = named(publication, form.successor.data or "") if wanted is Rank.SUPERSEDED else None
        _blame(form, publication, wanted, successor)
        if not form.faults():
            rank(publication, wanted, by=current_user, at=now(), reasons=form.reasons.data or "", successor=successor)
            return finish(f"/opinions/{publication.number}", Message("published.rank_done"))
    page = render_template("publication/rank_publication.html", publication=publication, form=form, in_the_way=in_the_way)
    return page, status_of(form, in_the_way)


def _blame(form: RankForm, publication: Publication, wanted: Rank, successor: Publication | None) -> None:
    """What only the register knows to be wrong."""
    if wanted is Rank.SUPERSEDED and (fault := fault_in_successor(publication, successor)):
        form.blame(fault, "successor")
    elif counts_so(publication, wanted, successor):
        form.blame(Message("published.rank_is_so"), "rank")
