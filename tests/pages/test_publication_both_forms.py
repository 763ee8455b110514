"""The pages by which an opinion in both forms of Norwegian is made ready for the public (rules 39, 46)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.pages.test_publication_pages import made, marks_at, text_of
from tests.scenes.decision import present
from tests.scenes.parallel import both_issued
from tests.scenes.publication import THE_DAY_AFTER, declared
from tvist.publication.actions import begin, submit
from tvist.publication.marking import Decided, decide

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.installation import Installation
    from tvist.publication.models import Publication

OF_MAIN = {"place": "sections.legal", "words": "barnevernsloven", "occurrence": "1", "kind": "person"}


def in_both_forms(session: Session, cast: Cast, installation: Installation) -> Publication:
    """Begun by Siri: the main text is in nynorsk, the parallel one in bokmål."""
    case = both_issued(session, cast, installation)
    declared(session, cast, case)
    assert case.decision is not None
    return begin(case.decision, by=present(session, cast).siri, at=THE_DAY_AFTER)


def test_what_is_hidden_everywhere_is_replaced_in_the_language_of_each_text(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    address = made(installation, cast, in_both_forms)
    assert "målformen" in text_of(ask, f"{address}/add", cast.siri)
    data = OF_MAIN | {"everywhere": "y", "replacement": "[far sitt]"}
    assert ask("POST", f"{address}/add", as_=cast.siri, data=data).status_code == 303
    found = {mark.place: mark for mark in marks_at(installation, address) if mark.words == OF_MAIN["words"]}
    assert {place: mark.replacement for place, mark in found.items()} == {
        "sections.legal": "[far sitt]",
        "parallel.sections.legal": "[navn]",
    }
    one = f"{address}/marks/{found['parallel.sections.legal'].public_id}"
    data = {"hides": "hide", "kind": "person", "replacement": "[faren]", "alike": "y"}
    assert ask("POST", one, as_=cast.siri, data=data).status_code == 303
    found = {mark.place: mark for mark in marks_at(installation, address) if mark.words == OF_MAIN["words"]}
    assert [mark.replacement for mark in found.values()] == ["[faren]", "[far sitt]"]


def languages(page: str) -> set[str]:
    """The languages that the page says its texts and fields are in."""
    return set(re.findall('<(?:div|input|textarea|a|li)[^>]* lang="(n[bn])"', page.split("<main")[1]))


def test_each_text_is_said_to_be_in_its_own_form(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, in_both_forms)
    for mark in marks_at(installation, address)[:1] + marks_at(installation, address)[-1:]:
        wanted = {"nb" if mark.place.startswith("parallel") else "nn"}
        for page in (f"mark?place={mark.place}", f"add?place={mark.place}", f"marks/{mark.public_id}"):
            assert languages(text_of(ask, f"{address}/{page}", cast.siri)) == wanted, page
    assert languages(text_of(ask, f"{address}/preview", cast.siri)) == {"nb", "nn"}


def test_what_is_approved_is_said_to_be_in_its_own_form(installation: Installation, cast: Cast, ask: Any) -> None:
    def in_hand(session: Session, cast: Cast, installation: Installation) -> Publication:
        publication, siri = in_both_forms(session, cast, installation), present(session, cast).siri
        hide = {mark.public_id: Decided(hides=mark.place.startswith("parallel")) for mark in publication.marks}
        decide(publication, hide, by=siri, at=THE_DAY_AFTER)
        submit(publication, by=siri, at=THE_DAY_AFTER, accepted="Prøve.")
        return publication

    page = text_of(ask, f"{made(installation, cast, in_hand)}/approve", cast.stein)
    compared, left = page.split('id="left"')
    assert languages(compared) == {"nb"}
    assert set(re.findall('<li lang="(n[bn])"', left)) == {"nn"}
