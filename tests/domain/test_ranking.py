"""What a published opinion counts for: set by the leader with reasons, undone, journalled, and only for what stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.publication import begun
from tests.scenes.published import first as released
from tests.scenes.published import more
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.errors import CannotProceed
from tvist.publication.actions import withdraw
from tvist.publication.ranking import Rank, named, rank, rank_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.installation import Installation
    from tvist.publication.models import Publication

LATER = NOON + 5 * DAY
WHY = "Første sak om dette."


def main_of(page: TestResponse) -> str:
    """What stands on the page itself."""
    return page.text[page.text.index("<main") :]


@pytest.fixture
def people(session: Session, cast: Cast) -> Cast:
    return present(session, cast)


@pytest.fixture
def three(session: Session, cast: Cast, installation: Installation) -> list[Publication]:
    """Released opinions, the oldest first."""
    first = released(session, cast, installation)
    return [first, *more(session, installation, first, 2)]


def test_the_leader_lets_an_opinion_lead_and_undoes_it_and_both_stand_in_the_journal(
    session: Session, people: Cast, three: list[Publication]
) -> None:
    first = three[0]
    rank(first, Rank.LEADING, by=people.cato, at=LATER, reasons=WHY)
    assert (rank_of(first), first.leading_at) == (Rank.LEADING, LATER)
    rank(first, Rank.ORDINARY, by=people.cato, at=LATER, reasons="Ikke så viktig likevel.")
    assert (rank_of(first), first.leading_at) == (Rank.ORDINARY, None)
    session.flush()
    told = [event.said.code for event in first.decision.case.events if event.act is Act.RANK_PUBLICATION]
    assert told == ["published.ranked_leading", "published.ranked_ordinary"]


def test_an_opinion_gives_way_to_a_newer_one_leads_no_more_and_may_come_back(
    session: Session, cast: Cast, people: Cast, installation: Installation
) -> None:
    older, newer = released(session, cast, installation), released(session, cast, installation)
    rank(older, Rank.LEADING, by=people.cato, at=LATER, reasons=WHY)
    rank(older, Rank.SUPERSEDED, by=people.cato, at=LATER, reasons=WHY, successor=newer)
    session.flush()
    assert (rank_of(older), older.leading_at) == (Rank.SUPERSEDED, None)
    rank(older, Rank.ORDINARY, by=people.cato, at=LATER, reasons=WHY)
    assert rank_of(older) is Rank.ORDINARY


def test_none_gives_way_to_one_that_has_given_way_itself(session: Session, people: Cast, three: list[Publication]) -> None:
    first, second, third = three
    rank(second, Rank.SUPERSEDED, by=people.cato, at=LATER, reasons=WHY, successor=third)
    session.flush()
    with pytest.raises(CannotProceed, match="rank_gone_too"):
        rank(first, Rank.SUPERSEDED, by=people.cato, at=LATER, reasons=WHY, successor=second)


def test_what_cannot_come_in_the_place_of_another_is_refused(people: Cast, three: list[Publication]) -> None:
    first, second, _third = three
    for successor, code in ((None, "rank_which"), (first, "rank_not_newer"), (second, "rank_not_newer")):
        with pytest.raises(CannotProceed, match=code):
            rank(second, Rank.SUPERSEDED, by=people.cato, at=LATER, reasons=WHY, successor=successor)


def test_no_rank_without_reasons_nor_twice(people: Cast, three: list[Publication]) -> None:
    with pytest.raises(CannotProceed, match="rank_say_why"):
        rank(three[0], Rank.LEADING, by=people.cato, at=LATER, reasons="  ")
    with pytest.raises(CannotProceed, match="rank_is_so"):
        rank(three[0], Rank.ORDINARY, by=people.cato, at=LATER, reasons=WHY)


def test_only_what_stands_in_the_register_is_ranked(session: Session, people: Cast, three: list[Publication]) -> None:
    withdraw(three[0], "Feil i anonymiseringen.", by=people.siri, at=LATER)
    with pytest.raises(CannotProceed, match="rank_not_released"):
        rank(three[0], Rank.LEADING, by=people.cato, at=LATER, reasons=WHY)
    assert named(three[1], three[0].number) is None
    assert named(three[1], f" {three[2].number.lower()} ") is three[2]
    assert named(three[1], "BTN-2026-1 BTN-2026-3") is None
    session.flush()


def test_the_correction_of_an_opinion_stands_in_its_place_for_good(
    session: Session, people: Cast, three: list[Publication]
) -> None:
    first, corrected, _ = three
    first.superseded_by = corrected
    session.flush()
    with pytest.raises(CannotProceed, match="rank_corrected"):
        rank(first, Rank.LEADING, by=people.cato, at=LATER, reasons=WHY)


def test_the_page_is_the_leaders_and_keeps_what_was_typed(
    ask: Callable[..., TestResponse], session: Session, cast: Cast, installation: Installation, three: list[Publication]
) -> None:
    path = f"/publications/{three[0].public_id}/rank"
    session.commit()
    assert ask("GET", path, as_=cast.siri).status_code == 403
    assert ask("GET", path, as_=cast.asta).status_code in {403, 404}
    page = ask("POST", path, as_=cast.cato, data={"rank": "superseded", "successor": "BTN-2026-77", "reasons": WHY})
    assert page.status_code == 422
    assert "BTN-2026-77" in page.text
    assert WHY in page.text
    done = ask("POST", path, as_=cast.cato, data={"rank": "leading", "reasons": WHY})
    assert done.status_code == 303
    assert done.location == f"/opinions/{three[0].number}"
    assert "Prinsipiell" in ask("GET", "/opinions").text


def test_the_page_says_why_what_is_not_released_cannot_be_ranked(
    ask: Callable[..., TestResponse], session: Session, cast: Cast, installation: Installation
) -> None:
    path = f"/publications/{begun(session, cast, installation).public_id}/rank"
    session.commit()
    page = ask("POST", path, as_=cast.cato, data={"rank": "leading", "reasons": WHY})
    assert page.status_code == 409
    assert page.text.count("ikke offentliggjort") == 1
    assert WHY in page.text
    assert "<form" not in main_of(ask("GET", path, as_=cast.cato))


def test_reasons_for_what_was_withdrawn_meanwhile_are_not_lost(
    ask: Callable[..., TestResponse], session: Session, cast: Cast, people: Cast, three: list[Publication]
) -> None:
    first, siri, path = three[0], people.siri, f"/publications/{three[0].public_id}/rank"
    session.commit()
    seen = re.findall(r'name="_seen" value="(\d+)"', ask("GET", path, as_=cast.cato).text)[-1]
    withdraw(first, "Feil i anonymiseringen.", by=siri, at=LATER)
    session.commit()
    page = ask("POST", path, as_=cast.cato, data={"rank": "leading", "reasons": WHY, "_seen": seen})
    assert page.status_code == 409
    assert "trukket tilbake" in main_of(page)
    assert WHY in main_of(page)
