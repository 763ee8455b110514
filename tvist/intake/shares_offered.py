"""Municipal shares (egenandel) offered for a claim line as it is typed, and filled in on request (rule 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tvist.cases.money import AmountUnit, rounded
from tvist.cases.reading import parse_date
from tvist.errors import CannotProceed
from tvist.intake.lines import MOST_PEOPLE
from tvist.procedure.codes import CodeKind, is_code
from tvist.procedure.shares import Family, Stretch, depends_on_family, stretches
from tvist.words import DEFAULT_LANGUAGE, Message, Ore, format_kroner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class Offered:
    """What is known of the municipal share in the time of a line: one stretch of days, or several where the rate changes."""

    stretches: tuple[Stretch, ...]
    depends_on_family: bool

    @property
    def ore(self) -> int | None:
        """The share a month in øre, where one known share that is not nothing holds for the whole time."""
        share = self.stretches[0].share if len(self.stretches) == 1 else None
        return rounded(share.month_ore) or None if share else None

    @property
    def changes_on(self) -> date | None:
        """The first day of another rate; None where the rate is the same all the time, or none is known."""
        is_known = any(stretch.share for stretch in self.stretches)
        return self.stretches[1].first if is_known and len(self.stretches) > 1 else None


def offered(raw: Mapping[str, Any], *, placed_on: Any, on: date) -> Offered | None:
    """What is known for a raw line; None while measure or dates cannot be read. `placed_on` as typed; a running line counts to `on`."""
    measure, first = str(raw.get("measure") or ""), _day(raw.get("from"))
    last = _day(raw.get("to")) or _day(raw.get("known_until")) or (on if raw.get("runs") is True else None)
    if first is None or last is None or last < first or not is_code(CodeKind.MEASURE, measure):
        return None
    found = stretches(measure, first, last, placed_on=_day(placed_on), family=family_of(raw))
    return Offered(found, depends_on_family(measure))


def family_of(raw: Mapping[str, Any]) -> Family | None:
    """Who stays at the centre, as typed; None where that is not told or cannot be read."""
    caregivers, children = (_number(raw.get(name)) for name in ("caregivers", "children"))
    return None if caregivers is None or children is None else Family(caregivers=caregivers, children=children)


def filled(raw: Mapping[str, Any], found: Offered | None) -> dict[str, Any] | None:
    """The line with the known share as its rate a month; None where there is no one share to fill in."""
    if found is None or found.ore is None:
        return None
    return {**raw, "unit": AmountUnit.MONTH.value, "rate": as_typed(found.ore), "count": ""}


def parted(raw: Mapping[str, Any], found: Offered | None) -> list[dict[str, Any]]:
    """The line as two, parted on the day the rate changes, with the known share in each; empty where there is nothing to part.

    What has been paid cannot be divided by us: it stays on the first line.
    """
    if found is None or found.changes_on is None:
        return []
    before, after = found.stretches[0], found.stretches[1]
    first = {**raw, "to": day_as_typed(before.last), "runs": False, "known_until": ""}
    second = {**raw, "from": day_as_typed(after.first), "paid": ""}
    return [_with_share(first, before), _with_share(second, after if len(found.stretches) == 2 else None)]  # noqa: PLR2004 - a third is parted next.


def told_of(stretch: Stretch) -> Message:
    """What is known of one stretch of days, in words."""
    if stretch.share is None:
        return Message("intake.share.unknown", first=stretch.first, last=stretch.last, why=stretch.gap)
    ore, source = rounded(stretch.share.month_ore), Message(f"share_source.{stretch.share.source}")
    code = "intake.share.known" if ore else "intake.share.nothing"
    return Message(code, first=stretch.first, last=stretch.last, ore=Ore(ore), source=source)


def as_typed(ore: int) -> str:
    """A sum as people type it: `31 500,00`."""
    return format_kroner(ore, DEFAULT_LANGUAGE, with_unit=False)


def day_as_typed(day: date) -> str:
    """A day as people type it: `1.1.2017`."""
    return f"{day.day}.{day.month}.{day.year}"


def _with_share(raw: dict[str, Any], stretch: Stretch | None) -> dict[str, Any]:
    """The known rate filled in; where none is known, what stood for both parts (a sum, a rate a month) is emptied."""
    ore = rounded(stretch.share.month_ore) if stretch and stretch.share else 0
    if ore:
        return {**raw, "unit": AmountUnit.MONTH.value, "rate": as_typed(ore), "count": ""}
    return {**raw, "rate": ""} if raw.get("unit") in {AmountUnit.SUM.value, AmountUnit.MONTH.value} else raw


def _day(typed: Any) -> date | None:
    try:
        return parse_date(typed) if isinstance(typed, str) else None
    except CannotProceed:
        return None


def _number(typed: Any) -> int | None:
    text = str(typed or "").strip()[:3]
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= MOST_PEOPLE else None
