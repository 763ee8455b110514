"""Addresses within this program: where a sign-in or a language switch may lead back to."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST = 2000


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
