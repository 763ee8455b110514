"""The table of contents of the web application: each room's pages, in the order a case goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, current_app, request
from flask_login import LoginManager, current_user

import tvist.rulebook
import tvist.schema  # noqa: F401 - imported for the tables it knows.
from tvist.access.guard import csrf, who_asks
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts import user_views as users
from tvist.accounts import views as accounts
from tvist.cases import views as cases
from tvist.cases.lifecycle import obstacles
from tvist.config import room, secret_key
from tvist.decision import views as decision
from tvist.delivery import password_views as password
from tvist.delivery import views as delivery
from tvist.desk import (
    figures,
    language_forms,  # noqa: F401 - pages of the room of figures.
)
from tvist.desk import views as desk
from tvist.documents import views as documents
from tvist.installation import Installation, open_installation
from tvist.intake import views as intake
from tvist.meetings import views as meetings
from tvist.oversight import views as oversight
from tvist.panel import views as panel
from tvist.publication import views as publication
from tvist.published import views as published
from tvist.redaction import views as redaction
from tvist.signin import blueprint as signin
from tvist.signin import idle_views, proof_views, reset_views, security_views  # noqa: F401 - pages of the room of signing in.
from tvist.signin import outside_views as outside
from tvist.submissions import clock_views as clocks
from tvist.submissions import outage_views as outages
from tvist.submissions import paper_act_views, paper_views  # noqa: F401 - pages of the room of papers.
from tvist.submissions import views as submissions
from tvist.teams import views as teams
from tvist.web.addresses import add_converters
from tvist.web.errors import add_errors
from tvist.web.filters import add_filters
from tvist.web.headers import add_headers
from tvist.web.proxies import believe_proxies
from tvist.web.requests import MAX_FORM_BYTES, MAX_FORM_PARTS, TvistRequest

if TYPE_CHECKING:
    from tvist.config import Config


class TvistApp(Flask):
    """Flask with our way of taking requests in."""

    request_class = TvistRequest


def rooms() -> tuple[Blueprint, ...]:
    """Each room's pages, in the order a case goes."""
    return (
        accounts.bp,
        users.bp,
        outside.bp,
        signin.bp,
        password.bp,
        delivery.bp,
        intake.bp,
        documents.bp,
        cases.bp,
        teams.bp,
        submissions.bp,
        clocks.bp,
        outages.bp,
        panel.bp,
        meetings.bp,
        decision.bp,
        publication.bp,
        redaction.bp,
        published.bp,
        desk.bp,
        figures.bp,
        oversight.bp,
    )


@dataclass(frozen=True)
class MenuEntry:
    """A place in the main menu."""

    path: str
    code: str
    is_here: bool


MENU: Final = (
    (Act.SEE_DESK, "/desk", "web.menu_desk"),
    (Act.SEE_WORKLIST, "/cases", "web.menu_worklist"),
    (Act.START_DRAFT, "/drafts", "web.menu_draft"),
    (Act.SEE_FIGURES, "/statistics", "web.menu_figures"),
    (Act.SEE_BOARD, "/board", "web.menu_board"),
    (Act.SEE_BOARD, "/meetings", "web.menu_meetings"),
    (Act.SEE_DESK, "/letters", "web.menu_letters"),
    (Act.SEE_PUBLICATIONS, "/publications", "web.menu_publications"),
    (Act.RECORD_OUTAGE, "/outages", "web.menu_outages"),
    (Act.MANAGE_USERS, "/users", "web.menu_users"),
    (Act.SEE_FLAGS, "/oversight", "oversight.menu"),
)


def menu() -> list[MenuEntry]:
    """The places the reader may go, in the order of the menu."""
    there = current_app.url_map.bind("")
    return [
        MenuEntry(path, code, is_here=request.path == path or request.path.startswith(f"{path}/"))
        for act, path, code in MENU
        if may(current_user, act, None) and there.test(path, "GET")
    ]


def _cookie(config: Config) -> dict[str, Any]:
    """How the one cookie is set. By https its name alone has the browser keep it to this host: no neighbour of ours can set one for us."""
    return {
        "SESSION_COOKIE_NAME": "__Host-tvist" if config.is_https else "tvist",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": config.is_https or not config.is_demo,
    }


def make_app(installation: Installation | None = None) -> Flask:
    """Put the rooms together."""
    installation = installation or open_installation()
    app = TvistApp("tvist", template_folder=str(room("templates")))
    app.config.update(
        SECRET_KEY=secret_key(installation.config),
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        **_cookie(installation.config),
        TRUSTED_HOSTS=list(installation.config.hosts),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    believe_proxies(app, installation.config.proxies)
    app.extensions["tvist"] = installation
    add_converters(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    csrf.init_app(app)
    LoginManager(app).request_loader(who_asks)
    add_filters(app)
    add_headers(app, installation.config)
    add_errors(app)
    app.jinja_env.globals.update(may=may, obstacles=obstacles, menu=menu)
    app.jinja_env.globals.update(
        seconds_left=idle_views.seconds_left, warned_before=idle_views.warned_before, minutes_in_words=idle_views.minutes_in_words
    )
    for pages in rooms():
        app.register_blueprint(pages)
    return app
