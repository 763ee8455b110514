"""The key file, derived keys, keyed hashes and sealed values."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.vault.keys import BadKeyFile, BrokenSeal, MasterKeys, UnknownKey
from tvist.vault.sealed import commitment, keyed, seal, sealed_with, unseal

OLD, NEW, INDEX = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
KEYS = MasterKeys({"new": NEW, "old": OLD}, INDEX)
VOTE = {"purpose": "vote", "bound_to": "case 1, question 2, seat 3"}


def key_line(key_id: str, key: bytes) -> str:
    return f"{key_id} {base64.urlsafe_b64encode(key).decode()}\n"


def test_a_made_key_file_can_be_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "instance" / "master.key"
    MasterKeys.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*path.parent.iterdir()] == [path]


def test_making_keys_again_keeps_those_that_are_there(tmp_path):
    path = tmp_path / "master.key"
    first = MasterKeys.create(path)
    assert MasterKeys.create(path).current == first.current


def test_processes_that_make_the_keys_at_once_agree(tmp_path):
    path = tmp_path / "master.key"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: MasterKeys.create(path).current, range(16)))
    assert len(set(made)) == 1


def test_the_first_line_is_the_current_key_and_later_ones_still_open(tmp_path):
    path = tmp_path / "master.key"
    path.write_text("# kept apart\n" + key_line("new", NEW) + "\n" + key_line("old", OLD) + key_line("index", INDEX))
    keys = MasterKeys.load(path)
    assert keys.current == ("new", NEW)
    assert keys.key("old") == OLD
    assert keys.keyed("stem", b"barn") == KEYS.keyed("stem", b"barn")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line named index"),
        (key_line("index", INDEX), "no master key"),
        (key_line("new", NEW), "no line named index"),
        (key_line("new", NEW[:31]), "line 1"),
        ("new not*base64\n", "line 1"),
        (key_line("New", NEW), "line 1"),
        (key_line("new", NEW) + key_line("new", OLD), "line 2: the key new stands there twice"),
    ],
)
def test_a_wrong_key_file_is_refused_with_what_is_wrong(tmp_path, text, said):
    path = tmp_path / "master.key"
    path.write_text(text)
    with pytest.raises(BadKeyFile, match=said) as refusal:
        MasterKeys.load(path)
    assert base64.urlsafe_b64encode(NEW).decode()[:12] not in str(refusal.value)


def test_a_missing_key_file_is_named(tmp_path):
    with pytest.raises(BadKeyFile, match=r"nowhere\.key cannot be read"):
        MasterKeys.load(tmp_path / "nowhere.key")


def test_a_lost_key_is_named():
    with pytest.raises(UnknownKey, match="'2019'"):
        KEYS.key("2019")


def test_keys_are_never_printed():
    assert repr(KEYS) == "MasterKeys(new, old)"


def test_derived_keys_differ_by_purpose_context_and_key():
    derived = {
        KEYS.derive(purpose, context, key_id)
        for purpose in (b"a", b"ab", b"")
        for context in (b"c", b"bc", b"abc")
        for key_id in ("new", "old")
    }
    assert len(derived) == 18
    assert {len(key) for key in derived} == {32}


def test_keyed_hashes_stay_when_the_master_key_is_rotated():
    rotated = MasterKeys({"newest": os.urandom(32), "new": NEW}, INDEX)
    assert keyed(rotated, "sealed number", b"1") == keyed(KEYS, "sealed number", b"1")
    assert keyed(KEYS, "sealed number", b"1") != keyed(KEYS, "search stem", b"1")
    assert keyed(KEYS, "search stem", b"1", 16) == keyed(KEYS, "search stem", b"1")[:16]
    with pytest.raises(ValueError, match="8"):
        keyed(KEYS, "search stem", b"1", 8)


@given(st.binary(max_size=2000), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_again(secret, purpose, place):
    assert unseal(KEYS, seal(KEYS, secret, purpose=purpose, bound_to=place), purpose=purpose, bound_to=place) == secret


@given(st.binary(max_size=300), st.data())
def test_no_flipped_bit_is_accepted(secret, data):
    sealed = bytearray(seal(KEYS, secret, **VOTE))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BrokenSeal):
        unseal(KEYS, bytes(sealed), **VOTE)


@given(st.binary(max_size=300), st.data())
def test_no_cut_value_is_accepted(secret, data):
    sealed = seal(KEYS, secret, **VOTE)
    with pytest.raises(BrokenSeal):
        unseal(KEYS, sealed[: data.draw(st.integers(0, len(sealed) - 1))], **VOTE)


@pytest.mark.parametrize(
    "elsewhere", [{"purpose": "note"}, {"bound_to": "case 1, question 2, seat 1"}, {"purpose": "votec", "bound_to": "ase 1"}]
)
def test_a_seal_opens_in_its_own_place_alone(elsewhere):
    sealed = seal(KEYS, b"state", **VOTE)
    with pytest.raises(BrokenSeal):
        unseal(KEYS, sealed, **(VOTE | elsewhere))


def test_a_seal_made_before_rotation_opens_after_it():
    sealed = seal(MasterKeys({"old": OLD}, INDEX), b"state", **VOTE)
    assert unseal(KEYS, sealed, **VOTE) == b"state"
    assert sealed_with(sealed) == "old"
    assert sealed_with(seal(KEYS, b"state", **VOTE)) == "new"


def test_a_seal_whose_key_is_gone_says_so():
    sealed = seal(MasterKeys({"lost": OLD}, INDEX), b"state", **VOTE)
    with pytest.raises(UnknownKey, match="lost"):
        unseal(KEYS, sealed, **VOTE)


def test_the_length_of_a_seal_does_not_tell_the_vote():
    assert len(seal(KEYS, b"state", **VOTE)) == len(seal(KEYS, b"municipality, 37 100 a month", **VOTE))


def test_two_seals_of_one_vote_do_not_look_alike():
    assert seal(KEYS, b"state", **VOTE) != seal(KEYS, b"state", **VOTE)


def test_a_commitment_needs_a_salt_and_binds_it():
    salt = bytes(16)
    assert commitment(salt, b"state") == commitment(salt, b"state")
    assert len({commitment(salt, b"state"), commitment(salt, b"stat"), commitment(salt + b"s", b"tate")}) == 3
    with pytest.raises(ValueError, match="short"):
        commitment(b"short", b"state")
