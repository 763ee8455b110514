"""Finds in a text what the program knows of a case: people, organisations, numbers and addresses, in all their forms (pure).

The forms are put in a table by their first word once for each case, so that a long text is read once however many forms there are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from tvist.anonymity.kinds import MarkKind
from tvist.publication.capitals import names_nobody
from tvist.publication.inflections import doubtful_forms, forms
from tvist.publication.names import plain
from tvist.publication.pseudonyms import is_municipal
from tvist.register.regions import state_regions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    """Names of parties, also those that have left, and of others that the case touches."""
    own_references: tuple[str, ...] = ()
    case_numbers: tuple[str, ...] = ()
    """The number of the case and those of other cases, as they are written: `2026/0001`."""
    institutions: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    publications: tuple[tuple[str, str], ...] = ()
    """Numbers of cases whose opinions are published, each with the number of the publication, which stands instead of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words that are looked for, what they are, and why; capitals count where they make the name."""

    words: str
    kind: MarkKind
    why: str
    capitals_count: bool = False


_FEWEST_SIGNS: Final = 3
_TOKEN: Final = re.compile("[\\w\u00ad\u0300-\u036f\u200b-\u200d\u2060]+")
_KINDS: Final[Mapping[What, MarkKind]] = {
    "officer": MarkKind.OFFICER,
    "representative": MarkKind.REPRESENTATIVE,
    "child_side": MarkKind.PERSON,
}
_CASE_NUMBER: Final = re.compile(
    "(?<![\\d§])(?<!BTN-)(?P<year>(?:19|20)\\d\\d)[ \u00a0]?[/\u2013-](?!\\d\\d-\\d\\d(?!\\d))[ \u00a0]?(?P<serial>\\d{1,6})(?!\\d)|(?<!\\d)(?P<whole>\\d{8})(?!\\d)"
)


def known_in(text: str, known: Known, members: frozenset[str]) -> Iterator[tuple[int, int, Wanted]]:
    """What is known in a text, the surest first; names of `members`, who decide and stay named, are left out."""
    finders = _finders(known, members)
    staying = [(start, end) for start, end, _ in finders[0].found_in(text)]
    for finder in finders[1:]:
        for start, end, wanted in finder.found_in(text):
            if not any(first < end and start < last for first, last in staying):
                yield start, end, wanted
    numbers = _numbers(known)
    for found in _CASE_NUMBER.finditer(text):
        if _number_of(found) in numbers:
            yield found.start(), found.end(), Wanted(found[0], MarkKind.NUMBER, "case_number")


def staying_in(text: str, known: Known, members: frozenset[str]) -> list[tuple[int, int]]:
    """Where the names of members stand in a text."""
    return [(start, end) for start, end, _ in _finders(known, members)[0].found_in(text)]


def case_numbers_in(text: str) -> set[str]:
    """The case numbers of our own kind that stand in a text, each as the body writes it: `2026/0001`."""
    return {f"{year}/{serial:04d}" for year, serial in map(_number_of, _CASE_NUMBER.finditer(text))}


def tells(reference: str) -> bool:
    """Whether a party's own reference says anything: one or two signs, a year, and a bare title stand in every text."""
    signs = [sign for sign in reference if sign.isalnum()]
    is_year = len(signs) <= len("2026") and reference.strip().isdigit()
    return len(signs) >= _FEWEST_SIGNS and not is_year and not _is_title(reference)


def is_name(typed: str) -> bool:
    """Whether what was typed for a person's name can be one: a dash, an initial and a bare title stand in every text."""
    return sum(sign.isalpha() for sign in typed) > 1 and not _is_title(typed)


def _is_title(typed: str) -> bool:
    """Whether it is one word that says no name: "Kommunen", "Leder"."""
    return len(typed.split()) == 1 and names_nobody(typed.strip().title())


def publication_of(words: str, known: Known) -> str | None:
    """The number of the publication that a case number leads to; None where its opinion is not published."""
    found = _CASE_NUMBER.search(words)
    published = {_normal(case): number for case, number in known.publications}
    return published.get(_number_of(found)) if found else None


class Finder:
    """Finds any of some words as whole words: whatever white space, soft hyphens and composed letters stand in them."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self._by_first: dict[str, list[tuple[re.Pattern[str], Wanted]]] = {}
        for each in wanted:
            first = _TOKEN.search(each.words)
            if first is not None:
                self._by_first.setdefault(plain(first[0]), []).append((_pattern(each), each))
        for listed in self._by_first.values():
            listed.sort(key=lambda pair: -len(pair[1].words))

    def found_in(self, text: str) -> Iterator[tuple[int, int, Wanted]]:
        """Each place where some of the words stand, the longest of those that begin there."""
        for token in _TOKEN.finditer(text):
            for pattern, wanted in self._by_first.get(plain(token[0]), ()):
                if found := pattern.match(text, token.start()):
                    yield found.start(), found.end(), wanted
                    break


@lru_cache(maxsize=8)
def _finders(known: Known, members: frozenset[str]) -> tuple[Finder, Finder, Finder]:
    """For the members' names, for whole names and numbers, and for people's names in part."""
    people = [each for each in known.people if each.what != "member" and each.name not in members]
    staying = {part for name in members for part in name.split()}
    whole = [
        Wanted(form, _KINDS[person.what], person.what) for person in people for form in forms(person.name, _KINDS[person.what])
    ]
    whole += [
        Wanted(form, kind, why)
        for named, kind, why in (
            (known.institutions, MarkKind.INSTITUTION, "known_institution"),
            (_other_organisations(known), MarkKind.INSTITUTION, "known_organisation"),
            (known.own_references, MarkKind.NUMBER, "own_reference"),
            (known.addresses, MarkKind.ADDRESS, "known_address"),
        )
        for words in named
        for form in forms(words, kind)
    ]
    parts = [
        Wanted(form, _KINDS[person.what], "part_of_name", capitals_count=True)
        for person in people
        for form in doubtful_forms(person.name, _KINDS[person.what])
        if form not in staying and form.rstrip("s'\u2019") not in staying
    ]
    named = [Wanted(form, MarkKind.PERSON, "member") for name in members for form in forms(name, MarkKind.PERSON)]
    return Finder(named), Finder(whole), Finder(parts)


def _other_organisations(known: Known) -> list[str]:
    """Those that are neither municipalities, which have letters, nor the state's, which stay named."""
    states = {plain(region.name) for region in state_regions()}
    return [name for name in known.organisations if not is_municipal(name) and plain(name) not in states]


@lru_cache(maxsize=8)
def _numbers(known: Known) -> frozenset[tuple[str, int]]:
    return frozenset(_normal(number) for number in known.case_numbers)


def _normal(number: str) -> tuple[str, int]:
    """Year and serial number of a case; one that is written otherwise is nobody's."""
    found = _CASE_NUMBER.fullmatch(number.strip())
    return _number_of(found) if found else ("", 0)


def _number_of(found: re.Match[str]) -> tuple[str, int]:
    return (found["year"], int(found["serial"])) if found["year"] else (found["whole"][:4], int(found["whole"][4:]))


def _pattern(wanted: Wanted) -> re.Pattern[str]:
    one = "[\\s\u00a0]+".join(_letters(part) for part in wanted.words.split())
    before, after = ("(?<![\\w@])" if wanted.words[0].isalnum() else ""), ("(?![\\w@])" if wanted.words[-1].isalnum() else "")
    return re.compile(f"{before}{one}{after}", 0 if wanted.capitals_count else re.IGNORECASE)


def _letters(word: str) -> str:
    """Each letter composed or taken apart, with soft hyphens wherever they may stand."""
    return "\u00ad?".join(_letter(letter) for letter in unicodedata.normalize("NFC", word))


def _letter(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    return re.escape(letter) if apart == letter else f"(?:{re.escape(letter)}|{re.escape(apart)})"
