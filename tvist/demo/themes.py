"""What the invented cases are about: a dozen themes, in both forms of Norwegian. No line is taken from a real case.

In the texts {born} is a year, {first} and {last} are days, {kommune} and {stat} the parties, as they are called in the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.demo.themes_nb import COMMON_NB, THEMES_NB
from tvist.demo.themes_nn import COMMON_NN, THEMES_NN

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Theme:
    """The kind of measure, and what a month, a day or a stay of it costs in whole kroner."""

    name: str
    measure: str
    unit: str
    kroner: tuple[int, int]
    municipal_basis: str = "health_care_services"


THEMES: Final = (
    Theme("institution", "institution", "month", (95_000, 185_000)),
    Theme("foster", "reinforced_foster_home", "month", (22_000, 64_000)),
    Theme("relief", "relief_care", "day", (2_900, 5_400)),
    Theme("centre", "centre_residential", "month", (82_000, 140_000)),
    Theme("emergency", "emergency_home", "day", (3_100, 6_200)),
    Theme("aftercare", "aftercare", "month", (18_000, 48_000), "social_services_nav"),
    Theme("travel", "escort_travel", "stay", (4_200, 9_800)),
    Theme("adaptation", "adaptation", "sum", (180_000, 920_000)),
    Theme("specialised", "specialised_foster_home", "month", (58_000, 96_000)),
    Theme("family_home", "family_home", "month", (62_000, 118_000)),
    Theme("school", "institution", "month", (88_000, 150_000), "education"),
    Theme("support", "support_person", "sum", (24_000, 130_000)),
)
_TEXTS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {"nb": THEMES_NB, "nn": THEMES_NN}
_COMMON: Final[Mapping[str, Mapping[str, str]]] = {"nb": COMMON_NB, "nn": COMMON_NN}


def texts_of(theme: Theme, language: str, **params: object) -> dict[str, str]:
    """All texts of the theme in that form of Norwegian, with the parties and days put in."""
    return {name: text.format(**params) for name, text in {**_COMMON[language], **_TEXTS[language][theme.name]}.items()}
