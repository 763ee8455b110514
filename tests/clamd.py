"""A real clamd for tests, with one signature of our own, so that it starts at once: `python` tests ask for it by the fixture `clamd`."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

BAD: Final = b"TVIST-TESTVIRUS-4f1b-ikke-farlig"
"""What our one signature finds."""
LARGEST: Final = "1M"
SECONDS_TO_START: Final = 30


def program() -> str:
    """Where clamd is. Without one the test is left out, and named; TVIST_REQUIRE_CLAMD=1 makes that an error."""
    found = shutil.which("clamd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if found is None:
        if os.environ.get("TVIST_REQUIRE_CLAMD") == "1":
            pytest.fail("TVIST_REQUIRE_CLAMD is set, and there is no clamd: apt install clamav-daemon")
        pytest.skip("no clamd on this machine (Debian: apt install clamav-daemon)")
    return found


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start one; yields its address. It is ended, and all that it wrote is gone, afterwards."""
    clamd = program()
    with tempfile.TemporaryDirectory(prefix="tvist-clamd-") as name:
        folder = Path(name)
        (folder / "database").mkdir()
        (folder / "database" / "tvist.ndb").write_text(f"Tvist.Test:0:*:{BAD.hex()}\n")
        (folder / "conf").write_text(
            f"LocalSocket {folder}/socket\nDatabaseDirectory {folder}/database\nForeground yes\nMaxThreads 2\n"
            f"StreamMaxLength {LARGEST}\nTemporaryDirectory {folder}\n"
        )
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen([clamd, "--config-file", str(folder / "conf")], stdout=said, stderr=said)
        try:
            until = time.monotonic() + SECONDS_TO_START
            while not (folder / "socket").exists():
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"clamd did not start: {(folder / 'said').read_text()[-500:]}")
                time.sleep(0.05)
            yield f"unix:{folder}/socket"
        finally:
            process.terminate()
            process.wait()
