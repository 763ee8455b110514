"""A letter as it would leave now, before anything is written: for the officer who is about to send it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import addresses_of, language_for, worded
from tvist.delivery.letter_settings import goes_by_itself

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Party
    from tvist.cases.waiting import TaskKind
    from tvist.delivery.models import LetterKind
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


def preview_to_party(
    party: Party, kind: LetterKind, *, at: datetime, starts: tuple[TaskKind, Length] | None = None, **params: object
) -> Preview:
    """The notice that `write_to_party` would write to the party with the same `kind` and `params`."""
    language = language_for(party, at)
    subject, body = worded(kind, language, party.case.number, **params)
    to = tuple(addresses_of(party, oslo_date(at)).items())
    return Preview(
        kind, party, language, subject, body, f"/cases/{party.case.slug}", to, goes_by_itself(session_of(party), kind), starts
    )
