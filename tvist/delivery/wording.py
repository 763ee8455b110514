"""Which words a letter is written with: the standard text that holds for its kind and form of Norwegian, else the program's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.delivery.fields import filled, values_for
from tvist.delivery.texts import LetterText
from tvist.words import Message, catalogue, render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

    from tvist.cases.models import Party
    from tvist.delivery.models import LetterKind


@dataclass(frozen=True)
class Wording:
    """The words of one letter: `subject` and `body` of the notice, `words` with which the document begins, and of which standard text."""

    subject: str
    body: str
    words: str
    version: int | None = None


def worded(kind: LetterKind, language: str, number: str = "", **params: Any) -> tuple[str, str]:
    """The subject and the body of a notice: nothing but the number of the case, days and the like (rule 42).

    Raises ValueError for a text among `params`: it might be a name.
    """
    if texts := [name for name, value in params.items() if isinstance(value, str)]:
        message = f"a letter carries no text of ours: {texts}"
        raise ValueError(message)
    subject, body = (Message(f"letter.{kind.value}.{part}", number=number, **params) for part in ("subject", "body"))
    return render(subject, language), render(body, language)


def wording_for(
    party: Party, kind: LetterKind, *, language: str, at: datetime, params: Mapping[str, Any], session: Session | None
) -> Wording:
    """The words of a letter to the party: by the standard text in use, else the program's own. Raises ValueError as `worded` does."""
    own = own_wording(party, kind, language=language, at=at, params=params)
    text = text_in_use(session, kind, language) if session is not None else None
    return own if text is None else with_text(text, party, at=at, params=params)


def own_wording(party: Party, kind: LetterKind, *, language: str, at: datetime, params: Mapping[str, Any]) -> Wording:
    """The program's own words; a document that has none of its own begins as the notice does."""
    subject, body = worded(kind, language, party.case.number, **params)
    code = words_code(kind)
    if code not in catalogue(language):
        return Wording(subject, body, without_tail(body, language))
    return Wording(subject, body, filled(str(catalogue(language)[code]), values_for(party, language, at, params)))


def with_text(text: LetterText, party: Party, *, at: datetime, params: Mapping[str, Any]) -> Wording:
    """The words of a standard text, its fields filled; under the notice stands what every notice ends with."""
    values = values_for(party, text.language, at, params)
    body = f"{filled(text.body, values).rstrip()}\n\n{tail(text.language)}"
    return Wording(filled(text.subject, values), body, filled(text.words, values), text.version)


def text_in_use(session: Session, kind: LetterKind, language: str) -> LetterText | None:
    """The newest standard text of the kind that was put to use and is not retired; None where the program's own words hold."""
    query = sa.select(LetterText).where(
        LetterText.kind == kind,
        LetterText.language == language,
        LetterText.put_to_use_at.is_not(None),
        LetterText.retired_at.is_(None),
    )
    with session.no_autoflush:
        return session.scalar(query.order_by(LetterText.version.desc()).limit(1))


def own_texts(kind: LetterKind, language: str) -> tuple[str, str, str]:
    """The program's own subject, body and words with their fields as they are written: what a first standard text begins from."""
    told = catalogue(language)
    subject, body = (str(told[f"letter.{kind.value}.{part}"]) for part in ("subject", "body"))
    bare = without_tail(body, language)
    return subject, bare, str(told.get(words_code(kind), bare))


def words_code(kind: LetterKind) -> str:
    """The code of the words with which a document of the kind begins, where the program has some."""
    return f"letter_document.words.{kind.value}"


def tail(language: str) -> str:
    """What every notice ends with: how to reach the secretariat, that nobody reads an answer, and the link."""
    return render(Message("letter.tail"), language)


def without_tail(body: str, language: str) -> str:
    """The notice without what every notice ends with: that is of the e-mail alone."""
    return body.removesuffix(tail(language)).rstrip()
