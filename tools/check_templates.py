"""Checks what the templates promise: every page extends base.html, nothing escapes the escaping, no inline style or script."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = 160

# What may not stand in a template, and what to do instead.
FORBIDDEN = {
    r"\|\s*safe\b": "`|safe` lets text through as HTML: let the view give Markup it has made itself",
    r"\{%-?\s*autoescape\s+false": "escaping may not be turned off",
    r"<style\b": "inline style: the Content-Security-Policy stops it; use static/css",
    r"\sstyle\s*=": "inline style: the Content-Security-Policy stops it; use static/css",
    r"<script\b(?![^>]*\bsrc\s*=)": "inline script: the Content-Security-Policy stops it; use static/js",
    r"<[^>]*\son[a-z]+\s*=\s*[\"']": "inline script: the Content-Security-Policy stops it; use static/js",
    r"javascript:": "inline script: the Content-Security-Policy stops it; use static/js",
    r"(?:src|href)\s*=\s*[\"'](?:https?:)?//": "an address of somebody else: pages load nothing from outside and link through the view",
}
EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([^"']+)["']""")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
POST_FORM = re.compile(r"<form\b[^>]*\bmethod\s*=\s*[\"']post[\"'].*?</form>", re.DOTALL | re.IGNORECASE)


def findings(templates: Path) -> list[str]:
    """Return what is wrong, as `file:line: what`."""
    texts = {
        path.relative_to(templates).as_posix(): path.read_text(encoding="utf-8") for path in sorted(templates.rglob("*.html"))
    }
    # Comments are blanked, not cut, so that the line numbers stay.
    bare = {name: COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text) for name, text in texts.items()}
    return [f"templates/{name}:{line}: {what}" for name, text in bare.items() for line, what in wrong_in(name, text, bare)]


def wrong_in(name: str, text: str, every: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield line and finding for one template."""
    for pattern, what in FORBIDDEN.items():
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield line_of(text, found), what
    if is_page(name) and not descends_from_base(name, every):
        yield 1, "a page extends base.html (a part of a page has a name that begins with _)"
    for found in POST_FORM.finditer(text):
        if not re.search(r"csrf|hidden_fields", found[0]):
            yield line_of(text, found), "a form that is posted carries the CSRF token"
    if text.count("\n") > LINES:
        yield LINES, f"longer than {LINES} lines: split it by subject"


def line_of(text: str, found: re.Match[str]) -> int:
    """Return the number of the line a match begins on."""
    return text.count("\n", 0, found.start()) + 1


def is_page(name: str) -> bool:
    """Tell a page from base.html and from a part that other templates take in."""
    return name != "base.html" and not Path(name).name.startswith("_")


def descends_from_base(name: str, every: dict[str, str]) -> bool:
    """Follow `extends` until base.html, or until it ends elsewhere."""
    seen: set[str] = set()
    while name not in seen and name in every:
        seen.add(name)
        if (found := EXTENDS.search(every[name])) is None:
            return name == "base.html"
        name = found[1]
    return False


def main() -> None:
    """Print the findings; end with 1 if there are any."""
    if found := findings(ROOT / "templates"):
        sys.exit("\n".join(found))
    print("Templates: in order.")


if __name__ == "__main__":
    main()
