"""The register of published opinions: the list with its search and filters, and the index of legal bases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from tvist.access.guard import open_to_all
from tvist.publication.ranking import Rank, rank_of
from tvist.published.blueprint import bp
from tvist.published.caching import public_page
from tvist.published.entries import entry_of
from tvist.published.labels import fact_label, in_order
from tvist.published.law_index import law_index
from tvist.published.parts import part
from tvist.published.queries import choices, register
from tvist.published.wanted import FILTERS, Standing, read_wanted
from tvist.web.session import current_session, installed, page_language, say, t
from tvist.words import Message, label

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from tvist.publication.models import FactOfPublication, Publication
    from tvist.published.wanted import Wanted


@bp.route("/opinions")
@open_to_all
def opinions() -> ResponseReturnValue:
    """The published opinions, the newest first, as they are searched and filtered."""
    wanted = read_wanted(request.args)
    found = register(current_session, installed().keys, wanted)
    return public_page(
        "published/opinions.html",
        wanted=wanted,
        found=found,
        rows=[_row(each) for each in found.rows],
        filters=[(kind, label(kind), _options(kind, values, wanted)) for kind, values in choices(current_session).items()],
        standings=[("", t("published.all")), *((each.value, say(label(each))) for each in Standing)],
        beyond=[(kind, _named(kind, value)) for kind, value in wanted.facts if kind not in FILTERS],
    )


@bp.route("/opinions/law")
@open_to_all
def law() -> ResponseReturnValue:
    """Acts and places with the opinions that rest on them or refer to them."""
    return public_page("published/law.html", index=law_index(current_session, page_language()))


def _row(publication: Publication) -> Markup:
    """One opinion in the list."""
    rank = rank_of(publication)
    standing = "" if rank is Rank.ORDINARY else rank.value
    return part("_row.html", page_language(), row=entry_of(publication.record), standing=standing, level=2)


def _options(kind: FactOfPublication, values: list[str], wanted: Wanted) -> list[tuple[str, str, bool]]:
    """What can be chosen of one kind: value, words, and whether it is chosen. A choice that finds nothing is still shown as chosen."""
    chosen = wanted.value(kind)
    offered = in_order(kind, {*values, *([chosen] if chosen else [])})
    return [("", t("published.all"), not chosen), *((value, _named(kind, value), value == chosen) for value in offered)]


def _named(kind: FactOfPublication, value: str) -> str:
    found = fact_label(kind, value, page_language())
    return say(found) if isinstance(found, Message) else found
