"""How public pages are answered: alike for everybody who is not signed in, so that they may be kept for a short time, and asked for again by their tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import g, make_response, render_template, request
from flask import session as cookie
from flask_login import current_user

from tvist.published.blueprint import bp
from tvist.web.session import installed
from tvist.words import LANGUAGES

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

KEPT_SECONDS: Final = 300


@bp.before_request
def choose_language() -> None:
    """`?language=nn` shows the page in that language and remembers it in this browser: a link needs no form, and so the page no token."""
    if (chosen := request.args.get("language")) in LANGUAGES and request.method == "GET":
        cookie["language"] = chosen


def public_page(template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of the register. To who is not signed in it shows nothing that another would not see."""
    here = {name: value for name, value in request.args.items() if name != "language"}
    languages = {each: {**here, "language": each} for each in LANGUAGES}
    made = render_template(
        template, is_public=not current_user.is_authenticated, here_in=languages, is_searchable=_is_searchable(), **values
    )
    return public_answer(make_response(made, status))


def public_answer(response: Response, *, changed_at: datetime | None = None) -> Response:
    """The answer with what a browser or a robot needs to ask for it again only if it has changed.

    `changed_at` is when what it shows was last changed, where that is known for certain; the tag is always exact.
    """
    if not _is_searchable():
        response.headers["X-Robots-Tag"] = "noindex"
    if not current_user.is_authenticated:
        # Said here, decided in `web.headers`: a browser with a cookie of ours is never given a page to keep.
        g.kept_seconds = KEPT_SECONDS
        response.vary.add("Cookie")
        response.add_etag()
        response.last_modified = changed_at
        response.make_conditional(request)
    return response


def _is_searchable() -> bool:
    return installed().config.public_searchable
