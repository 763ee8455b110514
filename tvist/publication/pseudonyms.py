"""What stands instead of what is hidden: letters for municipalities, the same everywhere in an opinion, and a word for everything else (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tvist.accounts.models import OrganisationKind
from tvist.anonymity.kinds import MarkKind
from tvist.anonymity.register_names import folded_name, names_beside, stem_of
from tvist.publication.names import key_of, names_in, plain
from tvist.publication.places import texts
from tvist.register.regions import state_regions
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Record = dict[str, Any]
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_JOINED: Final = re.compile("[-\u2010\u2011][a-zæøå][^\\W\\d_]*")
_APOSTROPHE: Final = re.compile("['\u2019]s?$")
_DOUBT: Final = "common_word"
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def letters(record: Record, also: Iterable[str] = ()) -> dict[str, str]:
    """What each municipality of the record is called in public, by `names.key_of`: "A kommune", "B kommune" … in order of appearance.

    First the parties, then the lines, then the texts; a word that only may be a name gets its letter after all others. `also`: names of other
    municipalities to look for in the texts, which no register need know.
    """
    own = municipalities(record)
    keys = dict.fromkeys(_keys_of(own))
    doubtful: dict[str, None] = {}
    for _place, text in texts(record):
        for found in names_in(text, (*own, *also)):
            if found.kind is MarkKind.MUNICIPALITY:
                (doubtful if found.why == _DOUBT else keys)[found.key] = None
    return {key: f"{_letter(number)} kommune" for number, key in enumerate(keys | doubtful)}


def state_names(record: Record) -> frozenset[str]:
    """What the state's sides of the record are called, and the names of all that the register knows: they stay named."""
    parties = (party["name"] for party in record["parties"] if party["kind"] == OrganisationKind.STATE.value)
    return frozenset((*parties, *(region.name for region in state_regions())))


def letter_of(name: str, named: Mapping[str, str]) -> str | None:
    """The letter of a municipality of the structure, by its name as it stands there."""
    return named.get(folded_name(name)) or named.get(key_of(name))


def _keys_of(names: Iterable[str]) -> Iterator[str]:
    """The key of each; of two that bear one name ("Nes (Akershus)", "Nes (Buskerud)") the second goes by its whole name."""
    taken: dict[str, str] = {}
    for name in names:
        key = key_of(name)
        yield key if taken.setdefault(key, folded_name(name)) == folded_name(name) else folded_name(name)


def municipalities(record: Record) -> tuple[str, ...]:
    """The names of municipalities in the structure of the record, each once, in order of appearance."""
    return tuple(dict.fromkeys(_structural(record)))


def instead_of(words: str, kind: MarkKind, record: Record, named: Mapping[str, str] | None = None, *, language: str = "") -> str:
    """What stands instead of `words`, in the language of the record unless another is given. `named`: the letters, where they have been drawn.

    A municipality that has no letter yet (a mark by hand) gets the next one.
    """
    language = language or record["language"]
    if kind is MarkKind.MUNICIPALITY:
        drawn = named if named is not None else letters(record)
        found = next(iter(names_in(words, municipalities(record))), None)
        return letter_instead(words, found.key if found else key_of(words), drawn, ends=found.end if found else len(words))
    if kind is MarkKind.DATE and (year := _YEAR.search(words)):
        return said("date_in_year", language, year=year[0]) if words.strip() != year[0] else said("year", language)
    return said(kind.value, language)


def letter_instead(words: str, key: str, named: Mapping[str, str], *, ends: int) -> str:
    """The letter of a municipality by its key; with a genitive, and with what a hyphen joins to the name, which `ends` there."""
    letter = named.get(key) or f"{_letter(len(set(named.values())))} kommune"
    if joined := _JOINED.fullmatch(words, ends):
        return f"{letter}{joined[0]}"
    return f"{letter}s" if _is_genitive(words[:ends]) else letter


def said(code: str, language: str, **params: str) -> str:
    """The words that stand instead of something hidden."""
    return render(Message(f"public_opinion.instead.{code}", **params), language)


def _is_genitive(words: str) -> bool:
    """Whether the words are in the genitive: an apostrophe, or an s that is no part of the name itself."""
    if _APOSTROPHE.search(words):
        return True
    if stem_of(words) != words:
        return plain(words).endswith(("kommunes", "kommunens", "herads", "heradets"))
    return plain(words).endswith("s") and not names_beside(words)


def _structural(record: Record) -> Iterator[str]:
    kinds = {party["name"]: party["kind"] for party in record["parties"]}
    yield from (name for name, kind in kinds.items() if kind == OrganisationKind.MUNICIPALITY.value)
    for line in record["lines"]:
        yield line["municipality"]
        if kinds.get(line["claimed_by"], OrganisationKind.MUNICIPALITY.value) == OrganisationKind.MUNICIPALITY.value:
            yield line["claimed_by"]
    for each in record.get("let_in", ()):
        senders = [each["sender"], *each["without"]]
        yield from (name for name in senders if name and kinds.get(name) is None and is_municipal(name))


def is_municipal(name: str) -> bool:
    """Whether an organisation is a municipality: its name says so."""
    return plain(name).endswith((" kommune", " herad"))


def _letter(number: int) -> str:
    """The letter of a number: A, B … Z, then AA, AB and so on."""
    count = len(_ALPHABET)
    return _ALPHABET[number] if number < count else _letter(number // count - 1) + _ALPHABET[number % count]
