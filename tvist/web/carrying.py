"""What somebody had typed when the sign-in ended, carried in the page itself through the sign-in: nothing is stored for a stranger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from tvist.db import storable
from tvist.web.addresses import local_path

ADDRESS_FIELD: Final = "_carried_to"
FIELDS_FIELD: Final = "_carried"
MOST_BYTES: Final = 1024 * 1024
MOST_FIELDS: Final = 3000
_SECRET: Final = ("password", "one_time", "credential")


def is_secret(name: str) -> bool:
    """Whether a field of that name holds a pass phrase, a code or the answer of a passkey: none is ever put into a page again."""
    return any(word in name for word in _SECRET)


@dataclass(frozen=True)
class Carried:
    """A form as it was sent: where to, and its fields in order. Files are not carried, and must be chosen again."""

    address: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool = False

    def as_text(self) -> str:
        """As one hidden field."""
        return json.dumps({"fields": self.fields, "had_files": self.had_files}, ensure_ascii=False)


def carried_on() -> Carried | None:
    """What an earlier page carried, when the sign-in form comes with it."""
    address, text = local_path(request.form.get(ADDRESS_FIELD), ""), request.form.get(FIELDS_FIELD, "")
    if not address or not text:
        return None
    try:
        read = json.loads(text)
        # JSON can tell of NUL and of halves of characters, which no page can show.
        fields = tuple((storable(str(name)), storable(str(value))) for name, value in read["fields"])
        return Carried(address, fields, bool(read["had_files"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def carried_now() -> Carried | None:
    """The form of this request, to be carried on; None when it came from elsewhere, is too large, or holds nothing.

    Nothing secret is put into a page.
    """
    if not comes_from_here():
        return None
    try:
        typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token" and not is_secret(name)]
        had_files = any(file.filename for file in request.files.values())
    except RequestEntityTooLarge:
        return None
    if not typed or len(typed) > MOST_FIELDS or sum(len(value.encode()) for _name, value in typed) > MOST_BYTES:
        return None
    return Carried(request.full_path.removesuffix("?"), tuple(typed), had_files)


def comes_from_here() -> bool:
    """Whether one of our own pages sent this request, as the browser says it."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")
