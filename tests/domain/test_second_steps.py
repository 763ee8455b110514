"""Second steps: each code counts once, the clock may differ a little, half a sign-in opens nothing, and an idle one ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON, a_cast
from tests.second_steps import SECRET, a_code, an_app
from tvist.accounts.actions import add_membership, choose_password, disable, end_membership, sign_in
from tvist.accounts.code_apps import (
    add_app,
    is_recovery_code,
    new_app,
    new_recovery_codes,
    use_code,
    use_recovery_code,
)
from tvist.accounts.factors import FactorReset, RecoveryCode, SecondFactor
from tvist.accounts.half_sign_ins import HOLDS_FOR, begin_half, complete_half, half_sign_in_of
from tvist.accounts.models import MembershipRole, SignIn
from tvist.accounts.passkeys import Site, site_of
from tvist.accounts.second_steps import factors_of, recovery_codes_left, remove_factor, reset_factors
from tvist.accounts.sign_ins import (
    IDLE,
    PROOF_HOLDS_FOR,
    browser_words,
    ends_at,
    is_proved,
    note_seen,
    prove,
    sign_in_of,
    sign_ins_of,
)
from tvist.accounts.throttle import EVERYWHERE, EVERYWHERE_A_DAY, PER_ACCOUNT, WINDOW, forgive, keys_for, seconds_to_wait
from tvist.config import read_config
from tvist.errors import CannotProceed
from tvist.panel.board_actions import strike

MINUTE = timedelta(minutes=1)
HALF_MINUTE = timedelta(seconds=30)
SOON = NOON + timedelta(seconds=5)


@pytest.fixture
def keys(installation):
    return installation.keys


@pytest.fixture
def cast(session):
    return a_cast(session)


def test_a_code_counts_once_and_so_do_all_before_it(session, cast, keys):
    an_app(session, keys, cast.asta, NOON)
    assert use_code(session, keys, cast.asta, a_code(SOON), at=SOON)
    assert not use_code(session, keys, cast.asta, a_code(SOON), at=SOON)
    assert not use_code(session, keys, cast.asta, a_code(SOON, -1), at=SOON)
    later = SOON + HALF_MINUTE
    assert use_code(session, keys, cast.asta, f" {a_code(later)[:3]} {a_code(later)[3:]} ", at=later)


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_the_code_before_and_the_one_after_are_taken_too(session, cast, keys, steps, is_taken):
    an_app(session, keys, cast.asta, NOON)
    assert use_code(session, keys, cast.asta, a_code(SOON, steps), at=SOON) is is_taken


def test_anothers_code_and_nonsense_open_nothing(session, cast, keys):
    an_app(session, keys, cast.asta, NOON)
    for code in ("", "000000x", "٣٤٥٦٧٨", "1" * 1000):
        assert not use_code(session, keys, cast.asta, code, at=SOON)
    assert not use_code(session, keys, cast.bo, a_code(SOON), at=SOON)


def test_of_four_who_send_one_code_at_once_one_is_let_in(database, installation):
    with database.writing() as session:
        cast = a_cast(session)
        an_app(session, installation.keys, cast.asta, NOON)
        tokens = [begin_half(session, cast.asta, at=NOON) for _ in range(4)]
        session.commit()

    def try_it(token):
        with database.writing() as session:
            half = half_sign_in_of(session, token, SOON)
            if not use_code(session, installation.keys, half.user, a_code(SOON), at=SOON):
                return False
            assert complete_half(session, half, at=SOON)
            sign_in(session, half.user, at=SOON)
            session.commit()
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_it, tokens)) == [False, False, False, True]
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SignIn)) == 1


def test_the_secret_of_an_app_stands_nowhere_in_clear(session, cast, keys):
    begun = new_app(keys, cast.asta, at=NOON)
    again = new_app(keys, cast.asta, at=SOON, sealed=begun.sealed)
    assert (again.secret, again.sealed) == (begun.secret, begun.sealed), "a page shown again shows the same picture"
    assert begun.picture.startswith("data:image/png;base64,")
    assert begun.secret not in begun.sealed
    assert new_app(keys, cast.bo, at=SOON, sealed=begun.sealed).secret != begun.secret, "nobody takes another's over"
    assert new_app(keys, cast.asta, at=NOON + timedelta(hours=1), sealed=begun.sealed).secret != begun.secret
    sealed = an_app(session, keys, cast.asta, NOON).sealed_secret
    assert SECRET.encode() not in sealed


def test_an_app_is_taken_into_use_by_its_first_code_which_is_spent(session, cast, keys):
    import pyotp

    begun = new_app(keys, cast.asta, at=NOON)
    first = pyotp.TOTP(begun.secret).generate_otp(int(SOON.timestamp()) // 30)
    assert add_app(cast.asta, keys, sealed=begun.sealed, code="000000", name="x", at=SOON) is None
    assert add_app(cast.asta, keys, sealed="nonsense", code=first, name="x", at=SOON) is None
    assert add_app(cast.asta, keys, sealed=begun.sealed, code=first, name="x", at=SOON)
    session.flush()
    assert not use_code(session, keys, cast.asta, first, at=SOON)


def test_each_recovery_code_works_once_however_it_is_written(session, cast, keys):
    codes = new_recovery_codes(cast.asta, keys, at=NOON)
    session.flush()
    assert len(set(codes)) == 10
    assert all(is_recovery_code(code) for code in codes)
    assert not is_recovery_code("123 456")
    assert use_recovery_code(session, keys, cast.asta, f" {codes[0].upper().replace('-', ' ')}", at=NOON)
    assert not use_recovery_code(session, keys, cast.asta, codes[0], at=NOON)
    assert not use_recovery_code(session, keys, cast.bo, codes[1], at=NOON)
    assert recovery_codes_left(session, cast.asta) == (9, False)
    kept = session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert all(codes[1].replace("-", "").encode() not in found for found in kept)
    new_recovery_codes(cast.asta, keys, at=NOON)
    session.flush()
    assert not use_recovery_code(session, keys, cast.asta, codes[2], at=NOON)


def test_half_a_sign_in_is_none_and_soon_over(session, cast):
    token = begin_half(session, cast.asta, at=NOON)
    session.flush()
    assert sign_in_of(session, token, SOON) is None
    assert half_sign_in_of(session, token, NOON + HOLDS_FOR) is None
    half = half_sign_in_of(session, token, SOON)
    assert complete_half(session, half, at=SOON)
    assert not complete_half(session, half, at=SOON)
    assert half_sign_in_of(session, token, SOON) is None


def test_a_sign_in_ends_when_it_lies_idle_and_at_the_latest_after_eight_hours(database):
    with database.writing() as session:
        token = sign_in(session, a_cast(session).asta, at=NOON)
        session.commit()

    def found_at(at):
        with database.reading() as session:
            return sign_in_of(session, token, at)

    assert found_at(NOON + IDLE) is None
    seen = NOON + IDLE - MINUTE
    found = found_at(seen)
    assert ends_at(found) == NOON + IDLE
    note_seen(database, found, seen)
    note_seen(database, found, seen + MINUTE / 2)
    assert (found.last_seen_at, found_at(seen).last_seen_at) == (seen, seen), "not more often than once a minute"
    assert found_at(NOON + IDLE + MINUTE).user.name == "Asta Oppdiktet"
    with database.writing() as session:
        session.execute(sa.update(SignIn).values(last_seen_at=NOON + timedelta(hours=8) - MINUTE))
        session.commit()
    assert ends_at(found_at(NOON + timedelta(hours=8) - MINUTE)) == NOON + timedelta(hours=8)
    assert found_at(NOON + timedelta(hours=8)) is None


def test_a_proof_is_fresh_for_ten_minutes_and_none_at_all_is_no_proof(session, cast):
    token = sign_in(session, cast.asta, at=NOON, proved_at=NOON)
    session.flush()
    found = sign_in_of(session, token, SOON)
    assert is_proved(found, NOON + PROOF_HOLDS_FOR)
    assert not is_proved(found, NOON + PROOF_HOLDS_FOR + MINUTE)
    assert not is_proved(found, NOON - MINUTE), "a proof that lies ahead is none"
    prove(session, found.id, at=NOON + timedelta(minutes=30))
    session.refresh(found)
    assert is_proved(found, NOON + timedelta(minutes=31))
    assert not is_proved(SignIn(proved_at=None), NOON)


@pytest.mark.parametrize("what", ["added", "ended", "phrase", "shut"])
def test_a_changed_role_or_phrase_ends_sign_ins_at_once_also_half_ones(session, cast, what):
    whole, half = sign_in(session, cast.asta, at=NOON), begin_half(session, cast.asta, at=NOON)
    session.flush()
    if what == "added":
        add_membership(cast.asta, cast.luster, MembershipRole.CASE_OFFICER, from_on=NOON.date(), at=SOON)
    elif what == "ended":
        end_membership(cast.asta.memberships[0], to_on=NOON.date(), at=SOON)
    elif what == "phrase":
        choose_password(cast.asta, "helt nye ord på rad", at=SOON)
    else:
        disable(cast.asta, by=cast.adam, at=SOON)
    session.flush()
    assert sign_in_of(session, whole, SOON) is None
    assert half_sign_in_of(session, half, SOON) is None


def test_a_changed_appointment_ends_sign_ins_at_once(session, cast):
    token = sign_in(session, cast.klara, at=NOON)
    session.flush()
    strike(cast.klara.appointments[0], at=SOON)
    session.flush()
    assert sign_in_of(session, token, SOON) is None


def test_a_role_that_changes_on_a_later_day_ends_the_sign_in_on_that_day(session, cast):
    evening = NOON + timedelta(hours=11, minutes=30)
    token, other = sign_in(session, cast.asta, at=evening), sign_in(session, cast.bo, at=evening)
    end_membership(cast.asta.memberships[0], to_on=NOON.date(), at=evening - timedelta(days=1))
    session.flush()
    assert sign_in_of(session, token, evening + MINUTE)
    after_midnight = evening + timedelta(minutes=31)
    assert sign_in_of(session, token, after_midnight) is None
    assert sign_in_of(session, other, after_midnight)


def test_the_last_factor_stays_also_when_two_remove_the_last_two(database, installation):
    with database.writing() as session:
        cast = a_cast(session)
        made = [an_app(session, installation.keys, cast.asta, NOON, name).id for name in ("en", "to")]
        session.commit()

    def remove(number):
        with database.writing() as session:
            try:
                remove_factor(session.get(SecondFactor, number), at=NOON, but="")
            except CannotProceed:
                return "refused"
            session.commit()
            return "removed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, made)) == ["refused", "removed"]
    with database.reading() as session:
        assert len(factors_of(session, cast.asta)) == 1


def test_a_reset_takes_all_away_ends_all_and_says_who_and_why_for_ever(session, cast, keys):
    an_app(session, keys, cast.asta, NOON)
    new_recovery_codes(cast.asta, keys, at=NOON)
    sign_in(session, cast.asta, at=NOON)
    session.flush()
    for by, reason in ((cast.asta, "mine"), (cast.adam, "  ")):
        with pytest.raises(CannotProceed):
            reset_factors(cast.asta, by=by, reason=reason, at=SOON)
    reset_factors(cast.asta, by=cast.adam, reason="Telefonen er mistet; ringt opp på kjent nummer.", at=SOON)
    session.flush()
    assert factors_of(session, cast.asta) == []
    assert recovery_codes_left(session, cast.asta)[0] == 0
    assert sign_ins_of(session, cast.asta, SOON) == []
    session.commit()
    with pytest.raises(sa.exc.DBAPIError, match="written once"):
        session.execute(sa.update(FactorReset).values(reason="x"))


def test_wrong_codes_are_counted_over_all_networks_and_for_a_day(database):
    at, made = NOON, 0

    def keys(number):
        return keys_for("secret", "asta@example.invalid", f"198.51.100.{number % 250}", "second step", everywhere=True)

    for number in range(EVERYWHERE):
        assert seconds_to_wait(database, keys(number), at + timedelta(seconds=number)) == 0
    assert seconds_to_wait(database, keys(77), at + MINUTE) > 0, "from a network that never failed"
    made = EVERYWHERE
    while made < EVERYWHERE_A_DAY:
        at += WINDOW + MINUTE
        for number in range(EVERYWHERE):
            assert seconds_to_wait(database, keys(made + number), at + timedelta(seconds=number)) == 0
        made += EVERYWHERE
    at += WINDOW + MINUTE
    assert seconds_to_wait(database, keys(99), at) > timedelta(hours=20).total_seconds()
    stranger = keys_for("secret", "asta@example.invalid", "198.51.100.99")
    assert seconds_to_wait(database, stranger, at) == 0, "the pass phrase is not counted so: nobody locks another out"


def test_the_right_code_forgives_the_failures_here_and_not_those_elsewhere(database):
    keys = keys_for("secret", "asta@example.invalid", "198.51.100.1", "second step", everywhere=True)
    for number in range(PER_ACCOUNT):
        assert seconds_to_wait(database, keys, NOON + timedelta(seconds=number)) == 0
    with database.writing() as session:
        forgive(session, keys, NOON + timedelta(seconds=PER_ACCOUNT - 1))
        session.commit()
    others = keys_for("secret", "asta@example.invalid", "198.51.100.2", "second step", everywhere=True)
    for number in range(EVERYWHERE - PER_ACCOUNT + 1):
        assert seconds_to_wait(database, keys if number < PER_ACCOUNT else others, NOON + MINUTE + timedelta(seconds=number)) == 0
    assert seconds_to_wait(database, others, NOON + 2 * MINUTE) > 0


@pytest.mark.parametrize(
    ("base_url", "mode", "visited", "site"),
    [
        ("https://tvist.example", "demo", "https://tvist.example/", Site("tvist.example", "https://tvist.example")),
        ("https://tvist.example", "demo", "https://evil.example/", None),
        ("http://127.0.0.1:8000", "demo", "http://127.0.0.1:8000/", None),
        ("http://127.0.0.1:8000", "demo", "http://localhost:8001/", Site("localhost", "http://localhost:8001")),
        ("https://tvist.example", "production", "http://localhost:8000/", None),
    ],
)
def test_passkeys_are_bound_to_the_address_of_the_program(tmp_path, base_url, mode, visited, site):
    from dataclasses import replace

    from tvist.config import Mode

    config = replace(read_config({"TVIST_INSTANCE": str(tmp_path), "TVIST_BASE_URL": base_url}), mode=Mode(mode))
    assert site_of(config, visited) == site


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36 Edg/140",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile Safari/604", "Safari, iPhone"),
        ("", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_told_in_two_words_and_nothing_else_of_it_is_kept(said, words):
    assert browser_words(said) == words
