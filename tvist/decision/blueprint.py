"""The pages of the deliberation and the opinion; the files that fill this blueprint are imported by `tvist.decision.views`."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("decision", __name__)
