"""A draft that is sent from a page of its own, the request and a letter: all that is typed in it, and its papers, are searched there (rules 6-8)."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from tvist.access.guard import keep_for_later
from tvist.anonymity.finding import OF_A_CHILD
from tvist.clock import now
from tvist.documents.actions import remove_from_draft
from tvist.intake.kept import delete_after_commit
from tvist.intake.models import DraftKind
from tvist.intake.searched_forms import SearchedForm, decisions
from tvist.intake.searched_papers import searches_of, title_places
from tvist.intake.searching import mask_earlier_texts, sought_of
from tvist.intake.steps import place_of
from tvist.web.session import current_session, installed
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tvist.cases.submissions import Submission
    from tvist.intake.models import Draft
    from tvist.web.forms import HasVersion

Path = tuple[str | int, ...]
NOT_SEARCHED: Final = frozenset({
    "parties.requesting", "parties.opposing", "to", "facts.paper", "guide", "lines.rate", "lines.paid", "lines.count", "lines.caregivers", "lines.children",
})  # fmt: skip
"""Codes and identifiers that the program itself gave, and numbers that are read as numbers. Of what lies sealed nothing stands in a draft."""


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


class SendingForm(SearchedForm):
    """The button by which a draft is sent, with what was found in the draft above it."""

    def __init__(self, draft: Draft, *, thing: HasVersion, **kwargs: Any) -> None:
        """`thing` tells the version of what the page shows."""
        super().__init__(thing=thing, **kwargs)
        self.draft = draft
        self.notes_later = True
        self._typed = copy.deepcopy(draft.typed)
        make = TypedPlace if draft.kind is DraftKind.REQUEST else LetterPlace
        keys = installed().keys
        found = searches_of(draft.papers, decisions(), keys, sought_of(draft, keys))
        # A page is shown before a file is read again; what it holds is told when it has been.
        self.papers = [paper for paper in found if paper.is_fresh or self.is_submitted()]
        self.more_places = [*typed_places(self._typed, make=make), *title_places(draft.papers)]

    @cached_property
    def about(self) -> Draft:
        """The draft."""
        return self.draft

    def is_decided(self) -> bool:
        """Whether the page was sent as it stands, and all that was found is decided. What the sender put out is put out of the draft then."""
        is_fine = bool(self.validate_on_submit())
        if self.is_submitted() and not self.is_stale:
            if self._typed != self.draft.typed:
                self.draft.typed, self.draft.changed_at = copy.deepcopy(self._typed), now()
            self._leave_out()
        return is_fine

    def keep(self, thing: Callable[[], HasVersion]) -> None:
        """Keep what was put out although nothing was sent yet; the page then shows `thing`."""
        if self.is_submitted() and not self.is_stale:
            current_session.flush()
            self._thing = thing()
            keep_for_later()

    def sent(self, submission: Submission) -> None:
        """Put out of the earlier texts what was put out of the sending, and note what was kept."""
        mask_earlier_texts(self.draft, self.search)
        self.note(submission)

    def _leave_out(self) -> None:
        left_out = [found.paper for found in self.papers if found.is_removed]
        if not left_out:
            return
        delete_after_commit([remove_from_draft(paper, at=now()) for paper in left_out])
        current_session.flush()
        current_session.refresh(self.draft, ["papers"])
        self.papers = [found for found in self.papers if not found.is_removed]


class SendLetterForm(SendingForm):
    """The button by which a letter of the secretariat is sent."""

    seeks = OF_A_CHILD


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


__all__ = ["SendLetterForm", "SendingForm", "TypedPlace", "typed_places", "written_path"]
