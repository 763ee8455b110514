"""The invented cases: sound, the same for the same seed, and the copies as true as the played ones."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
import sqlalchemy as sa

from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.check import check_all
from tvist.clock import today
from tvist.decision.files import printed
from tvist.decision.record import canonical
from tvist.decision.verifying import record_of
from tvist.delivery.models import LetterKind
from tvist.demo.board import BOARD
from tvist.demo.copying import copy_cases
from tvist.demo.filling import fill
from tvist.demo.originals import can_be_copied
from tvist.demo.petitions import period_of
from tvist.demo.playing import index_all, play
from tvist.demo.plots import COURSES, ENDED, Stage, Turn, plots
from tvist.demo.publishing import publish_some
from tvist.demo.themes import THEMES, texts_of
from tvist.publication.models import Publication
from tvist.publication.models import Stage as PublicationStage
from tvist.sealing import inspect
from tvist.search.index import keyed_stems
from tvist.search.models import Indexed, SearchedThing, SearchEntry
from tvist.submissions.indexing import text_of
from tvist.submissions.joint_table import joint_table


def filled(installation, cases):
    said = []
    fill(installation, cases=cases, seed=1, say=said.append)
    return said


@pytest.fixture
def copied(installation):
    """Five played cases, the first in every list of courses, and twelve copies of them."""
    said = filled(installation, 5)
    assert said[0].startswith("Invented people")
    copy_cases(installation, [1, 2, 3, 4, 5], 12, seed=3, today=today(), say=said.append)


@pytest.mark.slow
def test_played_cases_and_copies_are_sound_and_various(installation, copied):
    assert list(check_all(installation)) == []
    with installation.database.reading() as session:
        cases = session.scalars(sa.select(Case).order_by(Case.id)).all()
        played, copies = cases[:5], cases[5:]
        assert {case.state.value for case in played} == {"decided", "exchange", "dismissed", "panel", "discontinued"}
        assert all(case.is_invented for case in cases)
        assert session.scalar(sa.select(sa.func.count()).where(~User.is_invented)) == 0
        assert len(copies) == 12
        assert len({case.claimed_ore for case in copies}) > 6
        _are_what_the_votes_say(installation, copies)
        _are_as_the_parties_confirmed(cases)
        _are_indexed_by_their_own_words(installation, session, copies)


def _are_what_the_votes_say(installation, copies):
    decided = [case for case in copies if case.decision is not None and case.decision.frozen]
    assert decided
    for case in decided:
        record = case.decision.record
        assert canonical(case, installation.keys) | {"issued_on": record["issued_on"], "verify": record["verify"]} == record
        _is_sealed(installation, case.decision.files[0])


def _is_sealed(installation, file):
    sealed, ((_, unsealed),) = b"".join(installation.papers.open(file.blob_id)), printed(record_of(file))
    assert sealed.startswith(unsealed)
    assert hashlib.sha256(unsealed).hexdigest() == file.unsealed_sha256
    found = inspect(sealed)
    assert (found.is_good, found.by) == (True, file.sealed_by)
    assert "DEMO" in found.by
    assert file.decision.record["verify"]["code"] == file.verify_code


def _are_as_the_parties_confirmed(cases):
    confirmed = [found for case in cases for found in case.table_confirmations]
    assert len(confirmed) > 4
    assert all(found.sha256 == joint_table(found.case).sha256 for found in confirmed)


def _are_indexed_by_their_own_words(installation, session, copies):
    for case in copies:
        for submission in case.submissions:
            thing = sa.select(Indexed.id).where(Indexed.thing_kind == SearchedThing.SUBMISSION, Indexed.thing_id == submission.id)
            stems = session.scalars(sa.select(SearchEntry.stem).where(SearchEntry.indexed_id == thing.scalar_subquery()))
            assert set(stems) == keyed_stems(installation.keys, text_of(submission))


def test_the_same_seed_plots_the_same_cases():
    def told(seed):
        return [
            (plot.filed_on, plot.municipalities, plot.comments, period_of(plot))
            for plot in plots(60, seed=seed, today=date(2026, 3, 2))
        ]

    assert told(1) == told(1)
    assert told(1) != told(2)


@pytest.mark.parametrize("on", [date(2026, 3, 2), date(2026, 12, 31), date(2028, 2, 29)])
def test_plots_go_through_all_stages_and_stay_within_their_days(on):
    found = plots(60, seed=1, today=on)

    assert len(found) == len(COURSES) == 60
    assert {plot.until for plot in found} == set(Stage)
    assert set().union(*(plot.turns for plot in found)) == set(Turn)
    assert all(plot.filed_on <= on for plot in found)
    assert {plot.filed_on.year for plot in found if plot.until is Stage.ISSUED or plot.turns & ENDED} >= {2010, 2016, 2024}


def test_every_theme_has_its_texts_in_both_forms_of_norwegian():
    given = {"kommune": "Vik kommune", "stat": "Bufetat region vest", "born": 2012, "first": "1. mai 2020", "last": "3. mai 2020"}
    for theme in THEMES:
        bokmal, nynorsk = (texts_of(theme, language, **given) for language in ("nb", "nn"))
        assert bokmal.keys() == nynorsk.keys()
        assert all(text and "{" not in text for text in (*bokmal.values(), *nynorsk.values()))


def test_the_board_of_the_demo_has_every_seat_on_every_day():
    for day in (
        date(2010, 2, 1),
        date(2011, 12, 31),
        date(2012, 6, 1),
        date(2016, 12, 31),
        date(2020, 5, 5),
        date(2024, 12, 31),
        date(2026, 5, 5),
    ):
        seats = {term.seat for terms in BOARD.values() for term in terms if term.from_on <= day <= term.to_on}
        assert len(seats) == 3


@pytest.mark.slow
def test_cases_whose_panel_votes_on_basis_and_days_are_sound_and_not_copied(installation):
    filled(installation, 0)
    found = [plot for plot in plots(len(COURSES), seed=1, today=today()) if Turn.MORE_QUESTIONS in plot.turns]
    played = [play(installation, plot) for plot in found]
    index_all(installation, played)
    assert list(check_all(installation)) == []
    with installation.database.reading() as session:
        for case in session.scalars(sa.select(Case)):
            assert {question.kind.value for question in case.questions} >= {"basis", "period", "responsible"}
            assert len([letter for letter in case.letters if letter.kind is LetterKind.QUESTIONS_DRAFTED]) == 2
            assert not can_be_copied(case)


@pytest.mark.slow
def test_some_opinions_of_the_demo_are_public_and_sound(installation):
    filled(installation, 1)
    said = []
    publish_some(installation, say=said.append)
    with installation.database.reading() as session:
        stages = [found.stage for found in session.scalars(sa.select(Publication).order_by(Publication.id))]
    assert PublicationStage.RELEASED in stages
    assert said == [f"Opinions made public: {stages.count(PublicationStage.RELEASED)}"]
    assert list(check_all(installation)) == []
