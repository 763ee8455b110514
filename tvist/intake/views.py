"""All pages of intake: the request in steps, its sending, and screening."""

from tvist.intake import draft_views, line_views, screening_views, sending_views
from tvist.intake.blueprint import bp

__all__ = ["bp", "draft_views", "line_views", "screening_views", "sending_views"]
