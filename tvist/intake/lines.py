"""Claim lines from raw input: each by itself, then against each other (rule 11)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from tvist.cases.money import Amount, AmountUnit, Bearer, Period, line_amount
from tvist.procedure.codes import CodeKind, code_named
from tvist.register.collation import folded
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tvist.cases.claims import ClaimLine
    from tvist.intake.reading import Reader

FIELDS: Final = (
    "municipality", "measure", "measure_words", "caregivers", "children", "from", "to", "runs", "known_until", "unit", "rate", "count",
    "should_bear", "paid_by", "paid", "state_basis", "municipal_basis", "basis_words",
)  # fmt: skip
# Before this day there was no state side of the kind (Bufetat took over from the counties on it), so an older one is a slip of the keyboard.
EARLIEST_YEAR: Final = 2004
MOST_PEOPLE: Final = 99
"""More people in one family at a centre are a slip of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedLine:
    """One claim line of a request. Without `to_on` the measure still runs, and the amount is known up to `known_until`.

    `rate_ore` is the sum itself where the unit is `sum`; None where only the principle is claimed. `municipality` is its number.
    """

    municipality: str
    measure: str
    measure_words: str
    from_on: date
    to_on: date | None
    known_until: date | None
    unit: AmountUnit
    rate_ore: int | None
    count: int | None
    should_bear: Bearer
    paid_by: Bearer
    paid_ore: int
    state_basis: str
    municipal_basis: str
    basis_words: str
    caregivers: int | None = None
    children: int | None = None
    """Who stays at a parent-child centre: the municipal share follows the size of the family (rule 12)."""

    @property
    def counted_until(self) -> date | None:
        """The last day that the amount covers."""
        return self.to_on or self.known_until

    @property
    def amount(self) -> Amount | None:
        """What the line comes to, with its explanation; None for a line of principle."""
        if self.rate_ore is None:
            return None
        return line_amount(self.unit, self.rate_ore, Period(self.from_on, self.counted_until or self.from_on), self.count)

    def overlaps(self, other: ClaimedLine | ClaimLine) -> bool:
        """Whether both claim the same measure for the same day."""
        is_same = self.measure == other.measure and folded(self.measure_words) == folded(other.measure_words)
        return is_same and self.from_on <= (other.to_on or self.from_on) and other.from_on <= (self.to_on or other.from_on)


def read_line(reader: Reader, *, municipalities: Sequence[str], on: date, born: int | None) -> ClaimedLine | None:
    """One line, or None with its faults noted. `municipalities` are those that are parties; `born` is the child's year of birth."""
    before = len(reader.faults)
    reader.only(*FIELDS)
    period = _period(reader, on, born)
    unit = reader.choice("unit", AmountUnit)
    rate, count = _rate(reader, unit)
    bears, paid_by = reader.choice("should_bear", Bearer), reader.choice("paid_by", Bearer)
    measure = _code(reader, "measure", CodeKind.MEASURE, words="measure_words", period=(on, on))
    bases = _bases(reader, (period[0], period[1] or on) if period else None)
    words = {name: reader.line(name, needed=False) for name in ("measure_words", "basis_words")}
    family = {name: _people(reader, name) for name in ("caregivers", "children")}
    municipality, paid = _municipality(reader, municipalities), reader.kroner("paid", needed=False) or 0
    if period and unit and unit is not AmountUnit.PRINCIPLE and period[1] is None and period[2] is None:
        reader.missing("known_until")
    if len(reader.faults) > before or period is None or unit is None or bears is None or paid_by is None:
        return None
    line = ClaimedLine(
        municipality=municipality,
        measure=measure,
        measure_words=words["measure_words"],
        from_on=period[0],
        to_on=period[1],
        known_until=period[2],
        unit=unit,
        rate_ore=rate,
        count=count,
        should_bear=bears,
        paid_by=paid_by,
        paid_ore=paid,
        state_basis=bases[0],
        municipal_basis=bases[1],
        basis_words=words["basis_words"],
        **family,
    )
    return line if _sane(reader, line) else None


def blame_overlaps(reader: Reader, lines: Sequence[tuple[int, ClaimedLine]]) -> None:
    """Refuse two lines that claim the same measure for the same day; `lines` come with their place in the list."""
    for (first, one), (second, other) in combinations(lines, 2):
        if one.overlaps(other):
            reader.blame(f"lines[{second}].from", Message("intake.lines_overlap", first=first + 1, second=second + 1))


def _period(reader: Reader, on: date, born: int | None) -> tuple[date, date | None, date | None] | None:
    """First day, last day, and up to when the amount is known; None where a fault stands in the way."""
    before = len(reader.faults)
    runs = reader.tick("runs")
    from_on, to_on = reader.day("from"), reader.day("to", needed=not runs)
    known_until = reader.day("known_until", needed=False)
    if runs and to_on:
        reader.blame("to", Message("intake.runs_and_ends"))
    if known_until and not runs:
        reader.blame("known_until", Message("intake.known_until_for_running"))
    if known_until and known_until > on:
        reader.blame("known_until", Message("intake.known_until_in_future", today=on))
    if to_on and to_on.year > on.year + 1:
        reader.blame("to", Message("intake.to_far_off", year=on.year + 1))
    if from_on is None:
        return None
    _check_beginning(reader, from_on, born, latest=on if runs else None)
    for name, end in (("to", to_on), ("known_until", known_until)):
        if end and end < from_on:
            reader.blame(name, Message("money.to_before_from", from_on=from_on, to_on=end))
    return None if len(reader.faults) > before else (from_on, to_on, known_until)


def _check_beginning(reader: Reader, from_on: date, born: int | None, *, latest: date | None) -> None:
    """The first day lies after the child's birth, in the body's time, and before today where the measure runs."""
    if from_on.year < EARLIEST_YEAR:
        reader.blame("from", Message("intake.too_long_ago", year=EARLIEST_YEAR))
    elif born and from_on.year < born:
        reader.blame("from", Message("intake.before_birth", year=born))
    if latest and from_on > latest:
        reader.blame("from", Message("intake.from_in_future"))


def _rate(reader: Reader, unit: AmountUnit | None) -> tuple[int | None, int | None]:
    """The rate or sum in øre, and the count of stays."""
    if unit is None:
        return None, None
    rate = reader.kroner("rate", needed=unit is not AmountUnit.PRINCIPLE)
    count = reader.number("count", needed=unit is AmountUnit.STAY)
    if unit is AmountUnit.PRINCIPLE and rate is not None:
        reader.blame("rate", Message("intake.principle_has_no_rate"))
    if unit is not AmountUnit.STAY and count is not None:
        reader.blame("count", Message("intake.count_is_for_stays"))
    if count is not None and count < 1:
        reader.blame("count", Message("money.count_missing"))
    if rate == 0:
        reader.blame("rate", Message("intake.rate_is_nothing"))
    return rate, count


def _people(reader: Reader, name: str) -> int | None:
    """How many caregivers or children; it need not be told."""
    count = reader.number(name, needed=False)
    if count is not None and not 1 <= count <= MOST_PEOPLE:
        reader.blame(name, Message("intake.people_unlikely"))
    return count


def _bases(reader: Reader, dispute: tuple[date, date] | None) -> tuple[str, str]:
    """The bases under the Child Welfare Act and under the other act, in force at some time of the dispute."""
    return (
        _code(reader, "state_basis", CodeKind.STATE_BASIS, words="basis_words", period=dispute),
        _code(reader, "municipal_basis", CodeKind.MUNICIPAL_BASIS, words="basis_words", period=dispute),
    )


def _code(reader: Reader, name: str, kind: CodeKind, *, words: str, period: tuple[date, date] | None) -> str:
    """A code of the dated list; where it needs words beside it, they must be there."""
    code = reader.line(name)
    found = code_named(kind, code) if code else None
    if code and found is None:
        reader.blame(name, Message("intake.not_a_choice"))
    if found is None:
        return code
    if period and ((found.valid_from and found.valid_from > period[1]) or (found.valid_to and found.valid_to < period[0])):
        reader.blame(name, Message("intake.code_not_in_force", code=found.label, from_on=period[0], to_on=period[1]))
    if (
        found.words_required
        and not str(reader.raw.get(words) or "").strip()
        and not any(fault.path == reader.at(words) for fault in reader.faults)
    ):
        reader.missing(words)
    return code


def _municipality(reader: Reader, municipalities: Sequence[str]) -> str:
    """The municipality of the line; where only one is a party, it need not be said."""
    number = reader.line("municipality", needed=len(municipalities) > 1)
    if number and municipalities and number not in municipalities:
        reader.blame("municipality", Message("intake.municipality_not_a_party"))
    return number or (municipalities[0] if len(municipalities) == 1 else "")


def _sane(reader: Reader, line: ClaimedLine) -> bool:
    """Whether the whole line stays below what is taken for a slip of the keyboard."""
    found = line.amount
    if found is None or found.ore <= reader.rules.largest_sum_ore:
        return True
    reader.blame("rate", Message("intake.line_too_large", ore=Ore(found.ore), largest=Ore(reader.rules.largest_sum_ore)))
    return False
