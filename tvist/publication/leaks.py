"""The leak test: what the public may not read is sought in everything that is to go out, and what is found is told exactly (rule 46).

`secrets_of` says what is secret, from the frozen record, the marks and what is known of the case; `leaks_in` reads the outputs and finds it. Here
nothing is trusted of how the public record was made: only the bytes that go out count.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tvist.accounts.models import OrganisationKind
from tvist.anonymity.kinds import MarkKind
from tvist.anonymity.register_names import stem_of
from tvist.publication.day_forms import day_forms
from tvist.publication.inflections import forms
from tvist.publication.known_words import is_name, tells
from tvist.publication.matching import Needle, Searcher, Text, needle_of, squeezed
from tvist.publication.names import is_common_word
from tvist.publication.places import texts
from tvist.publication.proposing import proposals
from tvist.publication.pseudonyms import is_municipal
from tvist.publication.reading_files import Output, Reading, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tvist.publication.matching import Match
    from tvist.publication.models import Mark
    from tvist.publication.proposing import Known, Proposal
    from tvist.words import Message

__all__ = ["Leak", "Output", "Secret", "leaks_in", "secrets_of"]

Record = dict[str, Any]
BESIDE: Final = 16
"""So many letters before or after a word that was left open are where it may stand."""
FEWEST_BESIDE: Final = 6
"""With fewer letters than this on a side, the place is not known again by that side."""
OWN_NUMBERS: Final = "btn"
"""What the numbers of publications begin with, as it stands among squeezed letters."""
_KINDS: Final = {"officer": MarkKind.OFFICER, "representative": MarkKind.REPRESENTATIVE, "child_side": MarkKind.PERSON}


@dataclass(frozen=True)
class Secret:
    """Words that may not be read, and why they are secret: `marked`, `structural`, `known` or `undecided`.

    `is_common`: also an ordinary word, which a small letter in a sentence makes of it. `open_beside`: what a person left open, with the
    letters before and after it. `open_within`: names that may be read although the words are part of them.
    """

    words: str
    kind: MarkKind
    why: str
    is_common: bool = False
    open_beside: frozenset[tuple[str, str, str]] = field(default=frozenset(), compare=False)
    open_within: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True)
class Leak:
    """A secret that can be read: in which output, where in it, and the words as they stand there."""

    output: str
    where: Message
    secret: Secret
    found: str


def secrets_of(record: Record, marks: Iterable[Mark], known: Known) -> list[Secret]:
    """All that may not be read in public of an opinion, each once, with the places where persons left words open.

    What is proposed and that nobody has decided is secret as well.
    """
    decided = [mark for mark in marks if mark.hides is not None]
    proposed = proposals(record, known)
    found = [
        *_structural(record),
        *(Secret(mark.words, mark.kind, "marked") for mark in decided if mark.hides),
        *_known(known),
        *(Secret(each.words, each.kind, "undecided") for each in proposed if not _is_decided(each, decided)),
    ]
    places = _left_open(dict(texts(record)), decided)
    names = frozenset(squeezed(name) for name in _public_names(record))
    return [
        replace(each, is_common=_is_common(each), open_beside=places, open_within=names)
        for each in {(one.words, one.kind): one for one in reversed(found) if one.words.strip()}.values()
    ][::-1]


def leaks_in(outputs: Iterable[Output], secrets: Sequence[Secret]) -> list[Leak]:
    """Every secret that can be read in the outputs, once for each place. Empty means that they may go out. Raises ValueError for a broken PDF."""
    searcher = Searcher(_needles(secrets))
    signs = [secret for secret in secrets if not squeezed(secret.words)]
    found: dict[Leak, None] = {}
    for output in outputs:
        for reading in readings(output):
            found |= dict.fromkeys(_in_reading(output.name, reading, searcher))
            found |= {
                Leak(output.name, reading.where, one, one.words): None for one in signs if one.words.strip() in reading.text
            }
            found |= dict.fromkeys(_by_letters(output.name, reading, secrets))
    return list(found)


def _structural(record: Record) -> Iterator[Secret]:
    """What the record says of who is who: told as letters in public."""
    yield Secret(record["number"], MarkKind.NUMBER, "structural")
    for party in record["parties"]:
        if party["kind"] == OrganisationKind.MUNICIPALITY:
            yield Secret(party["name"], MarkKind.MUNICIPALITY, "structural")
        if is_name(party["representative"] or ""):
            yield Secret(party["representative"], MarkKind.REPRESENTATIVE, "structural")
        if tells(party["own_reference"] or ""):
            yield Secret(party["own_reference"], MarkKind.NUMBER, "structural")
    for line in record["lines"]:
        yield Secret(line["municipality"], MarkKind.MUNICIPALITY, "structural")


def _known(known: Known) -> Iterator[Secret]:
    """What is known beside the record; those who decide are named in public."""
    yield from (Secret(person.name, _KINDS[person.what], "known") for person in known.people if person.what != "member")
    yield from (Secret(name, MarkKind.MUNICIPALITY, "known") for name in known.organisations if is_municipal(name))
    yield from (Secret(number, MarkKind.NUMBER, "known") for number in (*known.own_references, *known.case_numbers))
    yield from (Secret(name, MarkKind.INSTITUTION, "known") for name in known.institutions)
    yield from (Secret(address, MarkKind.ADDRESS, "known") for address in known.addresses)


def _public_names(record: Record) -> Iterator[str]:
    """Names that the public reads: the members of the panel and the state's side."""
    composition = record.get("composition", {})
    for named in (
        *record["panel"],
        *composition.get("statements", ()),
        *composition.get("left", ()),
        *composition.get("challenges", ()),
    ):
        yield named["name"]
    yield from (party["name"] for party in record["parties"] if party["kind"] != OrganisationKind.MUNICIPALITY)


def _is_common(secret: Secret) -> bool:
    return secret.kind in {MarkKind.MUNICIPALITY, MarkKind.PLACE} and is_common_word(secret.words)


def _is_decided(proposal: Proposal, decided: Iterable[Mark]) -> bool:
    """Whether a person has decided a mark that covers a part of what is proposed."""
    return any(mark.place == proposal.place and mark.start < proposal.end and proposal.start < mark.end for mark in decided)


def _left_open(written: Mapping[str, str], decided: Sequence[Mark]) -> frozenset[tuple[str, str, str]]:
    """Each stretch that a person left open, with the letters before and after it as they stand in the public text."""
    found = set()
    for mark in decided:
        if not mark.hides and (text := written.get(mark.place)) is not None:
            hidden = [each for each in decided if each.hides and each.place == mark.place]
            before = squeezed(_told(text, 0, mark.start, hidden))[-BESIDE:]
            after = squeezed(_told(text, mark.end, len(text), hidden))[:BESIDE]
            found.add((squeezed(mark.words), before, after))
    return frozenset(found)


def _told(text: str, start: int, end: int, hidden: Iterable[Mark]) -> str:
    """A stretch of a text with what stands instead of what is hidden."""
    pieces, at = [], start
    for mark in sorted(hidden, key=lambda each: each.start):
        if start <= mark.start and mark.end <= end and mark.start >= at:
            pieces += [text[at : mark.start], mark.replacement]
            at = mark.end
    return "".join([*pieces, text[at:end]])


def _needles(secrets: Iterable[Secret]) -> Iterator[Needle[Secret]]:
    """Each form of each secret once; one that is the form of several secrets speaks for the first."""
    seen: set[tuple[str, frozenset[int]]] = set()
    for secret in secrets:
        days = day_forms(secret.words) if secret.kind is MarkKind.DATE else ()
        for form in (secret.words, *sorted(forms(secret.words, secret.kind)), *sorted(days)):
            needle = needle_of(form, secret)
            if (needle.squeezed, needle.begins) not in seen:
                seen.add((needle.squeezed, needle.begins))
                yield needle


def _in_reading(output: str, reading: Reading, searcher: Searcher[Secret]) -> Iterator[Leak]:
    text = Text(reading.text)
    for match in searcher.matches(text):
        if not _may_stand(match, text, is_prose=reading.is_prose):
            yield Leak(output, reading.where, match.thing, match.found)


def _may_stand(match: Match[Secret], text: Text, *, is_prose: bool) -> bool:
    """Whether a match is no leak: the ordinary word, the number of a publication, a place that was left open, or a part of a name that is public."""
    secret = match.thing
    letters, part = text.squeezed, text.squeezed[match.start : match.end]
    if secret.is_common and is_prose and match.found == match.found.lower() and part == squeezed(stem_of(secret.words)):
        return True
    if secret.kind is MarkKind.NUMBER and letters.endswith(OWN_NUMBERS, 0, match.start):
        return True
    return any(
        part in words
        and (
            (len(before) >= FEWEST_BESIDE and letters.endswith(before, 0, match.start))
            or (len(after) >= FEWEST_BESIDE and letters.startswith(after, match.end))
        )
        for words, before, after in secret.open_beside
    ) or any(_lies_within(name, match, letters) for name in secret.open_within)


def _lies_within(name: str, match: Match[Secret], text: str) -> bool:
    """Whether what was found is a part of a name that stands there whole."""
    part = text[match.start : match.end]
    at = name.find(part)
    while at >= 0:
        if match.start >= at and text.startswith(name, match.start - at):
            return True
        at = name.find(part, at + 1)
    return False


def _by_letters(output: str, reading: Reading, secrets: Iterable[Secret]) -> Iterator[Leak]:
    """Letters that the file has shapes for although no page shows them: a secret that has one of them may have stood there."""
    if reading.where.code == "leaks.where.glyphs" and reading.text:
        spare = set(reading.text)
        for secret in secrets:
            if letters := spare.intersection(secret.words):
                yield Leak(output, reading.where, secret, "".join(sorted(letters)))
