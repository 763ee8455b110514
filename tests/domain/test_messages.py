"""Messages between one party and the secretariat: who is waited for, who reads, and what the journal tells whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.decision import present
from tests.scenes.intake import accepted
from tests.scenes.panel import declared
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.access.roles import may, roles_of
from tvist.cases.journal import journal_for
from tvist.cases.models import Side
from tvist.cases.turns import turns_of
from tvist.cases.waiting import TaskKind
from tvist.check.deadlines import check_tasks
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.submissions.actions import withdraw
from tvist.submissions.messages import Thread, needs_no_answer, note_read, threads_of, write_message

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.db import Database

TODAY = NOON.date()


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def thread_of(case: Case, side: Side) -> Thread:
    return Thread(case, case.parties_on(side)[0])


def waiting(case: Case) -> int:
    return sum(1 for task in case.open_tasks if task.kind is TaskKind.ANSWER_MESSAGE)


def sees_turn(case: Case, user: User) -> bool:
    return any(turn.kind is TaskKind.ANSWER_MESSAGE for turn in turns_of(case, user, roles_of(user, case, TODAY), TODAY))


def test_a_message_from_a_party_waits_for_the_secretariat_until_it_answers(session, people):
    case = accepted(session, people)
    thread = thread_of(case, Side.REQUESTING)
    write_message(thread, by=people.asta, at=NOON, text="Når kommer tilsvaret?")
    write_message(thread, by=people.asta, at=NOON + DAY, text="Vi spør igjen.")
    assert waiting(case) == 1
    assert [letter.party for letter in case.letters if letter.kind is LetterKind.MESSAGE] == [None, None]
    write_message(thread, by=people.siri, at=NOON + 2 * DAY, text="Om to uker.")
    assert waiting(case) == 0
    assert [found.from_party for found in thread.messages] == [True, True, False]
    assert case.letters[-1].party is thread.party


def test_an_answer_to_one_party_leaves_what_the_other_asked(session, people):
    case = accepted(session, people)
    first, second = thread_of(case, Side.REQUESTING), thread_of(case, Side.OPPOSING)
    write_message(first, by=people.asta, at=NOON, text="Vi spør.")
    write_message(second, by=people.bo, at=NOON + DAY, text="Vi spør òg.")
    write_message(second, by=people.siri, at=NOON + DAY, text="Svar.")
    assert (waiting(case), first.unanswered is None, second.unanswered is None) == (1, False, True)
    needs_no_answer(first, by=people.siri, at=NOON + DAY)
    assert waiting(case) == 0
    with pytest.raises(CannotProceed, match="nothing_waits"):
        needs_no_answer(first, by=people.siri, at=NOON + DAY)


def test_only_the_party_and_the_secretariat_read_and_write(session, people):
    case = declared(session, people)
    here = present(session, people)
    thread = thread_of(case, Side.REQUESTING)
    message = write_message(thread, by=here.asta, at=NOON, text="Vi spør.")
    session.flush()
    for thing in (thread, message):
        readers = [
            name for name in ("asta", "bo", "siri", "cato", "dag", "adam") if may(getattr(here, name), Act.READ_MESSAGE, thing)
        ]
        assert readers == ["asta", "siri"]
    for stranger in (here.bo, here.cato, here.dag):
        with pytest.raises(NotAllowed):
            write_message(thread, by=stranger, at=NOON, text="Hva skriver de?")
    with pytest.raises(NotAllowed):
        needs_no_answer(thread, by=here.asta, at=NOON)
    assert [sees_turn(case, user) for user in (here.siri, here.asta, here.bo, here.cato)] == [True, False, False, False]


def test_the_journal_tells_of_a_message_to_its_two_ends_alone_and_never_what_it_says(session, people):
    case = accepted(session, people)
    write_message(thread_of(case, Side.REQUESTING), by=people.asta, at=NOON, text="Barn A er flyttet.")

    def told(user: User) -> list[str]:
        lines = journal_for(case, roles_of(user, case, TODAY), case.party_of(user, TODAY))
        return [line.what.code for line in lines if "message" in line.what.code]

    assert told(people.asta) == told(people.siri) == ["submissions.journal.message_from_party"]
    assert told(people.bo) == []
    assert all("flyttet" not in repr(event.said) for event in case.events)


def test_it_is_noted_once_when_the_other_end_opened_a_message(database: Database):
    with database.writing() as session:
        people = a_cast(session)
        case = accepted(session, people)
        thread = thread_of(case, Side.REQUESTING)
        write_message(thread, by=people.asta, at=NOON, text="Vi spør.")
        session.commit()
        assert thread.unread_by(people.asta, TODAY) == []
        unread = thread.unread_by(people.siri, TODAY)
    note_read(database, unread, NOON + DAY)
    note_read(database, unread, NOON + 2 * DAY)
    note_read(database, [], NOON)
    with database.reading() as session:
        assert session.get_one(type(unread[0]), unread[0].id).first_read_at == NOON + DAY


def test_in_a_case_that_has_ended_nobody_is_waited_for_and_the_letter_tells_it(session, people):
    case = accepted(session, people)
    withdraw(case, by=people.asta, at=NOON)
    write_message(thread_of(case, Side.REQUESTING), by=people.asta, at=NOON, text="Takk for hjelpen.")
    assert list(check_tasks(case)) == []
    assert case.letters[-1].kind is LetterKind.MESSAGE
    with pytest.raises(CannotProceed, match="write_text"):
        write_message(threads_of(case)[0], by=people.asta, at=NOON, text=" ")
