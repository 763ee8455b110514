"""The forms by which a paper is made ready to be given out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wtforms import StringField, TextAreaField

from tvist.redaction.actions import lies_on_page
from tvist.redaction.drawing import Box
from tvist.redaction.models import WHOLE
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy
from tvist.words import Message

if TYPE_CHECKING:
    from wtforms import Field

LONGEST_PURPOSE: Final = 2_000
LONGEST_WORDS: Final = 10_000
PER_CENT: Final = WHOLE // 100
_NUMBER: Final = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")


class BeginForm(TvistForm):
    """Why a paper is given out, and which words may not be readable in it."""

    purpose = TextAreaField(
        lazy("redaction.purpose"),
        description=lazy("redaction.purpose_hint"),
        filters=[trimmed],
        validators=[Needed("redaction.say_purpose"), NotLonger(LONGEST_PURPOSE)],
    )
    secrets = TextAreaField(
        lazy("redaction.words"),
        description=lazy("redaction.words_hint"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_WORDS)],
    )


class WordsForm(TvistForm):
    """The words, one a line."""

    edits = True

    secrets = TextAreaField(
        lazy("redaction.words"),
        description=lazy("redaction.words_hint"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_WORDS)],
    )


class SendBackForm(TvistForm):
    """Why it is sent back."""

    reasons = TextAreaField(
        lazy("redaction.reasons"), filters=[trimmed], validators=[Needed("redaction.say_why_back"), NotLonger(LONGEST_PURPOSE)]
    )


class BoxForm(TvistForm):
    """A box on a page: four numbers in per cent of the page, from its upper left corner. A mouse writes them too."""

    left = StringField(lazy("redaction.left"), validators=[Needed("redaction.say_number")])
    top = StringField(lazy("redaction.top"), validators=[Needed("redaction.say_number")])
    width = StringField(lazy("redaction.width"), validators=[Needed("redaction.say_number")])
    height = StringField(lazy("redaction.height"), validators=[Needed("redaction.say_number")])

    def box(self, page: int) -> Box | None:
        """The box that was typed; None with what is wrong said at the fields."""
        parts = [_part_of(field) for field in (self.left, self.top, self.width, self.height)]
        for field, part in zip((self.left, self.top, self.width, self.height), parts, strict=True):
            if part is None:
                self.blame(Message("redaction.say_number"), field.name)
        if any(part is None for part in parts):
            return None
        left, top, width, height = (part or 0 for part in parts)
        box = Box(page, left, top, width, height)
        if not lies_on_page(box):
            self.blame(Message("redaction.box_outside"))
            return None
        return box


def _part_of(field: Field) -> int | None:
    """A number in per cent, with a comma or a point, as ten-thousandths."""
    found = _NUMBER.fullmatch((field.data or "").strip())
    return int(found[1]) * PER_CENT + int((found[2] or "0").ljust(2, "0")) if found else None
