"""What the members fill in when they write: a place of the text, a remark of their own, a remark in the margin, a standard text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from tvist.decision.margin import is_in
from tvist.decision.models import RemarkKind
from tvist.decision.standard_texts import WRITTEN_FOR
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import say, t
from tvist.words import NORWEGIAN, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wtforms import Field

    from tvist.decision.places import Place
    from tvist.decision.texts import StandardText, TextVersion

LONGEST: Final = PROCEDURES[-1].longest_text
LONGEST_QUOTE: Final = 500
LONGEST_TITLE: Final = 120
LONGEST_NUMBER: Final = 9
"""Digits of the number of a version that any database can look up."""


def version_number(typed: str | None) -> int:
    """The number of a version as a form carries it; 0 for what is none."""
    return int(typed) if typed and typed.isdecimal() and len(typed) <= LONGEST_NUMBER else 0


class PlaceForm(TvistForm):
    """The text of one place. `began_from` is the number of the version that the writer began from."""

    text = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    began_from = HiddenField("")

    def __init__(self, place: Place, text: str, began_from: int, **kwargs: Any) -> None:
        """Fill in what the member was typing, else what stands."""
        super().__init__(data={"text": text, "began_from": str(began_from)}, **kwargs)
        said = say(place.what)
        self.text.label.text = said[:1].upper() + said[1:]

    def validate_text(self, field: Field) -> None:
        """Reasons are not saved empty: a question has them or is not finished."""
        if not field.data and self.is_needed:
            raise StopValidation(t("decision.reasons.needed"))

    is_needed = False


class ReasonsForm(PlaceForm):
    """The panel's reasons on a question."""

    is_needed = True


class RemarkForm(TvistForm):
    """A member's own text on a question; empty takes it away."""

    edits = True

    kind = RadioField("", validators=[Needed("decision.remark.choose")])
    text = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])

    def __init__(self, **kwargs: Any) -> None:
        """Choices and labels in the page's language."""
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, say(label(kind)).capitalize()) for kind in RemarkKind]
        self.kind.label.text = t("decision.remark.kind")
        self.text.label.text = t("decision.remark.text")


class MarginForm(TvistForm):
    """A remark to the other members, with the words that it is about, or none for the whole place."""

    quote = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST_QUOTE)])
    text = TextAreaField("", filters=[trimmed], validators=[Needed("text.margin.needed"), NotLonger(LONGEST)])

    def __init__(self, place: Place, **kwargs: Any) -> None:
        """Labels in the page's language."""
        super().__init__(**kwargs)
        self._place = place
        self.quote.label.text = t("text.margin.quote")
        self.text.label.text = t("text.margin.text")

    def validate_quote(self, field: Field) -> None:
        """What is quoted stands in the text."""
        if field.data and not is_in(field.data, self._place):
            raise StopValidation(t("text.margin.not_in_text"))


class VersionsForm(TvistForm):
    """Two versions to compare."""

    old = SelectField("")
    new = SelectField("")

    def __init__(self, versions: Sequence[TextVersion], names: Sequence[str], **kwargs: Any) -> None:
        """`names` tell the versions, the newest first, as these are."""
        super().__init__(**kwargs)
        offered = choices([(str(version.number), name) for version, name in zip(versions, names, strict=True)])
        self.old.choices = self.new.choices = offered
        self.old.label.text = t("text.versions.old")
        self.new.label.text = t("text.versions.new")


class TakeUpForm(TvistForm):
    """An earlier version taken up again. `newest` is the one that stood when the page was shown."""

    number = HiddenField("")
    newest = HiddenField("")

    def __init__(self, newest: int, **kwargs: Any) -> None:
        """`newest` is the number of the version that stands."""
        super().__init__(data={"newest": str(newest)}, **kwargs)
        self._newest = newest

    def validate_newest(self, field: Field) -> None:
        """Nobody has saved since the page was shown: what they wrote would be gone from the text without being seen."""
        if version_number(field.data) != self._newest:
            self.is_stale = True
            raise StopValidation(t("web.changed_meanwhile"))


class StandardTextForm(TvistForm):
    """A standard text, or its next version: what it is for and its form of Norwegian are chosen once."""

    edits = True

    section = SelectField("")
    language = RadioField("", validators=[Needed("text.standard.language_needed")])
    title = StringField("", filters=[trimmed], validators=[Needed("text.standard.title_needed"), NotLonger(LONGEST_TITLE)])
    text = TextAreaField("", filters=[trimmed], validators=[Needed("text.standard.text_needed"), NotLonger(LONGEST)])

    def __init__(self, before: StandardText | None = None, **kwargs: Any) -> None:
        """`before` is the version that is changed, or the same text in the other form; its own fields are filled in by who calls."""
        super().__init__(**kwargs)
        self.section.choices = choices([(name, t(f"text.standard.for.{name}")) for name in WRITTEN_FOR])
        self.language.choices = [(language, t(f"decision.language.{language}").capitalize()) for language in NORWEGIAN]
        for name in ("section", "language", "title", "text"):
            self[name].label.text = t(f"text.standard.{name}")
        if before is not None:
            del self.section
            del self.language
