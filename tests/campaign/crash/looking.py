"""What is looked for after a crash: what was acknowledged is there, nothing is there twice, nothing is half."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.cases.models import Case
from tvist.cases.private import CaseMessage
from tvist.check import check_all
from tvist.decision.models import Decision, Question, Vote
from tvist.delivery.models import Fate, Recipient
from tvist.documents.models import Paper
from tvist.intake.models import Draft

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.campaign.crash.people_at_work import Acknowledged
    from tests.campaign.crash.place import Place


def nothing_is_missing(place: Place, done: Acknowledged) -> None:
    """Each act that somebody was told was done stands, and stands once."""
    with place.installation.database.reading() as session:
        _filed(session, done)
        messages = Counter(session.scalars(sa.select(CaseMessage.text)))
        assert not [text for text in done.messages if messages[text] != 1]
        assert max(messages.values(), default=1) == 1
        query = sa.select(Question.public_id, Vote.user_id).join(Question, Vote.question_id == Question.id)
        assert Counter(done.votes) <= Counter((row[0], row[1]) for row in session.execute(query.where(Vote.fell_at.is_(None))))
        ordered = set(session.scalars(sa.select(Case.id).join(Decision, Decision.case_id == Case.id)))
        slugs = {f"/cases/{case.slug}" for case in session.scalars(sa.select(Case).where(Case.id.in_(ordered)))}
        assert set(done.ordered) <= slugs


def _filed(session: Session, done: Acknowledged) -> None:
    drafts = {row[0]: row[1] for row in session.execute(sa.select(Draft.public_id, Draft.case_id))}
    cases = [drafts[draft.rsplit("/", 1)[-1]] for draft in done.filed]
    assert None not in cases
    assert len(set(cases)) == len(cases)
    names = Counter(session.scalars(sa.select(Paper.filename)))
    assert not [name for _, name in done.uploaded if names[name] != 1]


def nothing_is_half(place: Place, at: datetime) -> None:
    """`tvist check` finds nothing, and the database is sound."""
    assert list(check_all(place.installation, at=at)) == []
    if place.installation.database.is_sqlite:
        with place.installation.database.reading() as session:
            assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
            assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []


def accepted(place: Place) -> set[str]:
    """The letters that count as handed over."""
    with place.installation.database.reading() as session:
        return set(session.scalars(sa.select(Recipient.message_id).where(Recipient.fate == Fate.ACCEPTED)))


def no_letter_left_twice(place: Place) -> int:
    """No letter was given to the mail server twice; what it has, is accepted or shown as unknown. Returns how many are unknown."""
    given = place.post_office.letters()
    assert max(given.values(), default=1) == 1
    with place.installation.database.reading() as session:
        fates = {row[0]: row[1] for row in session.execute(sa.select(Recipient.message_id, Recipient.fate))}
    assert {fates[each] for each in given} <= {Fate.ACCEPTED, Fate.UNKNOWN}
    assert {each for each, fate in fates.items() if fate is Fate.ACCEPTED} <= set(given) | place.accepted_before
    return Counter(fates.values())[Fate.UNKNOWN]
