"""Makes .venv and fills it from the hash-pinned lock files. Runs on any Python 3, so that an old one is told what is missing."""

import importlib.util
import os
import subprocess
import sys

NEEDED = (3, 11)
VENV = ".venv"
PYTHON = os.path.join(VENV, "bin", "python")  # noqa: PTH118 - pathlib has nothing to offer a script that must run on old Pythons.
QUIET_PIP = [PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--require-hashes"]
QUIET_UV = [os.path.join(VENV, "bin", "uv"), "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"]  # noqa: PTH118
# Without it uv trusts only its own certificates, and fails behind a company's proxy.
ENVIRONMENT = dict(os.environ, UV_SYSTEM_CERTS="1", UV_NO_PROGRESS="1")


def main() -> None:  # noqa: D103 - see the module docstring.
    if sys.version_info < NEEDED:
        stop(
            "Tvist needs Python 3.11 or newer, and this is {}.{}: install a newer one and name it, for example "
            "`make run PYTHON=python3.12`.".format(*sys.version_info)
        )
    make_venv()
    print("Fetching the packages of requirements-dev.lock (a minute the first time)", flush=True)
    if succeeds([*QUIET_PIP, "-r", "requirements-uv.lock"]) and succeeds([*QUIET_UV, "-r", "requirements-dev.lock"]):
        return
    print("uv could not; trying plain pip, which is slower", flush=True)
    if not succeeds([*QUIET_PIP, "-r", "requirements-dev.lock"]):
        stop(
            "The packages could not be fetched (the reason stands above): see that this machine has a network and reaches "
            "a Python package index, then run the same command again."
        )


def make_venv() -> None:  # noqa: D103 - it says what it does.
    if os.path.exists(PYTHON) and succeeds([PYTHON, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]):  # noqa: PTH110
        return
    # Debian ships venv without ensurepip, and then making the environment fails halfway.
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        stop(
            "This Python has no venv module: install it (Debian and Ubuntu: apt install python3-venv) and run the same "
            "command again."
        )
    print("Making the environment .venv with Python {}.{}".format(*sys.version_info), flush=True)
    if not succeeds([sys.executable, "-m", "venv", "--clear", VENV]):
        stop("The environment .venv could not be made (the reason stands above): see that this folder may be written to.")


def succeeds(command: "list[str]") -> bool:  # noqa: D103 - it says what it does.
    return subprocess.call(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL) == 0


def stop(sentence: str) -> None:  # noqa: D103 - it says what it does.
    sys.stderr.write("\n" + sentence + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
