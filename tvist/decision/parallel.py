"""The parallel text: the opinion in the other language form, bound to the main one and approved with it (rule 39)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import OrganisationKind, User
from tvist.cases.models import Case
from tvist.clock import oslo_date
from tvist.db import Base, Versioned
from tvist.intake.parties import place_on
from tvist.register.language import language_form
from tvist.words import other_norwegian

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.cases.models import Party
    from tvist.register.language import LanguageForm
    from tvist.words import Norwegian


class ParallelPart(Base, Versioned):
    """One place of the opinion in the other language form. It follows the main text: `main_sha256` tells which wording it puts over."""

    __tablename__ = "parallel_part"
    __table_args__ = (sa.UniqueConstraint("case_id", "place"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"))
    place: Mapped[str]
    """A section by its name, `question:<public_id>` for its reasons, `words:<public_id>` for its wording, `remark:<public_id>:<user id>`,
    `measure:<line id>` for the party's own words on a measure, `exception:<id>` for the reasons of an exception."""
    text: Mapped[str]
    main_sha256: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[datetime]
    case: Mapped[Case] = relationship(back_populates="parallel_parts")
    written_by: Mapped[User] = relationship()


def parallel_language(case: Case) -> Norwegian | None:
    """The form in which the opinion is needed beside its main text: where a municipality among the parties has decided on the other form.

    None where no municipality has, where it is neutral, and where the lists do not tell; the state has no form of its own (språklova §§ 14-15).
    """
    return _form_beside(case, case.parties_remaining)


def parallel_language_at(case: Case, at: datetime) -> Norwegian | None:
    """The same as it was at a moment, whoever has come into the case or left it since."""
    return _form_beside(
        case, (party for party in case.parties if party.joined_at <= at and (party.left_at is None or party.left_at > at))
    )


def _form_beside(case: Case, parties: Iterable[Party]) -> Norwegian | None:
    other = other_norwegian(case.language)
    return other if any(_decided_form(party) == other for party in parties) else None


def _decided_form(party: Party) -> LanguageForm | None:
    """What a municipality had decided on the day the case was registered, or the later day on which it came into the case."""
    if party.kind is not OrganisationKind.MUNICIPALITY:
        return None
    on = max(party.case.registered_on, oslo_date(party.joined_at))
    place = place_on(party.organisation.code, on)
    return language_form(place.number, on) if place is not None else None
