"""The texts in the raw input of a request or a letter, each as a place that is searched before it is sent (rules 6-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.intake.steps import place_of
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Path = tuple[str | int, ...]
NOT_SEARCHED: Final = frozenset({
    "parties.requesting", "parties.opposing", "to", "facts.paper", "guide", "child.name", "child.birth_number", "settlement.offers", "lines.rate", "lines.paid", "lines.count", "lines.caregivers", "lines.children",
})  # fmt: skip
"""Codes and identifiers that the program itself gave, and numbers that are read as numbers; what a file tells to be sealed."""


@dataclass
class TypedPlace:
    """A text in raw input, as a place that is searched. `typed` is changed where it stands."""

    typed: dict[str, Any]
    path: Path
    is_title: bool = False

    @property
    def label(self) -> Message:
        """What its field is called; in a list, also in which row."""
        written = written_path(self.path)
        step, row, field = place_of(written)
        if field is None:
            return Message("anonymity.in_the_text")
        name = {"from_on": "from", "to_on": "to"}.get(field, field.rstrip("_1234"))
        named = Message(f"intake.field.{name}")
        if row is None:
            return named
        return Message("anonymity.in_line" if step == "lines" else "anonymity.in_fact", place=row + 1, field=named)

    @property
    def text(self) -> str:
        """As it stands."""
        return str(_holder(self.typed, self.path)[self.path[-1]])

    def put(self, text: str) -> None:
        """Let another text stand there."""
        _holder(self.typed, self.path)[self.path[-1]] = text


class LetterPlace(TypedPlace):
    """The text of a letter."""

    @property
    def label(self) -> Message:
        """As on its page."""
        return Message("intake.body_letter.text")


def typed_places(typed: dict[str, Any], *, make: Callable[[dict[str, Any], Path], TypedPlace] = TypedPlace) -> list[TypedPlace]:
    """Each text in raw input that others will read."""
    return [make(typed, path) for path in _texts(typed, ()) if not _is_left_out(path)]


def written_path(path: Path) -> str:
    """`lines[0].basis_words`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _texts(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, (*path, place))


def _is_left_out(path: Path) -> bool:
    names = ".".join(part for part in path if isinstance(part, str))
    return any(names == left_out or names.startswith(f"{left_out}.") for left_out in NOT_SEARCHED)


def _holder(typed: dict[str, Any], path: Path) -> Any:
    held: Any = typed
    for part in path[:-1]:
        held = held[part]
    return held
