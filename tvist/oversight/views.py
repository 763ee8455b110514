"""Who opened what: for the parties of a case, for an organisation about its own people; and how long everything is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.cases.queries import case_at
from tvist.oversight import breach_views, flag_views, held_views
from tvist.oversight.blueprint import bp
from tvist.oversight.openings import PAGE, lines_of_colleagues, next_page, openings_of
from tvist.oversight.queries import number_before
from tvist.oversight.retention import retention_table, rounds
from tvist.oversight.writing import MOST_LINES, as_csv
from tvist.teams.queries import organisation_at
from tvist.web.session import current_session, page_language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import Organisation
    from tvist.cases.models import Case

__all__ = ["bp", "breach_views", "flag_views", "held_views"]

MOST_ROUNDS = 48


@bp.route("/cases/<slug>/openings")
@requires(Act.SEE_ACCESS_LOG, of=case_at)
def openings(case: Case) -> ResponseReturnValue:
    """Which roles opened the case, and when; no name (rule 44)."""
    found = openings_of(current_session, case, before=_before(), size=PAGE + 1)
    return render_template("oversight/openings.html", case=case, openings=found[:PAGE], before=next_page(found))


@bp.route("/colleagues/<code>/log")
@requires(Act.SEE_COLLEAGUE_LOG, of=organisation_at)
def colleagues(organisation: Organisation) -> ResponseReturnValue:
    """What one's own organisation's people opened here, and when."""
    found = lines_of_colleagues(current_session, organisation, before=_before(), size=PAGE + 1)
    return render_template("oversight/colleagues.html", organisation=organisation, lines=found[:PAGE], before=next_page(found))


@bp.route("/colleagues/<code>/log.csv")
@requires(Act.EXPORT_COLLEAGUE_LOG, of=organisation_at)
def colleagues_file(organisation: Organisation) -> ResponseReturnValue:
    """The same for a spreadsheet."""
    lines = lines_of_colleagues(current_session, organisation, before=None, size=MOST_LINES)
    return csv_file(as_csv(lines, page_language()), f"tvist-log-{organisation.code}.csv")


@bp.route("/oversight/retention")
@requires(Act.SEE_RETENTION)
def retention() -> ResponseReturnValue:
    """What is held, on what ground, for how long, and what was taken away (GDPR art. 30)."""
    return render_template("oversight/retention.html", kept=retention_table(), rounds=rounds(current_session, MOST_ROUNDS))


def csv_file(text: str, name: str) -> Response:
    """A file to be saved."""
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _before() -> int | None:
    return number_before(request.args.get("before", ""))
