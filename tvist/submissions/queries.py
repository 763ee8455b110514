"""Questions about what was sent in a case; they stand in `tvist.cases.sendings`, where the case page and the lists ask them too."""

from __future__ import annotations

from tvist.cases.sendings import submissions_visible_to

__all__ = ["submissions_visible_to"]
