"""A paper as the answer to a request: streamed from the store, whole or a range, as a download or shown in a frame of ours; and a file we made."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Response, request

from tvist.documents.text import LONGEST_TEXT, plain_text
from tvist.documents.uploads import MediaType
from tvist.web.session import installed

if TYPE_CHECKING:
    from tvist.documents.models import Paper

# Should a browser show a paper in spite of all, it runs nothing and loads nothing.
SANDBOX: Final = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The same, in a frame of our own page alone. Chromium's viewer shows a PDF under it; it shows none in a frame that is itself sandboxed.
IN_FRAME: Final = SANDBOX.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
PICTURES: Final = frozenset({MediaType.PNG, MediaType.JPEG})
IN_BROWSER: Final = PICTURES | {MediaType.PDF, MediaType.TXT}
"""What a browser shows by itself; the other kinds are downloaded."""


def is_shown(paper: Paper) -> bool:
    """Whether the paper can be read in the browser: a kind that browsers show, and a text no longer than is read out of it."""
    kind = MediaType(paper.media_type)
    return kind in IN_BROWSER and not (kind is MediaType.TXT and paper.size > LONGEST_TEXT)


def download(paper: Paper, name: str) -> Response:
    """The paper as a file called `name`."""
    response = _streamed(paper)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers.set("Content-Disposition", "attachment", **_named(name))
    return response


def shown(paper: Paper, name: str) -> Response:
    """The paper for a frame of ours; called `name` when it is kept from there. A text is told in UTF-8, whatever it was written in."""
    if paper.media_type == MediaType.TXT:
        text = plain_text(paper.media_type, installed().papers.open(paper.blob_id)) or ""
        response = Response(text, mimetype="text/plain")
    else:
        response = _streamed(paper)
    response.headers["Content-Security-Policy"] = IN_FRAME
    response.headers.set("Content-Disposition", "inline", **_named(name))
    return response


def pdf_file(blob_id: str, name: str) -> Response:
    """A stored PDF that the program made, as a file called `name`."""
    response = Response(installed().papers.open(blob_id), mimetype=MediaType.PDF.mime)
    response.content_length = installed().papers.size(blob_id)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _streamed(paper: Paper) -> Response:
    """The bytes, or the range of them that was asked for, streamed from the store."""
    first, end, status = 0, paper.size, 200
    mime = MediaType(paper.media_type).mime
    # One who asks for several ranges at once gets the whole, as HTTP allows.
    if request.range is not None and request.range.units == "bytes" and len(request.range.ranges) == 1:
        found = request.range.range_for_length(paper.size)
        if found is None:
            return Response(status=416, mimetype=mime, headers={"Content-Range": f"bytes */{paper.size}"})
        first, end, status = found[0], found[1] or paper.size, 206
    response = Response(installed().papers.open(paper.blob_id, range=(first, end)), status, mimetype=mime)
    response.content_length = end - first
    response.headers["Accept-Ranges"] = "bytes"
    if status == 206:  # noqa: PLR2004 - partial content.
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{paper.size}"
    return response


def _named(name: str) -> dict[str, str]:
    """The name in plain letters for old browsers and, where it has others, in full as RFC 8187 has it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain} if plain == name else {"filename": plain, "filename*": f"UTF-8''{quote(name)}"}
