"""Make the rows of a new case from a petition: the number, the case, its parties, lines and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.accounts.models import OrganisationKind
from tvist.cases.chronology import StatedFact
from tvist.cases.claims import ClaimLine
from tvist.cases.history import FactKind
from tvist.cases.lifecycle import State
from tvist.cases.models import Case, Party, Serial, Side, TeamMember
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.clock import oslo_date
from tvist.db import insert_once
from tvist.errors import CannotProceed
from tvist.intake.models import FiledPetition
from tvist.intake.parties import case_language
from tvist.intake.petition import snapshot_of
from tvist.intake.queries import authorised_filers, parties_by_code, party_staff
from tvist.register.collation import folded, sort_key
from tvist.register.municipalities import all_municipalities, lineage
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.cases.history import Event
    from tvist.documents.models import Paper
    from tvist.intake.chronology import ToldFact
    from tvist.intake.lines import ClaimedLine
    from tvist.intake.petition import Petition


def draw_number(session: Session, year: int) -> int:
    """The next serial of the year, by one UPDATE, so that two senders never get the same (rule 15)."""
    draw = (
        sa.update(Serial)
        .where(Serial.year == year)
        .values(last=Serial.last + 1)
        .returning(Serial.last)
        .execution_options(synchronize_session=False)
    )
    drawn = session.scalar(draw)
    if drawn is None:
        insert_once(session, Serial, year=year, last=0)
        drawn = session.scalars(draw).one()
    return drawn


def make_case(session: Session, petition: Petition, *, at: datetime, received_on: date | None, is_invented: bool) -> Case:
    """The case with its number and its parties. Raises CannotProceed for a party that is not here."""
    on = oslo_date(at)
    organisations = _organisations(session, petition)
    serial = draw_number(session, on.year)
    names = [organisations[code].name for code in (*petition.requesting, *petition.opposing)]
    case = Case(
        year=on.year,
        serial=serial,
        number=f"{on.year}/{serial:04d}",
        state=State.RECEIVED,
        received_on=received_on or on,
        registered_on=on,
        region_code=petition.state,
        measure=petition.main_measure,
        claimed_ore=petition.claimed_ore,
        language=case_language(petition.requesting, petition.opposing, petition.language, on),
        child_birth_year=petition.child_birth_year,
        is_address_secret=petition.is_address_secret,
        parties_sort_key=sort_key(" ".join(names)),
        parties_folded=folded_parties(petition, names),
        is_invented=is_invented,
    )
    session.add(case)
    sides = [(code, Side.REQUESTING) for code in petition.requesting] + [(code, Side.OPPOSING) for code in petition.opposing]
    for position, (code, side) in enumerate(sides, start=1):
        case.parties.append(_party(petition, organisations[code], side=side, position=position, at=at))
    session.flush()
    return case


def make_lines(case: Case, petition: Petition) -> None:
    """The claim lines, all claimed by the party that files."""
    by_code = {party.organisation.code: party for party in case.parties}
    for position, line in enumerate(petition.lines, start=1):
        case.lines.append(
            claim_line(line, position=position, municipality=by_code[line.municipality], claimed_by=case.parties[0])
        )


def claim_line(line: ClaimedLine, *, position: int, municipality: Party, claimed_by: Party) -> ClaimLine:
    """The row of a line that was read, with its amount in øre as it is now; None for a line of principle. Its case is the caller's to set."""
    return ClaimLine(
        position=position,
        municipality=municipality,
        claimed_by=claimed_by,
        measure=line.measure,
        measure_words=line.measure_words,
        from_on=line.from_on,
        to_on=line.to_on,
        known_until=line.known_until,
        unit=line.unit,
        rate_ore=line.rate_ore,
        count=line.count,
        amount_ore=line.amount.ore if line.amount else None,
        should_bear=line.should_bear,
        paid_by=line.paid_by,
        paid_ore=line.paid_ore,
        state_basis=line.state_basis,
        municipal_basis=line.municipal_basis,
        basis_words=line.basis_words,
    )


def file_petition(case: Case, petition: Petition, *, session: Session, by: User, at: datetime) -> Submission:
    """The request as the first sending of the case, with what was sent as canonical JSON and its hash."""
    submission = Submission(kind=SubmissionKind.PETITION, party=case.parties[0], text="", made_at=at, by=by)
    case.submissions.append(submission)
    session.flush()
    text, digest = snapshot_of(petition)
    case.petition = FiledPetition(
        submission_id=submission.id,
        subject=petition.subject,
        both_limbs=petition.both_limbs,
        authority=petition.authority,
        background=petition.background,
        agreed=petition.agreed,
        disputed=petition.disputed,
        argument=petition.argument,
        claim=petition.claim,
        settlement_on=petition.settlement_on,
        settlement_by=petition.settlement_by,
        settlement_words=petition.settlement_words,
        is_before_courts=petition.is_before_courts,
        courts_words=petition.courts_words,
        pays_meanwhile=petition.pays_meanwhile,
        limitation_words=petition.limitation_words,
        limitation_until=petition.limitation_until,
        placed_on=petition.placed_on,
        snapshot=text,
        snapshot_sha256=digest,
    )
    return submission


def state_facts(case: Case, petition: Petition, submission: Submission) -> None:
    """The chronology of the request, after its papers have come to the sending: each fact points to the paper it stands in."""
    by_public_id = {paper.public_id: paper for paper in submission.papers}
    for position, fact in enumerate(petition.facts, start=1):
        submission.facts.append(stated_fact(fact, case, position=position, papers=by_public_id))


def stated_fact(fact: ToldFact, case: Case, *, position: int, papers: Mapping[str, Paper]) -> StatedFact:
    """The row of a fact that was read; `papers` are those that it may point to, by their public ids."""
    return StatedFact(
        case=case,
        position=position,
        happened_on=fact.happened_on,
        until_on=fact.until_on,
        words=fact.words,
        paper=papers.get(fact.paper),
        page=fact.page,
    )


def note_facts(case: Case, event: Event) -> None:
    """The dated facts that figures need, as they are at filing."""
    case.note(FactKind.REGION, case.region_code, event=event)
    case.note(FactKind.MEASURE, case.measure, event=event)
    case.note(FactKind.CLAIMED, case.claimed_ore, event=event)
    case.note(FactKind.LANGUAGE, case.language, event=event)
    for party in case.parties:
        kind = FactKind.REQUESTING_PARTY if party.side is Side.REQUESTING else FactKind.OPPOSING_PARTY
        case.note(kind, party.organisation.code, event=event)


def bring_in(session: Session, party: Party, *, by: User, at: datetime) -> None:
    """Let the party's team open the case: those who may file for it; where nobody may, all who work on cases there (rule 5)."""
    if party.brought_in_at is not None:
        return
    party.brought_in_at = at
    on = oslo_date(at)
    people = authorised_filers(session, party.organisation, on) or party_staff(session, party.organisation, on)
    add_to_team(party, people, by=by, on=on)


def add_to_team(party: Party, people: Iterable[User], *, by: User, on: date) -> None:
    """Add those who are not in the party's case team yet."""
    held = {member.user_id for member in party.team}
    for user in people:
        if user.id not in held:
            party.team.append(TeamMember(user=user, from_on=on, added_by_id=by.id))


def _organisations(session: Session, petition: Petition) -> dict[str, Organisation]:
    codes = (*petition.requesting, *petition.opposing)
    found = parties_by_code(session, codes)
    if missing := [code for code in codes if code not in found]:
        raise CannotProceed([Message("intake.party_not_connected", code=code) for code in missing])
    return found


def _party(petition: Petition, organisation: Organisation, *, side: Side, position: int, at: datetime) -> Party:
    is_filer = position == 1
    return Party(
        organisation=organisation,
        side=side,
        kind=OrganisationKind(organisation.kind),
        name=organisation.name,
        position=position,
        representative=petition.representative if is_filer else "",
        own_reference=petition.own_reference if is_filer else petition.other_side_reference if side is Side.OPPOSING else "",
        joined_at=at,
    )


def folded_parties(petition: Petition, names: list[str]) -> str:
    """Names, earlier names and own references of the parties, folded for search; each once."""
    earlier = [
        other.name
        for number in petition.municipalities
        for row in all_municipalities()
        if row.number == number
        for other in lineage(row)
    ]
    found = [*names, *earlier, petition.own_reference, petition.other_side_reference]
    return " ".join(dict.fromkeys(text for each in found if (text := folded(each))))
