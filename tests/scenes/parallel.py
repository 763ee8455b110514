"""Cases between municipalities with different forms of Norwegian: `needing` a parallel text, `with_parallel`, `both_approved`, `both_issued` (rule 39)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.people import LONG_AGO, NOON, Cast
from tests.scenes.decision import present, voted
from tests.scenes.intake import a_line, at_home, raw_petition
from tvist.accounts.models import Membership, MembershipRole, Organisation, OrganisationKind, User
from tvist.decision.actions import dissent, order_issue
from tvist.decision.approving import approve
from tvist.decision.issuing import issue_job
from tvist.decision.models import RemarkKind
from tvist.decision.parallel_places import parallel_places
from tvist.decision.rules import without_dissent
from tvist.decision.votes import seats_of
from tvist.decision.writing import save, write_reasons, write_text
from tvist.register.collation import sort_key

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.scenes.decision import Votes
    from tvist.cases.models import Case
    from tvist.installation import Installation

LATER: Final = NOON + timedelta(hours=1)
HORTEN: Final = "3901"
"""A municipality that has decided on bokmål; Vik has decided on nynorsk, and files, so that the main text is in nynorsk."""
MAIN: Final = {
    "subject": "Saka gjeld betaling for opphald i barnevernsinstitusjon.",
    "background": "Barnet flytta inn 10. mars 2024 og heim att 15. juni 2024.",
    "agreed": "Partane er samde om datoane.",
    "disputed": "Partane er usamde om kven som bør dekkje opphaldet.",
    "requesting_argument": "Kommunane meiner at opphaldet var eit barnevernstiltak.",
    "opposing_argument": "Staten meiner at opphaldet var eit helsetiltak.",
    "legal": "Spørsmålet er korleis ansvaret er delt etter barnevernsloven § 16-5 og helse- og omsorgstjenesteloven § 3-2.",
    "conclusion": "Staten bør dekkje opphaldet.",
}
REASONS: Final = "Nemnda legg vekt på at barnet hadde behov for omsorg."
REMARK: Final = "Eg ser annleis på kva behov som låg til grunn."
BESIDE: Final = {
    "subject": "Saken gjelder betaling for opphold i barnevernsinstitusjon.",
    "background": "Barnet flyttet inn 10. mars 2024 og hjem igjen 15. juni 2024.",
    "agreed": "Partene er enige om datoene.",
    "disputed": "Partene er uenige om hvem som bør dekke oppholdet.",
    "requesting_argument": "Kommunene mener at oppholdet var et barnevernstiltak.",
    "opposing_argument": "Staten mener at oppholdet var et helsetiltak.",
    "legal": "Spørsmålet er hvordan ansvaret er delt etter barnevernsloven § 16-5 og helse- og omsorgstjenesteloven § 3-2.",
    "conclusion": "Staten bør dekke oppholdet.",
}
REASONS_BESIDE: Final = "Nemnda legger vekt på at barnet hadde behov for omsorg."
REMARK_BESIDE: Final = "Jeg ser annerledes på hvilket behov som lå til grunn."


def of_horten(session: Session, cast: Cast) -> User:
    """Hege, who answers for Horten kommune."""
    at_home(session, cast)
    name = "Horten kommune"
    horten = Organisation(
        kind=OrganisationKind.MUNICIPALITY,
        code=HORTEN,
        name=name,
        sort_key=sort_key(name),
        mailbox=f"postmottak-{HORTEN}@example.invalid",
    )
    hege = User(
        email="hege@example.invalid",
        name="Hege Oppdiktet",
        sort_key=sort_key("Hege Oppdiktet"),
        language="nb",
        is_invented=True,
        memberships=[Membership(organisation=horten, role=MembershipRole.AUTHORISED_FILER, from_on=LONG_AGO)],
        appointments=[],
    )
    session.add_all([horten, hege])
    session.flush()
    return hege


def two_municipalities(session: Session, cast: Cast) -> dict[str, Any]:
    """What changes in the request: Vik and Horten file together, each with a line."""
    of_horten(session, cast)
    parties = {**raw_petition()["parties"], "requesting": ["4639", HORTEN]}
    second = a_line(municipality=HORTEN, **{"from": "2024-06-16", "to": "2024-08-31", "paid": "0"})
    return {"parties": parties, "lines": [a_line(), second]}


def needing(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None) -> Case:
    """A case whose main text is written, in nynorsk, with the dissents of who was outvoted; nothing of its parallel text is."""
    cast = present(session, cast)
    case = voted(session, cast, installation, at=at, votes=votes, **two_municipalities(session, cast))
    leader = seats_of(case)[0].user
    write_text(case, by=leader, at=at, **MAIN)
    for question in case.questions:
        write_reasons(question, REASONS, by=leader, at=at)
    for user, question in without_dissent(case, installation.keys):
        dissent(question, by=user, at=at, kind=RemarkKind.DISSENT, text=REMARK)
    session.flush()
    return case


def beside(name: str) -> str:
    """What the scene writes in the place of that name."""
    return BESIDE.get(name, REMARK_BESIDE if name.startswith("remark:") else REASONS_BESIDE)


def with_parallel(
    session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None
) -> Case:
    """The same, with the parallel text in bokmål: a member's own text by that member, the rest by the leader."""
    case = needing(session, cast, installation, at=at, votes=votes)
    for place in parallel_places(case):
        save(place, beside(place.beside), by=place.owner or seats_of(case)[0].user, at=at)
    return case


def both_approved(
    session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None
) -> Case:
    """The same, approved by all three."""
    case = with_parallel(session, cast, installation, at=at, votes=votes)
    for seat in seats_of(case):
        approve(case, by=seat.user, at=at, keys=installation.keys)
    return case


def both_issued(
    session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None
) -> Case:
    """The same, ordered and issued: two files. Commits."""
    case = both_approved(session, cast, installation, at=at, votes=votes)
    order_issue(case, by=seats_of(case)[0].user, at=at, keys=installation.keys)
    assert case.decision is not None
    session.commit()
    issue_job(installation, case.decision.id, at)
    session.expire_all()
    return case
