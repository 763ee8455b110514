"""Breaches of security (GDPR art. 33-34): the list, a new one, who saw what, what was done, and the draft of what the authority is told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask import Response, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act, Role
from tvist.access.roles import roles_of
from tvist.accounts.queries import user_at
from tvist.clock import OSLO, now, today
from tvist.oversight import breaches as acts
from tvist.oversight.blueprint import bp
from tvist.oversight.forms import BreachForm, StepForm
from tvist.oversight.openings import PAGE, lines_where, next_page
from tvist.oversight.queries import number_before, sign_in_of
from tvist.oversight.writing import MOST_LINES, as_csv
from tvist.web.session import current_session, page_language
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.oversight.models import Breach

A_LIST: Final = 50
_READ_PURPOSES: Final = frozenset({Role.SECRETARIAT, Role.LEADER})
"""Who may read what somebody wrote as the purpose of opening an identity: it may tell of the case, and the administrator reads nothing of one."""


@bp.route("/oversight/breaches")
@requires(Act.SEE_BREACHES)
def breaches() -> ResponseReturnValue:
    """All that were looked into."""
    found = acts.breaches_for(
        current_session, current_user, before=number_before(request.args.get("before", "")), size=A_LIST + 1
    )
    before = found[A_LIST - 1].id if len(found) > A_LIST else None
    return render_template("oversight/breaches.html", breaches=found[:A_LIST], before=before, acts=acts)


@bp.route("/oversight/breaches/new", methods=["GET", "POST"])
@requires(Act.OPEN_BREACH)
def new_breach() -> ResponseReturnValue:
    """Begin to look into one; a flag's page fills in the person and the day."""
    form = BreachForm(data=_filled_in())
    if form.validate_on_submit():
        known_at, asked = form.known_at(now()), form.asked(current_session, current_user)
        if known_at is not None and asked is not None:
            breach = acts.open_breach(current_session, asked, known_at=known_at, by=current_user, at=now())
            return finish(url_for("oversight.breach", public_id=breach.public_id), Message("oversight.breach_opened"))
    return render_template("oversight/new_breach.html", form=form), 422 if request.method == "POST" else 200


@bp.route("/oversight/breaches/<public_id>")
@requires(Act.READ_BREACH, of=acts.breach_at)
def breach(breach: Breach) -> ResponseReturnValue:
    """Who saw what from when to when, what was done, and the draft."""
    return _page(breach, StepForm())


@bp.route("/oversight/breaches/<public_id>/steps", methods=["POST"])
@requires(Act.WRITE_BREACH, of=acts.breach_at)
def note_step(breach: Breach) -> ResponseReturnValue:
    """Write down what was done."""
    form = StepForm()
    if not form.validate_on_submit():
        return _page(breach, form), 422
    acts.note_step(breach, form.done.data, form.words.data or "", by=current_user, at=now())
    return finish(url_for("oversight.breach", public_id=breach.public_id), Message("oversight.step_noted"))


@bp.route("/oversight/breaches/<public_id>/lines.csv")
@requires(Act.EXPORT_BREACH, of=acts.breach_at)
def breach_file(breach: Breach) -> ResponseReturnValue:
    """Every line, for a spreadsheet."""
    asked = acts.asked_of(breach, sign_in_of(current_session, breach, request.args.get("sign_in", "")))
    lines = lines_where(current_session, acts.clause_of(asked), size=MOST_LINES, with_purpose=_reads_purposes())
    name = f'attachment; filename="tvist-breach-{breach.public_id}.csv"'
    return Response(as_csv(lines, page_language()), mimetype="text/csv", headers={"Content-Disposition": name})


def _page(breach: Breach, form: StepForm) -> str:
    sign_in = sign_in_of(current_session, breach, request.args.get("sign_in", ""))
    asked = acts.asked_of(breach, sign_in)
    clause, before = acts.clause_of(asked), number_before(request.args.get("before", ""))
    lines = lines_where(current_session, clause, before=before, size=PAGE + 1, with_purpose=_reads_purposes())
    people, counts = acts.seers(current_session, asked), acts.told_of(current_session, asked)
    roles = tuple(dict.fromkeys(role for seer in people if seer.count > seer.denied for role in seer.held))
    return render_template(
        "oversight/breach.html",
        breach=breach,
        form=form,
        asked=asked,
        sign_in=sign_in,
        sign_ins=acts.sign_ins_of(current_session, breach),
        people=people,
        counts=counts,
        lines=lines[:PAGE],
        before=next_page(lines),
        draft=acts.draft_of(breach, counts, roles),
        tell_before=acts.tell_before(breach),
        told_at=acts.told_at(breach),
        is_closed=acts.is_closed(breach),
        kind=acts.kind_of(breach),
        now=now(),
    )


def _reads_purposes() -> bool:
    return bool(roles_of(current_user, None) & _READ_PURPOSES)


def _filled_in() -> dict[str, Any]:
    known = now().astimezone(OSLO)
    filled: dict[str, Any] = {"known_on": today(), "known": known.strftime("%H:%M"), "from_on": today(), "to_on": today()}
    if person := request.args.get("person"):
        filled["person"] = user_at(current_session, person).email
    if day := request.args.get("day"):
        filled |= {"from_on": _day(day), "to_on": _day(day)}
    return filled


def _day(text: str) -> date:
    """The day in an address; today for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today()
