"""The pages about who works on a case: guarded by the organisation, and the postmottak's answer by its link alone."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa

from tests.people import a_cast, give_phrase
from tests.scenes.intake import accepted
from tests.scenes.kept import lately
from tests.visitor import PHRASE, Visitor
from tvist.accounts.models import AccessRequest, Organisation, OrganisationKind, User
from tvist.accounts.passwords import hash_password
from tvist.cases.models import Case
from tvist.clock import now
from tvist.delivery.models import Letter, LetterKind
from tvist.teams.actions import add_member


@pytest.fixture
def scene(database):
    """An accepted case of today, with its cast."""
    with database.writing() as session:
        cast = a_cast(session)
        case = accepted(session, cast, at=lately())
        session.commit()
    return cast, case


def party_id(database, case, place: int) -> str:
    with database.reading() as session:
        return session.get_one(Case, case.id).parties[place].public_id


def test_each_side_sees_its_own_team_and_the_secretariat_both(scene, ask):
    cast, case = scene
    pages = {
        who: ask("GET", f"/cases/{case.slug}/team", as_=getattr(cast, who)).get_data(as_text=True)
        for who in ("asta", "bo", "siri")
    }
    assert ["Asta Oppdiktet</th>" in pages[who] for who in ("asta", "bo", "siri")] == [True, False, True]
    assert ["Bo Oppdiktet</th>" in pages[who] for who in ("asta", "bo", "siri")] == [False, True, True]


@pytest.mark.parametrize(("who", "status"), [("arne", 404), ("dag", 404), ("eva", 404), ("cato", 404), ("adam", 404)])
def test_who_is_a_stranger_to_the_case_finds_no_team(scene, ask, who, status):
    cast, case = scene
    assert ask("GET", f"/cases/{case.slug}/team", as_=getattr(cast, who)).status_code == status


def test_a_colleague_is_added_and_opens_the_case(scene, ask, database):
    cast, case = scene
    path = f"/cases/{case.slug}/team/{party_id(database, case, 0)}/add"
    answer = ask("POST", path, as_=cast.asta, data={"person": cast.arne.public_id, "from_on": "", "to_on": ""})
    assert (answer.status_code, answer.location) == (303, f"/cases/{case.slug}/team")
    assert ask("GET", f"/cases/{case.slug}", as_=cast.arne).status_code == 200


def test_days_in_the_wrong_order_stay_as_typed(scene, ask, database):
    cast, case = scene
    path = f"/cases/{case.slug}/team/{party_id(database, case, 0)}/add"
    answer = ask("POST", path, as_=cast.asta, data={"person": cast.arne.public_id, "from_on": "3.3.2027", "to_on": "31.2.2027"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "31.2.2027" in page


def test_nobody_changes_the_team_of_the_other_side(scene, ask, database):
    cast, case = scene
    path = f"/cases/{case.slug}/team/{party_id(database, case, 1)}/add"
    assert ask("POST", path, as_=cast.asta, data={"person": cast.berit.public_id}).status_code == 404


def test_the_last_member_is_not_taken_out(scene, ask, database):
    cast, case = scene
    with database.reading() as session:
        member = session.get_one(Case, case.id).parties[0].team[0]
        path = f"/cases/{case.slug}/team/{member.party.public_id}/remove/{member.id}"
    assert ask("POST", path, as_=cast.asta).status_code == 409


def test_who_was_taken_out_finds_the_case_no_more(scene, ask, database):
    cast, case = scene
    with database.writing() as session:
        held = session.get_one(Case, case.id)
        asta, arne = session.get_one(User, cast.asta.id), session.get_one(User, cast.arne.id)
        add_member(held.parties[0], arne, by=asta, at=now())
        session.commit()
        path = f"/cases/{case.slug}/team/{held.parties[0].public_id}/remove/{held.parties[0].team[0].id}"
    assert ask("POST", path, as_=cast.arne).location == f"/cases/{case.slug}/team"
    assert ask("GET", f"/cases/{case.slug}", as_=cast.asta).status_code == 404


def test_an_officer_takes_a_case(scene, ask):
    cast, case = scene
    answer = ask("POST", f"/cases/{case.slug}/assign", as_=cast.siri, data={"person": cast.siri.public_id, "reason": ""})
    assert answer.location == f"/cases/{case.slug}"
    taken = ask("POST", f"/cases/{case.slug}/assign", as_=cast.stein, data={"person": cast.stein.public_id, "reason": ""})
    assert taken.status_code == 422
    assert ask("GET", f"/cases/{case.slug}/assign", as_=cast.asta).status_code == 403


def test_colleagues_are_for_colleagues(scene, ask):
    cast, _ = scene
    assert [ask("GET", "/colleagues/4639", as_=who).status_code for who in (cast.asta, cast.arne, cast.bo, cast.siri)] == [
        200,
        200,
        404,
        404,
    ]


def test_only_who_answers_for_the_organisation_ends_a_colleagues_access(scene, ask):
    cast, case = scene
    path = f"/colleagues/4639/{cast.arne.public_id}/leaves"
    assert ask("GET", f"/colleagues/4639/{cast.asta.public_id}/leaves", as_=cast.arne).status_code == 403
    assert ask("POST", path, as_=cast.asta, data={"person": "", "last_day": "1.2.2026"}).location == "/colleagues/4639"
    assert ask("GET", "/colleagues/4639", as_=cast.arne).status_code == 404
    assert ask("GET", f"/cases/{case.slug}", as_=cast.asta).status_code == 200


def test_an_absence_is_noted_and_called_off(scene, ask, database):
    cast, case = scene
    typed = {"from_on": f"{now():%d.%m.%Y}", "to_on": "31.12.2099", "person": cast.arne.public_id}
    assert ask("POST", "/account/absences", as_=cast.asta, data=typed).location == "/account/absences"
    assert ask("GET", f"/cases/{case.slug}", as_=cast.arne).status_code == 200
    page = ask("GET", "/account/absences", as_=cast.asta).get_data(as_text=True)
    path = re.search(r'action="(/account/absences/[^"]+/call-off)"', page)[1]
    assert ask("POST", path, as_=cast.bo).status_code == 404
    assert ask("POST", path, as_=cast.asta).location == "/account/absences"
    assert ask("GET", f"/cases/{case.slug}", as_=cast.arne).status_code == 404


ASKING = {"organisation": "4644", "name": "Ny Person", "email": "ny@example.invalid", "role": "case_officer", "language": "nn"}


def link_of(database) -> str:
    with database.reading() as session:
        return session.scalars(sa.select(Letter.link).where(Letter.kind == LetterKind.ACCESS_ASKED)).one()


def test_the_postmottak_lets_somebody_in_once(scene, app, database):
    visitor = Visitor(app)
    visitor.get("/access")
    assert visitor.post("/access", ASKING).location == "/sign-in"
    link = link_of(database)
    page = visitor.get(link).get_data(as_text=True)
    assert "Ny Person" in page
    assert visitor.post(link, {"answer": "yes"}).location == "/"
    assert visitor.get(link).status_code == 404
    with database.reading() as session:
        found = session.scalars(sa.select(User).where(User.email == "ny@example.invalid")).one()
        assert [each.organisation.code for each in found.memberships] == ["4644"]


def test_municipalities_of_one_name_are_told_apart_where_one_asks(scene, app, database):
    with database.writing() as session:
        for code in ("0219", "3201"):
            kind, mailbox = OrganisationKind.MUNICIPALITY, f"postmottak-{code}@example.invalid"
            session.add(Organisation(kind=kind, code=code, name="Bærum kommune", sort_key="bærum", mailbox=mailbox))
        session.commit()
    page = Visitor(app).get("/access").get_data(as_text=True)
    assert "Bærum kommune (kommunenummer 0219, til og med 2019)" in page
    assert "Bærum kommune (kommunenummer 3201)" in page
    assert "Vik kommune<" in page


def test_the_page_says_the_same_for_an_address_that_has_an_account(scene, app):
    said = []
    for email in ("dag@example.invalid", "ingen@example.invalid"):
        visitor = Visitor(app)
        visitor.get("/access")
        answer = visitor.post("/access", ASKING | {"email": email})
        visitor.get("/sign-in")
        said.append((answer.status_code, answer.location))
    assert said[0] == said[1]


def test_an_account_that_rests_signs_nobody_in_and_asks_the_postmottak(scene, app, database):
    cast, _ = scene
    with database.writing() as session:
        give_phrase(session, cast.arne, hash_password(PHRASE), began_on=now().date().replace(year=now().year - 2))
        session.commit()
    visitor = Visitor(app)
    assert visitor.sign_in("arne@example.invalid").status_code == 403
    key = visitor.field("key")
    assert visitor.get("/desk").status_code == 302
    visitor.get("/sign-in")
    assert visitor.post("/access/wake", {"key": "not a key"}).status_code == 404
    visitor.get("/sign-in")
    assert visitor.post("/access/wake", {"key": key}).location == "/sign-in"
    with database.reading() as session:
        assert session.scalars(sa.select(AccessRequest.user_id)).all() == [cast.arne.id]


@pytest.mark.parametrize("name", ["Åse-Ólafur O’Nør\u00e5", '<b>Fet</b> & "sitat"', "Ola\r\nBcc: alle@example.invalid", "Per 🙂"])
def test_an_odd_name_is_shown_as_it_is_and_breaks_nothing(scene, app, database, name):
    visitor = Visitor(app)
    visitor.get("/access")
    answer = visitor.post("/access", {**ASKING, "name": name})
    assert answer.location == "/sign-in"
    page = visitor.get(link_of(database)).get_data(as_text=True)
    assert "<b>Fet" not in page
    assert " ".join(name.split()) in html.unescape(page)


@pytest.mark.parametrize("email", ["uten-krøll", "to@@example.invalid", "med mellomrom@example.invalid", "a@b"])
def test_what_is_no_address_is_sent_nowhere(scene, app, database, email):
    visitor = Visitor(app)
    visitor.get("/access")
    assert visitor.post("/access", {**ASKING, "email": email}).status_code in {400, 422}
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AccessRequest)) == 0


def test_nobody_is_put_into_a_team_for_days_that_are_over(scene, ask, database):
    cast, case = scene
    path = f"/cases/{case.slug}/team/{party_id(database, case, 0)}/add"
    answer = ask("POST", path, as_=cast.asta, data={"person": cast.arne.public_id, "from_on": "1.1.2020", "to_on": ""})
    assert answer.status_code == 422
    assert "1.1.2020" in answer.text
    assert ask("GET", f"/cases/{case.slug}", as_=cast.arne).status_code == 404


def test_a_place_in_the_other_sides_team_is_not_reached_by_its_number(scene, ask, database):
    cast, case = scene
    with database.reading() as session:
        own, other = session.get_one(Case, case.id).parties
        path = f"/cases/{case.slug}/team/{own.public_id}/remove/{other.team[0].id}"
    assert [ask(method, path, as_=cast.asta).status_code for method in ("GET", "POST")] == [404, 404]


def test_an_old_page_does_not_take_a_case_from_who_took_it_meanwhile(scene, ask):
    cast, case = scene
    path = f"/cases/{case.slug}/assign"
    seen = re.findall(r'name="_seen" value="([^"]+)"', ask("GET", path, as_=cast.stein).text)[-1]
    assert ask("POST", path, as_=cast.siri, data={"person": cast.siri.public_id, "reason": ""}).status_code == 303
    late = {"person": cast.stein.public_id, "reason": "Jeg har tid.", "_seen": seen}
    assert ask("POST", path, as_=cast.stein, data=late).status_code == 409
