"""What the program proposes to hide in the texts of an opinion; a person decides each (rule 46). Start at `proposals`.

Register names and their forms, persons and numbers known in the case, and what by its shape may tell who somebody is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from tvist.publication.inflections import doubtful_forms, forms
from tvist.publication.models import MarkKind
from tvist.publication.names import names_in, plain
from tvist.publication.patterns import shapes_in
from tvist.publication.places import texts, widened
from tvist.publication.pseudonyms import instead_of, letters, municipalities

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

Record = dict[str, Any]
What = Literal["officer", "representative", "member", "child_side"]
"""What a person is to the case: works on it for a party or the secretariat, represents a party, decides, or is the child or near it."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person whose name the program knows."""

    name: str
    what: What


@dataclass(frozen=True)
class Known:
    """What the program knows of the case and of other cases, beside the record. All is empty where nothing is known."""

    people: tuple[KnownPerson, ...] = ()
    organisations: tuple[str, ...] = ()
    """Names of parties, also those that have left."""
    own_references: tuple[str, ...] = ()
    case_numbers: tuple[str, ...] = ()
    """The number of the case and those of other cases, as they are written: `2026/0001`."""
    institutions: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


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


DOUBTFUL: Final = frozenset(
    {"common_word", "like_a_person", "part_of_name", "inhabitants", "small_letters", "age", "eleven_digits"}
)
"""Reasons that are doubts: the words may be something else."""
_KINDS: Final[Mapping[What, MarkKind]] = {
    "officer": MarkKind.OFFICER,
    "representative": MarkKind.REPRESENTATIVE,
    "child_side": MarkKind.PERSON,
}
_PHRASE: Final = re.compile(
    r"(?<![\w-])(?:[A-ZÆØÅÁČĐŊŠŦŽ][\w\u00ad'\u2019-]*[ \u00a0]+){1,4}"
    r"(?:barneverninstitusjon|barnevernsinstitusjon|ungdomshjem|ungdomsheim|barnehjem|barneheim|familiesenter|familiesenteret|behandlingssenter|"
    r"behandlingshjem|behandlingsheim|akuttsenter|akuttinstitusjon|omsorgssenter|ungdomssenter|barne- og familiesenter|beredskapshjem|skole|skule|"
    r"barnehage|sjukehus|sykehus|helsehus|bufellesskap|bofellesskap|kollektiv|senter|stiftelse)(?:en|et|a|n)?s?(?![\w-])"
)


def proposals(record: Record, known: Known) -> list[Proposal]:
    """What should be hidden in the texts of the record: in the order of the opinion, never overlapping, whole words."""
    own = (*municipalities(record), *(name for name in known.organisations if plain(name).endswith((" kommune", " herad"))))
    named = letters(record)
    found: list[Proposal] = []
    for place, text in texts(record):
        for span in _without_overlaps(_spans(text, own, known, _members(record, known))):
            words = text[span.start : span.end]
            found.append(
                Proposal(place, span.start, span.end, words, span.kind, instead_of(words, span.kind, record, named), span.why)
            )
    return found


def _members(record: Record, known: Known) -> frozenset[str]:
    """The names of those who decide: they stay."""
    return frozenset(
        {*(seat["name"] for seat in record["panel"]), *(each.name for each in known.people if each.what == "member")}
    )


def _spans(text: str, own: Collection[str], known: Known, members: Collection[str]) -> Iterator[_Span]:
    """All that is found, the surest first."""
    staying = [found.span() for found in _finder(tuple(sorted(members))).finditer(text)] if members else []
    for start, end, kind, why in _known_in(text, known, members):
        if not any(first < end and start < last for first, last in staying):
            yield _Span(start, end, kind, why)
    for shape in shapes_in(text):
        yield _Span(shape.start, shape.end, shape.kind, shape.why)
    for found in _PHRASE.finditer(text):
        yield _Span(*_from_name(text, found.start(), found.end()), MarkKind.INSTITUTION, "institution")
    for name in names_in(text, own):
        start, end = widened(text, name.start, name.end)
        if not any(first < end and start < last for first, last in staying):
            yield _Span(start, end, name.kind, name.why)
    yield from _inhabitants(text, own)


def _known_in(text: str, known: Known, members: Collection[str]) -> Iterator[tuple[int, int, MarkKind, str]]:
    for wanted, kind, why in _known_words(known, frozenset(members)):
        for found in _finder(wanted).finditer(text):
            yield *widened(text, *found.span()), kind, why


@lru_cache(maxsize=8)
def _known_words(known: Known, members: frozenset[str]) -> tuple[tuple[tuple[str, ...], MarkKind, str], ...]:
    """The words that are looked for, the surest first: whole names and numbers, then the names of people in part."""
    whole: list[tuple[tuple[str, ...], MarkKind, str]] = []
    parts: list[tuple[tuple[str, ...], MarkKind, str]] = []
    staying = {part for name in members for part in name.split()}
    for person in known.people:
        if person.what == "member" or person.name in members:
            continue
        kind = _KINDS[person.what]
        whole.append((tuple(sorted(forms(person.name, kind))), kind, person.what))
        alone = sorted(
            form for form in doubtful_forms(person.name, kind) if form.rstrip("s'\u2019") not in staying and form not in staying
        )
        parts.append((tuple(alone), kind, "part_of_name"))
    for words, kind, why in (
        *((words, MarkKind.INSTITUTION, "known_institution") for words in known.institutions),
        *((words, MarkKind.NUMBER, "case_number") for words in known.case_numbers),
        *((words, MarkKind.NUMBER, "own_reference") for words in known.own_references),
        *((words, MarkKind.ADDRESS, "known_address") for words in known.addresses),
    ):
        whole.append((tuple(sorted(forms(words, kind))), kind, why))
    return tuple(each for each in (*whole, *parts) if each[0])


@lru_cache(maxsize=4096)
def _finder(wanted: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of the words as whole words, the longest first, whatever white space stands in them."""
    one = "|".join(_spaced(each) for each in sorted(wanted, key=lambda each: (-len(each), each)))
    return re.compile(rf"(?<![\w@])(?:{one})(?![\w@])")


def _spaced(words: str) -> str:
    return r"\s+".join(re.escape(part) for part in words.split())


def _inhabitants(text: str, own: Collection[str]) -> Iterator[_Span]:
    if own:
        wanted = tuple(sorted({form for name in own for form in doubtful_forms(name, MarkKind.MUNICIPALITY)}))
        for found in _any_case(wanted).finditer(text):
            yield _Span(*found.span(), MarkKind.MUNICIPALITY, "inhabitants")


@lru_cache(maxsize=64)
def _any_case(wanted: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_finder(wanted).pattern, re.IGNORECASE)


def _from_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The same without a small word with a capital that begins the sentence."""
    from tvist.publication.common_words import SMALL

    words = re.finditer(r"\S+", text[start:end])
    first = next((word.start() for word in words if plain(word[0]) not in SMALL), 0)
    return start + first, end


def _without_overlaps(spans: Iterable[_Span]) -> list[_Span]:
    """Those that do not touch a surer one, in the order of the text."""
    kept: list[_Span] = []
    for span in spans:
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
