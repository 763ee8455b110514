"""Checks the lock files: no addresses in them, and what runs Tvist is the same in the short lock as in the long one."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock", "requirements-scan.lock")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)
REMAKE = "make it again with `uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header`"


def pins(text: str) -> dict[str, str]:
    """Return each package with its version, condition and hashes, exactly as locked."""
    return {found["name"]: found["version"] + found["rest"] for found in PINNED.finditer(text)}


def findings(root: Path) -> list[str]:
    """Return what is wrong with the lock files of the project in `root`, a sentence each."""
    found = []
    locks = {name: (root / name).read_text(encoding="utf-8") for name in PYTHON_LOCKS}
    for name, text in locks.items():
        if "://" in text or "--index" in text or "--find-links" in text:
            found.append(f"{name} holds an address: {REMAKE}")
        found += [f"{name}: {package} has no hash: {REMAKE}" for package, pin in pins(text).items() if "--hash=" not in pin]
    longer = pins(locks["requirements-dev.lock"])
    for package, pin in pins(locks["requirements.lock"]).items():
        if longer.get(package) != pin:
            found.append(f"{package} is not the same in requirements.lock and requirements-dev.lock: make both again")
    return found + npm_findings(root)


def npm_findings(root: Path) -> list[str]:
    """Return what is wrong with package-lock.json: an address, a package without a hash, or another version than asked for."""
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    asked = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]
    found = []
    for place, package in lock["packages"].items():
        if "resolved" in package:
            found.append(f"package-lock.json: {place} holds an address: see omit-lockfile-registry-resolved in .npmrc")
        if place and "integrity" not in package:
            found.append(f"package-lock.json: {place} has no hash")
    for name, version in asked.items():
        if lock["packages"].get(f"node_modules/{name}", {}).get("version") != version:
            found.append(f"package-lock.json has not {name} {version}: run npm install --package-lock-only")
    return found


def main() -> None:
    """Print the findings; end with 1 if there are any."""
    if found := findings(ROOT):
        sys.exit("\n".join(found))
    print("Lock files: in order.")


if __name__ == "__main__":
    main()
