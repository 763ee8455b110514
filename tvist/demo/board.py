"""The invented board of the demo through the years: terms, seats and deputies (rule 27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from tvist.panel.models import AppointmentKind, SeatKind

if TYPE_CHECKING:
    from collections.abc import Mapping

MINISTRY = "Barne- og familiedepartementet"
FIXED, DEPUTY = AppointmentKind.FIXED, AppointmentKind.DEPUTY
LEADER, FREE, KS = SeatKind.LEADER, SeatKind.FREE, SeatKind.KS


@dataclass(frozen=True)
class Term:
    """One appointment, in the words of its row."""

    seat: SeatKind
    kind: AppointmentKind
    order: int
    from_on: date
    to_on: date
    appointed_by: str = MINISTRY


def _terms(seat: SeatKind, kind: AppointmentKind, *years: tuple[int, int], order: int = 1) -> tuple[Term, ...]:
    """Terms from 1 January of the first year to 31 December of the last."""
    return tuple(Term(seat, kind, order, date(first, 1, 1), date(last, 12, 31)) for first, last in years)


# 2010: a leader for three years and six members for two, three in each of the other seats. From 2021 two fixed members with a deputy each.
BOARD: Final[Mapping[str, tuple[Term, ...]]] = {
    "Gudrun Gammelfabel": _terms(LEADER, FIXED, (2010, 2012), (2013, 2016)),
    "Halvor Gammelskrøne": _terms(FREE, FIXED, (2010, 2011), (2012, 2013), (2014, 2016)),
    "Hedda Gammelluftslott": _terms(LEADER, DEPUTY, (2010, 2012), (2013, 2016)),
    "Inga Gammeltenkt": _terms(FREE, FIXED, (2010, 2011), (2012, 2013), (2014, 2016), order=2),
    "Jens Gammelpåfunn": _terms(FREE, FIXED, (2010, 2011), (2012, 2013), order=3),
    "Klara Gammeleventyr": _terms(KS, FIXED, (2010, 2011), (2012, 2013), (2014, 2016)),
    "Leif Gammelinnfall": _terms(KS, FIXED, (2010, 2011), (2012, 2013), (2014, 2016), order=2),
    "Mona Gammeleksempel": _terms(KS, FIXED, (2010, 2011), (2012, 2013), order=3),
    "Trygve Forrigetenkt": _terms(LEADER, FIXED, (2017, 2020), (2021, 2024)),
    "Unni Forrigefabel": _terms(LEADER, DEPUTY, (2017, 2020), (2021, 2024)),
    "Vidar Forrigeskrøne": _terms(FREE, FIXED, (2017, 2020), (2021, 2024)),
    "Wenche Forrigepåfunn": _terms(FREE, DEPUTY, (2017, 2020), (2021, 2024)),
    "Yngve Forrigeeventyr": _terms(KS, FIXED, (2017, 2020), (2021, 2024)),
    "Åse Forrigeinnfall": _terms(KS, DEPUTY, (2017, 2020), (2021, 2024)),
    "Cato Oppdiktet": _terms(LEADER, FIXED, (2025, 2028)),
    "Lise Luftslott": _terms(LEADER, DEPUTY, (2025, 2028)),
    "Frida Fabel": _terms(FREE, FIXED, (2025, 2028)),
    "Finn Fantasi": _terms(FREE, DEPUTY, (2025, 2028)),
    "Kåre Påfunn": _terms(KS, FIXED, (2025, 2028)),
    "Karin Skrøne": _terms(KS, DEPUTY, (2025, 2028)),
}
