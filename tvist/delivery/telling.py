"""Tell a letter to a party as a document, on the case as it stands at that moment. Start reading at `tell`."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from tvist.accounts.models import Organisation, OrganisationKind
from tvist.cases.models import Side
from tvist.clock import oslo_date
from tvist.delivery.contents import sections_of
from tvist.delivery.signing import signers
from tvist.delivery.written import Written
from tvist.words import Message, format_day, join_list, label, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Party
    from tvist.cases.submissions import Submission, SubmissionKind
    from tvist.cases.waiting import Task, TaskKind
    from tvist.delivery.models import LetterKind
    from tvist.delivery.wording import Wording
    from tvist.delivery.written import Rows
    from tvist.procedure.deadlines import Length


@dataclass(frozen=True, kw_only=True)
class About:
    """What a letter is about, beside the case itself: what it serves, and whose clock it starts.

    `task` is the task whose clock starts; of one that is not opened yet `clock` tells the kind and the length. `draft` is a text of the
    body's own that would be served with it, where the letter is only looked at, `by` who would send it, and `ground` the ground of dismissal
    it would tell.
    """

    serves: Sequence[Submission] = ()
    task: Task | None = None
    clock: tuple[TaskKind, Length] | None = None
    draft: tuple[SubmissionKind, str] | None = None
    by: User | None = None
    ground: str = ""
    params: Mapping[str, Any] | None = None


def tell(party: Party, kind: LetterKind, wording: Wording, about: About, *, language: str, at: datetime, link: str) -> Written:
    """The letter to the party with these words, and all that is drawn from the case (rules 16, 19, 25, 30)."""
    session = object_session(party)
    # An act writes its letters before all of it is known: nothing of it goes to the database because its letter is told.
    with session.no_autoflush if session is not None else nullcontext():
        signed = signers(kind, party, about)
        return Written(
            language=language,
            kind=render(label(kind), language),
            number=party.case.number,
            day=oslo_date(at).isoformat(),
            sender=render(Message("pdf.body"), language),
            sender_address=_mailbox_of_body(session),
            recipient=party.name,
            representative=party.representative,
            facts=facts_of(party, language, oslo_date(at)),
            subject=wording.subject,
            words=wording.words,
            sections=tuple(sections_of(kind, party, about, language=language, at=at)),
            signed=tuple((name, render(role, language)) for name, role in signed),
            closing=render(Message("letter_document.closing" if signed else "letter_document.closing_automatic"), language),
            link=link,
            text_version=wording.version,
            is_invented=party.case.is_invented,
        )


def facts_of(party: Party, language: str, day: date) -> Rows:
    """Date, case number, the party's own reference and who the parties are."""
    case = party.case
    rows = [
        ("date", format_day(day, language)),
        ("number", case.number),
        ("own_reference", party.own_reference),
        ("requesting", join_list([found.name for found in case.parties_on(Side.REQUESTING)], language)),
        ("opposing", join_list([found.name for found in case.parties_on(Side.OPPOSING)], language)),
    ]
    return tuple((render(Message(f"letter_document.fact.{name}"), language), value) for name, value in rows if value)


def _mailbox_of_body(session: Session | None) -> str:
    """Where the body is written to; empty before it is set up."""
    query = sa.select(Organisation.mailbox).where(Organisation.kind == OrganisationKind.BODY).order_by(Organisation.id).limit(1)
    return (session.scalar(query) if session is not None else None) or ""
