"""The desk's numbers lead to just the cases they count; who handles a case has it among their own; filters are kept by name."""

from __future__ import annotations

import re

import pytest

from tests.people import a_cast
from tests.scenes.intake import accepted, filed
from tests.scenes.kept import lately
from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.clock import now, today
from tvist.teams.absences import register_absence
from tvist.teams.actions import assign


@pytest.fixture
def scene(database):
    """Three cases: Siri handles the first, Stein the second, nobody the third."""
    with database.writing() as session:
        cast = a_cast(session)
        cases = [filed(session, cast, at=lately()), accepted(session, cast, at=lately()), filed(session, cast, at=lately())]
        assign(cases[0], cast.siri, by=cast.siri, at=now())
        assign(cases[1], cast.stein, by=cast.stein, at=now())
        session.commit()
    return cast, cases


def counters(page: str) -> dict[str, tuple[str, int]]:
    """Each counter's words, with its address and number."""
    found = re.findall(r'<a class="ds-card" href="([^"]+)"><strong>(\d+)\+?</strong> <span>([^<]+)', page)
    return {words: (address.replace("&amp;", "&"), int(number)) for address, number, words in found}


def numbers(page: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><div><a class="ds-link" href="/cases/(\d{4}-\d{4,})"', page)


@pytest.mark.parametrize("who", ["siri", "stein", "asta", "bo", "cato"])
def test_each_number_counts_what_its_list_shows(scene, ask, who):
    cast, _ = scene
    user = getattr(cast, who)
    found = counters(ask("GET", "/desk", as_=user).text)
    assert found
    for words, (address, count) in found.items():
        if address.startswith("/cases"):
            assert len(numbers(ask("GET", address, as_=user).text)) == count, words


def test_an_officer_sees_own_unassigned_and_colleagues_tasks_apart(scene, ask):
    cast, cases = scene
    page = ask("GET", "/desk", as_=cast.siri).text
    found = {words: count for words, (_, count) in counters(page).items()}
    assert (found["venter på deg"], found["ikke fordelt"], found["brev som ikke kom fram"]) == (1, 1, 0)
    parts = {name: page[page.index(f'aria-labelledby="{name}"') :].split("</section>", 1)[0] for name in ("mine", "unassigned")}
    assert cases[0].number in parts["mine"]
    assert cases[2].number in parts["unassigned"]


def test_who_stands_in_has_the_colleagues_cases_among_the_own(scene, ask, database):
    cast, cases = scene
    with database.writing() as session:
        stein, siri = session.get_one(User, cast.stein.id), session.get_one(User, cast.siri.id)
        register_absence(stein, from_on=today(), to_on=today(), stand_in=siri, by=stein, at=now())
        session.commit()
    listed = numbers(ask("GET", "/cases?handling=me", as_=cast.siri).text)
    assert listed == [cases[1].slug, cases[0].slug]


def test_a_case_that_ended_is_not_called_unassigned(scene, ask, database):
    cast, cases = scene
    with database.writing() as session:
        case = session.get_one(Case, cases[2].id)
        case.state, case.closed_at = "discontinued", now()
        session.commit()
    assert numbers(ask("GET", "/cases?handling=nobody", as_=cast.siri).text) == []


def test_a_filter_is_kept_by_its_name_and_forgotten(scene, ask):
    cast, cases = scene
    asked = {"name": "Mine i vest", "query": "region=vest&handling=me"}
    assert ask("POST", "/cases/filters", as_=cast.siri, data=asked).location == "/cases?region=vest&handling=me"
    page = ask("GET", "/cases", as_=cast.siri).text
    assert "Mine i vest" in page
    address = re.search(r'href="(/cases\?region=vest[^"]*)"', page)[1].replace("&amp;", "&")
    assert numbers(ask("GET", address, as_=cast.siri).text) == [cases[0].slug]
    forget = re.search(r'action="(/cases/filters/[^"]+/forget)"', page)[1]
    assert ask("POST", forget, as_=cast.stein).status_code == 404
    assert ask("POST", forget, as_=cast.siri).location == "/cases"
    assert "Mine i vest" not in ask("GET", "/cases", as_=cast.siri).text


def test_the_same_name_is_given_to_the_new_filter(scene, ask):
    cast, _ = scene
    for query in ("region=vest", "state=received"):
        ask("POST", "/cases/filters", as_=cast.siri, data={"name": "Mitt", "query": query})
    page = ask("GET", "/cases", as_=cast.siri).text
    assert page.count(">Mitt</a>") == 1
    assert "/cases?state=received" in page


def test_a_filter_without_a_name_says_what_to_do_and_keeps_the_filter(scene, ask):
    cast, _ = scene
    answer = ask("POST", "/cases/filters", as_=cast.siri, data={"name": " ", "query": "region=vest"})
    assert answer.status_code == 422
    assert "Skriv et navn på filteret." in answer.text
    assert 'value="region=vest"' in answer.text


def test_no_filter_leads_anywhere_but_to_the_worklist(scene, ask):
    cast, _ = scene
    answer = ask("POST", "/cases/filters", as_=cast.siri, data={"name": "x", "query": "next=//example.org&region=%22%3E"})
    assert answer.location == "/cases"
