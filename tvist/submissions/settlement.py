"""A joint settlement: one party puts a text forward, and the case ends when every party has confirmed that very text (rule 22).

Until then the text is an offer: sealed, for the two sides alone. Start at `propose_settlement`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.history import Ending, EndingKind
from tvist.cases.lifecycle import STEPS, take_step
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.cases.tasks import close_all_tasks, close_tasks, open_task
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import random_id, session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.submissions.models import Settlement, SettlementConfirmation
from tvist.vault.sealed import seal, unseal
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.vault.keys import MasterKeys

PURPOSE: Final = "settlement"
SETTLED: Final = "settled"
"""The ground of `discontinuation` in the code file."""


def standing_settlement(case: Case) -> Settlement | None:
    """The settlement that is put forward or agreed; at most one (the database says so too)."""
    return next((found for found in case.settlements if found.withdrawn_at is None), None)


def no_settlement_stands(case: Case) -> Message | None:
    """One text at a time: who comes second reads the first, and confirms it or has it withdrawn."""
    return Message("submissions.settlement.one_stands") if standing_settlement(case) else None


def settlement_stands(case: Case) -> Message | None:
    """There is a text to confirm."""
    return None if standing_settlement(case) else Message("submissions.settlement.none_stands")


def all_confirmed(case: Case) -> Message | None:
    """Every party has confirmed the text that stands (rule 22)."""
    found = standing_settlement(case)
    return Message("submissions.settlement.not_all") if found is None or missing_confirmations(found) else None


def all_take_part(case: Case) -> Message | None:
    """Every party can open the case: nobody settles with a side that has not had the request."""
    is_alone = any(party.left_at is None and party.brought_in_at is None for party in case.parties)
    return Message("submissions.settlement.other_side_not_in") if is_alone else None


def missing_confirmations(settlement: Settlement) -> list[Party]:
    """The parties that have not confirmed this text."""
    confirmed = {found.party_id for found in settlement.confirmations if found.sha256 == settlement.sha256}
    return [party for party in settlement.case.parties if party.left_at is None and party.id not in confirmed]


def text_of_settlement(settlement: Settlement, keys: MasterKeys) -> str:
    """The words of the settlement. Raises `BrokenSeal`."""
    return unseal(keys, settlement.sealed_text, purpose=PURPOSE, bound_to=place_of(settlement.public_id)).decode()


def propose_settlement(case: Case, *, by: User, at: datetime, text: str, keys: MasterKeys) -> Settlement:
    """Put a text forward and confirm it for one's own party; every other party is asked (rule 22).

    Raises `NotAllowed` for one who may not bind a party, `CannotProceed` while another text stands.
    """
    party, words = _bound(case, by, at), text.strip()
    if not words:
        raise CannotProceed(Message("submissions.settlement.write_text"))
    take_step(case, Act.PROPOSE_SETTLEMENT, by=by, at=at)
    public_id = random_id()
    found = Settlement(
        public_id=public_id,
        party=party,
        party_id=party.id,
        by_id=by.id,
        sealed_text=seal(keys, words.encode(), purpose=PURPOSE, bound_to=place_of(public_id)),
        sha256=hashlib.sha256(words.encode()).hexdigest(),
        made_at=at,
    )
    case.settlements.append(found)
    found.confirmations.append(SettlementConfirmation(party_id=party.id, by_id=by.id, sha256=found.sha256, confirmed_at=at))
    session_of(case).flush()
    for other in missing_confirmations(found):
        open_task(case, TaskKind.CONFIRM_SETTLEMENT, at=at, owner=other)
        write_to_party(other, LetterKind.SETTLEMENT_PROPOSED, at=at)
    return found


def confirm_settlement(case: Case, *, by: User, at: datetime, sha256: str, keys: MasterKeys) -> Settlement:
    """Confirm the text with this hash for one's party; the last confirmation ends the case. Confirming twice changes nothing.

    Raises `NotAllowed` as `propose_settlement` does, `CannotProceed` when another text stands than the one that was read, or none.
    """
    party, found = _bound(case, by, at), standing_settlement(case)
    if found is None or found.sha256 != sha256:
        raise CannotProceed(Message("submissions.settlement.other_text" if found else "submissions.settlement.none_stands"))
    if party not in missing_confirmations(found):
        return found
    take_step(case, Act.CONFIRM_SETTLEMENT, by=by, at=at)
    found.confirmations.append(SettlementConfirmation(party_id=party.id, by_id=by.id, sha256=sha256, confirmed_at=at))
    close_tasks(case, TaskKind.CONFIRM_SETTLEMENT, at=at, owner=party)
    if not missing_confirmations(found):
        _settle(found, by=by, at=at, text=text_of_settlement(found, keys))
    return found


def withdraw_settlement(settlement: Settlement, *, by: User, at: datetime) -> None:
    """Take back the text that one's own party put forward; nothing of it stands after that. Raises `NotAllowed`, `CannotProceed`."""
    case = settlement.case
    if _bound(case, by, at) is not settlement.party:
        raise NotAllowed
    if settlement.withdrawn_at is not None or settlement.agreed_at is not None:
        raise CannotProceed(Message("submissions.settlement.none_stands"))
    if case.state not in STEPS[Act.PROPOSE_SETTLEMENT].sources:
        raise CannotProceed(Message("cases.wrong_state", state=case.state))
    case.record(Act.PROPOSE_SETTLEMENT, by=by, at=at, said=Message("submissions.journal.settlement_withdrawn"))
    settlement.withdrawn_at = at
    close_tasks(case, TaskKind.CONFIRM_SETTLEMENT, at=at)


def _settle(settlement: Settlement, *, by: User, at: datetime, text: str) -> None:
    """End the case as settled, with the agreed text as a sending for the parties and the secretariat, and tell all who take part."""
    case, session = settlement.case, session_of(settlement)
    take_step(case, Act.SETTLE, by=by, at=at)
    settlement.agreed_at = at
    sent = Submission(party=settlement.party, kind=SubmissionKind.SETTLEMENT, text=text, made_at=at, by=by, passed_on_at=at)
    case.submissions.append(sent)
    case.endings.append(Ending(kind=EndingKind.DISCONTINUED, ground=SETTLED, reasons="", happened_at=at, recorded_at=at))
    close_all_tasks(case, at=at)
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, sent.id, at=at)
    for party in case.parties:
        if party.left_at is None:
            write_to_party(party, LetterKind.DISCONTINUED, at=at, serves=sent if party is not sent.party else None)
    write_to_secretariat(case, LetterKind.DISCONTINUED, at=at)
    for seat in case.seats_held:
        write_to_user(seat.user, LetterKind.DISCONTINUED, at=at, case=case)


def _bound(case: Case, by: User, at: datetime) -> Party:
    """The party that `by` may bind. Raises `NotAllowed`."""
    on = oslo_date(at)
    party = case.party_of(by, on)
    if party is None or not party.may_be_bound_by(by, on):
        raise NotAllowed
    return party


def place_of(public_id: str) -> str:
    """What the text of the settlement is bound to."""
    return f"settlement {public_id}"
