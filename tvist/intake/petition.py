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
from tvist.intake.chronology import ToldFact, read_facts
from tvist.intake.identity import FIELDS as IDENTITY_FIELDS
from tvist.intake.identity import Identity, read_identity
from tvist.intake.lines import ClaimedLine, blame_overlaps, read_line
from tvist.intake.parties import is_municipality, read_parties
from tvist.intake.reading import Fault, Reader
from tvist.procedure.settings import procedure_on
from tvist.words import NORWEGIAN, Message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["ClaimedLine", "Fault", "Petition", "ToldFact", "petition_of", "read_petition", "secrets_in", "snapshot_of"]

OLDEST_CHILD: Final = 30
FIRST_BIRTH_YEAR: Final = 1980
LONGEST_EXTENSION_YEARS: Final = 10
TEXTS: Final = ("both_limbs", "authority", "disputed", "argument", "claim")
GUIDE: Final = ("concrete", "both_acts", "against_state", "tried")
"""The questions that tell, with that of the courts, whether this is the right place (rules 1, 2, 10); "yes" is what it takes: a guide for the filer, no part of what is filed."""
FIELDS: Final = (
    "invented", "guide", "language", "parties", "child", "subject", *TEXTS, "background", "facts", "agreed",
    "settlement", "limitation", "before_courts", "pays_meanwhile", "placed_on", "lines",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """A request that is complete and without a fault. Parties are municipality numbers and region codes, the filer first.

    What later rules brought has a default, so that an older snapshot is read as it was. `has_identity`: that the child's identity lies sealed
    beside it; neither that nor what was offered is ever in here (rules 7, 22).
    """

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
    facts: tuple[ToldFact, ...] = ()
    limitation_words: str = ""
    limitation_until: date | None = None
    has_identity: bool = False

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
    raw: Mapping[str, Any],
    *,
    on: date,
    filer: str | None = None,
    connected: Collection[str] | None = None,
    received_on: date | None = None,
    papers: Collection[str] = (),
    has_identity: bool = False,
) -> Petition | list[Fault]:
    """The request, or everything that is wrong with it at once.

    `on`: the day of filing, whose rules, codes and municipalities hold. `filer`: the organisation that files, by its code; then the request must
    be its own. `connected`: the codes of the organisations that can be served here; left out, that is not asked. `received_on`: when a request on
    paper came in, where that was before `on`; what it tells of lies before that day. `papers`: the identifiers of the papers sent along.
    `has_identity`: the child's identity lies sealed beside the text. Raises NotFound for a day before the body existed.
    """
    reader, latest = Reader(raw, procedure_on(on)), received_on or on
    reader.only(*FIELDS)
    reader.tick("invented")
    _guide(reader)
    parties = read_parties(reader, on=on, filer=filer, connected=connected)
    child = _child(reader, on, is_known=bool(parties.own_reference) or has_identity)
    facts = read_facts(reader, latest=latest, papers=papers)
    texts: dict[str, Any] = {name: reader.text(name) for name in TEXTS} | {
        "background": reader.text("background", needed=not reader.raw.get("facts")),
        "agreed": reader.text("agreed", needed=False),
        "subject": reader.line("subject"),
    }
    more = _settlement(reader, latest) | _courts(reader) | _limitation(reader, on)
    pays, placed_on = reader.choice("pays_meanwhile", Bearer), _placed_on(reader, latest)
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
        facts=facts,
        **(child | {"has_identity": child["has_identity"] or has_identity}),
        **texts,
        **more,
    )


def secrets_in(raw: Mapping[str, Any], on: date) -> tuple[Identity | None, str]:
    """What a file carries that is sealed and never part of the petition: the child's identity, and what was offered; None and empty if not."""
    reader = Reader(raw, procedure_on(on))
    child, settlement = reader.part("child"), reader.part("settlement")
    return read_identity(child), settlement.secret("offers", limit=reader.rules.longest_text)


def snapshot_of(petition: Petition) -> tuple[str, str]:
    """The request as canonical JSON (sorted, without spaces, dates as ISO, money in øre), and its SHA-256 in hexadecimal."""
    text = json.dumps(asdict(petition), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=date.isoformat)
    return text, hashlib.sha256(text.encode()).hexdigest()


def petition_of(snapshot: str) -> Petition:
    """The petition that `snapshot_of` wrote down."""
    raw = json.loads(snapshot)
    lines = tuple(ClaimedLine(**{name: _typed(name, value) for name, value in line.items()}) for line in raw.pop("lines"))
    facts = tuple(ToldFact(**{name: _typed(name, value) for name, value in fact.items()}) for fact in raw.pop("facts", ()))
    return Petition(lines=lines, facts=facts, **{name: _typed(name, value) for name, value in raw.items()})


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


def _guide(reader: Reader) -> None:
    """The questions of the guide are answered or not: they stop nobody."""
    guide = reader.part("guide")
    guide.only(*GUIDE)
    for name in GUIDE:
        found = guide.raw.get(name)
        if found is not None and found != "" and not isinstance(found, bool):
            guide.blame(name, Message("intake.not_yes_or_no"))


def _child(reader: Reader, on: date, *, is_known: bool) -> dict[str, Any]:
    """Which child it is: year of birth, and a number by which the other side knows it, or its identity, sealed apart (rules 6-8).

    `is_known`: the other side can tell by something else, so the number is not needed.
    """
    child = reader.part("child")
    child.only("birth_year", "other_side_reference", "address_secret", *IDENTITY_FIELDS)
    identity = read_identity(child)
    born = child.number("birth_year")
    earliest = max(FIRST_BIRTH_YEAR, on.year - OLDEST_CHILD)
    if born is not None and not earliest <= born <= on.year:
        child.blame("birth_year", Message("intake.birth_year_unlikely", earliest=earliest, latest=on.year))
        born = None
    reference = child.line("other_side_reference", needed=not is_known and identity is None)
    return {
        "child_birth_year": born,
        "other_side_reference": reference,
        "is_address_secret": child.tick("address_secret"),
        "has_identity": identity is not None,
    }


def _settlement(reader: Reader, latest: date) -> dict[str, Any]:
    """That settlement was tried: when, by whom, and that it failed (rule 10). What was offered is sealed apart (rule 22)."""
    settlement = reader.part("settlement")
    settlement.only("tried_on", "by", "words", "offers")
    settlement.secret("offers", limit=reader.rules.longest_text)
    tried_on = settlement.day("tried_on")
    if tried_on and tried_on > latest:
        settlement.blame("tried_on", Message("intake.in_future"))
    return {"settlement_on": tried_on, "settlement_by": settlement.line("by"), "settlement_words": settlement.text("words")}


def _limitation(reader: Reader, on: date) -> dict[str, Any]:
    """An agreement that the claim does not lapse before a day (rule 13): who agreed and when in words, and the day where one was set."""
    limitation = reader.part("limitation")
    limitation.only("words", "until")
    until = limitation.day("until", needed=False)
    if until and until.year > on.year + LONGEST_EXTENSION_YEARS:
        limitation.blame("until", Message("intake.too_far_ahead", year=on.year + LONGEST_EXTENSION_YEARS))
    return {"limitation_until": until, "limitation_words": limitation.text("words", needed=until is not None)}


def _courts(reader: Reader) -> dict[str, Any]:
    """Whether it is before the courts; if so, where it stands there."""
    courts = reader.part("before_courts")
    courts.only("yes", "words")
    answer = courts.answer("yes")
    return {"is_before_courts": answer, "courts_words": courts.text("words", needed=answer is True)}


def _placed_on(reader: Reader, latest: date) -> date | None:
    """The day of placement, which some municipal shares depend on (rule 12)."""
    placed_on = reader.day("placed_on", needed=False)
    if placed_on and placed_on > latest:
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
