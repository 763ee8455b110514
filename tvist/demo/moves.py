"""What a copy changes of its original: when it happened, whose case it is, and how much is at stake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from tvist.demo.originals import Original, Side, municipal
from tvist.demo.people import AT_MUNICIPALITIES, AT_REGIONS, numbers_of
from tvist.register.language import language_form
from tvist.register.regions import region_of
from tvist.words import format_day

if TYPE_CHECKING:
    from random import Random

    from tvist.demo.people import People

LEAST_RATE, MOST_RATE = 55, 165
"""How many per cent of the original's rate a copy's rate is, from and to."""
FIRST_YEAR: Final = 1990
DIRECTORATE: Final = "bufdir"


@dataclass(frozen=True)
class Move:
    """One copy to be made. `sides` stand in the order of the original's parties; `rate` is in per cent; `year` and `serial` its number."""

    original: Original
    shift: timedelta
    sides: tuple[Side, ...]
    rate: int
    references: tuple[str, ...]
    year: int = 0
    serial: int = 0

    @property
    def filed_on(self) -> date:
        """The day of filing."""
        found: date = self.original.case["registered_on"] + self.shift
        return found

    @property
    def number(self) -> str:
        """The case number (rule 15)."""
        return f"{self.year}/{self.serial:04d}"

    @property
    def born(self) -> int:
        """The child is as old as in the original."""
        return max(
            FIRST_YEAR,
            int(self.original.case["child_birth_year"]) + self.filed_on.year - int(self.original.case["registered_on"].year),
        )

    @cached_property
    def users(self) -> dict[int, int]:
        """The original's people of the parties, and who stands in their places."""
        pairs = zip(self.original.sides, self.sides, strict=True)
        return {old.id: new.id for before, after in pairs for old, new in zip(before.people, after.people, strict=False)}

    @cached_property
    def organisations(self) -> dict[int, int]:
        """The same for the organisations."""
        return {old.organisation.id: new.organisation.id for old, new in zip(self.original.sides, self.sides, strict=True)}

    @cached_property
    def phrases(self) -> list[tuple[str, str]]:
        """What is written otherwise in the texts, the longest first, so that no phrase is torn by a shorter one."""
        case, language = self.original.case, self.original.case["language"]
        pairs = [(case["number"], self.number), (case["number"].replace("/", "-"), self.number.replace("/", "-"))]
        for before, after in zip(self.original.sides, self.sides, strict=True):
            pairs.append((before.organisation.name, after.organisation.name))
            pairs.append((before.organisation.mailbox, after.organisation.mailbox))
            for old, new in zip(before.people, after.people, strict=False):
                pairs += [(old.name, new.name), (old.email, new.email)]
        days = {
            row[name] for row in self.original.rows["claim_line"] for name in ("from_on", "to_on", "known_until") if row[name]
        }
        days |= {day for row in self.original.rows["stated_fact"] for day in (row["happened_on"], row["until_on"]) if day}
        pairs += [(format_day(day, language), format_day(day + self.shift, language)) for day in days]
        old_year = case["child_birth_year"]
        pairs += [(f"{word} i {old_year}", f"{word} i {self.born}") for word in ("født", "fødd")]
        pairs += [
            (row["own_reference"], new)
            for row, new in zip(self.original.rows["party"], self.references, strict=True)
            if row["own_reference"]
        ]
        return sorted({pair for pair in pairs if pair[0] != pair[1]}, key=lambda pair: (-len(pair[0]), pair))

    def reworded(self, text: str) -> str:
        """The text with the copy's names, days and number; each place is changed once."""
        return _reworded(text, self.phrases)


def _reworded(text: str, phrases: list[tuple[str, str]]) -> str:
    """Cut at each old phrase, so that what was put in is not changed again by the next."""
    for place, (old, new) in enumerate(phrases):
        if old in text:
            return new.join(_reworded(part, phrases[place + 1 :]) for part in text.split(old))
    return text


def draw(original: Original, people: People, dice: Random, *, today: date) -> Move:
    """Draw how one copy differs; its number comes when all are drawn."""
    shift = timedelta(weeks=dice.choice(original.weeks))
    filed_on = original.case["registered_on"] + shift
    sides = _other_sides(original, people, dice, filed_on=filed_on, today=today)
    references = tuple(f"{filed_on.year}/{dice.randrange(100, 99999)}" for _ in sides)
    return Move(original, shift, sides, dice.randrange(LEAST_RATE, MOST_RATE), references, year=filed_on.year)


def _other_sides(original: Original, people: People, dice: Random, *, filed_on: date, today: date) -> tuple[Side, ...]:
    """Other municipalities with the same decided form of Norwegian, so that the law asks for the same language; the region follows."""
    numbers: list[str] = []
    for side in original.sides:
        if municipal(side):
            form = language_form(side.organisation.code, original.case["registered_on"])
            numbers.append(dice.choice([found for found in _with_form(form, filed_on, today) if found not in numbers]))
    region = region_of(numbers[0], filed_on)
    left = iter(numbers)
    sides = []
    for side in original.sides:
        if municipal(side):
            number = next(left)
            filer, officer = _names_at(number, filed_on, today)
            sides.append(Side(people.municipality(number), (people.users[filer], people.users[officer])))
        elif side.organisation.code == DIRECTORATE or region is None:
            sides.append(side)
        else:
            filer, officer = next(row[2:] for row in AT_REGIONS if row[0] == region.code)
            sides.append(Side(people.region(region.code), (people.users[filer], people.users[officer])))
    return tuple(sides)


@cache
def _with_form(form: object, on: date, today: date) -> tuple[str, ...]:
    return tuple(number for number, *_ in _numbers_on(on, today) if language_form(number, on) == form)


@cache
def _numbers_on(on: date, today: date) -> tuple[tuple[str, str, str], ...]:
    """The municipalities of the demo by their numbers of that day: (number, filer, officer)."""
    return tuple(
        (found.number, filer, officer)
        for number, _, filer, officer in AT_MUNICIPALITIES
        for found, first, last in numbers_of(number, today)
        if first <= on and (last is None or on <= last)
    )


def _names_at(number: str, on: date, today: date) -> tuple[str, str]:
    return next((filer, officer) for found, filer, officer in _numbers_on(on, today) if found == number)
