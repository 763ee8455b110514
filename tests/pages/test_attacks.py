"""What a hostile or unlucky sender may send: a clear answer, never a crash."""

from __future__ import annotations

import click
import pytest
import sqlalchemy as sa

from tests.pages.test_filing import begun, written
from tests.people import NOON
from tests.scenes import decision
from tests.scenes.intake import raw_petition
from tvist.access.policy import Act
from tvist.commands.sending import _read as read_json
from tvist.decision.rules import unfinished
from tvist.decision.writing import write_text
from tvist.intake.models import Draft

FAR = "99999999999999999999"


def facts_typed(database):
    with database.reading() as session:
        return session.scalars(sa.select(Draft)).one().typed


def test_control_characters_are_left_out_of_what_is_typed(ask, cast, database):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/facts", as_=cast.asta, data={"argument": "En\x00 to\x07\vtre\tfire", "claim\x00": "x"})
    assert answer.status_code == 303
    assert facts_typed(database)["argument"] == "En to\ntre\tfire"


def test_the_key_of_a_form_may_be_anything(ask, cast):
    assert ask("POST", "/drafts", as_=cast.asta, data={"organisation": "4639"}, key="a\x00b").status_code == 303
    assert ask("POST", "/password/forgotten", data={"email": "asta\x00@example.invalid"}).status_code < 500


@pytest.mark.parametrize(
    "address",
    ["/cases/%00", "/cases/2026-%001", "/drafts/%00", "/letters/%00", "/users/%00", f"/users/x/roles/{FAR}/end", "/password/%00"],
)
def test_an_address_that_nothing_can_have_leads_nowhere(ask, cast, address):
    assert ask("GET", address, as_=cast.adam).status_code == 404


def test_numbers_beyond_any_row_lead_nowhere(ask, cast):
    draft = begun(ask, cast.asta)
    assert ask("GET", f"{draft}/lines/{FAR}", as_=cast.asta).status_code == 404
    assert ask("GET", f"/letters?before={FAR}", as_=cast.asta).status_code == 200
    assert ask("GET", "/users?after=%00", as_=cast.adam).status_code == 404
    assert ask("GET", "/cases?q=%00&after=%00&year=9999&before=", as_=cast.siri).status_code == 200


def test_a_text_that_no_font_can_print_is_refused_before_it_is_approved(ask, cast, database, installation):
    with database.writing() as session:
        case = decision.written(session, cast, installation)
        assert unfinished(case, Act.APPROVE, installation.keys) == []
        write_text(case, by=case.seats[0].user, at=NOON, legal="Se \N{GRINNING FACE} her.")
        session.commit()
    page = ask("GET", f"/cases/{case.slug}/decision/approve", as_=cast.cato).get_data(as_text=True)
    assert "U+1F600" in page


def test_what_the_panel_cannot_change_must_be_printable_when_it_is_sent(ask, cast):
    draft = written(ask, cast.asta, raw_petition(subject="Barnevern \N{GRINNING FACE}"))
    answer = ask("POST", f"{draft}/send", as_=cast.asta)
    assert answer.status_code == 422
    assert "U+1F600" in answer.get_data(as_text=True)


def test_a_file_nested_without_end_is_told_so(tmp_path):
    file = tmp_path / "request.json"
    file.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(click.ClickException, match="nested too deep"):
        read_json(file)
