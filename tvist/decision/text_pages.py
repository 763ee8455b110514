"""What a page shows on which a place of the text is written: what the member was typing, what stands, and who else is writing there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flask import url_for
from flask_login import current_user

from tvist.access.policy import Act
from tvist.clock import now
from tvist.decision.citations import citation_faults, law_cited
from tvist.decision.margin import comments_on, open_comments
from tvist.decision.parallel_places import BESIDE
from tvist.decision.places import places_of
from tvist.decision.standard_texts import texts_for
from tvist.decision.text import suggested_conclusion
from tvist.decision.votes import all_open
from tvist.decision.writing import BEGINNING, newest_version, working_text, writers
from tvist.web.forms import new_key
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.law_references import LawReference
    from tvist.decision.places import Place
    from tvist.decision.texts import MarginComment, StandardText, TextVersion, WorkingText
    from tvist.words import Message

_KEPT_AT: Final = {Act.WRITE_TEXT: "decision.keep_text", Act.WRITE_PARALLEL: "decision.keep_parallel"}
_LISTED_AT: Final = {Act.WRITE_TEXT: "decision.write_text", Act.WRITE_PARALLEL: "decision.write_parallel"}


@dataclass
class TextKeeps:
    """What a page says to the browser of what it keeps: `url` is where it sends what is typed, `began_from` the version that is written on."""

    url: str
    version: str
    began_from: int
    base: dict[str, str] | None = None
    """What is kept, where the page shows something else."""
    draft: None = None
    tab: str = field(default_factory=new_key)

    def as_json(self) -> str:
        """For the browser."""
        fields = ["text"]
        told = {"url": self.url, "draft": "", "fields": fields, "base": self.base, "key": str(self.began_from), "rows": 0}
        return json.dumps(told | {"is_seen": False})


@dataclass
class WritingPage:
    """A place as one of its writers sees it. `text` is what the field shows; `began_with` what is offered where nothing stands."""

    place: Place
    kept: WorkingText | None
    newest: TextVersion | None
    stands: str
    began_with: str
    others: list[User]
    standard: Sequence[StandardText]
    comments: Sequence[MarginComment]
    main: str = ""
    """The main text that a parallel text is written beside (rule 39)."""
    is_clash: bool = False
    """Whether another has changed the same words meanwhile, so that the page shows both texts."""

    @property
    def text(self) -> str:
        """What the member was typing, else what stands, else what is offered."""
        return self.kept.text if self.kept is not None else self.stands or self.began_with

    @property
    def began_from(self) -> int:
        """The number of the version that the member writes on."""
        if self.kept is not None:
            return self.kept.began_from
        return self.newest.number if self.newest is not None else BEGINNING

    @property
    def has_moved_on(self) -> bool:
        """Whether another has saved since the member began."""
        return self.newest is not None and self.began_from < self.newest.number

    @property
    def keeps(self) -> TextKeeps:
        """For the browser."""
        return keeps_of(self.place, self.kept, self.began_from)


def keeps_of(place: Place, kept: WorkingText | None, began_from: int) -> TextKeeps:
    """Where the browser sends what is typed in a place."""
    url = url_for(_KEPT_AT[place.act], slug=place.case.slug, place=place.name.removeprefix(BESIDE))
    return TextKeeps(url, version_of(kept), began_from)


def list_of(place: Place) -> str:
    """The page with all the places that this one belongs to."""
    return url_for(_LISTED_AT[place.act], slug=place.case.slug)


def version_of(kept: WorkingText | None) -> str:
    """Which state of what is kept a page knows."""
    return kept.at.isoformat() if kept is not None else ""


def writing_page(place: Place) -> WritingPage:
    """The place as the reader sees it who writes there."""
    stands = place.text
    is_offered = place.name == "conclusion" and not stands.strip() and all_open(place.case)
    return WritingPage(
        place=place,
        kept=working_text(place, current_user),
        newest=newest_version(place),
        stands=stands,
        began_with=suggested_conclusion(place.case, installed().keys) if is_offered else "",
        others=writers(place, at=now(), but=current_user),
        standard=texts_for(place, current_session),
        comments=comments_on(place),
    )


@dataclass(frozen=True)
class ShownPlace:
    """A place in the list of all: whether it is written, how many remarks are open, who is writing, and whether the reader has unsaved text."""

    place: Place
    url: str
    is_written: bool
    open_comments: int
    others: list[User]
    has_kept: bool


@dataclass(frozen=True)
class TextOverview:
    """All places of the text, and what is wrong with its references to the bundle."""

    places: list[ShownPlace]
    faults: list[Message]
    law: list[LawReference]


def text_overview(case: Case) -> TextOverview:
    """The text as the list of its places."""
    counts = open_comments(case)
    return TextOverview(
        [_shown(place, counts.get(place.name, 0)) for place in places_of(case)], citation_faults(case), law_cited(case)
    )


def _shown(place: Place, comments: int) -> ShownPlace:
    return ShownPlace(
        place=place,
        url=url_of(place),
        is_written=bool(place.text.strip()),
        open_comments=comments,
        others=writers(place, at=now(), but=current_user),
        has_kept=working_text(place, current_user) is not None,
    )


def url_of(place: Place) -> str:
    """Where the place is written."""
    if place.question is None:
        return url_for("decision.write_section", slug=place.case.slug, section=place.name)
    endpoint = "decision.dissent_on" if place.is_remark else "decision.write_reasons"
    return url_for(endpoint, slug=place.case.slug, public_id=place.question.public_id)
