"""A page that has grown old shows what was saved meanwhile beside what was typed, writes over nothing, and can be sent again: every form that edits something kept."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.pages.test_filing import begun
from tests.pages.test_filing_papers import uploaded
from tests.pages.test_letter_texts import typed as letter_text
from tests.scenes.decision import agreed, present, voted
from tests.scenes.intake import accepted
from tests.scenes.kept import lately
from tests.scenes.panel import referred
from tests.scenes.papers import exchanging
from tests.scenes.publication import begun as publication_begun
from tests.scenes.redaction import laid_out
from tests.scenes.submissions import DAY
from tvist.clock import OSLO, now
from tvist.db import Base
from tvist.meetings.actions import Plan, call_meeting
from tvist.submissions.page_comments import write_page_comment
from tvist.web.forms import TvistForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people import Cast
    from tvist.installation import Installation

MINE, THEIRS = "MIN TEKST", "DERES TEKST"


@dataclass(frozen=True)
class Edit:
    """A page on which two write: its address, what each sends, and who they are."""

    address: str
    mine: dict[str, Any]
    theirs: dict[str, Any]
    i: Any
    they: Any


def typing(name: str, **rest: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both send: the one field that each fills in with their own text, and the rest."""
    return {name: MINE, **rest}, {name: THEIRS, **rest}


def a_letter_text(_installation: Installation, cast: Cast, _ask: Any) -> Edit:
    mine, theirs = (letter_text(cast, subject_nb=f"Sak {{number}}: {text}") for text in (MINE, THEIRS))
    return Edit("/letters/texts/panel_seated", mine, theirs, cast.siri, cast.stein)


def a_meeting(installation: Installation, cast: Cast, since: int = -1) -> tuple[str, str]:
    with installation.database.writing() as session:
        here = present(session, cast)
        case = referred(session, here, at=lately() - 4 * DAY)
        starts = now() - since * DAY
        made = call_meeting(
            session, Plan(starts, starts + DAY / 24, "Møterom 2", [case], [here.frida]), by=here.cato, at=lately() - 4 * DAY
        )
        session.commit()
        return f"/meetings/{made.public_id}", case.slug


def a_meeting_changed(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    at, slug = a_meeting(installation, cast)
    day = f"{(now() + 7 * DAY).astimezone(OSLO):%d.%m.%Y}"
    return Edit(f"{at}/change", *typing("place", on=day, starts="9.30", ends="11.00", cases=[slug]), cast.cato, cast.cato)


def minutes(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    at, _ = a_meeting(installation, cast, since=2)
    return Edit(f"{at}/minutes", *typing("minutes", present=[cast.frida.public_id], then="keep"), cast.cato, cast.cato)


def a_sent_paper(installation: Installation, cast: Cast, *, with_comment: bool = False) -> tuple[str, str]:
    """The address of the paper, and of a comment of Bo's beside its first page."""
    with installation.database.writing() as session:
        here = present(session, cast)
        case = exchanging(session, here, installation, at=lately())
        paper = case.submissions[0].papers[0]
        at = f"/cases/{case.slug}/papers/{paper.public_id}"
        comment = write_page_comment(paper, by=here.bo, at=now(), page=1, text="Først.") if with_comment else None
        session.flush()
        session.commit()
        return at, f"{at}/comments/{comment.public_id}" if comment else ""


def a_title(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    at, _ = a_sent_paper(installation, cast)
    return Edit(f"{at}/rename", *typing("title", kind="decision", dated_on=""), cast.siri, cast.siri)


def a_page_comment(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    _, comment = a_sent_paper(installation, cast, with_comment=True)
    return Edit(comment, *typing("text", page="1"), cast.bo, cast.bo)


def a_standard_text(_installation: Installation, cast: Cast, ask: Any) -> Edit:
    first = {"section": "legal", "language": "nb", "title": "Rettslig", "text": "Første."}
    page = ask("POST", "/standard-texts/new", as_=cast.siri, data=first).location
    return Edit(page, *typing("text", title="Rettslig"), cast.siri, cast.frida)


def a_question(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    with installation.database.writing() as session:
        case = agreed(session, cast)
        session.commit()
        at = f"/cases/{case.slug}/decision/questions"
        return Edit(f"{at}/{case.questions[0].public_id}", *typing("words"), cast.cato, cast.frida)


def a_remark(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    with installation.database.writing() as session:
        case = voted(session, cast, installation)
        session.commit()
        at = f"/cases/{case.slug}/decision/dissent/{case.questions[0].public_id}"
    return Edit(at, *typing("text", kind="concurring"), cast.frida, cast.frida)


def words_to_cover(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    with installation.database.writing() as session:
        at = f"/redactions/{laid_out(session, cast, installation).public_id}/words"
    return Edit(at, *typing("secrets"), cast.siri, cast.stein)


def a_body_letter(installation: Installation, cast: Cast, ask: Any) -> Edit:
    with installation.database.writing() as session:
        case = accepted(session, present(session, cast), at=lately())
        session.commit()
        at, party = f"/cases/{case.slug}/letter", case.parties[0].public_id
    ask("POST", at, as_=cast.siri, data={"text": "Først.", "to": [party]})
    return Edit(at, *typing("text", to=[party]), cast.siri, cast.siri)


def titles_in_a_draft(installation: Installation, cast: Cast, ask: Any) -> Edit:
    draft = begun(ask, cast.asta)
    paper = uploaded(ask, draft, cast.asta).rpartition("/")[2]
    return Edit(
        f"{draft}/papers/describe", *typing(f"paper_{paper}-title", **{f"paper_{paper}-kind": "other"}), cast.asta, cast.asta
    )


def a_mark(installation: Installation, cast: Cast, _ask: Any) -> Edit:
    with installation.database.writing() as session:
        found = publication_begun(session, cast, installation)
        session.commit()
        at = f"/publications/{found.public_id}/marks/{found.marks[0].public_id}"
    return Edit(at, *typing("replacement", hides="hide", kind="free"), cast.siri, cast.stein)


EDITS = (
    a_letter_text,
    a_meeting_changed,
    minutes,
    a_title,
    a_page_comment,
    a_standard_text,
    a_question,
    a_remark,
    words_to_cover,
    a_body_letter,
    titles_in_a_draft,
    a_mark,
)


def shown(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def faults(answer: Any) -> str:
    """What the page says is wrong."""
    return " ".join(re.findall(r"(?s)ds-error-summary.*?</ul>|ds-alert.*?</div>", shown(answer)))


def versions_on(answer: Any) -> str:
    """The version that the page's own form carries: the last that is not empty."""
    return next(found for found in reversed(re.findall(r'name="_seen" value="(\d*)"', shown(answer))) if found)


def test_what_was_ticked_meanwhile_is_told_in_words(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        found = publication_begun(session, cast, installation)
        session.commit()
        at = f"/publications/{found.public_id}/blurs"
    old = versions_on(ask("GET", at, as_=cast.siri))
    assert ask("POST", at, as_=cast.stein, data={"kinds": ["region", "birth_year"], "_seen": old}).status_code == 303
    stale = ask("POST", at, as_=cast.siri, data={"kinds": ["region"], "_seen": old})
    assert stale.status_code == 409
    assert "Fødselsåret, Regionen</dd>" in shown(stale)


@pytest.mark.parametrize("made", EDITS, ids=lambda made: made.__name__)
def test_an_old_page_shows_both_texts_and_writes_over_neither(
    made: Callable[..., Edit], installation: Installation, cast: Cast, ask: Any
) -> None:
    edit = made(installation, cast, ask)
    old = versions_on(ask("GET", edit.address, as_=edit.i))
    saved = ask("POST", edit.address, as_=edit.they, data=edit.theirs | {"_seen": old})
    assert saved.status_code == 303, faults(saved)

    stale = ask("POST", edit.address, as_=edit.i, data=edit.mine | {"_seen": old})

    page = shown(stale)
    assert (stale.status_code, MINE in page, THEIRS in page) == (409, True, True), faults(stale)
    assert not everywhere(installation, MINE), "nothing was written over"
    to = re.findall(r'<form class="tv-stack tv-form" method="post" action="([^"]+)"', page)[-1]
    again = ask("POST", to, as_=edit.i, data=edit.mine | {"_seen": versions_on(stale)})
    assert again.status_code == 303, faults(again)
    assert everywhere(installation, MINE)


def everywhere(installation: Installation, text: str) -> list[str]:
    """The tables that hold the text."""
    found = []
    with installation.database.reading() as session:
        for table in Base.metadata.tables.values():
            columns = [column for column in table.columns if isinstance(column.type, sa.Text | sa.JSON)]
            rows = session.execute(sa.select(*columns)).all() if columns else []
            if any(text in str(row) for row in rows):
                found.append(table.name)
    return found


def test_every_form_that_edits_is_in_the_table() -> None:
    """A new form that begins with what is kept says so, and is tried here or in the test of its room."""
    here = {"LetterTextForm", "MeetingForm", "MinutesForm", "RenameForm", "PageCommentForm", "StandardTextForm"}
    here |= {"ChangeForm", "RemarkForm", "WordsForm", "BodyLetterForm", "DescribeForm", "MarkForm", "BlurForm"}
    in_their_rooms = {"RankForm", "LanguageForm"}
    assert {found.__name__ for found in _all(TvistForm) if found.__dict__.get("edits")} == here | in_their_rooms


def _all(kind: type[Any]) -> list[type[Any]]:
    return [found for each in kind.__subclasses__() for found in (each, *_all(each))]
