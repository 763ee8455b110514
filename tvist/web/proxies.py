"""Who is at the other end: the browser's address, as far as proxies of our own may be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from flask import Flask


def believe_proxies(app: Flask, count: int) -> None:
    """Take the browser's address from what the last `count` proxies say; with none, what a request says of itself is not read.

    Who counts too many lets anybody name the address that throttling goes by; who counts too few throttles all behind the proxy as one.
    """
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count)  # type: ignore[method-assign]  # Flask's own way.
