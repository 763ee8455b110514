"""Requests and cases in screening, made by the real acts. `raw_petition()` is what a form or a JSON file holds."""

from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.kept import kept
from tvist.cases.history import Statement
from tvist.cases.models import Side
from tvist.clock import oslo_date
from tvist.delivery.actions import accept as notice_accepted
from tvist.delivery.models import Fate
from tvist.intake import actions
from tvist.intake.petition import Petition, read_petition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.documents.models import Paper

TODAY = date(2026, 3, 2)
"""The day of NOON in Oslo."""
MONTH_LINE: dict[str, Any] = {
    "municipality": "4639",
    "measure": "institution",
    "measure_words": "",
    "caregivers": "",
    "children": "",
    "from": "2024-03-10",
    "to": "2024-06-15",
    "runs": False,
    "known_until": "",
    "unit": "month",
    "rate": "65 000,00",
    "count": "",
    "should_bear": "state",
    "paid_by": "municipality",
    "paid": "208 629,03",
    "state_basis": "cwa2021_16",
    "municipal_basis": "health_care_services",
    "basis_words": "§ 16-5 andre ledd",
}

_RAW: dict[str, Any] = {
    "invented": True,
    "language": "nb",
    "parties": {"requesting": ["4639"], "opposing": ["vest"], "representative": "Asta Oppdiktet", "own_reference": "2024/17"},
    "child": {"birth_year": "2011", "other_side_reference": "BV-2024-88", "address_secret": False},
    "subject": "Betaling for opphold i barnevernsinstitusjon",
    "both_limbs": "Barnet bodde i institusjon etter barnevernsloven og fikk samtidig tjenester etter helse- og omsorgstjenesteloven.",
    "authority": "Etter delegasjonsreglementet punkt 4.",
    "background": "10. mars 2024: Barn A flyttet inn. 15. juni 2024: Barn A flyttet hjem.",
    "agreed": "Partene er enige om datoene.",
    "disputed": "Hvem som bør dekke oppholdet.",
    "argument": "Oppholdet var et barnevernstiltak.",
    "claim": "Staten bør dekke oppholdet.",
    "settlement": {"tried_on": "2025-11-03", "by": "Kommunalsjefen og regionkontoret", "words": "Møte uten enighet."},
    "before_courts": {"yes": False, "words": ""},
    "pays_meanwhile": "municipality",
    "placed_on": "",
    "lines": [MONTH_LINE],
}


def raw_petition(**changes: Any) -> dict[str, Any]:
    """A request of Vik kommune against region vest, as raw input; `changes` replace whole fields at the top."""
    return copy.deepcopy({**_RAW, **changes})


def a_line(**changes: Any) -> dict[str, Any]:
    """One raw claim line."""
    return copy.deepcopy({**MONTH_LINE, **changes})


def a_petition(*, on: date = TODAY, **changes: Any) -> Petition:
    """The request read."""
    found = read_petition(raw_petition(**changes), on=on)
    assert isinstance(found, Petition), found
    return found


def at_home(session: Session, cast: Cast) -> None:
    """Bring the cast into the session, before anything else is read in it."""
    if cast.asta not in session:
        session.add_all(vars(cast).values())


@kept
def filed(session: Session, cast: Cast, *, at: datetime = NOON, papers: Sequence[Paper] = (), **changes: Any) -> Case:
    """A case that Asta has sent for Vik kommune."""
    at_home(session, cast)
    petition = a_petition(on=oslo_date(at), **changes)
    case = actions.send(session, petition, organisation=cast.vik, by=cast.asta, at=at, is_invented=True, papers=papers)
    session.flush()
    return case


def declared(case: Case, user: User, *, at: datetime = NOON) -> Case:
    """`user` has declared no conflict for the case."""
    actions.declare_impartiality(case, by=user, at=at, statement=Statement.NONE)
    return case


def letters_arrive(session: Session, case: Case, *, at: datetime = NOON) -> None:
    """Every letter of the case that waits is accepted for its recipient, so that service has happened."""
    session.flush()
    for letter in case.letters:
        for recipient in letter.recipients:
            if recipient.fate is Fate.MADE:
                notice_accepted(recipient, at=at)
    session.flush()
    for submission in case.submissions:
        session.refresh(submission, ["servings"])


@kept
def accepted(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case in exchange: Siri has accepted it, and it is served on region vest."""
    case = declared(filed(session, cast, at=at, **changes), cast.siri, at=at)
    actions.accept(case, by=cast.siri, at=at)
    letters_arrive(session, case, at=at)
    assert case.parties_on(Side.OPPOSING)[0].brought_in_at
    return case


@kept
def dismissal_proposed(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """Siri proposes to dismiss the case as outside the mandate; both sides have the proposal."""
    case = declared(filed(session, cast, at=at, **changes), cast.siri, at=at)
    actions.propose_dismissal(case, by=cast.siri, at=at, ground="outside_mandate", reasons="Saken gjelder bare én av lovene.")
    letters_arrive(session, case, at=at)
    return case
