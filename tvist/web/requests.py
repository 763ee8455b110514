"""The request as we take it in: small unless a page says otherwise, and from a stranger no file is kept, not even for a moment."""

from __future__ import annotations

import io
from typing import IO, Any, cast

from flask import Request

MAX_FORM_BYTES = 2 * 1024 * 1024
"""The typed text of one form; a draft of 100 000 characters a field fits."""
MAX_DRAINED = 500 * 1024 * 1024


class _Nowhere(io.RawIOBase):
    """Takes bytes and keeps none."""

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)

    def readinto(self, buffer: Any) -> int:  # noqa: ARG002 - the signature of io.
        return 0

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - the signature of io.
        return 0


class TvistRequest(Request):
    """Flask's request; `keeps_files` is switched on by the guard when somebody who may is known."""

    keeps_files = False

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if not self.keeps_files:
            return cast("IO[bytes]", _Nowhere())
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)

    def drain(self) -> None:
        """Read what the browser still sends and forget it, so that it gets to read our answer instead of a broken connection."""
        stream = self.environ["wsgi.input"]
        left = min(self.content_length or 0, MAX_DRAINED)
        while left > 0 and (read := stream.read(min(left, 1 << 20))):
            left -= len(read)
