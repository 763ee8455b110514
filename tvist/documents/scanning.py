"""Scanning for viruses by ClamAV's daemon, where one is set up (TVIST_CLAMD): a file is scanned before it is kept, and let in only when clamd said so."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_WAIT: Final = 60.0
"""Seconds for one answer of clamd; a file of 50 MB takes a few."""
PIECE: Final = 64 * 1024
LONGEST_ANSWER: Final = 4096
log = logging.getLogger("tvist")


class ScannerAway(Exception):
    """Nobody could say whether the file is clean: clamd is not there, does not answer, or refuses so large a file."""


class Scanner:
    """A clamd, at `unix:/path/of/its/socket` or `tcp://host:port`."""

    def __init__(self, address: str) -> None:
        """Nothing is asked yet. Raises ValueError for an address of another form."""
        parts = urlsplit(address)
        self._path = parts.path if parts.scheme == "unix" else ""
        self._host, self._port = (parts.hostname or "", parts.port or 0) if parts.scheme == "tcp" else ("", 0)
        if not self._path and not (self._host and self._port):
            raise ValueError(address)

    def finds(self, pieces: Iterable[bytes]) -> str | None:
        """The name of what clamd found in the bytes; None when it says that they are clean. Raises `ScannerAway`."""
        try:
            answer = self._asked(pieces)
        except OSError as error:
            log.warning("clamd: %s", type(error).__name__)
            raise ScannerAway from None
        if answer == "stream: OK":
            return None
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        # Among them: larger than its StreamMaxLength, which must be that of our largest file at least.
        log.warning("clamd: %s", answer[:80])
        raise ScannerAway

    def _asked(self, pieces: Iterable[bytes]) -> str:
        with self._connected() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                for piece in pieces:
                    for start in range(0, len(piece), PIECE):
                        part = piece[start : start + PIECE]
                        line.sendall(len(part).to_bytes(4, "big") + part)
                line.sendall(bytes(4))
            except (BrokenPipeError, ConnectionResetError):
                # It hangs up on what is too large, and has said so before.
                pass
            held = b""
            while not held.endswith(b"\0") and len(held) < LONGEST_ANSWER and (read := line.recv(LONGEST_ANSWER)):
                held += read
            return held.rstrip(b"\0").decode("utf-8", "replace").strip()

    def _connected(self) -> socket.socket:
        if not self._path:
            return socket.create_connection((self._host, self._port), LONGEST_WAIT)
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(LONGEST_WAIT)
        try:
            line.connect(self._path)
        except OSError:
            line.close()
            raise
        return line
