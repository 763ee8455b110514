"""What should not stand in a text that is sent: found, shown in its place, and put out of it (rules 6-8; pure). Start at `found_in`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tvist.anonymity.birth_numbers import digits_of
from tvist.anonymity.child_names import ChildName, plain
from tvist.anonymity.days import BIRTH_DAYS
from tvist.anonymity.place_names import places_in
from tvist.anonymity.shapes import shapes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AROUND: Final = 40
"""So many letters are shown on each side."""


class FindingKind(StrEnum):
    """What was found, the gravest first."""

    CHILD = "child"
    BIRTH_NUMBER = "birth_number"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    PLACE = "place"
    """The name of a municipality or county that is no party, in a case with a secret address (rule 8)."""
    PHONE = "phone"
    E_MAIL = "e_mail"
    UNREAD = "unread"
    """Pages of a file that no program could read."""


OF_A_CHILD: Final = frozenset({FindingKind.CHILD, FindingKind.BIRTH_NUMBER, FindingKind.BIRTH_DATE})
"""What the letters of the secretariat are searched for: its own telephone and address may stand in them."""
OF_ANYBODY: Final = OF_A_CHILD - {FindingKind.CHILD}
"""What the panel's texts are searched for: a member who does not know the name shall not find it by trying names (rule 7)."""
_BY_SHAPE: Final = {
    "birth_number": FindingKind.BIRTH_NUMBER,
    "street": FindingKind.ADDRESS,
    "post_code": FindingKind.ADDRESS,
    "phone": FindingKind.PHONE,
    "e_mail": FindingKind.E_MAIL,
}


@dataclass(frozen=True)
class Sought:
    """What is sought beside the shapes: the child, where it is known. `kinds`: only these count."""

    name: str = ""
    kinds: frozenset[FindingKind] = frozenset(FindingKind)
    parties: tuple[str, ...] | None = None
    """Whose names may stand; None where all places may."""

    def __repr__(self) -> str:
        """Nothing: a trace of an error must not tell who the child is."""
        return "Sought(…)"


@dataclass(frozen=True)
class Found:
    """Words that should not stand there: where, and what stands around them."""

    kind: FindingKind
    start: int
    end: int
    words: str
    before: str = ""
    after: str = ""

    @property
    def key(self) -> str:
        """What is the same for the same words in other dress: by it one decision holds for all places."""
        digits = digits_of(self.words)
        bare = digits if self.kind in {FindingKind.BIRTH_NUMBER, FindingKind.PHONE} else " ".join(plain(self.words).split())
        return f"{self.kind.value} {bare.removeprefix('47') if self.kind is FindingKind.PHONE else bare}"

    def __repr__(self) -> str:
        """Only of which kind: what was found is in no log."""
        return f"Found({self.kind.value})"


def found_in(text: str, sought: Sought, *, is_title: bool = False) -> list[Found]:
    """What should not stand in the text, in order and never overlapping. `is_title`: of a paper or file, where small letters say nothing of names."""
    if not text.strip():
        return []
    spans = sorted(_spans(text, sought, is_title=is_title), key=lambda span: (list(FindingKind).index(span[0]), span[1]))
    taken: set[int] = set()
    kept: list[Found] = []
    for kind, start, end in spans:
        if kind in sought.kinds and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            around = (text[max(0, start - AROUND) : start], text[end : end + AROUND])
            kept.append(Found(kind, start, end, text[start:end], *around))
    return sorted(kept, key=lambda found: found.start)


def put_out(text: str, found: list[Found], instead: Callable[[Found], str | None]) -> str:
    """The text with what `instead` says in the place of each; None leaves it. What is taken out leaves no two spaces."""
    pieces, at = [], 0
    for each in found:
        words = instead(each)
        if words is None:
            continue
        before = text[at : each.start]
        end = each.end
        if not words and (not before or before[-1].isspace()) and text[end : end + 1] == " ":
            end += 1
        pieces += [before, words]
        at = end
    return "".join([*pieces, text[at:]])


def _spans(text: str, sought: Sought, *, is_title: bool) -> Iterator[tuple[FindingKind, int, int]]:
    if sought.name:
        for start, end in ChildName(sought.name).spans_in(text, is_title=is_title):
            yield FindingKind.CHILD, start, end
    for born in BIRTH_DAYS.finditer(text):
        yield FindingKind.BIRTH_DATE, *born.span("all")
    if sought.parties is not None:
        for start, end in places_in(text, sought.parties):
            yield FindingKind.PLACE, start, end
    for shape in shapes_in(text, *_BY_SHAPE):
        yield _BY_SHAPE[shape.why], shape.start, shape.end
