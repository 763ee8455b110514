"""What stands instead of what is hidden: letters for municipalities, the same everywhere in an opinion, and a word for everything else (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tvist.accounts.models import OrganisationKind
from tvist.publication.models import MarkKind
from tvist.publication.names import key_of, names_in, plain
from tvist.publication.places import texts
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Record = dict[str, Any]
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GENITIVE: Final = re.compile("(?:s|['\u2019]s?)$", re.IGNORECASE)
_DOUBT: Final = "common_word"
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def letters(record: Record) -> dict[str, str]:
    """What each municipality of the record is called in public, by `names.key_of`: "A kommune", "B kommune" … in order of appearance.

    First the parties, then the lines, then the texts; a word that only may be a name gets its letter after all others.
    """
    names = municipalities(record)
    keys = dict.fromkeys(key_of(name) for name in names)
    doubtful: dict[str, None] = {}
    for _place, text in texts(record):
        for found in names_in(text, names):
            if found.kind is MarkKind.MUNICIPALITY:
                (doubtful if found.why == _DOUBT else keys)[found.key] = None
    return {key: f"{_letter(number)} kommune" for number, key in enumerate(keys | doubtful)}


def municipalities(record: Record) -> tuple[str, ...]:
    """The names of municipalities in the structure of the record, each once, in order of appearance."""
    return tuple(dict.fromkeys(_structural(record)))


def instead_of(words: str, kind: MarkKind, record: Record, known: Mapping[str, str] | None = None) -> str:
    """What stands instead of `words`, in the language of the record. `known`: the letters, where they have been drawn already.

    A municipality that has no letter yet (a mark by hand) gets the next one.
    """
    if kind is MarkKind.MUNICIPALITY:
        return _municipality(words, known if known is not None else letters(record))
    code = f"public_opinion.instead.{kind.value}"
    if kind is MarkKind.DATE and (year := _YEAR.search(words)) and words.strip() != year[0]:
        return render(Message(f"{code}_in_year", year=year[0]), record["language"])
    return render(Message(code), record["language"])


def _municipality(words: str, known: Mapping[str, str]) -> str:
    is_genitive = _GENITIVE.search(words) is not None
    name = known.get(key_of(words))
    if name is None and is_genitive:
        name = known.get(key_of(_GENITIVE.sub("", words)))
    else:
        is_genitive = is_genitive and plain(words).endswith(("kommunes", "kommunens", "herads", "heradets"))
    name = name or f"{_letter(len(set(known.values())))} kommune"
    return f"{name}s" if is_genitive else name


def _structural(record: Record) -> Iterator[str]:
    kinds = {party["name"]: party["kind"] for party in record["parties"]}
    yield from (name for name, kind in kinds.items() if kind == OrganisationKind.MUNICIPALITY.value)
    for line in record["lines"]:
        yield line["municipality"]
        if kinds.get(line["claimed_by"], OrganisationKind.MUNICIPALITY.value) == OrganisationKind.MUNICIPALITY.value:
            yield line["claimed_by"]
    for each in record.get("let_in", ()):
        senders = [each["sender"], *each["without"]]
        yield from (name for name in senders if name and kinds.get(name) is None and _is_municipality(name))


def _is_municipality(name: str) -> bool:
    """Whether a party that has left is a municipality: its name says so."""
    return plain(name).endswith((" kommune", " herad"))


def _letter(number: int) -> str:
    """The letter of a number: A, B … Z, then AA, AB and so on."""
    count = len(_ALPHABET)
    return _ALPHABET[number] if number < count else _letter(number // count - 1) + _ALPHABET[number % count]
