"""What templates may ask: words, days, money, who may, what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask_wtf.csrf import generate_csrf

from tvist.clock import today
from tvist.web.fields import field_parts
from tvist.web.forms import new_key
from tvist.web.session import installed, page_language, say, t, told
from tvist.words import LANGUAGES, format_day, format_kroner, format_moment, format_number, label

if TYPE_CHECKING:
    from datetime import date, datetime

    from flask import Flask


def add_filters(app: Flask) -> None:
    """Give the templates their words. `may` and `obstacles` are added by `create_app`, which knows the rooms above."""

    @app.template_filter("day")
    def day(value: date | None) -> str:
        return format_day(value, page_language()) if value else ""

    @app.template_filter("moment")
    def moment(value: datetime | None) -> str:
        return format_moment(value, page_language()) if value else ""

    @app.template_filter("kroner")
    def kroner(ore: int | None) -> str:
        return "" if ore is None else format_kroner(ore, page_language())

    @app.template_filter("number")
    def number(value: float | None, decimals: int = 0) -> str:
        return "" if value is None else format_number(value, page_language(), decimals=decimals)

    @app.context_processor
    def words() -> dict[str, object]:
        return {
            "t": t,
            "say": say,
            "label": label,
            "told": told,
            "language": page_language(),
            "languages": LANGUAGES,
            "is_demo": installed().config.is_demo,
            "csrf_token": generate_csrf,
            "today": today(),
            "path": request.path,
            "here": request.full_path.removesuffix("?"),
            "new_key": new_key,
            "field_parts": field_parts,
        }
