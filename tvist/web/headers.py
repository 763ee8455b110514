"""What the browser is told with every answer: nothing from elsewhere, nothing inline, nothing kept of a personal page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, request, session

if TYPE_CHECKING:
    from tvist.config import Config

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

UNUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
"""What no page of ours asks a browser for, and so no page may."""


def add_headers(app: Flask, config: Config) -> None:
    """Put the headers on every answer."""

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # What `frame-ancestors` says, for those who do not read it.
        inside = "SAMEORIGIN" if "frame-ancestors 'self'" in response.headers["Content-Security-Policy"] else "DENY"
        response.headers["X-Frame-Options"] = inside
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = ", ".join(f"{each}=()" for each in UNUSED)
        if config.is_https or not config.is_demo:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = _kept_for()
        return response


def _kept_for() -> str:
    """How long the answer may be kept: what a public page says (`g.kept_seconds`), and only for who has no cookie of ours and gets none."""
    seconds = g.get("kept_seconds")
    return f"public, max-age={seconds}" if seconds and not session and not session.modified else "no-store"
