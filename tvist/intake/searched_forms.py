"""The base of forms whose words others read: what is typed is searched before it is sent, and what is found waits for a decision (rules 6-8).

A form of its own is written as any other, with `SearchedForm` in the place of `TvistForm`; `form_open` shows what was found, with the choices, above
the fields. `validate` puts out what the sender decided to put out, then checks the fields, then searches what stands there now.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from flask import request
from flask_login import current_user
from wtforms import FieldList, FormField, HiddenField, StringField

from tvist.anonymity.finding import FindingKind
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.intake.models import Draft
from tvist.intake.searching import DECIDED, Search, case_of, sought_of
from tvist.web.forms import TvistForm
from tvist.web.session import current_session, installed, say
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wtforms import Field

    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.intake.searched_papers import PaperSearch
    from tvist.intake.searching import Group, Place


@dataclass
class FieldPlace:
    """A field of a form, as a place that is searched."""

    field: Field
    is_title: bool = False

    @property
    def label(self) -> Message:
        """What the field is called."""
        return message_of(self.field)

    @property
    def text(self) -> str:
        """What was typed."""
        return str(self.field.data or "")

    def put(self, text: str) -> None:
        """Let other words stand in the field."""
        self.field.data = text


class SearchedForm(TvistForm):
    """A form whose texts are searched. `seeks`: for what; `not_searched`: fields whose words nobody else reads; `titles`: of papers."""

    seeks: ClassVar[frozenset[FindingKind]] = frozenset(FindingKind)
    not_searched: ClassVar[frozenset[str]] = frozenset()
    titles: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As any form of ours."""
        super().__init__(*args, **kwargs)
        self.more_places: list[Place] = []
        """What is searched beside the fields: what a draft holds, the titles of papers."""
        self.papers: list[PaperSearch] = []
        """The papers that go along, with what was found in them."""
        self.notes_later = False
        """Whether what is kept is noted by who sends the form, with the sending that it becomes."""

    @cached_property
    def about(self) -> Case | Draft | None:
        """What is written about: the thing of the form, else the case that the address names."""
        if isinstance(self._thing, Draft):
            return self._thing
        slug = (request.view_args or {}).get("slug")
        return case_of(self._thing) or (case_at(current_session, slug) if slug else None)

    @cached_property
    def search(self) -> Search:
        """The search of this sending."""
        keys = installed().keys
        return Search(keys, sought_of(self.about, keys, self.seeks), decisions())

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what is typed, and that all that was found in it is decided."""
        self.search.put_out(self._places())
        fine = super().validate(extra_validators)
        self.look()
        if fine and not self.undecided() and not self.notes_later:
            self.note()
        return fine and not self.undecided()

    def look(self) -> None:
        """Find what stands there now."""
        self.search.find(self._places())

    def note(self, submission: Submission | None = None) -> None:
        """Note what is kept, for the secretariat."""
        case = submission.case if submission is not None else case_of(self.about)
        if case is None:
            return
        rows = self.search.notes(case, by=current_user, at=now())
        rows += [row for paper in self.papers for row in paper.notes(case, by=current_user, at=now())]
        for row in rows:
            row.submission = submission
        current_session.add_all(rows)

    @property
    def found(self) -> list[Group]:
        """What was found in what is typed, for the page."""
        return self.search.groups

    @property
    def papers_found(self) -> list[PaperSearch]:
        """The papers in which something was found, or that could not be read, for the page."""
        return [paper for paper in self.papers if paper.asks]

    def faults(self) -> list[tuple[str, str]]:
        """What was found and is not decided comes first."""
        return [*self.undecided(), *super().faults()]

    def undecided(self) -> list[tuple[str, str]]:
        """What stops the sending, each with the id of where it is decided."""
        if not self.is_submitted():
            return []
        typed = [(f"found-{group.id}", say(group.fault or _decide(group))) for group in self.search.undecided]
        return typed + [(f"found-{paper.id}", say(fault)) for paper in self.papers if (fault := paper.fault)]

    def _places(self) -> list[Place]:
        fields = [field for field in texts_of(self) if field.short_name not in self.not_searched]
        return [*(FieldPlace(field, field.short_name in self.titles) for field in fields), *self.more_places]


def decisions() -> dict[str, str]:
    """The fields of the request that tell what was decided about what was found."""
    return {name: value for name, value in request.form.items() if name.startswith(DECIDED)}


def texts_of(form: Any) -> Iterator[Field]:
    """The fields of a form that take words, with those of its parts and lists."""
    for field in form:
        if isinstance(field, FormField):
            yield from texts_of(field.form)
        elif isinstance(field, FieldList):
            yield from texts_of(field)
        elif isinstance(field, StringField) and not isinstance(field, HiddenField) and isinstance(field.data, str):
            yield field


def message_of(field: Field) -> Message:
    """What a field is called, as a message."""
    found = getattr(field.label.text, "message", None)
    return found if isinstance(found, Message) else Message("anonymity.in_the_text")


def _decide(group: Group) -> Message:
    """What is to be decided, without the words themselves."""
    return Message("anonymity.decide", kind=label(group.kind), count=len(group.places))
