"""A request for a new treatment: asked in time on a ground, granted with a linked case or refused with reasons (rule 40)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.afterwards import asked, granted, told
from tests.scenes.decision import present
from tests.scenes.intake import letters_arrive
from tests.scenes.papers import paper_called, two_papers
from tests.scenes.submissions import DAY, disputing
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.away import StoreAway
from tvist.cases.chronology import StatedFact
from tvist.cases.history import Statement
from tvist.cases.lifecycle import STEPS, State
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import Desk, TaskKind
from tvist.check import check_all
from tvist.decision.afterwards import NewTreatment
from tvist.decision.carried_papers import are_carried, copy_papers_job
from tvist.decision.new_treatment import (
    ask_new_treatment,
    grant_new_treatment,
    last_day_to_ask,
    open_request,
    refuse_new_treatment,
)
from tvist.delivery.models import LetterKind
from tvist.documents.models import Paper
from tvist.documents.storage import PaperStore
from tvist.errors import CannotProceed
from tvist.intake.actions import declare_impartiality
from tvist.submissions.actions import comment, respond
from tvist.submissions.models import PageComment
from tvist.submissions.outages import record_outage
from tvist.submissions.paper_actions import quarantine_paper
from tvist.submissions.rules import rounds_taken, waiting_to_be_passed_on

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.installation import Installation

LAST_DAY = date(2026, 6, 2)
"""Three months after the notice came on 2 March 2026."""


def request(case: Case, cast: Cast, *, at: datetime, ground: str = "law", reasons: str = "Loven er brukt feil.") -> NewTreatment:
    return ask_new_treatment(case, by=cast.asta, at=at, ground=ground, reasons=reasons)


def ready_to_rule(case: Case, cast: Cast) -> None:
    declare_impartiality(case, by=cast.cato, at=NOON + 8 * DAY, statement=Statement.NONE)


# ---- Asking ----


def test_the_time_runs_from_the_notice_to_the_last_minute_of_the_last_day(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = told(session, cast, installation), present(session, cast)
        found = last_day_to_ask(case, case.parties[0])
        assert found is not None
        assert found.due_on == LAST_DAY

        with pytest.raises(CannotProceed, match="too_late"):
            request(case, people, at=datetime(2026, 6, 2, 22, 0, tzinfo=UTC))
        last_minute = datetime(2026, 6, 2, 21, 59, 59, tzinfo=UTC)
        assert request(case, people, at=last_minute).asked_at == last_minute


def test_an_outage_on_the_last_day_moves_it(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = told(session, cast, installation), present(session, cast)
        record_outage(session, day=LAST_DAY, words="Strømmen var borte.", by=people.siri, at=datetime(2026, 6, 2, 12, tzinfo=UTC))
        session.flush()
        found = last_day_to_ask(case, case.parties[0])
        assert found is not None
        assert found.due_on == LAST_DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("ground", "reasons", "code"),
    [("law", " ", "say_why"), ("other", "", "say_which"), ("dislike", "Feil.", "choose_ground"), ("", "Feil.", "choose_ground")],
)
def test_a_request_needs_a_ground_of_the_list_and_reasons(
    installation: Installation, cast: Cast, ground: str, reasons: str, code: str
) -> None:
    with installation.database.writing() as session:
        case, people = told(session, cast, installation), present(session, cast)
        with pytest.raises(CannotProceed, match=code):
            request(case, people, at=NOON + DAY, ground=ground, reasons=reasons)


def test_one_request_waits_at_a_time(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = asked(session, cast, installation)
        with pytest.raises(CannotProceed, match="one_waits"):
            request(case, present(session, cast), at=NOON + 8 * DAY)


def test_the_other_party_is_served_the_request_and_the_leader_is_waited_for(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = asked(session, cast, installation), present(session, cast)
        found = open_request(case)
        assert found is not None
        sent = found.sending

        assert sent.is_served_on_all
        assert may(people.asta, Act.READ_SUBMISSION, sent, NOON.date())
        assert [(task.kind, task.desk) for task in case.open_tasks] == [(TaskKind.DECIDE_NEW_TREATMENT, Desk.LEADER)]
        told_of_it = [letter for letter in case.letters if letter.kind is LetterKind.NEW_TREATMENT_ASKED]
        assert [letter.party.name for letter in told_of_it if letter.party] == ["Vik kommune"]
        assert cast.cato.id in {each.user_id for letter in told_of_it for each in letter.recipients}
        session.commit()
    assert list(check_all(installation)) == []


# ---- Ruling ----


def test_the_leader_declares_before_ruling(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = asked(session, cast, installation), present(session, cast)
        assert not may(people.lise, Act.GRANT_NEW_TREATMENT, case, NOON.date())
        declare_impartiality(case, by=people.cato, at=NOON + 8 * DAY, statement=Statement.NONE)
        assert may(people.cato, Act.GRANT_NEW_TREATMENT, case, NOON.date())
        assert not may(people.siri, Act.GRANT_NEW_TREATMENT, case, NOON.date())


def test_a_refusal_needs_reasons_and_the_parties_read_them(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = asked(session, cast, installation), present(session, cast)
        ready_to_rule(case, people)
        with pytest.raises(CannotProceed, match="ruling_needed"):
            refuse_new_treatment(case, by=people.cato, at=NOON + 8 * DAY, reasons=" ")
        refuse_new_treatment(case, by=people.cato, at=NOON + 8 * DAY, reasons="Rapporten er ikke ny.")
        letters_arrive(session, case, at=NOON + 8 * DAY)

        ruling = case.submissions[-1]
        assert (ruling.kind, ruling.text) == (SubmissionKind.NEW_TREATMENT_DECISION, "Rapporten er ikke ny.")
        assert all(may(who, Act.READ_SUBMISSION, ruling, NOON.date()) for who in (people.asta, people.bo))
        assert (case.state, case.open_tasks) == (State.DECIDED, [])
        request(case, people, at=NOON + 9 * DAY)
        session.commit()
    assert list(check_all(installation)) == []


def test_a_granted_request_is_a_linked_case_in_the_exchange_with_the_same_parties_lines_and_papers(
    installation: Installation, cast: Cast
) -> None:
    with installation.database.writing() as session:
        new = granted(session, cast, installation)
        assert new.renews is not None
        old = new.renews.case

        assert (new.state, new.number != old.number, new.registered_on) == (State.EXCHANGE, True, date(2026, 3, 10))
        assert [(party.name, party.side) for party in new.parties] == [(party.name, party.side) for party in old.parties]
        assert [[member.user_id for member in party.team] for party in new.parties] == [
            [member.user_id for member in party.team] for party in old.parties
        ]
        assert [(line.position, line.amount_ore, line.should_bear) for line in new.lines] == [
            (line.position, line.amount_ore, line.should_bear) for line in old.lines
        ]
        assert (new.claimed_ore, new.region_code, new.language, new.child_birth_year) == (
            old.claimed_ore,
            old.region_code,
            old.language,
            old.child_birth_year,
        )
        assert new.petition is not None
        assert old.petition is not None
        assert new.petition.snapshot_sha256 == old.petition.snapshot_sha256
        assert [fact.words for fact in new.stated_facts] == [fact.words for fact in old.stated_facts]
        assert old.outcome is not None
        assert old.state is State.DECIDED


def test_the_new_case_is_sound(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        new = granted(session, cast, installation)
        assert [event.act for event in new.events] == [Act.SEND, Act.ACCEPT]
        assert new.events[0].said.params["number"] == "2026/0001"
    assert list(check_all(installation)) == []


def test_what_the_panel_had_is_carried_over_as_it_was_served(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        new = granted(session, cast, installation)
        assert new.renews is not None
        old = {entry.submission_id: entry.submission for entry in new.renews.case.bundles[-1].entries}
        copies = {found.copy_of_id: found for found in new.submissions}

        assert old.keys() <= copies.keys()
        for number, sending in old.items():
            copy = copies[number]
            assert (copy.kind, copy.text, copy.made_at) == (sending.kind, sending.text, sending.made_at)
            assert {(each.party.name, each.served_at) for each in copy.servings} == {
                (each.party.name, each.served_at) for each in sending.servings
            }


def test_the_earlier_opinion_and_the_papers_have_bytes_of_their_own(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        new = granted(session, cast, installation)
        assert new.renews is not None
        assert new.renews.case.decision is not None
        (issued,) = new.renews.case.decision.files
        papers = [paper for sending in new.submissions for paper in sending.papers]
        opinion = next(paper for paper in papers if paper.sha256 == issued.sha256)

        assert opinion.blob_id != issued.blob_id
        assert all(installation.papers.verify(paper.blob_id, paper.sha256) for paper in papers)
        before = [paper.title for sending in new.renews.case.submissions for paper in sending.papers]
        assert sorted(paper.title for paper in papers if paper is not opinion) == sorted(before)


def test_where_the_opposing_side_asked_the_side_that_filed_comments(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        new, people = granted(session, cast, installation), present(session, cast)
        waited = [(task.kind, task.party.name, task.starts_on) for task in new.open_tasks if task.party]
        assert waited == [(TaskKind.COMMENT, "Vik kommune", date(2026, 3, 10))]
        assert [rounds_taken(new, party) for party in new.parties] == [0, 0]

        comment(new, by=people.asta, at=NOON + 10 * DAY, text="Rapporten endrer ingenting.")
        assert len(waiting_to_be_passed_on(new)) == 1


def test_where_the_requesting_side_asked_the_other_side_responds_line_by_line(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = told(session, cast, installation), present(session, cast)
        request(case, people, at=NOON + 7 * DAY)
        ready_to_rule(case, people)
        new = grant_new_treatment(case, by=people.cato, at=NOON + 8 * DAY, reasons="Ja.", keys=installation.keys)
        session.flush()
        letters_arrive(session, new, at=NOON + 8 * DAY)

        (task,) = [task for task in new.open_tasks if task.party]
        assert (task.kind, task.party and task.party.name) == (TaskKind.RESPOND, "Bufetat region vest")
        respond(new, by=people.bo, at=NOON + 9 * DAY, answers=disputing(new), text="Staten bestrider kravet.")
        session.commit()
    assert list(check_all(installation)) == []


def test_a_case_is_granted_once(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        new = granted(session, cast, installation)
        assert new.renews is not None
        people = present(session, cast)
        with pytest.raises(CannotProceed, match="none_waits"):
            grant_new_treatment(new.renews.case, by=people.cato, at=NOON + 9 * DAY, reasons="Ja.", keys=installation.keys)
        with pytest.raises(CannotProceed, match="granted_before"):
            request(new.renews.case, people, at=NOON + 9 * DAY)


def test_papers_are_carried_once_however_often_the_job_is_begun(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        new = granted(session, cast, installation)
        assert new.renews is not None
        number = new.renews.id
        count = session.scalar(sa.select(sa.func.count()).select_from(Paper))
        session.commit()
    copy_papers_job(installation, number, NOON + 9 * DAY)
    with installation.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Paper)) == count
    assert list(check_all(installation)) == []


def test_a_store_that_is_away_leaves_the_new_case_waiting_for_its_papers(
    installation: Installation, cast: Cast, tmp_path: Path
) -> None:
    with installation.database.writing() as session:
        case, people = asked(session, cast, installation), present(session, cast)
        found = open_request(case)
        assert found is not None
        ready_to_rule(case, people)
        grant_new_treatment(case, by=people.cato, at=NOON + 8 * DAY, reasons="Ja.", keys=installation.keys)
        session.commit()
    papers = PaperStore(str(tmp_path / "papers"), installation.keys)
    shutil.rmtree(tmp_path / "papers")
    (tmp_path / "papers").write_text("The disk is not where it was.")
    with pytest.raises(StoreAway):
        copy_papers_job(replace(installation, papers=papers), found.id, NOON)
    with installation.database.reading() as session:
        new = session.get_one(NewTreatment, found.id).new_case
        assert new is not None
        assert not are_carried(new)
    assert list(check_all(installation)) == []
    copy_papers_job(installation, found.id, NOON)
    with installation.database.reading() as session:
        again = session.get_one(NewTreatment, found.id).new_case
        assert again is not None
        assert are_carried(again)


def with_papers(session: Session, cast: Cast, installation: Installation) -> Case:
    """A decided case whose request came with `Vedtak` and `Faktura`; a fact stands in the first, and a comment beside it."""
    case = told(session, cast, installation, papers=two_papers(cast, installation, at=NOON - 60 * DAY))
    sending, paper = case.submissions[0], paper_called(case, "Vedtak")
    day = date(2024, 3, 1)
    sending.facts.append(StatedFact(case=case, position=99, happened_on=day, words="Vedtaket ble fattet.", paper=paper, page=1))
    comment = PageComment(paper=paper, page=1, text="Her står det.", by=case.submissions[1].by, written_at=NOON)
    case.submissions[1].page_comments.append(comment)
    session.flush()
    return case


def test_facts_and_comments_beside_pages_point_into_the_papers_of_their_own_case(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = with_papers(session, cast, installation), present(session, cast)
        found = request(case, people, at=NOON + 7 * DAY)
        ready_to_rule(case, people)
        new = grant_new_treatment(case, by=people.cato, at=NOON + 8 * DAY, reasons="Ja.", keys=installation.keys)
        session.commit()
        copy_papers_job(installation, found.id, NOON + 8 * DAY)
        session.expire_all()

        vedtak = paper_called(new, "Vedtak")
        assert vedtak.id != paper_called(case, "Vedtak").id
        (comment,) = [each for sending in new.submissions for each in sending.page_comments]
        assert (comment.paper, comment.text) == (vedtak, "Her står det.")
        assert [fact.paper for fact in new.stated_facts if fact.paper] == [vedtak]
        titles = [paper.title for sending in new.submissions for paper in sending.papers]
        assert sorted(titles) == ["Faktura", "Rådgivande uttale i sak 2026/0001", "Vedtak"]


def test_a_paper_under_quarantine_is_not_carried_over(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case, people = with_papers(session, cast, installation), present(session, cast)
        quarantine_paper(paper_called(case, "Faktura"), by=people.siri, at=NOON + DAY, reason="Et navn.")
        found = request(case, people, at=NOON + 7 * DAY)
        ready_to_rule(case, people)
        new = grant_new_treatment(case, by=people.cato, at=NOON + 8 * DAY, reasons="Ja.", keys=installation.keys)
        session.commit()
        copy_papers_job(installation, found.id, NOON + 8 * DAY)
        session.expire_all()

        assert "Faktura" not in [paper.title for sending in new.submissions for paper in sending.papers]
        assert are_carried(new)


@pytest.mark.parametrize("state", sorted(set(State) - {State.DECIDED}))
def test_nothing_is_treated_anew_but_what_was_decided(state: State) -> None:
    acts = (Act.CORRECT, Act.ASK_NEW_TREATMENT, Act.GRANT_NEW_TREATMENT, Act.REFUSE_NEW_TREATMENT)
    assert not any(state in STEPS[act].sources for act in acts)
