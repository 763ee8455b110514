"""A letter of screening as it would leave, before it is sent: its text, and the notice to each party (rules 16, 18, 42)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template, request
from flask_login import current_user

from tvist.access.policy import Act
from tvist.cases.models import Side
from tvist.cases.submissions import SubmissionKind
from tvist.clock import now
from tvist.delivery.clocks_told import clock_of
from tvist.delivery.models import LetterKind
from tvist.delivery.previews import preview_to_party
from tvist.intake.searched_forms import decisions

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.delivery.previews import Preview
    from tvist.web.forms import TvistForm

_TEXT_OF: Final = {Act.ASK_FOR_MISSING: "text", Act.PROPOSE_DISMISSAL: "reasons"}


def wants_to_look() -> bool:
    """Whether the officer pressed "look at the letter" and not "send"."""
    return request.form.get("then") == "look"


def looked_at(case: Case, form: TvistForm, act: Act) -> ResponseReturnValue:
    """The page on which the officer sees what would leave, and sends it or goes back to change it."""
    text = str(form[_TEXT_OF[act]].data or "")
    return render_template(
        "intake/look_at_letter.html",
        case=case,
        form=form,
        act=act,
        text=text,
        fields=[*((field.name, field.data) for field in form if field.data), *decisions().items()],
        previews=_previews(case, form, act, text),
    )


def _previews(case: Case, form: TvistForm, act: Act, text: str) -> list[Preview]:
    if act is Act.ASK_FOR_MISSING:
        kind, draft = LetterKind.DEFICIENCY, (SubmissionKind.DEFICIENCY_LETTER, text)
        parties = case.parties_on(Side.REQUESTING)
        # One of the requesting parties cures for all of them.
        clocks = {parties[0]: clock_of(kind, case)}
        ground = ""
    else:
        kind, draft = LetterKind.DISMISSAL_PROPOSED, (SubmissionKind.DISMISSAL_PROPOSAL, text)
        parties = [*case.parties_on(Side.REQUESTING), *case.parties_on(Side.OPPOSING)]
        clocks = dict.fromkeys(parties, clock_of(kind, case))
        ground = str(form["ground"].data or "")
    return [
        preview_to_party(party, kind, at=now(), starts=clocks.get(party), draft=draft, by=current_user, ground=ground)
        for party in parties
    ]
