"""The forms of a page as a browser sees them: where they go, and their fields with what stands in them."""

from __future__ import annotations

import html.parser
from dataclasses import dataclass, field


@dataclass
class Field:
    """One field: its name, its kind (`text`, `select`, `file`, …), what stands in it, and what can be chosen."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)


class _Page(html.parser.HTMLParser):
    """Collects forms, and the parameters of links."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms, self.links = here, [], []  # type: tuple[str, list[Form], list[str]]  # type: ignore[assignment]
        self._form: Form | None = None
        self._open: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action") or self.here, found.get("method", "get").upper())
            self.forms.append(self._form)
        elif tag == "a" and "?" in found.get("href", ""):
            self.links.append(found["href"])
        elif tag == "option" and self._open:
            self._open.choices.append(found.get("value", ""))
            if "selected" in found:
                self._open.value = found.get("value", "")
        elif tag in {"input", "select", "textarea", "button"} and found.get("name") and self._form:
            kind = found.get("type", "text") if tag == "input" else tag
            made = Field(found["name"], kind, found.get("value", ""))
            if kind in {"radio", "checkbox"}:
                self._choice(made, is_checked="checked" in found)
            else:
                self._form.fields.append(made)
                self._open = made if tag in {"select", "textarea"} else None

    def _choice(self, made: Field, *, is_checked: bool) -> None:
        """One of several that share a name, or a tick."""
        assert self._form
        there = next((each for each in self._form.fields if (each.name, each.kind) == (made.name, made.kind)), None)
        if there is None:
            there = Field(made.name, made.kind)
            self._form.fields.append(there)
        there.choices.append(made.value)
        there.value = made.value if is_checked else there.value

    def handle_data(self, data: str) -> None:
        if self._open and self._open.kind == "textarea":
            self._open.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self._open = None
        elif tag == "form":
            self._form = None


def forms_of(page: str, here: str) -> tuple[list[Form], list[str]]:
    """The forms of the page at the address `here`, and its links that have parameters."""
    found = _Page(here)
    found.feed(page)
    return found.forms, found.links
