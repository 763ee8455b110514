"""The bundle as one reader meets it: which page lies in which part, and what is closed to the reader (rules 20, 21, 33)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.queries import case_at
from tvist.cases.submissions import Submission
from tvist.db import session_of
from tvist.documents.models import Paper
from tvist.errors import NotFound
from tvist.panel.bundles import BundlePart, MadeAs, PartKind
from tvist.panel.models import Bundle, BundleEntry
from tvist.panel.searching import in_one_line

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.access.policy import Role
    from tvist.accounts.models import User
    from tvist.cases.chronology import StatedFact
    from tvist.cases.models import Case

_PAGE_FOR_PAGE: Final = frozenset({MadeAs.PAGES, MadeAs.IMAGE, MadeAs.OFFICE})
"""The ways of making pages in which page 3 of the paper is page 3 of the part."""


@dataclass(frozen=True)
class BundlePage:
    """A page of a bundle, counted from 1 through the whole. It is guarded as the bundle is; its part is asked for beside."""

    bundle: Bundle
    number: int
    __tablename__ = "bundle"

    @property
    def id(self) -> int:
        """The bundle's: the access log tells that the bundle was opened."""
        return self.bundle.id

    @property
    def case_id(self) -> int:
        """The case's, for the access log."""
        return self.bundle.case_id

    @property
    def case(self) -> Case:
        """The case."""
        return self.bundle.case

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.bundle.roles_for(user, on)


class BundleFor:
    """A bundle with its pages, for one reader on one day."""

    def __init__(self, bundle: Bundle, reader: User, on: date) -> None:
        """Its parts are read; what is closed is asked for later."""
        self.bundle, self._reader, self._on = bundle, reader, on
        # Each part is asked whether it may be read: what it is asked by is read for all of them at once.
        query = sa.select(BundlePart).where(BundlePart.bundle_id == bundle.id).order_by(BundlePart.position)
        of_sending = joinedload(BundlePart.submission).selectinload(Submission.servings)
        self.parts = list(session_of(bundle).scalars(query.options(joinedload(BundlePart.paper), of_sending)))

    @property
    def pages(self) -> int:
        """How many pages the whole has; 0 while they are not made."""
        return self.parts[-1].first_page + self.parts[-1].pages - 1 if self.parts and self.bundle.file else 0

    @cached_property
    def readable(self) -> frozenset[int]:
        """The ids of the parts that the reader may read: a paper under quarantine is closed for all, one not served for the party (rules 20, 21).

        The index names them all, so it is closed with any of them. So is what was written in a sending whose pages name a paper that was
        withdrawn later: the sending itself is read on its own page, where the name is left out.
        """
        inner = [part for part in self.parts if part.kind is not PartKind.INDEX]
        withheld = self._withheld_since()
        open_ = {part.id for part in inner if may(self._reader, Act.READ_BUNDLE, part, self._on) and not _names(part, withheld)}
        if len(open_) == len(inner) and may(self._reader, Act.READ_BUNDLE, self.bundle, self._on):
            open_ |= {part.id for part in self.parts}
        return frozenset(open_)

    def _withheld_since(self) -> frozenset[int]:
        """The ids of the papers that came under quarantine when the pages had been made, with their names on them."""
        file = self.bundle.file
        if file is None:
            return frozenset()
        sendings = sa.select(BundleEntry.submission_id).where(BundleEntry.bundle_id == self.bundle.id)
        query = sa.select(Paper.id).where(Paper.submission_id.in_(sendings), Paper.quarantined_at >= file.made_at)
        return frozenset(session_of(self.bundle).scalars(query))

    @property
    def is_whole(self) -> bool:
        """Whether the reader may read every page."""
        return len(self.readable) == len(self.parts)

    def may_read(self, part: BundlePart) -> bool:
        """Whether the reader may read this part."""
        return part.id in self.readable

    def part_of(self, page: int) -> BundlePart:
        """The part that the page lies in. Raises `NotFound` for a page that there is not."""
        if not 1 <= page <= self.pages:
            raise NotFound
        return self.parts[bisect_right([part.first_page for part in self.parts], page) - 1]

    def before(self, part: BundlePart) -> BundlePart | None:
        """The part before it that the reader may read."""
        return next((each for each in reversed(self.parts) if each.position < part.position and self.may_read(each)), None)

    def after(self, part: BundlePart) -> BundlePart | None:
        """The part after it that the reader may read."""
        return next((each for each in self.parts if each.position > part.position and self.may_read(each)), None)

    def page_of(self, submission_id: int | None, paper_id: int | None, page: int) -> int | None:
        """Where page `page` of a paper, or of what was written in a sending, is in the whole; None where it is not in this bundle."""
        part = next((each for each in self.parts if (each.submission_id, each.paper_id) == (submission_id, paper_id)), None)
        if part is None or not self.may_read(part) or not self.pages:
            return None
        is_so = part.made_as in _PAGE_FOR_PAGE or part.kind is not PartKind.PAPER
        return part.first_page + (min(page, part.pages) - 1 if is_so else 0)

    def leaf(self, page: int, texts: list[str]) -> Leaf:
        """One page, with the papers before and after its own that can be read. Raises `NotFound` for a page that there is not."""
        part = self.part_of(page)
        around = self.before(part), self.after(part)
        if not self.may_read(part):
            return Leaf(page, None, 0, "", *around)
        text = in_one_line(texts[page - 1]) if page <= len(texts) else ""
        return Leaf(page, part, page - part.first_page + 1, text, *around)

    @cached_property
    def chronology(self) -> list[tuple[StatedFact, int | None]]:
        """The facts that came with the sendings of the bundle, in time order, each with the page it refers to, where it does."""
        sendings = [entry.submission for entry in self.bundle.entries]
        seen = (sending for sending in sendings if may(self._reader, Act.READ_SUBMISSION, sending, self._on))
        facts = sorted((fact for sending in seen for fact in sending.facts), key=lambda fact: (fact.happened_on, fact.id))
        return [(fact, self._page_of_fact(fact)) for fact in facts]

    def _page_of_fact(self, fact: StatedFact) -> int | None:
        if fact.paper is None:
            return None
        return self.page_of(fact.paper.submission_id, fact.paper.id, fact.page or 1)


def _names(part: BundlePart, papers: frozenset[int]) -> bool:
    """Whether the pages of what was written in a sending name one of these papers: as sent with it, or where a fact or a comment points to it."""
    sending = part.submission
    if not papers or part.kind is not PartKind.SENDING or sending is None:
        return False
    named = {paper.id for paper in sending.papers} | {comment.paper_id for comment in sending.page_comments}
    return bool(papers & (named | {fact.paper.id for fact in sending.facts if fact.paper is not None}))


@dataclass(frozen=True)
class Leaf:
    """A page as one reader sees it: `part` and `place`, the page within it, are None and 0 where it is closed to the reader; `text` is empty for a picture."""

    number: int
    part: BundlePart | None
    place: int
    text: str
    earlier: BundlePart | None
    later: BundlePart | None


def bundle_at(session: Session, slug: str, version: int = 0) -> Bundle:
    """That version of the bundle, or with 0 the newest one, made or not. Raises `NotFound`."""
    return _newest(session, sa.select(Bundle), slug, version)


def made_bundle_at(session: Session, slug: str, version: int = 0) -> Bundle:
    """The same among those whose pages are made: while a new version is made, the one before is read. Raises `NotFound`."""
    return _newest(session, sa.select(Bundle).join(Bundle.file), slug, version)


def _newest(session: Session, query: sa.Select[Bundle], slug: str, version: int) -> Bundle:
    query = query.where(Bundle.case_id == case_at(session, slug).id).order_by(Bundle.version.desc())
    if version:
        query = query.where(Bundle.version == version)
    found = session.scalars(query.limit(1)).first()
    if found is None:
        raise NotFound
    return found


def page_at(session: Session, slug: str, page: int, version: int = 0) -> BundlePage:
    """A page of the newest bundle that is made, or of that version. Raises `NotFound`."""
    bundle = made_bundle_at(session, slug, version)
    if bundle.file is None or not 1 <= page <= bundle.file.pages:
        raise NotFound
    return BundlePage(bundle, page)


def new_since(bundle: Bundle, reader: User) -> tuple[Bundle, list[BundlePart]] | None:
    """The version that the reader last confirmed to have read, and what has come since; None where there is no earlier one, or it is this one."""
    confirmed = [each for each in bundle.case.bundles if any(found.user_id == reader.id for found in each.readings)]
    if not confirmed or confirmed[-1].version >= bundle.version:
        return None
    known = {(part.submission_id, part.paper_id) for part in confirmed[-1].parts}
    return confirmed[-1], [part for part in bundle.parts if (part.submission_id, part.paper_id) not in known]


def part_at(session: Session, slug: str, public_id: str) -> BundlePart:
    """The part with that identifier in a bundle of that case. Raises `NotFound`."""
    part = session.scalar(sa.select(BundlePart).where(BundlePart.public_id == public_id))
    if part is None or part.bundle.case.slug != slug:
        raise NotFound
    return part


def part_of_page_at(session: Session, slug: str, page: int, version: int = 0) -> BundlePart:
    """The part that a page of the bundle lies in. Raises `NotFound`."""
    bundle = page_at(session, slug, page, version).bundle
    query = sa.select(BundlePart).where(BundlePart.bundle_id == bundle.id, BundlePart.first_page <= page)
    return session.scalars(query.order_by(BundlePart.first_page.desc()).limit(1)).one()
