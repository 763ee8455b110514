"""The published figures on known cases, by the dated rows they rest on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import issued
from tests.scenes.intake import accepted, dismissal_proposed, filed
from tvist.cases.history import Ending, EndingKind, FactKind
from tvist.errors import CannotProceed
from tvist.statistics.figures import FIGURES, all_figures, is_empty
from tvist.statistics.period import Days
from tvist.statistics.writing import as_csv, as_json, as_text
from tvist.submissions.actions import withdraw
from tvist.words import Message, render

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def figures(session, from_on=YEAR[0], to_on=YEAR[1]):
    return {figure.code: figure for figure in all_figures(session, from_on, to_on)}


def test_a_case_is_received_on_its_day_and_open_until_it_ends(database, cast):
    with database.writing() as session:
        filed(session, cast)
        case = accepted(session, cast)
        withdraw(case, by=cast.asta, at=NOON + timedelta(days=40))
        session.commit()
    with database.reading() as session:
        march, april = figures(session, to_on=date(2026, 3, 31)), figures(session, date(2026, 4, 1), date(2026, 4, 30))

    assert (march["received"].value, march["open"].value, march["discontinued.withdrawn"].value) == (2, 2, 0)
    assert (april["received"].value, april["open"].value, april["discontinued.withdrawn"].value) == (0, 1, 1)


def test_the_period_is_of_days_in_oslo(database, cast):
    last_moment = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
    with database.writing() as session:
        case = accepted(session, cast)
        withdraw(case, by=cast.asta, at=last_moment)
        session.commit()
    with database.reading() as session:
        assert figures(session, to_on=date(2026, 3, 31))["discontinued.withdrawn"].value == 1
        assert figures(session, from_on=date(2026, 4, 1))["discontinued.withdrawn"].value == 0


def test_an_issued_case_counts_by_outcome_amounts_and_days(database, cast, installation):
    with database.writing() as session:
        case = issued(session, cast, installation, at=NOON + timedelta(days=30))
        claimed, lines = case.claimed_ore, len(case.lines)
        session.commit()
    with database.reading() as session:
        found = figures(session)

    assert (found["decided"].value, found["outcome.state"].value, found["outcome.state"].share) == (1, 1, 1.0)
    assert found["line_outcome.state"].value == found["line_outcome.state"].of == lines
    assert (found["claimed.state"].value, found["found.state"].value, found["found.municipality"].value) == (claimed, claimed, 0)
    assert found["median_days"].value == 30


def test_a_corrected_outcome_counts_as_corrected(database, cast, installation):
    with database.writing() as session:
        case = issued(session, cast, installation)
        case.note(FactKind.OUTCOME, "split", event=case.events[-1])
        session.commit()
    with database.reading() as session:
        found = figures(session)

    assert (found["outcome.state"].value, found["outcome.split"].value) == (0, 1)


def test_a_dismissal_that_was_undone_in_the_period_is_no_ending(database, cast):
    with database.writing() as session:
        case = dismissal_proposed(session, cast)
        at = NOON + timedelta(days=20)
        case.endings.append(
            Ending(
                kind=EndingKind.DISMISSED,
                ground="before_courts",
                happened_at=at,
                recorded_at=at,
                undone_at=at + timedelta(days=60),
            )
        )
        session.commit()
    with database.reading() as session:
        before, after = figures(session, to_on=date(2026, 4, 10)), figures(session, to_on=date(2026, 12, 31))

    assert (before["dismissed.before_courts"].value, before["open"].value) == (1, 0)
    assert (after["dismissed.before_courts"].value, after["open"].value) == (0, 1)


def test_an_empty_period_has_no_shares_sums_or_medians(database):
    with database.reading() as session:
        found = all_figures(session, *YEAR)

    assert is_empty(found)
    assert {figure.code: figure.share for figure in found if figure.of is not None} == dict.fromkeys(
        [f"{code}.{outcome}" for code in ("outcome", "line_outcome") for outcome in ("municipality", "state", "split")]
    )
    assert all(figure.value is None for figure in found if figure.code.split(".")[0] in {"claimed", "found", "median_days"})


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(CannotProceed, match=r"money\.to_before_from"):
        Days(date(2026, 2, 1), date(2026, 1, 31))


def test_each_figure_is_published_with_the_definition_in_its_docstring(database):
    with database.reading() as session:
        for make in FIGURES:
            published = {render(Message(figure.definition), "en") for figure in make(session, Days(*YEAR))}
            assert published == {" ".join((make.__doc__ or "").split())}


def test_csv_has_a_mark_for_utf8_and_no_cell_that_is_a_formula(database, cast):
    with database.writing() as session:
        filed(session, cast)
        session.commit()
    with database.reading() as session:
        text = as_csv(all_figures(session, *YEAR), *YEAR, "nb")

    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}code;figure;value;")
    assert "\r\nreceived;Mottatte saker;1;cases;" in text
    assert not [cell for line in text.splitlines() for cell in line.split(";") if cell[:1] in {"=", "+", "-", "@"}]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_figures_are_told_in_each_language(database, language):
    with database.reading() as session:
        found = all_figures(session, *YEAR)
        assert len(session.scalars(sa.select(Ending)).all()) == 0

    assert render(Message("statistics.definition.received"), language) in as_text(found, *YEAR, language)
    assert '"received"' in as_json(found, *YEAR, language)
