"""What is searched for leaks before it is given out, and how what was found is told to those who marked (rule 46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tvist.db import session_of
from tvist.decision.record import as_json
from tvist.publication.knowing import known_of
from tvist.publication.leaks import Output, leaks_in, secrets_of
from tvist.publication.sources import record_of
from tvist.words import Message, label, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.publication.leaks import Leak, Secret
    from tvist.publication.models import Publication

Record = dict[str, Any]
MOST_TOLD: Final = 30


def secrets(publication: Publication) -> list[Secret]:
    """All that no public text may hold."""
    case = publication.decision.case
    return secrets_of(record_of(publication), publication.marks, known_of(session_of(publication), case))


def leaks_in_words(publication: Publication, words: str) -> list[str]:
    """What a text that everybody will read tells of what was hidden, as it stands in the text."""
    found = leaks_in([Output("text", "text", words.encode())], secrets(publication))
    return list(dict.fromkeys(leak.found for leak in found))


def told(leaks: Sequence[Leak], record: Record, language: str) -> str:
    """The leaks for those who mark, a line each: where, and what. Only words that stand in the opinion itself are repeated."""
    written = as_json(record)
    lines = list(dict.fromkeys(render(_told(leak, written), language) for leak in leaks))
    more = len(lines) - MOST_TOLD
    beyond = [render(Message("publication.leak.more", count=more), language)] if more > 0 else []
    return "\n".join([render(Message("publication.leak.heading"), language), *lines[:MOST_TOLD], *beyond])


def _told(leak: Leak, written: str) -> Message:
    place = {"output": leak.output, "where": leak.where, "kind": label(leak.secret.kind)}
    if leak.secret.words in written:
        return Message("publication.leak.words", words=leak.secret.words, **place)
    return Message("publication.leak.unsaid", **place)
