"""A joint settlement: one text at a time, the same text confirmed by all, and the case is over (rule 22)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.decision import present
from tests.scenes.intake import accepted, filed, letters_arrive
from tests.scenes.kept import lately
from tests.scenes.panel import declared
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.history import EndingKind
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.queries import case_at
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.check.journal import check_journal
from tvist.clock import now
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.submissions.settlement import (
    confirm_settlement,
    propose_settlement,
    standing_settlement,
    text_of_settlement,
    withdraw_settlement,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.db import Database
    from tvist.vault.keys import MasterKeys

TEXT = "Staten dekker halvparten."


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


@pytest.fixture
def keys(installation) -> MasterKeys:
    return installation.keys


def test_a_text_that_is_put_forward_asks_every_other_party_and_nobody_else(session, people, keys):
    case = accepted(session, people)
    found = propose_settlement(case, by=people.asta, at=NOON, text=f" {TEXT}\n", keys=keys)
    assert [(task.kind, task.party.name) for task in case.open_tasks if task.kind is TaskKind.CONFIRM_SETTLEMENT] == [
        (TaskKind.CONFIRM_SETTLEMENT, "Bufetat region vest")
    ]
    letters = [letter for letter in case.letters if letter.kind is LetterKind.SETTLEMENT_PROPOSED]
    assert [letter.party.name for letter in letters if letter.party] == ["Bufetat region vest"]
    assert text_of_settlement(found, keys) == TEXT
    assert TEXT.encode() not in found.sealed_text
    assert [each.kind for each in case.submissions] == [SubmissionKind.PETITION]


def test_the_same_text_confirmed_by_all_ends_the_case(session, people, keys):
    case = declared(session, people)
    here = present(session, people)
    found = propose_settlement(case, by=here.bo, at=NOON, text=TEXT, keys=keys)
    confirm_settlement(case, by=here.asta, at=NOON, sha256=found.sha256, keys=keys)
    assert (case.state, case.open_tasks, found.agreed_at) == (State.DISCONTINUED, [], NOON)
    assert [(each.kind, each.ground) for each in case.endings] == [(EndingKind.DISCONTINUED, "settled")]
    letters_arrive(session, case)
    sent = case.submissions[-1]
    assert (sent.kind, sent.text, sent.party.name) == (SubmissionKind.SETTLEMENT, TEXT, "Bufetat region vest")
    readers = [name for name in ("asta", "bo", "siri", "frida", "dag") if may(getattr(here, name), Act.READ_SUBMISSION, sent)]
    assert readers == ["asta", "bo", "siri"]
    told = [letter for letter in case.letters if letter.kind is LetterKind.DISCONTINUED]
    assert len(told) == 2 + 1 + 3
    assert list(check_journal(case)) == []


def test_another_text_than_the_one_that_was_read_is_not_confirmed(session, people, keys):
    case = accepted(session, people)
    first = propose_settlement(case, by=people.asta, at=NOON, text=TEXT, keys=keys)
    withdraw_settlement(first, by=people.asta, at=NOON)
    assert not any(task.kind is TaskKind.CONFIRM_SETTLEMENT for task in case.open_tasks)
    with pytest.raises(CannotProceed, match="none_stands"):
        confirm_settlement(case, by=people.bo, at=NOON, sha256=first.sha256, keys=keys)
    session.flush()
    second = propose_settlement(case, by=people.asta, at=NOON, text="Staten dekker alt.", keys=keys)
    with pytest.raises(CannotProceed, match="other_text"):
        confirm_settlement(case, by=people.bo, at=NOON, sha256=first.sha256, keys=keys)
    assert standing_settlement(case) is second
    assert case.state is State.EXCHANGE


def test_who_comes_second_is_told_of_the_first_and_only_its_maker_withdraws_it(session, people, keys):
    case = accepted(session, people)
    first = propose_settlement(case, by=people.asta, at=NOON, text=TEXT, keys=keys)
    with pytest.raises(CannotProceed, match="one_stands"):
        propose_settlement(case, by=people.bo, at=NOON, text="Kommunen dekker alt.", keys=keys)
    with pytest.raises(NotAllowed):
        withdraw_settlement(first, by=people.bo, at=NOON)
    confirm_settlement(case, by=people.asta, at=NOON, sha256=first.sha256, keys=keys)
    assert case.state is State.EXCHANGE


def test_only_who_may_bind_a_party_settles_and_not_before_the_other_side_has_the_case(session, people, keys):
    assert "submissions.settlement.other_side_not_in" in [
        found.code for found in obstacles(filed(session, people), Act.PROPOSE_SETTLEMENT)
    ]
    case = accepted(session, people)
    for stranger in (people.berit, people.siri):
        with pytest.raises(NotAllowed):
            propose_settlement(case, by=stranger, at=NOON, text=TEXT, keys=keys)
    with pytest.raises(CannotProceed, match="write_text"):
        propose_settlement(case, by=people.asta, at=NOON, text="  ", keys=keys)


def test_two_confirmations_in_the_same_moment_give_one_ending(database: Database, installation):
    with database.writing() as session:
        people = a_cast(session)
        case = accepted(session, people, at=lately())
        slug, sha256 = case.slug, propose_settlement(case, by=people.asta, at=now(), text=TEXT, keys=installation.keys).sha256
        session.commit()
    refused: list[Exception] = []

    def confirm() -> None:
        with database.writing() as session:
            case, bo = case_at(session, slug), session.get_one(type(people.bo), people.bo.id)
            try:
                confirm_settlement(case, by=bo, at=now(), sha256=sha256, keys=installation.keys)
            except CannotProceed as found:
                refused.append(found)
            session.commit()

    both = [threading.Thread(target=confirm) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with database.reading() as session:
        case = case_at(session, slug)
        assert (case.state, len(case.endings), len(case.settlements[0].confirmations)) == (State.DISCONTINUED, 1, 2)
        assert [found.kind for found in case.submissions].count(SubmissionKind.SETTLEMENT) == 1
