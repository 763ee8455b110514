"""What is typed into a draft, kept as it comes: each field upon the text it was typed over, so that two who write lose nothing.

A *sheet* is what one page shows of a draft: a step of the request, one claim line, or all of what is written in a case. `typings` come from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.accounts.models import OrganisationKind
from tvist.db import locked, session_of
from tvist.errors import CannotProceed
from tvist.intake.models import FROM_A_PARTY, Draft, DraftChange, DraftKind, DraftVisit
from tvist.procedure.settings import PROCEDURES
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission

Value = str | bool | list[str]
"""What a control holds: a text, a tick, or the ticks of a group."""
ACT_OF: Final[dict[DraftKind, Act]] = {
    DraftKind.CURE: Act.CURE,
    DraftKind.RESPONSE: Act.RESPOND,
    DraftKind.COMMENTS: Act.COMMENT,
    DraftKind.ADDITION: Act.SEND_MORE,
    DraftKind.DISMISSAL_COMMENT: Act.COMMENT_ON_DISMISSAL,
    DraftKind.DEFICIENCY_LETTER: Act.ASK_FOR_MISSING,
    DraftKind.DISMISSAL_PROPOSAL: Act.PROPOSE_DISMISSAL,
    DraftKind.BODY_LETTER: Act.WRITE_LETTER,
}
"""What is done with a draft in a case when it is sent; who may do that, may write it."""
TOGETHER: Final = timedelta(minutes=10)
"""Typing by one person in one place and tab within this time is one change."""
CUT: Final = 20
"""Where so many letters are taken out at once, a new change begins, which holds the text as it was before."""
STALE: Final = timedelta(seconds=20)
"""Who has not been heard of for so long has left the draft."""
LONGEST_VALUE: Final = 2 * PROCEDURES[-1].longest_text
"""A text longer than may be sent is kept all the same: it is for its writer to shorten."""
MOST_FIELDS, LONGEST_NAME, LONGEST_TOGETHER = 2000, 80, 1_500_000


@dataclass(frozen=True)
class Typing:
    """What was typed into a field, and what stood in it when the typing began."""

    field: str
    base: Value
    value: Value


@dataclass(frozen=True)
class Clash:
    """Somebody else has written in the field since: what stands there now, by whom and when (None where nobody knows)."""

    field: str
    kept: Value
    by: User | None
    at: datetime | None


@dataclass
class Outcome:
    """What became of the typings: the fields that stand as typed, and those where another's text stands."""

    saved: list[str] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


class Sheet(Protocol):
    """What one page shows of a draft."""

    def shown(self) -> dict[str, Value]:
        """Each field with what stands in it."""
        ...

    def place(self, name: str) -> str:
        """Where in `typed` the field stands."""
        ...

    def put(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """All of `typed`, with these values for the fields of this sheet."""
        ...


@dataclass(frozen=True)
class FlatSheet:
    """What is written in a case: a flat `{field: value}`."""

    draft: Draft

    def shown(self) -> dict[str, Value]:
        """Each field that was ever filled in."""
        return dict(self.draft.typed)

    def place(self, name: str) -> str:
        """The field itself."""
        return name

    def put(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """What stands there already, and these. Raises CannotProceed where it grows too large."""
        typed = {**self.draft.typed, **values}
        size = sum(len(name) + len(str(value)) for name, value in typed.items())
        if len(typed) > MOST_FIELDS or size > LONGEST_TOGETHER or any(len(name) > LONGEST_NAME for name in values):
            raise CannotProceed(Message("writing.too_much"))
        return typed


def keep_typed(draft: Draft, sheet: Sheet, typings: Sequence[Typing], *, by: User, tab: str, at: datetime) -> Outcome:
    """Keep each typing whose base still stands; where another's text stands, leave that and note the typing beside it, so that neither is lost.

    Raises CannotProceed for a draft that was sent or discarded, and for a text too long to be one.
    """
    if not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
    if any(len(str(typing.value)) > LONGEST_VALUE for typing in typings):
        raise CannotProceed(Message("writing.too_long", limit=LONGEST_VALUE))
    shown, outcome, accepted = sheet.shown(), Outcome(), {}
    for typing in typings:
        now_there = shown.get(typing.field, "")
        if _same(now_there, typing.value):
            outcome.saved.append(typing.field)
        elif _same(now_there, typing.base):
            accepted[typing.field] = typing.value
            outcome.saved.append(typing.field)
        else:
            last = _last_change(draft, sheet.place(typing.field))
            outcome.clashes.append(
                Clash(typing.field, now_there, *((last.by, last.at) if last is not None else (None, None)))
            )
            _note(draft, f"{sheet.place(typing.field)}", typing.base, typing.value, by=by, tab=f"{ASIDE}{tab}", at=at)
    if accepted:
        for name, value in accepted.items():
            _note(draft, sheet.place(name), shown.get(name, ""), value, by=by, tab=tab, at=at)
        draft.typed, draft.changed_at = sheet.put({**shown, **accepted}), at
    return outcome


ASIDE: Final = "aside:"
"""Begins the tab of a change that was never put into the draft, as another's text stood there."""


def _same(one: object, other: object) -> bool:
    """Whether two values look alike on a page: line ends are one character, and nothing is nothing."""
    return _plain(one) == _plain(other)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return value or ""


def note_replaced(draft: Draft, before: Mapping[str, Any], after: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Note what a page sent as a whole has put in place of what stood there: `typed` before and after."""
    for place, (was, now) in sorted(_differences("", before, after).items()):
        _note(draft, place, was, now, by=by, tab="", at=at)


def _differences(place: str, was: Any, now: Any) -> dict[str, tuple[Any, Any]]:
    """Each place where two of `typed` differ, down to texts; a list of another length differs as a whole, so that it can be taken back."""
    if was == now:
        return {}
    if isinstance(was or {}, dict) and isinstance(now or {}, dict) and (was or now) not in (None, ""):
        names = {**(was or {}), **(now or {})}
        inner = [_differences(f"{place}.{name}" if place else name, (was or {}).get(name), (now or {}).get(name)) for name in names]
        return {path: found for each in inner for path, found in each.items()}
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        inner = [_differences(f"{place}[{at}]", *pair) for at, pair in enumerate(zip(was, now, strict=True))]
        return {path: found for each in inner for path, found in each.items()}
    return {} if _same(was, now) else {place: (was, now)}


def _last_change(draft: Draft, place: str) -> DraftChange | None:
    """The last change that was put into the draft at that place."""
    query = sa.select(DraftChange).where(
        DraftChange.draft_id == draft.id, DraftChange.place == place, DraftChange.tab.not_like(f"{ASIDE}%")
    )
    return session_of(draft).scalar(query.order_by(DraftChange.id.desc()).limit(1))


def _note(draft: Draft, place: str, before: Any, value: Any, *, by: User, tab: str, at: datetime) -> None:
    """Write a change down, or let it go on with the last one of the same person in the same place and tab."""
    session = session_of(draft)
    query = sa.select(DraftChange).where(DraftChange.draft_id == draft.id, DraftChange.place == place)
    last = session.scalar(query.order_by(DraftChange.id.desc()).limit(1))
    if last is not None and last.by_id == by.id and last.tab == tab and at - last.at < TOGETHER and not _cuts(last.value, value):
        last.value = value
        return
    session.add(DraftChange(draft=draft, place=place, before=before, value=value, by=by, tab=tab, at=at))
    session.flush()


def _cuts(before: Any, after: Any) -> bool:
    """Whether so much was taken out that the text before must stay to be found."""
    return isinstance(before, str) and len(before) - len(str(after)) > CUT


# ---- What is written in a case ----


def open_draft_in(session: Session, case: Case, kind: DraftKind, party: Party | None) -> Draft | None:
    """The draft of that kind which the party (None: the secretariat) is writing in the case; locked in a writing session."""
    query = sa.select(Draft).where(
        Draft.in_case_id == case.id, Draft.kind == kind, Draft.submission_id.is_(None), Draft.discarded_at.is_(None)
    )
    query = query.where(Draft.party_id.is_(None) if party is None else Draft.party_id == party.id)
    return session.scalar(locked(session, query, Draft))


def draft_in_case(session: Session, case: Case, kind: DraftKind, *, party: Party | None, by: User, at: datetime) -> Draft:
    """The draft of that kind, begun now where there is none. The case must be locked, as `case_at` does in a writing session."""
    found = open_draft_in(session, case, kind, party)
    if found is not None:
        return found
    if (party is None) == (kind in FROM_A_PARTY):
        raise CannotProceed(Message("intake.draft_is_closed"))
    organisation = party.organisation if party is not None else _body_of(by)
    draft = Draft(
        organisation=organisation, kind=kind, in_case=case, party=party, begun_by=by, begun_at=at, changed_at=at, typed={}
    )
    session.add(draft)
    session.flush()
    return draft


def mark_sent(draft: Draft, submission: Submission, *, at: datetime) -> None:
    """Note what the draft became; its papers went with it by the action that sent it."""
    draft.submission, draft.changed_at = submission, at


def _body_of(user: User) -> Organisation:
    return next(found.organisation for found in user.memberships if found.organisation.kind is OrganisationKind.BODY)


# ---- Who else is here ----


def note_visit(draft: Draft, *, by: User, tab: str, place: str, at: datetime) -> None:
    """Note that the person has the draft open in that tab, and in which field they write; forget who has left."""
    session = session_of(draft)
    session.execute(sa.delete(DraftVisit).where(DraftVisit.draft_id == draft.id, DraftVisit.seen_at < at - 3 * STALE))
    query = sa.select(DraftVisit).where(DraftVisit.draft_id == draft.id, DraftVisit.user_id == by.id, DraftVisit.tab == tab)
    found = session.scalar(query)
    if found is None:
        session.add(DraftVisit(draft_id=draft.id, user_id=by.id, tab=tab, place=place, seen_at=at))
    else:
        found.place, found.seen_at = place, at
    session.flush()


def others_in(draft: Draft, *, tab: str, at: datetime) -> list[DraftVisit]:
    """Who else has the draft open now, in other tabs too, by name."""
    query = sa.select(DraftVisit).where(
        DraftVisit.draft_id == draft.id, DraftVisit.tab != tab, DraftVisit.seen_at > at - STALE
    )
    return sorted(session_of(draft).scalars(query), key=lambda visit: (visit.user.sort_key, visit.id))
