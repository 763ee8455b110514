"""The web server: gunicorn with two workers of four threads, and beside it one process that does the slow work. `python -m tvist.commands.server PORT`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # It ships no types.

from tvist.commands.serving import HOST
from tvist.commands.timed_worker import TimedConnection
from tvist.config import read_config

if TYPE_CHECKING:
    from flask import Flask

SECONDS_TO_STOP = 10


class Server(BaseApplication):  # type: ignore[misc]  # Untyped there.
    """gunicorn, told by us instead of by a file."""

    def __init__(self, port: int) -> None:
        """`port` on this machine only: what faces the world stands before it."""
        self.port = port
        self.worker: subprocess.Popen[bytes] | None = None
        super().__init__()

    def load_config(self) -> None:
        """The settings of the server."""
        chosen: dict[str, Any] = {
            "bind": f"{HOST}:{self.port}",
            "worker_class": "tvist.commands.timed_worker.TimedWorker",
            "workers": 2,
            "threads": 4,
            "graceful_timeout": SECONDS_TO_STOP,
            "limit_request_line": 8190,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self.begin_work,
            "on_exit": self.end_work,
        }
        TimedConnection.seconds = read_config().request_seconds
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in each worker by itself."""
        from tvist import create_app
        from tvist.commands.opening import go_on_from_the_last_line

        app = create_app()
        go_on_from_the_last_line(app.extensions["tvist"].database)
        return app

    def begin_work(self, _arbiter: object) -> None:
        """Start the slow work beside the server; it is kept going, and ends when the pipe to it is closed, however we end."""
        self.worker = subprocess.Popen([sys.executable, "-m", "tvist.commands.keeper"], stdin=subprocess.PIPE)
        click.echo(f"Tvist is ready: http://{HOST}:{self.port}  (Ctrl-C stops it)")
        sys.stdout.flush()

    def end_work(self, _arbiter: object) -> None:
        """Stop the slow work; what it was in the middle of is taken up again at the next start."""
        if self.worker is None:
            return
        self.worker.terminate()
        try:
            self.worker.wait(SECONDS_TO_STOP + 2)
        except subprocess.TimeoutExpired:
            self.worker.kill()


if __name__ == "__main__":
    Server(int(sys.argv[1])).run()
