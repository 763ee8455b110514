"""Letters in a picture, read by Tesseract where it is on the machine. What is read is searched and thrown away; it is no text that anybody may rely on."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES: Final = ("nor", "eng")
LONGEST_PAGE: Final = 15.0
"""Seconds for one picture."""


@cache
def program() -> str | None:
    """Where Tesseract is; None where it is not."""
    return shutil.which("tesseract")


@cache
def languages() -> str:
    """Those of Norwegian and English that it can read, as it wants them told; empty where it can read neither."""
    found = program()
    if found is None:
        return ""
    try:
        told = subprocess.run(  # noqa: S603 - the program is found on the path.
            [found, "--list-langs"], capture_output=True, check=False, timeout=LONGEST_PAGE, text=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    there = set(told.stdout.split())
    return "nor" if "nor" in there else "eng" if "eng" in there else ""


def read_picture(picture: Path) -> str | None:
    """The letters in a picture; None where they could not be read in time, or nothing here can read them."""
    found, known = program(), languages()
    if found is None or not known:
        return None
    # One thread: this runs beside the server, and two pages are not read at once.
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}
    try:
        told = subprocess.run(  # noqa: S603 - as above; the picture is ours.
            [found, str(picture), "stdout", "-l", known],
            capture_output=True,
            check=False,
            timeout=LONGEST_PAGE,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.decode("utf-8", "replace") if told.returncode == 0 else None
