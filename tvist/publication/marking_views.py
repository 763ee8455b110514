"""The pages on which an opinion is marked: place by place, mark by mark, by hand, and what is told more broadly (rule 46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.anonymity.kinds import MarkKind
from tvist.clock import now, today
from tvist.publication import marking
from tvist.publication.blueprint import bp
from tvist.publication.forms import AddForm, BlurForm, MarkForm, MarksForm
from tvist.publication.jigsaw import singled_out
from tvist.publication.knowing import known_of
from tvist.publication.marking import Stretch, faults_in_adding, find, find_everywhere
from tvist.publication.models import MarkOrigin
from tvist.publication.places import language_at
from tvist.publication.preview import as_public
from tvist.publication.queries import mark_at, publication_at
from tvist.publication.rules import fault_in_replacement, obstacles
from tvist.publication.shown import how_often, shown_places
from tvist.publication.sources import record_of
from tvist.web.forms import PlainForm, TvistForm, status_of
from tvist.web.session import current_session
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.publication.models import BlurKind, Mark, Publication
    from tvist.publication.shown import ShownPlace


@bp.route("/publications/<public_id>/mark", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=publication_at)
def mark(publication: Publication) -> ResponseReturnValue:
    """The text of one place with its marks, and what is decided of each."""
    places = shown_places(publication)
    place = _chosen(places)
    form, in_the_way = MarksForm(place.marks, request.form, thing=publication), _blocked(publication)
    if _may_go_on(form, in_the_way) and not form.blame_replacements():
        return _decided(publication, place, form)
    add = AddForm(publication, places, formdata=None, data={"place": place.name, "occurrence": 1, "kind": MarkKind.FREE.value})
    return _marking(publication, places, place, in_the_way, form=form, add=add), status_of(form, in_the_way)


def _decided(publication: Publication, place: ShownPlace, form: MarksForm) -> ResponseReturnValue:
    """What was decided is kept; of one mark also for all others over the same words, where that was asked for."""
    decided, at = form.decided(), now()
    alike = next((each for each in place.marks if each.public_id == request.form.get("alike")), None)
    count = marking.decide(publication, decided, by=current_user, at=at)
    if alike is not None and alike.public_id in decided:
        count += marking.decide_alike(alike, decided[alike.public_id], by=current_user, at=at)
    left = [each for each in shown_places(publication) if each.undecided]
    name = place.name if any(each.name == place.name for each in left) or not left or alike else left[0].name
    told = Message("publication.marks_kept", count=count, left=sum(each.undecided for each in left))
    return finish(_page(publication, name), told)


@bp.route("/publications/<public_id>/add", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=publication_at)
def add(publication: Publication) -> ResponseReturnValue:
    """Words are hidden by hand."""
    places = shown_places(publication)
    form, in_the_way = AddForm(publication, places), _blocked(publication)
    if not form.is_submitted() and request.args.get("place") in {place.name for place in places}:
        form.place.data = request.args["place"]
    if _may_go_on(form, in_the_way):
        stretches, typed = _stretches(publication, form), form.replacement.data or ""
        faults = faults_in_adding(publication, stretches, typed)
        for fault in faults:
            form.blame(fault, "replacement" if fault == fault_in_replacement(typed) else "words")
        if not faults:
            wanted = {"kind": MarkKind(form.kind.data), "replacement": typed, "written_for": form.place.data}
            made = marking.add(publication, stretches, **wanted, by=current_user, at=now())
            return finish(_page(publication, made[0].place), Message("publication.added", count=len(made)))
    written_in = next((place.language for place in places if place.name == form.place.data), publication.language)
    told = {"publication": publication, "add": form, "written_in": written_in, "in_the_way": in_the_way}
    return render_template("publication/add.html", **told), status_of(form, in_the_way)


def _stretches(publication: Publication, form: AddForm) -> list[Stretch]:
    words = form.words.data or ""
    if form.everywhere.data:
        return marking.unmarked(publication, find_everywhere(publication, words))
    found = find(publication, form.place.data, words, occurrence=form.occurrence.data or 0)
    return [found] if found else []


@bp.route("/publications/<public_id>/marks/<mark_id>", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=mark_at)
def one(found: Mark) -> ResponseReturnValue:
    """One mark: its kind and replacement; for all over the same words; and one added by hand is taken away."""
    publication, form, in_the_way = found.publication, MarkForm(found), _blocked(found.publication)
    if _may_go_on(form, in_the_way):
        if fault := marking.fault_in_deciding(form.decided):
            form.blame(fault, "replacement")
        else:
            if form.alike.data:
                count = marking.decide_alike(found, form.decided, by=current_user, at=now())
            else:
                count = marking.decide(publication, {found.public_id: form.decided}, by=current_user, at=now())
            return finish(_page(publication, found.place), Message("publication.mark_kept", count=count))
    told: dict[str, Any] = {"publication": publication, "found": found, "form": form, "by_hand": MarkOrigin.BY_HAND}
    told |= {"alike": how_often(publication)[found.words], "in_the_way": in_the_way}
    told |= {"written_in": language_at(record_of(publication), found.place)}
    return render_template("publication/mark_one.html", **told), status_of(form, in_the_way)


@bp.route("/publications/<public_id>/marks/<mark_id>/remove", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=mark_at)
def remove(found: Mark) -> ResponseReturnValue:
    """A mark that was added by hand is taken away."""
    publication, place, form = found.publication, found.place, PlainForm(thing=found.publication)
    in_the_way = _blocked(publication) or marking.obstacles_to_remove(found)
    if _may_go_on(form, in_the_way):
        marking.remove(found, by=current_user, at=now())
        return finish(_page(publication, place), Message("publication.removed"))
    told = {"publication": publication, "found": found, "in_the_way": in_the_way}
    return render_template("publication/remove.html", form=form, **told), status_of(form, in_the_way)


@bp.route("/publications/<public_id>/propose", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=publication_at)
def propose(publication: Publication) -> ResponseReturnValue:
    """What is not marked is proposed anew; nothing that was decided is lost."""
    form, in_the_way = PlainForm(thing=publication), _blocked(publication)
    if _may_go_on(form, in_the_way):
        known = known_of(current_session, publication.decision.case)
        count = marking.propose_again(publication, known, by=current_user, at=now())
        return finish(url_for("publication.mark", public_id=publication.public_id), Message("publication.proposed", count=count))
    page = render_template("publication/propose.html", publication=publication, form=form, in_the_way=in_the_way)
    return page, status_of(form, in_the_way)


@bp.route("/publications/<public_id>/blurs", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=publication_at)
def blurs(publication: Publication) -> ResponseReturnValue:
    """What is told more broadly, so that what is told together singles nobody out."""
    form, in_the_way = BlurForm(publication), _blocked(publication)
    if _may_go_on(form, in_the_way):
        marking.blur(publication, form.chosen, by=current_user, at=now())
        return finish(url_for("publication.blurs", public_id=publication.public_id), Message("publication.blurs_kept"))
    case = publication.decision.case
    found = singled_out(current_session, as_public(current_session, publication, today()), case)
    told = {"publication": publication, "form": form, "found": found, "in_the_way": in_the_way}
    return render_template("publication/blurs.html", labels=_labels, **told), status_of(form, in_the_way)


def _labels(kinds: Sequence[BlurKind]) -> list[Message]:
    return [label(kind) for kind in kinds]


def _marking(
    publication: Publication, places: Sequence[ShownPlace], place: ShownPlace, in_the_way: Sequence[Message], **forms: TvistForm
) -> str:
    return render_template(
        "publication/mark.html",
        publication=publication,
        places=places,
        place=place,
        often=how_often(publication),
        undecided=sum(each.undecided for each in places),
        in_the_way=in_the_way,
        **forms,
    )


def _chosen(places: Sequence[ShownPlace]) -> ShownPlace:
    """The place of the address; else the first where something waits to be decided, else the first."""
    wanted = next((place for place in places if place.name == request.args.get("place")), None)
    return wanted or next((place for place in places if place.undecided), places[0])


def _blocked(publication: Publication) -> list[Message]:
    return obstacles(publication, Act.MARK_PUBLICATION, by=current_user, on=today())


def _may_go_on(form: TvistForm, in_the_way: Sequence[Message]) -> bool:
    """Whether what was sent can be done; what stands in the way, or is wrong, is said above what was typed."""
    return form.is_submitted() and not form.blame_all(in_the_way) and form.validate()


def _page(publication: Publication, place: str) -> str:
    return url_for("publication.mark", public_id=publication.public_id, place=place)
