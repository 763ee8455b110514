"""Letters wait for approval where the secretariat says so, can be stopped until they leave, and are sent again by an officer alone (rules 18, 42)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.people import NOON, a_cast
from tests.scenes.intake import at_home, declared, filed
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.delivery.actions import accept as arrives
from tvist.delivery.actions import write_to_user
from tvist.delivery.falling import let_fall_if_none_arrived
from tvist.delivery.handling import approve_letter, close_failure, may_be_written_again, resend, stop_letter, write_again
from tvist.delivery.letter_settings import SETTABLE, goes_by_itself, set_letters, settings_now
from tvist.delivery.models import Fate, LetterKind, Standing
from tvist.delivery.queries import letters_to, not_arrived, not_dealt_with, stopped_and_owing, waiting_for_approval
from tvist.delivery.sending import accept_all, send_letters
from tvist.errors import CannotProceed
from tvist.intake.actions import accept

DAY = timedelta(days=1)
TODAY = NOON.date()


def sent_over(session, cast, *, automatic=True):
    """A request that Siri sends over to region vest; the letter has not left. `automatic`: such letters leave by themselves."""
    at_home(session, cast)
    if not automatic:
        set_letters(session, set(SETTABLE) - {LetterKind.SENT_OVER}, by=cast.siri, at=NOON)
    case = declared(filed(session, cast), cast.siri)
    accept(case, by=cast.siri, at=NOON)
    session.flush()
    return case, next(letter for letter in case.letters if letter.kind is LetterKind.SENT_OVER)


def the_turn(case):
    return next(task for task in case.open_tasks if task.kind is TaskKind.RESPOND)


def the_request(session, case):
    submission = next(found for found in case.submissions if found.kind is SubmissionKind.PETITION)
    session.flush()
    session.refresh(submission, ["servings"])
    return submission


def all_bounced(session, letter, *, at=NOON):
    for recipient in letter.recipients:
        recipient.fate, recipient.accepted_at = Fate.BOUNCED, None
    let_fall_if_none_arrived(session, letter, at=at)
    session.flush()
    session.expire(letter, ["servings"])


def test_letters_leave_by_themselves_until_the_secretariat_says_otherwise_and_it_is_known_who_said_it(database):
    with database.writing() as session:
        cast = a_cast(session)
        assert all(goes_by_itself(session, kind) for kind in LetterKind)
        changed = set_letters(session, set(SETTABLE) - {LetterKind.DEFICIENCY}, by=cast.siri, at=NOON)
        assert changed == [LetterKind.DEFICIENCY]
        session.flush()
        assert not goes_by_itself(session, LetterKind.DEFICIENCY)
        row = settings_now(session)[LetterKind.DEFICIENCY]
        assert (row.by, row.at, row.is_automatic) == (cast.siri, NOON, False)
        assert set_letters(session, SETTABLE, by=cast.stein, at=NOON + DAY) == [LetterKind.DEFICIENCY]
        session.flush()
        assert settings_now(session)[LetterKind.DEFICIENCY].by is cast.stein


def test_a_letter_that_carries_a_key_is_never_held_back(database):
    with database.writing() as session:
        cast = a_cast(session)
        set_letters(session, (), by=cast.siri, at=NOON)
        assert write_to_user(cast.bo, LetterKind.PASSWORD_LINK, at=NOON).released_at == NOON


def test_a_letter_that_waits_is_for_the_secretariat_alone_and_serves_nothing(database):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast, automatic=False)
        assert letter.recipients[0].standing is Standing.TO_APPROVE
        assert accept_all(session, at=NOON) == len(case.letters[0].recipients) + len(case.letters[1].recipients)
        assert the_turn(case).starts_on is None
        assert letter in waiting_for_approval(session, cast.siri, TODAY)
        assert letter not in letters_to(session, cast.bo, TODAY)[0]
        assert not may(cast.bo, Act.READ_LETTER, letter, TODAY)
        assert may(cast.siri, Act.RELEASE_LETTER, letter, TODAY)


def test_an_approved_letter_leaves_and_starts_the_clock_on_the_day_it_arrives(database):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast, automatic=False)
        approve_letter(letter, by=cast.siri, at=NOON + DAY)
        accept_all(session, at=NOON + 2 * DAY)
        session.flush()
        assert (letter.released_by, the_turn(case).starts_on) == (cast.siri, TODAY + 2 * DAY)
        with pytest.raises(CannotProceed, match="not_waiting"):
            approve_letter(letter, by=cast.siri, at=NOON + DAY)


@pytest.mark.parametrize("automatic", [True, False])
def test_a_letter_that_has_not_left_can_be_stopped_and_never_leaves(database, automatic):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast, automatic=automatic)
        stop_letter(letter, by=cast.siri, at=NOON, reason="Feil vedlegg.")
        accept_all(session, at=NOON + DAY)
        assert {found.standing for found in letter.recipients} == {Standing.STOPPED}
        assert {found.fate for found in letter.recipients} == {Fate.MADE}
        assert the_turn(case).starts_on is None
        assert letter in stopped_and_owing(session, cast.siri, TODAY)
        assert not may(cast.bo, Act.READ_LETTER, letter, TODAY)
        with pytest.raises(CannotProceed, match="stopped_already"):
            stop_letter(letter, by=cast.siri, at=NOON, reason="igjen")


def test_what_has_left_for_one_recipient_cannot_be_stopped(database):
    with database.writing() as session:
        cast = a_cast(session)
        _, letter = sent_over(session, cast)
        letter.recipients[0].fate = Fate.HANDING_OVER
        session.flush()
        with pytest.raises(CannotProceed, match="has_left"):
            stop_letter(letter, by=cast.siri, at=NOON, reason="for sent")


def test_a_stopped_letter_written_again_serves_the_same_and_the_turn_is_nobodys_no_longer(database):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast)
        stop_letter(letter, by=cast.siri, at=NOON, reason="Feil vedlegg.")
        again = write_again(letter, by=cast.siri, at=NOON + DAY)
        assert (again.subject, again.body) == (letter.subject, letter.body)
        assert {found.address for found in again.recipients} == {found.address for found in letter.recipients}
        accept_all(session, at=NOON + 2 * DAY)
        request = the_request(session, case)
        assert [found.letter_id for found in request.servings if found.is_served] == [again.id]
        assert the_turn(case).starts_on == TODAY + 2 * DAY
        assert not may_be_written_again(letter)
        assert stopped_and_owing(session, cast.siri, TODAY) == []
        with pytest.raises(CannotProceed, match="nothing_to_write_again"):
            write_again(letter, by=cast.siri, at=NOON + 3 * DAY)


def test_when_a_letter_came_back_for_all_it_serves_nothing_and_the_clock_stops(database):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast)
        accept_all(session, at=NOON)
        all_bounced(session, letter, at=NOON + DAY)
        request = the_request(session, case)
        assert not request.is_served_on(letter.party)
        assert not may(cast.bo, Act.READ_SUBMISSION, request, TODAY)
        assert (the_turn(case).starts_on, the_turn(case).due_on) == (None, None)
        assert case.events[-1].said.code == "journal.letter.fell"


def test_one_who_opened_it_has_been_served_whatever_comes_back(database):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast)
        accept_all(session, at=NOON)
        letter.recipients[0].opened_at = NOON
        all_bounced(session, letter)
        assert the_request(session, case).is_served_on(letter.party)
        assert the_turn(case).starts_on == TODAY


def test_sent_again_it_is_served_anew_and_the_clock_starts_anew(database):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast)
        accept_all(session, at=NOON)
        all_bounced(session, letter, at=NOON + DAY)
        failed = letter.recipients[0]
        again = resend(failed, by=cast.siri, at=NOON + 2 * DAY, address=failed.address)
        assert again.message_id != failed.message_id
        assert (failed.standing, failed.dealt_with_by) == (Standing.SENT_AGAIN, cast.siri)
        arrives(again, at=NOON + 3 * DAY)
        session.flush()
        request = the_request(session, case)
        assert [found.is_served for found in request.servings] == [False, True]
        assert the_turn(case).starts_on == TODAY + 3 * DAY


def test_a_letter_is_sent_again_once_and_only_to_an_address_the_recipient_has(database):
    with database.writing() as session:
        cast = a_cast(session)
        _, letter = sent_over(session, cast)
        failed = next(found for found in letter.recipients if found.user is cast.bo)
        failed.fate = Fate.BOUNCED
        cast.bo.email = "bo.ny@example.invalid"
        with pytest.raises(CannotProceed, match="not_their_address"):
            resend(failed, by=cast.siri, at=NOON, address="hvem@example.invalid")
        again = resend(failed, by=cast.siri, at=NOON, address="bo.ny@example.invalid")
        assert (again.address, again.user, again.resends) == ("bo.ny@example.invalid", cast.bo, failed)
        with pytest.raises(CannotProceed, match="dealt_with_already"):
            resend(failed, by=cast.siri, at=NOON, address=failed.address)


def test_what_is_not_dealt_with_is_counted_and_nothing_else(database):
    with database.writing() as session:
        cast = a_cast(session)
        case, letter = sent_over(session, cast)
        first, second, *_ = letter.recipients
        first.fate, second.fate = Fate.BOUNCED, Fate.UNKNOWN
        session.flush()
        assert not_dealt_with(session, cast.siri, TODAY) == [second, first]
        with pytest.raises(CannotProceed, match="say_why"):
            close_failure(first, by=cast.siri, at=NOON, reason="  ")
        close_failure(first, by=cast.siri, at=NOON, reason="Parten har bekreftet på telefon.")
        session.flush()
        assert not_dealt_with(session, cast.siri, TODAY) == [second]
        assert not_arrived(case.letters) == 1
        assert first.standing is Standing.CLOSED


def test_a_link_to_an_account_is_not_sent_again_by_an_officer(database):
    with database.writing() as session:
        cast = a_cast(session)
        letter = write_to_user(cast.bo, LetterKind.PASSWORD_LINK, at=NOON, link="/password/hemmelig")
        letter.recipients[0].fate = Fate.BOUNCED
        session.flush()
        assert may(cast.siri, Act.RELEASE_LETTER, letter.recipients[0], TODAY)
        assert not may(cast.siri, Act.READ_LETTER, letter, TODAY)
        with pytest.raises(CannotProceed, match="carries_a_key"):
            resend(letter.recipients[0], by=cast.siri, at=NOON, address=cast.bo.email)


def test_without_a_mail_server_the_same_letters_wait(database):
    with database.writing() as session:
        cast = a_cast(session)
        _, letter = sent_over(session, cast, automatic=False)
        letter_id = letter.id
        session.commit()
    send_letters(database, None, at=NOON)
    with database.reading() as session:
        assert {found.fate for found in session.get_one(type(letter), letter_id).recipients} == {Fate.MADE}
