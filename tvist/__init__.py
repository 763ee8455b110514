"""Tvist: the case-handling system of the dispute body for child-welfare cases in the grey zone. `create_app` is its table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from tvist.installation import Installation

__version__ = "0.1.0"


def create_app(installation: Installation | None = None) -> Flask:
    """Make the web application for an installation; without one, for that which the environment names. Raises `Misconfigured`."""
    from tvist.pages import make_app

    return make_app(installation)
