"""A draft that is sent from a page of its own, the request and a letter: all that is typed in it, and its papers, are searched there (rules 6-8)."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tvist.access.guard import keep_for_later
from tvist.anonymity.finding import OF_A_CHILD
from tvist.clock import now
from tvist.documents.actions import remove_from_draft
from tvist.intake.kept import delete_after_commit
from tvist.intake.models import DraftKind
from tvist.intake.searched_forms import SearchedForm, decisions
from tvist.intake.searched_papers import searches_of, title_places
from tvist.intake.searching import mask_earlier_texts, sought_of
from tvist.intake.typed_places import LetterPlace, TypedPlace, typed_places
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.cases.submissions import Submission
    from tvist.intake.models import Draft
    from tvist.web.forms import HasVersion


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
