"""The forms in which a party answers: the lines and facts of the other side one by one, and facts and claim lines of its own (rule 19).

Fields are named by what they answer (`answer_<line>`, `fact_<fact>`) or by the row of what is added (`own_fact_1_on`), so that what was typed finds
its place again whatever has come in between. Start at `answering_form`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from tvist.cases.fields import KronerField
from tvist.intake.searched_forms import SearchedForm
from tvist.pdf import missing_letters
from tvist.procedure.settings import PROCEDURES
from tvist.submissions.answers import AnswerGiven, fault_in
from tvist.submissions.fact_answers import FactAnswerGiven, Told, fault_in_fact
from tvist.submissions.models import Answer, FactReply
from tvist.submissions.own_rows import FACT_FIELDS, LINE_FIELDS, OwnRows, fill_choices, rows_in
from tvist.web.forms import Needed, NotLonger, trimmed
from tvist.web.session import lazy, say
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wtforms import Field

    from tvist.cases.chronology import StatedFact
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Party

LONGEST_TEXT, LONGEST_LINE = PROCEDURES[-1].longest_text, PROCEDURES[-1].longest_line
FIELD_OF_FAULT: Final = {"submissions.say_why": "words"}
"""Where a fault found in an answer is shown; the others belong to the sum."""
LINE_PARTS: Final = frozenset({"answer", "accepted", "basis", "words"})
FACT_PARTS: Final = frozenset({"fact", "why"})
THEN: Final = "then"
"""The buttons that fill in or add a row, and send nothing."""


class AnsweringForm(SearchedForm):
    """What both a response and comments hold; `answering_form` adds a part for each line and fact."""

    party: Party
    lines: Sequence[ClaimLine] = ()
    facts: Sequence[StatedFact] = ()
    fact_rows: Sequence[int] = ()
    line_rows: Sequence[int] = ()
    needs_all = False

    def __init__(self, *args: Any, papers: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`papers` are those that a fact may point to: identifier and title."""
        super().__init__(*args, **kwargs)
        self._papers = list(papers)
        self.own = OwnRows((), ())
        for line in self.lines:
            self[f"answer_{line.public_id}"].choices = [(answer.value, say(label(answer))) for answer in Answer]
        for fact in self.facts:
            self[f"fact_{fact.public_id}"].choices = [(reply.value, say(label(reply))) for reply in FactReply]
        fill_choices(self, self.party, fact_rows=self.fact_rows, line_rows=self.line_rows, papers=self._papers)

    def part(self, kind: str, thing: ClaimLine | StatedFact) -> Field:
        """A field of the part for one line or fact."""
        found: Field = self[f"{kind}_{thing.public_id}"]
        return found

    def answers(self) -> list[AnswerGiven]:
        """What was answered to each line that was answered."""
        return [self._given(line) for line in self.lines if self.part("answer", line).data in set(Answer)]

    def told(self) -> Told:
        """What was told of facts and own lines, of a form that is valid."""
        given = [self._told(fact) for fact in self.facts if self.part("fact", fact).data in set(FactReply)]
        return Told(given, self.own.facts, self.own.lines)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also each answer, and the rows of one's own; all that is wrong at once."""
        fine = super().validate(extra_validators)
        codes = [code for code, _ in self._papers]
        self.own = OwnRows.read(self, self.party, fact_rows=self.fact_rows, line_rows=self.line_rows, papers=codes)
        found = [*self._missing(), *self._wrong(), *self.own.faults]
        for name, message in found:
            self.blame(message, name)
        return fine and not found

    def faults(self) -> list[tuple[str, str]]:
        """In the order of the page: the whole form, facts, lines, one's own, what stands below them."""
        return sorted(super().faults(), key=lambda fault: self._place(fault[0]))

    def progress(self) -> list[tuple[str, int, int]]:
        """How far the person has come: the part of the page, how many are answered, of how many."""
        answered = [line for line in self.lines if self.part("answer", line).data in set(Answer)]
        replied = [fact for fact in self.facts if self.part("fact", fact).data in set(FactReply)]
        counted = [("facts", len(replied), len(self.facts)), ("lines", len(answered), len(self.lines))]
        return [each for each in counted if each[2]]

    def fill(self, then: str) -> None:
        """Do what a button asked for: dispute the lines that are left for the reason given first, or agree to the facts that are left."""
        if then == "dispute":
            given = [found for found in self.answers() if found.answer is Answer.DISPUTED and (found.basis or found.words)]
            for line in [line for line in self.lines if self.part("answer", line).data not in set(Answer)]:
                self.part("answer", line).data = Answer.DISPUTED.value
                for kind, text in (("basis", given[0].basis), ("words", given[0].words)) if given else ():
                    self.part(kind, line).data = self.part(kind, line).data or text
        if then == "agree":
            for fact in [fact for fact in self.facts if self.part("fact", fact).data not in set(FactReply)]:
                self.part("fact", fact).data = FactReply.AGREED.value

    def _given(self, line: ClaimLine) -> AnswerGiven:
        """A line of principle has no sum."""
        accepted = None if line.amount_ore is None else self.part("accepted", line).data
        basis, words = self.part("basis", line).data or "", self.part("words", line).data or ""
        return AnswerGiven(line, Answer(self.part("answer", line).data), accepted, basis, words)

    def _told(self, fact: StatedFact) -> FactAnswerGiven:
        return FactAnswerGiven(fact, FactReply(self.part("fact", fact).data), self.part("why", fact).data or "")

    def _missing(self) -> list[tuple[str, Message]]:
        """What must be answered and is not; in comments, only where something was typed without an answer."""
        lines = [line for line in self.lines if self.part("answer", line).data not in set(Answer)]
        facts = [fact for fact in self.facts if self.part("fact", fact).data not in set(FactReply)]
        return [
            (f"answer_{line.public_id}", Message("submissions.line_not_answered", position=line.position))
            for line in lines
            if self.needs_all or any(self.part(kind, line).data for kind in ("basis", "words"))
        ] + [
            (f"fact_{fact.public_id}", Message("submissions.fact_not_answered", day=fact.happened_on))
            for fact in facts
            if self.needs_all or self.part("why", fact).data
        ]

    def _wrong(self) -> list[tuple[str, Message]]:
        """What is wrong with an answer, at its field; a sum that could not be read has said so already."""
        wrong = [
            (f"{FIELD_OF_FAULT.get(fault.code, 'accepted')}_{given.line.public_id}", fault)
            for given in self.answers()
            if (fault := fault_in(given)) and not self._has_errors("accepted", given.line)
        ]
        return wrong + [
            (f"why_{given.fact.public_id}", fault) for given in self.told().fact_answers if (fault := fault_in_fact(given))
        ]

    def _has_errors(self, kind: str, line: ClaimLine) -> bool:
        name = f"{kind}_{line.public_id}"
        return name in self and bool(self[name].errors)

    def _place(self, name: str) -> tuple[int, int]:
        """Where a field stands on the page: its group, and its place in it."""
        kind, _, public_id = name.partition("_")
        if kind in FACT_PARTS:
            return 1, next((place for place, fact in enumerate(self.facts) if fact.public_id == public_id), 0)
        if kind in LINE_PARTS:
            return 2, next((place for place, line in enumerate(self.lines) if line.public_id == public_id), 0)
        if name.startswith(("own_fact", "own_line")):
            return (3 if name.startswith("own_fact") else 4), 0
        return (5 if name else 0), 0


class RespondForm(AnsweringForm):
    """A response: everything that was put to the party is answered."""

    needs_all = True
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


class CommentForm(AnsweringForm):
    """Comments: what the other side has brought since may be answered, and need not be."""

    text = TextAreaField(
        lazy("submissions.comment.text"),
        description=lazy("submissions.comment.text_help"),
        filters=[trimmed],
        validators=[Needed("submissions.write_comments"), NotLonger(LONGEST_TEXT)],
    )


def answering_form(
    base: type[AnsweringForm],
    party: Party,
    *,
    lines: Sequence[ClaimLine],
    facts: Sequence[StatedFact],
    names: Mapping[str, Any],
    **given: Any,
) -> Any:
    """The form for these lines and facts, with as many rows of one's own as `names` (what was typed, by field) fills, and one more.

    Own claim lines come with a response alone.
    """
    fact_rows = rows_in(names, "own_fact")
    line_rows = rows_in(names, "own_line") if base is RespondForm else ()
    parts: dict[str, Any] = {"party": party, "lines": lines, "facts": facts, "fact_rows": fact_rows, "line_rows": line_rows}
    for line in lines:
        parts |= {f"{kind}_{line.public_id}": field for kind, field in _line_fields(line).items()}
    for fact in facts:
        parts |= {f"{kind}_{fact.public_id}": field for kind, field in _fact_fields().items()}
    parts |= {f"own_fact_{row}_{name}": make() for row in fact_rows for name, make in FACT_FIELDS.items()}
    parts |= {f"own_line_{row}_{name}": make() for row in line_rows for name, make in LINE_FIELDS.items()}
    return type(f"{base.__name__}OfCase", (base,), parts)(thing=party.case, **given)


def _line_fields(line: ClaimLine) -> dict[str, Any]:
    """The fields of the answer to a line. Whether it is one of the choices is asked in `validate`, which can say which line is meant."""
    found: dict[str, Any] = {"answer": RadioField(lazy("submissions.respond.answer"), validate_choice=False)}
    if line.amount_ore is not None:
        found["accepted"] = KronerField(
            lazy("submissions.respond.accepted"), description=lazy("submissions.respond.accepted_help")
        )
    return found | {
        "basis": StringField(lazy("submissions.respond.basis"), filters=[trimmed], validators=[NotLonger(LONGEST_LINE)]),
        "words": TextAreaField(
            lazy("submissions.respond.words"),
            description=lazy("submissions.respond.words_help"),
            filters=[trimmed],
            validators=[NotLonger(LONGEST_TEXT)],
        ),
    }


def _fact_fields() -> dict[str, Any]:
    return {
        "fact": RadioField(lazy("submissions.fact.answer"), validate_choice=False),
        "why": StringField(lazy("submissions.fact.why"), filters=[trimmed], validators=[NotLonger(LONGEST_TEXT)]),
    }
