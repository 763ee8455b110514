"""What published opinions are filtered by, and which of them refer to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.scenes.published import first as released
from tests.scenes.published import more
from tvist.publication.facts import Law, citations_of, facts_of, law_of, numbers_in
from tvist.publication.models import FactOfPublication, Publication, PublicationFact

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.installation import Installation


@pytest.fixture
def first(session: Session, cast: Cast, installation: Installation) -> Publication:
    """A released opinion."""
    return released(session, cast, installation)


def values(record: dict[str, Any], publication: Publication, kind: FactOfPublication) -> list[str]:
    return [value for found, value in facts_of(record, publication.decision) if found is kind]


def test_the_facts_are_written_with_the_release_each_once(session: Session, first: Publication) -> None:
    rows = session.execute(sa.select(PublicationFact.kind, PublicationFact.value)).all()
    assert sorted(tuple(row) for row in rows) == sorted(set(facts_of(first.record, first.decision)))
    assert (FactOfPublication.REGION, "vest") in rows
    assert (FactOfPublication.YEAR, "2026") in rows
    assert (FactOfPublication.UNANIMOUS, "yes") in rows
    assert (FactOfPublication.OUTCOME, "state") in rows


def test_what_is_told_more_broadly_is_no_narrower_in_the_facts(first: Publication) -> None:
    record = first.record
    record["issued_on"] = "2026"
    record["lines"][0]["measure"] = "group_institution"
    for party in record["parties"]:
        party["name"] = "staten" if party["kind"] == "state" else party["name"]
    assert values(record, first, FactOfPublication.REGION) == ["state"]
    assert values(record, first, FactOfPublication.MEASURE) == ["group_institution"]
    assert values(record, first, FactOfPublication.YEAR) == ["2026"]


def test_where_the_panel_was_asked_the_basis_is_the_one_it_found(first: Publication) -> None:
    record, line = first.record, first.decision.case.lines[0]
    assert values(record, first, FactOfPublication.BASIS) == [line.state_basis, line.municipal_basis]
    record["lines"][0]["finding"]["basis"] = "municipal"
    assert values(record, first, FactOfPublication.BASIS) == [line.municipal_basis]
    record["lines"][0]["finding"]["basis"] = "neither"
    assert values(record, first, FactOfPublication.BASIS) == []


def test_an_act_and_its_place_go_into_a_fact_and_out_again() -> None:
    for law in (Law("cwa2021", "", "§ 8-4 andre ledd"), Law("", "den gamle loven", "kapittel 2")):
        assert law_of(str(law)) == law
    for nothing in ("", "|", "||", "cwa2021|", "a|b|c|d", "||§ 1"):
        assert law_of(nothing) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Se BTN-2026-1 og BTN-2025-12, jf. BTN-2026-1.", [(2026, 1), (2025, 12)]),
        ("BTN-2026-1-2, XBTN-2026-1, BTN-2026-0, BTN-26-1, BTN-2026-1a", []),
        ("(BTN-2026-7)", [(2026, 7)]),
    ],
)
def test_numbers_are_read_in_a_text(text: str, found: list[tuple[int, int]]) -> None:
    assert numbers_in(text) == found


def test_an_opinion_refers_to_those_whose_numbers_it_names_and_never_to_itself(
    session: Session, first: Publication, installation: Installation
) -> None:
    second, third = more(session, installation, first, 2)
    record = third.record
    record["sections"]["legal"] = f"Som i {first.number} og {second.number}, se òg {third.number} og BTN-2026-999."
    assert citations_of(session, record) == [first, second]
    record["sections"]["legal"] = "Ingen."
    assert citations_of(session, record) == []
