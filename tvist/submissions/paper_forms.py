"""The forms about papers that were sent."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import ValidationError

from tvist.intake.anonymity import NoBirthNumber
from tvist.intake.paper_forms import PaperFields
from tvist.procedure.settings import PROCEDURES
from tvist.submissions.page_comments import LAST_PAGE, LONGEST_COMMENT
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy, say
from tvist.words import Message

LONGEST_TEXT = PROCEDURES[-1].longest_text


class RenameForm(PaperFields, TvistForm):
    """Another title, kind or day."""

    edits = True


class QuarantineForm(TvistForm):
    """Why a paper is put under quarantine; its sender reads it."""

    reason = TextAreaField(
        lazy("documents.quarantine.reason"),
        description=lazy("documents.quarantine.reason_help"),
        filters=[trimmed],
        validators=[Needed("documents.write_reason"), NotLonger(LONGEST_TEXT), NoBirthNumber()],
    )
    sure = BooleanField(lazy("documents.quarantine.sure"), validators=[Needed("documents.quarantine.tick_first")])


class ReplaceForm(PaperFields, TvistForm):
    """What the paper is that takes the place of another, and what was changed."""

    text = TextAreaField(
        lazy("documents.replace.text"),
        description=lazy("documents.replace.text_help"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_TEXT), NoBirthNumber()],
    )


class ReleaseForm(TvistForm):
    """That a replacement was looked through."""

    looked_through = BooleanField(lazy("documents.release.looked_through"), validators=[Needed("documents.release.look_first")])


class PageCommentForm(TvistForm):
    """A comment beside a page."""

    edits = True

    page = IntegerField(lazy("submissions.page_comments.page"), validators=[Needed("submissions.page_comments.no_page")])
    text = TextAreaField(
        lazy("submissions.page_comments.text"),
        filters=[trimmed],
        validators=[Needed("submissions.page_comments.write"), NotLonger(LONGEST_COMMENT), NoBirthNumber()],
    )

    def validate_page(self, field: IntegerField) -> None:
        """A page is counted from one."""
        if not 0 < (field.data or 0) <= LAST_PAGE:
            raise ValidationError(say(Message("submissions.page_comments.no_page")))
