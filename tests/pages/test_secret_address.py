"""A child with a secret address (rule 8): who has not declared for the case reads no place in it, nothing is matched, nothing is made public."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import url_for

from tests.conftest import _sign_in as sign_in_at_once
from tests.scenes.decision import issued
from tests.scenes.intake import declared, filed, letters_arrive
from tests.scenes.kept import lately
from tvist.access.policy import Act, Role
from tvist.access.roles import may
from tvist.anonymity.finding import FindingKind, found_in
from tvist.cases.models import Case
from tvist.cases.queries import knows_file
from tvist.clock import today
from tvist.db import Base
from tvist.decision.models import Decision
from tvist.intake import actions
from tvist.intake.related import related_cases
from tvist.intake.searching import sought_of
from tvist.publication.rules import obstacles_to_begin

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.installation import Installation

PLACE = "Snøgløttheimen"
CHILD = {"birth_year": "2011", "other_side_reference": "BV-2024-88", "address_secret": True}
PRIVATE = ("subject", "background", "agreed", "disputed", "argument", "claim", "both_limbs")


def a_secret_case(session: Session, cast: Cast) -> Case:
    """Taken up by Siri, who has declared; the place stands in every text of the request."""
    words = dict.fromkeys(PRIVATE, f"Barnet bor ved {PLACE} nå.")
    case = declared(filed(session, cast, at=lately(), child=CHILD, **words), cast.siri, at=lately())
    actions.accept(case, by=cast.siri, at=lately())
    letters_arrive(session, case, at=lately())
    return case


@pytest.fixture
def secret(installation: Installation, cast: Cast) -> str:
    with installation.database.writing() as session:
        case = a_secret_case(session, cast)
        session.commit()
        return case.slug


def pages(app: Flask, slug: str) -> list[str]:
    """The address of every page of a case, and of the lists that tell of cases."""
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments == {"slug"}]
        lists = ("desk.show", "cases.index", "delivery.letters", "statistics.show", "publication.index", "meetings.index")
        own = [url_for(rule.endpoint, slug=slug) for rule in rules if rule.rule.startswith("/cases/")]
        return sorted(own) + [url_for(name) for name in lists if name in app.view_functions]


def test_only_who_takes_part_and_who_has_declared_reads_a_place(
    ask: Any, app: Flask, cast: Cast, secret: str, installation: Installation
) -> None:
    addresses, told = pages(app, secret), set()
    assert len(addresses) > 30
    for who in (cast.stein, cast.cato, cast.dag, cast.eva):
        client = app.test_client()
        sign_in_at_once(client, installation, who)
        for address in addresses if who is cast.stein else addresses[-6:]:
            page = client.get(f"{address}?q={PLACE}").get_data(as_text=True)
            if PLACE in page.replace(f'value="{PLACE}"', "").replace(f"q={PLACE}", ""):
                told.add((who.name, address))
    assert told == set()
    for who in (cast.asta, cast.bo, cast.siri):
        assert PLACE in ask("GET", f"/cases/{secret}", as_=who).get_data(as_text=True)


def test_an_officer_declares_and_then_reads(ask: Any, cast: Cast, secret: str) -> None:
    page = ask("GET", f"/cases/{secret}", as_=cast.stein)
    assert page.status_code == 200
    assert PLACE not in page.get_data(as_text=True)
    assert ask("POST", f"/cases/{secret}/screening/impartiality", as_=cast.stein, data={"statement": "none"}).status_code == 303
    assert PLACE in ask("GET", f"/cases/{secret}", as_=cast.stein).get_data(as_text=True)


def test_nothing_that_leaves_tells_a_place(installation: Installation, secret: str) -> None:
    assert secret
    with installation.database.reading() as session:
        for name in ("letter", "recipient", "job", "event", "fact", "access_entry", "indexed", "case", "party"):
            table = Base.metadata.tables.get(name)
            if table is not None:
                rows = [tuple(map(str, row)) for row in session.execute(sa.select(table))]
                assert PLACE not in json.dumps(rows, ensure_ascii=False), name


def test_who_of_the_body_has_not_declared_is_told_only_that_it_is_there(session: Session, cast: Cast) -> None:
    case, on = a_secret_case(session, cast), today()
    assert case.roles_for(cast.stein, on) == {Role.UNDECLARED}
    assert case.roles_for(cast.siri, on) == {Role.SECRETARIAT, Role.SECRETARIAT_DECLARED}
    assert not may(cast.stein, Act.READ_SUBMISSION, case.submissions[0], on)
    seen = {who.name: session.scalar(sa.select(knows_file(who, on)).where(Case.id == case.id)) for who in (cast.stein, cast.siri)}
    assert {name: bool(known) for name, known in seen.items()} == {cast.stein.name: False, cast.siri.name: True}


def test_places_are_found_before_anything_is_sent_in_such_a_case(
    session: Session, cast: Cast, installation: Installation
) -> None:
    case = filed(session, cast, child=CHILD)
    sought = sought_of(case, installation.keys)
    found = found_in("Vik kommune betalte da barnet flyttet til Årdal.", sought)
    assert [(each.kind, each.words) for each in found] == [(FindingKind.PLACE, "Årdal")]
    assert found_in("Barnet flyttet til Årdal.", sought_of(filed(session, cast), installation.keys)) == []


def test_it_is_matched_with_no_other_case(session: Session, cast: Cast) -> None:
    first, second, third = filed(session, cast, child=CHILD), filed(session, cast, child=CHILD), filed(session, cast)
    declared(first, cast.siri)
    declared(second, cast.siri)
    assert [related_cases(session, each, cast.siri, today()) for each in (first, second, third)] == [[], [], []]


def test_its_opinion_is_never_made_public(session: Session, cast: Cast, installation: Installation) -> None:
    issued(session, cast, installation)
    decision = session.scalars(sa.select(Decision)).one()
    assert obstacles_to_begin(decision, []) == []
    decision.case.is_address_secret = True
    assert [found.code for found in obstacles_to_begin(decision, [])] == ["publication.secret_address"]
