"""The statistics page: who may see it, which period, what it says of nothing."""

from __future__ import annotations

import pytest

from tests.people import NOON
from tests.scenes.decision import issued


@pytest.mark.parametrize(
    ("name", "status"), [("siri", 200), ("cato", 200), ("eva", 200), ("asta", 403), ("frida", 403), ("adam", 403)]
)
def test_secretariat_leader_and_evaluator_see_the_figures(ask, cast, name, status):
    assert ask("GET", "/statistics", as_=getattr(cast, name)).status_code == status


def test_the_page_shows_figures_with_their_definitions_and_charts(ask, cast, database, installation):
    with database.writing() as session:
        issued(session, cast, installation, at=NOON)
        session.commit()

    page = ask("GET", "/statistics?from_on=1.1.2026&to_on=31.12.2026", as_=cast.eva).get_data(as_text=True)

    assert "Saker der begjæringen ble mottatt i perioden" in page
    assert "100,0\N{NO-BREAK SPACE}%" in page
    assert page.count("<svg") == 3


def test_an_empty_period_says_so(ask, cast):
    page = ask("GET", "/statistics?from_on=2012-01-01&to_on=2012-12-31", as_=cast.siri).get_data(as_text=True)

    assert "Det finnes ingen saker i denne perioden" in page
    assert "0,0" not in page


@pytest.mark.parametrize("address", ["from_on=tull&to_on=2012-12-31", "from_on=2013-01-01&to_on=2012-12-31", "from_on=&to_on="])
def test_a_wrong_period_is_shown_again_with_what_was_typed(ask, cast, address):
    for path in ("/statistics", "/statistics.csv"):
        answer = ask("GET", f"{path}?{address}", as_=cast.siri)

        assert answer.status_code == 422
        assert "ds-error-summary" in answer.get_data(as_text=True)


def test_the_figures_can_be_downloaded(ask, cast):
    answer = ask("GET", "/statistics.csv?from_on=2026-01-01&to_on=2026-12-31", as_=cast.siri)

    assert answer.mimetype == "text/csv"
    assert "tvist-2026-01-01-2026-12-31.csv" in answer.headers["Content-Disposition"]
    assert answer.get_data().startswith(b"\xef\xbb\xbfcode;")
