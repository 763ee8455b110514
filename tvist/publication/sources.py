"""Which version of an opinion a publication is of, and the record it is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tvist.decision.correcting import correction_in_the_making, version_of
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.decision.models import Decision
    from tvist.publication.models import Publication

Record = dict[str, Any]


def newest_version(decision: Decision) -> int:
    """The version of an issued opinion that holds now: a correction counts from when its file is there."""
    return version_of(decision) - (1 if correction_in_the_making(decision) is not None else 0)


def record_of(publication: Publication) -> Record:
    """The frozen record of its version, as the parties read it. Raises ValueError where the opinion has no such version."""
    return record_in(publication.decision, publication.decision_version)


def record_in(decision: Decision, version: int) -> Record:
    """The frozen record of that version of the opinion. Raises ValueError where there is none."""
    if version == 1:
        return decision.record
    found = next((each for each in decision.corrections if each.version == version), None)
    if found is None:
        raise ValueError("the opinion has no such version")
    return found.record


def outdated(publication: Publication) -> Message | None:
    """A version that was corrected is not made public any more: the corrected one is."""
    is_newest = publication.decision_version == newest_version(publication.decision)
    return None if is_newest else Message("publication.newer_version")
