"""What a paper is called, what it is and of which day: the fields, for one paper and for all papers of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import Form, FormField, SelectField, StringField

from tvist.cases.fields import DayField
from tvist.documents.models import PaperKind
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy, say
from tvist.web.stale import seen
from tvist.words import label

if TYPE_CHECKING:
    from tvist.documents.models import Paper
    from tvist.intake.models import Draft

LONGEST_TITLE = PROCEDURES[-1].longest_line


class PaperFields(Form):
    """The fields of one paper."""

    class Meta(TvistForm.Meta):
        """Our words in WTForms' place."""

    title = StringField(
        lazy("documents.title"), filters=[trimmed], validators=[Needed("documents.write_title"), NotLonger(LONGEST_TITLE)]
    )
    kind = SelectField(lazy("documents.kind"), coerce=PaperKind)
    dated_on = DayField(lazy("documents.dated_on"), description=lazy("documents.dated_on_help"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The choices are told in the reader's language."""
        super().__init__(*args, **kwargs)
        self.kind.choices = choices((kind.value, say(label(kind))) for kind in PaperKind)

    def given(self) -> dict[str, Any]:
        """What was filled in, named as the actions' arguments."""
        return {"title": self.title.data, "kind": self.kind.data, "dated_on": self.dated_on.data}


def described(paper: Paper) -> dict[str, Any]:
    """What the fields of a paper hold before anything is typed."""
    return {"title": paper.title, "kind": paper.kind, "dated_on": paper.dated_on}


class DescribeForm(TvistForm):
    """Title, kind and day of each paper of a draft; made by `describe_form`."""

    edits = True

    def part_of(self, paper: Paper) -> PaperFields:
        """The fields of one paper."""
        found: PaperFields = self[_name(paper)].form
        return found


def describe_form(draft: Draft) -> DescribeForm:
    """The form for the papers of the draft as they are now."""
    parts: dict[str, Any] = {_name(paper): FormField(PaperFields, label="") for paper in draft.papers}
    kept = {_name(paper): described(paper) for paper in draft.papers}
    # What is said of a paper raises no version of the draft: the words themselves tell whether the page has grown old.
    form: DescribeForm = type("DescribeFormOfDraft", (DescribeForm,), parts)(thing=seen(kept), data=kept)
    return form


def _name(paper: Paper) -> str:
    return f"paper_{paper.public_id}"
