"""Words: rules, deadlines and the journal hold `Message(code, params)`; here a message becomes text in an explicit language.

The catalogues are plain gettext files, one a room: `translations/<language>/<room>.po`. A message id is a code, never a sentence.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from tvist.clock import OSLO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LANGUAGES: Final = ("nb", "nn", "en")
DEFAULT_LANGUAGE: Final = "nb"
Norwegian = Literal["nb", "nn"]
"""The two forms of Norwegian in which a case is handled (rule 39)."""
NORWEGIAN: Final[tuple[Norwegian, ...]] = ("nb", "nn")
LOCALES: Final = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
FOLDER = Path(__file__).parent / "translations"
NO_BREAK = "\N{NO-BREAK SPACE}"


def other_norwegian(language: str) -> Norwegian:
    """The form of Norwegian that a text in this one is not in (rule 39)."""
    return "nb" if language == "nn" else "nn"


class Ore(int):
    """An amount of money in whole øre, marked so that a message prints it as kroner."""


# What a message may carry: text, numbers, money, days, moments, members of a StrEnum, messages, and tuples of these.
Param = Any


class Message:
    """A code and its parameters: what is to be said, in no language yet. Compared and hashed by value."""

    __slots__ = ("code", "params")

    def __init__(self, code: str, /, **params: Any) -> None:
        """Lists among the parameters become tuples, so that the message can be hashed."""
        self.code = code
        self.params: Mapping[str, Param] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in params.items()
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.code, dict(self.params)) == (other.code, dict(other.params))

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.params))))

    def __repr__(self) -> str:
        inner = "".join(f", {name}={value!r}" for name, value in self.params.items())
        return f"Message({self.code!r}{inner})"


def label(member: StrEnum) -> Message:
    """What a state, role, kind … is called: the code is `<class in snake case>.<value>`."""
    return Message(f"{snake_case(type(member).__name__)}.{member.value}")


def snake_case(name: str) -> str:
    """`ClaimLine` -> `claim_line`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def render(message: Message, language: str) -> str:
    """The message as text. Raises KeyError for a code that no catalogue has: a missing word must be seen."""
    entry = catalogue(language)[message.code]
    if isinstance(entry, tuple):
        entry = entry[0] if message.params.get("count") == 1 else entry[-1]
    # Not str.format: a parameter that holds braces must stay what it is.
    return re.sub(r"\{(\w+)\}", lambda found: text_of(message.params[found.group(1)], language), entry)


def text_of(value: Param, language: str) -> str:
    """One parameter as text: days, moments, money, labels, messages and lists in the reader's language."""
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value, language)
    return "" if value is None else str(value)


def format_day(day: date, language: str) -> str:
    """`7. mars 2024` / `7 March 2024`."""
    return format_date(day, "d. MMMM y" if language != "en" else "d MMMM y", locale=LOCALES[language])


def format_moment(moment: datetime, language: str) -> str:
    """Day and clock in Oslo: `7. mars 2024 kl. 14.05`."""
    pattern = {"nb": "d. MMMM y 'kl.' HH.mm", "nn": "d. MMMM y 'kl.' HH.mm", "en": "d MMMM y 'at' HH:mm"}[language]
    return format_datetime(moment, pattern, tzinfo=OSLO, locale=LOCALES[language])


def format_kroner(ore: int, language: str, *, with_unit: bool = True) -> str:
    """`1 234,50 kr` with spaces that do not break; `NOK 1,234.50` in English. Øre are always shown."""
    kroner, rest = divmod(abs(ore), 100)
    sign = "\N{MINUS SIGN}" if ore < 0 else ""
    if language == "en":
        number = f"{sign}{kroner:,}.{rest:02d}"
        return f"NOK{NO_BREAK}{number}" if with_unit else number
    number = f"{sign}{kroner:,}".replace(",", NO_BREAK) + f",{rest:02d}"
    return f"{number}{NO_BREAK}kr" if with_unit else number


def format_number(number: float, language: str, *, decimals: int = 0) -> str:
    """A plain number with the reader's separators."""
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(number, pattern, locale=LOCALES[language])


def join_list(items: list[str], language: str) -> str:
    """`a, b og c`."""
    if len(items) <= 1:
        return "".join(items)
    return ", ".join(items[:-1]) + {"nb": " og ", "nn": " og ", "en": " and "}[language] + items[-1]


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, str], str]], ...] = (
    (Message, render),
    (StrEnum, lambda value, language: render(label(value), language)),
    (Ore, format_kroner),
    (bool, lambda value, _: str(value)),
    (datetime, format_moment),
    (date, format_day),
    (tuple, lambda value, language: join_list([text_of(item, language) for item in value], language)),
)


@cache
def catalogue(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """All codes of a language with their texts; a pair where the text depends on `count`. Raises ValueError for a code given twice."""
    texts: dict[str, str | tuple[str, ...]] = {}
    for file in sorted((FOLDER / language).glob("*.po")):
        with file.open("rb") as opened:
            for entry in read_po(opened, locale=LOCALES[language], abort_invalid=True):
                if not entry.id:
                    continue
                code = entry.id[0] if isinstance(entry.id, list | tuple) else entry.id
                if code in texts:
                    message = f"{code} stands in two catalogues of {language}"
                    raise ValueError(message)
                texts[code] = tuple(entry.string) if isinstance(entry.string, list | tuple) else str(entry.string or "")
    return texts


def to_json(message: Message) -> str:
    """A message as one line of JSON, for the journal."""
    return json.dumps(_plain(message), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Message:
    """The message that `to_json` wrote. Labels come back as messages, which render alike."""
    found = _rich(json.loads(text))
    if not isinstance(found, Message):
        raise TypeError(text)
    return found


def _plain(value: Param) -> Any:
    if isinstance(value, StrEnum):
        value = label(value)
    if isinstance(value, Message):
        return {"code": value.code, "params": {name: _plain(inner) for name, inner in value.params.items()}}
    if isinstance(value, Ore):
        return {"ore": int(value)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _rich(value: Any) -> Param:
    if isinstance(value, list):
        return tuple(_rich(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "code" in value:
        return Message(value["code"], **{name: _rich(inner) for name, inner in value["params"].items()})
    if "ore" in value:
        return Ore(value["ore"])
    return datetime.fromisoformat(value["moment"]) if "moment" in value else date.fromisoformat(value["day"])
