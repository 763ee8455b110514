"""The form in which the secretariat writes the words of a kind of letter, in both forms of Norwegian."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import SelectField, StringField, TextAreaField

from tvist.accounts.queries import officers
from tvist.clock import today
from tvist.delivery.standard_letters import PARTS
from tvist.delivery.wording import own_texts
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import current_session, lazy
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from tvist.accounts.models import User
    from tvist.delivery.standard_letters import KindTexts

LONGEST_SUBJECT: Final = 150
LONGEST_BODY: Final = 2_000
LONGEST_WORDS: Final = 10_000


def _line(code: str) -> StringField:
    validators = [Needed("letter_text.write_subject"), NotLonger(LONGEST_SUBJECT)]
    return StringField(lazy(code), filters=[trimmed], validators=validators)


def _text(code: str, longest: int) -> TextAreaField:
    return TextAreaField(lazy(code), filters=[trimmed], validators=[Needed("letter_text.write_text"), NotLonger(longest)])


class LetterTextForm(TvistForm):
    """Subject, notice and document in both forms, and who owns the text."""

    edits = True

    owner = SelectField(lazy("letter_text.owner"), coerce=str, validate_choice=True, description=lazy("letter_text.owner_help"))
    subject_nb = _line("letter_text.subject_nb")
    body_nb = _text("letter_text.body_nb", LONGEST_BODY)
    words_nb = _text("letter_text.words_nb", LONGEST_WORDS)
    subject_nn = _line("letter_text.subject_nn")
    body_nn = _text("letter_text.body_nn", LONGEST_BODY)
    words_nn = _text("letter_text.words_nn", LONGEST_WORDS)

    def __init__(self, texts: KindTexts, writer: User) -> None:
        """Filled with the newest version, or the program's own words; the owner is who writes, where nobody else is chosen."""
        newest = texts.versions[0] if texts.versions else None
        filled: dict[str, Any] = {"owner": newest.nb.owner.public_id if newest else writer.public_id}
        for language in NORWEGIAN:
            own = own_texts(texts.kind, language)
            version = None if newest is None else newest.nb if language == "nb" else newest.nn
            for place, part in enumerate(PARTS):
                filled[f"{part}_{language}"] = own[place] if version is None else getattr(version, part)
        super().__init__(data=filled, thing=texts)
        self.owner.choices = choices((user.public_id, user.name) for user in officers(current_session, today()))

    def texts(self) -> dict[tuple[str, str], str]:
        """What was typed, by part and form."""
        return {(part, language): self[f"{part}_{language}"].data or "" for language in NORWEGIAN for part in PARTS}

    def chosen_owner(self) -> User:
        """Who owns the text from now on."""
        return next(user for user in officers(current_session, today()) if user.public_id == self.owner.data)
