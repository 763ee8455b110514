"""What the program proposes to hide in the texts of an opinion; a person decides each (rule 46). Start at `proposals`.

Register names and their forms, persons and numbers known in the case, and what by its shape may tell who somebody is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tvist.anonymity.kinds import MarkKind
from tvist.anonymity.register_names import stem_of
from tvist.anonymity.shapes import UPPER, shapes_in
from tvist.publication.capitals import capitals_in, names_nobody, parts_of_names
from tvist.publication.inflections import doubtful_forms
from tvist.publication.known_words import Finder, Known, KnownPerson, Wanted, What, known_in, publication_of, staying_in
from tvist.publication.names import begins_sentence, key_of, names_in, plain, words_of
from tvist.publication.places import language_at, texts, widened
from tvist.publication.pseudonyms import instead_of, is_municipal, letter_instead, letters, municipalities, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    key: str = ""
    """Of a municipality (`names.key_of`), and where in the stretch its name ends."""
    ends: int = 0


@dataclass(frozen=True)
class _Case:
    """What the texts of one record are read with."""

    record: Record
    own: tuple[str, ...]
    known: Known
    members: frozenset[str]
    letters: Mapping[str, str]
    unknown: tuple[str, ...]
    """Words that somewhere in the record are names, by their capital."""


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
_HOMES: Final = (
    "barneverninstitusjon|barnevernsinstitusjon|ungdomshjem|ungdomsheim|barnehjem|barneheim|familiesenter|behandlingssenter|behandlingshjem|"
    "behandlingsheim|akuttsenter|akuttinstitusjon|omsorgssenter|ungdomssenter|barne- og familiesenter|beredskapshjem|beredskapsheim|"
    "helsehus|bufellesskap|bofellesskap|kollektiv|stiftelse|stifting|gard|gård|tingrett|lagmannsrett|[a-zæøå]*(?:sjukehus|sykehus|senter|skole|skule|barnehage)"
)
_PHRASE: Final = re.compile(rf"(?<![\w-])(?:[{UPPER}][\w\u00ad'\u2019-]*[ \u00a0]+){{1,4}}(?i:{_HOMES})(?:en|et|a|n)?s?(?![\w-])")


def proposals(record: Record, known: Known) -> list[Proposal]:
    """What should be hidden in the texts of the record: in the order of the opinion, never overlapping, whole words."""
    members = {*(seat["name"] for seat in record["panel"]), *(each.name for each in known.people if each.what == "member")}
    staying = {part for name in members for part in name.split()}
    unknown = tuple(sorted({part for _place, text in texts(record) for part in parts_of_names(text)} - staying))
    also = tuple(name for name in known.organisations if is_municipal(name))
    case = _Case(record, (*municipalities(record), *also), known, frozenset(members), letters(record, also), unknown)
    return [
        _proposal(place, text[span.start : span.end], span, case)
        for place, text in texts(record)
        for span in _without_overlaps(_spans(text, case))
    ]


def _proposal(place: str, words: str, span: _Span, case: _Case) -> Proposal:
    instead = _instead(words, span, case, language_at(case.record, place))
    return Proposal(place, span.start, span.end, words, span.kind, instead, span.why)


def _instead(words: str, span: _Span, case: _Case, language: str) -> str:
    """What would stand instead; of another case the number of its publication, where it has one."""
    if span.why == "case_number" and (number := publication_of(words, case.known)):
        return number
    if span.why == "inhabitants":
        return said("inhabitants", language, municipality=case.letters.get(span.key, ""))
    if span.why in {"age", "birth_year"}:
        return said("age" if span.why == "age" else "year", language)
    if span.key and span.kind is MarkKind.MUNICIPALITY:
        return letter_instead(words, span.key, case.letters, ends=span.ends)
    return instead_of(words, span.kind, case.record, case.letters, language=language)


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
    yield from _institutions(text)
    for name in names_in(text, case.own):
        start, end = widened(text, name.start, name.end)
        yield _Span(start, end, name.kind, name.why, name.key, name.end - start)
    yield from _inhabitants(text, case.own)
    yield from _compounds(text, case.own)
    yield from _capitals(text, case.unknown)


def _institutions(text: str) -> Iterator[_Span]:
    """Names that end with what an institution is: "Fjordgløtt ungdomshjem"."""
    for found in _PHRASE.finditer(text):
        if (start := _name_start(text, found.start(), found.end())) is not None:
            yield _Span(start, found.end(), MarkKind.INSTITUTION, "institution")


def _capitals(text: str, unknown: tuple[str, ...]) -> Iterator[_Span]:
    """Names that nobody knows, whole; then by their parts, for where one is something surer, and where a sentence begins with one."""
    found = list(capitals_in(text))
    yield from (_Span(*widened(text, each.start, each.end), each.kind, "capitals") for each in found)
    for each in found:
        for part in re.finditer(r"\S+", text[each.start : each.end]):
            yield _Span(*widened(text, each.start + part.start(), each.start + part.end()), each.kind, "capitals")
    for start, end, wanted in _finder_of(unknown).found_in(text):
        yield _Span(*widened(text, start, end), wanted.kind, wanted.why)


@lru_cache(maxsize=8)
def _finder_of(words: tuple[str, ...]) -> Finder:
    return Finder(Wanted(each, MarkKind.PERSON, "capitals", capitals_count=True) for each in words)


def _inhabitants(text: str, own: tuple[str, ...]) -> Iterator[_Span]:
    """Those who live in a municipality of the case, as they may be called."""
    keys = _people_of(own)
    if keys:
        for word in words_of(text):
            if word.plain in keys:
                yield _Span(word.start, word.end, MarkKind.MUNICIPALITY, "inhabitants", keys[word.plain], word.end - word.start)


@lru_cache(maxsize=64)
def _people_of(own: tuple[str, ...]) -> Mapping[str, str]:
    """What those who live in the municipalities may be called, each with the key of the municipality."""
    return {plain(form): key_of(name) for name in own for form in doubtful_forms(name, MarkKind.MUNICIPALITY)}


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
    """Where the name of an institution begins, without words before it that name nobody; None where nothing of a name is left."""
    words = [(start + word.start(), word[0]) for word in re.finditer(r"\S+", text[start:end])]
    return next((at for at, word in words[:-1] if not names_nobody(word)), None)


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
