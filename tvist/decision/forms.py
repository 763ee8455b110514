"""What the members fill in: votes, text, reasons, remarks, approval, calling back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import HiddenField, RadioField, TextAreaField

from tvist.decision.models import RemarkKind
from tvist.decision.record import SECTIONS
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import say, t
from tvist.words import label

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.decision.models import Question

LONGEST: Final = PROCEDURES[-1].longest_text
STATE, MUNICIPALITY, SPLIT = "state", "municipality", "split"


class PlainForm(TvistForm):
    """A form with nothing but its button."""


class _NotBegun:
    """Stands for a text that nobody has begun: two who begin at once are told of each other."""

    version = 0


class TextForm(TvistForm):
    """All sections of the text on one page."""

    subject = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    background = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    agreed = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    disputed = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    requesting_argument = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    opposing_argument = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    legal = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])
    conclusion = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])

    def __init__(self, case: Case, begun_with: dict[str, str], **kwargs: Any) -> None:
        """`begun_with` fills the fields that the text has not."""
        self._decision = case.decision
        stored = {name: getattr(case.decision, name) for name in SECTIONS} if case.decision else {}
        super().__init__(
            thing=case.decision or _NotBegun(), data=begun_with | {name: text for name, text in stored.items() if text}, **kwargs
        )
        for name in SECTIONS:
            text = t(f"decision.section.{name}")
            self[name].label.text = text[:1].upper() + text[1:]

    @property
    def sections(self) -> dict[str, str]:
        """What was written, by section."""
        return {name: self[name].data or "" for name in SECTIONS}

    def stored(self, name: str) -> str:
        """How the section stands now, for one whose page has grown old."""
        return getattr(self._decision, name) if self._decision and self.is_stale else ""


class ReasonsForm(TvistForm):
    """The panel's reasons on a question."""

    reasons = TextAreaField("", filters=[trimmed], validators=[Needed("decision.reasons.needed"), NotLonger(LONGEST)])

    def __init__(self, question: Question, **kwargs: Any) -> None:
        """Fill in what is written."""
        super().__init__(thing=question, data={"reasons": question.reasons}, **kwargs)
        self._question = question
        self.reasons.label.text = t("decision.reasons.label")

    @property
    def stored(self) -> str:
        """How the reasons stand now, for one whose page has grown old."""
        return self._question.reasons if self.is_stale else ""


class RemarkForm(TvistForm):
    """A member's own text on a question; empty takes it away."""

    kind = RadioField("", validators=[Needed("decision.remark.choose")])
    text = TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])

    def __init__(self, **kwargs: Any) -> None:
        """Choices and labels in the page's language."""
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, say(label(kind)).capitalize()) for kind in RemarkKind]
        self.kind.label.text = t("decision.remark.kind")
        self.text.label.text = t("decision.remark.text")


class ApproveForm(TvistForm):
    """Approving one text: the page carries the hash of the text it showed."""

    text_sha256 = HiddenField("")


class CallBackForm(TvistForm):
    """Why an ordered issue is taken back."""

    reasons = TextAreaField("", filters=[trimmed], validators=[Needed("decision.call_back.reasons_needed"), NotLonger(LONGEST)])

    def __init__(self, **kwargs: Any) -> None:
        """The label in the page's language."""
        super().__init__(**kwargs)
        self.reasons.label.text = t("decision.call_back.reasons")
