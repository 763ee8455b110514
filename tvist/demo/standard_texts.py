"""The invented standard texts of the demo, in both forms of Norwegian, each marked as invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.decision.standard_texts import change_standard_text, write_standard_text

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

# Section; title and text in bokmål; the same in nynorsk.
TEXTS: Final = (
    (
        "legal",
        "Rådgivende uttalelse (oppdiktet eksempel)",
        "Nemnda gir en rådgivende uttalelse om hvem som bør dekke utgiftene. Uttalelsen bygger på avtalen om prøveordningen.",
        "Rådgivande uttale (oppdikta døme)",
        "Nemnda gir ein rådgivande uttale om kven som bør dekkje utgiftene. Uttalen byggjer på avtalen om prøveordninga.",
    ),
    (
        "legal",
        "Begge plikter må finnes (oppdiktet eksempel)",
        "Saken hører under ordningen når staten kan ha plikt etter barnevernsloven og kommunen kan ha plikt etter en annen lov.",
        "Begge plikter må finnast (oppdikta døme)",
        "Saka høyrer under ordninga når staten kan ha plikt etter barnevernslova og kommunen kan ha plikt etter ei anna lov.",
    ),
    (
        "reasons",
        "Barnets behov (oppdiktet eksempel)",
        "Nemnda legger vekt på hvilket behov hos barnet som var den egentlige grunnen til tiltaket da det ble satt i verk.",
        "Behovet til barnet (oppdikta døme)",
        "Nemnda legg vekt på kva behov hos barnet som var den eigentlege grunnen til tiltaket då det blei sett i verk.",
    ),
    (
        "conclusion",
        "Sakskostnader (oppdiktet eksempel)",
        "Hver part bør dekke sine egne kostnader med saken.",
        "Sakskostnader (oppdikta døme)",
        "Kvar part bør dekkje sine eigne kostnader med saka.",
    ),
)
BEFORE: Final = "Nemnda gir en rådgivende uttalelse."
"""What the first of them said before it was changed."""


def write_texts(session: Session, *, owner: User, at: datetime) -> None:
    """Write them all; the first has been changed once."""
    for place, (section, title, text, title_nn, text_nn) in enumerate(TEXTS):
        made = write_standard_text(
            session, section=section, language="nb", title=title, text=BEFORE if place == 0 else text, by=owner, at=at
        )
        session.flush()
        write_standard_text(session, section=section, language="nn", title=title_nn, text=text_nn, by=owner, at=at, form_of=made)
        if place == 0:
            change_standard_text(made, title=title, text=text, by=owner, at=at)
