"""What a public record tells, as a stranger takes it apart, and what is known of the cases and municipalities it may be about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.accounts.models import OrganisationKind
from tvist.anonymity.register_names import county_names
from tvist.anonymity.shapes import shapes_in
from tvist.cases.claims import ClaimLine
from tvist.cases.models import Case, Party
from tvist.clock import oslo_date
from tvist.decision.models import Decision
from tvist.decision.tables import is_year
from tvist.procedure.codes import CodeKind, code_label
from tvist.publication.blurring import GROUP, blurred_record
from tvist.publication.facts import NUMBER, STATE, region_of
from tvist.publication.matching import Searcher, Text, needle_of
from tvist.publication.models import BlurKind
from tvist.publication.places import texts
from tvist.register.language import LanguageForm, language_form
from tvist.register.municipalities import municipalities_on
from tvist.register.regions import possible_regions, state_region
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tvist.register.municipalities import Municipality

Record = dict[str, Any]
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_STEPS: Final = (1, 2, 5, 10)
_KRONE: Final = 100


@dataclass(frozen=True)
class KnownCase:
    """What may be known of a case of the body from elsewhere. Sums in øre."""

    region: str
    year: int
    birth_year: int
    claimed_ore: int
    measures: frozenset[str]
    municipalities: frozenset[int]


@dataclass(frozen=True)
class Told:
    """What a public record tells. `region` is empty where it says no more than the state; `forms` are the forms of Norwegian that show.

    `amount` is from-to in øre: how large the matter is, as somebody remembers it; None where no sum is told exactly.
    """

    on: date
    year: int
    region: str
    forms: tuple[str, ...]
    birth_years: frozenset[int]
    measures: frozenset[str]
    amount: tuple[int, int] | None
    sums: frozenset[int]
    periods: frozenset[tuple[str, str]]
    counties: tuple[str, ...]
    cites: frozenset[str]
    blurred: frozenset[BlurKind] = field(default=frozenset())

    @property
    def region_name(self) -> str:
        """The region as it is called."""
        return state_region(self.region).name

    def parts(self) -> Iterator[tuple[BlurKind, Message]]:
        """What is told that could be told more broadly, the first of it the one that costs the reader least."""
        if self.birth_years:
            yield (
                BlurKind.BIRTH_YEAR,
                Message("jigsaw.told.birth_year", years=tuple(str(year) for year in sorted(self.birth_years))),
            )
        if self.amount is not None:
            yield BlurKind.AMOUNTS, Message("jigsaw.told.amount", least=Ore(self.amount[0]), most=Ore(self.amount[1]))
        if BlurKind.MEASURE not in self.blurred:
            yield (
                BlurKind.MEASURE,
                Message("jigsaw.told.measures", measures=tuple(_called(each) for each in sorted(self.measures))),
            )
        if self.region:
            yield BlurKind.REGION, Message("jigsaw.told.region", region=self.region_name)

    def fits(self, case: KnownCase, blurs: frozenset[BlurKind]) -> bool:
        """Whether the case may be the one told of, when `blurs` too are told more broadly. The year of issue is always told."""
        wide = BlurKind.MEASURE in self.blurred | blurs
        measures = {_group_of(each) for each in self.measures} if wide else self.measures
        return (
            case.year == self.year
            and (not self.region or BlurKind.REGION in blurs or case.region == self.region)
            and (not self.birth_years or BlurKind.BIRTH_YEAR in blurs or case.birth_year in self.birth_years)
            and (self.amount is None or BlurKind.AMOUNTS in blurs or self.amount[0] <= case.claimed_ore < self.amount[1])
            and measures <= ({_group_of(each) for each in case.measures} if wide else case.measures)
        )


@dataclass(frozen=True)
class Figures:
    """The sums (in øre) and the days of the lines, as far as they are told exactly."""

    sums: frozenset[int]
    periods: frozenset[tuple[str, str]]


def figures_of(public: Record) -> Figures:
    """What a record is known again by; asked of every earlier publication, and therefore cheap."""
    blurred = public["publication"].get("blurred", ())
    lines = public["lines"]
    sums = {line["claimed_ore"] for line in lines} | {(line["finding"] or {}).get("found_ore") for line in lines}
    days = frozenset((line["from_on"], line["to_on"]) for line in lines if line["to_on"])
    return Figures(
        frozenset() if BlurKind.AMOUNTS in blurred else frozenset(ore for ore in sums if ore),
        frozenset() if BlurKind.DAYS in blurred else days,
    )


def told_by(public: Record) -> Told:
    """What the public record tells."""
    blurred = frozenset(BlurKind(kind) for kind in public["publication"].get("blurred", ()))
    written = "\n".join(text for _, text in texts(public))
    issued = public["issued_on"] or public["publication"]["released_on"]
    region = region_of(public)
    claimed = sum(line["claimed_ore"] or 0 for line in public["lines"])
    figures = figures_of(public)
    return Told(
        # A day that is told as a year: the middle of it stands for it.
        on=date(int(issued), 7, 1) if is_year(issued) else date.fromisoformat(issued),
        year=int(issued[:4]),
        region="" if region == STATE else region,
        forms=("nb", "nn") if public.get("parallel") else (public["language"],),
        birth_years=frozenset(_birth_years(written)),
        measures=frozenset(line["measure"] for line in public["lines"]),
        amount=None if BlurKind.AMOUNTS in blurred or not claimed else step_of(claimed),
        sums=figures.sums,
        periods=figures.periods,
        counties=tuple(sorted({match.thing for match in _counties().matches(Text(written))})),
        cites=frozenset(found[0] for found in NUMBER.finditer(written)),
        blurred=blurred,
    )


def step_of(ore: int) -> tuple[int, int]:
    """Between which of 1, 2, 5, 10, 20, 50 … kroner a sum lies, in øre: `(50_000_00, 100_000_00)` for 73 000 kroner."""
    size = _KRONE
    while ore >= size * 10:
        size *= 10
    return next((low * size, high * size) for low, high in pairwise(_STEPS) if ore < high * size)


def fitting(told: Told, form: str) -> list[Municipality]:
    """The municipalities that a record may be about, as the register tells: the region they lay in, the form of Norwegian they decided on.

    Where there are two texts, each municipality has decided on a form; where there is one, it may be neutral, and the choice the filer's.
    """
    return [place for place in municipalities_on(told.on) if _lies_in(place, told) and _has_form(place, told, form)]


def _lies_in(place: Municipality, told: Told) -> bool:
    if not told.region:
        return True
    return told.region in _regions_of(place.number, told.on)


@lru_cache(maxsize=20_000)
def _regions_of(number: str, on: date) -> frozenset[str]:
    return frozenset(region.code for region in possible_regions(number, on))


@lru_cache(maxsize=20_000)
def _form_of(number: str, on: date) -> LanguageForm | None:
    return language_form(number, on)


def _has_form(place: Municipality, told: Told, form: str) -> bool:
    decided = _form_of(place.number, told.on)
    is_open = decided is None or decided is LanguageForm.NEUTRAL
    return decided == form or (is_open and len(told.forms) == 1)


def known_cases(session: Session, case: Case) -> list[KnownCase]:
    """The body's issued opinions, invented ones beside invented ones; three questions, however many there are."""
    issued = sa.select(Case.id).join(Decision).where(Decision.issued_at.is_not(None), Case.is_invented == case.is_invented)
    measures: dict[int, set[str]] = {}
    for case_id, measure in session.execute(sa.select(ClaimLine.case_id, ClaimLine.measure).where(ClaimLine.case_id.in_(issued))):
        measures.setdefault(case_id, set()).add(measure)
    places: dict[int, set[int]] = {}
    parties = sa.select(Party.case_id, Party.organisation_id).where(
        Party.case_id.in_(issued), Party.kind == OrganisationKind.MUNICIPALITY
    )
    for case_id, organisation_id in session.execute(parties):
        places.setdefault(case_id, set()).add(organisation_id)
    rows = sa.select(Case.id, Case.region_code, Decision.issued_at, Case.child_birth_year, Case.claimed_ore)
    return [
        KnownCase(region, oslo_date(at).year, born, claimed, frozenset(measures.get(found, ())), frozenset(places.get(found, ())))
        for found, region, at, born, claimed in session.execute(rows.join(Decision).where(Case.id.in_(issued)))
        if at is not None
    ]


def _birth_years(written: str) -> Iterator[int]:
    for shape in shapes_in(written):
        if shape.why == "birth_year":
            yield from (int(year) for year in _YEAR.findall(written[shape.start : shape.end]))


@lru_cache(maxsize=64)
def _group_of(measure: str) -> str:
    """The group that a measure is told as when it is told more broadly; a group is its own."""
    if measure.startswith(GROUP):
        return measure
    found: str = blurred_record({"lines": [{"measure": measure}]}, {BlurKind.MEASURE})["lines"][0]["measure"]
    return found


def _called(measure: str) -> Message:
    return code_label(CodeKind.MEASURE, measure)


@lru_cache(maxsize=1)
def _counties() -> Searcher[str]:
    return Searcher(needle_of(name, name) for name in county_names())
