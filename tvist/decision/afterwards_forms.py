"""What is filled in after an opinion is issued: a correction, a request for a new treatment, and the ruling on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import FieldList, HiddenField, RadioField, StringField, TextAreaField

from tvist.anonymity.finding import OF_A_CHILD
from tvist.clock import today
from tvist.decision.correcting import Changes, latest_record, version_of
from tvist.decision.forms import LONGEST
from tvist.decision.record import SECTIONS
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.codes import CodeKind, codes
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, choices, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tvist.decision.models import Decision

LINE = PROCEDURES[-1].longest_line


def text_area() -> TextAreaField:
    """A field for a text of the opinion."""
    return TextAreaField("", filters=[trimmed], validators=[NotLonger(LONGEST)])


class CorrectForm(SearchedForm):
    """The words of the opinion as they stand, to be put right, and what was wrong. Its page tells which version it shows."""

    seeks = OF_A_CHILD

    words = TextAreaField(
        lazy("decision.correct.words"),
        description=lazy("decision.correct.words_hint"),
        filters=[trimmed],
        validators=[Needed("decision.correct.words_needed"), NotLonger(LONGEST)],
    )
    subject = text_area()
    background = text_area()
    agreed = text_area()
    disputed = text_area()
    requesting_argument = text_area()
    opposing_argument = text_area()
    legal = text_area()
    conclusion = text_area()
    reasons = FieldList(text_area(), label="")
    representatives = FieldList(StringField("", filters=[trimmed], validators=[NotLonger(LINE)]), label="")
    shown_version = HiddenField("")

    def __init__(self, decision: Decision, beside: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """Fill in the version that holds now; `beside` are the values of further fields."""
        record = latest_record(decision)
        self._questions, self._version = record["questions"], version_of(decision)
        data = {name: record["sections"][name] for name in SECTIONS}
        data |= {
            "reasons": [question["reasons"] for question in self._questions],
            "representatives": [party["representative"] for party in record["parties"]],
            "shown_version": str(self._version),
        }
        data |= beside or {}
        super().__init__(data=data, **kwargs)
        for name in SECTIONS:
            text = t(f"decision.section.{name}")
            self[name].label.text = text[:1].upper() + text[1:]
        for field, question in zip(self.reasons, self._questions, strict=False):
            field.label.text = t("decision.correct.reasons", question=_question(question))
        for name_field, party in zip(self.representatives, record["parties"], strict=False):
            name_field.label.text = t("decision.correct.representative", name=party["name"])

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a page that shows an earlier version: what was corrected since would be lost."""
        fine = super().validate(extra_validators)
        if self.shown_version.data != str(self._version):
            self.blame(Message("decision.correct.stale"))
            self.is_stale = True
            return False
        return fine

    @property
    def sections(self) -> tuple[str, ...]:
        """The names of the sections, in reading order."""
        return SECTIONS

    @property
    def changes(self) -> Changes:
        """The words as they were written."""
        return Changes(
            sections={name: self[name].data or "" for name in SECTIONS},
            reasons={
                question["position"]: field.data or "" for field, question in zip(self.reasons, self._questions, strict=False)
            },
            representatives=[field.data or "" for field in self.representatives],
        )


class NewTreatmentForm(SearchedForm):
    """A ground and the reasons for a new treatment."""

    ground = RadioField(
        lazy("decision.new_treatment.ground"), validate_choice=False, validators=[Needed("decision.new_treatment.choose_ground")]
    )
    reasons = TextAreaField(
        lazy("decision.new_treatment.reasons"),
        description=lazy("decision.new_treatment.reasons_hint"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The grounds are those of the dated code list today."""
        super().__init__(*args, **kwargs)
        found = [(code.code, say(code.label)) for code in codes(CodeKind.NEW_TREATMENT_GROUND, today())]
        self.ground.choices = choices([(code, label[:1].upper() + label[1:]) for code, label in found])


class RulingForm(SearchedForm):
    """The leader's reasons."""

    seeks = OF_A_CHILD

    reasons = TextAreaField(
        lazy("decision.new_treatment.ruling"),
        filters=[trimmed],
        validators=[Needed("decision.new_treatment.ruling_needed"), NotLonger(LONGEST)],
    )


def _question(question: dict[str, Any]) -> str:
    return t(f"opinion.question.{question['kind']}", position=question["position"], line=question["line"])
