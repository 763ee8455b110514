"""Obvious errors put right: a new version, marked, with both kept and served; nothing but words changes (rule 40)."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.project.test_check import found_with
from tests.scenes.afterwards import RIGHT, SLIP, WHAT_WAS_WRONG, WRONG, corrected, told
from tests.scenes.decision import ordered
from tests.scenes.submissions import DAY
from tvist.away import StoreAway
from tvist.cases.lifecycle import State
from tvist.cases.models import Outcome
from tvist.cases.waiting import TaskKind
from tvist.check import check_all
from tvist.decision.correcting import Changes, correct, correction_job, latest_record, try_again
from tvist.decision.models import IssuedFile
from tvist.decision.votes import seats_of
from tvist.delivery.models import LetterKind
from tvist.documents.storage import PaperStore
from tvist.errors import CannotProceed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation


def text_of(installation: Installation, file: IssuedFile) -> str:
    """What can be read in a stored file."""
    content = b"".join(installation.papers.open(file.blob_id))
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def files_of(case: Case) -> list[IssuedFile]:
    assert case.decision is not None
    return case.decision.files


def test_a_corrected_opinion_is_a_new_version_marked_on_top_and_the_first_is_kept(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = corrected(session, cast, installation)
        first, second = (text_of(installation, file) for file in files_of(case))

        assert [file.version for file in files_of(case)] == [1, 2]
        assert WRONG in first
        assert "Retta" not in first
        assert RIGHT in second
        assert WRONG not in second.replace(WHAT_WAS_WRONG, "")
        assert second.index("Retta 3. mars 2026 (versjon 2)") < second.index("Saksnummer")
        assert second.index(WHAT_WAS_WRONG) < second.index("Saksnummer")


def test_the_issued_text_is_what_it_was_and_the_check_finds_nothing(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = corrected(session, cast, installation)
        decision = case.decision
        assert decision is not None

        assert decision.conclusion == WRONG
        assert decision.record["sections"]["conclusion"] == WRONG
        assert latest_record(decision)["sections"]["conclusion"] == RIGHT
        assert (case.state, case.outcome) == (State.DECIDED, Outcome.STATE)
        assert not case.open_tasks
    assert list(check_all(installation)) == []


def test_all_parties_and_members_are_told(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = corrected(session, cast, installation)
        letters = [letter for letter in case.letters if letter.kind is LetterKind.OPINION_CORRECTED]

        assert {letter.party.name for letter in letters if letter.party} == {"Vik kommune", "Bufetat region vest"}
        members = {found.user_id for letter in letters if letter.party is None for found in letter.recipients}
        assert members == {seat.user_id for seat in seats_of(case)}


@pytest.mark.parametrize(
    ("changes", "words", "code"),
    [
        (SLIP, "  ", "words_needed"),
        (Changes(), WHAT_WAS_WRONG, "nothing_changed"),
        (Changes(sections={"conclusion": f" {WRONG}\n"}), WHAT_WAS_WRONG, "nothing_changed"),
        (Changes(sections={"conclusion": "\N{GRINNING FACE}"}), WHAT_WAS_WRONG, "missing_letters"),
    ],
)
def test_a_correction_needs_words_a_change_and_letters_that_print(
    installation: Installation, cast: Cast, changes: Changes, words: str, code: str
) -> None:
    with installation.database.writing() as session:
        case = told(session, cast, installation)
        with pytest.raises(CannotProceed, match=code):
            correct(case, changes, by=seats_of(case)[0].user, at=NOON, words=words)


def test_reasons_and_representatives_can_be_corrected_and_votes_amounts_and_panel_cannot(
    installation: Installation, cast: Cast
) -> None:
    with installation.database.writing() as session:
        case = told(session, cast, installation)
        assert case.decision is not None
        before = case.decision.record
        changes = Changes(
            sections={"panel": "Andre", "outcome": "municipality"}, reasons={1: "Rettet grunn."}, representatives=["Asta O.", ""]
        )
        record = correct(case, changes, by=seats_of(case)[0].user, at=NOON, words="Navnet var feil.").record

        assert record["questions"][0]["reasons"] == "Rettet grunn."
        assert record["parties"][0]["representative"] == "Asta O."
        assert record["sections"].keys() == before["sections"].keys()
        kept = ("panel", "lines", "outcome", "issued_on", "number")
        assert {name: record[name] for name in kept} == {name: before[name] for name in kept}
        assert [question["result"] for question in record["questions"]] == [
            question["result"] for question in before["questions"]
        ]


def test_one_correction_at_a_time_and_the_second_holds_the_first(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = corrected(session, cast, installation)
        leader = seats_of(case)[0].user
        second = correct(case, Changes(reasons={1: "Annet."}), by=leader, at=NOON + 2 * DAY, words="Begrunnelsen.")
        assert [task.kind for task in case.open_tasks] == [TaskKind.CORRECT]
        with pytest.raises(CannotProceed, match="being_made"):
            correct(case, SLIP, by=leader, at=NOON + 2 * DAY, words=WHAT_WAS_WRONG)
        session.commit()
    correction_job(installation, second.id, NOON + 2 * DAY)
    with installation.database.reading() as session:
        last = session.get_one(type(second), second.id)
        assert [each["version"] for each in last.record["corrections"]] == [2, 3]
        assert last.record["sections"]["conclusion"] == RIGHT
        assert WHAT_WAS_WRONG in text_of(installation, last.decision.files[-1])
    assert list(check_all(installation)) == []


def test_made_twice_it_is_kept_once(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = corrected(session, cast, installation)
        assert case.decision is not None
        number = case.decision.corrections[0].id
        session.commit()
    correction_job(installation, number, NOON + DAY)
    with installation.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(IssuedFile)) == 2
    assert list(check_all(installation)) == []


def test_a_store_that_is_away_leaves_no_half_correction_and_it_is_made_later(
    installation: Installation, cast: Cast, tmp_path: Path
) -> None:
    with installation.database.writing() as session:
        case = told(session, cast, installation)
        found = correct(case, SLIP, by=seats_of(case)[0].user, at=NOON, words=WHAT_WAS_WRONG)
        session.commit()
    papers = PaperStore(str(tmp_path / "papers"), installation.keys)
    shutil.rmtree(tmp_path / "papers")
    (tmp_path / "papers").write_text("The disk is not where it was.")
    with pytest.raises(StoreAway):
        correction_job(replace(installation, papers=papers), found.id, NOON)
    assert list(check_all(installation)) == []

    with installation.database.writing() as session:
        try_again(session.get_one(type(found), found.id), at=NOON)
        session.commit()
    correction_job(installation, found.id, NOON)
    with installation.database.writing() as session, pytest.raises(CannotProceed, match="made_already"):
        try_again(session.get_one(type(found), found.id), at=NOON)


def test_nothing_is_corrected_before_it_is_issued(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = ordered(session, cast, installation)
        with pytest.raises(CannotProceed, match="wrong_state"):
            correct(case, SLIP, by=seats_of(case)[0].user, at=NOON, words=WHAT_WAS_WRONG)


def test_a_correction_is_never_changed_even_by_sql(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        corrected(session, cast, installation)
        session.commit()
    for statement in ("UPDATE correction SET words = 'x'", "DELETE FROM correction"):
        with installation.database.writing() as session, pytest.raises(sa.exc.DBAPIError):
            session.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE correction SET frozen = replace(frozen, 'perioden', 'tida')", "correction.changed"),
        ("DELETE FROM correction", "correction.changed"),
        ("DELETE FROM issued_file WHERE version = 2", "correction.file"),
    ],
)
def test_the_check_finds_what_was_done_to_a_correction(
    installation: Installation, database: Database, cast: Cast, statement: str, code: str
) -> None:
    with database.writing() as session:
        corrected(session, cast, installation)
        session.commit()
    assert code in found_with(database, installation, statement)
