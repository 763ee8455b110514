"""The versions of a place: who saved them and when, any two compared word by word, and an earlier one taken up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.decision.blueprint import bp
from tvist.decision.merging import compare
from tvist.decision.places import place_at
from tvist.decision.text_forms import TakeUpForm, VersionsForm, version_number
from tvist.decision.text_pages import url_of
from tvist.decision.writing import BEGINNING, save, version_numbered, versions_of
from tvist.web.forms import status_of
from tvist.web.session import say
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.decision.places import Place
    from tvist.decision.texts import TextVersion


@bp.route("/cases/<slug>/decision/versions/<place>", methods=["GET", "POST"])
@requires(Act.WRITE_TEXT, of=place_at)
def versions(place: Place) -> ResponseReturnValue:
    """The versions, the newest first; two of them compared; and one taken up again as a new version."""
    found = versions_of(place)
    newest = found[0].number if found else BEGINNING
    form, in_the_way = TakeUpForm(newest), place.in_the_way()
    if form.validate_on_submit() and not in_the_way:
        number = version_number(form.number.data)
        save(place, version_numbered(place, number).text, by=current_user, at=now())
        return finish(url_of(place), Message("text.versions.taken_up", number=number))
    before = found[1].number if len(found) > 1 else newest
    old, new = _chosen(found, "old", before), _chosen(found, "new", newest)
    choose = VersionsForm(found, [say(named(each)) for each in found], formdata=None, data={"old": _text(old), "new": _text(new)})
    runs = compare(old.text, new.text) if old is not None and new is not None else []
    told = {"case": place.case, "place": place, "versions": found, "form": form, "choose": choose, "in_the_way": in_the_way}
    page = render_template("decision/versions.html", **told, old=old, new=new, runs=runs, named=named, here_is=url_of(place))
    return page, status_of(form)


def named(version: TextVersion) -> Message:
    """What a version is called in a list: its number, who saved it and when."""
    if version.number == BEGINNING:
        return Message("text.versions.beginning")
    return Message("text.versions.named", number=version.number, name=version.by.name, moment=version.at)


def _chosen(found: list[TextVersion], name: str, otherwise: int) -> TextVersion | None:
    number = version_number(request.args[name]) if name in request.args else otherwise
    return next((version for version in found if version.number == number), None)


def _text(version: TextVersion | None) -> str:
    return str(version.number) if version is not None else ""
