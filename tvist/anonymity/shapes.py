"""Numbers and addresses in a text that may tell who somebody is, by their shape (pure). Days and ages stand in `days.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.anonymity.birth_numbers import BIRTH_NUMBER, holds
from tvist.anonymity.days import AGES, BIRTH_YEARS, DAYS, is_no_act
from tvist.anonymity.kinds import MarkKind
from tvist.anonymity.register_names import municipality_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UPPER: Final = "A-ZÆØÅÁÀÂÄÃÉÈÊËÍÏÓÒÔÖÕÚÜÝČĐŊŃŠŦŽ\u01ee\u01b7ǦǤǨÇÑŁ"
"""Letters that a name in Norway begins with, also a Sámi, Kven or foreign one: for a class of a pattern."""
_SP: Final = "[ \u00a0]"
_GAP: Final = "[ .\u00a0\u2009\u202f\u00ad-]?"
_NO_MONEY: Final = rf"(?!{_SP}?\d)(?!,\d)(?!{_SP}?(?:kr|kroner|NOK)\b)"
_NO_NUMBER_BEFORE: Final = rf"(?<![\d.,/§+-])(?<!\d{_SP})(?<!kr{_SP})"
_STREETS: Final = (
    "veien|vegen|vei|veg|gata|gate|gaten|allé|alléen|alleen|plass|plassen|stien|sti|bakken|bakke|svingen|kroken|tunet|tun|torg|torget|brygge|"
    "brygga|ringen|terrasse|smauet|jordet|haugen|lia|kleiva|løkka|stubben|kollen"
)
_NAME: Final = rf"[{UPPER}][\w'\u2019-]*"
_ACCOUNT_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_ORGANISATION_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)
_MODULUS: Final = 11
_OF_A_CASE: Final = re.compile(r"\b(?:sak|ref|j\.?nr|journal|arkiv|mappe)[^.\n]{0,40}(?:nr\.\s*)?$", re.IGNORECASE)
_AS_FAR_BACK: Final = 60
_PUBLIC_NUMBERS: Final = re.compile("(?:BTN|HR|L[ABEFGH]|RG|TR|SOM|NOU|COM|ECLI)-")


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape that is proposed, and a test of what matches it where the shape alone is not enough."""

    kind: MarkKind
    why: str
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = lambda _found: True


@dataclass(frozen=True, slots=True)
class ShapeFound:
    """A stretch of a text that has a shape."""

    start: int
    end: int
    kind: MarkKind
    why: str


def shapes_in(text: str, *whys: str) -> Iterator[ShapeFound]:
    """All stretches that have a shape, those of the first shapes first; they may overlap. With `whys` only those."""
    for shape in SHAPES:
        if whys and shape.why not in whys:
            continue
        for found in shape.pattern.finditer(text):
            if shape.holds(found):
                start, end = found.span("all") if "all" in shape.pattern.groupindex else found.span()
                yield ShapeFound(start, end, shape.kind, shape.why)


def has_check_digit(digits: str, weights: tuple[int, ...]) -> bool:
    """Whether the last digit is the right one for those before it, by the weights of the number's kind (modulus 11)."""
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))
    return len(digits) == len(weights) + 1 and (_MODULUS - total % _MODULUS) % _MODULUS == int(digits[-1])


def _digits(found: re.Match[str]) -> str:
    return "".join(sign for sign in found[0] if sign.isdecimal())


def _is_account(found: re.Match[str]) -> bool:
    written = re.fullmatch(r"\d{4}[ .\u00a0]\d{2}[ .\u00a0]\d{5}", found[0]) is not None
    return written or has_check_digit(_digits(found), _ACCOUNT_WEIGHTS)


def _is_of_a_case(found: re.Match[str]) -> bool:
    return _OF_A_CASE.search(found.string, max(0, found.start() - _AS_FAR_BACK), found.start()) is not None


def _is_street(found: re.Match[str]) -> bool:
    """Whether the word before the number ends as names of streets do."""
    name = re.sub(rf"{_SP}\d.*$", "", found[0])
    return re.search(rf"(?:{_STREETS})$", name, re.IGNORECASE) is not None


def _is_post_code(found: re.Match[str]) -> bool:
    """Whether it is no year: one that may be a year is a post code before the name of a municipality, after a comma or at the start of a line."""
    if found[0][:2] not in {"19", "20"}:
        return True
    before = found.string[: found.start()].rstrip(" \u00a0")
    return (not before or before[-1] in ",\n") and found["where"].casefold() in municipality_names()


def _number(why: str, pattern: str, holds: Callable[[re.Match[str]], bool] = lambda _found: True) -> Shape:
    return Shape(MarkKind.NUMBER, why, re.compile(pattern), holds)


def _address(why: str, pattern: str, holds: Callable[[re.Match[str]], bool] = lambda _found: True) -> Shape:
    return Shape(MarkKind.ADDRESS, why, re.compile(pattern), holds)


SHAPES: Final = (
    # Begins where a word begins: else a text of one long word would be read again from each of its letters.
    _address("e_mail", r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    _address("link", r"(?:https?://|www\.)[^\s<>\u00bb\"]*[\w/]"),
    Shape(MarkKind.NUMBER, "birth_number", BIRTH_NUMBER, holds),
    _number("account", rf"(?<![\d,])\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{5}}(?!\d)", _is_account),
    _number("eleven_digits", rf"(?<![\d,.])\d{{6}}{_SP}?\d{{5}}(?![\d,])"),
    _number(
        "organisation_number",
        rf"(?i:org(?:anisasjons)?\.?{_SP}?-?(?:nr|nummer)\.?:?){_SP}*(?P<all>\d{{3}}{_SP}?\d{{3}}{_SP}?\d{{3}})(?!\d)",
    ),
    _number(
        "organisation_number",
        rf"{_NO_NUMBER_BEFORE}[89]\d\d{_SP}?\d{{3}}{_SP}?\d{{3}}{_NO_MONEY}",
        lambda found: has_check_digit(_digits(found), _ORGANISATION_WEIGHTS),
    ),
    _number("municipality_number", rf"(?i:kommune(?:nummer|nr\.?):?){_SP}*(?P<all>\d{{4}})(?!\d)"),
    _number("phone", rf"(?<![\d\w+])\(?(?:\+|00)47\)?{_SP}?\d{{2}}(?:{_SP}?\d){{6}}(?!\d)"),
    _number("phone", rf"{_NO_NUMBER_BEFORE}[2-9]\d(?:{_SP}\d\d){{3}}{_NO_MONEY}"),
    _number("phone", rf"{_NO_NUMBER_BEFORE}[489]\d\d{_SP}\d\d{_SP}\d{{3}}{_NO_MONEY}"),
    _number("phone", rf"(?i:tlf|telefon|mobil|mob)(?:nr|nummer)?\.?:?{_SP}*(?P<all>(?:\+47{_SP}?)?\d(?:{_SP}?\d){{4,7}})(?!\d)"),
    _number(
        "case_number",
        r"(?<![\d§/.,-])(?:19|20)\d\d/\d{1,6}(?:-\d{1,3})?(?![\d/])",
        lambda found: found.string[max(0, found.start() - 2) : found.start()].strip("\u00a0 ") != "§",
    ),
    _number(
        "case_number",
        r"(?<![\w/.,-])(?:[A-ZÆØÅ]{1,6}[-/ ]?)?\d{1,6}(?:[/-]\d{1,6})+(?![\w/])(?![.,]\d)",
        lambda found: _is_of_a_case(found) and _PUBLIC_NUMBERS.match(found[0]) is None,
    ),
    _number(
        "case_number",
        r"(?<![\w-])[A-ZÆØÅ]{2,6}-(?:19|20)\d\d-\d{1,6}(?![\d-])",
        lambda found: not _PUBLIC_NUMBERS.match(found[0]),
    ),
    *(Shape(MarkKind.DATE, "birth_year", pattern) for pattern in BIRTH_YEARS),
    *(Shape(MarkKind.DATE, "day", pattern, is_no_act) for pattern in DAYS),
    *(Shape(MarkKind.DATE, "age", pattern) for pattern in AGES),
    _number("phone", rf"{_NO_NUMBER_BEFORE}[2-9]\d{{7}}{_NO_MONEY}"),
    _address(
        "street",
        rf"(?<![\w'\u2019-]){_NAME}(?:{_SP}{_NAME}|{_SP}(?:og|von|af|de)){{0,5}}?(?:{_SP}(?i:{_STREETS}))?{_SP}\d{{1,4}}(?:{_SP}?[A-Z]\b)?(?![\w/-]|\.\d)",
        _is_street,
    ),
    _address(
        "post_code",
        rf"(?<![\d\w./-])\d{{4}}{_SP}(?P<where>[{UPPER}][\w-]+)(?:{_SP}[{UPPER}][\w-]+)?",
        _is_post_code,
    ),
)
"""In order: where two overlap, the first one counts."""
