"""Write what the docs print from the code: the table of states and acts, and the picture of the packages. `--check` only compares."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

from tvist.access.policy import POLICY
from tvist.cases.lifecycle import STEPS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "packages.svg"
BEGIN, END = "<!-- table:begin -->", "<!-- table:end -->"
ROW, WIDTH, NAME_WIDTH = 40, 760, 112


def table() -> str:
    """The rows of `STEPS`, with who may do each act, as Markdown."""
    lines = ["| act | from | to | who |", "|---|---|---|---|"]
    for act, step in STEPS.items():
        sources = ", ".join(sorted(step.sources))
        who = ", ".join(sorted(POLICY[act]))
        lines.append(f"| {act} | {sources} | {step.target or '(stays)'} | {who} |")
    return "\n".join(lines)


def layers() -> list[list[str]]:
    """The packages, highest layer first, as the import contract in pyproject.toml has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found = next(contract for contract in contracts if contract["type"] == "layers")
    return [[name.strip(" ()") for name in layer.replace("|", ":").split(":")] for layer in found["layers"]]


def picture() -> str:
    """The layers as boxes, one row a layer."""
    rows = layers()
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {len(rows) * ROW + 10}" role="img" font-family="sans-serif" font-size="14">',
        "<title>The packages of Tvist: a row may import the rows below it</title>",
    ]
    for index, names in enumerate(rows):
        y = index * ROW + 8
        start = (WIDTH - len(names) * (NAME_WIDTH + 8)) / 2
        for place, name in enumerate(names):
            x = start + place * (NAME_WIDTH + 8)
            parts.append(f'<rect x="{x:.0f}" y="{y}" width="{NAME_WIDTH}" height="28" rx="5" fill="#eef3f8" stroke="#1f4e79"/>')
            parts.append(
                f'<text x="{x + NAME_WIDTH / 2:.0f}" y="{y + 19}" text-anchor="middle" fill="#14304a">{escape(name)}</text>'
            )
    return "\n".join([*parts, "</svg>", ""])


def page() -> str:
    """The page of architecture with today's table in it."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    """Write both, or with `--check` say which is out of date."""
    wanted = {PAGE: page(), PICTURE: picture()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run python tools/docs_tables.py")
        return bool(stale)
    for path, text in wanted.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
