"""The pages on which the members write: each section, the reasons on a question, a remark of one's own; and what the browser sends meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, keep_for_later, requires
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
from tvist.decision.text_forms import LONGEST, PlaceForm, ReasonsForm, RemarkForm, version_number
from tvist.decision.text_pages import TextKeeps, keeps_of, text_overview, version_of, writing_page
from tvist.decision.votes import number_of
from tvist.decision.writing import BEGINNING, Saved, forget, keep_typed, newest_version, save, working_text, writers
from tvist.errors import NotFound
from tvist.intake.answering import NOTED_ONCE_IN, clock, read_sent
from tvist.web.forms import status_of
from tvist.web.session import installed, say
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.decision.merging import Merge
    from tvist.decision.models import Question, Remark
    from tvist.decision.places import Place
    from tvist.decision.text_pages import WritingPage
    from tvist.decision.texts import WorkingText
    from tvist.intake.answering import Sent

MOST_BYTES: Final = 1_000_000
KEEP, DROP = "keep", "drop"
CONFLICT: Final = 409


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
    return _put_aside(place, form) or _saved(page, form) or _shown("decision/write_section.html", page, form)


@bp.route("/cases/<slug>/decision/reasons/<public_id>", methods=["GET", "POST"])
@requires(Act.WRITE_TEXT, of=question_at)
def write_reasons(question: Question) -> ResponseReturnValue:
    """The panel's reasons on one question, with earlier opinions on the same beside."""
    place = reasons_on(question)
    page = writing_page(place)
    form = ReasonsForm(place, page.text, page.began_from)
    if answer := _put_aside(place, form) or _saved(page, form):
        return answer
    earlier = precedents_for(question, current_user)
    departs = departs_from(question, earlier, installed().keys)
    return _shown("decision/write_reasons.html", page, form, asked=asked(question), earlier=earlier, departs=departs)


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
    form = RemarkForm(thing=own, data={"kind": own.kind.value if own else None, "text": text})
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
    if in_the_way := place.in_the_way(Act.DISSENT if place.is_remark else Act.WRITE_TEXT):
        return jsonify(refused=say(in_the_way[0])), 422
    sent = read_sent()
    typed = next((each for each in sent.typings if each.field == "text" and isinstance(each.value, str)), None)
    if typed is None:
        return _told(place, sent, working_text(place, current_user))
    text = str(typed.value)
    if len(text) > LONGEST:
        return jsonify(refused=say(Message("web.too_long", limit=LONGEST, length=len(text)))), 422
    kept = working_text(place, current_user)
    if kept is not None and kept.text not in {text, typed.base}:
        return _told(place, sent, kept, clashes=[{"field": "text", "kept": kept.text, "said": _you_wrote(kept)}])
    stands = _own_text(place) if place.is_remark else None
    kept = keep_typed(place, text, by=current_user, at=now(), began_from=version_number(sent.key), stands=stands)
    told = _told(place, sent, kept, saved=["text"])
    finish(request.path)
    return told


def _told(place: Place, sent: Sent, kept: WorkingText | None, **more: Any) -> ResponseReturnValue:
    """How things stand, for the browser: what is kept, and who else writes there."""
    told: dict[str, Any] = {
        "draft": place.name,
        "version": version_of(kept),
        "saved": [],
        "clashes": [],
        "others": _others(place, sent),
    }
    if kept is not None:
        told["said"] = say(Message("text.kept_at", time=clock(kept.at)))
    # A page that writes on another version than what is kept is not given its text: the two would be put together wrongly.
    if kept is not None and sent.version != told["version"] and kept.began_from == version_number(sent.key):
        told |= {"values": {"text": kept.text}, "by": {}}
    return jsonify(told | more)


def _others(place: Place, sent: Sent) -> list[dict[str, str]]:
    """Who is writing there now, and who has saved since the page's writer began."""
    said = [Message("text.is_writing", name=user.name) for user in writers(place, at=now(), but=current_user)]
    newest = None if place.is_remark else newest_version(place)
    if newest is not None and newest.number > version_number(sent.key):
        said.append(Message("text.has_saved", name=newest.by.name, time=clock(newest.at)))
    return [{"field": "", "said": say(each)} for each in said]


def _put_aside(place: Place, form: PlaceForm) -> ResponseReturnValue | None:
    """Keep what was written without making it the text, with a standard text at its end if one was asked for; or put it away. None: none of these."""
    then, chosen = request.form.get("then", ""), request.form.get("insert", "")
    if request.method != "POST" or place.in_the_way() or not (then in {KEEP, DROP} or chosen):
        return None
    if then == DROP:
        forget(place, current_user)
        return finish(request.path, Message("text.dropped"))
    text, said = form.text.data or "", Message("text.kept")
    if chosen:
        standard = next((each for each in writing_page(place).standard if each.public_id == chosen), None)
        if standard is None:
            raise NotFound
        text, said = f"{text}\n\n{standard.text}".strip(), Message("text.standard.inserted", title=standard.title)
    if len(text) > LONGEST:
        form.blame(Message("web.too_long", limit=LONGEST, length=len(text)), "text")
        return None
    keep_typed(place, text, by=current_user, at=now(), began_from=version_number(form.began_from.data))
    return finish(f"{request.path}#text", said)


def _saved(page: WritingPage, form: PlaceForm) -> ResponseReturnValue | None:
    """Make what was sent the text; None where it was not sent, is not right, or another has changed the same words, which the page then shows."""
    place = page.place
    if form.faults() or not form.validate_on_submit() or place.in_the_way():
        return None
    began, text = version_number(form.began_from.data), form.text.data or ""
    found = save(place, text, by=current_user, at=now(), began_from=began, began_with=page.began_with)
    if isinstance(found, Saved):
        return finish(url_for("decision.write_text", slug=place.case.slug), _said(place, found))
    page.kept = keep_typed(place, text, by=current_user, at=now(), began_from=began)
    keep_for_later()
    _show_both(page, form, found)
    return None


def _said(place: Place, saved: Saved) -> Message:
    if saved.together_with is not None:
        return Message(
            "text.put_together", place=place.what, name=saved.together_with.by.name, time=clock(saved.together_with.at)
        )
    return Message("text.saved" if saved.version is not None else "text.nothing_new", place=place.what)


def _show_both(page: WritingPage, form: PlaceForm, found: Merge) -> None:
    """Nothing is overwritten: what was written is kept, and the field shows both texts put together, to be saved on top of the newest version."""
    page.is_clash = True
    form.blame(Message("text.both_changed"))
    form.text.data = found.text
    form.began_from.data = str(page.newest.number if page.newest else BEGINNING)
    form.began_from.raw_data = None


def _shown(template: str, page: WritingPage, form: PlaceForm, **more: Any) -> ResponseReturnValue:
    place = page.place
    keeps: TextKeeps = keeps_of(place, page.kept, version_number(form.began_from.data))
    if form.is_submitted():
        keeps.base = {"text": page.text}
    told = {"case": place.case, "place": place, "page": page, "form": form, "keeps": keeps, "in_the_way": place.in_the_way()}
    return render_template(template, **told, **more), CONFLICT if page.is_clash else status_of(form)


def _own_remark(question: Question) -> Remark | None:
    return next((found for found in question.remarks if found.user_id == current_user.id), None)


def _own_text(place: Place) -> str:
    own = _own_remark(place.question) if place.question is not None else None
    return own.text if own is not None else ""


def _you_wrote(kept: WorkingText) -> str:
    return say(Message("text.you_wrote", time=clock(kept.at)))


def _overview(case: Case, part: str = "") -> str:
    return url_for("decision.show", slug=case.slug, _anchor=part or None)
