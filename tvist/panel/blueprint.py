"""The panel's pages, told apart by subject; the files that fill this blueprint are imported by `tvist.panel.views`."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("panel", __name__)
