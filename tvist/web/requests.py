"""The request as we take it in: small unless a page says otherwise, without control characters, and from a stranger no file is kept, not even for a moment."""

from __future__ import annotations

import hashlib
import io
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, Final, cast

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

MAX_FORM_BYTES = 2 * 1024 * 1024
"""The typed text of one form; a draft of 100 000 characters a field fits."""
MAX_FORM_PARTS: Final = 5000
"""Fields of one form, however it is sent."""
LONGEST_ADDRESS: Final = 8000
"""Path and parameters, as bytes: an address of ours that a page makes is far shorter."""
MAX_DRAINED = 500 * 1024 * 1024
BEGINNING: Final = 1024
"""How many of its first bytes are remembered of a stranger's file: a PDF says within them that it is one."""
# A text pasted from a word processor or a PDF may hold control characters: nobody sees them, PostgreSQL refuses NUL, and no PDF can print
# them. Those that part lines become line ends.
_CONTROLS: Final = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r"} | dict.fromkeys(
    map(ord, "\v\f\x85"), "\n"
)


def without_controls(text: str) -> str:
    """The text without control characters, but for tabs and line ends."""
    return text.translate(_CONTROLS)


def _cleaned(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(without_controls(name), without_controls(value)) for name, value in fields.items(multi=True)])


class Passing(io.RawIOBase):
    """Takes the bytes of a stranger's file and keeps none: only how they began, and their SHA-256."""

    def __init__(self) -> None:
        self.beginning = b""
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of all that has passed (hexadecimal)."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """It takes all."""
        return True

    def readable(self) -> bool:
        """It can be asked for bytes, and has none."""
        return True

    def seekable(self) -> bool:
        """It may be wound back."""
        return True

    def write(self, data: Any) -> int:
        """Take note of the bytes and let them go."""
        self.beginning += bytes(data[: BEGINNING - len(self.beginning)])
        self._hash.update(data)
        return len(data)

    def readinto(self, buffer: Any) -> int:  # noqa: ARG002 - the signature of io.
        """Nothing is left."""
        return 0

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - the signature of io.
        """There is one place."""
        return 0


class CountingParser(FormDataParser):
    """Reads a form; one of too many fields is refused before they are told apart, as Werkzeug does with those that come in parts."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        body = stream.read()
        if body.count(b"&") >= MAX_FORM_PARTS:
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(io.BytesIO(body), mimetype, content_length, options)


class TvistRequest(Request):
    """Flask's request; `keeps_files` is switched on by the guard when somebody who may is known."""

    keeps_files = False
    form_data_parser_class = CountingParser

    @property
    def is_too_long(self) -> bool:
        """Whether nobody can have got this address from a page of ours."""
        return len(self.environ.get("QUERY_STRING", "")) + len(self.path.encode()) > LONGEST_ADDRESS

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:
        """The fields in the address, without control characters."""
        return _cleaned(super().args)

    def _load_form_data(self) -> None:
        """Take in the form, without control characters."""
        if "form" in vars(self):
            return
        super()._load_form_data()
        vars(self)["form"] = _cleaned(self.form)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if not self.keeps_files:
            return cast("IO[bytes]", Passing())
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)

    def drain(self) -> None:
        """Read what the browser still sends and forget it, so that it gets to read our answer instead of a broken connection.

        Nothing of the form is known then: who asks for it after this gets an empty one.
        """
        stream = self.environ["wsgi.input"]
        left = min(self.content_length or 0, MAX_DRAINED)
        while left > 0 and (read := stream.read(min(left, 1 << 20))):
            left -= len(read)
        for name in ("form", "files"):
            vars(self).setdefault(name, ImmutableMultiDict())
