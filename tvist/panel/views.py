"""The board, the panel of a case and its bundle: the files that hold the pages are imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_login import current_user

from tvist.clock import today
from tvist.panel import (  # noqa: F401 - the pages of other subjects are imported for the blueprint they fill.
    board_views,
    bundle_page_views,
    bundle_views,
    challenge_views,
    copy_views,
    declare_views,
    late_views,
    note_views,
    refer_views,
)
from tvist.panel.blueprint import bp
from tvist.panel.composition import composition
from tvist.panel.rules import is_challenged

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.panel.composition import Composition


__all__ = ["bp"]


@bp.app_template_global()
def panel_of(case: Case) -> Composition | None:
    """Who sits in the case, as far as the reader may know it."""
    return composition(case, current_user, today())


bp.add_app_template_global(is_challenged, "is_challenged")
