"""Guessing is slowed down, and nobody can shut another out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from tests.people import NOON
from tvist.accounts.models import SignInAttempt
from tvist.accounts.throttle import PER_ACCOUNT, PER_NETWORK, WINDOW, forgive, keys_for, seconds_to_wait

SECRET = "s" * 40


def keys(email="asta@vik.example", address="192.0.2.1"):
    return keys_for(SECRET, email, address)


def fail(database, times, **whose):
    for number in range(times):
        seconds_to_wait(database, keys(**whose), NOON + timedelta(seconds=number))


def test_after_some_failures_one_waits_a_quarter_of_an_hour_from_the_first(database):
    fail(database, PER_ACCOUNT)
    assert seconds_to_wait(database, keys(), NOON + timedelta(minutes=5)) == 10 * 60
    assert seconds_to_wait(database, keys(), NOON + WINDOW + timedelta(seconds=1)) == 0


def test_an_attempt_that_had_to_wait_does_not_prolong_the_wait(database):
    fail(database, PER_ACCOUNT + 20)
    assert seconds_to_wait(database, keys(), NOON + WINDOW + timedelta(seconds=1)) == 0


def test_failures_elsewhere_do_not_shut_the_owner_out(database):
    fail(database, 3 * PER_ACCOUNT, address="198.51.100.7")
    assert seconds_to_wait(database, keys(), NOON + timedelta(minutes=1)) == 0


def test_many_accounts_tried_from_one_network_make_the_network_wait(database):
    for number in range(PER_NETWORK):
        assert seconds_to_wait(database, keys(email=f"{number}@vik.example"), NOON) == 0
    assert seconds_to_wait(database, keys(email="new@vik.example"), NOON + timedelta(seconds=1)) > 0


def test_a_success_forgives_the_failures_of_the_account_there(database):
    fail(database, PER_ACCOUNT - 1)
    at = NOON + timedelta(minutes=1)
    assert seconds_to_wait(database, keys(), at) == 0
    with database.writing() as session:
        forgive(session, keys(), at)
        session.commit()
    assert seconds_to_wait(database, keys(), NOON + timedelta(minutes=2)) == 0


def test_of_many_attempts_at_once_no_more_than_the_limit_are_tried(database):
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: seconds_to_wait(database, keys(), NOON + timedelta(microseconds=n)), range(24)))
    assert sum(wait == 0 for wait in waits) <= PER_ACCOUNT


def test_the_table_names_neither_person_nor_place(database):
    fail(database, 1)
    with database.reading() as session:
        kept = " ".join(session.scalars(sa.select(SignInAttempt.key)))
    assert "asta" not in kept
    assert "192.0.2.1" not in kept


def test_neighbours_in_one_ipv6_network_count_together():
    assert keys(address="2001:db8:1:2::1") == keys(address="2001:db8:1:2:ffff::9")
    assert keys(address="2001:db8:1:2::1") != keys(address="2001:db8:1:3::1")
    assert keys(address="nonsense").network == keys(address=None).network
