"""What is answered to who writes in a place of the text, on its page and while typing: kept, saved, put together, or refused with both texts shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import jsonify, render_template, request
from flask_login import current_user

from tvist.access.guard import finish, keep_for_later
from tvist.clock import now
from tvist.decision.text_forms import LONGEST, version_number
from tvist.decision.text_pages import TextKeeps, keeps_of, list_of, version_of
from tvist.decision.writing import BEGINNING, Saved, forget, keep_typed, newest_version, save, working_text, writers
from tvist.errors import NotFound
from tvist.intake.answering import clock, read_sent
from tvist.web.forms import status_of
from tvist.web.session import say
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.access.policy import Act
    from tvist.decision.merging import Merge
    from tvist.decision.places import Place
    from tvist.decision.text_forms import PlaceForm
    from tvist.decision.text_pages import WritingPage
    from tvist.decision.texts import WorkingText
    from tvist.intake.answering import Sent

MOST_BYTES: Final = 1_000_000
KEEP, DROP, MAIN = "keep", "drop", "main"
CONFLICT: Final = 409


def in_the_way(place: Place, act: Act | None = None) -> list[Message]:
    """What stands in the way of the reader's writing there; a text of a member's own is that member's."""
    found = place.in_the_way(act)
    if place.owner is not None and place.owner.id != current_user.id:
        found.append(Message("parallel.own_only", name=place.owner.name))
    return found


def keep_answer(place: Place, act: Act, stands: str | None = None) -> ResponseReturnValue:
    """Keep what the browser sends of a place; what the same member typed on another device stands against it, and neither is lost.

    `stands` is what stands there, for a place whose text is another's to tell.
    """
    if faults := in_the_way(place, act):
        return jsonify(refused=say(faults[0])), 422
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


def put_aside(page: WritingPage, form: PlaceForm) -> ResponseReturnValue | None:
    """Keep what was written without making it the text, with a standard text or the main text at its end if it was asked for; or put it away.

    None: none of these.
    """
    place, then, chosen = page.place, request.form.get("then", ""), request.form.get("insert", "")
    if request.method != "POST" or in_the_way(place) or not (then in {KEEP, DROP, MAIN} or chosen):
        return None
    if then == DROP:
        forget(place, current_user)
        return finish(request.path, Message("text.dropped"))
    text, said = form.text.data or "", Message("text.kept")
    if chosen:
        standard = next((each for each in page.standard if each.public_id == chosen), None)
        if standard is None:
            raise NotFound
        text, said = f"{text}\n\n{standard.text}".strip(), Message("text.standard.inserted", title=standard.title)
    if then == MAIN:
        text, said = f"{text}\n\n{page.main}".strip(), Message("parallel.from_main_done", language=_named(place.language))
    if len(text) > LONGEST:
        form.blame(Message("web.too_long", limit=LONGEST, length=len(text)), "text")
        return None
    keep_typed(place, text, by=current_user, at=now(), began_from=version_number(form.began_from.data))
    return finish(f"{request.path}#text", said)


def saved(page: WritingPage, form: PlaceForm) -> ResponseReturnValue | None:
    """Make what was sent the text; None where it was not sent, is not right, or another has changed the same words, which the page then shows."""
    place = page.place
    if form.faults() or not form.validate_on_submit() or in_the_way(place):
        return None
    began, text = version_number(form.began_from.data), form.text.data or ""
    found = save(place, text, by=current_user, at=now(), began_from=began, began_with=page.began_with)
    if isinstance(found, Saved):
        return finish(list_of(place), _said(place, found))
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


def shown(template: str, page: WritingPage, form: PlaceForm, **more: Any) -> ResponseReturnValue:
    """The page of a place; 409 where it shows two texts that do not go together."""
    place = page.place
    keeps: TextKeeps = keeps_of(place, page.kept, version_number(form.began_from.data))
    if form.is_submitted():
        keeps.base = {"text": page.text}
    told = {"case": place.case, "place": place, "page": page, "form": form, "keeps": keeps, "in_the_way": in_the_way(place)}
    return render_template(template, **told, **more), CONFLICT if page.is_clash else status_of(form)


def _named(language: str) -> Message:
    return Message(f"decision.language.{language}")


def _you_wrote(kept: WorkingText) -> str:
    return say(Message("text.you_wrote", time=clock(kept.at)))
