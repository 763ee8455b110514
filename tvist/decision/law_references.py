"""References to acts in the opinion: read as they are written, said in one way, and listed (rule 37).

What is not known for certain is left as it was written: an abbreviation of no act, or one of two acts where nothing tells which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from tvist.procedure.tables import rows_of
from tvist.tables import day_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SPACE: Final = r"[ \t\u00a0]*"
_ORDINALS: Final = ("første", "andre", "tredje", "fjerde", "femte", "sjette", "sjuende", "åttende", "niende", "tiende")
_ORDINALS_NN: Final = ("første", "andre", "tredje", "fjerde", "femte", "sjette", "sjuande", "åttande", "niande", "tiande")
_NUMBERED: Final = {word: place for words in (_ORDINALS, _ORDINALS_NN) for place, word in enumerate(words)} | {
    "annet": 1,
    "anna": 1,
    "syvende": 6,
}
_ORDINAL: Final = rf"(?:{'|'.join(_NUMBERED)}|\d{{1,2}}\.)"
_SECTION: Final = rf"\d{{1,3}}(?:{_SPACE}[-\u2011\u2013]{_SPACE}\d{{1,3}})?(?:{_SPACE}[a-hj-z](?![\wæøå.]))?"
_PART: Final = rf"(?:{_ORDINAL}{_SPACE}(?:ledd(?:et)?|punktum|setning)|(?:bokstav|litra){_SPACE}[a-zæøå]\b|nr\.?{_SPACE}\d{{1,2}}|pkt\.?{_SPACE}\d{{1,2}})"
_ONE: Final = rf"{_SECTION}(?:,?{_SPACE}{_PART})*"
_PLACES: Final = re.compile(
    rf"(?P<sign>§§?|kapittel|kapitla|kap\.){_SPACE}(?P<list>{_ONE}(?:{_SPACE}(?:,|og|eller|til|\u2013|jf\.){_SPACE}(?:§{_SPACE})?{_ONE})*)",
    re.IGNORECASE,
)
_YEAR: Final = r"(?:\s+(?:av|frå|fra)\s+|\s*\(|\s+)(?P<year>1[89]\d\d|20\d\d)\)?"
_PARAGRAPH_NEXT: Final = re.compile(r"\s*(?:§|kapittel\b|kap\.)")


@dataclass(frozen=True, slots=True)
class KnownAct:
    """An act of the table. `last` is None while it is in force; `needs_year` where another act goes by the same name or abbreviation."""

    code: str
    year: int
    nb: str
    nn: str
    abbreviations: tuple[str, ...]
    first: date
    last: date | None
    needs_year: bool

    def name(self, language: str) -> str:
        """Its short title in a form of Norwegian, with the year where it needs one."""
        name = self.nn if language == "nn" else self.nb
        return f"{name} ({self.year})" if self.needs_year else name


@dataclass(frozen=True, slots=True)
class LawReference:
    """An act with what of it is referred to. `code` is empty where the act is not known for certain; then `name` is what was written."""

    code: str
    name: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mention:
    """An act as it is named in a text: where, and which acts it may be."""

    start: int
    end: int
    words: str
    acts: tuple[KnownAct, ...]


def law_references(texts: Iterable[str], language: str, days: Sequence[date] = ()) -> list[LawReference]:
    """The acts and places that the texts refer to, by act in the order they are first named, the places in the order of the act.

    `days` are days in dispute: they tell which of two acts of one name is meant, where all lie in the time of the one.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for text in texts:
        for paragraph in re.split(r"\n\s*\n", text):
            for mention, place in _references_in(paragraph, days):
                act = mention.acts[0] if len(mention.acts) == 1 else None
                key = (act.code, act.name(language)) if act else ("", mention.words)
                found.setdefault(key, set()).add(place)
    return [LawReference(code, name, tuple(sorted(places, key=order_of_place))) for (code, name), places in found.items()]


def days_in_dispute(periods: Iterable[tuple[date, date | None]]) -> list[date]:
    """The first and the last day of each period; one that still runs reaches into the time of the newest act."""
    return [day for first, last in periods for day in (first, last or date.max)]


def act_name(code: str, language: str) -> str:
    """The short title of an act of the table. Raises StopIteration for a code that stands there no more."""
    return next(act for act in known_acts() if act.code == code).name(language)


@cache
def known_acts() -> tuple[KnownAct, ...]:
    """The table of acts."""
    return tuple(
        KnownAct(
            row["code"],
            int(row["year"]),
            row["name_nb"],
            row["name_nn"],
            tuple(row["abbreviations"].split("|")),
            date.fromisoformat(row["from"]),
            day_or_none(row["to"]),
            row["needs_year"] == "yes",
        )
        for row in rows_of("acts")
    )


@cache
def _named() -> tuple[re.Pattern[str], dict[str, tuple[KnownAct, ...]]]:
    """What finds an act in a text, and which acts go by a name or an abbreviation (in small letters)."""
    by_word: dict[str, tuple[KnownAct, ...]] = {}
    for act in known_acts():
        for word in {act.nb, act.nn, *(f"{short}." for short in act.abbreviations), *act.abbreviations}:
            by_word[word.lower()] = (*by_word.get(word.lower(), ()), act)
    names = "|".join(re.escape(word) for word in sorted(by_word, key=len, reverse=True))
    # "barnevernlovens § 4-4" is of the same act.
    return re.compile(rf"(?<![\w-])(?P<word>{names})s?(?![\wæøå-])(?:{_YEAR})?", re.IGNORECASE), by_word


def _references_in(paragraph: str, days: Sequence[date]) -> Iterator[tuple[_Mention, str]]:
    """Each place with the act that it is of: the one named right after it ("§ 3-2 i barnevernsloven"), else the one named last before."""
    mentions = list(_mentions(paragraph, days))
    for found in _PLACES.finditer(paragraph):
        after = next((each for each in mentions if re.fullmatch(r"\s+i\s+", paragraph[found.end() : each.start])), None)
        before = [each for each in mentions if each.end <= found.start()]
        mention = after or (before[-1] if before else None)
        if mention is not None:
            for place in _places(found):
                yield mention, place


def _mentions(paragraph: str, days: Sequence[date]) -> Iterator[_Mention]:
    finds, by_word = _named()
    for found in finds.finditer(paragraph):
        acts = by_word[found["word"].lower()]
        is_short = not found["word"].endswith(".") and all(
            found["word"].lower() not in {act.nb.lower(), act.nn.lower()} for act in acts
        )
        # Without its full stop an abbreviation is one only right before a paragraph: "bl" may be anything else.
        if is_short and not _PARAGRAPH_NEXT.match(paragraph, found.end()):
            continue
        if found["year"]:
            acts = tuple(act for act in acts if act.year == int(found["year"])) or acts
        if len(acts) > 1 and days:
            acts = tuple(act for act in acts if all(act.first <= day <= (act.last or date.max) for day in days)) or acts
        yield _Mention(found.start(), found.end(), found["word"], acts)


def _places(found: re.Match[str]) -> Iterator[str]:
    """What stands after the sign, place by place: "§§ 8-1 og 8-4 første ledd" is two."""
    sign = "§" if found["sign"].startswith("§") else "kapittel"
    pieces = re.split(rf"{_SPACE}(?:,|\bog\b|\beller\b|jf\.){_SPACE}(?:§{_SPACE})?(?=\d)(?!{_PART})", found["list"])
    for piece in pieces:
        yield f"{sign} {_normal(piece)}"


def _normal(piece: str) -> str:
    """One place in one way of writing: "3-2, 2. ledd litra a" as "3-2 andre ledd bokstav a"."""
    text = re.sub(rf"(\d){_SPACE}[-\u2011\u2013]{_SPACE}(?=\d)", r"\1-", piece).replace(",", "")
    text = re.sub(
        rf"\b({_ORDINAL}){_SPACE}(?:ledd(?:et)?)\b", lambda each: f"{_ordinal(each[1])} ledd", text, flags=re.IGNORECASE
    )
    text = re.sub(
        rf"\b({_ORDINAL}){_SPACE}(?:punktum|setning)\b", lambda each: f"{_ordinal(each[1])} punktum", text, flags=re.IGNORECASE
    )
    text = re.sub(r"\blitra\b", "bokstav", text, flags=re.IGNORECASE)
    text = re.sub(rf"\b(?:pkt|nr)\.?{_SPACE}(?=\d)", "nr. ", text, flags=re.IGNORECASE)
    return " ".join(text.split())


def _ordinal(word: str) -> str:
    place = _NUMBERED[word.lower()] if word.lower() in _NUMBERED else int(word.rstrip(".")) - 1
    return _ORDINALS[place] if 0 <= place < len(_ORDINALS) else word


def order_of_place(place: str) -> tuple[bool, list[int], str]:
    """By what the places of an act are sorted: chapters first, then by number."""
    numbers = re.match(r"\D*(\d+)(?:-(\d+))?", place)
    return place.startswith("§"), [int(each or 0) for each in numbers.groups()] if numbers else [], place
