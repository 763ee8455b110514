"""Bad input, two tabs, two people and old pages: a clear message, nothing lost, no second case."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.pages.test_filing import begun, cases_in, seen_on, typed_line, written
from tests.scenes.intake import a_line, raw_petition
from tvist.intake.models import Draft


def typed_in(database):
    with database.reading() as session:
        return session.scalars(sa.select(Draft)).one().typed


def shared(ask, cast, draft):
    ask("POST", f"{draft}/share", as_=cast.asta, data={"colleague": cast.arne.public_id})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"from": "31.02.2024"}, "finnes ikke"),
        ({"to": "2024-03-09"}, "ligger før fra-datoen"),
        ({"rate": "999 999 999 999"}, "tastefeil"),
        ({"rate": "900 000 000"}, "Kontroller satsen og datoene"),
        ({"rate": "mye"}, "kan ikke leses som et beløp"),
    ],
)
def test_what_is_wrong_in_a_line_is_shown_at_once_with_what_was_typed(ask, cast, changes, says):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/lines/1", as_=cast.asta, data=typed_line(a_line(**changes)))
    page = ask("GET", answer.location, as_=cast.asta).get_data(as_text=True)
    assert answer.location.endswith("/lines/1")
    assert says in page
    assert str(next(iter(changes.values()))) in page


def test_overlapping_lines_are_told_at_the_later_one(ask, cast, database):
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data=typed_line(a_line()))
    ask("POST", f"{draft}/lines/2", as_=cast.asta, data=typed_line(a_line(**{"from": "2024-06-01", "to": "2024-07-01"})))
    assert "Kravpost 1 og 2 gjelder samme tiltak" in ask("GET", f"{draft}/lines", as_=cast.asta).get_data(as_text=True)


def test_no_lines_no_case(ask, cast, database):
    draft = written(ask, cast.asta, raw_petition(lines=[]))
    answer = ask("POST", f"{draft}/send", as_=cast.asta)
    assert answer.status_code == 422
    assert "Legg inn minst én kravpost." in answer.get_data(as_text=True)
    assert cases_in(database) == 0


def test_a_hundred_thousand_characters_are_kept_and_refused_at_the_check(ask, cast, database):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/facts", as_=cast.asta, data={"argument": "å" * 100_000})
    assert answer.status_code == 303
    assert len(typed_in(database)["argument"]) == 100_000
    assert "Teksten er på 100000 tegn" in ask("GET", f"{draft}/check", as_=cast.asta).get_data(as_text=True)


def test_a_birth_number_is_never_sent(ask, cast, database):
    draft = written(ask, cast.asta, raw_petition(argument="Se 159276 10016."))
    answer = ask("POST", f"{draft}/send", as_=cast.asta)
    assert answer.status_code == 422
    assert "fødselsnummer" in answer.get_data(as_text=True)
    assert cases_in(database) == 0


def test_an_old_page_shows_both_texts_and_the_next_save_counts(ask, cast, database):
    draft = begun(ask, cast.asta)
    shared(ask, cast, draft)
    mine = seen_on(ask("GET", f"{draft}/facts", as_=cast.asta))
    ask("POST", f"{draft}/facts", as_=cast.arne, data={"argument": "Arnes tekst", "_seen": mine})

    stale = ask("POST", f"{draft}/facts", as_=cast.asta, data={"argument": "Astas tekst", "_seen": mine})

    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "Arnes tekst" in page
    assert "Astas tekst" in page
    assert typed_in(database)["argument"] == "Arnes tekst"
    assert (
        ask("POST", f"{draft}/facts", as_=cast.asta, data={"argument": "Astas tekst", "_seen": seen_on(stale)}).status_code == 303
    )
    assert typed_in(database)["argument"] == "Astas tekst"


def test_two_tabs_on_different_steps_do_not_disturb_each_other(ask, cast, database):
    draft = begun(ask, cast.asta)
    facts, child = (seen_on(ask("GET", f"{draft}/{step}", as_=cast.asta)) for step in ("facts", "child"))
    assert ask("POST", f"{draft}/facts", as_=cast.asta, data={"claim": "Staten", "_seen": facts}).status_code == 303
    assert ask("POST", f"{draft}/child", as_=cast.asta, data={"birth_year": "2011", "_seen": child}).status_code == 303
    assert (typed_in(database)["claim"], typed_in(database)["child"]["birth_year"]) == ("Staten", "2011")


def test_two_who_each_add_a_line_lose_none(ask, cast, database):
    draft = begun(ask, cast.asta)
    shared(ask, cast, draft)
    seen = seen_on(ask("GET", f"{draft}/lines/1", as_=cast.asta))
    ask("POST", f"{draft}/lines/1", as_=cast.arne, data={**typed_line(a_line()), "_seen": seen})
    stale = ask("POST", f"{draft}/lines/1", as_=cast.asta, data={"measure": "mst", "_seen": seen})
    assert stale.status_code == 409
    assert [line["measure"] for line in typed_in(database)["lines"]] == ["institution"]


def test_a_line_that_changed_is_not_removed_by_an_old_page(ask, cast, database):
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data=typed_line(a_line()))
    old = seen_on(ask("GET", f"{draft}/lines", as_=cast.asta))
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data={"measure": "mst"})
    ask("POST", f"{draft}/lines/1/remove", as_=cast.asta, data={"_seen": old})
    assert len(typed_in(database)["lines"]) == 1


def test_what_a_colleague_changed_after_the_check_is_not_sent_unseen(ask, cast, database):
    draft = written(ask, cast.asta)
    shared(ask, cast, draft)
    check = ask("GET", f"{draft}/check", as_=cast.asta)
    ask("POST", f"{draft}/child", as_=cast.arne, data={"birth_year": "2012", "other_side_reference": "1"})
    assert ask("POST", f"{draft}/send", as_=cast.asta, data={"_seen": seen_on(check)}).status_code == 409
    assert cases_in(database) == 0
