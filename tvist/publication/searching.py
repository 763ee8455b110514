"""What is searched for leaks before it is given out, and how what was found is told to those who marked (rule 46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tvist.anonymity.kinds import MarkKind
from tvist.db import session_of
from tvist.decision.parallel_record import PARALLEL
from tvist.decision.record import as_json
from tvist.publication.knowing import known_of
from tvist.publication.leaks import Output, leaks_in, secrets_of
from tvist.publication.places import replaced, texts
from tvist.publication.proposing import DOUBTFUL, proposals
from tvist.publication.sources import record_of
from tvist.words import Message, label, render

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tvist.publication.leaks import Leak, Secret
    from tvist.publication.models import Publication

Record = dict[str, Any]
MOST_TOLD: Final = 30
_OF_MARKS: Final = frozenset({"marked", "undecided"})


def secrets(publication: Publication) -> list[Secret]:
    """All that no public text may hold."""
    case = publication.decision.case
    return secrets_of(record_of(publication), publication.marks, known_of(session_of(publication), case))


def leaks_in_words(publication: Publication, words: str) -> list[str]:
    """What a text that everybody will read tells of what was hidden, or ought to have been, as it stands in the text."""
    found = leaks_in([Output("text", "text", words.encode())], secrets(publication))
    return list(dict.fromkeys([*(leak.found for leak in found), *_named_in(publication, words)]))


def _named_in(publication: Publication, words: str) -> Iterator[str]:
    """Names and numbers that nobody marked: who withdraws an opinion often does so because of one of them."""
    record = record_of(publication)
    written = dict(texts(record))
    place = next(name for name in written if name.startswith("sections."))
    known = known_of(session_of(publication), publication.decision.case)
    for each in proposals(replaced(record, {place: words}), known):
        is_told = each.why not in DOUBTFUL or any(each.words in text for text in written.values())
        if each.place == place and each.kind is not MarkKind.DATE and is_told:
            yield each.words


def told(leaks: Sequence[Leak], record: Record, language: str, own: Collection[Secret] = ()) -> str:
    """The leaks for those who mark, a line each: where, and what. Only words that stand in the opinion itself are repeated.

    `own`: what also stands in the words that are the program's own; no mark takes it out of these, so what to do is said.
    """
    written = as_json(record)
    lines = list(dict.fromkeys(render(_told(leak, written), language) for leak in leaks if not _is_own(leak.secret, own)))
    both = dict.fromkeys(_told_own(leak.secret) for leak in leaks if _is_own(leak.secret, own))
    lines += [render(message, language) for message in both]
    more = len(lines) - MOST_TOLD
    beyond = [render(Message("publication.leak.more", count=more), language)] if more > 0 else []
    return "\n".join([render(Message("publication.leak.heading"), language), *lines[:MOST_TOLD], *beyond])


def _told_own(secret: Secret) -> Message:
    """What to do about a secret that is the program's own words too: a day is told as a year there, other words cannot be hidden."""
    return Message(
        "publication.leak.own_day" if secret.kind is MarkKind.DATE else "publication.leak.own_words", words=secret.words
    )


def without_texts(public: Record) -> Record:
    """The public record with nothing that people wrote in it: what is printed of it are the program's own words."""
    bare = replaced(public, {place: "" for place, _ in texts(public)})
    bare.pop("law", None)
    bare.get(PARALLEL, {}).pop("law", None)
    return bare


def _is_own(secret: Secret, own: Collection[Secret]) -> bool:
    """Whether a word that was marked in the text, and that nothing but the mark makes secret, is one of the program's own."""
    return secret.why in _OF_MARKS and secret in own


def _told(leak: Leak, written: str) -> Message:
    place = {"output": leak.output, "where": leak.where, "kind": label(leak.secret.kind)}
    if leak.secret.words in written:
        return Message("publication.leak.words", words=leak.secret.words, **place)
    return Message("publication.leak.unsaid", **place)
