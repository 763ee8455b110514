"""The child's identity (rule 7): read, checked, sealed in the draft and then in the case. It is never in a text, the snapshot, the search or a log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.anonymity.birth_numbers import is_birth_number
from tvist.vault.sealed import keyed, seal, unseal
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.intake.models import ChildIdentity, Draft
    from tvist.intake.reading import Reader
    from tvist.vault.keys import MasterKeys
    from tvist.vault.sealed import Sealed

FIELDS: Final = ("name", "birth_number")
PURPOSE: Final = "identity"
HASH_PURPOSE: Final = "birth number"
OFFERS_PURPOSE: Final = "offer"
_BETWEEN = re.compile(r"[\s.\-]")
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the child is. `birth_number` is eleven digits (a birth number or a D number), or empty where it is not known."""

    name: str
    birth_number: str

    def __repr__(self) -> str:
        """Nothing: a trace of an error must not tell who the child is."""
        return "Identity(…)"


def read_identity(reader: Reader) -> Identity | None:
    """The identity in the fields `name` and `birth_number`; None where both are empty, or with faults noted."""
    before = len(reader.faults)
    name = reader.secret("name", limit=reader.rules.longest_line)
    typed = reader.secret("birth_number", limit=reader.rules.longest_line)
    number = _BETWEEN.sub("", typed)
    if number and not (_ELEVEN_DIGITS.fullmatch(number) and is_birth_number(number)):
        reader.blame("birth_number", Message("intake.not_a_birth_number"))
    elif number and not _fits(number, str(reader.raw.get("birth_year") or "").strip()):
        reader.blame("birth_number", Message("intake.birth_number_of_other_year"))
    if number and not name:
        reader.missing("name")
    return Identity(name, number) if name and len(reader.faults) == before else None


def seal_for_draft(keys: MasterKeys, identity: Identity, draft: Draft) -> Sealed:
    """The identity as the draft keeps it."""
    return _seal(keys, identity, of_draft(draft))


def identity_of_draft(keys: MasterKeys, draft: Draft) -> Identity | None:
    """The identity that was laid in a draft; None where there is none. Raises `BrokenSeal`."""
    if draft.sealed_identity is None:
        return None
    return _open(keys, draft.sealed_identity, of_draft(draft))


def seal_for_case(keys: MasterKeys, identity: Identity, case: Case) -> Sealed:
    """The identity as the case keeps it."""
    return _seal(keys, identity, of_case(case))


def open_sealed(keys: MasterKeys, sealed: ChildIdentity) -> Identity:
    """The identity of a case. Who may ask is guarded before; the opening is written down by `open_identity`. Raises `BrokenSeal`."""
    return _open(keys, sealed.sealed, of_case(sealed.case))


def number_hash(keys: MasterKeys, birth_number: str) -> bytes | None:
    """The keyed hash by which equal cases are found without opening anything; None where the number is not known."""
    return keyed(keys, HASH_PURPOSE, birth_number.encode()) if birth_number else None


def seal_offers_for_draft(keys: MasterKeys, words: str, draft: Draft) -> Sealed:
    """What is told of offers, as the draft keeps it (rule 22)."""
    return seal(keys, words.encode(), purpose=OFFERS_PURPOSE, bound_to=of_draft(draft))


def offers_of_draft(keys: MasterKeys, draft: Draft) -> str:
    """What was told of offers in a draft; empty where nothing was. Raises `BrokenSeal`."""
    if draft.sealed_offers is None:
        return ""
    return unseal(keys, draft.sealed_offers, purpose=OFFERS_PURPOSE, bound_to=of_draft(draft)).decode()


def _seal(keys: MasterKeys, identity: Identity, place: str) -> Sealed:
    text = json.dumps([identity.name, identity.birth_number], ensure_ascii=False)
    return seal(keys, text.encode(), purpose=PURPOSE, bound_to=place)


def _open(keys: MasterKeys, sealed: bytes, place: str) -> Identity:
    name, number = json.loads(unseal(keys, sealed, purpose=PURPOSE, bound_to=place))
    return Identity(name, number)


def of_draft(draft: Draft) -> str:
    """What the sealed values of a draft are bound to."""
    return f"draft {draft.public_id}"


def of_case(case: Case) -> str:
    """What the sealed identity of a case is bound to."""
    return f"case {case.number}"


def _fits(number: str, birth_year: str) -> bool:
    """Whether the two digits of the year agree with the year of birth that was typed; a year that is not typed yet agrees."""
    return not (birth_year.isascii() and birth_year.isdigit()) or number[4:6] == birth_year[-2:]
