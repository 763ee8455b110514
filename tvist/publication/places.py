"""The places of a frozen record where people wrote: all that can be marked, and nothing else (rule 46).

A place is the keys and numbers on the way with dots between: `sections.background`, `questions.0.remarks.1.text`. Positions in a text are
characters (code points) from its beginning. Pure; nothing here changes what it is given.
"""

from __future__ import annotations

import copy
import re
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from tvist.decision.parallel_record import PARALLEL
from tvist.decision.record import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Record = dict[str, Any]
_SEPARATOR: Final = "."
_INSIDE: Final = "\\w\u00ad\u0300-\u036f\u200b-\u200d\u2060"
# What cannot be cut: an e-mail address, a link, a number with its separators, a word with its hyphens and apostrophes.
_WHOLE: Final = re.compile(
    rf"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S*\w|\d+(?:[.,/:\u2013-]\d+)+|[{_INSIDE}]+(?:[-\u2010\u2011'\u2019][{_INSIDE}]+)*"
)


def texts(record: Record) -> Iterator[tuple[str, str]]:
    """Each place with its text, in the order of the opinion; empty texts too, for they are places all the same."""
    yield from ((f"corrections.{number}.words", each["words"]) for number, each in enumerate(record.get("corrections", ())))
    yield from ((f"sections.{name}", record["sections"][name]) for name in SECTIONS if name in record["sections"])
    yield from ((f"lines.{number}.measure_words", each["measure_words"]) for number, each in enumerate(record["lines"]))
    yield from ((f"let_in.{number}.reasons", each["reasons"]) for number, each in enumerate(record.get("let_in", ())))
    for number, question in enumerate(record["questions"]):
        yield from _of_question(f"questions.{number}", question)
    yield from _of_parallel(record.get(PARALLEL, {}))


def language_at(record: Record, place: str) -> str:
    """The language in which the text at a place is written: that of the record, or of its parallel text."""
    found: str = record[PARALLEL]["language"] if place.startswith(f"{PARALLEL}{_SEPARATOR}") else record["language"]
    return found


def numbered(part: Record) -> Record:
    """What stands under a number; anything else in such a part is no text of the opinion."""
    return {number: found for number, found in part.items() if number.isdigit()}


def replaced(record: Record, new: Mapping[str, str]) -> Record:
    """A copy of the record with other texts at those places. Raises KeyError for what is no place of it."""
    known = {name for name, _text in texts(record)}
    if unknown := set(new) - known:
        raise KeyError(min(unknown))
    result = copy.deepcopy(record)
    for place, text in new.items():
        *way, last = place.split(_SEPARATOR)
        holder: Any = reduce(_inside, way, result)
        holder[_key(holder, last)] = text
    return result


def widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch out to whole words, without the white space at its ends; a stretch of nothing but white space stays what it is.

    Raises ValueError for a stretch that does not lie in the text.
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no stretch of the text: {start}-{end}")
    if not (covered := text[start:end].strip()):
        return start, end
    first = start + text[start:end].index(covered)
    last = first + len(covered)
    cut = [
        found for found in _WHOLE.finditer(text, *_unbroken(text, first, last)) if found.start() < last and first < found.end()
    ]
    return (min(first, cut[0].start()), max(last, cut[-1].end())) if cut else (first, last)


def _unbroken(text: str, first: int, last: int) -> tuple[int, int]:
    """The stretch out to white space: nothing that is whole reaches over it."""
    while first > 0 and not text[first - 1].isspace():
        first -= 1
    while last < len(text) and not text[last].isspace():
        last += 1
    return first, last


def _of_question(place: str, question: Record) -> Iterator[tuple[str, str]]:
    if "words" in question:
        yield f"{place}.words", question["words"]
    yield f"{place}.reasons", question["reasons"]
    yield from ((f"{place}.remarks.{number}.text", each["text"]) for number, each in enumerate(question["remarks"]))


def _of_parallel(parallel: Record) -> Iterator[tuple[str, str]]:
    """The same in the other language form: texts by name or number, or in the order of the record."""
    yield from (
        (f"{PARALLEL}.sections.{name}", parallel["sections"][name]) for name in SECTIONS if name in parallel.get("sections", {})
    )
    for kind in ("measures", "words", "reasons"):
        yield from ((f"{PARALLEL}.{kind}.{number}", text) for number, text in numbered(parallel.get(kind, {})).items())
    for number, listed in numbered(parallel.get("remarks", {})).items():
        yield from ((f"{PARALLEL}.remarks.{number}.{place}", text) for place, text in enumerate(listed))
    for kind in ("exceptions", "corrections"):
        yield from ((f"{PARALLEL}.{kind}.{place}", text) for place, text in enumerate(parallel.get(kind, ())))


def _inside(holder: Any, key: str) -> Any:
    return holder[_key(holder, key)]


def _key(holder: Any, key: str) -> str | int:
    return int(key) if isinstance(holder, list) else key
