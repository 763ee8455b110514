"""The parties of a request: one state side and one or more municipalities (rule 2), and the form of Norwegian between them (rule 39)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from tvist.register.language import LanguageForm, decision_language, language_form
from tvist.register.municipalities import Municipality, all_municipalities, same_municipality_on, successors_on
from tvist.register.regions import region_of, state_regions
from tvist.words import Message, Norwegian

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from tvist.intake.reading import Reader

_NUMBER = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties by code, the filer first, and who speaks for the filer."""

    requesting: tuple[str, ...]
    opposing: tuple[str, ...]
    representative: str
    own_reference: str

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The municipalities on both sides."""
        return tuple(code for code in (*self.requesting, *self.opposing) if is_municipality(code))


def is_municipality(code: str) -> bool:
    """Whether the code is a municipality number; else it is a code of the state's side."""
    return _NUMBER.fullmatch(code) is not None


def place_on(number: str, on: date) -> Municipality | None:
    """The municipality with that number as it stood on that day, through new numbers and names; None where it did not exist then."""
    rows = [row for row in all_municipalities() if row.number == number]
    return next((found for row in rows if (found := same_municipality_on(row, on))), None)


def read_parties(reader: Reader, *, on: date, filer: str | None, connected: Collection[str] | None) -> Parties:
    """The parties, with faults noted for what is unknown, doubled, not connected, or beyond rule 2."""
    part = reader.part("parties")
    part.only("requesting", "opposing", "representative", "own_reference")
    sides = {name: part.words_in(name) for name in ("requesting", "opposing")}
    seen: set[str] = set()
    for name, codes in sides.items():
        if not any(codes):
            part.missing(name)
        for place, code in enumerate(codes):
            is_filer = filer is not None and (name, place) == ("requesting", 0)
            if fault := code and _wrong_party(code, seen, on, connected, is_filer=is_filer):
                part.blame(f"{name}[{place}]", fault)
            seen.add(code)
    if filer is not None and sides["requesting"] and sides["requesting"][0] != filer:
        part.blame("requesting[0]", Message("intake.not_the_filer"))
    _check_sides(part, sides["requesting"], sides["opposing"])
    return Parties(
        requesting=tuple(filter(None, sides["requesting"])),
        opposing=tuple(filter(None, sides["opposing"])),
        representative=part.line("representative"),
        own_reference=part.line("own_reference", needed=False),
    )


def proposed_other_side(code: str, on: date) -> list[str]:
    """The region that a municipality lies in that day; nothing for the state, and where the register leaves it open (rule 3)."""
    place = place_on(code, on) if is_municipality(code) else None
    region = region_of(place.number, on) if place else None
    return [region.code] if region else []


def case_language(requesting: Sequence[str], opposing: Sequence[str], wanted: str, on: date) -> Norwegian:
    """The form of the case: what the municipality has decided; with several, the filer's side first; with none decided, as the filer wishes.

    Where the state files against municipalities with different forms, the filer's wish holds for the main text (rule 39).
    """
    wish = cast("Norwegian", wanted)
    decided = {side: _decided_forms(codes, on) for side, codes in (("requesting", requesting), ("opposing", opposing))}
    if decided["requesting"]:
        return decision_language(decided["requesting"][0], wish)
    return decision_language(decided["opposing"][0], wish) if len(set(decided["opposing"])) == 1 else wish


def _decided_forms(codes: Sequence[str], on: date) -> list[LanguageForm]:
    places = [place for code in codes if is_municipality(code) and (place := place_on(code, on))]
    forms = [language_form(place.number, on) for place in places]
    return [form for form in forms if form in {LanguageForm.BOKMAL, LanguageForm.NYNORSK}]


def _wrong_party(code: str, seen: set[str], on: date, connected: Collection[str] | None, *, is_filer: bool) -> Message | None:
    """What is wrong with a code by itself."""
    if code in seen:
        return Message("intake.party_twice")
    if not is_municipality(code):
        if code not in {region.code for region in state_regions()}:
            return Message("intake.no_such_party")
    elif place_on(code, on) is None:
        return _gone(code, on, is_filer=is_filer)
    return Message("intake.not_connected") if connected is not None and code not in connected else None


def _gone(code: str, on: date, *, is_filer: bool) -> Message:
    """A number that is unknown, or that others carry on: who they are, and what to do (rule 4)."""
    if not any(row.number == code for row in all_municipalities()):
        return Message("intake.no_such_party")
    names = [f"{place.display_name} ({place.number})" for place in successors_on(code, on)]
    if not names:
        return Message("intake.no_such_party")
    return Message("intake.filer_not_in_force" if is_filer else "intake.municipality_not_in_force", code=code, names=names)


def _check_sides(part: Reader, requesting: list[str], opposing: list[str]) -> None:
    """One side is the state alone, the other municipalities alone: a line between two municipalities is for others to settle (rule 2)."""
    files_for_state = bool(requesting) and bool(requesting[0]) and not is_municipality(requesting[0])
    with_filer, against = (
        ("intake.state_files_alone", "intake.state_against_state") if files_for_state else ("intake.state_on_both_sides", "")
    )
    for place, code in enumerate(requesting[1:], start=1):
        if code and (files_for_state or not is_municipality(code)):
            part.blame(f"requesting[{place}]", Message(with_filer))
    for place, code in enumerate(opposing):
        if code and is_municipality(code) is not files_for_state:
            part.blame(f"opposing[{place}]", Message(against or "intake.between_municipalities"))
    if not files_for_state and len([code for code in opposing if code and not is_municipality(code)]) > 1:
        part.blame("opposing[1]", Message("intake.one_state_side"))
