"""The fields of a standard text, `{number}`: which a kind of letter has, what each becomes, and what the words of an e-mail may never hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accounts.models import Organisation, User
from tvist.cases.models import Side
from tvist.clock import oslo_date
from tvist.words import Message, catalogue, format_day, join_list, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.cases.models import Party
    from tvist.delivery.models import LetterKind

DOCUMENT_ALONE: Final = ("recipient", "own_reference", "requesting", "opposing", "received_on", "written_on")
"""Fields that tell a name or a fact: in the document, which is read signed in, never in the notice (rule 42)."""
_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_BRACE: Final = re.compile(r"[{}]")
_DIGITS: Final = re.compile(r"\d(?:[ .\N{NO-BREAK SPACE}]?\d){5,}")
_ADDRESS: Final = re.compile(r"\S+@\S+|\b(?:https?://|www\.)\S+", re.IGNORECASE)


def mail_fields(kind: LetterKind) -> tuple[str, ...]:
    """The fields of the notice: those that the program's own words of the kind have."""
    words = (str(catalogue("nb")[f"letter.{kind.value}.{part}"]) for part in ("subject", "body"))
    return tuple(dict.fromkeys(["number", *(name for text in words for name in _FIELD.findall(text))]))


def document_fields(kind: LetterKind) -> tuple[str, ...]:
    """The fields of the document: those of the notice, and those that tell of the case."""
    return (*mail_fields(kind), *DOCUMENT_ALONE)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each field replaced by what it becomes; a field that nothing is known of stands as it was written."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def values_for(party: Party, language: str, at: datetime, params: Mapping[str, object]) -> dict[str, str]:
    """What each field becomes in a letter to the party at that moment; `params` are those of its kind: a last day and the like."""
    case = party.case
    sides = {side: join_list([found.name for found in case.parties_on(side)], language) for side in Side}
    told = {name: text_of(value, language) for name, value in params.items()}
    return told | {
        "number": case.number,
        "recipient": party.name,
        "own_reference": party.own_reference or "\N{EN DASH}",
        "requesting": sides[Side.REQUESTING],
        "opposing": sides[Side.OPPOSING],
        "received_on": format_day(case.received_on, language),
        "written_on": format_day(oslo_date(at), language),
    }


def faults_in_fields(text: str, allowed: Collection[str]) -> Iterator[Message]:
    """Fields that this text cannot have, each with those it can; and a brace that belongs to none."""
    listed = tuple(f"{{{name}}}" for name in allowed)
    for name in dict.fromkeys(_FIELD.findall(text)):
        if name not in allowed:
            code = "letter_text.field_not_in_mail" if name in DOCUMENT_ALONE else "letter_text.unknown_field"
            yield Message(code, field=f"{{{name}}}", allowed=listed)
    if _BRACE.search(_FIELD.sub("", text)):
        yield Message("letter_text.loose_brace", allowed=listed)


def faults_in_mail_words(session: Session, text: str) -> Iterator[Message]:
    """What tells a name or a fact, as far as a program can see: addresses, long numbers, names of people and organisations (rule 42)."""
    for found in (_ADDRESS.search(text), _DIGITS.search(text)):
        if found:
            yield Message("letter_text.fact_in_mail", found=found[0])
    for name in _names(session):
        if re.search(rf"(?<!\w){re.escape(name)}(?:s|')?(?!\w)", text, re.IGNORECASE):
            yield Message("letter_text.name_in_mail", found=name)


def _names(session: Session) -> list[str]:
    """The names of all organisations but the body itself, and of all people."""
    organisations = session.scalars(sa.select(Organisation.name).where(Organisation.kind != "body").order_by(Organisation.name))
    people = session.scalars(sa.select(User.name).order_by(User.name))
    return [name for name in dict.fromkeys((*organisations, *people)) if name.strip()]
