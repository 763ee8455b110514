"""Parts of pages that say something of an opinion: made from the templates outside a request too, so that what is searched for leaks is what is served."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tvist.config import room
from tvist.words import Message, format_day, render

if TYPE_CHECKING:
    from datetime import date


def part(name: str, language: str, **values: Any) -> Markup:
    """The template `published/<name>` with these values, its words in the reader's language."""

    def t(code: str, /, **params: Any) -> str:
        return render(Message(code, **params), language)

    def say(message: Message | str) -> str:
        return message if isinstance(message, str) else render(message, language)

    def day(value: date) -> str:
        return format_day(value, language)

    made = _templates().get_template(f"published/{name}").render(t=t, say=say, day=day, language=language, **values)
    return Markup(made)  # noqa: S704 - made by a template that escapes what it is given.


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(room("templates")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
