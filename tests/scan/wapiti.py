"""Wapiti, in an environment of its own (`make .venv-scan/.installed`), and what it says in its report."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = ROOT / ".venv-scan" / "bin" / "wapiti"
MODULES: Final = (
    *("xss", "permanentxss", "sql", "file", "exec", "crlf", "redirect", "ldap", "methods", "csrf"),
    *("csp", "http_headers", "cookieflags", "backup", "htaccess", "shellshock", "xxe"),
)
"""All that ask the program alone: none of these fetches anything from elsewhere."""
QUICK: Final = ("xss", "sql", "redirect", "crlf", "csp", "http_headers", "cookieflags", "csrf")
SECONDS_BEYOND: Final = 120


def wapiti() -> Path:
    """The scanner; without one its tests are left out by name, or fail if they are required."""
    if not PROGRAM.exists():
        if os.environ.get("TVIST_REQUIRE_SCANNER") == "1":
            pytest.fail("the scanner is required: make .venv-scan/.installed")
        pytest.skip("no scanner: make .venv-scan/.installed")
    return PROGRAM


def scanned(
    address: str,
    folder: Path,
    *,
    cookie: str = "",
    modules: Sequence[str] = MODULES,
    seconds: int,
    links: int = 60,
    leaves_out: Sequence[str] = (),
    starts: Sequence[str] = (),
) -> tuple[dict[str, int], list[str]]:
    """Scan the address for so many seconds; how many pages were found, and what is wrong, a sentence each."""
    report = folder / "report.json"
    command = [str(wapiti()), "-u", address, "-m", ",".join(modules), "-f", "json", "-o", str(report), "--flush-session"]
    command += ["--store-session", str(folder / "session"), "--store-config", str(folder / "config"), "--no-bugreport"]
    command += ["--max-scan-time", str(seconds), "--max-attack-time", str(seconds), "--max-links-per-page", str(links), "-d", "3"]
    command += [
        "--scope",
        "domain",
        "--tasks",
        "4",
        "-t",
        "20",
        "--color",
        "-v",
        "0",
        "-S",
        "polite" if len(modules) < len(MODULES) else "normal",
    ]
    command += ["-C", cookie, "--drop-set-cookie"] if cookie else []
    for out in leaves_out:
        command += ["-x", address.rstrip("/") + out]
    for start in starts:
        command += ["-s", address.rstrip("/") + start]
    # Whatever the machine's proxies are: the program that is scanned runs here.
    own = {**os.environ, "HOME": str(folder), "no_proxy": "*", "NO_PROXY": "*"}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=seconds * (len(modules) + 1) + SECONDS_BEYOND, env=own
    )
    assert report.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return read(json.loads(report.read_text(encoding="utf-8")))


def read(report: dict[str, object]) -> tuple[dict[str, int], list[str]]:
    """Pages found, and each vulnerability or anomaly of whatever kind: what it is, where, by which request."""
    infos, faults = report["infos"], []
    assert isinstance(infos, dict)
    for part in ("vulnerabilities", "anomalies"):
        kinds = report[part]
        assert isinstance(kinds, dict)
        faults += [
            f"{kind}: {each['info']} at {each['method']} {each['path']} by {each.get('parameter')}\n{each.get('http_request', '')[:600]}"
            for kind, found in kinds.items()
            for each in found
        ]
    return {"pages": int(infos.get("crawled_pages_nbr", 0))}, faults
