"""What happened last in a case, of that which a letter tells: a letter is written in the act, so what it tells of is the last there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tvist.cases.admissions import LateSending
    from tvist.cases.clocks import Extension, Rest
    from tvist.cases.models import Case, Party
    from tvist.intake.models import DismissalProposal
    from tvist.panel.challenges import Challenge


def latest_extension(case: Case) -> Extension | None:
    """The request for more time that was ruled on last."""
    ruled = [found for task in case.tasks for found in task.extensions if found.ruled_at is not None]
    return max(ruled, key=lambda found: str(found.ruled_at), default=None)


def latest_proposal(case: Case) -> DismissalProposal | None:
    """The proposal of dismissal that was made last."""
    return case.dismissal_proposals[-1] if case.dismissal_proposals else None


def latest_late(party: Party) -> LateSending | None:
    """The party's own late sending that was ruled on last; another party's is not told of."""
    own = [found for found in party.case.late_sendings if found.ruled_at is not None and found.submission.party is party]
    return max(own, key=lambda found: str(found.ruled_at), default=None)


def latest_challenges(case: Case) -> list[Challenge]:
    """Those decided in the last moment in which any was."""
    decided = [found for found in case.challenges if found.decided_at is not None and found.ended_by != "left"]
    last = max((str(found.decided_at) for found in decided), default="")
    return [found for found in decided if str(found.decided_at) == last]


def latest_rest(case: Case) -> Rest | None:
    """The rest that was decided last."""
    return case.rests[-1] if case.rests else None
