"""Papers in the store: encrypted, whole or not at all, read by range, refused when touched."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tvist.away import StoreAway, is_away
from tvist.documents import storage
from tvist.documents.chunks import CHUNK, HEAD, SEALED_CHUNK
from tvist.documents.storage import BrokenPaper, MissingPaper, PaperStore, TooLarge
from tvist.vault.keys import MasterKeys

if TYPE_CHECKING:
    from pathlib import Path

KEYS = MasterKeys({"new": bytes(range(32)), "old": bytes(32)}, bytes(range(1, 33)))
NOISE = os.urandom(3 * CHUNK + 10)
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK]
sizes = st.sampled_from(EDGES) | st.integers(0, len(NOISE))
in_memory = PaperStore("memory://", KEYS)


@pytest.fixture
def on_disk(tmp_path) -> PaperStore:
    return PaperStore(tmp_path, KEYS)


def keep(store: PaperStore, paper: bytes) -> str:
    return store.put(io.BytesIO(paper), max_bytes=None).blob_id


def read(store: PaperStore, blob_id: str, between: tuple[int, int] | None = None) -> bytes:
    return b"".join(store.open(blob_id, range=between))


def file_of(folder: Path, blob_id: str) -> Path:
    return folder / "papers" / blob_id


@given(sizes)
@settings(max_examples=40, deadline=None)
def test_a_paper_of_any_size_comes_back(size):
    stored = in_memory.put(io.BytesIO(NOISE[:size]), max_bytes=size)
    assert read(in_memory, stored.blob_id) == NOISE[:size]
    assert (stored.size, stored.sha256) == (size, hashlib.sha256(NOISE[:size]).hexdigest())
    assert in_memory.size(stored.blob_id) == size


@given(sizes, sizes, sizes)
@example(3 * CHUNK, CHUNK, 2 * CHUNK)
@example(0, 0, 10)
@settings(max_examples=60, deadline=None)
def test_any_range_is_what_a_slice_would_be(size, first, length):
    blob_id = keep(in_memory, NOISE[:size])
    assert read(in_memory, blob_id, (first, first + length)) == NOISE[:size][first : first + length]


def test_a_range_over_many_chunks_is_read_in_several_pieces():
    paper = os.urandom(40 * CHUNK + 5)
    blob_id = keep(in_memory, paper)
    assert read(in_memory, blob_id, (3, 39 * CHUNK + 7)) == paper[3 : 39 * CHUNK + 7]


@pytest.mark.parametrize("between", [(-1, 4), (4, 3)])
def test_a_range_that_is_none_is_refused(between):
    with pytest.raises(ValueError, match=r"\("):
        in_memory.open(keep(in_memory, b"paper"), range=between)


@given(st.lists(st.binary(max_size=200)))
@settings(deadline=None)
def test_a_stream_may_come_in_pieces_of_any_size(pieces):
    stored = in_memory.put(iter(pieces), max_bytes=None)
    assert read(in_memory, stored.blob_id) == b"".join(pieces)


def test_the_disk_holds_nothing_readable_and_only_whole_papers(on_disk, tmp_path):
    blob_id = keep(on_disk, b"Barn A bor i Vik. " * 9000)
    stored = file_of(tmp_path, blob_id).read_bytes()
    assert b"Barn A" not in stored
    assert len(blob_id) == 32
    assert [*(tmp_path / "incoming").iterdir()] == []


def test_the_same_paper_twice_is_two_papers_that_do_not_look_alike(on_disk, tmp_path):
    one, two = keep(on_disk, b"same"), keep(on_disk, b"same")
    assert file_of(tmp_path, one).read_bytes()[HEAD:] != file_of(tmp_path, two).read_bytes()[HEAD:]
    assert sorted(on_disk.ids()) == sorted([one, two])


@pytest.mark.parametrize("size", [101, 3 * CHUNK])
def test_a_paper_above_the_limit_leaves_nothing(on_disk, tmp_path, size):
    with pytest.raises(TooLarge) as refusal:
        on_disk.put(io.BytesIO(NOISE[:size]), max_bytes=100)
    assert refusal.value.max_bytes == 100
    assert [*tmp_path.rglob("*")] == [*tmp_path.glob("*")]


@pytest.mark.parametrize("size", [1, 12 * 1024 * 1024])
def test_an_upload_that_breaks_off_leaves_nothing(on_disk, tmp_path, size):
    def broken_off():
        yield bytes(size)
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        on_disk.put(broken_off(), max_bytes=None)
    assert [*tmp_path.rglob("*")] == [*tmp_path.glob("*")]


def test_a_disk_that_cannot_sync_keeps_nothing(on_disk, tmp_path, monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "sync_file", full)
    with pytest.raises(OSError, match="No space"):
        keep(on_disk, b"paper")
    assert [*tmp_path.rglob("*")] == [*tmp_path.glob("*")]


def test_a_paper_is_synced_before_it_gets_its_place_and_the_place_after(on_disk, tmp_path, monkeypatch):
    seen = []
    sync_file, sync_folder = storage.sync_file, storage.sync_folder
    monkeypatch.setattr(storage, "sync_file", lambda path: (seen.append((path.parent.name, [*on_disk.ids()])), sync_file(path)))
    monkeypatch.setattr(storage, "sync_folder", lambda path: (seen.append((path.name, [*on_disk.ids()])), sync_folder(path)))
    blob_id = keep(on_disk, b"paper")
    assert seen == [("incoming", []), ("papers", [blob_id])]


def test_a_put_never_replaces_a_paper(on_disk, tmp_path, monkeypatch):
    blob_id = keep(on_disk, b"first")
    monkeypatch.setattr(storage.secrets, "token_urlsafe", lambda size: blob_id)
    with pytest.raises(Exception, match="already exists"):
        keep(on_disk, b"second")
    assert read(on_disk, blob_id) == b"first"
    assert [*(tmp_path / "incoming").iterdir()] == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_flipped_bit_is_read_as_the_paper(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("papers")
    store = PaperStore(folder, KEYS)
    blob_id = keep(store, NOISE[: data.draw(sizes)])
    stored = bytearray(file_of(folder, blob_id).read_bytes())
    stored[data.draw(st.integers(0, len(stored) - 1) | st.integers(0, HEAD))] ^= 1 << data.draw(st.integers(0, 7))
    file_of(folder, blob_id).write_bytes(stored)
    with pytest.raises(BrokenPaper):
        read(store, blob_id)


@pytest.mark.parametrize(
    "length", [0, HEAD - 1, HEAD, HEAD + 16, HEAD + SEALED_CHUNK, HEAD + SEALED_CHUNK + 16, HEAD + 2 * SEALED_CHUNK]
)
def test_a_cut_paper_is_refused_before_a_byte_is_given_out(on_disk, tmp_path, length):
    blob_id = keep(on_disk, NOISE)
    path = file_of(tmp_path, blob_id)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(BrokenPaper):
        on_disk.open(blob_id, range=(0, 5))


def test_swapped_papers_chunks_and_added_bytes_are_refused(on_disk, tmp_path):
    one, two = keep(on_disk, NOISE), keep(on_disk, NOISE)
    whole = file_of(tmp_path, one).read_bytes()
    first, second = whole[HEAD : HEAD + SEALED_CHUNK], whole[HEAD + SEALED_CHUNK : HEAD + 2 * SEALED_CHUNK]
    rest = whole[HEAD + 2 * SEALED_CHUNK :]
    for forged in (file_of(tmp_path, two).read_bytes(), whole[:HEAD] + second + first + rest, whole + first, whole + b"\0"):
        file_of(tmp_path, one).write_bytes(forged)
        with pytest.raises(BrokenPaper):
            read(on_disk, one)


def test_a_paper_opens_after_rotation_and_says_when_its_key_is_gone(tmp_path):
    blob_id = keep(PaperStore(tmp_path, MasterKeys({"old": bytes(32)}, bytes(32))), b"paper")
    assert read(PaperStore(tmp_path, KEYS), blob_id) == b"paper"
    with pytest.raises(BrokenPaper, match="'old' is not in the key file"):
        PaperStore(tmp_path, MasterKeys({"new": bytes(32)}, bytes(32))).open(blob_id)


@pytest.mark.parametrize("blob_id", ["", "x", "../../../etc/passwd", "a/" * 16, "A" * 32])
def test_a_paper_that_is_not_there_is_missing(on_disk, blob_id):
    assert not on_disk.exists(blob_id)
    for ask in (on_disk.open, on_disk.delete, on_disk.size):
        with pytest.raises(MissingPaper):
            ask(blob_id)


def test_a_deleted_paper_is_gone(on_disk):
    blob_id = keep(on_disk, b"paper")
    assert on_disk.exists(blob_id)
    on_disk.delete(blob_id)
    assert not on_disk.exists(blob_id)
    assert list(on_disk.ids()) == []


def test_a_paper_deleted_while_it_is_read_is_missing(on_disk):
    blob_id = keep(on_disk, os.urandom(20 * CHUNK))
    reading = on_disk.open(blob_id)
    next(reading)
    on_disk.delete(blob_id)
    with pytest.raises(MissingPaper):
        list(reading)


def test_verify_tells_a_whole_paper_from_a_changed_one(on_disk, tmp_path):
    stored = on_disk.put([NOISE], max_bytes=None)
    assert on_disk.verify(stored.blob_id, stored.sha256)
    assert not on_disk.verify(stored.blob_id, "0" * 64)
    assert not on_disk.verify("A" * 32, stored.sha256)
    path = file_of(tmp_path, stored.blob_id)
    path.write_bytes(path.read_bytes()[:-1])
    assert not on_disk.verify(stored.blob_id, stored.sha256)


@pytest.mark.parametrize("place", ["disk", "memory"])
def test_what_a_crash_left_is_swept_once_it_is_old(tmp_path, place):
    store = PaperStore(tmp_path if place == "disk" else "memory://", KEYS)
    blob_id = keep(store, b"paper")
    storage.obstore.put(store._store, "incoming/left", b"half")
    if place == "disk":
        (tmp_path / "incoming" / "broken#1").write_bytes(b"half")
    now = datetime.now(UTC)
    assert store.sweep(now - timedelta(hours=1)) == 0
    assert store.sweep(now + timedelta(hours=1)) == (2 if place == "disk" else 1)
    assert store.sweep(now + timedelta(hours=1)) == 0
    assert list(store.ids()) == [blob_id]


def test_a_folder_may_be_given_as_an_address(tmp_path):
    blob_id = keep(PaperStore(f"file://{tmp_path}/with%20space", KEYS), b"paper")
    assert read(PaperStore(tmp_path / "with space", KEYS), blob_id) == b"paper"


MEMORY = """
import resource, sys
from tvist.documents.storage import PaperStore
from tvist.vault.keys import MasterKeys
store = PaperStore(sys.argv[1], MasterKeys({"new": bytes(32)}, bytes(32)))
store.put([bytes(1000)], max_bytes=None)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
stored = store.put((bytes(65_000) for _ in range(1260)), max_bytes=None)
assert sum(map(len, store.open(stored.blob_id))) == stored.size == 81_900_000
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_eighty_megabytes_pass_through_little_memory(tmp_path):
    asked = subprocess.run([sys.executable, "-c", MEMORY, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(asked.stdout) < 40


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_a_paper_is_sealed_anew_under_its_own_id_while_it_is_read(where, tmp_path):
    keys = MasterKeys({"old": bytes(32)}, bytes(range(1, 33)))
    store = PaperStore("memory://" if where == "memory" else tmp_path, keys)
    paper = os.urandom(40 * CHUNK + 5)
    blob_id = keep(store, paper)
    reading = store.open(blob_id)
    begun = next(reading)
    keys._keys = {"new": bytes(range(32)), "old": bytes(32)}
    assert store.sealed_with(blob_id) == "old"
    assert store.reseal(blob_id)
    assert begun + b"".join(reading) == paper == read(store, blob_id)
    assert store.sealed_with(blob_id) == "new"
    assert not store.reseal(blob_id)
    assert list(store.ids()) == [blob_id]
    assert not store._names("incoming")
    store._store.put(f"papers/{blob_id}", b"broken" * 100)
    with pytest.raises(BrokenPaper):
        store.reseal(blob_id)
    with pytest.raises(MissingPaper):
        store.reseal("a" * 32)


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_what_is_deleted_while_the_store_is_held_can_be_read_until_it_is_let_go(where, tmp_path):
    store = PaperStore("memory://" if where == "memory" else tmp_path, KEYS)
    first, second = keep(store, b"first"), keep(store, b"second")
    with store.holding():
        with store.holding():
            store.delete(first)
        assert not store.exists(first)
        assert list(store.ids()) == [second]
        assert b"".join(store.open_held(first)) == b"first"
        assert b"".join(store.open_held(second)) == b"second"
        store.sweep(datetime.now(UTC) - timedelta(days=1))
        assert b"".join(store.open_held(first)) == b"first"
    with pytest.raises(MissingPaper):
        next(store.open_held(first))
    with pytest.raises(MissingPaper):
        store.delete(first)


def test_a_hold_that_a_crash_left_ends_with_the_daily_sweep(on_disk, tmp_path):
    blob_id = keep(on_disk, b"paper")
    hold = on_disk.holding()
    hold.__enter__()
    on_disk.delete(blob_id)
    on_disk.sweep(datetime.now(UTC) + timedelta(seconds=1))
    with pytest.raises(MissingPaper):
        next(on_disk.open_held(blob_id))


def test_a_full_disk_is_told_leaves_nothing_and_takes_the_next_paper_when_there_is_room(on_disk, tmp_path):
    """The system itself refuses to write: what it says of a file that may grow no more is what it says of a disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK, hard))
    try:
        with pytest.raises((StoreAway, OSError)) as told:
            keep(on_disk, NOISE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert is_away(told.value)
    assert list(on_disk.ids()) == []
    assert list((tmp_path / "incoming").iterdir()) == []
    assert b"".join(on_disk.open(keep(on_disk, NOISE))) == NOISE


def test_what_is_put_for_an_act_stays_where_nobody_knows_whether_the_act_stands(on_disk):
    for error, stays in ((StoreAway("lost"), True), (ValueError("ours"), False)):
        blob_id = keep(on_disk, b"paper")
        try:
            raise error
        except (StoreAway, ValueError):
            on_disk.discard(blob_id)
        assert on_disk.exists(blob_id) is stays


def test_what_is_set_aside_lies_there_for_a_month(on_disk, tmp_path):
    blob_id = keep(on_disk, b"paper")
    long_ago = datetime.now(UTC).timestamp() - 90 * 86_400
    os.utime(tmp_path / "papers" / blob_id, (long_ago, long_ago))
    on_disk.set_aside(blob_id)
    assert not on_disk.exists(blob_id)
    today = datetime.now(UTC)
    on_disk.sweep(today)
    assert (tmp_path / "aside" / blob_id).exists()
    on_disk.sweep(today + storage.ASIDE_KEPT)
    assert not (tmp_path / "aside" / blob_id).exists()
