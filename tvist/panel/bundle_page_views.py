"""Reading the bundle page by page: the picture, its text, what stands beside it, and the search inside (rule 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.clock import today
from tvist.documents.seeking import seekable
from tvist.errors import NotFound
from tvist.panel.blueprint import bp
from tvist.panel.bundle_views import ONCE_A_DAY, note_part, prove_open, version_in_address
from tvist.panel.note_forms import NoteForm
from tvist.panel.notes import notes_on, open_note
from tvist.panel.reading import BundleFor, made_bundle_at, page_at, part_of_page_at
from tvist.panel.searching import search, texts_of
from tvist.pdf.sheets import MIME, WIDTHS, page_picture
from tvist.web.addresses import row_number
from tvist.web.session import current_session, installed, tell
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from tvist.panel.bundles import BundlePart
    from tvist.panel.models import Bundle
    from tvist.panel.notes import NoteWords
    from tvist.panel.reading import BundlePage, Leaf

LONGEST_SEARCH: Final = 100
ZOOMS: Final = (1, 2, 3)


@bp.route("/cases/<slug>/bundle/pages/<int:page>")
@bp.route("/cases/<slug>/bundle/versions/<int:version>/pages/<int:page>")
@requires(Act.READ_BUNDLE, of=page_at, noted_once_in=ONCE_A_DAY)
def bundle_page(page: BundlePage) -> ResponseReturnValue:
    """A page of the bundle; with `?beside=` another one at its side."""
    return page_with_note(page, NoteForm(formdata=None))


@bp.route("/cases/<slug>/bundle/pages/<int:page>/picture")
@bp.route("/cases/<slug>/bundle/versions/<int:version>/pages/<int:page>/picture")
@requires(Act.READ_BUNDLE, of=part_of_page_at, noted_once_in=ONCE_A_DAY)
def page_image(part: BundlePart) -> ResponseReturnValue:
    """The page as a picture, `?width=` pixels wide: one of three widths."""
    prove_open(part)
    width = request.args.get("width", WIDTHS[0], type=int)
    page = int((request.view_args or {})["page"]) - part.first_page + 1
    with seekable(installed().papers, part.blob_id) as file:
        drawn = page_picture(file, page, width if width in WIDTHS else WIDTHS[0])
    return Response(drawn, mimetype=MIME)


@bp.route("/cases/<slug>/bundle/pages")
@bp.route("/cases/<slug>/bundle/versions/<int:version>/pages")
@requires(Act.READ_BUNDLE, of=made_bundle_at, noted_once_in=ONCE_A_DAY)
def jump(bundle: Bundle) -> ResponseReturnValue:
    """Go to the page that was typed; to one that there is not, the way leads back, and is told the last one."""
    at: dict[str, Any] = {"slug": bundle.case.slug, "version": version_in_address(bundle)}
    last = bundle.file.pages if bundle.file else 0
    page = row_number(request.args.get("page", "").strip())
    if page is None or not 1 <= page <= last:
        tell(Message("reading.no_such_page", last=last), kind="warning")
        page = min(max(row_number(request.args.get("from")) or 1, 1), last)
    return redirect(url_for("panel.bundle_page", page=page, **_kept(), **at), 303)


@bp.route("/cases/<slug>/bundle/search")
@bp.route("/cases/<slug>/bundle/versions/<int:version>/search")
@requires(Act.READ_BUNDLE, of=made_bundle_at, noted_once_in=ONCE_A_DAY)
def bundle_search(bundle: Bundle) -> ResponseReturnValue:
    """On which pages the words stand, of those the reader may read."""
    words = _words()
    seen = BundleFor(bundle, current_user, today())
    return render_template(
        "panel/bundle_search.html",
        case=bundle.case,
        bundle=bundle,
        version=version_in_address(bundle),
        words=words,
        found=search(seen, texts_of(bundle, installed().papers), words) if words else None,
        seen=seen,
    )


def page_with_note(page: BundlePage, form: NoteForm) -> ResponseReturnValue:
    """The page, with the form for a note as it was filled in."""
    seen, papers = BundleFor(page.bundle, current_user, today()), installed().papers
    texts, words = texts_of(page.bundle, papers), _words()
    leaves = [seen.leaf(number, texts) for number in _numbers(page, seen)]
    for leaf in leaves:
        note_part(leaf.part or seen.part_of(leaf.number), allowed=leaf.part is not None)
    can_note = may(current_user, Act.ANNOTATE, page) and leaves[0].part is not None
    text = render_template(
        "panel/bundle_page.html",
        case=page.case,
        bundle=page.bundle,
        version=version_in_address(page.bundle),
        seen=seen,
        leaf=leaves[0],
        beside=leaves[1] if len(leaves) > 1 else None,
        address=_address(page),
        zoom=_zoom(),
        widths=WIDTHS,
        words=words,
        found=search(seen, texts, words) if words else None,
        can_note=can_note,
        notes=_notes(leaves[0]) if can_note else [],
        form=form,
    )
    status = 200 if leaves[0].part is not None else 404
    return Response(text, (409 if form.is_stale else 422) if form.errors or form.is_stale else status)


def _numbers(page: BundlePage, seen: BundleFor) -> list[int]:
    """The page, and the one beside it where there is such a one."""
    beside = row_number(request.args.get("beside"))
    return [page.number, beside] if beside is not None and 1 <= beside <= seen.pages else [page.number]


def _notes(leaf: Leaf) -> list[tuple[str, NoteWords]]:
    """The reader's own notes on the page: identifier and words."""
    if leaf.part is None:
        raise NotFound
    found = notes_on(current_session, leaf.part, leaf.place, current_user)
    return [(note.public_id, open_note(installed().keys, note)) for note in found]


def _address(page: BundlePage) -> Callable[..., str]:
    """`address(47)` is the page 47 with what is kept from page to page; `address(47, zoom=2)` changes some of it, None takes it away."""
    at: dict[str, Any] = {"slug": page.case.slug, "version": version_in_address(page.bundle)}

    def address(number: int, **changes: object) -> str:
        return url_for("panel.bundle_page", page=number, **at, **(_kept() | changes))

    return address


def _kept() -> dict[str, Any]:
    """What goes with the reader from page to page: words that are looked for, the size, the page beside."""
    zoom = _zoom()
    return {"q": _words() or None, "zoom": zoom if zoom > 1 else None, "beside": row_number(request.args.get("beside"))}


def _words() -> str:
    return " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]


def _zoom() -> int:
    zoom = request.args.get("zoom", 1, type=int)
    return zoom if zoom in ZOOMS else 1
