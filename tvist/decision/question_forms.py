"""What the members fill in about questions: which are put and in which words, and a vote of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import StopValidation

from tvist.cases.fields import DayField, KronerField
from tvist.cases.left import left_of
from tvist.decision.choices import ALL, NO_DAYS, BasisChoice, PeriodChoice, ResponsibleChoice
from tvist.decision.models import QuestionKind
from tvist.decision.questions import Askable, Wanted, set_hash
from tvist.decision.voting import choice_faults
from tvist.procedure.codes import CodeKind, code_label
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import say, t
from tvist.words import Message, format_kroner

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from wtforms import Field

    from tvist.decision.choices import Choice
    from tvist.decision.models import Question

LONGEST_WORDS: Final = PROCEDURES[-1].longest_line
STATE, MUNICIPALITY, SPLIT = "state", "municipality", "split"
WHOLE, SOME, NONE = "whole", "some", "none"
DRAFT, AGREE = "draft", "agree"


class AgreeForm(TvistForm):
    """Agreeing to one set of questions: the page carries the hash of the set that it showed."""

    seen_sha256 = HiddenField("")


class DraftForm(AgreeForm):
    """Which questions are put, and in which words; made by `draft_form`."""

    rows: Sequence[Askable]

    def tick_of(self, each: Askable) -> Field:
        """Whether it is put."""
        found: Field = self[f"ask_{_name(each)}"]
        return found

    def words_of(self, each: Askable) -> Field:
        """The panel's own words for it."""
        found: Field = self[f"words_{_name(each)}"]
        return found

    @property
    def wanted(self) -> list[Wanted]:
        """What was chosen; what is always asked cannot be ticked off."""
        return [
            Wanted(each.line, each.kind, " ".join((self.words_of(each).data or "").split()))
            for each in self.rows
            if each.is_needed or self.tick_of(each).data
        ]


def draft_form(rows: Sequence[Askable], drafted: Collection[Wanted], *, is_begun: bool) -> DraftForm:
    """The form for these lines: as drafted, or as proposed where nobody has begun."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    words = {(each.line.id, each.kind): each.words for each in drafted}
    for each in rows:
        key = (each.line.id, each.kind)
        fields[f"ask_{_name(each)}"] = BooleanField("")
        fields[f"words_{_name(each)}"] = StringField("", filters=[trimmed], validators=[NotLonger(LONGEST_WORDS)])
        data[f"ask_{_name(each)}"] = key in words if is_begun else each.is_proposed
        data[f"words_{_name(each)}"] = words.get(key, "")
    form: DraftForm = type("DraftFormOfCase", (DraftForm,), fields)(data=data)
    form.rows = rows
    for each in rows:
        form.tick_of(each).label.text = t("decision.questions.ask")
        form.words_of(each).label.text = t("decision.questions.own_words")
    if not form.is_submitted():
        form.seen_sha256.data = set_hash(drafted)
    return form


class ChangeForm(TvistForm):
    """Other words for an agreed question; empty takes the standard ones back."""

    edits = True

    words = StringField("", filters=[trimmed], validators=[NotLonger(LONGEST_WORDS)])

    def __init__(self, question: Question, **kwargs: Any) -> None:
        """Fill in the words that stand."""
        super().__init__(thing=question, data={"words": question.words}, **kwargs)
        self.words.label.text = t("decision.questions.own_words")


class ResponsibleForm(TvistForm):
    """A vote on who should bear a line: one of them, or both by per cent."""

    who = RadioField("", validators=[Needed("decision.vote.choose")])
    percent = StringField("", filters=[trimmed])

    def __init__(self, question: Question, own: Choice | None, **kwargs: Any) -> None:
        """`own` is what the member has voted before."""
        super().__init__(**kwargs)
        name = question.line.municipality.name
        self.who.label.text = t("decision.vote.who")
        self.who.choices = [
            (MUNICIPALITY, t("decision.vote.municipality", name=name)),
            (STATE, t("decision.vote.state")),
            (SPLIT, t("decision.vote.split")),
        ]
        self.percent.label.text = t("decision.vote.percent", name=name)
        if isinstance(own, ResponsibleChoice) and not self.is_submitted():
            self.who.data = {0: STATE, ALL: MUNICIPALITY}.get(own.municipality_percent, SPLIT)
            self.percent.data = str(own.municipality_percent) if self.who.data == SPLIT else ""

    def validate_percent(self, field: Field) -> None:
        """A whole number from 1 to 99, where both should bear a share."""
        if self.who.data != SPLIT:
            return
        typed = (field.data or "").removesuffix("%").strip()
        if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(ALL)) and 0 < int(typed) < ALL):
            raise StopValidation(say(Message("decision.vote.percent_needed")))

    @property
    def choice(self) -> ResponsibleChoice:
        """The vote."""
        if self.who.data == SPLIT:
            return ResponsibleChoice(int((self.percent.data or "").removesuffix("%").strip()))
        return ResponsibleChoice(ALL if self.who.data == MUNICIPALITY else 0)


class BasisForm(TvistForm):
    """A vote on which of the bases of a line its measure rests on."""

    basis = RadioField("", validators=[Needed("decision.vote.choose_basis")])

    def __init__(self, question: Question, own: Choice | None, **kwargs: Any) -> None:
        """`own` is what the member has voted before."""
        super().__init__(**kwargs)
        line = question.line
        named = {
            BasisChoice.STATE: say(code_label(CodeKind.STATE_BASIS, line.state_basis)),
            BasisChoice.MUNICIPAL: say(code_label(CodeKind.MUNICIPAL_BASIS, line.municipal_basis)),
        }
        self.basis.label.text = t("decision.vote.basis")
        self.basis.choices = [
            (each.value, t(f"decision.vote.basis_{each.value}", basis=named.get(each, ""))) for each in BasisChoice
        ]
        if isinstance(own, BasisChoice) and not self.is_submitted():
            self.basis.data = own.value

    @property
    def choice(self) -> BasisChoice:
        """The vote."""
        return BasisChoice(self.basis.data)


class PeriodForm(TvistForm):
    """A vote on for which days of a line the finding holds: all, some, or none. Without a last day a measure that runs, runs still."""

    which = RadioField("", validators=[Needed("decision.vote.choose_period")])
    from_on = DayField("")
    to_on = DayField("")

    def __init__(self, question: Question, own: Choice | None, **kwargs: Any) -> None:
        """`own` is what the member has voted before."""
        super().__init__(**kwargs)
        self._question = question
        self.which.label.text = t("decision.vote.period")
        self.which.choices = [(each, t(f"decision.vote.period_{each}")) for each in (WHOLE, SOME, NONE)]
        self.from_on.label.text, self.to_on.label.text = t("decision.vote.first_day"), t("decision.vote.last_day")
        if isinstance(own, PeriodChoice) and not self.is_submitted():
            is_some = not own.is_none and not own.is_whole(question.line)
            self.which.data = SOME if is_some else NONE if own.is_none else WHOLE
            for field, day in ((self.from_on, own.from_on), (self.to_on, own.to_on)):
                field.process_data(day if is_some else None)

    def validate_from_on(self, field: Field) -> None:
        """The days must be given, in order, and lie within the line's own."""
        if self.which.data != SOME:
            return
        if field.data is None:
            raise StopValidation(say(Message("decision.vote.first_day_needed")))
        if self.to_on.data is not None and self.to_on.data < field.data:
            raise StopValidation(say(Message("decision.vote.days_turned")))
        if self.to_on.data is not None or self._question.line.to_on is None:
            for fault in choice_faults(self._question, self.choice):
                raise StopValidation(say(fault))

    def validate_to_on(self, field: Field) -> None:
        """A measure that has ended has a last day."""
        if self.which.data == SOME and field.data is None and self._question.line.to_on is not None:
            raise StopValidation(say(Message("decision.vote.last_day_needed")))

    @property
    def choice(self) -> PeriodChoice:
        """The vote."""
        line = self._question.line
        if self.which.data == WHOLE:
            return PeriodChoice(line.from_on, line.to_on)
        return PeriodChoice(self.from_on.data, self.to_on.data) if self.which.data == SOME else NO_DAYS


class AmountForm(TvistForm):
    """A vote on how much of a claimed sum is found. A sum of nothing is a vote too."""

    amount = KronerField("")

    def __init__(self, question: Question, own: Choice | None, **kwargs: Any) -> None:
        """`own` is what the member has voted before."""
        super().__init__(**kwargs)
        self._claimed = left_of(question.line) or 0
        self.amount.label.text = t("decision.vote.amount")
        if isinstance(own, int) and not self.is_submitted():
            self.amount.typed = format_kroner(own, "nb", with_unit=False)

    def validate_amount(self, field: Field) -> None:
        """A sum not above what is claimed and not conceded."""
        if field.data is None:
            raise StopValidation(say(Message("decision.vote.amount_needed")))
        if field.data > self._claimed:
            raise StopValidation(say(Message("decision.amount_above_claim")))

    @property
    def choice(self) -> int:
        """The vote, in øre."""
        return self.amount.data or 0


VoteForm = ResponsibleForm | BasisForm | PeriodForm | AmountForm
_FORMS: Final[dict[QuestionKind, type[VoteForm]]] = {
    QuestionKind.RESPONSIBLE: ResponsibleForm,
    QuestionKind.BASIS: BasisForm,
    QuestionKind.PERIOD: PeriodForm,
    QuestionKind.AMOUNT: AmountForm,
}


def vote_form(question: Question, own: Choice | None) -> VoteForm:
    """The form of its kind."""
    return _FORMS[question.kind](question, own)


def _name(each: Askable) -> str:
    return f"{each.line.public_id}_{each.kind.value}"
