"""What stands in the way of an act on a publication, by what it is and by whom (rule 46). The pages and the acts ask the same."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased, selectinload

from tvist.access.policy import Act, Role
from tvist.accounts.models import Absence, User
from tvist.accounts.queries import is_officer
from tvist.cases.queries import visible_to
from tvist.db import session_of
from tvist.decision.record import as_json, sha256_of
from tvist.pdf import missing_letters
from tvist.publication.models import Blur, Mark, Publication, Stage, Undoing
from tvist.publication.places import texts, widened
from tvist.publication.sources import newest_version, outdated, record_of
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from tvist.decision.models import Decision

LONGEST_REPLACEMENT: Final = 200
_STAGES: Final = {
    Act.MARK_PUBLICATION: (frozenset({Stage.MARKING}), "publication.not_marking"),
    Act.APPROVE_PUBLICATION: (frozenset({Stage.TO_APPROVE}), "publication.not_to_approve"),
    Act.RELEASE_PUBLICATION: (frozenset({Stage.APPROVED}), "publication.not_approved"),
    Act.WITHDRAW_PUBLICATION: (frozenset({Stage.RELEASED}), "publication.not_released"),
}


def obstacles(publication: Publication, act: Act, *, by: User | None, on: date) -> list[Message]:
    """What stands in the way of `act` by that person that day; empty means go. `by` is None for the machine."""
    stages, code = _STAGES[act]
    if publication.stage not in stages:
        return [Message(code)]
    if act is not Act.WITHDRAW_PUBLICATION and publication.decision.case.is_address_secret:
        return [Message("publication.secret_address")]
    if act is not Act.WITHDRAW_PUBLICATION and (found := outdated(publication)):
        return [found]
    return _of_another(publication, by, on) if act is Act.APPROVE_PUBLICATION and by is not None else []


def obstacles_to_begin(decision: Decision, publications: Iterable[Publication]) -> list[Message]:
    """Why no publication of the opinion can be begun; `publications` are those of the opinion."""
    if decision.issued_at is None:
        return [Message("decision.not_issued")]
    if decision.case.is_address_secret:
        return [Message("publication.secret_address")]
    version = newest_version(decision)
    standing = any(found.decision_version == version and found.withdrawn_at is None for found in publications)
    return [Message("publication.begun_already")] if standing else []


def _of_another(publication: Publication, by: User, on: date) -> list[Message]:
    """Who marked does not approve; and the leader approves only where no other officer is there to do it (rule 46)."""
    if by.id in markers(publication):
        return [Message("publication.not_ones_own")]
    if Role.SECRETARIAT in publication.roles_for(by, on):
        return []
    there = officers_there(publication, on)
    return [Message("publication.officer_is_there", names=[officer.name for officer in there])] if there else []


def markers(publication: Publication) -> set[int]:
    """The ids of those who had a hand in what is to be approved: who submitted it, and who decided or undid a mark or a blur of it.

    A decision that came along from an earlier publication counts for nobody here once it was approved there and released.
    """
    hands = [(mark.decided_at, mark.decided_by_id) for mark in publication.marks if mark.decided_at]
    hands += [(blur.at, blur.by_id) for blur in publication.blurs]
    hands += [(undoing.at, undoing.by_id) for undoing in publication.undoings]
    taken_along = any(at < publication.begun_at for at, _by in hands)
    until = session_of(publication).scalar(_approved_until(publication)) if taken_along else None
    found = {by for at, by in hands if at >= publication.begun_at or until is None or at > until}
    return {by for by in (*found, publication.submitted_by_id) if by is not None}


def has_hand(user_id: int) -> sa.ColumnElement[bool]:
    """That the person is one of the `markers` of a publication, asked of the database."""
    until = _approved_until(Publication).correlate(Publication).scalar_subquery()

    def counts(at: sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[bool]:
        return sa.or_(at >= Publication.begun_at, until.is_(None), at > until)

    marked = sa.exists().where(Mark.publication_id == Publication.id, Mark.decided_by_id == user_id, counts(Mark.decided_at))
    blurred = sa.exists().where(Blur.publication_id == Publication.id, Blur.by_id == user_id, counts(Blur.at))
    undone = sa.exists().where(Undoing.publication_id == Publication.id, Undoing.by_id == user_id, counts(Undoing.at))
    return sa.or_(Publication.submitted_by_id == user_id, marked, blurred, undone)


def _approved_until(publication: Publication | type[Publication]) -> sa.Select[datetime | None]:
    """When the last publication of the same opinion that was released before it was approved; None where none was."""
    earlier = aliased(Publication)
    query = sa.select(sa.func.max(earlier.approved_at, type_=Publication.approved_at.type))
    return query.where(
        earlier.decision_id == publication.decision_id, earlier.id < publication.id, earlier.released_at.is_not(None)
    )


def officers_there(publication: Publication, on: date) -> list[User]:
    """The officers who could approve that day: not away, no part in the marking, and no conflict declared for the case."""
    taken = markers(publication)
    officers = officers_present(session_of(publication), on)
    return [user for user in officers if user.id not in taken and Role.SECRETARIAT in publication.roles_for(user, on)]


def waits_for_leader(session: sa.orm.Session, on: date) -> sa.ColumnElement[bool]:
    """That there are no `officers_there` for a publication, asked of the database; its case must be in the query."""
    could = [sa.and_(visible_to(officer, on), ~has_hand(officer.id)) for officer in officers_present(session, on)]
    return ~sa.or_(sa.false(), *could)


def officers_present(session: sa.orm.Session, on: date) -> Sequence[User]:
    """The officers of that day who are not away."""
    away = sa.exists().where(Absence.user_id == User.id, Absence.ended_at.is_(None), Absence.from_on <= on, Absence.to_on >= on)
    query = sa.select(User).where(is_officer(on), ~away).order_by(User.id)
    return session.scalars(query.options(selectinload(User.memberships), selectinload(User.appointments))).all()


# ---- Whether what is marked can be approved ----


def missing_before_approval(publication: Publication) -> list[Message]:
    """What is to be done before another person can look at it; the words named are for those who mark, on their own page."""
    undecided = sum(mark.hides is None for mark in publication.marks)
    found = [Message("publication.undecided", count=undecided)] if undecided else []
    written = dict(texts(record_of(publication)))
    hidden = hiding(publication)
    found += [
        Message("publication.half_word", words=mark.words, whole=whole)
        for mark in hidden
        if (whole := half_of(written[mark.place], mark.start, mark.end))
    ]
    found += [Message("publication.no_replacement", words=mark.words) for mark in hidden if not mark.replacement.strip()]
    return found + [Message("publication.meet", words=mark.words) for mark in _meeting(hidden)]


def hiding(publication: Publication) -> list[Mark]:
    """The marks that hide, in the order of their places."""
    return sorted((mark for mark in publication.marks if mark.hides), key=lambda mark: (mark.place, mark.start, mark.end))


def _meeting(hidden: Sequence[Mark]) -> Iterator[Mark]:
    """The marks that begin before the one ahead of them ends; they come in the order of places and beginnings."""
    for before, mark in itertools.pairwise(hidden):
        if before.place == mark.place and mark.start < before.end:
            yield mark


def half_of(text: str, start: int, end: int) -> str:
    """The whole words of which a stretch covers only a part; empty where it begins and ends between words.

    What would be left of a word may tell what was hidden.
    """
    first, last = widened(text, start, end)
    return text[first:last] if first < start or end < last else ""


def fault_in_replacement(words: str) -> Message | None:
    """Why these words cannot stand where something was hidden."""
    if len(words) > LONGEST_REPLACEMENT:
        return Message("web.too_long", limit=LONGEST_REPLACEMENT, length=len(words))
    if any(not letter.isprintable() for letter in words):
        return Message("publication.replacement_one_line")
    return missing_letters(words)


def approved_hash(publication: Publication) -> str:
    """What an approver approves: SHA-256 over the record, the marks that hide, and the blurs. Another mark gives another hash."""
    marks = [[mark.place, mark.start, mark.end, mark.kind.value, mark.replacement] for mark in hiding(publication)]
    blurs = sorted(blur.kind.value for blur in publication.blurs)
    return sha256_of(as_json({"record": record_of(publication), "marks": marks, "blurs": blurs}))
