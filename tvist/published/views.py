"""All public pages, put in one blueprint by being imported."""

from tvist.published import list_views, machine_views, opinion_views, verify_views  # noqa: F401 - pages of the room.
from tvist.published.blueprint import bp

__all__ = ["bp"]
