"""A standard text on a real case: the notice and the document as they would be written now, in each form, before it is put to use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, ClassVar, Final

from tvist.access.policy import Role
from tvist.cases.models import Side
from tvist.cases.queries import case_at
from tvist.cases.submissions import SubmissionKind
from tvist.clock import oslo_date
from tvist.delivery.clocks_told import clock_of
from tvist.delivery.fields import mail_fields
from tvist.delivery.models import LetterKind
from tvist.delivery.standard_letters import texts_at
from tvist.delivery.telling import About, tell
from tvist.delivery.wording import with_text
from tvist.errors import NotFound

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.delivery.standard_letters import KindTexts, Version
    from tvist.delivery.texts import LetterText
    from tvist.delivery.wording import Wording
    from tvist.delivery.written import Written

INVENTED_DAYS: Final = timedelta(days=14)
"""A last day in a preview: the real one is known when the letter is written."""
_SERVES: Final = {
    LetterKind.DEFICIENCY: SubmissionKind.DEFICIENCY_LETTER,
    LetterKind.DISMISSAL_PROPOSED: SubmissionKind.DISMISSAL_PROPOSAL,
    LetterKind.DISMISSED: SubmissionKind.DISMISSAL,
    LetterKind.SENT_OVER: SubmissionKind.PETITION,
    LetterKind.NEXT_ROUND: SubmissionKind.RESPONSE,
    LetterKind.BODY_LETTER: SubmissionKind.BODY_LETTER,
    LetterKind.NEW_LOOK_REFUSED: SubmissionKind.NEW_LOOK_DECISION,
    LetterKind.NEW_TREATMENT_REFUSED: SubmissionKind.NEW_TREATMENT_DECISION,
}


@dataclass(frozen=True)
class TextOnCase:
    """A version on a case: for the officers of the case, and its leader. In the access log it is the case."""

    __tablename__: ClassVar = "case"
    case: Case
    texts: KindTexts
    version: Version

    @property
    def id(self) -> int:
        """The number of the case."""
        return self.case.id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case, of those who see the texts at all."""
        return self.case.roles_for(user, on) & {Role.SECRETARIAT, Role.LEADER}


@dataclass(frozen=True)
class TextInForm(TextOnCase):
    """The version on a case, in one form of Norwegian."""

    text: LetterText


def text_on_case_at(session: Session, kind: str, version: int, slug: str) -> TextOnCase:
    """The version on the case of that address. Raises `NotFound`."""
    texts = texts_at(session, kind)
    return TextOnCase(case_at(session, slug), texts, texts.numbered(version))


def text_in_form_at(session: Session, *, kind: str, version: int, slug: str, language: str) -> TextInForm:
    """The same in one form. Raises `NotFound`, also for what is no form of Norwegian."""
    found = text_on_case_at(session, kind, version, slug)
    text = next((text for text in found.version.forms if text.language == language), None)
    if text is None:
        raise NotFound
    return TextInForm(found.case, found.texts, found.version, text)


def previewed(text: LetterText, case: Case, at: datetime) -> tuple[Wording, Written]:
    """The notice and the document of a letter to the party it would be for, with this text."""
    party = _party_for(text.kind, case)
    params = {name: oslo_date(at) + INVENTED_DAYS for name in mail_fields(text.kind) if name != "number"}
    wording = with_text(text, party, at=at, params=params)
    served = [sent for sent in case.submissions if sent.kind is _SERVES.get(text.kind)]
    about = About(serves=served[-1:], clock=clock_of(text.kind, case), params=params)
    link = f"/cases/{case.slug}"
    return wording, tell(party, text.kind, wording, about, language=text.language, at=at, link=link)


def compared(before: str, after: str) -> list[tuple[str, str]]:
    """The two texts as one, word by word: ("same", "removed" or "added", text)."""
    old, new = _words(before), _words(after)
    runs: list[tuple[str, str]] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            runs.append(("same", "".join(old[i:j])))
            continue
        runs += [(change, "".join(words)) for change, words in (("removed", old[i:j]), ("added", new[k:m])) if words]
    return runs


def _words(text: str) -> list[str]:
    """The words of a text, each with the white space after it."""
    return re.findall(r"\S+\s*", text)


def _party_for(kind: LetterKind, case: Case) -> Party:
    """Who would get it: what is sent over goes to the other side, all else to the side that asked first."""
    side = Side.OPPOSING if kind is LetterKind.SENT_OVER else Side.REQUESTING
    return (case.parties_on(side) or case.parties)[0]
