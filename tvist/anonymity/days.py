"""Days, years of birth and ages as they are written in a Norwegian text, in digits and in words (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SP: Final = "[ \u00a0\n]"
_MONTHS: Final = "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|jan\\.|febr?\\.|apr\\.|aug\\.|sept?\\.|okt\\.|nov\\.|des\\."
_TENS: Final = "første|fyrste|andre|tredje|fjerde|femte|sjette|sjuende|syvende|sjuande|åttende|åttande|niende|niande"
_ORDINALS: Final = (
    f"{_TENS}|tiende|tiande|ellevte|tolvte|trett(?:e|a)nde|fjort(?:e|a)nde|femt(?:e|a)nde|sekst(?:e|a)nde|sytt(?:e|a)nde|att(?:e|a)nde|"
    f"nitt(?:e|a)nde|tju(?:e|a)nde|(?:tjue|tretti)(?:{_TENS})|tretti(?:e|a)nde|(?:{_TENS}){_SP}og{_SP}(?:tju(?:e|a)nde|tretti(?:e|a)nde)"
)
_DAY: Final = "(?:3[01]|[12]\\d|0?[1-9])"
_YEAR: Final = "(?:19|20)\\d\\d"
_YEAR_IN_WORDS: Final = f"to{_SP}?tusen(?:{_SP}og)?(?:{_SP}\\w+)?|tjue(?:tjue)?\\w+"
_AFTER_MONTH: Final = f"(?:{_SP}+(?:{_YEAR}|{_YEAR_IN_WORDS}))?(?!\\w)"
_TO: Final = "(?:[-\u2013]|til|og|eller)"
_SHORT: Final = f"{_DAY}[./](?:1[0-2]|0?[1-9])"
_AFTER_A_DAY: Final = "(?<=[./](?:19|20)\\d\\d-)|(?<=[./]\\d\\d-)"
"""Where the second of two days joined by a hyphen begins; after any other hyphen stands a number that is no day."""
_NUMBERS: Final = "ett|eitt|to|tre|fire|fem|seks|sju|syv|åtte|ni|ti|elleve|tolv|tretten|fjorten|femten|seksten|sytten|atten|nitten|tjue|[1-9]|1\\d|2[0-4]"
_OLD: Final = f"{_SP}?-?(?:år(?:s)?{_SP}+(?:gam(?:mel|mal|le|alt|melt)|alder(?:en)?)|åring(?:en|ar|er|ane|ene)?s?)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_DAYS: Final = (
    f"(?<![\\d§])(?:den{_SP})?(?:{_DAY}\\.?{_SP}?{_TO}{_SP}?)?{_DAY}\\.{_SP}?(?:{_MONTHS}){_AFTER_MONTH}",
    f"(?<![\\d.,/§-]){_DAY}{_SP}(?:{_MONTHS}){_SP}{_YEAR}(?!\\d)",
    f"\\b(?:den{_SP})?(?:{_ORDINALS}){_SP}+(?:i{_SP})?(?:{_MONTHS}){_AFTER_MONTH}",
    f"(?:(?<![\\d.,/§-])|{_AFTER_A_DAY})(?:{_SHORT}\\.?{_SP}?{_TO}{_SP}?)?{_SHORT}[./-](?:{_YEAR}|\\d\\d)(?![\\d/])",
    f"(?:(?<![\\d/.-])|(?<=\\d-\\d\\d/)){_YEAR}-(?:1[0-2]|0[1-9])-(?:3[01]|[12]\\d|0[1-9])(?![\\d-])",
)
DAYS: Final = tuple(_pattern(each) for each in _DAYS)
"""A day: `10. mars 2024`, `10.–12. mars`, `den tiende mars`, `10.3.24`, `10/3-2024`, `10.3.-12.3.2024`, `2024-03-10`."""
_BORN: Final = (
    f"(?:født|fødd|fødte|fødselsår|fødeår|fødeåret|fødselsåret|fødselsdato|f\\.){_SP}*:?{_SP}+(?:(?:er|i|året|år|var){_SP}+)*"
)
BIRTH_YEARS: Final = (
    _pattern(f"\\b{_BORN}(?P<all>{'|'.join(_DAYS)}|{_YEAR}(?!\\d)|\\[[^\\]\\n]*{_YEAR}\\])"),
    _pattern(f"(?<!\\d)(?P<all>{_YEAR}|[012]\\d)-(?:modell|årgang|kull)\\w*"),
)
"""The year or the day of a birth; also what stands instead of the day where it still tells the year."""
BIRTH_DAYS: Final = _pattern(f"\\b{_BORN}(?P<all>{'|'.join(_DAYS)})")
"""The day of a birth, where the text says that it is one."""
AGES: Final = (
    _pattern(f"(?<![\\w,.-])(?:{_NUMBERS})(?:{_SP}og{_SP}(?:et|eit){_SP}halvt)?{_OLD}(?!\\w)"),
    _pattern(f"\\b(?:gutt|gut|jente|barn|ungdom)(?:en|et|a)?{_SP}på{_SP}(?P<all>(?:{_NUMBERS})(?:{_SP}år)?)(?!\\w)"),
)
_ACT_BEFORE: Final = re.compile(r"\b(?:lov|lova|loven|forskrift|forskrifta|forskriften)\s+(?:av\s+)?$", re.IGNORECASE)
_AS_FAR_BACK: Final = 30
_NUMBER_AFTER: Final = re.compile(r"\s+nr\.?\s*\d")
_MONTH_OF_YEAR: Final = _pattern(f"\\b(?:{_MONTHS}){_SP}+{_YEAR}(?!\\d)")


def is_no_act(found: re.Match[str]) -> bool:
    """Whether a day is none by which an act is named: "lov 18. juni 2021 nr. 97"."""
    is_act = _ACT_BEFORE.search(found.string, max(0, found.start() - _AS_FAR_BACK), found.start()) or _NUMBER_AFTER.match(
        found.string, found.end()
    )
    return is_act is None


def months_in(text: str) -> Iterator[tuple[int, int]]:
    """Each month with its year: where it begins, and the first character after."""
    return (found.span() for found in _MONTH_OF_YEAR.finditer(text))
