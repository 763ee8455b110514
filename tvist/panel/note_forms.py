"""What a reader of the bundle fills in: a note of their own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtforms import TextAreaField

from tvist.panel.notes import LONGEST_NOTE
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy

if TYPE_CHECKING:
    from tvist.panel.bundles import PageNote


@dataclass(frozen=True)
class NoteSeen:
    """Stands for a note in the form that changes it: another text, changed in another window, is another version."""

    version: int


def note_seen(note: PageNote) -> NoteSeen:
    """The version that the form shows; what is sealed anew never looks the same."""
    return NoteSeen(int.from_bytes(hashlib.sha256(note.sealed).digest()[:4], "big"))


class NoteForm(TvistForm):
    """A note of one's own."""

    text = TextAreaField(
        lazy("reading.note"), filters=[trimmed], validators=[Needed("reading.note_needed"), NotLonger(LONGEST_NOTE)]
    )
