"""What the program proposes to hide in the texts of an opinion; a person decides each (rule 46). Start at `proposals`.

Register names and their forms, persons and numbers known in the case, and what by its shape may tell who somebody is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tvist.publication.capitals import capitals_in
from tvist.publication.common_words import SMALL
from tvist.publication.inflections import doubtful_forms
from tvist.publication.known_words import Known, KnownPerson, What, is_municipal, known_in, publication_of, staying_in
from tvist.publication.models import MarkKind
from tvist.publication.names import begins_sentence, names_in, plain
from tvist.publication.patterns import shapes_in
from tvist.publication.places import texts, widened
from tvist.publication.pseudonyms import instead_of, letters, municipalities
from tvist.publication.register_names import stem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["DOUBTFUL", "Known", "KnownPerson", "Proposal", "What", "proposals"]

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stretch of a text that should be hidden, what would stand instead, and why, as the end of a code `publication.why.<why>`."""

    place: str
    start: int
    end: int
    words: str
    kind: MarkKind
    replacement: str
    why: str


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: MarkKind
    why: str


@dataclass(frozen=True)
class _Case:
    """What the texts of one record are read with."""

    own: tuple[str, ...]
    known: Known
    members: frozenset[str]


DOUBTFUL: Final = frozenset(
    {
        "age",
        "capitals",
        "common_word",
        "compound",
        "eleven_digits",
        "inhabitants",
        "like_a_person",
        "part_of_name",
        "small_letters",
    }
)
"""Reasons that are doubts: the words may be something else."""
_LEAST_COMPOUND: Final = 5
_UPPER: Final = "A-ZÆØÅÁČĐŊŠŦŽ"
_HOMES: Final = (
    "barneverninstitusjon|barnevernsinstitusjon|ungdomshjem|ungdomsheim|barnehjem|barneheim|familiesenter|behandlingssenter|behandlingshjem|"
    "behandlingsheim|akuttsenter|akuttinstitusjon|omsorgssenter|ungdomssenter|barne- og familiesenter|beredskapshjem|beredskapsheim|skole|skule|"
    "barnehage|sjukehus|sykehus|helsehus|bufellesskap|bofellesskap|kollektiv|senter|stiftelse|stifting|gard|gård|tingrett|lagmannsrett"
)
_PHRASE: Final = re.compile(
    rf"(?<![\w-])(?:[{_UPPER}][\w\u00ad'\u2019-]*[ \u00a0]+){{1,4}}(?i:{_HOMES})(?:en|et|a|n)?s?(?![\w-])"
)


def proposals(record: Record, known: Known) -> list[Proposal]:
    """What should be hidden in the texts of the record: in the order of the opinion, never overlapping, whole words."""
    members = {*(seat["name"] for seat in record["panel"]), *(each.name for each in known.people if each.what == "member")}
    parties = municipalities(record)
    case = _Case((*parties, *(name for name in known.organisations if is_municipal(name))), known, frozenset(members))
    named = letters(record)
    found: list[Proposal] = []
    for place, text in texts(record):
        for span in _without_overlaps(_spans(text, case)):
            words = text[span.start : span.end]
            instead = publication_of(words, known) if span.why == "case_number" else None
            replacement = instead or instead_of(words, span.kind, record, named)
            found.append(Proposal(place, span.start, span.end, words, span.kind, replacement, span.why))
    return found


def _spans(text: str, case: _Case) -> Iterator[_Span]:
    """All that is found in a text, the surest first."""
    if not text.strip():
        return
    staying = staying_in(text, case.known, case.members)
    for span in _all_spans(text, case):
        if not any(first < span.end and span.start < last for first, last in staying):
            yield span


def _all_spans(text: str, case: _Case) -> Iterator[_Span]:
    for start, end, wanted in known_in(text, case.known, case.members):
        yield _Span(*widened(text, start, end), wanted.kind, wanted.why)
    for shape in shapes_in(text):
        yield _Span(shape.start, shape.end, shape.kind, shape.why)
    for found in _PHRASE.finditer(text):
        if (first := _name_start(text, found.start(), found.end())) is not None:
            yield _Span(first, found.end(), MarkKind.INSTITUTION, "institution")
    for name in names_in(text, case.own):
        yield _Span(*widened(text, name.start, name.end), name.kind, name.why)
    yield from _inhabitants(text, case.own)
    yield from _compounds(text, case.own)
    for capitals in capitals_in(text):
        yield _Span(*widened(text, capitals.start, capitals.end), capitals.kind, "capitals")


def _inhabitants(text: str, own: tuple[str, ...]) -> Iterator[_Span]:
    """Those who live in a municipality of the case, as they may be called."""
    for found in _people_of(own).finditer(text) if own else ():
        yield _Span(*found.span(), MarkKind.MUNICIPALITY, "inhabitants")


@lru_cache(maxsize=64)
def _people_of(own: tuple[str, ...]) -> re.Pattern[str]:
    wanted = {form for name in own for form in doubtful_forms(name, MarkKind.MUNICIPALITY)}
    one = "|".join(re.escape(form) for form in sorted(wanted, key=lambda each: (-len(each), each)))
    return re.compile(rf"(?<!\w)(?:{one})(?!\w)", re.IGNORECASE)


def _compounds(text: str, own: tuple[str, ...]) -> Iterator[_Span]:
    """Words with a capital that begin with the name of a municipality of the case: "Lusterheimen"."""
    for found in _compounds_of(own).finditer(text) if own else ():
        if len(found["name"]) >= _LEAST_COMPOUND or not begins_sentence(text, found.start()):
            yield _Span(*found.span(), MarkKind.INSTITUTION, "compound")


@lru_cache(maxsize=64)
def _compounds_of(own: tuple[str, ...]) -> re.Pattern[str]:
    one = "|".join(re.escape(stem_of(name)) for name in sorted(own, key=lambda each: (-len(each), each)))
    return re.compile(rf"(?<!\w)(?P<name>{one})(?!kommune)[^\W\d_]{{3,}}(?!\w)")


def _name_start(text: str, start: int, end: int) -> int | None:
    """Where the name of an institution begins, without a small word with a capital before it; None where nothing of a name is left."""
    words = [start + word.start() for word in re.finditer(r"\S+", text[start:end])]
    last = words[-1]
    return next((each for each in words if each < last and plain(re.split(r"\s", text[each:end])[0]) not in SMALL), None)


def _without_overlaps(spans: Iterable[_Span]) -> list[_Span]:
    """Those that do not touch a surer one, in the order of the text."""
    kept: list[_Span] = []
    taken: set[int] = set()
    for span in spans:
        stretch = range(span.start, span.end)
        if taken.isdisjoint(stretch):
            taken.update(stretch)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
