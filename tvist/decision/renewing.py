"""The linked case in which a case is treated anew: what the earlier one had is carried over, and it begins in the exchange (rule 40).

Rows are copied here; the papers, which need bytes of their own, and what points into them come by `carried_papers.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.claims import ClaimLine, claimed_ore
from tvist.cases.concessions import Concession
from tvist.cases.lifecycle import State, take_step
from tvist.cases.models import Case, Party, Side, TeamMember
from tvist.cases.submissions import Serving, Submission, SubmissionKind
from tvist.cases.tasks import open_task
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat
from tvist.delivery.models import LetterKind
from tvist.intake.identity import open_sealed, seal_for_case
from tvist.intake.making import draw_number, note_facts
from tvist.intake.models import ChildIdentity, FiledPetition
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.procedure.settings import procedure_on
from tvist.submissions.models import LineAnswer
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.db import Base
    from tvist.decision.afterwards import NewTreatment
    from tvist.vault.keys import MasterKeys

_OWN: Final = frozenset({"id", "public_id", "case_id", "version"})
"""Columns that each row has of its own, whatever it is a copy of."""
NOT_CARRIED: Final = frozenset({SubmissionKind.REPLACEMENT})
"""A replacement takes the place of what it replaced: its paper comes with the sending that the first version came with."""


@dataclass
class Carried:
    """What became of the earlier case's rows, by their ids."""

    parties: dict[int, Party]
    sendings: dict[int, Submission]
    lines: dict[int, ClaimLine]


def make_renewed_case(asked: NewTreatment, decision: Submission, *, by: User, at: datetime, keys: MasterKeys) -> Case:
    """The new case, registered today by the rules in force today. `decision` is the leader's ruling in the earlier case, served with one letter.

    What a party had not been served in the earlier case is not served by this either (rule 21).
    """
    earlier, session, on = asked.case, session_of(asked.case), oslo_date(at)
    new = _case(session, earlier, on)
    session.add(new)
    carried = Carried({party.id: _party(party, new, by=by, at=at) for party in earlier.parties}, {}, {})
    session.flush()
    _carry_sendings(earlier, new, carried, session=session, at=at)
    _carry_identity(earlier, new, keys, at=at, session=session)
    begun = new.record(Act.SEND, by=asked.by, at=at, said=Message("decision.journal.renewed", number=earlier.number))
    new.claimed_ore = claimed_ore(new)
    note_facts(new, begun)
    request, ruling = _request_and_ruling(asked, decision, new, carried)
    take_step(new, Act.ACCEPT, by=by, at=at, said=Message("decision.journal.taken_up_anew"))
    new.accepted_at = at
    session.flush()
    for party in new.parties_present:
        _serve_and_ask(asked, party, [request, ruling], decision, carried=carried, at=at)
    write_to_secretariat(new, LetterKind.NEW_TREATMENT_GRANTED, at=at)
    return new


def carried_sendings(earlier: Case) -> list[Submission]:
    """What is carried over: the sendings of the last bundle, oldest first."""
    entries = earlier.bundles[-1].entries if earlier.bundles else []
    found = [entry.submission for entry in entries if entry.submission.kind not in NOT_CARRIED]
    return sorted(found, key=lambda sending: (sending.made_at, sending.id))


def copied(row: Base, **changed: Any) -> dict[str, Any]:
    """The values of a row for a row like it, without what is its own. `changed` stands instead; relationships are the caller's."""
    names = {column.key for column in sa.inspect(type(row)).column_attrs} - _OWN
    return {name: getattr(row, name) for name in names} | changed


def _case(session: Session, earlier: Case, on: date) -> Case:
    serial = draw_number(session, on.year)
    return Case(
        year=on.year,
        serial=serial,
        number=f"{on.year}/{serial:04d}",
        state=State.RECEIVED,
        received_on=on,
        registered_on=on,
        region_code=earlier.region_code,
        measure=earlier.measure,
        claimed_ore=0,
        language=earlier.language,
        child_birth_year=earlier.child_birth_year,
        is_address_secret=earlier.is_address_secret,
        parties_sort_key=earlier.parties_sort_key,
        parties_folded=earlier.parties_folded,
        is_invented=earlier.is_invented,
    )


def _party(party: Party, new: Case, *, by: User, at: datetime) -> Party:
    """The party as it is now, with who is in its team now."""
    is_present, on = party.left_at is None, oslo_date(at)
    changed = {"joined_at": at, "brought_in_at": at} if is_present else {}
    found = Party(**copied(party, **changed))
    new.parties.append(found)
    for member in party.team if is_present else ():
        if member.holds_on(on):
            found.team.append(
                TeamMember(user=member.user, from_on=on, to_on=member.to_on, added_by_id=by.id, absence_id=member.absence_id)
            )
    return found


def _carry_sendings(earlier: Case, new: Case, carried: Carried, *, session: Session, at: datetime) -> None:
    """Sendings with their servings as they were, the petition, the claim lines, and what was answered and conceded of them."""
    old = carried_sendings(earlier)
    for sending in old:
        carried.sendings[sending.id] = _sending(sending, new, carried)
    session.flush()
    for sending in old:
        copy = carried.sendings[sending.id]
        for serving in sending.servings:
            session.add(_serving(serving, copy, carried))
        if earlier.petition is not None and earlier.petition.submission_id == sending.id:
            new.petition = FiledPetition(**copied(earlier.petition, submission_id=copy.id))
    _carry_lines(earlier, new, carried)
    for sending in old:
        _carry_answers(sending, carried.sendings[sending.id], carried)
    session.flush()
    for copy in carried.sendings.values():
        queue(session, JobKind.INDEX_SUBMISSION, copy.id, at=at)


def _sending(sending: Submission, new: Case, carried: Carried) -> Submission:
    party = carried.parties[sending.party_id] if sending.party_id is not None else None
    values = copied(sending, copy_of_id=sending.id)
    values.pop("party_id")
    found = Submission(**values, party=party)
    new.submissions.append(found)
    return found


def _serving(serving: Serving, copy: Submission, carried: Carried) -> Serving:
    """The serving as it was, by the letter that it was; its clock is the earlier case's."""
    return Serving(
        submission=copy,
        party=carried.parties[serving.party_id],
        letter_id=serving.letter_id,
        task_id=None,
        served_at=serving.served_at,
        fell_at=serving.fell_at,
    )


def _carry_lines(earlier: Case, new: Case, carried: Carried) -> None:
    for line in earlier.lines:
        if line.submission_id is not None and line.submission_id not in carried.sendings:
            continue
        values = copied(line)
        for name in ("municipality_id", "claimed_by_id", "submission_id"):
            values.pop(name)
        found = ClaimLine(
            **values,
            municipality=carried.parties[line.municipality_id],
            claimed_by=carried.parties[line.claimed_by_id],
            submission=carried.sendings[line.submission_id] if line.submission_id is not None else None,
        )
        new.lines.append(found)
        carried.lines[line.id] = found


def _carry_answers(sending: Submission, copy: Submission, carried: Carried) -> None:
    for answer in sending.line_answers:
        if answer.line_id in carried.lines:
            copy.line_answers.append(LineAnswer(**_of_line(answer), line=carried.lines[answer.line_id]))
    for concession in sending.concessions:
        if concession.line_id in carried.lines:
            copy.concessions.append(Concession(**_of_line(concession), line=carried.lines[concession.line_id]))


def _of_line(row: LineAnswer | Concession) -> dict[str, Any]:
    return {name: value for name, value in copied(row).items() if name not in {"line_id", "submission_id"}}


def _carry_identity(earlier: Case, new: Case, keys: MasterKeys, *, at: datetime, session: Session) -> None:
    """The child's identity, sealed anew for the new case; nobody reads it by this (rule 7)."""
    sealed = earlier.child_identity
    if sealed is not None:
        identity = open_sealed(keys, sealed)
        session.add(
            ChildIdentity(case=new, sealed=seal_for_case(keys, identity, new), number_hash=sealed.number_hash, made_at=at)
        )


def _request_and_ruling(asked: NewTreatment, decision: Submission, new: Case, carried: Carried) -> tuple[Submission, Submission]:
    """The request, and the leader's ruling on it, as sendings of the new case; the earlier opinion comes with the ruling."""
    both = _sending(asked.sending, new, carried), _sending(decision, new, carried)
    session = session_of(new)
    session.flush()
    for copy in both:
        queue(session, JobKind.INDEX_SUBMISSION, copy.id, at=decision.made_at)
    return both


def _serve_and_ask(
    asked: NewTreatment, party: Party, sendings: list[Submission], decision: Submission, *, carried: Carried, at: datetime
) -> None:
    """One letter serves the request and the ruling, here and in the earlier case; the other side's time to answer runs from it (rules 18, 19)."""
    task = None
    rules = procedure_on(party.case.registered_on)
    if party.side is not asked.party.side:
        # Only the opposing side responds line by line; the side that once filed comments on what the other asks for.
        kind, length = (
            (TaskKind.RESPOND, rules.response_length) if party.side is Side.OPPOSING else (TaskKind.COMMENT, rules.comment_length)
        )
        task = open_task(party.case, kind, at=at, owner=party, length=length)
    first, *rest = [found for found in sendings if found.party is not party]
    session = session_of(party)
    session.flush()
    letter = write_to_party(party, LetterKind.NEW_TREATMENT_GRANTED, at=at, serves=first, also_serves=rest, starts=task)
    before = next(old for old in asked.case.parties if carried.parties[old.id] is party)
    session.add(Serving(submission=decision, party=before, letter_id=letter.id, task_id=None))
