"""Reads raw input field by field and collects all that is wrong, each fault with the path of its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tvist.cases.reading import parse_date, parse_kroner
from tvist.db import storable
from tvist.errors import CannotProceed
from tvist.pdf import missing_letters
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date
    from enum import StrEnum

    from tvist.procedure.settings import Procedure

Choice = TypeVar("Choice", bound="StrEnum")


class Fault(NamedTuple):
    """Something wrong, or worth a warning, at a field: `lines[0].from`, and what to do about it."""

    path: str
    message: Message

    @property
    def is_gap(self) -> bool:
        """Whether the field is only not filled in yet."""
        return self.message.code.startswith("intake.missing.")


class Reader:
    """One object of the raw input. All readers of one request share the list of faults; a field with a fault reads as empty or None."""

    def __init__(self, raw: Mapping[str, Any], rules: Procedure, *, path: str = "", faults: list[Fault] | None = None) -> None:
        """`path` is where the object stands; `rules` give the limits."""
        self.raw = raw
        self.rules = rules
        self.path = path
        self.faults: list[Fault] = [] if faults is None else faults

    def at(self, name: str) -> str:
        """The path of a field of this object."""
        return f"{self.path}.{name}" if self.path else name

    def blame(self, name: str, message: Message) -> None:
        """Note a fault at a field."""
        self.faults.append(Fault(self.at(name), message))

    def missing(self, name: str) -> None:
        """Note that a field is not filled in; the code is the path without places in lists: `intake.missing.lines.from`."""
        self.blame(name, Message(f"intake.missing.{_without_places(self.at(name))}"))

    def only(self, *names: str) -> None:
        """Refuse fields of other names: a misspelt field would else be lost in silence."""
        for name in self.raw:
            if name not in names:
                self.blame(str(name)[: self.rules.longest_line], Message("intake.unknown_field"))

    def part(self, name: str) -> Reader:
        """The object in a field; an empty one where there is none."""
        found = self.raw.get(name)
        if found is not None and not isinstance(found, Mapping):
            self.blame(name, Message("intake.not_an_object"))
        return Reader(found if isinstance(found, Mapping) else {}, self.rules, path=self.at(name), faults=self.faults)

    def parts(self, name: str) -> list[Reader]:
        """The objects in a list."""
        readers = []
        for place, found in enumerate(self._listed(name)):
            if not isinstance(found, Mapping):
                self.blame(f"{name}[{place}]", Message("intake.not_an_object"))
            inner = found if isinstance(found, Mapping) else {}
            readers.append(Reader(inner, self.rules, path=f"{self.at(name)}[{place}]", faults=self.faults))
        return readers

    def words_in(self, name: str) -> list[str]:
        """The texts in a list, each trimmed; a place that holds no text reads as empty."""
        return [self._as_text(f"{name}[{place}]", found) for place, found in enumerate(self._listed(name))]

    def line(self, name: str, *, needed: bool = True) -> str:
        """A short text, as documents print it: a letter that no font has is refused now, for the panel cannot change it."""
        text = self._text(name, needed=needed, limit=self.rules.longest_line)
        if unprintable := missing_letters(text):
            self.blame(name, unprintable)
        return text

    def text(self, name: str, *, needed: bool = True) -> str:
        """A long text."""
        return self._text(name, needed=needed, limit=self.rules.longest_text)

    def secret(self, name: str, *, limit: int) -> str:
        """A text that is sealed as soon as it is read (rules 7, 22): it may hold what no other text may."""
        text = self._as_text(name, self.raw.get(name))
        if len(text) > limit:
            self.blame(name, Message("intake.too_long", limit=limit, length=len(text)))
            return ""
        return text

    def day(self, name: str, *, needed: bool = True) -> date | None:
        """A day, written as people write it or as ISO."""
        typed = self.line(name, needed=needed)
        try:
            return parse_date(typed) if typed else None
        except CannotProceed as refused:
            self.blame(name, refused.obstacles[0])
            return None

    def kroner(self, name: str, *, needed: bool = True) -> int | None:
        """A sum in kroner, as text (`65 000,00`), read as øre."""
        typed = self.line(name, needed=needed)
        try:
            return parse_kroner(typed, largest_ore=self.rules.largest_sum_ore) if typed else None
        except CannotProceed as refused:
            self.blame(name, refused.obstacles[0])
            return None

    def number(self, name: str, *, needed: bool = True) -> int | None:
        """A whole number, as a number or as text."""
        found = self.raw.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        typed = self.line(name, needed=needed)
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and len(typed) < len(str(self.rules.largest_sum_ore)):
            return int(typed)
        self.blame(name, Message("intake.not_a_number"))
        return None

    def choice(self, name: str, kind: type[Choice]) -> Choice | None:
        """One of the values of an enum."""
        typed = self.line(name)
        if typed and typed not in set(kind):
            self.blame(name, Message("intake.not_a_choice"))
        return kind(typed) if typed in set(kind) else None

    def answer(self, name: str) -> bool | None:
        """Yes or no, which must be answered."""
        found = self.raw.get(name)
        if isinstance(found, bool):
            return found
        if found is None or found == "":
            self.missing(name)
        else:
            self.blame(name, Message("intake.not_yes_or_no"))
        return None

    def tick(self, name: str) -> bool:
        """Yes or no; left out, it is no."""
        found = self.raw.get(name)
        if found is not None and not isinstance(found, bool):
            self.blame(name, Message("intake.not_yes_or_no"))
        return found is True

    def _listed(self, name: str) -> Sequence[Any]:
        found = self.raw.get(name)
        if found is None:
            return []
        if isinstance(found, list | tuple):
            return found
        self.blame(name, Message("intake.not_a_list"))
        return []

    def _text(self, name: str, *, needed: bool, limit: int) -> str:
        text = self._as_text(name, self.raw.get(name))
        if needed and not text and isinstance(self.raw.get(name), str | None):
            self.missing(name)
        if len(text) > limit:
            self.blame(name, Message("intake.too_long", limit=limit, length=len(text)))
            return ""
        return text

    def _as_text(self, name: str, found: Any) -> str:
        if found is None:
            return ""
        if not isinstance(found, str):
            self.blame(name, Message("intake.not_text"))
            return ""
        return storable(found.replace("\r\n", "\n")).strip()


def _without_places(path: str) -> str:
    """`lines[0].from` as `lines.from`."""
    return "".join(part.split("]")[-1] for part in path.split("["))
