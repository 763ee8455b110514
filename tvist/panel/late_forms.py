"""What is filled in about what reaches the panel late or by exception (rules 21, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import ValidationError

from tvist.anonymity.finding import OF_A_CHILD, OF_ANYBODY
from tvist.intake.searched_forms import SearchedForm
from tvist.pdf import missing_letters
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, choices, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.panel.bundle import LeftOut

LONGEST: Final = PROCEDURES[-1].longest_text
ADMIT, REFUSE = "admit", "refuse"


def _text(code: str, description: str, *validators: Any) -> TextAreaField:
    return TextAreaField(
        lazy(code),
        description=lazy(description),
        filters=[trimmed],
        validators=[*validators, NotLonger(LONGEST)],
    )


class SendLateForm(SearchedForm):
    """What is sent, and why only now."""

    text = _text("late.text", "late.text_help", Needed("late.say_what"))
    why_late = _text("late.why_late", "late.why_late_help", Needed("late.say_why"))


class CommentOnLateForm(SearchedForm):
    """What a party says to what was admitted late."""

    text = _text("late.comments", "late.comments_help", Needed("late.write_comments"))


class RuleOnLateForm(SearchedForm):
    """Admitted or refused, with reasons."""

    seeks = OF_ANYBODY

    sending = HiddenField("")
    ruling = RadioField(lazy("late.ruling"), validate_choice=False, validators=[Needed("late.choose_ruling")])
    reasons = _text("late.reasons", "late.reasons_help", Needed("late.ruling_needs_reasons"))

    def __init__(self, **kwargs: Any) -> None:
        """The choices are told in the reader's language."""
        super().__init__(**kwargs)
        self.ruling.choices = choices([(found, t(f"late.ruling.{found}")) for found in (ADMIT, REFUSE)])

    def validate_ruling(self, field: RadioField) -> None:
        """One of the two: anything else is not a refusal."""
        if field.data not in {ADMIT, REFUSE}:
            raise ValidationError(say(Message("late.choose_ruling")))

    @property
    def admits(self) -> bool:
        """Whether it is admitted."""
        return bool(self.ruling.data == ADMIT)


class LetInForm(SearchedForm):
    """Which sending, and why."""

    seeks = OF_A_CHILD

    sending = RadioField(lazy("late.exception.which"), validate_choice=False, validators=[Needed("late.exception.choose")])
    reasons = _text("late.exception.reasons", "late.exception.reasons_help", Needed("late.exception_needs_reasons"))

    def __init__(self, candidates: Iterable[LeftOut], **kwargs: Any) -> None:
        """Each is known by its kind, its sender, its day and why it stays out; its words and the titles of its papers are not shown."""
        super().__init__(**kwargs)
        self.sending.choices = choices([(each.submission.public_id, say(_told(each))) for each in candidates])

    def validate_reasons(self, field: TextAreaField) -> None:
        """They stand in the opinion, and cannot be changed."""
        if unprintable := missing_letters(field.data or ""):
            raise ValidationError(say(unprintable))


def _told(each: LeftOut) -> Message:
    sending = each.submission
    party = sending.party.name if sending.party else Message("panel.bundle.from_body")
    return Message("late.exception.choice", what=sending.kind, sender=party, at=sending.made_at, why=each.why)
