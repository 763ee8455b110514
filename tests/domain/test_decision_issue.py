"""The issue in three acts: ordered, issued by the machine, or called back (rules 36, 38)."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import STATE, ResponsibleChoice, issued, ordered
from tvist.away import StoreAway
from tvist.cases.history import EndingKind, FactKind
from tvist.cases.lifecycle import State
from tvist.cases.models import Outcome
from tvist.cases.waiting import Desk, TaskKind
from tvist.decision.actions import call_back, issue, order_issue
from tvist.decision.files import printed
from tvist.decision.issuing import issue_job
from tvist.decision.models import Decision
from tvist.decision.record import sha256_of
from tvist.decision.verifying import code_in, record_of
from tvist.decision.votes import seats_of
from tvist.decision.voting import vote
from tvist.decision.writing import write_reasons
from tvist.delivery.models import LetterKind
from tvist.documents.storage import PaperStore
from tvist.errors import CannotProceed
from tvist.jobs.models import Job, JobKind
from tvist.sealing import inspect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.people import Cast
    from tvist.installation import Installation


def test_an_order_freezes_the_record_and_asks_the_machine(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)
        decision = case.decision
        assert decision is not None
        assert decision.frozen is not None

        assert case.state is State.ISSUING
        assert decision.frozen_sha256 == sha256_of(decision.frozen)
        assert decision.record["issued_on"] == "2026-03-02"
        assert [
            (job.kind, job.thing_id) for job in session.scalars(sa.select(Job).where(Job.kind == JobKind.ISSUE_DECISION))
        ] == [(JobKind.ISSUE_DECISION, decision.id)]
        assert [(task.kind, task.desk) for task in case.open_tasks if task.kind is TaskKind.ISSUE] == [
            (TaskKind.ISSUE, Desk.MACHINE)
        ]
        assert case.outcome is None
        assert case.found_state_ore is None


def test_the_issued_opinion_is_decided_stored_and_told(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        decision = case.decision
        assert decision is not None

        assert (case.state, case.outcome, case.closed_at) == (State.DECIDED, Outcome.STATE, NOON)
        assert case.found_state_ore == sum(line.amount_ore or 0 for line in case.lines)
        assert {fact.kind for fact in case.facts} >= {FactKind.OUTCOME, FactKind.FOUND_STATE, FactKind.FOUND_MUNICIPALITY}
        assert [ending.kind for ending in case.endings] == [EndingKind.DECIDED]
        told = [letter for letter in case.letters if letter.kind is LetterKind.OPINION_ISSUED]
        assert {letter.party.name for letter in told if letter.party} == {"Vik kommune", "Bufetat region vest"}
        assert not case.open_tasks
        (file,) = decision.files
        sealed, ((_, unsealed),) = b"".join(installation.papers.open(file.blob_id)), printed(record_of(file))
        assert sealed.startswith(unsealed)
        assert hashlib.sha256(unsealed).hexdigest() == file.unsealed_sha256
        assert inspect(sealed).is_good
        assert (file.sealed_at, file.seal_level, file.verify_code) == (NOON, "B-B", code_in(decision.record))
        assert installation.papers.verify(file.blob_id, file.sha256)


def test_issuing_twice_issues_once(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        assert case.decision is not None
        issue_job(installation, case.decision.id, NOON)
        session.expire_all()

        assert len(case.decision.files) == 1
        assert len(list(installation.papers.ids())) == 1


def test_an_issued_opinion_cannot_be_changed_even_by_sql(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        issued(session, cast, installation)
        session.commit()
    for statement in (
        "UPDATE decision SET subject = 'x'",
        "DELETE FROM decision",
        "UPDATE line_outcome SET found_ore = 1",
        "DELETE FROM issued_file",
    ):
        with installation.database.writing() as session, pytest.raises(sa.exc.DBAPIError):
            session.execute(sa.text(statement))


def test_a_record_changed_after_the_order_is_not_issued(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)
        assert case.decision is not None
        assert case.decision.frozen is not None
        case.decision.frozen = case.decision.frozen.replace("Vik kommune", "Luster kommune")

        with pytest.raises(CannotProceed, match="record_changed"):
            issue(case, at=NOON, keys=installation.keys, papers=installation.papers, made=[])
        assert case.state is State.ISSUING


def test_a_new_representative_after_the_order_stops_the_issue(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)
        case.parties[0].representative = "En annen"

        with pytest.raises(CannotProceed, match="record_changed"):
            issue(case, at=NOON, keys=installation.keys, papers=installation.papers, made=[])


def test_a_letter_that_no_font_has_is_refused_before_three_approve_it(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session, pytest.raises(CannotProceed, match=r"pdf\.missing_letters"):
        ordered(session, cast, installation, background="Det sto \N{GRINNING FACE} i brevet.")


def test_a_file_that_cannot_be_stored_leaves_the_case_with_the_leader_who_calls_it_back(
    installation: Installation, cast: Cast, tmp_path: Path
) -> None:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)
        decision_id = case.decision.id if case.decision else 0
        session.commit()
    papers = PaperStore(str(tmp_path / "papers"), installation.keys)
    shutil.rmtree(tmp_path / "papers")
    (tmp_path / "papers").write_text("The disk is not where it was.")
    for _ in range(2):
        with pytest.raises(StoreAway):
            issue_job(replace(installation, papers=papers), decision_id, NOON)

    with installation.database.writing() as session:
        case = session.get_one(Decision, decision_id).case
        leader = seats_of(case)[0].user
        assert case.state is State.ISSUING
        assert [task.user for task in case.open_tasks if task.kind is TaskKind.ORDER_ISSUE] == [leader]
        assert sum(letter.kind is LetterKind.ISSUE_FAILED for letter in case.letters) == 1
        assert not list(installation.papers.ids())
        call_back(case, by=leader, at=NOON, reasons="Filen kunne ikke lagres.")

        assert (case.state, case.decision and case.decision.frozen, case.decision and case.decision.outcomes) == (
            State.PANEL,
            None,
            [],
        )


def test_after_a_call_back_the_text_can_be_changed_and_issued_again(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)
        leader = seats_of(case)[0].user
        call_back(case, by=leader, at=NOON, reasons="En setning mangler.")
        write_reasons(case.questions[0], "Bedre begrunnelse.", by=leader, at=NOON)

        with pytest.raises(CannotProceed, match="approvals_missing"):
            order_issue(case, by=leader, at=NOON, keys=installation.keys)
        assert [task.kind for task in case.open_tasks if task.user is leader] == [TaskKind.WRITE_TEXT]


def test_nobody_votes_while_the_file_is_made(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)

        with pytest.raises(CannotProceed, match="wrong_state"):
            vote(case.questions[0], ResponsibleChoice(50), by=seats_of(case)[0].user, at=NOON, keys=installation.keys)


def test_the_case_is_split_where_the_lines_differ(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation, votes={1: (ResponsibleChoice(33), ResponsibleChoice(33), STATE)})

        assert case.outcome is Outcome.SPLIT
        assert (case.found_municipality_ore or 0) + (case.found_state_ore or 0) == case.lines[0].amount_ore
