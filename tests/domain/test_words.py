"""Words: a message is a code and its parameters, and becomes text in an explicit language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.cases.lifecycle import State
from tvist.words import (
    LANGUAGES,
    Message,
    Ore,
    catalogue,
    format_day,
    format_kroner,
    format_moment,
    from_json,
    label,
    render,
    to_json,
)

NB = "\N{NO-BREAK SPACE}"
VALUES = st.recursive(
    st.none()
    | st.text()
    | st.integers()
    | st.booleans()
    | st.builds(Ore, st.integers())
    | st.dates()
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.tuples(inner, inner) | st.builds(lambda value: Message("some.code", value=value), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), VALUES))
def test_a_message_comes_back_from_the_journal_as_it_was(params: dict[str, object]) -> None:
    message = Message("some.code", **params)
    assert from_json(to_json(message)) == message
    assert hash(from_json(to_json(message))) == hash(message)


def test_a_label_comes_back_from_the_journal_as_its_words() -> None:
    message = from_json(to_json(Message("cases.wrong_state", state=State.PANEL)))
    assert render(message, "nn") == render(Message("cases.wrong_state", state=State.PANEL), "nn")


@pytest.mark.parametrize(
    ("ore", "language", "text"),
    [
        (123450, "nb", f"1{NB}234,50{NB}kr"),
        (123450, "nn", f"1{NB}234,50{NB}kr"),
        (123450, "en", f"NOK{NB}1,234.50"),
        (-5, "nb", f"\N{MINUS SIGN}0,05{NB}kr"),
        (0, "nb", f"0,00{NB}kr"),
    ],
)
def test_money_is_written_to_the_ore(ore: int, language: str, text: str) -> None:
    assert format_kroner(ore, language) == text


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_name_in_every_language(state: State, language: str) -> None:
    assert render(label(state), language)


def test_the_languages_have_the_same_codes() -> None:
    codes = [set(catalogue(language)) for language in LANGUAGES]
    assert codes[0] == codes[1] == codes[2]


def test_a_missing_word_is_seen() -> None:
    with pytest.raises(KeyError):
        render(Message("no.such_code"), "nb")


def test_days_and_moments_are_those_of_oslo() -> None:
    moment = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert Message("x", at=moment).params["at"] == moment
    assert format_moment(moment, "nb") == "1. juli 2026 kl. 00.30"
    assert format_day(date(2026, 2, 1), "en") == "1 February 2026"


def test_braces_in_what_somebody_wrote_stay_what_they_are() -> None:
    shown = render(Message("web.too_long", limit="{length}", length="{limit}"), "nb")
    assert "{length}" in shown
    assert "{limit}" in shown
