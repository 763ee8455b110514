"""The facts of a request in time order, from raw input: each with its day or days, its words, and where it stands in the papers (rule 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.cases.reading import parse_date
from tvist.errors import CannotProceed
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from tvist.intake.reading import Reader

FIELDS: Final = ("on", "until", "words", "paper", "page")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFact:
    """One thing that happened: on a day, or from a day to a day. `paper` is the identifier of a paper sent along, or empty; `page` counts from 1."""

    happened_on: date
    until_on: date | None
    words: str
    paper: str
    page: int | None


def read_facts(reader: Reader, *, latest: date, papers: Collection[str]) -> tuple[ToldFact, ...]:
    """The facts by date, whatever order they were typed in. `papers` are the identifiers of the papers that are sent along."""
    rows = reader.parts("facts")
    if len(rows) > reader.rules.most_facts:
        reader.blame("facts", Message("intake.too_many_facts", count=len(rows), limit=reader.rules.most_facts))
        return ()
    read = [read_fact(row, latest=latest, papers=papers) for row in rows]
    # The sort keeps what happened on the same days in the order in which it was told.
    return tuple(sorted((fact for fact in read if fact), key=lambda fact: (fact.happened_on, fact.until_on or fact.happened_on)))


def read_fact(reader: Reader, *, latest: date, papers: Collection[str]) -> ToldFact | None:
    """One fact, or None with its faults noted. What happened lies before `latest`, the day of filing."""
    before = len(reader.faults)
    reader.only(*FIELDS)
    on, until, words = reader.day("on"), reader.day("until", needed=False), reader.text("words")
    if on and on > latest:
        reader.blame("on", Message("intake.in_future"))
    if on and until and until < on:
        reader.blame("until", Message("money.to_before_from", from_on=on, to_on=until))
    paper, page = reader.line("paper", needed=False), reader.number("page", needed=False)
    if paper and paper not in papers:
        reader.blame("paper", Message("intake.no_such_paper"))
    if page is not None and page < 1:
        reader.blame("page", Message("intake.page_below_one"))
    if page is not None and not paper:
        reader.blame("paper", Message("intake.page_of_which_paper"))
    if len(reader.faults) > before or on is None:
        return None
    return ToldFact(happened_on=on, until_on=until, words=words, paper=paper, page=page)


def by_time(raw: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Raw facts in time order, each with its place in the list (from 0); what has no readable day yet stands last."""

    def key(row: tuple[int, Mapping[str, Any]]) -> tuple[bool, str]:
        day = _day(row[1].get("on"))
        return day is None, day.isoformat() if day else ""

    return sorted(enumerate(raw), key=key)


def _day(typed: Any) -> date | None:
    try:
        return parse_date(str(typed or ""))
    except CannotProceed:
        return None
