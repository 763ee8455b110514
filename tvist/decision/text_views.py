"""The pages on which the members write: each section, the reasons on a question, a remark of one's own; and what the browser sends meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.decision import actions
from tvist.decision.blueprint import bp
from tvist.decision.models import RemarkKind
from tvist.decision.places import reasons_on, remark_on, section_at, typed_place_at
from tvist.decision.precedents import departs_from, precedents_for
from tvist.decision.queries import question_at
from tvist.decision.questions import asked
from tvist.decision.text_answers import MOST_BYTES, keep_answer, put_aside, saved, shown
from tvist.decision.text_forms import PlaceForm, ReasonsForm, RemarkForm
from tvist.decision.text_pages import keeps_of, text_overview, writing_page
from tvist.decision.votes import number_of
from tvist.decision.writing import BEGINNING, forget, working_text
from tvist.intake.answering import NOTED_ONCE_IN
from tvist.web.forms import status_of
from tvist.web.session import installed
from tvist.web.stale import Seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.decision.models import Question, Remark
    from tvist.decision.places import Place


@bp.route("/cases/<slug>/decision/text")
@requires(Act.WRITE_TEXT, of=case_at)
def write_text(case: Case) -> ResponseReturnValue:
    """The places of the text, each with its page: what is written, what is being written, what is remarked."""
    in_the_way = obstacles(case, Act.WRITE_TEXT)
    return render_template("decision/write_text.html", case=case, shown=text_overview(case), in_the_way=in_the_way)


@bp.route("/cases/<slug>/decision/text/<section>", methods=["GET", "POST"])
@requires(Act.WRITE_TEXT, of=section_at)
def write_section(place: Place) -> ResponseReturnValue:
    """One section of the text."""
    page = writing_page(place)
    form = PlaceForm(place, page.text, page.began_from)
    return put_aside(page, form) or saved(page, form) or shown("decision/write_section.html", page, form)


@bp.route("/cases/<slug>/decision/reasons/<public_id>", methods=["GET", "POST"])
@requires(Act.WRITE_TEXT, of=question_at)
def write_reasons(question: Question) -> ResponseReturnValue:
    """The panel's reasons on one question, with earlier opinions on the same beside."""
    place = reasons_on(question)
    page = writing_page(place)
    form = ReasonsForm(place, page.text, page.began_from)
    if answer := put_aside(page, form) or saved(page, form):
        return answer
    earlier = precedents_for(question, current_user)
    departs = departs_from(question, earlier, installed().keys)
    return shown("decision/write_reasons.html", page, form, asked=asked(question), earlier=earlier, departs=departs)


@bp.route("/cases/<slug>/decision/dissent")
@requires(Act.DISSENT, of=case_at)
def dissent(case: Case) -> ResponseReturnValue:
    """Remarks are tied to a question: the overview leads to each."""
    return redirect(_overview(case, "questions"))


@bp.route("/cases/<slug>/decision/dissent/<public_id>", methods=["GET", "POST"])
@requires(Act.DISSENT, of=question_at)
def dissent_on(question: Question) -> ResponseReturnValue:
    """The member's own dissent or concurring remark on one question."""
    own, place = _own_remark(question), remark_on(question)
    kept = working_text(place, current_user)
    text = kept.text if kept is not None else own.text if own else ""
    form = RemarkForm(thing=Seen(own.version if own else 0), data={"kind": own.kind.value if own else None, "text": text})
    in_the_way = place.in_the_way(Act.DISSENT)
    if form.validate_on_submit() and not in_the_way:
        actions.dissent(question, by=current_user, at=now(), kind=RemarkKind(form.kind.data), text=form.text.data or "")
        forget(place, current_user)
        return finish(_overview(question.case), Message("decision.remark.done", position=number_of(question)))
    keeps = keeps_of(place, kept, BEGINNING)
    if form.is_submitted():
        keeps.base = {"text": text}
    page = render_template(
        "decision/dissent.html",
        case=question.case,
        asked=asked(question),
        form=form,
        in_the_way=in_the_way,
        keeps=keeps,
        kept=kept,
    )
    return page, status_of(form)


@bp.route("/cases/<slug>/decision/typed/<place>", methods=["POST"])
@requires(Act.WRITE_TEXT, of=typed_place_at, max_bytes=MOST_BYTES, noted_once_in=NOTED_ONCE_IN)
def keep_text(place: Place) -> ResponseReturnValue:
    """Keep what is typed, every few seconds; what the same member typed on another device stands against it, and neither is lost."""
    stands = _own_text(place) if place.is_remark else None
    return keep_answer(place, Act.DISSENT if place.is_remark else Act.WRITE_TEXT, stands)


def _own_remark(question: Question) -> Remark | None:
    return next((found for found in question.remarks if found.user_id == current_user.id), None)


def _own_text(place: Place) -> str:
    own = _own_remark(place.question) if place.question is not None else None
    return own.text if own is not None else ""


def _overview(case: Case, part: str = "") -> str:
    return url_for("decision.show", slug=case.slug, _anchor=part or None)
