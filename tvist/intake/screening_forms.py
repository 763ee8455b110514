"""The forms of screening: declarations, letters, proposals and the leader's decision."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from tvist.anonymity.finding import OF_A_CHILD
from tvist.cases.history import Statement
from tvist.clock import today
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.codes import CodeKind, code_named, codes, is_code
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import Message, label

LONGEST = PROCEDURES[-1].longest_text


def _text(code: str) -> TextAreaField:
    checks = [Needed(f"intake.needed.{code}"), NotLonger(LONGEST)]
    return TextAreaField(
        lazy(f"intake.field.{code}"), description=lazy(f"intake.hint.{code}"), filters=[trimmed], validators=checks
    )


class MissingForm(SearchedForm):
    """A deficiency letter."""

    seeks = OF_A_CHILD

    text = _text("missing_text")


class CureForm(SearchedForm):
    """What was missing, mended."""

    text = _text("cure_text")


class DismissalCommentForm(SearchedForm):
    """What a side thinks of a proposal of dismissal."""

    text = _text("dismissal_comment")


class NewLookForm(SearchedForm):
    """Why a party thinks that the dismissal is wrong."""

    text = _text("new_look_text")


class DecideDismissalForm(SearchedForm):
    """The leader's reasons."""

    seeks = OF_A_CHILD

    reasons = _text("decision_reasons")


class ProposeDismissalForm(SearchedForm):
    """A ground and the reasons."""

    seeks = OF_A_CHILD

    ground = RadioField(
        lazy("intake.field.dismissal_ground"),
        description=lazy("intake.hint.dismissal_ground"),
        validate_choice=False,
        validators=[Needed("intake.needed.dismissal_ground")],
    )
    reasons = _text("dismissal_reasons")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The grounds are those of the dated code list today."""
        super().__init__(*args, **kwargs)
        self.ground.choices = choices([(code.code, say(code.label)) for code in codes(CodeKind.DISMISSAL_GROUND, today())])

    def validate_ground(self, field: RadioField) -> None:
        """One of the list: the proposal is shown by its label."""
        if not is_code(CodeKind.DISMISSAL_GROUND, field.data, today()):
            raise ValidationError(say(Message("intake.needed.dismissal_ground")))


class DeclarationForm(TvistForm):
    """Impartiality for one case: none, doubt or conflict, the last two with a ground."""

    statement = RadioField(
        lazy("intake.field.statement"),
        description=lazy("intake.hint.statement"),
        choices=choices([(found.value, lazy(label(found).code)) for found in Statement]),
        validate_choice=False,
        validators=[Needed("intake.needed.statement")],
    )
    ground = SelectField(
        lazy("intake.field.conflict_ground"), description=lazy("intake.hint.conflict_ground"), validate_choice=False
    )
    words = TextAreaField(
        lazy("intake.field.conflict_words"),
        description=lazy("intake.hint.conflict_words"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The grounds are those of the dated code list today."""
        super().__init__(*args, **kwargs)
        grounds = [(code.code, say(code.label)) for code in codes(CodeKind.CONFLICT_GROUND, today())]
        self.ground.choices = choices([("", t("intake.choose")), *grounds])

    def validate(self, extra_validators: Any = None) -> bool:
        """A conflict or a doubt needs its ground, and some grounds need words; no conflict has neither."""
        fine = super().validate(extra_validators)
        if self.statement.data not in set(Statement):
            return False
        code = code_named(CodeKind.CONFLICT_GROUND, self.ground.data or "", today())
        if self.statement.data == Statement.NONE:
            if self.ground.data:
                self.blame(Message("intake.ground_without_conflict"), "ground")
                return False
            return fine
        if code is None:
            self.blame(Message("intake.needed.conflict_ground"), "ground")
            return False
        if code.words_required and not self.words.data:
            self.blame(Message("intake.needed.conflict_words"), "words")
            return False
        return fine
