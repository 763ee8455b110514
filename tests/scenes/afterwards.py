"""Decided cases and what follows them, made by the real acts: `corrected`, `told`, `asked`, `granted`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.decision import issued, present
from tests.scenes.intake import letters_arrive
from tests.scenes.kept import kept
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.decision.carried_papers import copy_papers_job
from tvist.decision.correcting import Changes, correct, correction_job
from tvist.decision.new_treatment import ask_new_treatment, grant_new_treatment, open_request
from tvist.decision.votes import leader_of
from tvist.intake.actions import declare_impartiality

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.installation import Installation

WRONG, RIGHT = "Staten bør dekke oppholdet i tvisteperioden.", "Staten bør dekke oppholdet i perioden."
WHAT_WAS_WRONG = "I slutningen sto det «tvisteperioden». Det rette er «perioden»."
SLIP = Changes(sections={"conclusion": RIGHT})


@kept
def told(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Case:
    """A decided case whose parties have had the notice of the opinion, the day it was issued."""
    case = issued(session, cast, installation, at=at, **changes)
    letters_arrive(session, case, at=at)
    session.commit()
    return case


@kept
def corrected(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Case:
    """A decided case whose opinion the leader has corrected a day later, and the file is there. Commits."""
    case = told(session, cast, installation, at=at, **changes)
    leader = leader_of(case)
    assert leader is not None
    found = correct(case, SLIP, by=leader, at=at + DAY, words=WHAT_WAS_WRONG)
    session.commit()
    correction_job(installation, found.id, at + DAY)
    session.expire_all()
    return case


@kept
def asked(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Case:
    """A decided case that Bo, for Bufetat, asks to have treated anew a week later; the other side has been served. Commits."""
    case = told(session, cast, installation, at=at, **changes)
    people = present(session, cast)
    ask_new_treatment(case, by=people.bo, at=at + 7 * DAY, ground="new_facts", reasons="Det er kommet en ny rapport.")
    letters_arrive(session, case, at=at + 7 * DAY)
    session.commit()
    return case


@kept
def granted(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Case:
    """The new case in which Cato lets the case be treated anew; its papers are there, and its letters have arrived. Commits."""
    case = asked(session, cast, installation, at=at, **changes)
    leader = present(session, cast).cato
    declare_impartiality(case, by=leader, at=at + 8 * DAY, statement=Statement.NONE)
    request = open_request(case)
    assert request is not None
    new = grant_new_treatment(
        case, by=leader, at=at + 8 * DAY, reasons="Rapporten kan ha betydning for utfallet.", keys=installation.keys
    )
    session.commit()
    copy_papers_job(installation, request.id, at + 8 * DAY)
    session.expire_all()
    letters_arrive(session, new, at=at + 8 * DAY)
    session.commit()
    return new
