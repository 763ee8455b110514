"""The forms by which an opinion is made ready for the public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tvist.anonymity.kinds import MarkKind
from tvist.decision.parallel_record import PARALLEL
from tvist.publication.marking import Decided, fault_in_deciding
from tvist.publication.models import BlurKind, Stage
from tvist.publication.sources import record_of
from tvist.web.forms import Needed, NotLonger, PlainForm, TvistForm, choices, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tvist.publication.models import Mark, Publication
    from tvist.publication.shown import ShownPlace

LONGEST_WORDS = 2000
HIDE, LEAVE = "hide", "leave"


class MarksForm(PlainForm):
    """What is decided of the marks of one place: two fields a mark, by its public id. An untouched mark stays undecided."""

    def __init__(self, marks: Sequence[Mark], typed: Mapping[str, str], **kwargs: Any) -> None:
        """`typed` is what was sent: `hides-<id>` (hide, leave) and `replacement-<id>`."""
        super().__init__(**kwargs)
        self._marks, self._typed = marks, typed

    def chosen(self, mark: Mark) -> str:
        """What is chosen of a mark: as it was sent, else as it was decided."""
        was = {None: "", True: HIDE, False: LEAVE}[mark.hides]
        found = self._typed.get(f"hides-{mark.public_id}", was)
        return found if found in {HIDE, LEAVE} else was

    def replacement(self, mark: Mark) -> str:
        """What stands in its place: as it was sent, else as it was."""
        return trimmed(self._typed.get(f"replacement-{mark.public_id}", mark.replacement)) or ""

    def decided(self) -> dict[str, Decided]:
        """The decisions, by the public id of the mark."""
        found = {mark.public_id: (self.chosen(mark), self.replacement(mark)) for mark in self._marks}
        return {key: Decided(hides=chosen == HIDE, replacement=words) for key, (chosen, words) in found.items() if chosen}

    def blame_replacements(self) -> bool:
        """Say of each replacement what is wrong with it; returns whether something is."""
        faults = {key: fault for key, decided in self.decided().items() if (fault := fault_in_deciding(decided))}
        for mark in self._marks:
            if mark.public_id in faults:
                self.form_errors.append(f"«{mark.words}»: {say(faults[mark.public_id])}")
        return bool(faults)


def _kinds() -> list[Any]:
    return choices((kind.value, say(label(kind))) for kind in MarkKind)


def _tell_of_both_forms(replacement: StringField, publication: Publication) -> None:
    """Say what becomes of a replacement where the opinion stands in both forms of Norwegian."""
    if PARALLEL in record_of(publication):
        replacement.description = lazy("publication.mark.replacement_hint_both")


class MarkForm(TvistForm):
    """One mark: whether it hides, what it is, and what stands in its place."""

    edits = True

    hides = RadioField(lazy("publication.mark.hides"), validators=[Needed("publication.mark.choose")])
    kind = SelectField(lazy("publication.mark.kind"))
    replacement = StringField(
        lazy("publication.mark.replacement"), description=lazy("publication.mark.replacement_hint"), filters=[trimmed]
    )
    alike = BooleanField(lazy("publication.mark.alike"))

    def __init__(self, mark: Mark, **kwargs: Any) -> None:
        """Begins with what the mark is."""
        was = {None: None, True: HIDE, False: LEAVE}[mark.hides]
        data = {"hides": was, "kind": mark.kind.value, "replacement": mark.replacement}
        super().__init__(data=data, thing=mark.publication, **kwargs)
        _tell_of_both_forms(self.replacement, mark.publication)
        self.hides.choices = choices([(HIDE, lazy("publication.hide")), (LEAVE, lazy("publication.leave"))])
        self.kind.choices = _kinds()

    @property
    def decided(self) -> Decided:
        """What was decided."""
        return Decided(hides=self.hides.data == HIDE, replacement=self.replacement.data or "", kind=MarkKind(self.kind.data))


class AddForm(TvistForm):
    """Words of the opinion that are hidden by hand, over the ends of lines too: in which text, and which time they stand there."""

    place = SelectField(lazy("publication.add.place"))
    words = TextAreaField(
        lazy("publication.add.words"),
        description=lazy("publication.add.words_hint"),
        filters=[trimmed],
        validators=[Needed("publication.add.words_needed"), NotLonger(LONGEST_WORDS)],
    )
    occurrence = IntegerField(lazy("publication.add.occurrence"), description=lazy("publication.add.occurrence_hint"), default=1)
    everywhere = BooleanField(lazy("publication.add.everywhere"))
    kind = SelectField(lazy("publication.mark.kind"), default=MarkKind.FREE.value)
    replacement = StringField(
        lazy("publication.mark.replacement"), description=lazy("publication.mark.replacement_hint"), filters=[trimmed]
    )

    def __init__(self, publication: Publication, places: Sequence[ShownPlace], **kwargs: Any) -> None:
        """`places` are those of the opinion."""
        super().__init__(thing=publication, **kwargs)
        _tell_of_both_forms(self.replacement, publication)
        self.place.choices = choices((place.name, _sentence(say(place.what))) for place in places)
        self.kind.choices = _kinds()


def _sentence(words: str) -> str:
    """The words as they stand at the beginning of a line."""
    return words[:1].upper() + words[1:]


class BlurForm(TvistForm):
    """What is told more broadly."""

    edits = True

    kinds = SelectMultipleField(
        lazy("publication.blurs.kinds"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, publication: Publication, **kwargs: Any) -> None:
        """Begins with what is told more broadly now."""
        super().__init__(data={"kinds": [found.kind.value for found in publication.blurs]}, thing=publication, **kwargs)
        self.kinds.choices = choices((kind.value, say(label(kind))) for kind in BlurKind)

    def validate_kinds(self, field: SelectMultipleField) -> None:
        """Refuse what is nothing that can be told more broadly: only a page that was tampered with sends it."""
        if set(field.data or ()) - set(BlurKind):
            raise ValidationError(t("web.not_a_choice"))

    @property
    def chosen(self) -> list[BlurKind]:
        """Which."""
        return [BlurKind(value) for value in self.kinds.data or ()]


class SubmitForm(TvistForm):
    """Why what singles somebody out may stand, where something does."""

    accepted = TextAreaField(
        lazy("publication.submit.accepted"),
        description=lazy("publication.submit.accepted_hint"),
        filters=[trimmed],
        validators=[NotLonger(2000)],
    )


class SendBackForm(TvistForm):
    """Why it is sent back."""

    reasons = TextAreaField(
        lazy("publication.back.reasons"), filters=[trimmed], validators=[Needed("publication.say_why_back"), NotLonger(4000)]
    )


class WithdrawForm(TvistForm):
    """Why it is withdrawn, for everybody to read."""

    reason = TextAreaField(
        lazy("publication.withdraw.reason"),
        description=lazy("publication.withdraw.reason_hint"),
        filters=[trimmed],
        validators=[Needed("publication.say_why_withdrawn"), NotLonger(1000)],
    )


def stage_named(text: str | None) -> Stage | None:
    """The stage of that name in an address; None for what is not begun, and for no stage at all."""
    return Stage(text) if text in set(Stage) else None
