"""A request is filed through the pages: in steps, as typed, with gaps; sent once; by those who may."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.scenes.intake import at_home, raw_petition
from tvist.cases.claims import ClaimLine
from tvist.cases.history import Fact
from tvist.cases.models import Case, Party
from tvist.cases.waiting import TaskKind
from tvist.clock import today
from tvist.intake.actions import send
from tvist.intake.models import Draft, FiledPetition
from tvist.intake.petition import Petition, read_petition
from tvist.intake.steps import LINE_PATHS, WRITTEN, data_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.accounts.models import User
    from tvist.db import Database

    Ask = Callable[..., Any]


def begun(ask: Ask, user: User, code: str = "4639") -> str:
    """Begin a request on the page; returns the address of the draft."""
    answer = ask("POST", "/drafts", as_=user, data={"organisation": code})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location.rsplit("/", 1)[0]


def typed(step: str, raw: dict[str, Any]) -> dict[str, str]:
    """What somebody types in a step to say what `raw` says."""
    return _as_browser_sends(
        {name: value for name, value in data_of(WRITTEN[step], raw).items() if not name.startswith("joined")}
    )


def typed_line(raw: dict[str, Any]) -> dict[str, str]:
    return _as_browser_sends({field: raw[name] for field, name in LINE_PATHS.items() if field != "municipality"})


def _as_browser_sends(fields: dict[str, Any]) -> dict[str, str]:
    return {name: "y" if value is True else str(value) for name, value in fields.items() if value is not False}


def seen_on(page: Any) -> str:
    """The version that the (last) form of a page carries."""
    return re.findall(r'name="_seen" value="(\d+)"', page.get_data(as_text=True))[-1]


def written(ask: Ask, user: User, raw: dict[str, Any] | None = None) -> str:
    """A draft with everything in it, typed step by step."""
    raw = raw or raw_petition()
    draft = begun(ask, user)
    for step in WRITTEN:
        answer = ask("POST", f"{draft}/{step}", as_=user, data=typed(step, raw))
        assert answer.status_code == 303, answer.get_data(as_text=True)
    for place, line in enumerate(raw["lines"], start=1):
        assert ask("POST", f"{draft}/lines/{place}", as_=user, data=typed_line(line)).status_code == 303
    return draft


def cases_in(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0


def test_a_request_is_filed_through_the_pages(ask, cast, database):
    draft = written(ask, cast.asta)
    check = ask("GET", f"{draft}/check", as_=cast.asta)
    assert "208 629,03" in check.get_data(as_text=True).replace("\xa0", " ")

    sent = ask("POST", f"{draft}/send", as_=cast.asta, data={"_seen": seen_on(check)})

    receipt = ask("GET", sent.location, as_=cast.asta)
    assert receipt.status_code == 200
    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert case.number in receipt.get_data(as_text=True)
        assert [task.kind for task in case.open_tasks] == [TaskKind.SCREEN]
        assert session.scalars(sa.select(Draft.case_id)).one() == case.id


def test_form_and_file_make_the_same_case(ask, cast, database):
    draft = written(ask, cast.asta)
    ask("POST", f"{draft}/send", as_=cast.asta)
    with database.writing() as session:
        at_home(session, cast)
        found = read_petition(raw_petition(), on=today(), filer="4639")
        assert isinstance(found, Petition)
        send(session, found, organisation=cast.vik, by=cast.asta, at=_moment_of_first(session), is_invented=True)
        session.commit()
    with database.reading() as session:
        for table in (Case, Party, ClaimLine, FiledPetition, Fact):
            by_form, by_file = _columns(session, table)
            assert by_form == by_file, table


def _moment_of_first(session: Any) -> Any:
    return session.scalars(sa.select(Party.joined_at)).first()


def _columns(session: Any, table: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of both cases, but for ids, numbers and moments."""
    left_out = {
        "id",
        "public_id",
        "serial",
        "number",
        "year",
        "case_id",
        "submission_id",
        "event_id",
        "municipality_id",
        "claimed_by_id",
    }
    rows = session.scalars(sa.select(table).order_by(table.id)).all()
    shown = [
        {
            column.name: getattr(row, column.name)
            for column in table.__table__.columns
            if column.name not in left_out and not column.name.endswith("_at")
        }
        for row in rows
    ]
    half = len(shown) // 2
    assert half
    return shown[:half], shown[half:]


def test_a_second_click_leads_to_the_same_case(ask, cast, database):
    draft = written(ask, cast.asta)
    first = ask("POST", f"{draft}/send", as_=cast.asta, key="k-1")
    again = ask("POST", f"{draft}/send", as_=cast.asta, key="k-1")
    later = ask("POST", f"{draft}/send", as_=cast.asta, key="k-2")
    assert first.location == again.location == later.location
    assert cases_in(database) == 1


def test_a_draft_is_kept_as_typed_with_gaps_and_faults(ask, cast, database):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/child", as_=cast.asta, data={"birth_year": "to tusen og elleve"})
    page = ask("GET", answer.location, as_=cast.asta).get_data(as_text=True)
    assert answer.location.endswith("/child")
    assert "to tusen og elleve" in page
    assert "Skriv et helt tall." in page
    assert "motpartens eget saksnummer" not in re.findall(r"ds-validation-message[^<]*>([^<]*)", page)


def test_the_check_says_all_that_is_missing_at_once_with_links(ask, cast):
    draft = begun(ask, cast.asta)
    page = ask("GET", f"{draft}/check", as_=cast.asta).get_data(as_text=True)
    for link in (
        "place?check=1#both_limbs",
        "child?check=1#birth_year",
        "facts?check=1#claim",
        "settlement?check=1#tried_on",
        "/lines?check=1",
    ):
        assert link in page, link
    assert "Send kravet" not in page
    assert "Skriv påstanden" in ask("GET", f"{draft}/facts?check=1", as_=cast.asta).get_data(as_text=True)


def test_sending_with_gaps_makes_no_case(ask, cast, database):
    draft = begun(ask, cast.asta)
    assert ask("POST", f"{draft}/send", as_=cast.asta).status_code == 422
    assert cases_in(database) == 0


def test_one_who_may_not_send_is_told_who_may(ask, cast, database):
    draft = written(ask, cast.arne)
    page = ask("GET", f"{draft}/check", as_=cast.arne).get_data(as_text=True)
    assert cast.asta.name in page
    assert "Send kravet</button>" not in page
    assert ask("POST", f"{draft}/send", as_=cast.arne).status_code == 403
    assert cases_in(database) == 0


def test_a_draft_is_shared_with_a_colleague_who_may_then_send_it(ask, cast, database):
    draft = written(ask, cast.arne)
    assert ask("GET", draft, as_=cast.asta).status_code == 404
    ask("POST", f"{draft}/share", as_=cast.arne, data={"colleague": cast.asta.public_id})
    assert ask("GET", draft, as_=cast.asta).status_code == 200
    assert ask("POST", f"{draft}/send", as_=cast.asta).status_code == 303
    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert {member.user_id for member in case.parties[0].team} == {cast.asta.id, cast.arne.id}


@pytest.mark.parametrize("stranger", ["dag", "bo", "siri", "cato", "adam"])
def test_a_draft_is_hidden_from_all_others(ask, cast, stranger):
    draft = begun(ask, cast.asta)
    for page in ("", "/parties", "/lines", "/lines/1", "/papers", "/check", "/discard"):
        assert ask("GET", draft + page, as_=getattr(cast, stranger)).status_code == 404
    assert ask("POST", f"{draft}/share", as_=getattr(cast, stranger), data={"colleague": cast.dag.public_id}).status_code == 404


def test_a_draft_is_not_shared_beyond_the_organisation(ask, cast):
    draft = begun(ask, cast.asta)
    assert ask("POST", f"{draft}/share", as_=cast.asta, data={"colleague": cast.dag.public_id}).status_code == 404


def test_nobody_begins_for_an_organisation_that_is_not_theirs(ask, cast):
    assert ask("POST", "/drafts", as_=cast.asta, data={"organisation": "4644"}).status_code == 404
    assert ask("POST", "/drafts", as_=cast.siri, data={"organisation": "4639"}).status_code == 403


def test_the_state_files_against_a_municipality(ask, cast, database):
    raw = raw_petition(
        parties={"requesting": ["vest"], "opposing": ["4639"], "representative": "Bo Oppdiktet", "own_reference": "1"}
    )
    draft = begun(ask, cast.bo, "vest")
    for step in WRITTEN:
        ask("POST", f"{draft}/{step}", as_=cast.bo, data=typed(step, raw))
    ask("POST", f"{draft}/lines/1", as_=cast.bo, data=typed_line(raw["lines"][0]))
    assert ask("POST", f"{draft}/send", as_=cast.bo).status_code == 303
    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert [(party.name, party.side.value) for party in case.parties] == [
            ("Bufetat region vest", "requesting"),
            ("Vik kommune", "opposing"),
        ]
        assert case.region_code == "vest"


def test_lines_are_added_changed_and_removed_without_javascript(ask, cast):
    draft = written(ask, cast.asta)
    ask("POST", f"{draft}/lines/2", as_=cast.asta, data={"measure": "mst"})
    page = ask("GET", f"{draft}/lines", as_=cast.asta)
    assert "Post 2" in page.get_data(as_text=True)
    ask("POST", f"{draft}/lines/1/remove", as_=cast.asta, data={"_seen": seen_on(page)})
    assert "Post 2" not in ask("GET", f"{draft}/lines", as_=cast.asta).get_data(as_text=True)
    assert ask("GET", f"{draft}/lines/3", as_=cast.asta).status_code == 404


def test_a_discarded_draft_is_gone(ask, cast):
    draft = begun(ask, cast.asta)
    assert ask("GET", f"{draft}/discard", as_=cast.asta).status_code == 200
    ask("POST", f"{draft}/discard", as_=cast.asta)
    assert ask("GET", draft, as_=cast.asta).status_code == 404
    assert draft not in ask("GET", "/drafts", as_=cast.asta).get_data(as_text=True)


def test_a_sent_draft_leads_to_its_case(ask, cast):
    draft = written(ask, cast.asta)
    ask("POST", f"{draft}/send", as_=cast.asta)
    for page in ("", "/parties", "/lines", "/lines/1", "/papers", "/check"):
        assert ask("GET", draft + page, as_=cast.asta).location.startswith("/cases/"), page
