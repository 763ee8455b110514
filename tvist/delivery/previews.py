"""A letter as it would leave now, before anything is written: for the officer who is about to send it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import addresses_of, language_for
from tvist.delivery.letter_settings import goes_by_itself
from tvist.delivery.telling import About, tell
from tvist.delivery.wording import wording_for

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Party
    from tvist.cases.submissions import SubmissionKind
    from tvist.cases.waiting import TaskKind
    from tvist.delivery.models import LetterKind
    from tvist.delivery.written import Written
    from tvist.procedure.deadlines import Length


@dataclass(frozen=True)
class Preview:
    """The notice to one party as it would leave: `to` is each address with its person, None for the mailbox.

    `starts` is the task whose clock would start when it is delivered, and how long it runs; None where no clock does.
    """

    kind: LetterKind
    party: Party
    language: str
    subject: str
    body: str
    link: str
    to: tuple[tuple[str, User | None], ...]
    goes_by_itself: bool
    starts: tuple[TaskKind, Length] | None = None
    written: Written | None = None
    """What it would say as a document."""


def preview_to_party(
    party: Party,
    kind: LetterKind,
    *,
    at: datetime,
    starts: tuple[TaskKind, Length] | None = None,
    draft: tuple[SubmissionKind, str] | None = None,
    by: User | None = None,
    ground: str = "",
    **params: object,
) -> Preview:
    """The notice and the document that `write_to_party` would write to the party with the same `kind` and `params`.

    `draft`: a text of the body's own that would be served with it, and `by`: who would sign it; `ground`: the code of the ground of dismissal
    it would tell.
    """
    language, session = language_for(party, at), session_of(party)
    wording = wording_for(party, kind, language=language, at=at, params=params, session=session)
    link = f"/cases/{party.case.slug}"
    about = About(clock=starts, draft=draft, by=by, ground=ground, params=params)
    return Preview(
        kind,
        party,
        language,
        wording.subject,
        wording.body,
        link,
        tuple(addresses_of(party, oslo_date(at)).items()),
        goes_by_itself(session, kind),
        starts,
        tell(party, kind, wording, about, language=language, at=at, link=link),
    )
