"""The blueprint of intake: its pages are spread over `draft_views.py`, `line_views.py`, `sending_views.py` and `screening_views.py`."""

from flask import Blueprint

bp = Blueprint("intake", __name__)
