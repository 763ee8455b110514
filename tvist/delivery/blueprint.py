"""The blueprint of letters: its pages are spread over `views.py`, `handling_views.py`, `settings_views.py` and `bounce_hook.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from flask_login import current_user

from tvist.clock import now, today
from tvist.delivery.opening import is_of_letters, note_opened
from tvist.web.session import installed

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("delivery", __name__)


@bp.after_app_request
def note_what_was_opened(response: Response) -> Response:
    """Once a page was shown to somebody signed in, the letters that led there count as opened by them (rule 18)."""
    was_shown = request.method == "GET" and response.status_code == 200  # noqa: PLR2004 - all went well.
    if was_shown and is_of_letters(request.path) and current_user.is_authenticated:
        note_opened(installed().database, current_user.id, path=request.path, on=today(), at=now())
    return response
