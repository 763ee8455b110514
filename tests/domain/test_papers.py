"""Papers of a case: who reads which, how they are numbered, what quarantine takes away and a replacement gives back (rules 18, 20, 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast
from tests.scenes.intake import at_home, declared, letters_arrive
from tests.scenes.panel import referred
from tests.scenes.papers import a_paper, everybody, exchanging, filed_with_papers, paper_called, two_papers, with_planted
from tests.scenes.submissions import DAY, disputing, passed_on
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.lifecycle import State
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.submissions import SubmissionKind
from tvist.cases.tasks import is_waiting_for
from tvist.cases.waiting import TaskKind
from tvist.check.papers import check_index, check_papers
from tvist.clock import oslo_date
from tvist.delivery.models import LetterKind
from tvist.documents.models import PaperKind, PaperOpening
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.bundle import is_intact
from tvist.search.models import Indexed, SearchedThing
from tvist.submissions import actions
from tvist.submissions.page_comments import (
    change_page_comment,
    comments_beside,
    remove_page_comment,
    unsent_comments,
    write_page_comment,
)
from tvist.submissions.paper_actions import quarantine_paper, release_paper, rename_paper, replace_paper
from tvist.submissions.papers import PaperSorting, listed_papers, note_openings, sorted_papers
from tvist.words import render

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.submissions.papers import ListedPaper

LATER = NOON + 5 * DAY
ON = oslo_date(LATER)
TOLD = frozenset({LetterKind.PAPER_QUARANTINED, LetterKind.PAPER_REPLACED})


def titles(listed: list[ListedPaper]) -> list[str]:
    return [render(each.title, "nb") for each in listed]


def seen_by(session: Session, user: User, case: Case) -> list[ListedPaper]:
    session.flush()
    return listed_papers(session, user, case, ON)


def quarantined(session: Session, cast: Cast, case: Case, title: str) -> None:
    quarantine_paper(paper_called(case, title), by=cast.siri, at=LATER, reason="Navn på side 2")
    letters_arrive(session, case, at=LATER)


def replaced(session: Session, cast: Cast, case: Case, title: str) -> None:
    new = a_paper(None, f"{title} sladdet", cast.asta, content=b"uten navn")
    replace_paper(paper_called(case, title), new, by=cast.asta, at=LATER, text="Navnet er sladdet.")
    letters_arrive(session, case, at=LATER)


def letters_of(case: Case, kind: LetterKind) -> list[str]:
    return sorted(letter.party.name if letter.party else "-" for letter in case.letters if letter.kind is kind)


# ---- Who knows of which ----


def test_a_paper_is_read_by_those_who_read_what_it_came_with(session, cast):
    case = with_planted(session, cast)
    for user in everybody(cast):
        readable = {paper.paper.title for paper in seen_by(session, user, case) if paper.is_readable}
        may_read = {
            paper.title for sending in case.submissions for paper in sending.papers if may(user, Act.READ_PAPER, paper, ON)
        }
        assert readable == may_read, user.name


def test_an_unserved_paper_leaves_no_trace_on_the_other_side(session, cast):
    case = with_planted(session, cast)
    before = seen_by(session, cast.asta, case)
    assert titles(before) == ["Vedtak", "Faktura"]
    assert [each.number for each in before] == [1, 2]
    assert [(each.number, each.paper.title) for each in seen_by(session, cast.bo, case)][-1] == (None, "Hemmelig")


def test_a_paper_gets_its_number_when_it_goes_over_and_all_call_it_by_the_same(session, cast):
    case = passed_on(session, cast, with_planted(session, cast), at=LATER)
    for user in (cast.asta, cast.bo, cast.siri):
        found = seen_by(session, user, case)
        assert [(each.number, each.paper.title) for each in found] == [(1, "Vedtak"), (2, "Faktura"), (3, "Hemmelig")]
    assert render(found[2].answers, "nb") == "Svar på: Begjæring, Vik kommune"


def test_the_list_is_sorted_four_ways_and_both_up_and_down(session, cast):
    listed = seen_by(session, cast.siri, passed_on(session, cast, with_planted(session, cast), at=LATER))
    assert titles(sorted_papers(listed, PaperSorting.KIND)) == ["Hemmelig", "Faktura", "Vedtak"]
    assert titles(sorted_papers(listed, PaperSorting.SENDER, downwards=True)) == ["Hemmelig", "Vedtak", "Faktura"]
    assert titles(sorted_papers(listed, PaperSorting.DATE)) == ["Vedtak", "Faktura", "Hemmelig"]
    assert titles(sorted_papers(listed, PaperSorting.NUMBER, downwards=True)) == ["Hemmelig", "Faktura", "Vedtak"]


def test_a_file_is_called_by_what_it_is(session, cast):
    listed = seen_by(session, cast.asta, exchanging(session, cast))
    assert listed[0].file_name("nb") == "2026-0001 Bilag 1 Vedtak 2026-03-02.txt"
    listed[1].paper.title = "a/b: " + "x" * 300
    assert listed[1].file_name("en").startswith("2026-0001 Annex 2 a-b_ x")
    assert len(listed[1].file_name("en")) < 120


def test_the_first_opening_of_each_side_is_kept(session, cast, database):
    case = exchanging(session, cast)
    paper = paper_called(case, "Vedtak")
    party = case.party_of(cast.bo, ON)
    session.commit()
    note_openings(database, [paper], party, at=LATER)
    note_openings(database, [paper], party, at=LATER + DAY)
    note_openings(database, [paper], None, at=LATER)
    assert [found.opened_at for found in session.scalars(sa.select(PaperOpening))] == [LATER]
    assert seen_by(session, cast.asta, case)[0].openings == {party.id: LATER}


# ---- Quarantine ----


@pytest.mark.parametrize("scene", [filed_with_papers, exchanging, with_planted])
def test_under_quarantine_only_declared_officers_read_a_paper(session, cast, scene):
    case = scene(session, cast)
    if scene is filed_with_papers:
        declared(case, cast.siri)
    paper = paper_called(case, "Faktura")
    could = [user for user in everybody(cast) if may(user, Act.READ_PAPER, paper, ON)]
    quarantined(session, cast, case, "Faktura")
    assert not any(may(user, Act.READ_PAPER, paper, ON) for user in everybody(cast))
    assert [user for user in everybody(cast) if may(user, Act.READ_QUARANTINED, paper, ON)] == [cast.siri]
    assert [user for user in everybody(cast) if may(user, Act.SEE_PAPER, paper, ON)] == could
    assert [user for user in everybody(cast) if may(user, Act.REPLACE_PAPER, paper, ON)] == [cast.asta]


def test_its_sender_is_asked_for_another_and_who_has_got_it_is_told(session, cast):
    case = exchanging(session, cast)
    quarantined(session, cast, case, "Faktura")
    assert is_waiting_for(case, TaskKind.REPLACE_PAPER, case.party_of(cast.asta, ON))
    assert letters_of(case, LetterKind.PAPER_QUARANTINED) == ["Bufetat region vest", "Vik kommune"]
    assert case.events[-1].act is Act.QUARANTINE_PAPER


def test_of_a_paper_that_has_not_gone_over_only_its_sender_is_told(session, cast):
    case = with_planted(session, cast)
    quarantined(session, cast, case, "Hemmelig")
    assert letters_of(case, LetterKind.PAPER_QUARANTINED) == ["Bufetat region vest"]
    assert titles(seen_by(session, cast.asta, case)) == ["Vedtak", "Faktura"]


def test_the_title_of_a_paper_under_quarantine_is_for_its_sender_and_the_officer(session, cast):
    case = exchanging(session, cast)
    quarantined(session, cast, case, "Faktura")
    seen = {user.name: titles(seen_by(session, user, case)) for user in (cast.asta, cast.bo, cast.siri, cast.stein)}
    assert [name for name, found in seen.items() if "Faktura" in found] == [cast.asta.name, cast.siri.name]
    assert seen[cast.bo.name] == ["Vedtak", "Dokument i karantene"]


def test_a_paper_is_put_under_quarantine_once_and_with_a_reason(session, cast):
    case = exchanging(session, cast)
    with pytest.raises(CannotProceed, match=r"documents\.write_reason"):
        quarantine_paper(paper_called(case, "Faktura"), by=cast.siri, at=LATER, reason=" ")
    quarantined(session, cast, case, "Faktura")
    with pytest.raises(CannotProceed, match=r"documents\.quarantined_already"):
        quarantine_paper(paper_called(case, "Faktura"), by=cast.siri, at=LATER, reason="x")


# ---- Replacement ----


def test_a_replacement_is_looked_through_before_the_other_side_sees_it(session, cast):
    case = exchanging(session, cast)
    quarantined(session, cast, case, "Faktura")
    replaced(session, cast, case, "Faktura")
    assert "Faktura sladdet" not in titles(seen_by(session, cast.bo, case))
    assert is_waiting_for(case, TaskKind.RELEASE_PAPER)
    assert not is_waiting_for(case, TaskKind.REPLACE_PAPER)

    release_paper(paper_called(case, "Faktura sladdet"), by=cast.siri, at=LATER)
    assert "Faktura sladdet" not in titles(seen_by(session, cast.bo, case)), "it is served by its letter, not by the release"
    letters_arrive(session, case, at=LATER)
    found = seen_by(session, cast.bo, case)
    assert [(each.number, each.version, each.is_readable) for each in found] == [(1, 1, True), (2, 1, False), (2, 2, True)]
    assert letters_of(case, LetterKind.PAPER_REPLACED) == ["Bufetat region vest"]
    assert not is_waiting_for(case, TaskKind.RELEASE_PAPER)


def test_a_replacement_waits_until_what_it_belongs_to_has_gone_over(session, cast):
    case = with_planted(session, cast)
    quarantined(session, cast, case, "Hemmelig")
    new = a_paper(None, "Nytt", cast.bo, content=b"nytt")
    replace_paper(paper_called(case, "Hemmelig"), new, by=cast.bo, at=LATER)
    with pytest.raises(CannotProceed, match=r"documents\.origin_not_passed_on"):
        release_paper(new, by=cast.siri, at=LATER)
    passed_on(session, cast, case, at=LATER)
    release_paper(new, by=cast.siri, at=LATER)
    letters_arrive(session, case, at=LATER)
    assert titles(seen_by(session, cast.asta, case))[-2:] == ["Dokument i karantene", "Nytt"]


def test_a_replacement_that_names_somebody_too_is_replaced_again(session, cast):
    case = exchanging(session, cast)
    quarantined(session, cast, case, "Faktura")
    replaced(session, cast, case, "Faktura")
    quarantined(session, cast, case, "Faktura sladdet")
    assert not is_waiting_for(case, TaskKind.RELEASE_PAPER)
    third = a_paper(None, "Faktura tre", cast.asta, content=b"tredje")
    replace_paper(paper_called(case, "Faktura sladdet"), third, by=cast.asta, at=LATER)
    release_paper(third, by=cast.siri, at=LATER)
    letters_arrive(session, case, at=LATER)
    assert [(each.number, each.version) for each in seen_by(session, cast.asta, case)][1:] == [(2, 1), (2, 2), (2, 3)]
    assert seen_by(session, cast.bo, case)[-1].is_readable


@pytest.mark.parametrize(
    ("title", "content", "code"),
    [
        ("Vedtak", b"x", "documents.not_quarantined"),
        ("Faktura", b"Dette er Faktura.", "documents.same_file"),
    ],
)
def test_what_may_not_take_its_place(session, cast, title, content, code):
    case = exchanging(session, cast)
    quarantined(session, cast, case, "Faktura")
    new = a_paper(None, "Nytt", cast.asta, content=content)
    with pytest.raises(CannotProceed, match=code.replace(".", r"\.")):
        replace_paper(paper_called(case, title), new, by=cast.asta, at=LATER)


def test_only_its_sender_replaces_a_paper(session, cast):
    case = exchanging(session, cast)
    quarantined(session, cast, case, "Faktura")
    with pytest.raises(NotAllowed):
        replace_paper(paper_called(case, "Faktura"), a_paper(None, "Nytt", cast.bo), by=cast.bo, at=LATER)


def test_a_closed_case_waits_for_nobody_but_takes_a_replacement(session, cast):
    case = exchanging(session, cast)
    actions.withdraw(case, by=cast.asta, at=LATER)
    quarantined(session, cast, case, "Faktura")
    replaced(session, cast, case, "Faktura")
    assert case.open_tasks == []
    release_paper(paper_called(case, "Faktura sladdet"), by=cast.siri, at=LATER)
    assert case.state is State.DISCONTINUED


# ---- Titles ----


def test_the_secretariat_calls_a_paper_by_another_title(session, cast):
    case = exchanging(session, cast)
    paper = paper_called(case, "Faktura")
    with pytest.raises(CannotProceed, match=r"documents\.write_title"):
        rename_paper(paper, by=cast.siri, at=LATER, title=" ", kind=PaperKind.INVOICE, dated_on=None)
    rename_paper(paper, by=cast.siri, at=LATER, title="Faktura mars", kind=PaperKind.INVOICE, dated_on=ON)
    assert (paper.title, paper.dated_on, case.events[-1].act) == ("Faktura mars", ON, Act.RENAME_PAPER)


# ---- Comments beside a page ----


def test_a_comment_beside_a_page_is_sent_with_the_response(session, cast):
    case = exchanging(session, cast)
    paper = paper_called(case, "Vedtak")
    comment = write_page_comment(paper, by=cast.bo, at=LATER, page=3, text="Dette stemmer ikke.")
    write_page_comment(paper, by=cast.bo, at=LATER, page=1, text="Angres.")
    remove_page_comment(unsent_comments(session, case, case.party_of(cast.bo, ON))[0], at=LATER)
    change_page_comment(comment, by=cast.bo, at=LATER, page=4, text="Dette stemmer slett ikke.")
    assert beside(session, cast.asta, case) == []
    assert beside(session, cast.bo, case) == [(4, "Dette stemmer slett ikke.")]

    actions.respond(case, by=cast.bo, at=LATER, answers=disputing(case), text="Bestrides.")
    assert beside(session, cast.asta, case) == [], "not looked through yet"
    passed_on(session, cast, case, at=LATER)
    assert beside(session, cast.asta, case) == [(4, "Dette stemmer slett ikke.")]
    sent = next(found for found in case.submissions if found.kind is SubmissionKind.RESPONSE)
    assert sent.page_comments == [comment]
    with pytest.raises(CannotProceed, match=r"submissions\.page_comments\.sent"):
        change_page_comment(comment, by=cast.bo, at=LATER, page=1, text="x")


def beside(session: Session, user: User, case: Case) -> list[tuple[int, str]]:
    session.flush()
    session.expire_all()
    sendings = submissions_visible_to(session, user, case, ON)
    paper = paper_called(case, "Vedtak")
    return [(each.page, each.text) for each in comments_beside(session, paper, sendings, case.party_of(user, ON))]


@pytest.mark.parametrize(("page", "text", "code"), [(0, "x", "no_page"), (1, "  ", "write")])
def test_a_comment_has_a_page_and_a_text(session, cast, page, text, code):
    case = exchanging(session, cast)
    with pytest.raises(CannotProceed, match=code):
        write_page_comment(paper_called(case, "Vedtak"), by=cast.bo, at=LATER, page=page, text=text)


def test_no_comment_where_nothing_can_be_sent_and_none_by_the_secretariat(session, cast):
    case = exchanging(session, cast)
    with pytest.raises(NotAllowed):
        write_page_comment(paper_called(case, "Vedtak"), by=cast.siri, at=LATER, page=1, text="x")
    actions.withdraw(case, by=cast.asta, at=LATER)
    with pytest.raises(CannotProceed, match=r"not_now"):
        write_page_comment(paper_called(case, "Vedtak"), by=cast.asta, at=LATER, page=1, text="x")


# ---- After the bundle was frozen ----


@pytest.fixture
def before_the_panel(session: Session, cast: Cast) -> Case:
    """A case with two papers before the panel."""
    at_home(session, cast)
    return referred(session, cast, at=NOON, papers=two_papers(cast))


def test_a_frozen_bundle_stands_when_a_paper_in_it_is_put_under_quarantine(session, cast, before_the_panel):
    case = before_the_panel
    quarantined(session, cast, case, "Faktura")
    replaced(session, cast, case, "Faktura")
    assert is_intact(case.bundles[-1])
    assert titles(seen_by(session, cast.frida, case)) == ["Vedtak", "Dokument i karantene"]

    release_paper(paper_called(case, "Faktura sladdet"), by=cast.siri, at=LATER)
    assert titles(seen_by(session, cast.frida, case)) == ["Vedtak", "Dokument i karantene"], "not served on all yet"
    letters_arrive(session, case, at=LATER)
    assert titles(seen_by(session, cast.frida, case)) == ["Vedtak", "Dokument i karantene", "Faktura sladdet"]
    assert is_intact(case.bundles[-1])
    told = {recipient.address for letter in case.letters if letter.kind in TOLD for recipient in letter.recipients}
    assert cast.frida.email in told


def test_a_paper_in_a_frozen_bundle_keeps_its_title(session, cast, before_the_panel):
    with pytest.raises(CannotProceed, match=r"documents\.frozen_in_bundle"):
        rename_paper(
            paper_called(before_the_panel, "Vedtak"), by=cast.siri, at=LATER, title="x", kind=PaperKind.OTHER, dated_on=None
        )


# ---- tvist check ----


def test_check_finds_nothing_in_a_sound_replacement_and_what_was_planted(session, cast, installation):
    case = exchanging(session, cast)
    quarantined(session, cast, case, "Faktura")
    replaced(session, cast, case, "Faktura")
    release_paper(paper_called(case, "Faktura sladdet"), by=cast.siri, at=LATER)
    session.flush()
    assert list(check_papers(case)) == []
    assert list(check_index(session)) == []

    paper = paper_called(case, "Faktura")
    session.add(Indexed(thing_kind=SearchedThing.PAPER, thing_id=paper.id, case_id=case.id, for_secretariat=True))
    paper.quarantined_at = None
    session.flush()
    assert set(check_papers(case)) == {"paper.quarantine", "paper.replacement"}
    assert list(check_index(session)) == []
    paper.quarantined_at = LATER
    session.flush()
    assert [found.code for found in check_index(session)] == ["paper.indexed"]
