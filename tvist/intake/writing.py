"""What is typed into a draft, kept as it comes: each field upon the text it was typed over, so that two who write lose nothing.

A *sheet* is what one page shows of a draft: a step of the request, one claim line, or all of what is written in a case. `typings` come from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa

from tvist.db import session_of
from tvist.errors import CannotProceed
from tvist.intake.models import DraftChange
from tvist.procedure.settings import PROCEDURES
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.intake.models import Draft

Value = str | list[str]
"""What a control holds: a text, a tick as `y`, or the ticks of a group."""
TOGETHER: Final = timedelta(minutes=10)
"""Typing by one person in one place and tab within this time is one change."""
CUT: Final = 20
"""Where so many letters are taken out at once, a new change begins, which holds the text as it was before."""
LONGEST_VALUE: Final = 2 * PROCEDURES[-1].longest_text
"""A text longer than may be sent is kept all the same: it is for its writer to shorten."""
ASIDE: Final = "aside:"
"""Begins the tab of a change that was never put into the draft, as another's text stood there."""
MOST_FIELDS, LONGEST_NAME, LONGEST_TAB, LONGEST_TOGETHER = 2000, 80, 64, 1_500_000


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
    _check(draft, [typing.value for typing in typings])
    shown, outcome, accepted = sheet.shown(), Outcome(), dict[str, Value]()
    for typing in typings:
        # A field that was never filled in has no text to lose: the page may have proposed one.
        stands = shown.get(typing.field, typing.base)
        if not (_same(stands, typing.value) or _same(stands, typing.base)):
            outcome.clashes.append(_clash(draft, sheet.place(typing.field), typing, stands))
            _note(draft, sheet.place(typing.field), typing.base, typing.value, by=by, tab=f"{ASIDE}{tab}", at=at)
            continue
        outcome.saved.append(typing.field)
        if not _same(stands, typing.value):
            accepted[typing.field] = typing.value
    if accepted:
        typed = sheet.put({**shown, **accepted})
        for name, value in accepted.items():
            _note(draft, sheet.place(name), shown.get(name, ""), value, by=by, tab=tab, at=at)
        draft.typed, draft.changed_at = typed, at
        session_of(draft).flush()
    return outcome


def _clash(draft: Draft, place: str, typing: Typing, stands: Value) -> Clash:
    last = last_change(draft, place)
    return Clash(typing.field, stands, *((last.by, last.at) if last is not None else (None, None)))


def _same(one: object, other: object) -> bool:
    """Whether two values look alike on a page: line ends are one character, and nothing is nothing."""
    return _plain(one) == _plain(other)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return value or ""


def replace_typed(draft: Draft, sheet: Sheet, values: Mapping[str, Value], *, by: User, tab: str, at: datetime) -> None:
    """Keep a page that was sent as a whole, whatever stood there: that is found among the earlier texts. Raises as `keep_typed`."""
    _check(draft, values.values())
    replace_whole(draft, sheet.put(values), by=by, tab=tab, at=at)


def replace_whole(draft: Draft, typed: dict[str, Any], *, by: User, at: datetime, tab: str = "") -> None:
    """Put `typed` in place of all that stands in the draft, and note each place that changes. Raises CannotProceed for a sent draft."""
    _check(draft, ())
    session_of(draft).flush()
    for place, (was, now) in sorted(_differences("", draft.typed, typed).items()):
        _note(draft, place, was, now, by=by, tab=tab, at=at)
    draft.typed, draft.changed_at = typed, at
    session_of(draft).flush()


def _check(draft: Draft, values: Iterable[Value]) -> None:
    if not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
    if any(len(str(value)) > LONGEST_VALUE for value in values):
        raise CannotProceed(Message("writing.too_long", limit=LONGEST_VALUE))


def _differences(place: str, was: Any, now: Any) -> dict[str, tuple[Any, Any]]:
    """Each place where two of `typed` differ, down to texts; a list of another length differs as a whole, so that it can be taken back."""
    if was == now:
        return {}
    if isinstance(was or {}, dict) and isinstance(now or {}, dict) and (was or now) not in (None, ""):
        names = {**(was or {}), **(now or {})}
        inner = [
            _differences(f"{place}.{name}" if place else name, (was or {}).get(name), (now or {}).get(name)) for name in names
        ]
        return {path: found for each in inner for path, found in each.items()}
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        inner = [_differences(f"{place}[{at}]", *pair) for at, pair in enumerate(zip(was, now, strict=True))]
        return {path: found for each in inner for path, found in each.items()}
    return {} if _same(was, now) else {place: (was, now)}


def last_change(draft: Draft, place: str) -> DraftChange | None:
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


def changes_by_others(draft: Draft, tab: str, at: datetime) -> dict[str, DraftChange]:
    """The last change of each place that came from elsewhere than this tab in the last minutes."""
    query = sa.select(DraftChange).where(
        DraftChange.draft_id == draft.id, DraftChange.at > at - TOGETHER, DraftChange.tab.not_like(f"{ASIDE}%")
    )
    last = {change.place: change for change in session_of(draft).scalars(query.order_by(DraftChange.id))}
    return {place: change for place, change in last.items() if change.tab != tab}


def has_written_in(draft: Draft, place: str, *, tab: str) -> bool:
    """Whether something was typed from this tab in a place that begins so: a row that it began is its own."""
    query = sa.select(DraftChange.id).where(
        DraftChange.draft_id == draft.id, DraftChange.tab == tab, DraftChange.place.startswith(place, autoescape=True)
    )
    return session_of(draft).scalar(query.limit(1)) is not None
