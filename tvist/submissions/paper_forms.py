"""The forms about papers that were sent."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import ValidationError

from tvist.anonymity.finding import OF_A_CHILD
from tvist.intake.paper_forms import PaperFields
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.settings import PROCEDURES
from tvist.submissions.page_comments import LAST_PAGE, LONGEST_COMMENT
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy, say
from tvist.words import Message

LONGEST_TEXT = PROCEDURES[-1].longest_text


class RenameForm(PaperFields, SearchedForm):
    """Another title, kind or day."""

    edits = True
    seeks = OF_A_CHILD
    titles = frozenset({"title"})


class QuarantineForm(SearchedForm):
    """Why a paper is put under quarantine; its sender reads it."""

    seeks = OF_A_CHILD

    reason = TextAreaField(
        lazy("documents.quarantine.reason"),
        description=lazy("documents.quarantine.reason_help"),
        filters=[trimmed],
        validators=[Needed("documents.write_reason"), NotLonger(LONGEST_TEXT)],
    )
    sure = BooleanField(lazy("documents.quarantine.sure"), validators=[Needed("documents.quarantine.tick_first")])


class ReplaceForm(PaperFields, SearchedForm):
    """What the paper is that takes the place of another, and what was changed."""

    titles = frozenset({"title"})
    text = TextAreaField(
        lazy("documents.replace.text"),
        description=lazy("documents.replace.text_help"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_TEXT)],
    )


class ReleaseForm(TvistForm):
    """That a replacement was looked through."""

    looked_through = BooleanField(lazy("documents.release.looked_through"), validators=[Needed("documents.release.look_first")])


class PageCommentForm(SearchedForm):
    """A comment beside a page."""

    edits = True

    page = IntegerField(lazy("submissions.page_comments.page"), validators=[Needed("submissions.page_comments.no_page")])
    text = TextAreaField(
        lazy("submissions.page_comments.text"),
        filters=[trimmed],
        validators=[Needed("submissions.page_comments.write"), NotLonger(LONGEST_COMMENT)],
    )

    def validate_page(self, field: IntegerField) -> None:
        """A page is counted from one."""
        if not 0 < (field.data or 0) <= LAST_PAGE:
            raise ValidationError(say(Message("submissions.page_comments.no_page")))
