"""The page on which a party concedes a line (rule 22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed, refused
from tvist.cases.left import left_of
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.submissions import concessions
from tvist.submissions.act_pages import act_page
from tvist.submissions.blueprint import bp
from tvist.submissions.concession_forms import ConcedeForm
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case, Party


@bp.route("/concede", methods=["GET", "POST"])
@requires(Act.CONCEDE, of=case_at)
def concede(case: Case) -> ResponseReturnValue:
    """Concede a line, wholly or with a sum."""
    party = case.party_of(current_user, today())
    lines = concessions.lines_to_concede(case, party) if party else []
    form = ConcedeForm(lines, thing=case)
    if form.validate_on_submit() and party and not refused(form, case, Act.CONCEDE) and not _faults(form, party):
        concessions.concede(form.chosen, by=current_user, at=now(), ore=form.ore)
        return finish(url_for("cases.show", slug=case.slug), Message("submissions.concede.done"))
    in_the_way = obstacles(case, Act.CONCEDE) or ([] if lines else [Message("submissions.concede.none_yours")])
    rows: list[tuple[ClaimLine, int | None]] = [(line, left_of(line)) for line in lines]
    return act_page("submissions/concede.html", case, form, in_the_way, rows=rows)


def _faults(form: ConcedeForm, party: Party) -> bool:
    return blamed(form, concessions.concession_faults(form.chosen, party, form.ore), "amount")
