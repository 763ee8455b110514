"""The head of the opinion: title, how it is bound to the other text, what was corrected, number, parties and panel (rules 37, 39, 40)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tvist.cases.models import Side
from tvist.decision.parallel_record import PARALLEL, PARALLEL_OF
from tvist.pdf import Document, boxed, fact_table, heading, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.decision.tables import Wording
    from tvist.pdf import Block, Language

Record = dict[str, Any]


def head(record: Record, told: Wording, *, is_draft: bool) -> Iterator[Block]:
    """Title, date, number, parties with representatives, panel with seats."""
    yield heading(told("title"))
    if is_draft:
        yield boxed(told("draft_words"), told("draft"))
    yield from _bound(record, told, is_draft=is_draft)
    yield from _corrections(record, told)
    issued = told.day(record["issued_on"]) if record["issued_on"] else told("not_issued")
    pairs = [(told("issued_on"), issued), *_version(record, told), (told("number"), record["number"])]
    for side in Side:
        pairs += [(told(f"party.{side.value}"), _party(party, told)) for party in parties_on(record, side)]
    pairs += [
        (told("panel") if place == 0 else "", told("member", name=seat["name"], seat=seat_told(seat, told)))
        for place, seat in enumerate(record["panel"])
    ]
    yield fact_table(_merged(pairs))


def said_of_the_whole(record: Record, told: Wording, *, is_draft: bool) -> Document:
    """What is said of the document as a whole: title, language, number, what stands at the top of each page."""
    return Document(
        title=told("title"),
        language=cast("Language", record["language"]),
        reference=record["number"],
        short_title=_short_title(record, told, is_draft=is_draft),
        # A draft has no day of issue; any day of the record will do, as long as it is always the same.
        made_on=told.day_of(_corrected_on(record) or record["issued_on"] or record["referred_on"] or record["received_on"]),
        marked_as_invented=record["is_invented"],
    )


def _short_title(record: Record, told: Wording, *, is_draft: bool) -> str:
    """The parties, and whether it is a draft, a version and the parallel text: at the top of each page."""
    names = [tuple(party["name"] for party in parties_on(record, side)) for side in Side]
    short = told("against", first=names[0], second=names[1])
    if PARALLEL_OF in record:
        short = told("parallel_title", title=short)
    return told("draft_of", title=short) if is_draft else _with_version(short, record, told)


def _bound(record: Record, told: Wording, *, is_draft: bool) -> Iterator[Block]:
    """That there is a text in each form, which of them this is, and that they are bound; nothing for an opinion in one form (rule 39)."""
    version = record["corrections"][-1]["version"] if record.get("corrections") else 1
    if (main := record.get(PARALLEL_OF)) is not None:
        which = f"bound.parallel_of_{main}"
    elif PARALLEL in record:
        which = f"bound.main_with_{record[PARALLEL]['language']}"
    else:
        return
    approved = "to_be_approved" if is_draft else "approved_when_issued" if record.get("corrections") else "approved"
    yield prose(f"{told(which, number=record['number'], version=version)} {told(f'bound.{approved}')}")


def _corrections(record: Record, told: Wording) -> Iterator[Block]:
    """What was put right since it was issued, in a box on top: version, day and words (rule 40)."""
    for each in record.get("corrections", []):
        yield boxed(each["words"], told("corrected", day=told.day(each["on"]), version=each["version"]))


def _version(record: Record, told: Wording) -> list[tuple[str, str]]:
    """The row that says which version this is; none for an opinion that was never corrected."""
    if not (found := record.get("corrections")):
        return []
    return [(told("version"), told("version_of", version=found[-1]["version"], day=told.day(found[-1]["on"])))]


def _with_version(short: str, record: Record, told: Wording) -> str:
    found = record.get("corrections")
    return told("corrected_title", version=found[-1]["version"], title=short) if found else short


def _corrected_on(record: Record) -> str | None:
    return record["corrections"][-1]["on"] if record.get("corrections") else None


def _merged(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Rows without a label of their own are further lines of the row above."""
    merged: list[tuple[str, str]] = []
    for label, text in pairs:
        if label or not merged:
            merged.append((label, text))
        else:
            merged[-1] = (merged[-1][0], f"{merged[-1][1]}\n{text}")
    return merged


def parties_on(record: Record, side: Side) -> list[Record]:
    """The parties of a side, as the record tells them."""
    return [party for party in record["parties"] if party["side"] == side.value]


def _party(party: Record, told: Wording) -> str:
    lines = [party["name"]]
    if party["representative"]:
        lines.append(told("representative", name=party["representative"]))
    if party["own_reference"]:
        lines.append(told("own_reference", reference=party["own_reference"]))
    return "\n".join(lines)


def seat_told(seat: Record, told: Wording) -> str:
    """What a member is to the panel."""
    return told(f"seat.{seat['appointment']}.{seat['seat']}")
