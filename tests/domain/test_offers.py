"""Offers without prejudice: made, answered, withdrawn, open until a day; for the two sides alone (rule 22)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.intake import accepted
from tests.scenes.panel import declared
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.models import User
from tvist.cases.private_words import open_offer
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.submissions.offers import is_open, make_offer, offers_of, withdraw_offer
from tvist.vault.keys import BrokenSeal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.vault.keys import MasterKeys

TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


@pytest.fixture
def keys(installation) -> MasterKeys:
    return installation.keys


def test_an_offer_is_sealed_and_leaves_no_line_in_the_journal(session, people, keys):
    case = accepted(session, people)
    lines = len(case.events)
    offer = make_offer(case, by=people.asta, at=NOON, text="Vi kan dele likt.", keys=keys)
    session.flush()
    assert open_offer(keys, offer) == "Vi kan dele likt."
    assert b"dele" not in offer.sealed_words
    assert len(case.events) == lines
    letters = [letter for letter in case.letters if letter.kind is LetterKind.OFFER_MADE]
    assert [letter.party.name for letter in letters if letter.party] == ["Bufetat region vest"]


def test_words_moved_to_another_offer_do_not_open(session, people, keys):
    case = accepted(session, people)
    one = make_offer(case, by=people.asta, at=NOON, text="Først", keys=keys)
    other = make_offer(case, by=people.asta, at=NOON, text="Så", keys=keys)
    other.sealed_words = one.sealed_words
    with pytest.raises(BrokenSeal):
        open_offer(keys, other)


def test_only_the_case_teams_of_the_two_sides_read_and_make_offers(session, people, keys):
    case = declared(session, people)
    offer = make_offer(case, by=people.asta, at=NOON, text="Halvparten", keys=keys)
    session.flush()
    everybody = [person for person in vars(people).values() if isinstance(person, User)]
    readers = [person for person in everybody if may(person, Act.READ_OFFER, offer)]
    assert readers == [person for person in everybody if case.party_of(person, TODAY)]
    assert people.asta in readers
    assert people.bo in readers
    with pytest.raises(NotAllowed):
        make_offer(case, by=people.siri, at=NOON, text="Halvparten", keys=keys)


def test_an_open_offer_of_the_other_side_can_be_answered(session, people, keys):
    case = accepted(session, people)
    offer = make_offer(case, by=people.asta, at=NOON, text="Halvparten", keys=keys, open_until=TODAY)
    session.flush()
    with pytest.raises(CannotProceed, match="not_to_answer"):
        make_offer(case, by=people.asta, at=NOON, text="Mer", keys=keys, answers=offer)
    answer = make_offer(case, by=people.bo, at=NOON, text="En tredel", keys=keys, answers=offer)
    session.flush()
    assert [found.answers_id for found in offers_of(case)] == [None, offer.id]
    assert (is_open(offer, TODAY), is_open(offer, TODAY + DAY)) == (True, False)
    with pytest.raises(CannotProceed, match="not_to_answer"):
        make_offer(case, by=people.bo, at=NOON + DAY, text="Nei", keys=keys, answers=offer)
    assert answer.party.name == "Bufetat region vest"


def test_what_is_wrong_with_an_offer_is_said_at_once(session, people, keys):
    case = accepted(session, people)
    with pytest.raises(CannotProceed) as raised:
        make_offer(case, by=people.asta, at=NOON, text=" ", keys=keys, open_until=TODAY - DAY)
    assert [found.code for found in raised.value.obstacles] == [
        "submissions.offers.write_text",
        "submissions.offers.day_has_passed",
    ]


def test_a_party_withdraws_its_own_offer_once(session, people, keys):
    offer = make_offer(accepted(session, people), by=people.asta, at=NOON, text="Halvparten", keys=keys)
    session.flush()
    with pytest.raises(NotAllowed):
        withdraw_offer(offer, by=people.bo, at=NOON)
    withdraw_offer(offer, by=people.asta, at=NOON)
    assert not is_open(offer, TODAY)
    with pytest.raises(CannotProceed, match="withdrawn_already"):
        withdraw_offer(offer, by=people.asta, at=NOON)
