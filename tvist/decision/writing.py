"""Writing the text together: what is typed is kept, what is saved is a version, and two who write at once are put together (rules 35, 37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles, take_step
from tvist.db import session_of
from tvist.decision.approving import demand_seat
from tvist.decision.merging import Merge, merge
from tvist.decision.models import Decision
from tvist.decision.places import Place, reasons_on
from tvist.decision.record import SECTIONS
from tvist.decision.text import beginning
from tvist.decision.texts import TextVersion, WorkingText
from tvist.decision.votes import seats_of
from tvist.errors import CannotProceed, NotAllowed, NotFound
from tvist.panel.calling import let_approvals_fall

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.models import Question

WRITING_NOW: Final = timedelta(minutes=3)
"""Who has typed within this time is writing now."""
BEGINNING: Final = 0
"""The number of the version that a place begins with: what the parties' papers or the votes gave, or what stood before versions were kept."""


@dataclass(frozen=True)
class Saved:
    """What came of saving: the version, None where nothing was new; and the version of another that it was put together with."""

    version: TextVersion | None
    together_with: TextVersion | None


def save(
    place: Place, text: str, *, by: User, at: datetime, began_from: int | None = None, began_with: str = ""
) -> Saved | Merge:
    """Make what a member wrote the text of the place. A change lets the approvals fall (rule 38).

    `began_from` is the number of the version that the writer began from; where others have saved since, the two texts are put together, and
    where both have changed the same words nothing is saved: what is returned shows both. `began_with` is what the page offered where nothing
    stood. Raises `NotAllowed` for who holds no seat, `CannotProceed` where nothing may be written.
    """
    _demand_writer(place, by)
    newest, stands = newest_version(place), place.text
    number = newest.number if newest else BEGINNING
    moved_on = newest if newest is not None and began_from is not None and began_from < number and stands != text else None
    if moved_on is not None and began_from is not None:
        put_together = merge(_text_of_version(place, began_from), text, stands)
        if not put_together.is_clean:
            return put_together
        text = put_together.text
    version = None
    if text != stands or place.is_behind:
        version = _write(
            place, text, by=by, at=at, began_from=number if began_from is None else began_from, began_with=began_with
        )
        _changed(place.case, place.act, by, at)
    forget(place, by)
    return Saved(version, moved_on)


def write_text(case: Case, *, by: User, at: datetime, **sections: str) -> Decision:
    """Write sections of the text (the names of `record.SECTIONS`) as they are to stand; the others stay. Lets the approvals fall (rule 38)."""
    if unknown := sections.keys() - set(SECTIONS):
        raise TypeError(f"no sections of the text: {sorted(unknown)}")
    demand_seat(case, by)
    if found := obstacles(case, Act.WRITE_TEXT):
        raise CannotProceed(found)
    is_new = case.decision is None
    decision = _decision(case, at)
    changed = {name: text for name, text in sections.items() if getattr(decision, name) != text}
    for name, text in changed.items():
        place = Place(case, name)
        newest = newest_version(place)
        _write(place, text, by=by, at=at, began_from=newest.number if newest else BEGINNING)
    if changed or is_new:
        _changed(case, Act.WRITE_TEXT, by, at)
    return decision


def write_reasons(question: Question, text: str, *, by: User, at: datetime) -> None:
    """Write the panel's reasons on a question as they are to stand, once its votes are open (rule 37)."""
    save(reasons_on(question), text, by=by, at=at)


def keep_typed(
    place: Place, text: str, *, by: User, at: datetime, began_from: int, stands: str | None = None
) -> WorkingText | None:
    """Keep what a member is typing, as it is; None where it says what stands there already (`stands`, else the text). Raises as `save` does."""
    _demand_writer(place, by)
    kept = working_text(place, by)
    if kept is None and text == (place.text if stands is None else stands):
        return None
    if kept is None:
        kept = WorkingText(case=place.case, place=place.name, user=by)
        session_of(place.case).add(kept)
    kept.text, kept.at, kept.began_from = text, at, began_from
    return kept


def forget(place: Place, user: User) -> None:
    """Put away what the member was typing there."""
    session = session_of(place.case)
    session.flush()
    if (kept := working_text(place, user)) is not None:
        session.delete(kept)
        session.flush()


def forget_all(case: Case) -> None:
    """Put away all that was being typed in the text: it is issued, and what was not saved belongs to nothing."""
    session_of(case).execute(sa.delete(WorkingText).where(WorkingText.case_id == case.id))


def working_text(place: Place, user: User) -> WorkingText | None:
    """What the member has typed there and not saved."""
    return session_of(place.case).scalar(
        sa.select(WorkingText).where(
            WorkingText.case_id == place.case.id, WorkingText.place == place.name, WorkingText.user_id == user.id
        )
    )


def writers(place: Place, *, at: datetime, but: User) -> list[User]:
    """Those of the panel who are typing there now, without the reader."""
    if place.is_remark:
        return []
    seated = {seat.user.id: seat.user for seat in seats_of(place.case)}
    found = session_of(place.case).scalars(
        sa.select(WorkingText.user_id)
        .where(WorkingText.case_id == place.case.id, WorkingText.place == place.name, WorkingText.at > at - WRITING_NOW)
        .order_by(WorkingText.id)
    )
    return [seated[user_id] for user_id in found if user_id in seated and user_id != but.id]


def versions_of(place: Place) -> list[TextVersion]:
    """All versions of the place, the newest first."""
    query = sa.select(TextVersion).where(TextVersion.case_id == place.case.id, TextVersion.place == place.name)
    return list(session_of(place.case).scalars(query.order_by(TextVersion.number.desc())))


def newest_version(place: Place) -> TextVersion | None:
    """The version that stands; None before anything was saved."""
    query = sa.select(TextVersion).where(TextVersion.case_id == place.case.id, TextVersion.place == place.name)
    return session_of(place.case).scalar(query.order_by(TextVersion.number.desc()).limit(1))


def version_numbered(place: Place, number: int) -> TextVersion:
    """The version of that number. Raises `NotFound`."""
    found = next((version for version in versions_of(place) if version.number == number), None)
    if found is None:
        raise NotFound
    return found


def _demand_writer(place: Place, by: User) -> None:
    """Raises `NotAllowed` for who does not write there, `CannotProceed` where nothing may be written."""
    demand_seat(place.case, by)
    if place.owner is not None and place.owner.id != by.id:
        raise NotAllowed
    if faults := place.in_the_way():
        raise CannotProceed(faults)


def _changed(case: Case, act: Act, by: User, at: datetime) -> None:
    """A text of the opinion was changed: journal it, and let the approvals fall."""
    take_step(case, act, by=by, at=at)
    let_approvals_fall(case, at)


def _text_of_version(place: Place, number: int) -> str:
    """What a writer began from. A place where nothing stood has no version to begin from."""
    return next((version.text for version in versions_of(place) if version.number == number), "")


def _decision(case: Case, at: datetime) -> Decision:
    """The text, begun with what the parties' papers give (rules 21, 37)."""
    if case.decision is None:
        case.decision = Decision(language=case.language, begun_at=at, **dict.fromkeys(SECTIONS, "") | beginning(case))
    return case.decision


def _write(place: Place, text: str, *, by: User, at: datetime, began_from: int, began_with: str = "") -> TextVersion:
    """A new version, which stands from now; before the first, the one that the place begins with is kept too."""
    _decision(place.case, at)
    session = session_of(place.case)
    newest, begins = newest_version(place), place.text or began_with
    if newest is None and begins:
        session.add(_version(place, BEGINNING, begins, by, at, BEGINNING))
    version = _version(place, newest.number + 1 if newest else BEGINNING + 1, text, by, at, began_from)
    session.add(version)
    place.put(text, by=by, at=at)
    session.flush()
    return version


def _version(place: Place, number: int, text: str, by: User, at: datetime, began_from: int) -> TextVersion:  # noqa: PLR0917 - one row.
    return TextVersion(case=place.case, place=place.name, number=number, text=text, by=by, at=at, began_from=began_from)
