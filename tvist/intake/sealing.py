"""What is laid apart under seal with a request: the child's identity (rule 7) and what was offered (rule 22); and the opening of the identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import take_step
from tvist.cases.private import Offer
from tvist.cases.private_words import seal_offer
from tvist.db import random_id, session_of
from tvist.errors import CannotProceed
from tvist.intake.identity import (
    identity_of_draft,
    number_hash,
    offers_of_draft,
    open_sealed,
    seal_for_case,
    seal_for_draft,
    seal_offers_for_draft,
)
from tvist.intake.models import ChildIdentity, IdentityOpening
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.intake.identity import Identity
    from tvist.intake.models import Draft
    from tvist.vault.keys import MasterKeys


def keep_identity(draft: Draft, identity: Identity | None, *, by: User, at: datetime, keys: MasterKeys) -> None:  # noqa: ARG001 - every act tells by whom.
    """Seal the child's identity into the draft, or take it out again. Raises CannotProceed for a draft that was sent or discarded."""
    _still_open(draft)
    draft.sealed_identity = seal_for_draft(keys, identity, draft) if identity else None
    draft.changed_at = at


def keep_offers(draft: Draft, words: str, *, by: User, at: datetime, keys: MasterKeys) -> None:  # noqa: ARG001 - every act tells by whom.
    """Seal what was offered into the draft; nothing takes it out again. Raises CannotProceed as above."""
    _still_open(draft)
    draft.sealed_offers = seal_offers_for_draft(keys, words, draft) if words else None
    draft.changed_at = at


def lay_apart(
    case: Case,
    *,
    by: User,
    at: datetime,
    keys: MasterKeys | None,
    draft: Draft | None = None,
    identity: Identity | None = None,
    offers: str = "",
) -> None:
    """Seal identity and offers anew, bound to the new case, from the draft or as given. Raises CannotProceed where the keys are missing."""
    is_sealed = draft is not None and (draft.sealed_identity or draft.sealed_offers)
    if not (is_sealed or identity or offers):
        return
    if keys is None:
        raise CannotProceed(Message("intake.no_keys"))
    if draft is not None:
        identity = identity or identity_of_draft(keys, draft)
        offers = offers or offers_of_draft(keys, draft)
    session = session_of(case)
    if identity:
        hashed = number_hash(keys, identity.birth_number)
        session.add(ChildIdentity(case=case, sealed=seal_for_case(keys, identity, case), number_hash=hashed, made_at=at))
    if offers:
        place = random_id()
        words = seal_offer(keys, offers, place)
        session.add(
            Offer(public_id=place, case=case, party=case.parties[0], by=by, from_request=True, sealed_words=words, made_at=at)
        )
    if draft is not None:
        # What lies in the case is not kept in the draft as well.
        draft.sealed_identity = draft.sealed_offers = None
    session.flush()


def open_identity(case: Case, *, by: User, at: datetime, purpose: str, keys: MasterKeys) -> Identity:
    """Open the child's identity for a purpose, which is written down with who and when (rules 7, 44). Raises CannotProceed where none is sealed."""
    take_step(case, Act.OPEN_IDENTITY, by=by, at=at)
    sealed = case.child_identity
    if sealed is None:  # The rulebook refuses it before.
        raise CannotProceed(Message("intake.no_identity"))
    session_of(case).add(IdentityOpening(identity=sealed, user=by, purpose=purpose, opened_at=at))
    return open_sealed(keys, sealed)


def _still_open(draft: Draft) -> None:
    if not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
