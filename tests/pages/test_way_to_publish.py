"""Who has not declared impartiality for a case is led from the publications to the declaration, and from there on; never to a closed door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.decision import issued, present
from tests.scenes.submissions import DAY
from tvist.publication.actions import begin

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.installation import Installation

PUBLISH = "/cases/2026-0001/publish"
DECLARE = f"/cases/2026-0001/screening/impartiality?next={PUBLISH}"


def test_an_officer_declares_first_and_comes_to_the_opinion(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        issued(session, cast, installation)
        session.commit()
    assert ask("GET", PUBLISH, as_=cast.stein).status_code == 403
    for page in ("/publications", "/desk"):
        text = ask("GET", page, as_=cast.stein).text
        assert f'href="{DECLARE}"' in text, page
        assert f'href="{PUBLISH}"' not in text, page
    assert ask("POST", DECLARE, as_=cast.stein, data={"statement": "none"}).headers["Location"].endswith(PUBLISH)
    assert f'href="{PUBLISH}"' in ask("GET", "/publications", as_=cast.stein).text
    assert ask("GET", PUBLISH, as_=cast.stein).status_code == 200


def test_doubt_leads_back_to_the_case_and_no_address_outside_is_followed(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    with installation.database.writing() as session:
        issued(session, cast, installation)
        session.commit()
    doubt = ask("POST", DECLARE, as_=cast.stein, data={"statement": "doubt", "ground": "special", "words": "Kjenner en part."})
    assert not doubt.headers["Location"].endswith(PUBLISH)
    outside = DECLARE.replace(PUBLISH, "//example.org/x")
    assert ask("POST", outside, as_=cast.stein, data={"statement": "none"}).headers["Location"].endswith("/cases/2026-0001")


def test_the_leader_who_cannot_mark_is_led_to_the_case(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        issued(session, cast, installation)
        session.commit()
    text = ask("GET", "/publications", as_=cast.cato).text
    assert 'href="/cases/2026-0001"' in text
    assert "/publish" not in text
    assert ask("GET", "/cases/2026-0001", as_=cast.cato).status_code == 200


def test_one_that_another_began_asks_to_declare(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        assert case.decision is not None
        address = f"/publications/{begin(case.decision, by=present(session, cast).siri, at=NOON + DAY).public_id}"
        session.commit()
    assert f"/screening/impartiality?next={address}" in ask("GET", address, as_=cast.stein).text
    assert "/screening/impartiality" not in ask("GET", address, as_=cast.siri).text
