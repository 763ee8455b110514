"""Norwegian order and folded search text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.register.collation import folded, sort_key

# Every list stands in the order a Norwegian reader expects.
LISTS = [
    ["Aurland", "Bø", "Voss", "Zeta", "Ærfugl", "Ørsta", "Ås"],
    ["Nord-Aurdal", "Nord Odal", "Nordre Follo", "Nore"],
    ["Cap", "Čap", "Cb", "Đe", "Deatnu", "Df"],
    ["Vaksdal", "Vang"],
    ["sak 1", "sak 1b", "sak a"],
    ["abc", "Ábc", "Abc d", "Abd"],
    ["Zz", "Äng", "Ærø", "Öd", "Øl"],
    ["Mygland", "Müller", "Myr"],
]


@pytest.mark.parametrize("names", LISTS)
def test_keys_stand_in_norwegian_order(names: list[str]) -> None:
    assert sorted(set(names), key=sort_key) == names


def test_double_a_stands_with_the_last_letter() -> None:
    assert sorted(["Ås", "Zeta", "Aasen", "Østre"], key=sort_key) == ["Zeta", "Østre", "Ås", "Aasen"]


@given(st.text(max_size=30))
def test_a_key_holds_only_what_every_collation_orders_alike(text: str) -> None:
    key = sort_key(text)
    assert key == "" or (key.isascii() and key.isalnum() and key == key.lower())


@given(st.text(max_size=20), st.text(max_size=20))
def test_case_and_outer_space_never_decide(text: str, other: str) -> None:
    assert sort_key(f" {text} ".casefold()) == sort_key(text.casefold())
    assert (sort_key(text) < sort_key(other)) == (sort_key(text + " ") < sort_key(other + " "))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kárášjohka - Karasjok", "karasjohka karasjok"),
        ("ÅSNES", "åsnes"),
        ("Aasnes", "åsnes"),
        ("Porsáŋgu", "porsangu"),
        ("Bø  i\N{NO-BREAK SPACE}Telemark", "bø i telemark"),
        ("A\N{COMBINING RING ABOVE}s", "ås"),
        ("Öra", "øra"),
        ("", ""),
    ],
)
def test_folded_text_keeps_the_three_letters_and_loses_the_rest(text: str, expected: str) -> None:
    assert folded(text) == expected


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)
