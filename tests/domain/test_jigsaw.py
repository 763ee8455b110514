"""What is public is put together as a stranger would, and whom that singles out is said, with what helps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
import sqlalchemy.orm

from tests.documents.opinion_records import a_record
from tests.people import NOON
from tests.scenes.decision import issued
from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.decision.record import as_json, sha256_of
from tvist.procedure.settings import procedure_on
from tvist.publication.jigsaw import among, of_earlier, of_register, singled_out
from tvist.publication.jigsaw_told import KnownCase, fitting, known_cases, step_of, told_by
from tvist.publication.models import BlurKind, Publication
from tvist.publication.proposing import Known
from tvist.publication.public_record import public
from tvist.words import render

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.installation import Installation
    from tvist.publication.jigsaw import Singled
    from tvist.publication.jigsaw_told import Told

FEWEST = procedure_on(NOON.date()).fewest_alike
MUCH = 184_500_050


def as_public(record: dict[str, Any], *blurs: BlurKind, number: str = "BTN-2026-9") -> dict[str, Any]:
    return public(record, [], blurs, number=number, released_on="2026-04-01", known=Known())


def told(*blurs: BlurKind, background: str = "Barnet er født i 2012.", **changed: Any) -> Told:
    record = a_record(**changed)
    return told_by(as_public(record | {"sections": record["sections"] | {"background": background}}, *blurs))


def a_known_case(place: int, **changed: Any) -> KnownCase:
    """A case that fits what `told()` tells, but for what is changed."""
    one = told()
    assert one.amount is not None
    fits = {
        "region": one.region,
        "year": one.year,
        "birth_year": 2012,
        "claimed_ore": one.amount[0],
        "measures": one.measures,
        "municipalities": frozenset({place}),
    }
    return KnownCase(**(fits | changed))


def blurs_of(found: Collection[Singled]) -> list[tuple[BlurKind, ...]]:
    return [each.what for each in found]


# ---- What is told ----


def test_the_record_tells_region_year_birth_year_measures_and_how_large_the_matter_is() -> None:
    one = told()
    assert (one.region, one.year, one.birth_years, one.forms) == ("vest", 2026, frozenset({2012}), ("nb",))
    assert one.measures == {"institution", "reinforced_foster_home", "support_person"}
    assert one.amount == step_of(20862903 + MUCH) == (200_000_000, 500_000_000)
    assert MUCH in one.sums


def test_what_is_blurred_is_not_told() -> None:
    one = told(*BlurKind)
    assert (one.region, one.birth_years, one.amount, one.sums, one.periods) == ("", frozenset(), None, frozenset(), frozenset())
    assert one.measures == {"group_institution", "group_home", "group_at_home"}
    assert one.year == 2026
    assert list(one.parts()) == []


# ---- The register ----


def test_enough_municipalities_of_a_large_region_fit() -> None:
    assert len(fitting(told(), "nb")) >= FEWEST


def test_a_form_that_few_municipalities_of_a_region_have_singles_them_out() -> None:
    one = replace(told(language="nn", parties=with_region("Bufetat region nord")), forms=("nb", "nn"))
    found = list(of_register(sa.orm.Session(), one, Case(registered_on=NOON.date())))
    assert len(fitting(one, "nn")) < FEWEST <= len(fitting(one, "nb"))
    assert blurs_of(found) == [(BlurKind.REGION,)]
    assert found[0].is_blocking
    assert "Bufetat region nord og målform nynorsk" in render(found[0].words, "nb")


def test_a_county_that_is_named_narrows_and_no_blur_helps() -> None:
    one = told(background="Barnet flyttet til Telemark.", language="nn", parties=with_region("Bufetat region sør"))
    one = replace(one, forms=("nb", "nn"))
    (found,) = [each for each in of_register(sa.orm.Session(), one, Case(registered_on=NOON.date())) if not each.what]
    assert (found.is_blocking, found.words.params["county"]) == (True, "Telemark")


def with_region(name: str) -> list[dict[str, Any]]:
    return [party | {"name": name} if party["kind"] == "state" else party for party in a_record()["parties"]]


# ---- The body's cases ----


def test_enough_cases_of_enough_municipalities_fit() -> None:
    assert list(among([a_known_case(place) for place in range(FEWEST)], told(), FEWEST)) == []


def test_many_cases_of_one_municipality_are_no_crowd() -> None:
    assert list(among([a_known_case(1)] * 20, told(), FEWEST))


def test_the_blur_that_helps_is_proposed_and_the_count_with_it() -> None:
    others = [a_known_case(place, birth_year=2009) for place in range(1, FEWEST)]
    (found,) = among([a_known_case(0), *others], told(), FEWEST)
    assert found.what == (BlurKind.BIRTH_YEAR,)
    assert found.is_blocking
    assert (found.words.params["count"], found.words.params["wider"]) == (1, FEWEST)
    said = render(found.words, "nn")
    assert "barn fødd i 2012" in said
    assert "institusjon" in said.lower()


def test_several_blurs_are_proposed_where_one_is_not_enough() -> None:
    others = [a_known_case(place, birth_year=2009, claimed_ore=1, region="ost") for place in range(1, FEWEST)]
    (found,) = among([a_known_case(0), *others], told(), FEWEST)
    assert found.what == (BlurKind.BIRTH_YEAR, BlurKind.AMOUNTS, BlurKind.REGION)


def test_a_rare_measure_is_told_as_its_group() -> None:
    common = frozenset({"institution_unaccompanied", "foster_home", "relief_care"})
    others = [a_known_case(place, measures=common) for place in range(1, FEWEST)]
    assert blurs_of(list(among([a_known_case(0), *others], told(), FEWEST))) == [(BlurKind.MEASURE,)]


def test_a_body_with_few_opinions_is_told_so_and_not_stopped() -> None:
    (found,) = among([a_known_case(0)], told(), FEWEST)
    assert (found.what, found.is_blocking, found.words.code) == ((), False, "jigsaw.few_cases")


def test_the_known_cases_are_the_issued_opinions(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        (known,) = known_cases(session, case)
        assert (known.region, known.year, known.birth_year) == (case.region_code, 2026, case.child_birth_year)
        assert known.municipalities == {cast.vik.id}
        assert known.measures == {line.measure for line in case.lines}


# ---- Earlier publications ----


@pytest.mark.parametrize(
    ("before", "now", "text", "code"),
    [
        ((), (BlurKind.REGION,), "", "jigsaw.earlier_tells"),
        ((), (BlurKind.BIRTH_YEAR,), "", "jigsaw.earlier_tells"),
        ((BlurKind.REGION,), (BlurKind.REGION,), "", None),
        ((), (BlurKind.REGION, BlurKind.AMOUNTS, BlurKind.DAYS), "", None),
        ((), (BlurKind.REGION, BlurKind.AMOUNTS, BlurKind.DAYS), "Nemnda viser til BTN-2026-1.", "jigsaw.earlier_tells"),
    ],
    ids=["sum undoes region", "sum undoes birth year", "tells no more", "not known again", "number known again"],
)
def test_an_earlier_publication_that_is_known_again_undoes_a_blur(
    installation: Installation, cast: Cast, before: tuple[BlurKind, ...], now: tuple[BlurKind, ...], text: str, code: str | None
) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        publish(session, case, *before)
        record = case.decision.record
        record["sections"]["legal"] += text
        found = list(of_earlier(session, told_by(as_public(record, *now)), case))
        assert [each.words.code for each in found] == ([code] if code else [])
        assert all("BTN-2026-1" in render(each.words, language) for each in found for language in ("nb", "nn", "en"))
        assert all(each.is_blocking and not each.what for each in found)


def test_two_texts_narrow_what_one_left_open(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        publish(session, case)
        one = told_by(as_public(case.decision.record))
        other = replace(one, region="ost")
        (found,) = of_earlier(session, other, case)
        assert (found.words.code, found.words.params["count"]) == ("jigsaw.earlier_narrows", 0)
        assert found.what == (BlurKind.AMOUNTS, BlurKind.DAYS)


def test_all_sources_are_asked_and_the_gravest_comes_first(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        publish(session, case)
        found = singled_out(session, as_public(case.decision.record, BlurKind.REGION), case)
        assert [each.words.code for each in found] == ["jigsaw.earlier_tells", "jigsaw.few_cases"]


def publish(session: Session, case: Case, *blurs: BlurKind) -> None:
    """An earlier publication of the same opinion, as it was released."""
    decision = case.decision
    assert decision is not None
    people = session.scalars(sa.select(User).order_by(User.id).limit(2)).all()
    frozen = as_json(as_public(decision.record, *blurs, number="BTN-2026-1"))
    session.add(
        Publication(
            decision=decision,
            decision_version=1,
            language="nb",
            begun_at=NOON,
            begun_by=people[0],
            submitted_at=NOON,
            submitted_by_id=people[0].id,
            approved_at=NOON,
            approved_by=people[1],
            released_at=NOON,
            year=2026,
            serial=1,
            frozen=frozen,
            frozen_sha256=sha256_of(frozen),
            blob_id="x",
            size=1,
            sha256="x",
        )
    )
    session.flush()
