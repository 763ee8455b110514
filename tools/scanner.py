"""Makes .venv-scan, the environment of the scanner that asks the running program in the tests, from its hash-pinned lock file."""

import os
import subprocess
import sys
import venv
from pathlib import Path

PLACE = Path(".venv-scan")
LOCK = "requirements-scan.lock"


def main() -> None:
    """Make it, with uv."""
    print(f"Fetching the scanner of {LOCK} (half a minute the first time)", flush=True)
    venv.create(PLACE, clear=True, with_pip=False)
    command = [
        ".venv/bin/uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        str(PLACE / "bin" / "python"),
        "--require-hashes",
        "-r",
        LOCK,
    ]
    # Without it uv trusts only its own certificates, and fails behind a company's proxy.
    if subprocess.run(command, check=False, env={**os.environ, "UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1"}).returncode:
        sys.exit(
            "The scanner could not be fetched (the reason stands above): see that this machine reaches a Python package index."
        )


if __name__ == "__main__":
    main()
