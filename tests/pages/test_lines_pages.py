"""The claim lines through the pages, without JavaScript: shares filled in, lines parted, copied, moved, pasted; and what an earlier case gives."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.pages.test_filing import begun, seen_on, typed_line, written
from tests.scenes.intake import a_line, raw_petition
from tvist.accesslog.models import AccessEntry
from tvist.intake.models import Draft

ROW = ("barnevernsinstitusjon", "10.03.2024", "15.06.2024", "måned", "65 000,00", "", "staten", "kommunen", "", "cwa2021_16",
       "health_care_services", "§ 16-5")  # fmt: skip


def lines_in(database, place: int = 0):
    with database.reading() as session:
        return session.scalars(sa.select(Draft).order_by(Draft.id)).all()[place].typed.get("lines", [])


def measures(database):
    return [line["measure"] for line in lines_in(database)]


@pytest.fixture
def draft(ask, cast):
    """A request with two lines."""
    address = begun(ask, cast.asta)
    ask("POST", f"{address}/lines/1", as_=cast.asta, data=typed_line(a_line()))
    ask("POST", f"{address}/lines/2", as_=cast.asta, data=typed_line(a_line(measure="mst")))
    return address


def test_the_list_says_what_each_line_misses(ask, cast, draft):
    ask("POST", f"{draft}/lines/2", as_=cast.asta, data=typed_line(a_line(runs=True, to="", known_until="", basis_words="")))
    page = ask("GET", f"{draft}/lines", as_=cast.asta).get_data(as_text=True)
    assert "Tiltaket løper: skriv hvilken dag beløpet er kjent til og med." in page


def in_2022(**changes):
    return typed_line(
        a_line(**{"from": "1.3.2022", "to": "30.6.2022", "unit": "", "rate": "", "state_basis": "cwa1992_9_4", **changes})
    )


def test_the_known_share_is_shown_with_its_source_and_filled_in_by_one_click(ask, cast, database):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/lines/1", as_=cast.asta, data={**in_2022(), "then": "shares"})
    assert answer.location.endswith("/lines/1#shares")
    page = ask("GET", answer.location, as_=cast.asta).get_data(as_text=True).replace("\xa0", " ")
    assert "170 000,00 kr per måned" in page
    assert "id2902438" in page
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data={**in_2022(measure_words="typed just now"), "then": "fill"})
    line = lines_in(database)[0]
    assert (line["unit"], line["rate"].replace("\xa0", " "), line["measure_words"]) == ("month", "170 000,00", "typed just now")


def test_what_is_missing_for_the_share_is_said_and_nothing_is_filled_in(ask, cast, database):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/lines/1", as_=cast.asta, data={**in_2022(measure="emergency_home"), "then": "fill"})
    page = ask("GET", answer.location, as_=cast.asta).get_data(as_text=True)
    assert "Skriv plasseringsdatoen i steget om barnet" in page
    assert lines_in(database)[0]["rate"] == ""


def test_a_line_over_new_year_is_parted_by_a_click(ask, cast, database):
    draft = begun(ask, cast.asta)
    fields = in_2022(**{"from": "1.7.2016", "to": "31.3.2017"})
    answer = ask("POST", f"{draft}/lines/1", as_=cast.asta, data={**fields, "then": "shares"})
    assert "Satsen endres 1. januar 2017" in ask("GET", answer.location, as_=cast.asta).get_data(as_text=True)
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data={**fields, "then": "part"})
    assert [(line["from"], line["to"]) for line in lines_in(database)] == [("1.7.2016", "31.12.2016"), ("1.1.2017", "31.3.2017")]


def test_lines_are_copied_moved_and_removed(ask, cast, database, draft):
    for address, data, expected in (
        ("lines/1/copy", {}, ["institution", "institution", "mst"]),
        ("lines/3/move", {"way": "up"}, ["institution", "mst", "institution"]),
        ("lines/1/move", {"way": "down"}, ["mst", "institution", "institution"]),
        ("lines/3/remove", {}, ["mst", "institution"]),
    ):
        seen = seen_on(ask("GET", f"{draft}/lines", as_=cast.asta))
        assert ask("POST", f"{draft}/{address}", as_=cast.asta, data={"_seen": seen, **data}).status_code == 303
        assert measures(database) == expected


def test_an_old_page_moves_and_copies_nothing(ask, cast, database, draft):
    old = seen_on(ask("GET", f"{draft}/lines", as_=cast.asta))
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data={"measure": "fft"})
    for address in ("lines/1/copy", "lines/1/move", "lines/2/remove"):
        ask("POST", f"{draft}/{address}", as_=cast.asta, data={"_seen": old, "way": "down"})
    assert measures(database) == ["fft", "mst"]


@pytest.mark.parametrize(
    ("address", "data"), [("lines/9/copy", {}), ("lines/1/move", {"way": "sideways"}), ("lines/3/remove", {})]
)
def test_there_is_nothing_to_do_to_a_line_that_is_not_there(ask, cast, database, draft, address, data):
    assert ask("POST", f"{draft}/{address}", as_=cast.asta, data=data).status_code == 404
    assert len(lines_in(database)) == 2


def test_a_table_is_pasted_and_read(ask, cast, database):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/lines/paste", as_=cast.asta, data={"table": "\t".join(ROW)})
    assert answer.location.endswith("/lines")
    assert "208\xa0629,03" in ask("GET", answer.location, as_=cast.asta).get_data(as_text=True)


def test_a_bad_cell_is_named_the_text_stays_and_the_rows_go_in_as_they_are(ask, cast, database):
    draft = begun(ask, cast.asta)
    bad = (*ROW[:1], "31.2.2024", *ROW[2:4], "12,5k", *ROW[5:])
    table = "\n".join("\t".join(row) for row in [ROW] * 3 + [bad])
    refused = ask("POST", f"{draft}/lines/paste", as_=cast.asta, data={"table": table})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Rad 4, Første dag: Datoen «31.2.2024» finnes ikke" in page
    assert "Rad 4, Beløp eller sats i kroner: «12,5k» kan ikke leses" in page
    assert page.count("barnevernsinstitusjon\t10.03.2024") == 3
    assert lines_in(database) == []
    ask("POST", f"{draft}/lines/paste", as_=cast.asta, data={"table": table, "then": "anyway"})
    assert [(line["from"], line["rate"]) for line in lines_in(database)][3] == ("31.2.2024", "12,5k")


def test_more_rows_than_there_is_room_for_are_refused_whole(ask, cast, database):
    draft = begun(ask, cast.asta)
    for then in ("read", "anyway"):
        answer = ask(
            "POST", f"{draft}/lines/paste", as_=cast.asta, data={"table": "\n".join(["\t".join(ROW)] * 500), "then": then}
        )
        assert answer.status_code == 422
        assert "Tabellen har 500 rader. Det er plass til 200" in answer.get_data(as_text=True)
    assert lines_in(database) == []


def test_what_is_no_choice_is_kept_shown_and_told(ask, cast, database):
    draft = begun(ask, cast.asta)
    row = ("hotell", *ROW[1:])
    ask("POST", f"{draft}/lines/paste", as_=cast.asta, data={"table": "\t".join(row), "then": "anyway"})
    page = ask("GET", f"{draft}/lines/1", as_=cast.asta)
    assert "«hotell» (ikke ett av valgene)" in page.get_data(as_text=True)
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data={"measure": "hotell", "rate": "1"})
    assert (lines_in(database)[0]["measure"], lines_in(database)[0]["rate"]) == ("hotell", "1")


def sent(ask, cast):
    address = written(ask, cast.asta)
    return ask("POST", f"{address}/send", as_=cast.asta).location.split("/")[2]


def test_an_earlier_case_gives_parties_authority_measures_and_bases_but_never_the_child_or_the_facts(ask, cast, database):
    slug = sent(ask, cast)
    draft = begun(ask, cast.asta)
    preview = ask("GET", f"{draft}/prefill?case={slug}", as_=cast.asta)
    assert "Etter delegasjonsreglementet punkt 4." in preview.get_data(as_text=True)
    ask("POST", f"{draft}/prefill", as_=cast.asta, data={"case": slug, "_seen": seen_on(preview)})
    with database.reading() as session:
        typed = session.scalars(sa.select(Draft).where(Draft.case_id.is_(None))).one().typed
    raw = raw_petition()
    assert (typed["parties"]["representative"], typed["authority"]) == (raw["parties"]["representative"], raw["authority"])
    assert typed["lines"] == [
        {
            name: raw["lines"][0][name]
            for name in ("municipality", "measure", "measure_words", "state_basis", "municipal_basis", "basis_words")
        }
    ]
    assert not {"child", "background", "facts", "subject", "argument", "settlement"} & {
        name for name, value in typed.items() if value
    }


def test_what_is_typed_already_stays(ask, cast, database):
    slug = sent(ask, cast)
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/lines/1", as_=cast.asta, data={"measure": "fft"})
    preview = ask("GET", f"{draft}/prefill?case={slug}", as_=cast.asta)
    assert "blir ikke endret" in preview.get_data(as_text=True)
    ask("POST", f"{draft}/prefill", as_=cast.asta, data={"case": slug, "_seen": seen_on(preview)})
    assert [line["measure"] for line in lines_in(database, 1)] == ["fft"]


def test_only_own_cases_that_the_person_may_open_are_offered_and_the_opening_is_logged(ask, cast, database):
    slug = sent(ask, cast)
    draft = begun(ask, cast.arne)
    assert "ingen tidligere sak" in ask("GET", f"{draft}/prefill", as_=cast.arne).get_data(as_text=True)
    assert ask("GET", f"{draft}/prefill?case={slug}", as_=cast.arne).status_code == 404
    mine = begun(ask, cast.asta)
    assert ask("POST", f"{mine}/prefill", as_=cast.asta, data={"case": slug}).status_code == 422
    with database.reading() as session:
        before = session.scalar(sa.select(sa.func.count()).where(AccessEntry.act == "open_case"))
    ask("GET", f"{mine}/prefill?case={slug}", as_=cast.asta)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AccessEntry.act == "open_case")) == before + 1
