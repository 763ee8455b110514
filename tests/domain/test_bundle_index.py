"""The index of a bundle: who was served what, when it was opened, and what each party made of its time (rules 21, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import Cast, a_cast
from tests.scenes.panel import referred
from tvist.cases.submissions import SubmissionKind
from tvist.panel.index import Reaction, index_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def test_each_sending_tells_what_the_other_side_did(session: Session, cast: Cast) -> None:
    case = referred(session, cast)

    entries = index_of(case.bundles[0])

    told = [(each.number, each.submission.kind, [trace.reaction for trace in each.traces]) for each in entries if not each.paper]
    assert told[0] == ("1", SubmissionKind.PETITION, [Reaction.SENT, Reaction.COMMENTED])
    assert told[1] == ("2", SubmissionKind.RESPONSE, [Reaction.COMMENTED, Reaction.SENT])
    assert told[2] == ("3", SubmissionKind.COMMENTS, [Reaction.SENT, Reaction.NOTHING_MORE])
    response = entries[1].traces[0] if not entries[1].paper else None
    assert all(trace.served_at or trace.is_sender for each in entries for trace in each.traces), response
