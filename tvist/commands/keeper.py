"""Keeps the slow work going beside `tvist run`: starts `tvist work`, and starts it again when it has died. It ends with who started it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

LOOK_EVERY: Final = 0.5
PAUSE_SECONDS: Final = 2.0
"""Before it is started again: one that dies at once does not take the machine."""
SECONDS_TO_STOP: Final = 10


def begun() -> subprocess.Popen[bytes]:
    """The worker, which ends when the pipe to it is closed."""
    return subprocess.Popen([sys.executable, "-m", "tvist.cli", "work", "--until-parent-ends"], stdin=subprocess.PIPE)


def keep(stop: threading.Event, begin: Callable[[], subprocess.Popen[bytes]] = begun, parent: int = 0) -> None:
    """Keep a worker until `stop` is set or nobody holds the other end of `parent` any more."""
    worker = begin()
    while not stop.is_set() and not _is_closed(parent):
        if worker.poll() is not None and not stop.wait(PAUSE_SECONDS):
            worker = begin()
    worker.terminate()
    try:
        worker.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        worker.kill()


def _is_closed(descriptor: int) -> bool:
    """Look for a while whether the pipe was closed at its other end."""
    readable, _, _ = select.select([descriptor], [], [], LOOK_EVERY)
    return bool(readable) and not os.read(descriptor, 1024)


def main() -> None:
    """Keep one until standard input is closed, or TERM comes."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    keep(stop)


if __name__ == "__main__":
    main()
