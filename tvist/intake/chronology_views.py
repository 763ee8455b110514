"""The facts of a request in time order: a list that puts itself in order, and one page for each fact. Works without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.intake.actions import save_draft
from tvist.intake.blueprint import bp
from tvist.intake.chronology import ToldFact, by_time, read_fact
from tvist.intake.drafting import blame_faults, differences, groups_named, told
from tvist.intake.forms import FactForm
from tvist.intake.queries import connected_codes, draft_at
from tvist.intake.reading import Reader
from tvist.intake.steps import CHRONOLOGY, fact_data, fact_of, facts_of, read_draft
from tvist.procedure.settings import procedure_on
from tvist.web.forms import PlainForm, choices
from tvist.web.session import current_session, t
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.documents.models import Paper
    from tvist.intake.models import Draft


def draft_fact_at(session: Session, public_id: str, place: int) -> Draft:
    """The draft, where it has a fact at that place, or where that is the next free one. Raises `NotFound`."""
    draft = draft_at(session, public_id)
    if not 1 <= place <= len(facts_of(draft.typed)) + 1:
        raise NotFound
    return draft


@dataclass(frozen=True)
class ShownFact:
    """A fact as the list shows it: as typed, as read (None while something is missing or wrong), the paper it stands in, what is wrong."""

    place: int
    typed: dict[str, Any]
    read: ToldFact | None
    paper: Paper | None
    wrong: list[str]


@bp.route("/drafts/<public_id>/chronology")
@requires(Act.WRITE_DRAFT, of=draft_at)
def chronology(draft: Draft) -> ResponseReturnValue:
    """The facts so far, by date."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    shown = shown_facts(draft)
    return render_template(
        "intake/chronology.html",
        draft=draft,
        step=CHRONOLOGY,
        facts=shown,
        removing=PlainForm(thing=seen(facts_of(draft.typed))),
        may_add=len(shown) < procedure_on(today()).most_facts,
    )


@bp.route("/drafts/<public_id>/chronology/<int:place>", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_fact_at)
def fact(draft: Draft) -> ResponseReturnValue:
    """One thing that happened; the place after the last is a new one."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    place, raw = _place(), facts_of(draft.typed)
    is_new = place > len(raw)
    shown = fact_data({} if is_new else raw[place - 1])
    # All facts count, so that two people who each add one are told of each other.
    form = FactForm(data=shown, thing=seen([place, shown if not is_new else len(raw)]))
    form.fact_paper.choices = choices([("", t("intake.no_paper_named")), *_papers(draft, str(shown["fact_paper"]))])
    if form.validate_on_submit():
        saved = [*raw[: place - 1], fact_of(form), *raw[place:]]
        save_draft(draft, {**draft.typed, "facts": saved}, by=current_user, at=now())
        return finish(_where_next(draft, place), Message("intake.saved"))
    if request.method == "GET" and not is_new:
        found = read_draft(draft, today(), connected_codes(current_session))
        blame_faults(form, found, CHRONOLOGY, with_gaps="check" in request.args, line=place - 1)
    page = render_template(
        "intake/fact.html",
        draft=draft,
        step=CHRONOLOGY,
        form=form,
        groups=groups_named("fact", form),
        place=place,
        is_new=is_new,
        meanwhile=differences(form, shown) if form.is_stale and not is_new else [],
    )
    return page, 409 if form.is_stale else 200


@bp.route("/drafts/<public_id>/chronology/<int:place>/remove", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_fact_at)
def remove_fact(draft: Draft) -> ResponseReturnValue:
    """Take a fact out. From a page that is older than the list, nothing is taken out."""
    place, raw = _place(), facts_of(draft.typed)
    if place > len(raw):
        raise NotFound
    back = url_for("intake.chronology", public_id=draft.public_id)
    if not PlainForm(thing=seen(raw)).validate_on_submit():
        return finish(back, Message("intake.facts_changed_meanwhile"), kind="warning")
    save_draft(draft, {**draft.typed, "facts": raw[: place - 1] + raw[place:]}, by=current_user, at=now())
    return finish(back, Message("intake.fact_removed"))


def shown_facts(draft: Draft) -> list[ShownFact]:
    """The facts in time order, with what is wrong with each; what has no readable day yet stands last."""
    papers = {paper.public_id: paper for paper in draft.papers}
    shown = []
    for place, raw in by_time(facts_of(draft.typed)):
        reader = Reader(raw, procedure_on(today()), path=f"facts[{place}]")
        read = read_fact(reader, latest=draft.received_on or today(), papers=papers)
        shown.append(ShownFact(place + 1, raw, read, papers.get(str(raw.get("paper"))), [told(found) for found in reader.faults]))
    return shown


def _papers(draft: Draft, chosen: str) -> list[tuple[str, str]]:
    """The papers to choose from; one that was taken out since stays chosen, so that nothing is lost in silence."""
    there = [(paper.public_id, f"{number}. {paper.title}") for number, paper in enumerate(draft.papers, start=1)]
    gone = chosen and chosen not in {code for code, _ in there}
    return [*there, (chosen, t("intake.paper_taken_out"))] if gone else there


def _place() -> int:
    return int((request.view_args or {})["place"])


def _where_next(draft: Draft, place: int) -> str:
    """The fact again where something is wrong in it; a new one where that was asked for; else the list."""
    found = read_draft(draft, today(), connected_codes(current_session))
    if blame_faults(None, found, CHRONOLOGY, with_gaps=False, line=place - 1):
        return url_for("intake.fact", public_id=draft.public_id, place=place)
    if request.form.get("then") == "another":
        return url_for("intake.fact", public_id=draft.public_id, place=len(facts_of(draft.typed)) + 1)
    return url_for("intake.chronology", public_id=draft.public_id)
