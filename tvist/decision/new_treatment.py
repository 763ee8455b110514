"""A party asks for a case to be treated anew, on a ground and in time; the leader grants it, with a linked case, or refuses it (rule 40).

The opinion stands as it is either way. How the linked case is made stands in `renewing.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Act, Role
from tvist.accounts.models import User
from tvist.cases.clocks import Outage
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.cases.tasks import close_tasks, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import random_id, session_of
from tvist.decision.afterwards import NewTreatment
from tvist.decision.renewing import make_renewed_case
from tvist.delivery.actions import write_to_secretariat, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.intake.sendings import from_body, serve
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.procedure.codes import CodeKind, code_named
from tvist.procedure.deadlines import Deadline, deadline, is_late
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.cases.models import Case, Party
    from tvist.vault.keys import MasterKeys


def ask_new_treatment(case: Case, *, by: User, at: datetime, ground: str, reasons: str) -> NewTreatment:
    """Ask for a new treatment of a case that was decided. The other parties are served the request; the leader decides it.

    Raises NotAllowed for one in no team, CannotProceed without a ground of the list or reasons, too late, and while a request waits.
    """
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    if found := [*obstacles(case, Act.ASK_NEW_TREATMENT), *_faults(case, party, at, ground=ground, reasons=reasons)]:
        raise CannotProceed(found)
    take_step(case, Act.ASK_NEW_TREATMENT, by=by, at=at)
    kind = SubmissionKind.NEW_TREATMENT_REQUEST
    sent = Submission(party=party, kind=kind, text=reasons.strip(), made_at=at, passed_on_at=at, by=by)
    case.submissions.append(sent)
    asked = NewTreatment(
        public_id=random_id(), party=party, by=by, by_id=by.id, ground=ground, reasons=reasons.strip(), asked_at=at
    )
    case.new_treatments.append(asked)
    session = session_of(case)
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, sent.id, at=at)
    open_task(case, TaskKind.DECIDE_NEW_TREATMENT, at=at, owner=Desk.LEADER)
    for other in case.parties_present:
        if other is not party:
            serve(other, LetterKind.NEW_TREATMENT_ASKED, sent, starts=None, at=at)
    write_to_secretariat(case, LetterKind.NEW_TREATMENT_ASKED, at=at)
    for leader in _leaders(case, at):
        write_to_user(leader, LetterKind.NEW_TREATMENT_ASKED, at=at, case=case)
    return asked


def grant_new_treatment(case: Case, *, by: User, at: datetime, reasons: str, keys: MasterKeys) -> Case:
    """Grant the request: a linked case begins today, with all that the panel of the earlier one had before it. Returns the new case."""
    asked = _decided(case, Act.GRANT_NEW_TREATMENT, by=by, at=at, reasons=reasons, is_granted=True)
    decision = from_body(case, SubmissionKind.NEW_TREATMENT_DECISION, reasons.strip(), by=by, at=at)
    new = make_renewed_case(asked, decision, by=by, at=at, keys=keys)
    asked.new_case = new
    session_of(case).flush()
    queue(session_of(case), JobKind.COPY_PAPERS, asked.id, at=at)
    return new


def refuse_new_treatment(case: Case, *, by: User, at: datetime, reasons: str) -> None:
    """Refuse the request, with reasons that the parties are served. The opinion stands, and the party may ask anew while its time runs."""
    _decided(case, Act.REFUSE_NEW_TREATMENT, by=by, at=at, reasons=reasons, is_granted=False)
    decision = from_body(case, SubmissionKind.NEW_TREATMENT_DECISION, reasons.strip(), by=by, at=at)
    for party in case.parties_present:
        serve(party, LetterKind.NEW_TREATMENT_REFUSED, decision, starts=None, at=at)


def open_request(case: Case) -> NewTreatment | None:
    """The request that the leader has not decided; one at a time."""
    return next((found for found in case.new_treatments if found.decided_at is None), None)


def last_day_to_ask(case: Case, party: Party) -> Deadline | None:
    """Until when the party may ask, counted from the day the notice of the opinion came to it (rule 18); None while it has not.

    A correction begins no new time: it changes no outcome.
    """
    arrived = [
        recipient.accepted_at
        for letter in case.letters
        if letter.kind is LetterKind.OPINION_ISSUED and letter.party_id == party.id
        for recipient in letter.recipients
        if recipient.accepted_at is not None
    ]
    if not arrived:
        return None
    outages = session_of(case).scalars(sa.select(Outage.day)).all()
    return deadline(oslo_date(min(arrived)), procedure_on(case.registered_on).new_treatment_length, outages=outages)


def too_late(case: Case, party: Party | None, at: datetime) -> Message | None:
    """That the party's time is out, and whom it may turn to; None while it may ask."""
    found = last_day_to_ask(case, party) if party is not None else None
    return Message("decision.new_treatment.too_late", due=found.due_on) if found and is_late(at, found.due_on) else None


def ground_faults(ground: str, reasons: str, at: datetime) -> list[tuple[str, Message]]:
    """What is wrong with a ground and its reasons: the field, and what to do."""
    code = code_named(CodeKind.NEW_TREATMENT_GROUND, ground, oslo_date(at))
    found = [] if code else [("ground", Message("decision.new_treatment.choose_ground"))]
    if not reasons.strip():
        words = code is not None and code.words_required
        found.append(("reasons", Message("decision.new_treatment.say_which" if words else "decision.new_treatment.say_why")))
    return found


# ---- Conditions of acts, joined in tvist.rulebook ----


def no_request_waits(case: Case) -> Message | None:
    """One request at a time, and none after one that was granted: the case goes on in the new one."""
    if any(found.is_granted for found in case.new_treatments):
        return Message("decision.new_treatment.granted_before")
    return Message("decision.new_treatment.one_waits") if open_request(case) else None


def request_waits(case: Case) -> Message | None:
    """A party has asked, and the leader has not decided."""
    return None if open_request(case) else Message("decision.new_treatment.none_waits")


def _faults(case: Case, party: Party, at: datetime, *, ground: str, reasons: str) -> list[Message]:
    late = too_late(case, party, at)
    return [*([late] if late else []), *(message for _, message in ground_faults(ground, reasons, at))]


def _decided(case: Case, act: Act, *, by: User, at: datetime, reasons: str, is_granted: bool) -> NewTreatment:
    """Write down what the leader decided."""
    asked = open_request(case)
    faults = obstacles(case, act) + ([] if reasons.strip() else [Message("decision.new_treatment.ruling_needed")])
    if faults or asked is None:
        raise CannotProceed(faults)
    take_step(case, act, by=by, at=at)
    asked.decided_at, asked.decided_by, asked.decided_by_id = at, by, by.id
    asked.is_granted, asked.ruling = is_granted, reasons.strip()
    close_tasks(case, TaskKind.DECIDE_NEW_TREATMENT, at=at)
    return asked


def _leaders(case: Case, at: datetime) -> list[User]:
    """Who leads the board that day, but for who has declared a conflict for the case."""
    on = oslo_date(at)
    appointed = User.appointments.property.mapper.class_
    found = session_of(case).scalars(
        sa.select(User).where(User.appointments.any(appointed.from_on <= on), User.disabled_at.is_(None)).order_by(User.id)
    )
    return [user for user in found if Role.LEADER in user.roles_on(on) and case.roles_for(user, on)]
