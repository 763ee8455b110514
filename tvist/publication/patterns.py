"""Numbers, addresses and days in a text that may tell who somebody is, by their shape (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.intake.birth_numbers import is_birth_number
from tvist.publication.models import MarkKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_GAP: Final = "[ .\u00a0\u2009\u202f\u00ad-]?"
_MONTHS: Final = "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|jan\\.|feb\\.|febr\\.|apr\\.|aug\\.|sept?\\.|okt\\.|nov\\.|des\\."
_ORDINALS: Final = (
    "første|fyrste|andre|tredje|fjerde|femte|sjette|sjuende|syvende|sjuande|åttende|åttande|niende|niande|tiende|tiande|ellevte|tolvte|trettende|"
    "trettande|fjortende|fjortande|femtende|femtande|sekstende|sekstande|syttende|syttande|attende|attande|nittende|nittande|tjuende|tjuande|"
    "tjueførste|tjueandre|tjuetredje|tjuefjerde|tjuefemte|tjuesjette|tjuesjuende|tjuesjuande|tjueåttende|tjueåttande|tjueniende|tjueniande|"
    "trettiende|trettiande|trettiførste"
)
_STREETS: Final = "veien|vegen|vei|veg|gata|gate|gaten|allé|alléen|alleen|plass|plassen|stien|sti|bakken|bakke|svingen|kroken|tunet|tun|torg|torget|brygge|brygga|ringen|terrasse|smauet|jordet|haugen|lia"
_UPPER: Final = "A-ZÆØÅÁČĐŊŠŦŽÀÉÈÊÓÒÔÜÖÄÏ"
_NAME: Final = rf"[{_UPPER}][\w'\u2019-]*"
_ACCOUNT_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_MODULUS: Final = 11
_ELEVEN: Final = 11


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


def shapes_in(text: str) -> Iterator[ShapeFound]:
    """All stretches that have a shape, those of the first shapes first; they may overlap."""
    for shape in SHAPES:
        for found in shape.pattern.finditer(text):
            if shape.holds(found):
                start, end = found.span("all") if "all" in shape.pattern.groupindex else found.span()
                yield ShapeFound(start, end, shape.kind, shape.why)


def is_account_number(digits: str) -> bool:
    """Whether eleven digits end with the right check digit of a bank account."""
    total = sum(weight * int(digit) for weight, digit in zip(_ACCOUNT_WEIGHTS, digits, strict=False))
    return len(digits) == _ELEVEN and (_MODULUS - total % _MODULUS) % _MODULUS == int(digits[-1])


def _digits(found: re.Match[str]) -> str:
    return "".join(sign for sign in found[0] if sign.isdecimal())


def _is_birth_number(found: re.Match[str]) -> bool:
    return is_birth_number(_digits(found))


def _is_account(found: re.Match[str]) -> bool:
    written = re.fullmatch(r"\d{4}[ .\u00a0]\d{2}[ .\u00a0]\d{5}", found[0]) is not None
    return written or is_account_number(_digits(found))


def _shape(kind: MarkKind, why: str, pattern: str, holds: Callable[[re.Match[str]], bool] | None = None) -> Shape:
    compiled = re.compile(pattern)
    return Shape(kind, why, compiled, holds) if holds is not None else Shape(kind, why, compiled)


SHAPES: Final = (
    _shape(MarkKind.ADDRESS, "e_mail", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    _shape(MarkKind.ADDRESS, "link", r"(?:https?://|www\.)[^\s<>\u00bb\"]*[\w/]"),
    _shape(MarkKind.NUMBER, "birth_number", rf"(?<![\d,])\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{5}}(?!\d)", _is_birth_number),
    _shape(MarkKind.NUMBER, "account", rf"(?<![\d,])\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{5}}(?!\d)", _is_account),
    _shape(MarkKind.NUMBER, "eleven_digits", r"(?<![\d,.])\d{6}[ \u00a0]?\d{5}(?![\d,])"),
    _shape(
        MarkKind.NUMBER,
        "organisation_number",
        r"(?i:org(?:anisasjons)?\.?[ \u00a0-]*(?:nr|nummer)\.?:?)[ \u00a0]*(?P<all>\d{3}[ \u00a0]?\d{3}[ \u00a0]?\d{3})(?!\d)",
    ),
    _shape(MarkKind.NUMBER, "phone", r"(?<![\d\w+])(?:\+|00)47[ \u00a0]?\d{2}(?:[ \u00a0]?\d){6}(?!\d)"),
    _shape(
        MarkKind.NUMBER,
        "phone",
        r"(?<![\d.,/§-])(?<![\d][ \u00a0])[2-9]\d(?:[ \u00a0]\d\d){3}(?![ \u00a0]?\d)(?!,\d)(?![ \u00a0]?kr)",
    ),
    _shape(
        MarkKind.NUMBER,
        "phone",
        r"(?<![\d.,/§-])(?<![\d][ \u00a0])[489]\d\d[ \u00a0]\d\d[ \u00a0]\d{3}(?![ \u00a0]?\d)(?!,\d)(?![ \u00a0]?kr)",
    ),
    _shape(
        MarkKind.NUMBER,
        "phone",
        r"(?i:tlf|telefon|mobil|mob)(?:nr|nummer)?\.?:?[ \u00a0]*(?P<all>(?:\+47[ \u00a0]?)?\d(?:[ \u00a0]?\d){4,7})(?!\d)",
    ),
    _shape(MarkKind.NUMBER, "phone", r"(?<![\d.,/§-])(?<![\d][ \u00a0])[2-9]\d{7}(?![ \u00a0]?\d)(?!,\d)(?![ \u00a0]?kr)"),
    _shape(
        MarkKind.NUMBER,
        "case_number",
        r"(?i:\b(?:sak(?:s)?(?:nr|nummer)?|sak|ref(?:eranse)?|vår ref|dykkar ref|deres ref|j\.?nr|arkivsak|mappe)\.?:?)[ \u00a0]+"
        r"(?:nr\.?[ \u00a0]+)?(?P<all>(?:[A-ZÆØÅ]{1,6}[-/ ]?)?\d{1,6}(?:[/-]\d{1,6})+(?:-\d{1,3})?)(?![\d-])",
    ),
    _shape(MarkKind.NUMBER, "case_number", r"(?<![\d§/.,-])(?:19|20)\d\d/\d{1,6}(?:-\d{1,3})?(?![\d/])"),
    _shape(MarkKind.NUMBER, "case_number", r"(?<![\d\w])[A-ZÆØÅ]{2,6}-(?:19|20)\d\d-\d{1,6}(?![\d-])"),
    _shape(
        MarkKind.DATE,
        "day",
        rf"(?i)(?<!\d)(?:den[ \u00a0]+)?(?:3[01]|[12]\d|0?[1-9])\.[ \u00a0\n]?(?:{_MONTHS})(?:[ \u00a0\n]+(?:(?:19|20)\d\d))?(?![\w])",
    ),
    _shape(
        MarkKind.DATE,
        "day",
        rf"(?i)\b(?:den[ \u00a0]+)?(?:{_ORDINALS})[ \u00a0\n]+(?:{_MONTHS})(?:[ \u00a0\n]+(?:(?:19|20)\d\d))?(?![\w])",
    ),
    _shape(
        MarkKind.DATE, "day", r"(?<![\d.,/§-])(?:3[01]|[12]\d|0?[1-9])[./](?:1[0-2]|0?[1-9])[./-](?:(?:19|20)\d\d|\d\d)(?![\d/])"
    ),
    _shape(MarkKind.DATE, "day", r"(?<![\d/.-])(?:19|20)\d\d-(?:1[0-2]|0[1-9])-(?:3[01]|[12]\d|0[1-9])(?![\d-])"),
    _shape(
        MarkKind.DATE,
        "birth_year",
        r"(?i)\b(?:født|fødd|fødselsår|fødeår|f\.)(?:e|en|et)?[ \u00a0]+(?:(?:er|i|året|år)[ \u00a0]+)*(?P<all>(?:19|20)\d\d)(?!\d)",
    ),
    _shape(MarkKind.DATE, "birth_year", r"(?i)(?<!\d)(?P<all>(?:19|20)\d\d|[012]\d)-(?:modell|årgang|kull)\w*"),
    _shape(
        MarkKind.DATE,
        "age",
        r"(?i)(?<![\d,.-])(?:[1-9]|1\d|2[0-4])(?:[ \u00a0]og[ \u00a0]et[ \u00a0]halvt)?[ \u00a0-](?:år[ \u00a0]+gam(?:mel|mal|le|alt|melt)|åring(?:en|ar|er|ane|ene)?s?)(?!\w)",
    ),
    _shape(
        MarkKind.ADDRESS,
        "street",
        rf"(?<![\w-]){_NAME}(?:[ \u00a0]{_NAME}|[ \u00a0](?:og|von|af|de))*?(?:[ \u00a0](?i:{_STREETS}))?[ \u00a0](?P<number>\d{{1,4}}[ \u00a0]?[A-Z]?)(?![\w./-])",
        lambda found: _is_street(found[0]),
    ),
    _shape(
        MarkKind.ADDRESS,
        "post_code",
        rf"(?<![\d\w./-])\d{{4}}[ \u00a0][{_UPPER}][\w-]+(?:[ \u00a0][{_UPPER}][\w-]+)?",
        lambda found: not _is_year(found[0]),
    ),
)
"""In order: where two overlap, the first one counts."""


def _is_street(text: str) -> bool:
    """Whether the word before the number ends as names of streets do."""
    name = re.sub(r"[ \u00a0]\d.*$", "", text)
    return re.search(rf"(?:{_STREETS})$", name, re.IGNORECASE) is not None


def _is_year(text: str) -> bool:
    return text[:2] in {"19", "20"}


_MONTH_OF_YEAR: Final = re.compile(rf"(?i)\b(?:{_MONTHS})[ \u00a0\n]+(?:19|20)\d\d(?!\d)")


def months_in(text: str) -> Iterator[tuple[int, int]]:
    """Each month with its year: where, from the first character to before the last."""
    return (found.span() for found in _MONTH_OF_YEAR.finditer(text))
