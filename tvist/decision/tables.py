"""The tables of money in the opinion: what was claimed, and what the panel found, line by line (rules 36, 37)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tvist.accounts.models import OrganisationKind
from tvist.cases.money import Bearer
from tvist.decision.choices import days_in
from tvist.pdf import Column, table
from tvist.procedure.codes import CodeKind, code_label
from tvist.words import NO_BREAK, Message, format_day, format_kroner, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.pdf import Block

Record = dict[str, Any]
DASH: Final = "\N{EN DASH}"
OTHER: Final = "other"


@dataclass(frozen=True)
class Wording:
    """Speaks the words of the opinion, `opinion.<code>`, in one language."""

    language: str

    def __call__(self, code: str, **params: Any) -> str:
        """The text of `opinion.<code>`."""
        return render(Message(f"opinion.{code}", **params), self.language)

    def day_of(self, text: str) -> date:
        """A day of the record."""
        return date.fromisoformat(text)

    def day(self, text: str) -> str:
        """A day of the record in words; a public record may tell only its year."""
        return self("in_year", year=text) if is_year(text) else format_day(self.day_of(text), self.language)

    def sum(self, ore: int | None) -> str:
        """A sum without its unit, which stands in the header; a dash for none."""
        return DASH if ore is None else format_kroner(ore, self.language, with_unit=False)


def claimed_table(record: Record, told: Wording) -> Block:
    """What is claimed: line, measure, period, sum, and who should bear it as the claimant sees it."""
    columns = [
        Column(told("column.line"), weight=3),
        Column(told("column.period"), weight=2),
        Column(told("column.should_bear"), weight=1.6),
        Column(told("column.claimed"), align="right", weight=1.6),
    ]
    rows = [
        (
            _title(line, record, told),
            period(line, told),
            _bearer(line["should_bear"], line, record),
            told.sum(line["claimed_ore"]),
        )
        for line in record["lines"]
    ]
    total = _sum(line["claimed_ore"] for line in record["lines"])
    totals = (told("column.total"), "", "", told.sum(total)) if total is not None and len(rows) > 1 else None
    return table(columns, rows, totals=totals, caption=told("caption.claimed"))


def found_table(record: Record, told: Wording) -> Block:
    """What the panel found: line, period, sum found, the two shares, and the refund; with sums."""
    refund = _refund_column(record)
    columns = [
        Column(told("column.line"), weight=2.1),
        Column(told("column.period"), weight=2.05),
        *(Column(told(f"column.{name}"), align="right", weight=1.4) for name in ("found", "municipality", "state")),
        *([Column(told(f"column.refund_{refund}"), align="right", weight=1.4)] if refund else []),
    ]
    rows = [_found_row(line, record, told, refund) for line in record["lines"]]
    found = [line["finding"] for line in record["lines"]]
    sums = [_sum(each[name] for each in found) for name in ("found_ore", "municipality_ore", "state_ore")]
    if refund:
        sums.append(_sum(_refund(each, refund) for each in found))
    totals = (told("column.total"), "", *(told.sum(ore) for ore in sums)) if sums[0] is not None and len(rows) > 1 else None
    return table(columns, rows, totals=totals, caption=told("caption.found"))


def _found_row(line: Record, record: Record, told: Wording, refund: str) -> tuple[str, ...]:
    found = line["finding"]
    if found["found_ore"] is None:
        percent = found["municipality_percent"]
        shares = (told("principle"), told("percent", percent=percent), told("percent", percent=100 - percent))
    else:
        shares = (told.sum(found["found_ore"]), told.sum(found["municipality_ore"]), told.sum(found["state_ore"]))
    last = (told.sum(_refund(found, refund)),) if refund else ()
    return (_title_with_concession(line, record, told), _found_period(line, told), *shares, *last)


def conceded_sentences(record: Record, told: Wording, *, only_whole: bool = False) -> list[str]:
    """What is conceded, and by whom: a sentence for each line that is, wholly or in part (rule 22)."""
    return [
        told(
            "conceded_whole" if line["is_conceded"] else "conceded_part",
            who=_bearer(line["should_bear"], line, record),
            line=line["position"],
            ore=format_kroner(line["conceded_ore"], told.language),
        )
        for line in record["lines"]
        if "is_conceded" in line and (line["is_conceded"] or not only_whole)
    ]


def _title_with_concession(line: Record, record: Record, told: Wording) -> str:
    title = _title(line, record, told)
    if "is_conceded" not in line:
        return title
    mark = (
        told("mark_whole") if line["is_conceded"] else told("mark_part", ore=format_kroner(line["conceded_ore"], told.language))
    )
    return f"{title} ({mark})"


def basis_sentences(record: Record, told: Wording) -> list[str]:
    """What the panel found on the basis: a sentence for each line where it was asked and two members agreed (rule 34)."""
    return [
        told(f"basis_found_{basis}", line=line["position"]) for line in record["lines"] if (basis := line["finding"].get("basis"))
    ]


def refund_sentences(record: Record, told: Wording) -> list[str]:
    """Who should refund whom, and how much in all: one sentence for each municipality that refunds or is refunded."""
    net: dict[str, int] = defaultdict(int)
    for line in record["lines"]:
        if (ore := _refund(line["finding"], Bearer.MUNICIPALITY.value)) is not None:
            net[line["municipality"]] += ore
    state = _state_name(record)
    return [
        told(
            "refund",
            who=state if ore > 0 else municipality,
            whom=municipality if ore > 0 else state,
            ore=format_kroner(abs(ore), told.language),
        )
        for municipality, ore in net.items()
        if ore
    ]


def period(line: Record, told: Wording) -> str:
    """`1.1.2024 – 30.6.2024`, which may break after the dash and nowhere else; a measure that runs says up to which day its sum is known."""
    first = _short(line["from_on"])
    if line["to_on"]:
        if is_year(line["to_on"]) and line["from_on"] == line["to_on"]:
            return first
        return f"{first}{NO_BREAK}{DASH} {_short(line['to_on'])}"
    if line["known_until"]:
        return told("period.known_until", first=first, last=_short(line["known_until"]))
    return told("period.runs", first=first)


def _found_period(line: Record, told: Wording) -> str:
    """The days that the finding holds for: those of the line, where no others were asked for (rule 34)."""
    if (value := line["finding"].get("period")) is None:
        return period(line, told)
    first, last = days_in(value)
    if first is None:
        return told("period.none")
    return period({**line, "from_on": first, "to_on": last}, told)


def is_year(text: str) -> bool:
    """Whether a record tells only the year where others tell the day (rule 46)."""
    return len(text) == len("2024")


def _short(text: str) -> str:
    if is_year(text):
        return text
    day = date.fromisoformat(text)
    return f"{day.day}.{day.month}.{day.year}"


def _title(line: Record, record: Record, told: Wording) -> str:
    """Number and measure; the municipality too where there are several."""
    label, own = render(code_label(CodeKind.MEASURE, line["measure"]), told.language), line["measure_words"].strip()
    measure = own if line["measure"] == OTHER and own else f"{label} ({own})" if own else label
    title = f"{line['position']}. {measure[:1].upper()}{measure[1:]}"
    return title if len({each["municipality"] for each in record["lines"]}) == 1 else f"{title} ({line['municipality']})"


def _bearer(bearer: str, line: Record, record: Record) -> str:
    return line["municipality"] if bearer == Bearer.MUNICIPALITY.value else _state_name(record)


def _state_name(record: Record) -> str:
    return next((str(party["name"]) for party in record["parties"] if party["kind"] == OrganisationKind.STATE.value), "")


def _refund_column(record: Record) -> str:
    """Towards whom the refunds go: all to the municipality, all to the state, both ways, or none at all (empty)."""
    ways = {line["finding"]["refund_from"] for line in record["lines"]} - {None}
    if len(ways) == len(Bearer):
        return "net"
    return (
        {Bearer.STATE.value: Bearer.MUNICIPALITY.value, Bearer.MUNICIPALITY.value: Bearer.STATE.value}[ways.pop()] if ways else ""
    )


def _refund(found: Record, way: str) -> int | None:
    """The refund of a line, counted towards the municipality unless all go to the state; None where nothing is to be refunded."""
    if found["refund_ore"] is None:
        return None
    towards_state = found["refund_from"] == Bearer.MUNICIPALITY.value
    return int(found["refund_ore"]) * (-1 if towards_state and way != Bearer.STATE.value else 1)


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [ore for ore in amounts if ore is not None]
    return sum(known) if known else None
