"""The papers of a case: the list, the paper in the browser, as a file, and several as one zip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.access.roles import may, roles_of
from tvist.accesslog.actions import note_openings_of_all
from tvist.cases.queries import case_at
from tvist.cases.sendings import submissions_visible_to
from tvist.clock import now, today
from tvist.documents.blueprint import bp
from tvist.documents.files import PICTURES, download, is_shown, shown
from tvist.documents.queries import paper_at
from tvist.documents.uploads import MediaType
from tvist.submissions.page_comments import comments_beside, kind_to_write
from tvist.submissions.paper_forms import PageCommentForm
from tvist.submissions.paper_rules import is_to_be_released, sending_of, why_not_renamed
from tvist.submissions.paper_zip import Packed, index_of, unique_names, zipped
from tvist.submissions.papers import PaperSorting, listed_papers, note_openings, sorted_papers, the_listed, versions_of
from tvist.web.headers import POLICY
from tvist.web.session import current_session, installed, page_language, say, tell
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.documents.models import Paper
    from tvist.submissions.papers import ListedPaper

TICKED = 8
"""So many characters of a paper's identifier stand in the address of a zip: an address has room for 300 papers."""
WITH_FRAME = f"{POLICY}; frame-src 'self'"


@bp.app_template_global()
def title_for_reader(paper: Paper) -> Message:
    """A paper's title, where the reader may know it; else that it is under quarantine, or not for the reader."""
    acts = (Act.READ_PAPER, Act.READ_QUARANTINED, Act.REPLACE_PAPER)
    if any(may(current_user, act, paper) for act in acts):
        return Message("documents.titled", title=paper.title)
    return Message("documents.withheld" if may(current_user, Act.SEE_PAPER, paper) else "documents.not_for_reader")


@bp.app_template_global()
def media_type(paper: Paper) -> MediaType:
    """The kind of file a paper is."""
    return MediaType(paper.media_type)


@bp.app_template_global()
def served_and_opened(one: ListedPaper) -> list[Message]:
    """On whom a paper was served and when each party first opened it, a line each, its sender last."""
    lines = []
    for serving in one.sending.servings:
        if serving.fell_at is None:
            code = "documents.served" if serving.is_served else "documents.not_yet_served"
            lines.append(Message(code, who=serving.party.name, at=serving.served_at))
    names = {party.id: party.name for party in one.sending.case.parties}
    return lines + [Message("documents.opened", who=names[party], at=at) for party, at in sorted(one.openings.items())]


@bp.route("/cases/<slug>/papers")
@requires(Act.OPEN_CASE, of=case_at)
def papers(case: Case) -> ResponseReturnValue:
    """All papers of the case that the reader may know of."""
    sorting = next((each for each in PaperSorting if each == request.args.get("sort")), PaperSorting.NUMBER)
    downwards = request.args.get("order") == "down"
    listed = listed_papers(current_session, current_user, case, today())
    return render_template(
        "documents/papers.html",
        case=case,
        listed=sorted_papers(listed, sorting, downwards=downwards, language=page_language()),
        readable=sum(each.is_readable for each in listed),
        sorting=sorting,
        sortings=PaperSorting,
        downwards=downwards,
        ticked=TICKED,
    )


@bp.route("/cases/<slug>/papers.zip")
@requires(Act.OPEN_CASE, of=case_at)
def papers_zip(case: Case) -> ResponseReturnValue:
    """The ticked papers, or all, as one zip with a list of what is in it: what the reader may read at this moment."""
    listed = listed_papers(current_session, current_user, case, today())
    ticked = set(request.args.getlist("p"))
    if "chosen" in request.args:
        listed = [each for each in listed if each.paper.public_id[:TICKED] in ticked]
    readable = [each for each in listed if each.is_readable]
    if not readable:
        tell(Message("documents.tick_one"), kind="warning")
        return redirect(url_for("documents.papers", slug=case.slug), 303)
    _note_opened(case, [each.paper for each in readable])
    response = Response(zipped(_packed(case, listed)), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{case.slug}.zip")
    return response


@bp.route("/cases/<slug>/papers/<public_id>")
@requires(Act.READ_PAPER, of=paper_at)
def paper(paper: Paper) -> ResponseReturnValue:
    """A paper of a case, as a file."""
    return download(paper, _opened(paper))


@bp.route("/cases/<slug>/papers/<public_id>/file")
@requires(Act.READ_PAPER, of=paper_at)
def paper_in_frame(paper: Paper) -> ResponseReturnValue:
    """The same for the frame of its page; what no browser shows is downloaded."""
    name = _opened(paper)
    return shown(paper, name) if is_shown(paper) else download(paper, name)


@bp.route("/cases/<slug>/papers/<public_id>/withheld")
@requires(Act.READ_QUARANTINED, of=paper_at)
def withheld_paper(paper: Paper) -> ResponseReturnValue:
    """A paper under quarantine as a file, for the officers who declared."""
    return download(paper, _listed(paper)[1].file_name(page_language()))


@bp.route("/cases/<slug>/papers/<public_id>/page")
@requires(Act.SEE_PAPER, of=paper_at)
def paper_page(paper: Paper) -> ResponseReturnValue:
    """A paper in the browser, with what was said beside its pages; `?page=3` opens it there. Under quarantine only that it is."""
    page = max(request.args.get("page", 1, type=int), 1)
    return paper_page_with(paper, PageCommentForm(formdata=None, data={"page": page}), page)


def paper_page_with(paper: Paper, form: PageCommentForm, page: int, status: int = 200) -> ResponseReturnValue:
    """The page of a paper at one of its pages, with the form for a comment there."""
    case = sending_of(paper).case
    sendings = submissions_visible_to(current_session, current_user, case, today())
    listed, one = _listed(paper)
    place = listed.index(one)
    text = render_template(
        "documents/paper_page.html",
        case=case,
        paper=paper,
        one=one,
        versions=versions_of(listed, one),
        earlier=listed[place - 1] if place else None,
        later=listed[place + 1] if place + 1 < len(listed) else None,
        page=page,
        sortings=PaperSorting,
        has_frame=one.is_readable and is_shown(paper),
        is_picture=MediaType(paper.media_type) in PICTURES,
        comments=comments_beside(current_session, paper, sendings, case.party_of(current_user, today())),
        kind_to_write=kind_to_write(case, current_user, today()) if one.is_readable else None,
        form=form,
        why_not_renamed=why_not_renamed(paper),
        is_to_be_released=is_to_be_released(paper),
    )
    response = Response(text, 200 if one.is_readable or one.tells_title else 404)
    if status != 200:  # noqa: PLR2004 - all is well.
        response.status_code = status
    response.headers["Content-Security-Policy"] = WITH_FRAME
    return response


def _listed(paper: Paper) -> tuple[list[ListedPaper], ListedPaper]:
    """The reader's list of papers, and this one in it."""
    listed = listed_papers(current_session, current_user, sending_of(paper).case, today())
    return listed, the_listed(listed, paper)


def _opened(paper: Paper) -> str:
    """Note that it was opened; returns what the file is called."""
    case = sending_of(paper).case
    _, one = _listed(paper)
    party = case.party_of(current_user, today())
    if party is not None and party.id not in one.openings and request.method == "GET":
        note_openings(installed().database, [paper], party, at=now())
    return one.file_name(page_language())


def _note_opened(case: Case, papers: Sequence[Paper]) -> None:
    """Note in the access log and for the other side that each of these was opened."""
    if request.method == "GET":
        things = [(paper, roles_of(current_user, paper)) for paper in papers]
        note_openings_of_all(installed().database, user=current_user, act=Act.READ_PAPER, things=things)
        note_openings(installed().database, papers, case.party_of(current_user, today()), at=now())


def _packed(case: Case, listed: Sequence[ListedPaper]) -> list[Packed]:
    """The list of what is in the zip, and then the papers; each is opened when its turn comes."""
    language = page_language()
    readable = [each for each in listed if each.is_readable]
    inside = unique_names([each.file_name(language, of_case=False) for each in readable])
    names = dict(zip((each.paper.id for each in readable), inside, strict=True))
    text = index_of(listed, [names.get(each.paper.id) for each in listed], language=language, at=now()).encode()
    index = Packed(f"{case.slug}/{say(Message('documents.index.name'))}", now(), len(text), lambda: [text])
    return [index, *(_in_zip(f"{case.slug}/{names[each.paper.id]}", each) for each in readable)]


def _in_zip(name: str, each: ListedPaper) -> Packed:
    """A paper for the zip, opened when its turn comes, which is after this request has been answered."""
    store, blob_id = installed().papers, each.paper.blob_id
    return Packed(name, each.sending.made_at, each.paper.size, lambda: store.open(blob_id))
