"""What must hold of the parallel text (rule 39). `tvist.rulebook` joins the conditions to the acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.decision.parallel import parallel_language
from tvist.decision.parallel_places import missing_places, places_behind
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.cases.models import Case


def parallel_needed(case: Case) -> Message | None:
    """A parallel text is written only where a municipality has decided on another form than that of the main text."""
    return None if parallel_language(case) is not None else Message("parallel.none_needed")


def parallel_written(case: Case) -> Message | None:
    """Where a parallel text is needed, it is there for each place that the main text fills."""
    found = missing_places(case) if parallel_language(case) is not None else []
    return Message("parallel.missing", places=[place.called for place in found]) if found else None


def parallel_follows(case: Case) -> Message | None:
    """Nothing of it is older than the main text."""
    found = places_behind(case) if parallel_language(case) is not None else []
    return Message("parallel.is_behind", places=[place.called for place in found]) if found else None
