"""The words of an offer without prejudice, sealed and opened (rule 22). Who may read them is asked before: this room has no permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.vault.sealed import seal, unseal

if TYPE_CHECKING:
    from tvist.cases.private import Offer
    from tvist.vault.keys import MasterKeys
    from tvist.vault.sealed import Sealed

PURPOSE: Final = "offer"


def seal_offer(keys: MasterKeys, text: str, public_id: str) -> Sealed:
    """The words of the offer with this `public_id`, as they are kept. The row is made with the same `public_id` (`db.random_id()`)."""
    return seal(keys, text.encode(), purpose=PURPOSE, bound_to=place_of(public_id))


def open_offer(keys: MasterKeys, offer: Offer) -> str:
    """The words again. Raises `BrokenSeal` where they were changed or moved from another offer."""
    return unseal(keys, offer.sealed_words, purpose=PURPOSE, bound_to=place_of(offer.public_id)).decode()


def place_of(public_id: str) -> str:
    """What the words of the offer are bound to."""
    return f"offer {public_id}"
