"""Begins servers quickly: a process that has loaded the program once, and for each line it reads begins a server with its worker in a process group of their own.

What is begun is what `python -m tvist.commands.server` begins, gunicorn and all, but that nothing is loaded anew. `python -m tests.campaign.crash.zygote PORT`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from threading import Event
from typing import TYPE_CHECKING, Any, NoReturn

import tvist.decision.issuing
import tvist.intake.receipts
import tvist.pages
import tvist.workers
from tvist.commands.server import Server
from tvist.installation import open_installation

if TYPE_CHECKING:
    from collections.abc import Callable

# Loaded here, so that no worker loads them in the middle of a kill.
assert tvist.decision.issuing
assert tvist.intake.receipts
assert tvist.pages
AGAIN_AFTER = 0.1


class Forked(Server):
    """The server, with its slow work forked from this process and begun again when it dies, as the keeper does."""

    def begin_work(self, _arbiter: object) -> None:
        arbiter = os.getpid()
        if not os.fork():
            _in_child(lambda: _keep(arbiter))

    def end_work(self, _arbiter: object) -> None:
        """It is never ended but by a kill."""

    def load_config(self) -> None:
        super().load_config()
        self.cfg.set("workers", int(os.environ.get("TVIST_TEST_SERVERS", "2")))


def _keep(arbiter: int) -> None:
    while os.getppid() == arbiter:
        if worker := os.fork():
            os.waitpid(worker, 0)
            time.sleep(AGAIN_AFTER)
        else:
            _in_child(lambda: tvist.workers.work(open_installation(), Event()))


def _in_child(do: Callable[[], Any]) -> NoReturn:
    """Do it in this process, which was forked for it, and end it."""
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGQUIT):
        signal.signal(each, signal.SIG_DFL)
    try:
        do()
    finally:
        os._exit(1)


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main(port: int) -> None:
    """For each line on standard input begin a server, and say its process group."""
    # Whoever is killed is reaped by the kernel.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    tvist.workers.PAUSE_SECONDS = 0.05  # type: ignore[misc]  # Final for the program; a test does not wait as long.
    _say("ready")
    for _ in sys.stdin:
        if group := os.fork():
            _say(group)
        else:
            os.setsid()
            _in_child(lambda: Forked(port).run())


if __name__ == "__main__":
    main(int(sys.argv[1]))
