"""Marks are decided, added, taken away and proposed anew, and what is told more broadly is chosen (rule 46).

Each change raises the version of the publication, so that who works on an old page is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm.attributes import flag_modified

from tvist.access.policy import Act
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.errors import CannotProceed
from tvist.publication.models import Blur, Mark, MarkOrigin, Undoing
from tvist.publication.places import language_at, texts
from tvist.publication.proposing import proposals
from tvist.publication.pseudonyms import instead_of
from tvist.publication.rules import fault_in_replacement, half_of, obstacles
from tvist.publication.sources import record_of
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.anonymity.kinds import MarkKind
    from tvist.publication.models import BlurKind, Publication
    from tvist.publication.proposing import Known

Record = dict[str, Any]


@dataclass(frozen=True)
class Decided:
    """What a person decides of a mark. Without a `replacement` it gets the one of its kind; `kind` None: it stays what it is."""

    hides: bool
    replacement: str = ""
    kind: MarkKind | None = None


@dataclass(frozen=True)
class Stretch:
    """A stretch of a text: `start` to before `end`, in characters."""

    place: str
    start: int
    end: int


def decide(publication: Publication, decided: Mapping[str, Decided], *, by: User, at: datetime) -> int:
    """Decide marks, by their public id; returns how many were changed. Raises `CannotProceed`, and decides none then."""
    _need(publication, by, at)
    marks = [mark for mark in publication.marks if mark.public_id in decided]
    if found := [fault for mark in marks if (fault := fault_in_deciding(decided[mark.public_id]))]:
        raise CannotProceed(found)
    changed = [mark for mark in marks if _decide(mark, decided[mark.public_id], by, at)]
    if changed:
        touch(publication)
    return len(changed)


def decide_alike(mark: Mark, decided: Decided, *, by: User, at: datetime) -> int:
    """Decide this mark and all others over the very same words; returns how many were changed.

    A replacement is in the language of the mark it was written for: in a text of the other form what stands instead there stays, or is the usual.
    """
    record = record_of(mark.publication)
    language = language_at(record, mark.place)
    alike = {
        each.public_id: decided if language_at(record, each.place) == language else _in_the_other_form(each, decided)
        for each in mark.publication.marks
        if each.words == mark.words
    }
    return decide(mark.publication, alike, by=by, at=at)


def _in_the_other_form(mark: Mark, decided: Decided) -> Decided:
    is_same_kind = decided.kind in {None, mark.kind}
    return replace(decided, replacement=mark.replacement if decided.replacement.strip() and is_same_kind else "")


def fault_in_deciding(decided: Decided) -> Message | None:
    """Why a mark cannot be decided so."""
    return fault_in_replacement(decided.replacement) if decided.hides else None


def _decide(mark: Mark, decided: Decided, by: User, at: datetime) -> bool:
    kind = decided.kind or mark.kind
    replacement = decided.replacement.strip() if decided.hides else mark.replacement
    if decided.hides and not replacement:
        replacement = _usual(record_of(mark.publication), mark.place, mark.words, kind)
    wanted = (decided.hides, replacement, kind)
    if (mark.hides, mark.replacement, mark.kind) == wanted:
        return False
    mark.hides, mark.replacement, mark.kind = wanted
    mark.decided_at, mark.decided_by = at, by
    return True


def _usual(record: Record, place: str, words: str, kind: MarkKind) -> str:
    """What usually stands instead of such words, in the language of that place."""
    return instead_of(words, kind, record, language=language_at(record, place))


def find(publication: Publication, place: str, words: str, *, occurrence: int) -> Stretch | None:
    """Where `words` stand in that text for the time that is counted from 1; None where they do not, or there is no such text."""
    text = dict(texts(record_of(publication))).get(place, "")
    found = list(_every(text, words))
    return Stretch(place, *found[occurrence - 1]) if 0 < occurrence <= len(found) else None


def find_everywhere(publication: Publication, words: str) -> list[Stretch]:
    """Where `words` stand as whole words in any text of the opinion."""
    return [
        Stretch(place, start, end)
        for place, text in texts(record_of(publication))
        for start, end in _every(text, words)
        if not half_of(text, start, end)
    ]


def unmarked(publication: Publication, stretches: Collection[Stretch]) -> list[Stretch]:
    """Those that meet no mark which hides or waits to be decided."""
    return [found for found in stretches if not _met(publication, found)]


def _every(text: str, words: str) -> Iterator[tuple[int, int]]:
    start = text.find(words) if words else -1
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + len(words))


def add(
    publication: Publication,
    stretches: Sequence[Stretch],
    *,
    kind: MarkKind,
    replacement: str,
    by: User,
    at: datetime,
    written_for: str = "",
) -> list[Mark]:
    """Hide these stretches, by hand.

    `written_for` is the place whose language the replacement is in, else that of the first stretch; a text of the other form gets the usual instead.
    Raises `CannotProceed` for half a word, for one that meets another mark which hides or waits to be decided, and for a replacement that cannot be printed.
    """
    _need(publication, by, at)
    if found := faults_in_adding(publication, stretches, replacement):
        raise CannotProceed(found)
    record = record_of(publication)
    written = dict(texts(record))
    language = language_at(record, written_for or stretches[0].place)
    fitting = {found.place: replacement.strip() if language_at(record, found.place) == language else "" for found in stretches}
    made = [
        Mark(
            place=found.place,
            start=found.start,
            end=found.end,
            words=(words := written[found.place][found.start : found.end]),
            kind=kind,
            replacement=fitting[found.place] or _usual(record, found.place, words, kind),
            origin=MarkOrigin.BY_HAND,
            hides=True,
            decided_at=at,
            decided_by=by,
        )
        for found in stretches
    ]
    publication.marks.extend(made)
    touch(publication)
    return made


def faults_in_adding(publication: Publication, stretches: Collection[Stretch], replacement: str) -> list[Message]:
    """Why these stretches cannot be hidden by that replacement."""
    if not stretches:
        return [Message("publication.words_not_there")]
    if fault := fault_in_deciding(Decided(hides=True, replacement=replacement)):
        return [fault]
    written = dict(texts(record_of(publication)))
    for found in stretches:
        text = written[found.place]
        if whole := half_of(text, found.start, found.end):
            return [Message("publication.half_word", words=text[found.start : found.end], whole=whole)]
        if met := _met(publication, found):
            return [Message("publication.meets", words=met.words)]
    return []


def _met(publication: Publication, stretch: Stretch) -> Mark | None:
    """A mark that hides, or waits to be decided, and shares a character with the stretch."""
    return next(
        (
            mark
            for mark in publication.marks
            if mark.hides is not False and mark.place == stretch.place and mark.start < stretch.end and stretch.start < mark.end
        ),
        None,
    )


def remove(mark: Mark, *, by: User, at: datetime) -> None:
    """Take away a mark that was added by hand; one of another's stays as a mark that hides nothing, so that who undid it does not approve it too.

    Raises `CannotProceed` for a proposed one: that is left standing instead.
    """
    publication = mark.publication
    _need(publication, by, at)
    if found := obstacles_to_remove(mark):
        raise CannotProceed(found)
    if mark.decided_by_id == by.id:
        # Whose mark it was before the same person decided it, no row tells any more.
        publication.undoings.append(Undoing(by_id=by.id, at=at))
        publication.marks.remove(mark)
        session_of(publication).delete(mark)
    else:
        _decide(mark, Decided(hides=False), by, at)
    touch(publication)


def obstacles_to_remove(mark: Mark) -> list[Message]:
    """Why the mark cannot be taken away: one that the program proposed stays, and is left standing instead."""
    return [] if mark.origin is MarkOrigin.BY_HAND else [Message("publication.proposed_stays")]


def propose_again(publication: Publication, known: Known, *, by: User, at: datetime) -> int:
    """Propose what is not marked yet, and return how many; what is there already stays as it is, decided or not."""
    _need(publication, by, at)
    made = propose(publication, known)
    if made:
        touch(publication)
    return made


def propose(publication: Publication, known: Known) -> int:
    """Put a mark, to be decided, wherever one is proposed and none stands; returns how many."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for mark in publication.marks:
        taken.setdefault(mark.place, []).append((mark.start, mark.end))
    fresh = [
        found
        for found in proposals(record_of(publication), known)
        if not any(start < found.end and found.start < end for start, end in taken.get(found.place, ()))
    ]
    for found in fresh:
        publication.marks.append(
            Mark(
                place=found.place,
                start=found.start,
                end=found.end,
                words=found.words,
                kind=found.kind,
                replacement=found.replacement,
                origin=MarkOrigin.PROPOSED,
                why=found.why,
            )
        )
    return len(fresh)


def blur(publication: Publication, kinds: Collection[BlurKind], *, by: User, at: datetime) -> bool:
    """Let these be told more broadly, and all else as it is. Returns whether that changed anything."""
    _need(publication, by, at)
    standing = {found.kind: found for found in publication.blurs}
    if set(standing) == set(kinds):
        return False
    for kind, found in standing.items():
        if kind not in kinds:
            publication.blurs.remove(found)
            session_of(publication).delete(found)
            publication.undoings.append(Undoing(by_id=by.id, at=at))
    for kind in kinds:
        if kind not in standing:
            publication.blurs.append(Blur(kind=kind, by=by, at=at))
    touch(publication)
    return True


def touch(publication: Publication) -> None:
    """Raise the version of the publication when something below it was changed."""
    flag_modified(publication, "return_reasons")
    session_of(publication).flush()


def _need(publication: Publication, by: User, at: datetime) -> None:
    if found := obstacles(publication, Act.MARK_PUBLICATION, by=by, on=oslo_date(at)):
        raise CannotProceed(found)
