"""What a public opinion tells when it is put together with all else that is public, as a stranger would: whom it singles out (rule 46).

Start at `singled_out`; `SOURCES` is the list of what is public. Today: the register of municipalities, what may be known of the body's cases, and
the publications before this one. No page of statistics is public today. Public journal and API come later: their place is in that list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.cases.models import Case
from tvist.decision.models import Decision
from tvist.procedure.settings import procedure_on
from tvist.publication.jigsaw_told import Told, figures_of, fitting, known_cases, told_by
from tvist.publication.models import BlurKind, Publication
from tvist.words import Message, Ore, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from tvist.publication.jigsaw_told import Figures, KnownCase
    from tvist.register.municipalities import Municipality

Record = dict[str, Any]
ROUND: Final = 10_000_00
"""Sums in øre that are no multiple of this are as good as a name: two opinions with the same one are of the same matter."""


@dataclass(frozen=True)
class Singled:
    """Whom or what the opinion singles out, in words, and what to tell more broadly against it; `what` is empty where no blur helps.

    What is blocking is blurred, or accepted by a person with reasons.
    """

    what: tuple[BlurKind, ...]
    words: Message
    is_blocking: bool


def singled_out(session: Session, public: Record, case: Case) -> list[Singled]:
    """All that singles somebody out in the public record (see `public_record.public`) of an opinion of the case, the gravest first."""
    told = told_by(public)
    found = [each for source in SOURCES for each in source(session, told, case)]
    return sorted(found, key=lambda each: not each.is_blocking)


def of_register(_session: Session, told: Told, case: Case) -> Iterator[Singled]:
    """Too few municipalities lay in that region, have that form of Norwegian and lie in the counties named."""
    fewest = procedure_on(case.registered_on).fewest_alike
    for form in told.forms:
        fit = fitting(told, form)
        if len(fit) < fewest:
            params = {"count": len(fit), "fewest": fewest, "told": _where(told, form)}
            what = (BlurKind.REGION,) if told.region else ()
            yield Singled(what, Message("jigsaw.register", **params), is_blocking=True)
        for county in told.counties:
            within = [place for place in fit if place.county_name == county]
            if 0 < len(within) < fewest <= len(fit):
                yield Singled((), Message("jigsaw.county", county=county, count=len(within), fewest=fewest), is_blocking=True)


def of_cases(session: Session, told: Told, case: Case) -> Iterator[Singled]:
    """Too few of the body's opinions, or of the municipalities they were about, fit what is told together."""
    yield from among(known_cases(session, case), told, procedure_on(case.registered_on).fewest_alike)


def among(cases: Sequence[KnownCase], told: Told, fewest: int) -> Iterator[Singled]:
    """The same among these cases (pure): the fewest blurs that make enough of them fit, those that cost the reader least first."""
    fit = _fit(cases, told, frozenset())
    if fit >= fewest:
        return
    parts = dict(told.parts())
    for blurs in (chosen for size in range(1, len(parts) + 1) for chosen in combinations(parts, size)):
        wider = _fit(cases, told, frozenset(blurs))
        if wider >= fewest:
            what = tuple(label(blur) for blur in blurs)
            words = Message("jigsaw.cases", told=_together(told), count=fit, fewest=fewest, what=what, wider=wider)
            yield Singled(blurs, words, is_blocking=True)
            return
    yield Singled((), Message("jigsaw.few_cases", count=_fit(cases, told, frozenset(parts)), fewest=fewest), is_blocking=False)


def of_earlier(session: Session, told: Told, case: Case) -> Iterator[Singled]:
    """An earlier publication is known again by sums, days or its number, and tells what this one does not, or leaves too few together with it.

    One that was withdrawn has been read all the same.
    """
    fewest = procedure_on(case.registered_on).fewest_alike
    query = sa.select(Publication).join(Decision).join(Case).where(Publication.released_at.is_not(None))
    for earlier in session.scalars(query.where(Case.is_invented == case.is_invented).order_by(Publication.id)):
        record = earlier.record
        by = _known_again(told, figures_of(record), earlier.number)
        if by is None:
            continue
        before = told_by(record)
        if undone := tuple(blur for blur in BlurKind if blur in told.blurred and blur not in before.blurred):
            what = tuple(label(blur) for blur in undone)
            yield Singled((), Message("jigsaw.earlier_tells", number=earlier.number, by=by, what=what), is_blocking=True)
        left = min(len(_both(told, before, form)) for form in told.forms)
        if left < fewest <= min(len(fitting(told, form)) for form in told.forms):
            blurs = tuple(blur for blur in (BlurKind.AMOUNTS, BlurKind.DAYS) if blur not in told.blurred)
            yield Singled(blurs, Message("jigsaw.earlier_narrows", number=earlier.number, by=by, count=left), is_blocking=True)


SOURCES: Final[tuple[Callable[[Session, Told, Case], Iterator[Singled]], ...]] = (of_register, of_cases, of_earlier)
"""All that is public, each with what it tells when it is joined with the opinion. What becomes public gets its place here."""


def _fit(cases: Sequence[KnownCase], told: Told, blurs: frozenset[BlurKind]) -> int:
    """How many known cases, or municipalities they are about if those are fewer, fit what is told when `blurs` are told more broadly."""
    fit = [each for each in cases if told.fits(each, blurs)]
    return min(len(fit), len({place for each in fit for place in each.municipalities}))


def _both(told: Told, before: Told, form: str) -> list[Municipality]:
    """The municipalities that both may be about: the same one, if it is the same matter."""
    numbers = {place.number for other in before.forms for place in fitting(before, other)}
    return [place for place in fitting(told, form) if place.number in numbers]


def _known_again(told: Told, before: Figures, number: str) -> Message | None:
    """By what a reader sees that both are of the same matter; None where by nothing."""
    if number and number in told.cites:
        return Message("jigsaw.by_number", number=number)
    if same := sorted(ore for ore in told.sums & before.sums if ore % ROUND):
        return Message("jigsaw.by_sum", ore=Ore(same[0]))
    if days := sorted(told.periods & before.periods):
        first, last = (date.fromisoformat(day) for day in days[0])
        return Message("jigsaw.by_days", first=first, last=last)
    return None


def _together(told: Told) -> tuple[Message, ...]:
    """What is told together, in words."""
    found = [Message("jigsaw.told.year", year=str(told.year))] if told.year else []
    return (*found, *(words for _, words in told.parts()))


def _where(told: Told, form: str) -> tuple[Message, ...]:
    found = [Message("jigsaw.told.region", region=told.region_name)] if told.region else []
    return (*found, Message(f"jigsaw.told.form.{form}"))
