"""LibreOffice, where it is on the machine: lays an office file out as a PDF. A profile of its own each time, no macros, no links followed, and an end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LONGEST: Final = 90.0
"""Seconds for one file."""
PROGRAMS: Final = ("soffice", "libreoffice")
_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


def is_there() -> bool:
    """Whether this machine has LibreOffice."""
    return _program() is not None


def lay_out(source: Path, target: Path) -> bool:
    """Write `source` as a PDF to `target`. False where there is no LibreOffice, or it did not come to an end, or made nothing."""
    program = _program()
    if program is None:
        return False
    room = target.parent / f"{target.name}.office"
    profile = room / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    try:
        _run([program, f"-env:UserInstallation=file://{room / 'profile'}", "--headless", "--norestore",
              "--nolockcheck", "--nodefault", "--convert-to", "pdf", "--outdir", str(room), str(source)], room)  # fmt: skip
        made = room / f"{source.stem}.pdf"
        if not made.is_file() or not made.stat().st_size:
            return False
        made.replace(target)
        return True
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def _run(command: list[str], room: Path) -> None:
    """In a group of its own: LibreOffice starts another program, and both are ended when the time is out."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(room), "TMPDIR": str(room), "LANG": "C.UTF-8"}
    with subprocess.Popen(  # noqa: S603 - the program is found on the path, the file is ours.
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        try:
            running.wait(LONGEST)
        except subprocess.TimeoutExpired:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
