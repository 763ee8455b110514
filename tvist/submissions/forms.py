"""The forms of the exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, Form, FormField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from tvist.cases.fields import KronerField
from tvist.pdf import missing_letters
from tvist.procedure.settings import PROCEDURES
from tvist.submissions.answers import AnswerGiven, fault_in
from tvist.submissions.models import Answer
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy, say
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case

LONGEST_TEXT, LONGEST_LINE = PROCEDURES[-1].longest_text, PROCEDURES[-1].longest_line
# Where a fault found in an answer is shown; the others belong to the sum.
FIELD_OF_FAULT = {"submissions.say_why": "words"}


class LineForm(Form):
    """The answer to one claim line."""

    class Meta(TvistForm.Meta):
        """Our words in WTForms' place."""

    # Whether it is one of the choices is asked in `RespondForm.validate`, which can say which line is meant.
    answer = RadioField(lazy("submissions.respond.answer"), validate_choice=False)
    accepted = KronerField(lazy("submissions.respond.accepted"), description=lazy("submissions.respond.accepted_help"))
    basis = StringField(lazy("submissions.respond.basis"), filters=[trimmed], validators=[NotLonger(LONGEST_LINE)])
    words = TextAreaField(
        lazy("submissions.respond.words"),
        description=lazy("submissions.respond.words_help"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_TEXT)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The choices are told in the reader's language."""
        super().__init__(*args, **kwargs)
        self.answer.choices = [(answer.value, say(label(answer))) for answer in Answer]

    def given_for(self, line: ClaimLine) -> AnswerGiven:
        """What was answered to `line`; a line of principle has no sum."""
        accepted = None if line.amount_ore is None else self.accepted.data
        return AnswerGiven(line, Answer(self.answer.data), accepted, self.basis.data or "", self.words.data or "")


class RespondForm(TvistForm):
    """A response; a case has one part a line, made by `respond_form`."""

    lines: Sequence[ClaimLine] = ()
    text = TextAreaField(
        lazy("submissions.respond.text"),
        description=lazy("submissions.respond.text_help"),
        filters=[trimmed],
        validators=[Needed("submissions.respond.text_needed"), NotLonger(LONGEST_TEXT)],
    )
    own_reference = StringField(
        lazy("submissions.respond.own_reference"),
        description=lazy("submissions.respond.own_reference_help"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_LINE)],
    )

    def validate_own_reference(self, field: StringField) -> None:
        """It stands in the opinion, where the panel cannot change it."""
        if unprintable := missing_letters(field.data or ""):
            raise ValidationError(say(unprintable))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also that each line is answered."""
        fine = super().validate(extra_validators)
        missing = [line for line in self.lines if self.part_of(line).answer.data not in set(Answer)]
        for line in missing:
            self.part_of(line).answer.errors = [say(Message("submissions.line_not_answered", position=line.position))]
        return fine and not missing

    def faults(self) -> list[tuple[str, str]]:
        """In the order of the page: the whole form, the lines, what stands below them."""
        return sorted(super().faults(), key=lambda fault: 2 if fault[0] in {"text", "own_reference"} else bool(fault[0]))

    def part_of(self, line: ClaimLine) -> LineForm:
        """The part for one line."""
        found: LineForm = self[_name(line)].form
        return found

    def answers(self) -> list[AnswerGiven]:
        """What was answered to each line, of a form that is valid."""
        return [self.part_of(line).given_for(line) for line in self.lines]

    def blame_answers(self, answers: Sequence[AnswerGiven]) -> bool:
        """Show what is wrong with the answers beside each; returns whether something is."""
        found = [(given, fault) for given in answers if (fault := fault_in(given))]
        for given, fault in found:
            field = self.part_of(given.line)[FIELD_OF_FAULT.get(fault.code, "accepted")]
            field.errors = [*field.errors, say(fault)]
        return bool(found)


def respond_form(case: Case, lines: Sequence[ClaimLine]) -> RespondForm:
    """The response form for these lines."""
    parts: dict[str, Any] = {_name(line): FormField(LineForm, label="") for line in lines}
    form: RespondForm = type("RespondFormOfCase", (RespondForm,), parts | {"lines": lines})(thing=case)
    return form


def _name(line: ClaimLine) -> str:
    return f"line_{line.position}"


class CommentForm(TvistForm):
    """Comments."""

    text = TextAreaField(
        lazy("submissions.comment.text"),
        description=lazy("submissions.comment.text_help"),
        filters=[trimmed],
        validators=[Needed("submissions.write_comments"), NotLonger(LONGEST_TEXT)],
    )


class ConfirmForm(TvistForm):
    """A form that is nothing but its button."""


class PassOnForm(TvistForm):
    """That a sending was looked through; `submission` tells which one the page showed."""

    submission = HiddenField("")
    brings_new = BooleanField(lazy("submissions.pass_on.brings_new"), description=lazy("submissions.pass_on.rounds_used_up"))
    looked_through = BooleanField(
        lazy("submissions.pass_on.looked_through"), validators=[Needed("submissions.pass_on.look_first")]
    )


class WithdrawForm(TvistForm):
    """That the case is withdrawn, and why."""

    reasons = TextAreaField(
        lazy("submissions.withdraw.reasons"),
        description=lazy("submissions.withdraw.reasons_help"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_TEXT)],
    )
    sure = BooleanField(lazy("submissions.withdraw.sure"), validators=[Needed("submissions.withdraw.tick_first")])


class DiscontinueForm(TvistForm):
    """A note to the parties."""

    reasons = TextAreaField(lazy("submissions.discontinue.reasons"), filters=[trimmed], validators=[NotLonger(LONGEST_TEXT)])
