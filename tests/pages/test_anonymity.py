"""No text is sent from one to another with a birth number in it (rule 6): every form in which words are written refuses it."""

from __future__ import annotations

import pytest
from wtforms import TextAreaField

from tvist.delivery import forms as of_letters
from tvist.intake import body_letter_forms, screening_forms
from tvist.intake.anonymity import NoBirthNumber
from tvist.submissions import answer_forms, clock_forms, message_forms, offer_forms, paper_forms, settlement_forms, table_views
from tvist.submissions import forms as of_exchange
from tvist.web.forms import TvistForm

ROOMS = (
    answer_forms, body_letter_forms, clock_forms, message_forms, of_exchange, of_letters, offer_forms, paper_forms, screening_forms,
    settlement_forms, table_views,
)  # fmt: skip
READ_BY_OFFICERS = {("StopForm", "reason"), ("CloseForm", "reason"), ("DeclarationForm", "words")}
ASKED_OF_ALL_FIELDS = {"RespondForm", "CommentForm"}
"""Their own `validate` asks every field."""
WRITTEN = [
    (form, name)
    for room in ROOMS
    for form in vars(room).values()
    if isinstance(form, type) and issubclass(form, TvistForm) and form.__module__ == room.__name__
    for name in dir(form)
    if getattr(getattr(form, name), "field_class", None) is TextAreaField
]


def test_there_are_texts_to_ask():
    assert len(WRITTEN) > 15


@pytest.mark.parametrize(("form", "name"), WRITTEN, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_every_text_that_is_sent_refuses_a_birth_number(form, name):
    if (form.__name__, name) in READ_BY_OFFICERS or form.__name__ in ASKED_OF_ALL_FIELDS:
        return
    checks = getattr(form, name).kwargs["validators"]
    assert any(isinstance(check, NoBirthNumber) for check in checks)
