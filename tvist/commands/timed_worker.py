"""The server's worker, which lets nobody hold a thread by being slow: gunicorn's threads, with a limit on each wait for the one who asks.

A connection takes a thread when its first byte is there, not before. The head of a request must then come within the limit; its body may never be
silent for so long, and when the limit has passed must have come at `LEAST_RATE`, so that large papers pass on a poor line; and each piece of our answer must be taken within
`SECONDS_TO_TAKE`.
"""

from __future__ import annotations

import selectors
import time
from functools import partial
from typing import Any, Final

from gunicorn import util  # type: ignore[import-untyped]  # It ships no types.
from gunicorn.http.errors import NoMoreData  # type: ignore[import-untyped]
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from tvist.config import REQUEST_SECONDS

LEAST_RATE: Final = 8 * 1024
"""Bytes a second of a body that goes on for longer than the limit: 64 kbit/s."""
SECONDS_TO_TAKE: Final = 60.0
SECONDS_TO_CLOSE: Final = 0.2


class TooSlow(NoMoreData, TimeoutError):  # type: ignore[misc]  # Untyped there.
    """Who asks is too slow; the connection is closed, as when they had gone."""


class TimedUnreader(SocketUnreader):  # type: ignore[misc]  # Untyped there.
    """Reads from the socket, and stops when it takes too long."""

    def __init__(self, sock: Any, seconds: float) -> None:
        """`seconds`: the limit on the head, and on each silence in the body."""
        super().__init__(sock)
        self.seconds = seconds
        self.begin(is_body=False)

    def begin(self, *, is_body: bool) -> None:
        """A head or a body begins now."""
        self._began = time.monotonic()
        self._is_body = is_body
        self._taken = 0
        self.was_too_slow = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece. Raises TooSlow."""
        before = self.sock.gettimeout()
        left = self._seconds_left()
        try:
            # A limit of zero would mean not to wait at all.
            self.sock.settimeout(max(0.001, left if before is None else min(left, before)))
            read: bytes = super().chunk(size_hint)
        except TimeoutError as error:
            self.was_too_slow = True
            raise TooSlow from error
        finally:
            self.sock.settimeout(before)
        self._taken += len(read)
        return read

    def _seconds_left(self) -> float:
        allowed = self.seconds + (self._taken / LEAST_RATE if self._is_body else 0)
        return min(self.seconds, self._began + allowed - time.monotonic())


class TimedConnection(TConn):  # type: ignore[misc]  # Untyped there.
    """A connection whose every wait has an end."""

    seconds = REQUEST_SECONDS

    def init(self) -> None:
        """Begin to read: called by the thread that takes the connection."""
        is_new = not self.initialized
        super().init()
        if is_new and not self.is_http2:
            self.parser.unreader = TimedUnreader(self.sock, self.seconds)
        self.begin(is_body=False)

    def begin(self, *, is_body: bool) -> None:
        """A head or a body begins now."""
        if isinstance(reading := getattr(self.parser, "unreader", None), TimedUnreader):
            reading.begin(is_body=is_body)

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's signature.
        """Close it. The one thread that takes all connections does this: it waits for nobody who was slow, and not long for others."""
        if graceful and not getattr(getattr(self.parser, "unreader", None), "was_too_slow", False):
            util.close_graceful(self.sock, timeout=SECONDS_TO_CLOSE)
        else:
            util.close(self.sock)


class TimedWorker(ThreadWorker):  # type: ignore[misc]  # Untyped there.
    """gunicorn's worker of threads, with `TimedConnection` for its connections."""

    def accept(self, listener: Any) -> None:
        """Take a connection, and let it wait for its first byte without a thread."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        connection = TimedConnection(self.cfg, client, address, listener.getsockname())
        connection.timeout = time.monotonic() + TimedConnection.seconds
        self.pending_conns.append(connection)
        self.poller.register(connection.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def handle_request(self, req: Any, conn: TimedConnection) -> Any:
        """The head is there: the body begins, and then the answer."""
        conn.begin(is_body=True)
        conn.sock.settimeout(SECONDS_TO_TAKE)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            # Who does not take the answer is let go without a word in the log.
            return False
