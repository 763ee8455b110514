"""The tokeniser: endings, compounds, spellings, numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.search import stems as tokeniser
from tvist.search.stems import MOST_STEMS, asked, stems


def finds(question: str, text: str) -> bool:
    return set(asked(question)) <= stems(text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("behandling", "Saksbehandlingstiden er lang"),
        ("tid", "saksbehandlingstiden"),
        ("behandlingstid", "saksbehandlingstiden"),
        ("saksbehandlingstid", "sakshandsamingstida"),
        ("fosterhjem", "i fosterheimen"),
        ("fosterheim", "fosterhjemmet"),
        ("foster-hjem", "fosterhjemskommunen"),
        ("fosterhjem", "foster-hjem"),
        ("fosterhjem", "fos\u00adterhjem"),
        ("ansvar", "ansvaret"),
        ("ansvaret", "ANSVAR"),
        ("kommunane", "Kommunenes"),
        ("egenandel", "eigendelen"),
        ("barneverntjeneste", "barnevernstenesta"),
        ("tiltak", "nærmiljøtiltaket"),
        ("psykolog", "barnepsykologen"),
        ("epost", "e-post"),
        ("opphaldskommune", "oppholdskommunen"),
        ("klagane", "klagen"),
        ("Ås", "A\u030as kommune"),
        ("Čáhcesuolu", "čáhcesuolu"),
        ("85000", "kr 85 000 per måned"),
        ("85 000", "85.000,-"),
        ("1234", "1 234,50 kr"),
        ("1234,50", "1.234,50"),
        ("2026/0001", "sak 2026/0001."),
        ("4-12", "§ 4-12"),
        ("123456789", "org.nr. 123 456 789"),
        ("7", "punkt 7"),
        ("barn og hjem", "hjemmet til barnet"),
    ],
)
def test_a_question_finds_the_other_form(question, text):
    assert asked(question)
    assert finds(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("as", "Ås"),
        ("fosterhjem", "foster i et hjem"),
        ("svar", "forsvar"),
        ("hjem", "hjemmelen"),
        ("del", "delt"),
        ("123", "123 456"),
        ("2026", "2026/0001"),
        ("behandlet", "saksbehandling"),
    ],
)
def test_a_question_does_not_find_another_word(question, text):
    assert not finds(question, text)


def test_words_of_every_text_ask_for_nothing():
    assert asked("og i på, det er ikke") == ()
    assert asked("") == asked("«…» !") == ()


def test_a_question_asks_for_each_word_once_and_for_twelve_at_most():
    assert asked("sak saken SAKA") == ("sak",)
    assert len(asked(" ".join(str(number) for number in range(100)))) == 12


@given(st.text(max_size=200))
def test_every_text_is_found_by_its_own_words(text):
    assert finds(text, text)


@given(st.lists(st.sampled_from(["barn", "e", "vern", "s", "sak", "tid", "x", "-", "hjem", "12", ",", "a", "n"]), max_size=30))
def test_every_compound_is_found_by_itself(pieces):
    word = "".join(pieces)
    assert finds(word, word)


def test_the_index_of_a_huge_text_is_bounded(monkeypatch):
    assert len(stems(" ".join(f"ord{number}" for number in range(MOST_STEMS + 500)))) == MOST_STEMS
    assert len(stems("sak" * 50_000)) < 100


def test_threads_do_not_disturb_each_other():
    words = [f"{start}{end}" for start in ("avdeling", "kvittering", "opplag") for end in ("en", "ene", "s", "a", "ar", "")] * 40
    alone = [stems(word) for word in words]
    tokeniser._stem.cache_clear()
    tokeniser._pieces.cache_clear()
    tokeniser._findable.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(stems, words)) == alone
