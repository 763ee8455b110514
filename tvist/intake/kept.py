"""Forms in a case that keep what is typed: the text and its papers lie in a draft until they are sent, and are there again in another browser.

How a page does it (`tvist/submissions/answering_views.py` has examples)::

    kept = kept_form(case, DraftKind.COMMENTS, CommentForm)     # `kept.form` shows what was kept
    if kept.is_put_aside():                                     # "attach", "take out" or "go on later" was pressed
        return kept.put_aside()
    if kept.may_be_sent() and not _refused(...):                # instead of form.validate_on_submit()
        sent = actions.comment(case, ..., papers=kept.papers())
        kept.sent(sent)                                         # the draft becomes the sending; its papers go along
        return finish(...)
    kept.keep()                                                 # what was sent and could not be taken is kept all the same
    return render_template(..., keeps=kept.keeps)

and in the template `{{ form_open(form, keeps=keeps) }}`, with `{{ draft_papers(keeps) }}` of `_draft.html` where papers can be sent along. Fields
are kept by their names; what must not be kept carries `data-unkept`. The kind of draft must be told of once: `written_in(DraftKind.COMMENTS,
"submissions.comment", CommentForm)`; an entry in `cases.acts.PAGES` is not needed for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask import Response, after_this_request, g, request, url_for
from flask_login import current_user
from wtforms import FileField, FormField, HiddenField, SelectMultipleField, SubmitField

from tvist.access.guard import finish, keep_for_later
from tvist.cases.lifecycle import obstacles
from tvist.clock import now, today
from tvist.db import storable
from tvist.documents.actions import add_to_draft, remove_from_draft
from tvist.errors import CannotProceed, NotFound
from tvist.intake.in_case import ACT_OF, draft_in_case, mark_sent, open_draft_in
from tvist.intake.models import FROM_A_PARTY, DraftKind
from tvist.intake.searched_forms import decisions
from tvist.intake.searched_papers import searches_of, title_places
from tvist.intake.searching import mask_earlier_texts, sought_of
from tvist.intake.sendings import move_papers
from tvist.intake.sheets import form_data
from tvist.intake.writing import LONGEST_TAB, FlatSheet, replace_typed
from tvist.web.forms import new_key
from tvist.web.session import current_session, installed, say
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask.typing import ResponseReturnValue
    from wtforms import Field
    from wtforms.form import BaseForm

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.documents.models import Paper
    from tvist.intake.models import Draft
    from tvist.intake.writing import Value
    from tvist.web.forms import TvistForm

    MakeForm = Callable[..., TvistForm]

VERSION_FIELD: Final = "_kept"
TAB_FIELD: Final = "_tab"
NOT_TYPED: Final = frozenset({"csrf_token", "then", "take_out"})
PUT_ASIDE: Final = frozenset({"attach", "aside"})


@dataclass(frozen=True)
class WrittenIn:
    """Where a kind of draft is written: the endpoint of the page, and its form for a case."""

    endpoint: str
    make: MakeForm


WRITTEN: Final[dict[DraftKind, WrittenIn]] = {}


def written_in(kind: DraftKind, endpoint: str, make: MakeForm) -> None:
    """Tell where a kind of draft is written: for the links on the desk, and for the names of its fields. `make(thing=case)` gives the form."""
    WRITTEN[kind] = WrittenIn(endpoint, make)


@dataclass
class Keeps:
    """What a page says of the draft behind its form. `url` is where the browser sends what is typed."""

    url: str
    draft: Draft | None = None
    fields: list[str] | None = None
    """The fields that are kept; None: all of the form's."""
    base: dict[str, Value] | None = None
    """What is kept, where the page shows something else: one that comes back with a fault."""
    meanwhile: list[tuple[str, str]] = field(default_factory=list)
    tab: str = field(default_factory=new_key)
    key: str = ""
    """Which row of a list this is, as the page shows it; empty where there is only one."""
    rows: int = 0
    is_seen: bool = False
    """Whether the form is about the draft itself, so that its `_seen` is the version of the draft."""

    @property
    def version(self) -> str:
        """Which state of the draft the page shows."""
        return str(self.draft.version) if self.draft is not None else ""

    def as_json(self) -> str:
        """For the browser."""
        return json.dumps(
            {
                "url": self.url,
                "draft": self.draft.public_id if self.draft else "",
                "fields": self.fields,
                "base": self.base,
                "key": self.key,
                "rows": self.rows,
                "is_seen": self.is_seen,
            }
        )


class KeptForm:
    """A form in a case with the draft behind it. `draft` is None until something was typed."""

    def __init__(self, case: Case, kind: DraftKind, make: MakeForm, **given: Any) -> None:
        """See `kept_form`."""
        self.case, self.kind = case, kind
        self.party: Party | None = case.party_of(current_user, today()) if kind in FROM_A_PARTY else None
        is_for_nobody = kind in FROM_A_PARTY and self.party is None
        self.draft = None if is_for_nobody else open_draft_in(current_session, case, kind, self.party)
        typed = self.draft.typed if self.draft is not None and request.method != "POST" else {}
        self.form: Any = make(thing=case, **given, **({"formdata": form_data(typed)} if typed else {}))
        self.keeps = Keeps(url_for("intake.keep_in_case", slug=case.slug, kind=kind), self.draft)
        self._taken: list[Paper] | None = None
        self.form.notes_later = True
        self._look_at_papers()
        if request.method == "POST":
            self._compare()

    def _compare(self) -> None:
        """Whether somebody else has changed the draft since the page was shown: then they are told, and nothing of theirs is written over."""
        if self.draft is None:
            return
        self.keeps.base = dict(self.draft.typed)
        if request.form.get(VERSION_FIELD, self.keeps.version) == self.keeps.version:
            return
        names = {each.name: str(each.label.text) for each in fields_of(self.form)}
        typed = self._typed()
        for name, kept in self.draft.typed.items():
            if kept and name in names and kept != typed.get(name, kept):
                self.keeps.meanwhile.append((names[name], ", ".join(kept) if isinstance(kept, list) else str(kept)))

    def may_be_sent(self) -> bool:
        """Whether the form was sent and nothing is wrong with it; another's text that this page has not shown is said at its top."""
        return bool(self.form.validate_on_submit()) and not self.is_behind()

    def is_behind(self) -> bool:
        """Whether another's text stands in the draft that this page has not shown, or something found in text or papers is not decided (rule 6)."""
        if self.keeps.meanwhile and not self.form.is_stale:
            self.form.is_stale = True
            self.form.form_errors.append(say(Message("web.changed_meanwhile")))
        return bool(self.keeps.meanwhile) or bool(self.form.undecided())

    def is_put_aside(self) -> bool:
        """Whether the form was sent to lay papers in or take one out, or to go on later, and not to be handed in."""
        return request.method == "POST" and (request.form.get("then") in PUT_ASIDE or "take_out" in request.form)

    def put_aside(self) -> ResponseReturnValue:
        """Keep text and papers, and show the page again; or the case, to go on later."""
        draft = self._begun()
        self._keep_text(draft)
        said, kind = self._lay_in(draft)
        blob = self._take_out(draft)
        is_later = request.form.get("then") == "aside"
        onward = url_for("cases.show", slug=self.case.slug) if is_later else f"{request.path}#papers-box"
        answer = finish(onward, said or Message("writing.put_aside"), kind=kind)
        if blob:
            # Only now: had the commit failed, the row would point to bytes that are gone.
            installed().papers.delete(blob)
        return answer

    def keep(self) -> None:
        """Keep what came with a sending that could not be taken: text, and papers, which a browser would not send again."""
        if request.method != "POST" or (self.draft is None and obstacles(self.case, ACT_OF[self.kind])) or self.keeps.meanwhile:
            return
        draft = self._begun()
        self._keep_text(draft)
        said, _kind = self._lay_in(draft, quietly=True)
        if said is not None:
            self.form.blame(said)
        self._look_at_papers()
        keep_for_later()
        self.keeps.draft, self.keeps.base = draft, dict(draft.typed)

    def papers(self) -> list[Paper]:
        """The papers that came with this sending itself and are to be sent; `sent` lets those of the draft follow."""
        removed = {id(each.paper) for each in self.form.papers if each.is_removed}
        return [paper for paper in self._papers_taken() if id(paper) not in removed]

    def sent(self, submission: Submission) -> None:
        """The draft became this sending: its papers go along, what was put out of it is put out of its earlier texts, and what was kept is noted.

        Whoever still has the draft open is told.
        """
        if self.draft is not None:
            self._leave_out()
            move_papers(submission, [*self.draft.papers, *submission.papers])
            mark_sent(self.draft, submission, at=now())
            mask_earlier_texts(self.draft, self.form.search)
        self.form.note(submission)

    def _papers_taken(self) -> list[Paper]:
        """The files of this request as rows, the same each time."""
        if self._taken is None:
            taken = g.get("taken_in")
            start = max((paper.position for paper in self.draft.papers), default=0) + 1 if self.draft else 1
            self._taken = (
                taken.papers(added_by=current_user, at=now(), start_position=start) if taken is not None and len(taken) else []
            )
        return self._taken

    def _look_at_papers(self) -> None:
        """What was found in the papers that would be sent now."""
        papers = list(self.draft.papers) if self.draft is not None else []
        papers += [paper for paper in self._papers_taken() if paper not in papers]
        self.form.more_places = list(title_places(papers))
        keys = installed().keys
        self.form.papers = searches_of(papers, decisions(), keys, sought_of(self.case, keys))

    def _leave_out(self) -> None:
        """Take the papers out of the draft that the sender does not send; their bytes go after the commit."""
        left_out = [each.paper for each in self.form.papers if each.is_removed and self.draft and each.paper in self.draft.papers]
        blobs = [remove_from_draft(paper, at=now()) for paper in left_out]
        if blobs and self.draft is not None:
            current_session.flush()
            current_session.refresh(self.draft, ["papers"])
            delete_after_commit(blobs)

    def _begun(self) -> Draft:
        if self.kind in FROM_A_PARTY and self.party is None:
            raise NotFound
        self.draft = draft_in_case(current_session, self.case, self.kind, party=self.party, by=current_user, at=now())
        return self.draft

    def _typed(self) -> dict[str, Value]:
        """What came with this sending, by the names of the fields; what is not ticked is nothing."""
        names = [each.name for each in fields_of(self.form) if not isinstance(each, FileField | HiddenField | SubmitField)]
        sent = [name for name in request.form if not name.startswith("_") and name not in NOT_TYPED]
        groups = {each.name for each in fields_of(self.form) if isinstance(each, SelectMultipleField)}
        found = {name: request.form.getlist(name) for name in dict.fromkeys([*names, *sent])}
        return {
            name: values if name in groups or len(values) > 1 else "".join(values).replace("\r\n", "\n")
            for name, values in found.items()
        }

    def _keep_text(self, draft: Draft) -> None:
        tab = storable(request.form.get(TAB_FIELD, ""))[:LONGEST_TAB]
        put_out = {each.name: each.put_out for each in fields_of(self.form) if hasattr(each, "put_out")}
        replace_typed(draft, FlatSheet(draft), {**self._typed(), **put_out}, by=current_user, tab=tab, at=now())

    def _lay_in(self, draft: Draft, *, quietly: bool = False) -> tuple[Message | None, str]:
        """Lay the files that came into the draft; what there is to say, and of which kind."""
        taken = g.get("taken_in")
        if taken is None:
            return None, "success"
        try:
            add_to_draft(draft, self._papers_taken(), at=now())
        except CannotProceed as refused:
            taken.discard()
            return refused.obstacles[0], "danger"
        if taken.faults:
            return (None, "success") if quietly else (taken.faults[0], "danger")
        return (Message("intake.papers_added", count=len(taken)), "success") if len(taken) and not quietly else (None, "success")

    def _take_out(self, draft: Draft) -> str | None:
        chosen = request.form.get("take_out")
        paper = next((found for found in draft.papers if chosen and found.public_id == chosen), None)
        return remove_from_draft(paper, at=now()) if paper is not None else None


def delete_after_commit(blobs: list[str]) -> None:
    """Delete the bytes of papers when the act was done: had the commit failed, their rows would point to bytes that are gone."""

    @after_this_request
    def delete(answer: Response) -> Response:
        if g.get("is_committed"):
            for blob in blobs:
                installed().papers.delete(blob)
        return answer


def kept_form(case: Case, kind: DraftKind, make: MakeForm, **given: Any) -> KeptForm:
    """The form of a page in a case, with what was typed into it so far. `make(thing=case, **given)` gives the form."""
    return KeptForm(case, kind, make, **given)


def fields_of(form: BaseForm) -> Iterator[Field]:
    """The fields of a form, with those of its parts."""
    for each in form:
        if isinstance(each, FormField):
            yield from fields_of(each.form)
        else:
            yield each


def label_in(case: Case, kind: DraftKind, names: Mapping[str, object]) -> dict[str, str]:
    """What the fields are called on their page; one that is no more there by its name."""
    found = WRITTEN.get(kind)
    # As if all were filled in: a form may have rows that are there only when something stands in them.
    filled = form_data(dict.fromkeys(names, "-"))
    known = {each.name: str(each.label.text) for each in fields_of(found.make(thing=case, formdata=filled))} if found else {}
    return {name: known.get(name) or name for name in names}


__all__ = ["WRITTEN", "Keeps", "KeptForm", "fields_of", "kept_form", "label_in", "written_in"]
