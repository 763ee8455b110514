"""A member's own notes on the bundle: written, changed, listed and taken along by their owner alone (rule 33)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.clock import now, today
from tvist.errors import NotAllowed
from tvist.panel import notes
from tvist.panel.blueprint import bp
from tvist.panel.bundle_page_views import page_with_note
from tvist.panel.bundle_views import version_in_address
from tvist.panel.note_forms import NoteForm, note_seen
from tvist.panel.notes import note_at, notes_of, open_note, own_notes_at
from tvist.panel.reading import BundleFor, page_at
from tvist.web.forms import status_of
from tvist.web.session import current_session, installed, page_language, say
from tvist.words import Message, format_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.panel.bundles import PageNote
    from tvist.panel.notes import NoteWords, OwnNotes
    from tvist.panel.reading import BundlePage

__all__ = ["add_note", "all_notes", "change_note", "notes_file", "own_notes"]


@dataclass(frozen=True)
class ShownNote:
    """A note in the list. `page` is where it stands in the newest bundle; None where the page is closed, or no more in it."""

    note: PageNote
    words: NoteWords
    page: int | None
    place: Message


@bp.app_template_global()
def has_notes() -> bool:
    """Whether the reader has notes in any case; their account leads to them, also when the case is closed to them."""
    return bool(notes_of(current_session, current_user))


@bp.route("/cases/<slug>/bundle/pages/<int:page>/notes", methods=["POST"])
@bp.route("/cases/<slug>/bundle/versions/<int:version>/pages/<int:page>/notes", methods=["POST"])
@requires(Act.ANNOTATE, of=page_at)
def add_note(page: BundlePage) -> ResponseReturnValue:
    """Write a note on a page."""
    form, part = NoteForm(), BundleFor(page.bundle, current_user, today()).leaf(page.number, []).part
    if part is None:
        raise NotAllowed
    if not form.validate_on_submit():
        return page_with_note(page, form)
    place = page.number - part.first_page + 1
    notes.add_note(part, place, form.text.data or "", by=current_user, at=now(), keys=installed().keys)
    back = url_for("panel.bundle_page", slug=page.case.slug, page=page.number, version=version_in_address(page.bundle))
    return finish(f"{back}#notes", Message("reading.note_added"))


@bp.route("/cases/<slug>/notes")
@requires(Act.READ_NOTE, of=own_notes_at)
def own_notes(own: OwnNotes) -> ResponseReturnValue:
    """All of one's own notes in the case."""
    return render_template("panel/own_notes.html", case=own.case, notes=_shown(own.case), sees_case=_sees(own.case))


@bp.route("/cases/<slug>/notes.txt")
@requires(Act.READ_NOTE, of=own_notes_at)
def notes_file(own: OwnNotes) -> ResponseReturnValue:
    """One's own notes as a text, to take along: nobody but their owner does that."""
    response = Response(_as_text(own.case, _shown(own.case)), mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"{own.case.slug}-notater.txt")
    return response


@bp.route("/cases/<slug>/notes/<public_id>", methods=["GET", "POST"])
@requires(Act.READ_NOTE, of=note_at)
def change_note(note: PageNote) -> ResponseReturnValue:
    """Change a note, or take it away."""
    form, back = NoteForm(thing=note_seen(note)), url_for("panel.own_notes", slug=note.case.slug)
    if request.method == "POST" and request.form.get("then") == "remove":
        notes.remove_note(note)
        return finish(url_for("panel.all_notes"), Message("reading.note_removed"))
    if form.validate_on_submit():
        notes.change_note(note, form.text.data or "", at=now(), keys=installed().keys)
        return finish(back, Message("reading.note_changed"))
    words = open_note(installed().keys, note)
    if not form.is_submitted():
        form.text.data = words.text
    page = render_template(
        "panel/change_note.html", case=note.case, note=note, words=words, form=form, sees_case=_sees(note.case)
    )
    return page, status_of(form)


@bp.route("/notes")
@requires(Act.SEE_DESK)
def all_notes() -> ResponseReturnValue:
    """The cases in which one has notes, also those that one has left."""
    counts: dict[int, int] = {}
    cases: dict[int, Case] = {}
    for note in notes_of(current_session, current_user):
        counts[note.case_id] = counts.get(note.case_id, 0) + 1
        cases[note.case_id] = note.case
    return render_template("panel/all_notes.html", cases=[(case, counts[case.id]) for case in cases.values()])


def _sees(case: Case) -> bool:
    """Whether the reader may still open the case; their notes they may always."""
    return may(current_user, Act.OPEN_CASE, case)


def _shown(case: Case) -> list[ShownNote]:
    """The reader's notes by their pages in the newest bundle that is made; those without a page last."""
    made = [each for each in case.bundles if each.file is not None]
    seen = BundleFor(made[-1], current_user, today()) if made else None
    shown = []
    for note in notes_of(current_session, current_user, case):
        page = seen.page_of(note.submission_id, note.paper_id, note.page) if seen else None
        part = seen.part_of(page) if seen and page else None
        place = Message("reading.note_place", page=page, title=part.title) if part else Message("reading.note_no_page")
        shown.append(ShownNote(note, open_note(installed().keys, note), page, place))
    return sorted(shown, key=lambda each: (each.page is None, each.page or 0, each.note.id))


def _as_text(case: Case, shown: Sequence[ShownNote]) -> str:
    language = page_language()
    head = say(Message("reading.notes_head", number=case.number))
    blocks = [f"{say(each.place)}\n{format_moment(each.words.written_at, language)}\n\n{each.words.text}" for each in shown]
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + "\r\n".join(("\n\n----\n\n".join([head, *blocks]) + "\n").split("\n"))
