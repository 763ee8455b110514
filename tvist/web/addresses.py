"""Addresses within this program: what their parts may be, and where a sign-in or a language switch may lead back to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.routing import BaseConverter, IntegerConverter

if TYPE_CHECKING:
    from flask import Flask

LONGEST = 2000


class _Word(BaseConverter):
    """A part of an address as text; one with control characters leads nowhere, for no identifier has them and no database takes them."""

    regex = r"[^/\x00-\x1f\x7f]{1,200}"


class _Number(IntegerConverter):
    """A part of an address as a whole number that every database can compare."""

    regex = r"[0-9]{1,9}"


def add_converters(app: Flask) -> None:
    """Let the parts of addresses be read so; before any page is put in."""
    app.url_map.converters |= {"default": _Word, "string": _Word, "int": _Number}


def row_number(text: str | None) -> int | None:
    """The number of a row, as a list's next page has it in its address; None for what no row has."""
    return int(text) if text and re.fullmatch(_Number.regex, text) else None


def local_path(text: str | None, otherwise: str = "/") -> str:
    r"""`text` if it is a path of this program, else `otherwise`: nobody is led to another site by a link of ours.

    Refused are whole addresses, `//host` and `/\host` (which browsers read alike), and control characters, which browsers drop.
    """
    if (
        not text
        or len(text) > LONGEST
        or not text.startswith("/")
        or "\\" in text
        or any(ord(letter) < ord(" ") for letter in text)
    ):
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc or text.startswith("//") else text
