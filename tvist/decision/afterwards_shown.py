"""What one reader sees of what follows an opinion: its versions, the requests for a new treatment, the time to ask, and the linked cases (rule 40)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.lifecycle import State
from tvist.clock import oslo_date
from tvist.decision.carried_papers import are_carried
from tvist.decision.new_treatment import last_day_to_ask
from tvist.decision.parallel_record import PARALLEL
from tvist.procedure.codes import CodeKind, code_label
from tvist.procedure.deadlines import explain
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.decision.afterwards import Correction, NewTreatment
    from tvist.decision.models import Decision, IssuedFile


@dataclass(frozen=True)
class Version:
    """One version of the opinion. `words` say what was corrected; None for what was issued first."""

    file: IssuedFile
    on: date
    words: str | None
    parallel: IssuedFile | None
    """The same version in the other form, where there is one (rule 39)."""
    parallel_words: str | None


@dataclass(frozen=True)
class ShownRequest:
    """A request for a new treatment. `is_read`: the reader reads its ground and reasons; `new_case` is None for who may not open it."""

    asked: NewTreatment
    ground: Message
    is_read: bool
    new_case: Case | None


@dataclass(frozen=True)
class TimeToAsk:
    """Until when the reader's party may ask, and why; `due_on` is None while the notice of the opinion has not arrived."""

    party: Party
    due_on: date | None
    is_over: bool
    why: tuple[Message, ...]


@dataclass(frozen=True)
class Links:
    """The earlier case that this one treats anew, and the new one that treats this anew, for who may open each."""

    earlier: Case | None
    new: Case | None
    waits_for_papers: bool


def versions_of(decision: Decision) -> list[Version]:
    """All versions whose file is there, the newest first."""
    corrections = {found.version: found for found in decision.corrections}
    beside = {file.version: file for file in decision.files if file.is_parallel}
    return [
        Version(
            file,
            oslo_date(corrections[file.version].ordered_at if file.version in corrections else file.made_at),
            corrections[file.version].words if file.version in corrections else None,
            beside.get(file.version),
            _parallel_words(corrections.get(file.version)),
        )
        for file in reversed(decision.files)
        if not file.is_parallel
    ]


def _parallel_words(correction: Correction | None) -> str | None:
    """The words of a correction in the other form."""
    found = correction.record.get(PARALLEL) if correction is not None else None
    return str(found["corrections"][-1]) if found else None


def requests_for(case: Case, user: User, on: date) -> list[ShownRequest]:
    """The requests, the newest first, each as far as the reader may see it: a party sees the other's once it is served."""
    return [
        ShownRequest(
            asked=asked,
            ground=code_label(CodeKind.NEW_TREATMENT_GROUND, asked.ground),
            is_read=may(user, Act.READ_SUBMISSION, asked.sending, on),
            new_case=asked.new_case if asked.new_case and may(user, Act.OPEN_CASE, asked.new_case, on) else None,
        )
        for asked in reversed(case.new_treatments)
    ]


def time_to_ask(case: Case, user: User, on: date) -> TimeToAsk | None:
    """The time of the reader's party; None for one of no party."""
    party = case.party_of(user, on)
    if party is None:
        return None
    found = last_day_to_ask(case, party)
    if found is None:
        return TimeToAsk(party, None, is_over=False, why=())
    event = Message("decision.after.event", name=party.name)
    return TimeToAsk(party, found.due_on, is_over=on > found.due_on, why=tuple(explain(found, event)))


def links_of(case: Case, user: User, on: date) -> Links:
    """The linked cases, for the page of either."""
    renewed = case.renews
    granted = (found.new_case for found in case.new_treatments if found.new_case) if case.state is State.DECIDED else ()
    new = next(iter(granted), None)
    return Links(
        earlier=renewed.case if renewed and may(user, Act.OPEN_CASE, renewed.case, on) else None,
        new=new if new is not None and may(user, Act.OPEN_CASE, new, on) else None,
        waits_for_papers=renewed is not None and not are_carried(case),
    )
