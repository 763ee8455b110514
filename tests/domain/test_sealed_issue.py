"""No opinion without a seal: what cannot be sealed waits with words, and is issued when it can (rule 38)."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.afterwards import corrected
from tests.scenes.decision import issued, ordered
from tests.seal_authority import AWAY, BY, Running
from tvist.cases.lifecycle import State
from tvist.check import check_all
from tvist.config import read_config
from tvist.decision.actions import call_back, order_issue
from tvist.decision.failures import failure_of
from tvist.decision.issuing import issue_job
from tvist.decision.models import Decision, IssuedFile
from tvist.decision.record import as_json, sha256_of
from tvist.decision.votes import seats_of
from tvist.delivery.models import LetterKind
from tvist.jobs.models import JobKind
from tvist.jobs.running import WAITS
from tvist.schema import TRIGGERS, create_sql, drop_sql
from tvist.sealing import inspect
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.people import Cast
    from tests.seal_authority import Authorities
    from tvist.decision.failures import Failure
    from tvist.installation import Installation

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def running() -> Iterator[Authorities]:
    with Running() as found:
        yield found


@pytest.fixture
def authorities(running: Authorities) -> Authorities:
    running.mood = ""
    return running


def sealing_with(installation: Installation, settings: dict[str, str]) -> Installation:
    """The same installation, with other settings of the seal."""
    found = read_config({"TVIST_INSTANCE": str(installation.config.instance), **settings})
    names = ("seal_file", "seal_password_file", "seal_chain_file", "timestamp_url", "seals_long_term")
    return replace(installation, config=replace(installation.config, **{name: getattr(found, name) for name in names}))


def an_ordered_one(installation: Installation, cast: Cast) -> int:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)
        session.commit()
        assert case.decision is not None
        return case.decision.id


def state_of(installation: Installation, decision_id: int) -> tuple[State, int]:
    with installation.database.reading() as session:
        decision = session.get_one(Decision, decision_id)
        return decision.case.state, len(decision.files)


def why_it_waits(installation: Installation, decision_id: int) -> Failure:
    with installation.database.reading() as session:
        found = failure_of(session, JobKind.ISSUE_DECISION, decision_id)
    assert found is not None
    return found


def failed_letters(installation: Installation, decision_id: int) -> int:
    with installation.database.reading() as session:
        letters = session.get_one(Decision, decision_id).case.letters
        return sum(letter.kind is LetterKind.ISSUE_FAILED for letter in letters)


def test_an_expired_certificate_makes_the_issue_wait_until_there_is_a_new_one(
    installation: Installation, cast: Cast, authorities: Authorities, tmp_path: Path
) -> None:
    decision_id = an_ordered_one(installation, cast)
    expired = sealing_with(installation, authorities.write(tmp_path, start=NOON - 9 * DAY, end=NOON - DAY))
    work_once(expired, NOON)

    found = why_it_waits(installation, decision_id)
    assert (found.why.code, found.is_waiting, found.is_given_up) == ("sealing.expired", True, False)
    assert state_of(installation, decision_id) == (State.ISSUING, 0)

    renewed = sealing_with(installation, authorities.write(tmp_path, start=NOON, end=NOON + 9 * DAY))
    work_once(renewed, NOON + WAITS[0])
    assert state_of(installation, decision_id) == (State.DECIDED, 1)
    assert failed_letters(installation, decision_id) == 1


def test_it_waits_for_as_long_as_it_takes_with_growing_pauses(installation: Installation, cast: Cast, tmp_path: Path) -> None:
    decision_id = an_ordered_one(installation, cast)
    without = sealing_with(installation, {"TVIST_SEAL_FILE": str(tmp_path / "nowhere.p12")})
    at, pauses = NOON, []
    for _ in range(9):
        work_once(without, at)
        found = why_it_waits(installation, decision_id)
        assert found.next_at is not None
        pauses.append(found.next_at - at)
        at = found.next_at

    assert pauses == [*WAITS, *[WAITS[-1]] * 4]
    assert failed_letters(installation, decision_id) == 1
    work_once(installation, at)
    assert state_of(installation, decision_id) == (State.DECIDED, 1)


def test_a_time_stamp_server_goes_away_and_comes_back(
    installation: Installation, cast: Cast, authorities: Authorities, tmp_path: Path
) -> None:
    decision_id = an_ordered_one(installation, cast)
    stamping = sealing_with(installation, {**authorities.write(tmp_path), "TVIST_TIMESTAMP_URL": authorities.tsa_url})
    authorities.mood = AWAY
    work_once(stamping, NOON)
    assert why_it_waits(installation, decision_id).why.code == "sealing.timestamp_away"

    authorities.mood = ""
    work_once(stamping, NOON + WAITS[0])
    assert state_of(installation, decision_id) == (State.DECIDED, 1)
    with installation.database.reading() as session:
        (file,) = session.get_one(Decision, decision_id).files
    assert (file.seal_level, file.sealed_by) == ("B-T", BY)


def test_what_waits_for_a_seal_can_be_called_back_and_ordered_anew_with_another_code(
    installation: Installation, cast: Cast, tmp_path: Path
) -> None:
    decision_id = an_ordered_one(installation, cast)
    work_once(sealing_with(installation, {"TVIST_SEAL_FILE": str(tmp_path / "nowhere.p12")}), NOON)
    with installation.database.writing() as session:
        case = session.get_one(Decision, decision_id).case
        leader = seats_of(case)[0].user
        assert case.decision is not None
        first = case.decision.record["verify"]["code"]
        call_back(case, by=leader, at=NOON, reasons="Sertifikatet er ikke på plass.")
        again = order_issue(case, by=leader, at=NOON + DAY, keys=installation.keys)
        assert again.record["verify"]["code"] != first
        session.commit()
    work_once(installation, NOON + DAY)

    assert state_of(installation, decision_id) == (State.DECIDED, 1)


def test_the_leader_reads_in_words_what_is_waited_for(installation: Installation, cast: Cast, ask: Any, tmp_path: Path) -> None:
    decision_id = an_ordered_one(installation, cast)
    work_once(sealing_with(installation, {"TVIST_SEAL_FILE": str(tmp_path / "nowhere.p12")}), NOON)
    with installation.database.reading() as session:
        slug = session.get_one(Decision, decision_id).case.slug
    page = ask("GET", f"/cases/{slug}/decision/call-back", as_=cast.cato).get_data(as_text=True)

    assert "det er ikke satt opp noe sertifikat" in page
    assert "Programmet prøver igjen til det går." in page
    assert "Forsøk så langt" not in page


def test_two_workers_at_once_issue_one_sealed_file(installation: Installation, cast: Cast) -> None:
    decision_id = an_ordered_one(installation, cast)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(issue_job, installation, decision_id, NOON) for _ in range(3)]:
            done.result()

    assert state_of(installation, decision_id) == (State.DECIDED, 1)
    assert len(list(installation.papers.ids())) == 1


def test_a_corrected_opinion_has_its_own_seal_and_code(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        first, second = sorted(_files(corrected(session, cast, installation).decision), key=lambda file: file.version)
        held = [b"".join(installation.papers.open(file.blob_id)) for file in (first, second)]

    assert all(inspect(data).is_good for data in held)
    assert first.verify_code != second.verify_code
    assert [hashlib.sha256(data).hexdigest() for data in held] == [first.sha256, second.sha256]


def test_the_file_says_who_sealed_it_and_how_to_verify_it(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        (file,) = _files(issued(session, cast, installation).decision)
        text = _text(b"".join(installation.papers.open(file.blob_id)))

    assert file.verify_code is not None
    assert file.verify_code in text
    assert "/verify" in text
    assert "DEMO – oppdiktet segl" in text, text[-900:]


def test_an_opinion_from_before_there_were_seals_stays_as_it_is(installation: Installation, cast: Cast) -> None:
    """Its record has no code, and its row says nothing of a seal; the check finds nothing wrong with that."""
    with installation.database.writing() as session:
        decision = ordered(session, cast, installation).decision
        assert decision is not None
        session.commit()
        issue_job(installation, decision.id, NOON)
    _undo_the_seal(installation)

    assert [finding.code for finding in check_all(installation) if finding.code.startswith(("seal", "file"))] == []


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE issued_file SET sealed_by = 'Noen andre'", "seal.broken"),
        ("UPDATE issued_file SET seal_level = 'B-LTA'", "seal.broken"),
        ("UPDATE issued_file SET unsealed_sha256 = 'x'", "seal.other"),
        ("UPDATE issued_file SET verify_code = '3333-3333-3333-3333'", "seal.code"),
    ],
)
def test_the_check_finds_what_was_done_to_a_seal(installation: Installation, cast: Cast, statement: str, code: str) -> None:
    with installation.database.writing() as session:
        issued(session, cast, installation)
        session.commit()
    assert [finding.code for finding in check_all(installation, prints_again=True)] == []
    _by_force(installation, statement)

    assert code in {finding.code for finding in check_all(installation)}


def test_a_record_that_would_print_otherwise_is_found_when_it_is_printed_again(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        issued(session, cast, installation)
        session.commit()
    _by_force(installation, "UPDATE decision SET frozen = replace(frozen, 'tvisteperioden', 'perioden')")

    assert "seal.print" in {finding.code for finding in check_all(installation, prints_again=True)}


def _files(decision: Decision | None) -> list[IssuedFile]:
    assert decision is not None
    return list(decision.files)


def _text(data: bytes) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def _undo_the_seal(installation: Installation) -> None:
    """As a row of the time before: nothing of a seal in it, and no code in its record."""
    _by_force(installation, "UPDATE issued_file SET sealed_at = NULL, sealed_by = '', seal_level = '', unsealed_sha256 = ''")
    _by_force(installation, "UPDATE issued_file SET verify_code = NULL")
    with installation.database.reading() as session:
        record = session.scalars(sa.select(Decision)).one().record
    bare = as_json({name: found for name, found in record.items() if name != "verify"})
    _by_force(installation, "UPDATE decision SET frozen = :bare, frozen_sha256 = :sha", bare=bare, sha=sha256_of(bare))


def _by_force(installation: Installation, statement: str, **values: str) -> None:
    """Change what no act can, as by somebody who has the database in hand: its triggers are away for that one statement."""
    with installation.database.writing() as session:
        dialect = session.get_bind().dialect.name
        away = [trigger for trigger in TRIGGERS if trigger.table in {"issued_file", "decision"}]
        for sql in [found for trigger in away for found in drop_sql(trigger, dialect)]:
            session.execute(sa.text(sql))
        session.execute(sa.text(statement), values)
        for sql in [found for trigger in away for found in create_sql(trigger, dialect)]:
            session.connection().exec_driver_sql(sql)
        session.commit()
