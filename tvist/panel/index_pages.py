"""The first pages of a bundle: which case, which version, frozen when, and the index, each line with its page; then who was served what, and when (rules 21, 33).

What was kept out of the bundle is not told here: the file may be read by who must not know of it.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from tvist.cases.models import Side
from tvist.clock import oslo_date
from tvist.documents.models import PaperKind
from tvist.panel.sending_pages import document_of
from tvist.pdf import Column, fact_table, heading, printable, prose, render_placed, table
from tvist.pdf.sheets import page_count
from tvist.words import Message, format_day, format_moment, label, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tvist.cases.models import Case, Party
    from tvist.panel.index import IndexEntry
    from tvist.panel.models import Bundle
    from tvist.pdf import Block, Place

UNKNOWN_PAGE: Final = 8_888
"""Stands for each page number while the pages of the index itself are counted: as wide as any."""
TRIES: Final = 4


def index_file(bundle: Bundle, entries: Sequence[IndexEntry], pages: Mapping[str, int]) -> tuple[bytes, list[Place], int]:
    """The index as a PDF; where its lines stand, by the number of their entry; and how many pages it has.

    `pages` says for each entry how many pages it has; one that has none is a paper that is withheld. It is made until the number of its own
    pages, on which all others follow, is the one that it was made for.
    """
    own = _made(bundle, entries, dict.fromkeys(pages, UNKNOWN_PAGE))[2]
    for _ in range(TRIES):
        file, places, found = _made(bundle, entries, first_pages(pages, own))
        if found == own:
            return file, places, own
        own = found
    raise RuntimeError("the index does not come to rest")


def first_pages(pages: Mapping[str, int], own: int) -> dict[str, int]:
    """The page of the whole on which each entry begins, in order, after `own` pages of index."""
    first: dict[str, int] = {}
    next_page = own + 1
    for number, count in pages.items():
        first[number] = next_page
        next_page += count
    return first


def _made(bundle: Bundle, entries: Sequence[IndexEntry], first: Mapping[str, int]) -> tuple[bytes, list[Place], int]:
    title = render(Message("panel.bundle.title", number=bundle.case.number), bundle.case.language)
    blocks = [*_cover(bundle, title), *_contents(bundle, entries, first), *_traces(bundle, entries)]
    file, places = render_placed(document_of(bundle.case, title, _say("reading.bundle", bundle.case)), blocks)
    return file, places, page_count(file)


def _cover(bundle: Bundle, title: str) -> list[Block]:
    case, language = bundle.case, bundle.case.language
    pairs = [(_say("bundle.case", case), case.number)]
    for side in Side:
        names = "\n".join(_party(party, case) for party in case.parties_on(side))
        pairs.append((render(label(side), language), printable(names)))
    if case.petition is not None:
        pairs.append((_say("bundle.subject", case), printable(case.petition.subject)))
    pairs += [
        (_say("bundle.version", case), str(bundle.version)),
        (_say("bundle.frozen_at", case), format_moment(bundle.frozen_at, language)),
        (_say("bundle.checksum_of_what", case), bundle.sha256),
    ]
    return [heading(printable(title)), fact_table(pairs), prose(_say("bundle.how_to_cite", case))]


def _party(party: Party, case: Case) -> str:
    if not party.representative:
        return party.name
    return _say("bundle.party", case, name=party.name, representative=party.representative)


def _contents(bundle: Bundle, entries: Sequence[IndexEntry], first: Mapping[str, int]) -> list[Block]:
    """One line a sending and paper, with its page."""
    case, language = bundle.case, bundle.case.language
    columns = [
        Column(_say("panel.bundle.number", case), weight=0.7),
        Column(_say("bundle.column.title", case), weight=3.4),
        Column(_say("panel.bundle.sender", case), weight=2),
        Column(_say("bundle.column.date", case), weight=1.5),
        Column(_say("bundle.column.page", case), align="right", weight=0.7),
    ]
    rows, keys = [], []
    for entry in entries:
        day = entry.dated_on if entry.paper else oslo_date(entry.sent_at)
        page = str(first[entry.number]) if entry.number in first else ""
        sender = "" if entry.paper else printable(render(entry.sender, language))
        rows.append((entry.number, _title(entry, language), sender, format_day(day, language) if day else "", page))
        keys.append(entry.number if entry.number in first else "")
    return [heading(_say("panel.bundle.index", case), 2), table(columns, rows, keys=keys)]


def _title(entry: IndexEntry, language: str) -> str:
    title = printable(render(entry.title, language))
    more = entry.kind
    if entry.paper is None and entry.submission.let_in is not None:
        more = Message("bundle.by_exception")
    if more is None or more == label(PaperKind.OTHER):
        return title
    return f"{title} ({render(more, language).lower()})"


def _traces(bundle: Bundle, entries: Sequence[IndexEntry]) -> list[Block]:
    """When each party was served, opened it and commented; or that it let the time pass."""
    case, language = bundle.case, bundle.case.language
    parties = [party for party in case.parties if party.left_at is None]
    columns = [Column(_say("panel.bundle.number", case), weight=0.7)]
    columns += [Column(printable(party.name), weight=6 / max(len(parties), 1)) for party in parties]
    cells = [
        tuple(
            printable("\n".join(render(each, language) for each in trace.said) or _say("bundle.own", case))
            for trace in entry.traces
        )
        for entry in entries
    ]
    # What stands one after the other and had the same fate is one row: else a sending of fifty papers would fill four pages with it.
    alike = groupby(zip(entries, cells, strict=True), key=itemgetter(1))
    rows = [(_span([entry.number for entry, _ in like]), *same) for same, like in alike]
    return [
        heading(_say("bundle.traces", case), 2),
        prose(_say("bundle.traces_lead", case, at=bundle.frozen_at)),
        table(columns, rows, keys=[""] * len(rows)),
    ]


def _span(numbers: Sequence[str]) -> str:
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]}\N{EN DASH}{numbers[-1]}"


def _say(code: str, case: Case, **params: object) -> str:
    return render(Message(code, **params), case.language)
