"""The secretariat's own words of letters: write a version, look at it on a real case, put both forms to use at once, retire it (språklova § 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.models import Organisation, OrganisationKind
from tvist.db import locked
from tvist.delivery.fields import document_fields, faults_in_fields, faults_in_mail_words, mail_fields
from tvist.delivery.models import LetterKind
from tvist.delivery.texts import LetterText
from tvist.errors import CannotProceed, NotFound
from tvist.words import NORWEGIAN, Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.access.policy import Role
    from tvist.accounts.models import User

TO_NO_PARTY: Final = frozenset(
    {
        LetterKind.NEW_CASE,
        LetterKind.CURED,
        LetterKind.SUBMISSION_RECEIVED,
        LetterKind.CALLED_TO_SEAT,
        LetterKind.RULING_ASKED,
        LetterKind.LATE_SENT,
        LetterKind.QUESTIONS_DRAFTED,
        LetterKind.NEW_TREATMENT_ASKED,
        LetterKind.EMPLOYERS_DUE,
        LetterKind.SEAT_RUNS_EMPTY,
        LetterKind.MEETING_CALLED,
        LetterKind.MEETING_CHANGED,
        LetterKind.MEETING_CANCELLED,
        LetterKind.ISSUE_FAILED,
        LetterKind.PUBLICATION_TO_APPROVE,
        LetterKind.PUBLICATION_RETURNED,
        LetterKind.EXTENSION_ASKED,
        LetterKind.ASSIGNED,
        LetterKind.ADDED_TO_TEAM,
        LetterKind.ACCESS_ASKED,
        LetterKind.ACCESS_REFUSED,
        LetterKind.PASSWORD_LINK,
        LetterKind.ACCESS_GAINED,
        LetterKind.ACCESS_LOST,
        LetterKind.COLLEAGUES_DUE,
        LetterKind.COLLEAGUES_KEY,
        LetterKind.UNCONFIRMED,
        LetterKind.LEFT_TEAM,
        LetterKind.TEAM_EMPTIED,
        LetterKind.SIGN_IN_CHANGED,
        LetterKind.SIGN_IN_RESET,
    }
)
"""Notices to the body's own people and to users: no documents, and their words are the program's."""
PARTY_KINDS: Final = tuple(kind for kind in LetterKind if kind not in TO_NO_PARTY)
"""The letters to parties: documents, whose words the secretariat may write."""
PARTS: Final = ("subject", "body", "words")


@dataclass(frozen=True)
class Version:
    """One version in both forms of Norwegian."""

    number: int
    nb: LetterText
    nn: LetterText

    @property
    def forms(self) -> tuple[LetterText, LetterText]:
        """Bokmål, then nynorsk."""
        return self.nb, self.nn

    @property
    def is_in_use(self) -> bool:
        """Put to use, and not retired since."""
        return self.nb.put_to_use_at is not None and self.nb.retired_at is None


@dataclass(frozen=True)
class KindTexts:
    """All versions of the words of one kind, the newest first. In the access log it is named by the place of its kind."""

    __tablename__: ClassVar = "letter_text"
    kind: LetterKind
    versions: tuple[Version, ...]

    @property
    def id(self) -> int:
        """The place of the kind among all."""
        return PARTY_KINDS.index(self.kind) + 1

    @property
    def version(self) -> int:
        """The number of the newest version, 0 before there is one: it tells a page that has grown old."""
        return self.versions[0].number if self.versions else 0

    @property
    def in_use(self) -> Version | None:
        """The version that holds; None where the program's own words do."""
        return next((found for found in self.versions if found.is_in_use), None)

    def numbered(self, number: int) -> Version:
        """The version of that number. Raises `NotFound`."""
        found = next((found for found in self.versions if found.number == number), None)
        if found is None:
            raise NotFound
        return found

    def before(self, version: Version) -> Version | None:
        """The version before that one."""
        return next((found for found in self.versions if found.number < version.number), None)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is at all."""
        return user.roles_on(on)


@dataclass(frozen=True)
class OneVersion:
    """One version among those of its kind, as what is guarded."""

    __tablename__: ClassVar = "letter_text"
    texts: KindTexts
    version: Version

    @property
    def id(self) -> int:
        """The number of its text in bokmål."""
        return self.version.nb.id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is at all."""
        return user.roles_on(on)


def all_texts(session: Session) -> list[KindTexts]:
    """Each kind with its versions, in the order of the kinds."""
    return [_gathered(session, kind) for kind in PARTY_KINDS]


def texts_at(session: Session, kind: str) -> KindTexts:
    """The versions of the kind with that name. Raises `NotFound` for a kind that has none of the secretariat's words."""
    found = next((each for each in PARTY_KINDS if each.value == kind), None)
    if found is None:
        raise NotFound
    return _gathered(session, found)


def version_at(session: Session, kind: str, version: int) -> OneVersion:
    """The version of that number of the kind with that name. Raises `NotFound`."""
    texts = texts_at(session, kind)
    return OneVersion(texts, texts.numbered(version))


def faults_in_texts(session: Session, kind: LetterKind, texts: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, Message]]:
    """What is wrong with the words, by field (`subject_nb`): fields that are not the kind's, and names and facts in the e-mail (rule 42).

    `texts` by part and form: ("subject", "nb").
    """
    for (part, language), text in texts.items():
        name, is_mail = f"{part}_{language}", part != "words"
        allowed = mail_fields(kind) if is_mail else document_fields(kind)
        for fault in faults_in_fields(text, allowed):
            yield name, fault
        if "{number}" not in text and part == "subject":
            yield name, Message("letter_text.number_needed", field="{number}")
        for fault in faults_in_mail_words(session, text) if is_mail else ():
            yield name, fault


def write_letter_text(
    session: Session, kind: LetterKind, texts: Mapping[tuple[str, str], str], *, owner: User, by: User, at: datetime
) -> Version:
    """Write the next version in both forms; nothing is written with it before it is put to use. Raises `CannotProceed` for faulty words."""
    _hold(session)
    missing = [Message("letter_text.both_forms") for language in NORWEGIAN for part in PARTS if not texts[part, language].strip()]
    if faults := [*missing[:1], *(fault for _, fault in faults_in_texts(session, kind, texts))]:
        raise CannotProceed(faults)
    number = _gathered(session, kind).version + 1
    made = {
        language: LetterText(
            kind=kind,
            language=language,
            version=number,
            owner=owner,
            written_by=by,
            written_at=at,
            **{part: texts[part, language].strip() for part in PARTS},
        )
        for language in NORWEGIAN
    }
    session.add_all(made.values())
    session.flush()
    return Version(number, made["nb"], made["nn"])


def in_the_way(texts: KindTexts, version: Version) -> Message | None:
    """Why a version cannot be put to use; None where it can."""
    if version.nb.retired_at is not None:
        return Message("letter_text.is_retired")
    if version.nb.put_to_use_at is not None:
        return Message("letter_text.in_use_already")
    newer = next((found for found in texts.versions if found.number > version.number), None)
    return Message("letter_text.newer_is_written", version=newer.number) if newer is not None else None


def put_to_use(session: Session, kind: LetterKind, number: int, *, by: User, at: datetime) -> Version:
    """Let letters of the kind be written with this version from now on, in both forms at once; the one before is retired.

    Raises `CannotProceed` for one that is retired, in use, or followed by a newer one.
    """
    _hold(session)
    texts = _gathered(session, kind)
    version = texts.numbered(number)
    if found := in_the_way(texts, version):
        raise CannotProceed(found)
    for before in texts.versions:
        if before.is_in_use:
            _retire(before, at)
    for text in version.forms:
        text.put_to_use_at, text.put_to_use_by = at, by
    # A letter asks which text holds without writing down what waits.
    session.flush()
    return version


def retire(session: Session, kind: LetterKind, number: int, *, at: datetime) -> None:
    """Use the version no more, in both forms: the program's own words hold again. Raises `CannotProceed` for one that is not in use."""
    _hold(session)
    version = _gathered(session, kind).numbered(number)
    if not version.is_in_use:
        raise CannotProceed(Message("letter_text.not_in_use"))
    _retire(version, at)
    session.flush()


def _retire(version: Version, at: datetime) -> None:
    for text in version.forms:
        text.retired_at = at


def _hold(session: Session) -> None:
    """One officer at a time: two who write the next version at once would both call it the same."""
    session.scalars(
        locked(session, sa.select(Organisation).where(Organisation.kind == OrganisationKind.BODY), Organisation)
    ).all()


def _gathered(session: Session, kind: LetterKind) -> KindTexts:
    query = sa.select(LetterText).where(LetterText.kind == kind).order_by(LetterText.version.desc(), LetterText.language)
    loaded = query.options(joinedload(LetterText.owner), joinedload(LetterText.written_by), joinedload(LetterText.put_to_use_by))
    found = list(session.scalars(loaded.execution_options(populate_existing=True)))
    # Written two by two, in one transaction.
    return KindTexts(kind, tuple(Version(nb.version, nb, nn) for nb, nn in zip(found[::2], found[1::2], strict=True)))
