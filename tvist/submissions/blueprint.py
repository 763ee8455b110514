"""The blueprint of the exchange: its pages are spread over the modules that `views.py` names, one subject each."""

from flask import Blueprint

bp = Blueprint("submissions", __name__, url_prefix="/cases/<slug>")
