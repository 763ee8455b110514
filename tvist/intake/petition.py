"""The request as data (rule 10): raw input becomes a `Petition`, or a list of all that is wrong with it. Form, JSON file and API use the same.

Start at `read_petition`. The fields are described in `docs/petition.schema.json`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tvist.cases.money import AmountUnit, Bearer
from tvist.intake.lines import ClaimedLine, blame_overlaps, read_line
from tvist.intake.parties import is_municipality, read_parties
from tvist.intake.reading import Fault, Reader
from tvist.procedure.settings import procedure_on
from tvist.words import NORWEGIAN, Message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["ClaimedLine", "Fault", "Petition", "petition_of", "read_petition", "snapshot_of"]

OLDEST_CHILD: Final = 30
FIRST_BIRTH_YEAR: Final = 1980
TEXTS: Final = ("both_limbs", "authority", "background", "disputed", "argument", "claim")
FIELDS: Final = (
    "invented", "language", "parties", "child", "subject", *TEXTS, "agreed",
    "settlement", "before_courts", "pays_meanwhile", "placed_on", "lines",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """A request that is complete and without a fault. Parties are municipality numbers and region codes, the filer first."""

    language: str
    requesting: tuple[str, ...]
    opposing: tuple[str, ...]
    representative: str
    own_reference: str
    child_birth_year: int
    other_side_reference: str
    is_address_secret: bool
    subject: str
    both_limbs: str
    authority: str
    background: str
    agreed: str
    disputed: str
    argument: str
    claim: str
    settlement_on: date
    settlement_by: str
    settlement_words: str
    is_before_courts: bool
    courts_words: str
    pays_meanwhile: Bearer
    placed_on: date | None
    lines: tuple[ClaimedLine, ...]

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The municipalities among the parties, the filer's side first."""
        return tuple(code for code in (*self.requesting, *self.opposing) if is_municipality(code))

    @property
    def state(self) -> str:
        """The state's side: a region, or `bufdir`."""
        return next(code for code in (*self.requesting, *self.opposing) if not is_municipality(code))

    @property
    def claimed_ore(self) -> int:
        """The sum of all lines that have an amount, in øre."""
        return sum(_ore(line) for line in self.lines)

    @property
    def main_measure(self) -> str:
        """The measure of the line with the largest amount; in a tie, of the first."""
        return max(self.lines, key=_ore).measure


def read_petition(
    raw: Mapping[str, Any], *, on: date, filer: str | None = None, connected: Collection[str] | None = None
) -> Petition | list[Fault]:
    """The request, or everything that is wrong with it at once.

    `on`: the day of filing, whose rules, codes and municipalities hold. `filer`: the organisation that files, by its code; then the request must
    be its own. `connected`: the codes of the organisations that can be served here; left out, that is not asked. Raises NotFound for a day before
    the body existed.
    """
    reader = Reader(raw, procedure_on(on))
    reader.only(*FIELDS)
    reader.tick("invented")
    parties = read_parties(reader, on=on, filer=filer, connected=connected)
    child = _child(reader, on, parties.own_reference)
    texts: dict[str, Any] = {name: reader.text(name) for name in TEXTS} | {
        "agreed": reader.text("agreed", needed=False),
        "subject": reader.line("subject"),
    }
    more = _settlement(reader, on) | _courts(reader)
    pays, placed_on = reader.choice("pays_meanwhile", Bearer), _placed_on(reader, on)
    lines = _lines(reader, parties.municipalities, on, child["child_birth_year"])
    language = _language(reader)
    if reader.faults:
        return reader.faults
    return Petition(
        language=language,
        requesting=parties.requesting,
        opposing=parties.opposing,
        representative=parties.representative,
        own_reference=parties.own_reference,
        pays_meanwhile=pays,  # type: ignore[arg-type]  # Where it is None, a fault was noted.
        placed_on=placed_on,
        lines=lines,
        **child,
        **texts,
        **more,
    )


def snapshot_of(petition: Petition) -> tuple[str, str]:
    """The request as canonical JSON (sorted, without spaces, dates as ISO, money in øre), and its SHA-256 in hexadecimal."""
    text = json.dumps(asdict(petition), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=date.isoformat)
    return text, hashlib.sha256(text.encode()).hexdigest()


def petition_of(snapshot: str) -> Petition:
    """The petition that `snapshot_of` wrote down."""
    raw = json.loads(snapshot)
    lines = tuple(ClaimedLine(**{name: _typed(name, value) for name, value in line.items()}) for line in raw.pop("lines"))
    return Petition(lines=lines, **{name: _typed(name, value) for name, value in raw.items()})


def _typed(name: str, value: Any) -> Any:
    """A value of the snapshot in the type that it had."""
    if value is None:
        return None
    if name in {"should_bear", "paid_by", "pays_meanwhile"}:
        return Bearer(value)
    if name in {"requesting", "opposing"}:
        return tuple(value)
    if name == "unit":
        return AmountUnit(value)
    return date.fromisoformat(value) if name.endswith(("_on", "_until")) else value


def _child(reader: Reader, on: date, own_reference: str) -> dict[str, Any]:
    """Which child it is: year of birth, and a number by which the other side knows it (rules 6-8)."""
    child = reader.part("child")
    child.only("birth_year", "other_side_reference", "address_secret")
    born = child.number("birth_year")
    earliest = max(FIRST_BIRTH_YEAR, on.year - OLDEST_CHILD)
    if born is not None and not earliest <= born <= on.year:
        child.blame("birth_year", Message("intake.birth_year_unlikely", earliest=earliest, latest=on.year))
        born = None
    reference = child.line("other_side_reference", needed=not own_reference)
    return {"child_birth_year": born, "other_side_reference": reference, "is_address_secret": child.tick("address_secret")}


def _settlement(reader: Reader, on: date) -> dict[str, Any]:
    """That settlement was tried: when, by whom, and that it failed (rule 10)."""
    settlement = reader.part("settlement")
    settlement.only("tried_on", "by", "words")
    tried_on = settlement.day("tried_on")
    if tried_on and tried_on > on:
        settlement.blame("tried_on", Message("intake.in_future"))
    return {"settlement_on": tried_on, "settlement_by": settlement.line("by"), "settlement_words": settlement.text("words")}


def _courts(reader: Reader) -> dict[str, Any]:
    """Whether it is before the courts; if so, where it stands there."""
    courts = reader.part("before_courts")
    courts.only("yes", "words")
    answer = courts.answer("yes")
    return {"is_before_courts": answer, "courts_words": courts.text("words", needed=answer is True)}


def _placed_on(reader: Reader, on: date) -> date | None:
    """The day of placement, which some municipal shares depend on (rule 12)."""
    placed_on = reader.day("placed_on", needed=False)
    if placed_on and placed_on > on:
        reader.blame("placed_on", Message("intake.in_future"))
    return placed_on


def _lines(reader: Reader, municipalities: tuple[str, ...], on: date, born: int | None) -> tuple[ClaimedLine, ...]:
    readers = reader.parts("lines")
    if not readers:
        reader.missing("lines")
    if len(readers) > reader.rules.most_claim_lines:
        reader.blame("lines", Message("intake.too_many_lines", count=len(readers), limit=reader.rules.most_claim_lines))
        return ()
    read = [(place, read_line(each, municipalities=municipalities, on=on, born=born)) for place, each in enumerate(readers)]
    lines = [(place, line) for place, line in read if line is not None]
    blame_overlaps(reader, lines)
    return tuple(line for _, line in lines)


def _language(reader: Reader) -> str:
    """The form of Norwegian that the filer writes in and wishes for (rule 39)."""
    language = reader.line("language")
    if language and language not in NORWEGIAN:
        reader.blame("language", Message("intake.not_a_choice"))
    return language


def _ore(line: ClaimedLine) -> int:
    return line.amount.ore if line.amount else 0
