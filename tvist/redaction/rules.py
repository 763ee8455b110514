"""What stands in the way of an act on a paper that is to be given out, by where it stands and by whom. Pages and acts ask the same."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tvist.access.policy import Act, Role
from tvist.db import session_of
from tvist.publication.rules import officers_present
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from tvist.accounts.models import User
    from tvist.documents.models import Paper
    from tvist.redaction.models import Redaction


class RedactionStage(StrEnum):
    """Where a redaction stands."""

    LAYING_OUT = "laying_out"  # The machine makes the pages.
    COVERING = "covering"
    TO_APPROVE = "to_approve"
    MAKING = "making"
    MADE = "made"


def stage_of(redaction: Redaction) -> RedactionStage:
    """Where it stands."""
    if redaction.made_at is not None:
        return RedactionStage.MADE
    if redaction.approved_at is not None:
        return RedactionStage.MAKING
    if redaction.submitted_at is not None:
        return RedactionStage.TO_APPROVE
    return RedactionStage.COVERING if redaction.blob_id is not None else RedactionStage.LAYING_OUT


def obstacles_to_begin(paper: Paper) -> list[Message]:
    """Why no copy of the paper can be given out: a wrong person or a name was found in it (rule 20)."""
    return [Message("redaction.quarantined")] if paper.quarantined_at is not None else []


def obstacles(redaction: Redaction, act: Act, *, by: User | None, on: date) -> list[Message]:
    """What stands in the way of `act` by that person that day; empty means go. `by` is None for the machine."""
    if found := obstacles_to_begin(redaction.paper):
        return found
    wanted = {Act.REDACT_PAPER: RedactionStage.COVERING, Act.APPROVE_REDACTION: RedactionStage.TO_APPROVE}[act]
    if stage_of(redaction) is not wanted:
        return [Message(f"redaction.not_{wanted.value}")]
    return _of_another(redaction, by, on) if act is Act.APPROVE_REDACTION and by is not None else []


def _of_another(redaction: Redaction, by: User, on: date) -> list[Message]:
    """Who covered or uncovered does not approve; and the leader approves only where no other officer is there to do it."""
    uncovered_by = {uncovering.by_id for uncovering in redaction.uncoverings}
    hands = {redaction.begun_by_id, redaction.submitted_by_id, *(box.by_id for box in redaction.boxes), *uncovered_by}
    if by.id in hands:
        return [Message("redaction.not_ones_own")]
    if Role.SECRETARIAT in redaction.roles_for(by, on):
        return []
    there = [
        user
        for user in officers_present(session_of(redaction), on)
        if user.id not in hands and Role.SECRETARIAT in redaction.roles_for(user, on)
    ]
    return [Message("redaction.officer_is_there", names=[user.name for user in there])] if there else []
