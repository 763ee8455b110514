"""Pass phrases: which are good, and how they are kept."""

import pytest
from argon2 import PasswordHasher

from tvist.accounts.passwords import hash_password, is_outdated, is_right, weaknesses

KNOWN = ("Asta Oppdiktet", "asta.oppdiktet@vik.example")


@pytest.mark.parametrize(
    "phrase", ["fire lodne katter danser", "regn på taket hele natten", "Trikk-og-båt-til-Nesodden", "x7#Qm!pL2vRz"]
)
def test_a_good_pass_phrase_has_no_fault(phrase):
    assert weaknesses(phrase, known=KNOWN) == []


@pytest.mark.parametrize(
    ("phrase", "fault"),
    [
        ("elleve tegn", "password_too_short"),
        ("", "password_too_short"),
        ("x" * 501, "password_too_long"),
        ("passord123456", "password_common"),
        ("PassordPassord!", "password_common"),
        ("Sommer2026!!!", "password_common"),
        ("123456789012", "password_common"),
        ("qwertyuiopå12", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("abcdefghijkl", "password_common"),
        ("solsolsolsol", "password_common"),
        ("Barnevernstjenesten1", "password_common"),
        ("astaoppdiktet1", "password_like_you"),
        ("asta.oppdiktet@vik.example", "password_like_you"),
        ("OppdiktetAsta2026", "password_like_you"),
    ],
)
def test_a_weak_pass_phrase_is_refused_with_the_reason(phrase, fault):
    assert [found.code for found in weaknesses(phrase, known=KNOWN)] == [f"accounts.{fault}"]


def test_a_pass_phrase_is_known_again_however_its_letters_are_put_together():
    kept = hash_password("blåbær og jordbær")
    assert is_right(kept, "bla\N{COMBINING RING ABOVE}bær og jordbær")
    assert not is_right(kept, "blabær og jordbær")


def test_an_account_without_pass_phrase_opens_for_nothing():
    assert not is_right(None, "")
    assert not is_right(None, "nobody has this pass phrase")
    assert not is_right("no hash at all", "anything")


def test_a_hash_with_other_parameters_is_outdated():
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024).hash("fire lodne katter danser"))
    assert not is_outdated(hash_password("fire lodne katter danser"))
