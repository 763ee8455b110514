"""The bundle as people read it: who reads what, page by page, the search inside, versions, quarantine and copies."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
import sqlalchemy as sa
from PIL import Image

from tests.people import Cast, a_cast
from tests.scenes.bundles import make_pages, referred_with_pages
from tests.scenes.kept import lately
from tests.scenes.panel import referred
from tests.scenes.papers import everybody, paper_called, two_papers
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry
from tvist.cases.models import Case
from tvist.cases.submissions import SubmissionKind
from tvist.clock import now
from tvist.documents.models import PaperOpening
from tvist.jobs.models import Job, JobKind
from tvist.panel.bundle import freeze
from tvist.panel.bundles import BundleCopy, BundlePart, BundleProgress
from tvist.submissions.paper_actions import quarantine_paper
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.accounts.models import User
    from tvist.installation import Installation

    Scene = Callable[..., tuple[Cast, str]]

READERS = ("asta", "bo", "siri", "stein", "cato", "frida", "kaare")
LAST = 12
"""Index, request, two papers of three pages each, and the four sendings of the exchange."""


@pytest.fixture
def scene(installation: Installation) -> Scene:
    """Make a case; gives the cast and the address of its bundle."""

    def made(make: Callable[..., Case] = referred_with_pages, *acts: Callable[..., Any]) -> tuple[Cast, str]:
        with installation.database.writing() as session:
            cast = a_cast(session)
            case = (
                make(session, cast, installation, at=lately())
                if make is referred_with_pages
                else make(session, cast, at=lately())
            )
            for act in acts:
                act(case, cast, installation)
            session.commit()
            return cast, f"/cases/{case.slug}/bundle"

    return made


def text_of(ask: Any, address: str, user: User, status: int = 200) -> str:
    answer = ask("GET", address, as_=user)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def decision_quarantined(case: Case, cast: Cast, _installation: Installation) -> None:
    quarantine_paper(paper_called(case, "Vedtak"), by=cast.siri, at=now(), reason="Navn på side 2")


def renewed(case: Case, _cast: Cast, installation: Installation) -> None:
    bundle = freeze(case, at=now())
    make_pages(sa.orm.object_session(case), bundle, installation, at=now())


def parts(installation: Installation, *wanted: str) -> dict[str, str]:
    with installation.database.reading() as session:
        found = session.scalars(sa.select(BundlePart).order_by(BundlePart.id))
        return {part.title: part.public_id for part in found if not wanted or part.title in wanted}


# ---- Who reads what ----


def test_the_bundle_is_for_the_sides_the_secretariat_and_the_panel(ask, scene):
    cast, at = scene()
    readers = {getattr(cast, name).id for name in READERS}
    for user in everybody(cast):
        for page in ("", "/pages/1", "/pages/3/picture", "/search?q=Vedtak", "/file", "/progress"):
            expected = {200} if user.id in readers else {403, 404}
            assert ask("GET", f"{at}{page}", as_=user).status_code in expected, (user.name, page)


def test_the_index_leads_to_the_pages(ask, scene):
    cast, at = scene()
    page = text_of(ask, at, cast.asta)
    assert f'href="{at}/pages/3">Vedtak' in page
    assert f'href="{at}/pages/6">Faktura' in page
    assert "Jeg har lest dokumentutdraget" not in page
    assert "Jeg har lest dokumentutdraget" in text_of(ask, at, cast.frida)


def test_a_page_has_its_picture_its_text_and_the_way_on(ask, scene):
    cast, at = scene()
    page = text_of(ask, f"{at}/pages/3", cast.frida)
    assert f"Side 3 av {LAST}: Vedtak" in page
    assert "Vedtak side en om institusjonsopphold." in page
    assert f'rel="next" data-ahead href="{at}/pages/4"' in page.replace('data-leaf="next" ', "")
    assert f'rel="prev" data-leaf="previous" href="{at}/pages/2"' in page
    assert f'data-leaf="later" href="{at}/pages/6"' in page
    assert "Det kunne ikke leses noen tekst" in text_of(ask, f"{at}/pages/5", cast.frida)


@pytest.mark.parametrize(("width", "pixels"), [("900", 900), ("2000", 2000), ("77", 900), ("x", 900)])
def test_a_picture_has_one_of_three_widths_and_is_not_kept_by_the_browser(ask, scene, width, pixels):
    cast, at = scene()
    answer = ask("GET", f"{at}/pages/4/picture?width={width}", as_=cast.bo)
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "no-store"
    with Image.open(io.BytesIO(answer.get_data())) as picture:
        assert picture.width == pixels


def test_what_is_not_there_is_told(ask, scene):
    cast, at = scene()
    for page in ("/pages/0", f"/pages/{LAST + 1}", "/pages/999999999", "/versions/7", "/versions/7/pages/1", "/parts/x"):
        assert ask("GET", f"{at}{page}", as_=cast.frida).status_code == 404, page
    for typed in ("", "0", "99", "-1", "fire", "9999999999999"):
        answer = ask("GET", f"{at}/pages?page={typed}&from=4&q=Faktura", as_=cast.frida)
        assert answer.location == f"{at}/pages/4?q=Faktura", typed
    assert ask("GET", f"{at}/pages?page=6", as_=cast.frida).location == f"{at}/pages/6"


def test_two_pages_stand_side_by_side(ask, scene):
    cast, at = scene()
    page = text_of(ask, f"{at}/pages/3?beside=6&zoom=2", cast.frida)
    assert page.count("<img") == 2
    assert f"Side 6 av {LAST}: Faktura" in page
    assert f"{at}/pages/4?zoom=2&amp;beside=6" in page
    assert text_of(ask, f"{at}/pages/3?beside=99&zoom=9", cast.frida).count("<img") == 1


# ---- The search inside ----


def test_the_search_finds_words_that_a_line_broke(ask, scene):
    cast, at = scene()
    page = text_of(ask, f"{at}/search?q=INSTITUSJONSOPPHOLD", cast.frida)
    assert "2 sider med treff" in page
    assert "<mark>institusjonsopphold</mark>" in page
    assert f'href="{at}/pages/3?q=INSTITUSJONSOPPHOLD"' in page
    assert "2 sider er bare bilder uten tekst" in page
    inside = text_of(ask, f"{at}/pages/3?q=institusjonsopphold", cast.frida)
    assert f'data-leaf="hit-after" href="{at}/pages/6?q=institusjonsopphold"' in inside


@pytest.mark.parametrize("words", ["(((", "%00", "   ", "<script>", "å" * 300, "\\"])
def test_any_words_can_be_looked_for(ask, scene, words):
    cast, at = scene()
    assert "<script>alert" not in text_of(ask, f"{at}/search?q={words}", cast.frida)


# ---- Closed parts ----


def test_quarantine_closes_the_part_the_index_and_the_whole_file_at_once(ask, scene, installation):
    cast, at = scene(referred_with_pages, decision_quarantined)
    part = parts(installation)
    for user in (cast.frida, cast.bo, cast.siri):
        page = text_of(ask, f"{at}/pages/3", user, status=404)
        assert "Ikke tilgjengelig for deg" in page
        assert "Vedtak" not in page
        assert "Vedtak" not in text_of(ask, at, user)
        assert "Vedtak" not in text_of(ask, f"{at}/pages/6", user)
        # What the party wrote with it lists its name: read on the page of the sending instead.
        assert "Ikke tilgjengelig for deg" in text_of(ask, f"{at}/pages/2", user, status=404)
        assert ask("GET", f"{at}/pages/2/picture", as_=user).status_code == 403
        assert ask("GET", f"{at}/parts/{part['Innlegg petition']}", as_=user).status_code == 403
        assert "0 sider" in text_of(ask, f"{at}/search?q=Vedtak", user)
        assert ask("GET", f"{at}/pages/3/picture", as_=user).status_code in {403, 404}
        assert ask("GET", f"{at}/pages/1/picture", as_=user).status_code == 403
        assert ask("GET", f"{at}/parts/{part['Vedtak']}", as_=user).status_code in {403, 404}
        assert "laget en ny versjon" in text_of(ask, f"{at}/file", user, status=409)
        assert ask("GET", f"{at}/pages/6/picture", as_=user).status_code == 200


def response_unserved(case: Case, cast: Cast, _installation: Installation) -> None:
    """The notice of the response came back: Vik has not had it."""
    response = next(found for found in case.submissions if found.kind is SubmissionKind.RESPONSE)
    for serving in response.servings:
        serving.fell_at = now()


def test_what_a_side_has_not_had_is_closed_to_it_and_named_without_its_title(ask, scene, installation):
    cast, at = scene(referred_with_pages, response_unserved)
    page = text_of(ask, at, cast.asta)
    assert "Ikke tilgjengelig for deg" in page
    assert "Tilsvar" not in page
    assert "Innlegg response" not in text_of(ask, f"{at}/pages/3", cast.asta)
    assert ask("GET", f"{at}/pages/9/picture", as_=cast.asta).status_code == 404
    assert ask("GET", f"{at}/parts/{parts(installation)['Innlegg response']}", as_=cast.asta).status_code == 404
    assert ask("GET", f"{at}/file", as_=cast.asta).status_code == 409
    assert "response" not in text_of(ask, f"{at}/search?q=skrev", cast.asta)
    assert "Innlegg response" in text_of(ask, f"{at}/pages/9", cast.bo)


def test_the_pages_that_the_job_makes_are_read_and_searched(ask, scene, installation):
    cast, at = scene(lambda session, cast, at: referred(session, cast, at=at, papers=two_papers(cast, installation)))
    assert "blir laget" in text_of(ask, at, cast.frida) or "ingen sider" in text_of(ask, at, cast.frida)
    while work_once(installation):
        pass
    assert "Les side for side" in text_of(ask, at, cast.frida)
    found = text_of(ask, f"{at}/search?q=Dette er Faktura", cast.frida)
    page = re.findall(rf'href="({at}/pages/\d+)\?q=', found)[0]
    assert "Faktura" in text_of(ask, page, cast.frida)
    assert ask("GET", f"{page}/picture", as_=cast.frida).mimetype == "image/webp"


def test_the_whole_file_and_a_part_are_downloaded_whole(ask, scene, installation):
    cast, at = scene()
    with pikepdf.open(io.BytesIO(ask("GET", f"{at}/file", as_=cast.bo).get_data())) as pdf:
        assert len(pdf.pages) == LAST
    with pikepdf.open(io.BytesIO(ask("GET", f"{at}/parts/{parts(installation)['Faktura']}", as_=cast.bo).get_data())) as pdf:
        assert len(pdf.pages) == 3


# ---- What is noted ----


def test_a_part_is_noted_once_a_day_and_counts_as_opened_by_the_party(ask, scene, installation):
    cast, at = scene()
    for page in (3, 4, 5, 4, 3):
        ask("GET", f"{at}/pages/{page}", as_=cast.bo)
        ask("GET", f"{at}/pages/{page}/picture", as_=cast.bo)
    with installation.database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        rows = session.scalars(sa.select(AccessEntry).where(AccessEntry.user_id == cast.bo.id).order_by(AccessEntry.id)).all()
        assert [row.act for row in rows] == [Act.READ_BUNDLE, Act.READ_PAPER, Act.READ_BUNDLE]
        assert {row.case_id for row in rows} == {case.id}
        opened = session.scalars(sa.select(PaperOpening)).all()
        assert [found.paper_id for found in opened] == [paper_called(case, "Vedtak").id]


def test_a_closed_page_that_is_asked_for_is_noted_as_denied(ask, scene, installation):
    cast, at = scene(referred_with_pages, decision_quarantined)
    ask("GET", f"{at}/pages/3", as_=cast.frida)
    with installation.database.reading() as session:
        denied = session.scalars(sa.select(AccessEntry).where(AccessEntry.allowed.is_(False))).all()
        assert [(row.act, row.user_id) for row in denied] == [(Act.READ_PAPER, cast.frida.id)]


# ---- Versions, and the making ----


def test_an_older_version_is_read_beside_the_newest(ask, scene):
    cast, at = scene(referred_with_pages, renewed)
    assert "eldre versjon" not in text_of(ask, f"{at}/pages/3", cast.frida)
    old = text_of(ask, f"{at}/versions/1/pages/3", cast.frida)
    assert "eldre versjon" in old
    assert f"{at}/versions/1/pages/4" in old
    assert "eldre versjon" in text_of(ask, f"{at}/versions/1", cast.frida)


def test_a_new_version_tells_what_is_new_since_the_one_confirmed(ask, scene, installation):
    cast, at = scene()
    assert ask("POST", at, as_=cast.frida).location == at
    assert "Nytt siden" not in text_of(ask, at, cast.frida)
    with installation.database.writing() as session:
        renewed(session.scalars(sa.select(Case)).one(), cast, installation)
        session.commit()
    page = text_of(ask, at, cast.frida)
    assert "Nytt siden versjon 1" in page
    assert "Ingen dokumenter er kommet til" in page
    assert "Nytt siden" not in text_of(ask, at, cast.kaare)


def test_the_making_is_told_honestly_and_so_is_its_failure(ask, scene, installation):
    cast, at = scene(referred)
    assert "0 av 7 deler er klare" in text_of(ask, at, cast.frida)
    with installation.database.writing() as session:
        progress = session.scalars(sa.select(BundleProgress)).one()
        progress.done, progress.total = 2, 5
        session.commit()
    assert "2 av 5 deler er klare" in text_of(ask, at, cast.bo)
    assert ask("GET", f"{at}/progress", as_=cast.bo).get_json() == {"done": 2, "total": 5, "is_over": False}
    with installation.database.writing() as session:
        session.scalars(sa.select(BundleProgress)).one().failed_at = now()
        session.commit()
    assert "Sidene kunne ikke lages" in text_of(ask, at, cast.cato)
    assert ask("GET", f"{at}/progress", as_=cast.bo).get_json()["is_over"] is True
    assert ask("GET", f"{at}/pages/1", as_=cast.frida).status_code == 404
    assert ask("GET", f"{at}/file", as_=cast.frida).status_code == 404
    with installation.database.writing() as session:
        session.execute(sa.delete(BundleProgress))
        session.commit()
    assert "ingen sider" in text_of(ask, at, cast.frida)


# ---- The copy ----


def test_a_member_asks_for_a_copy_and_takes_it_along(ask, scene, installation):
    cast, at = scene()
    assert "Lag en kopi til meg" in text_of(ask, f"{at}/copy", cast.frida)
    assert ask("POST", f"{at}/copy", as_=cast.frida).location == f"{at}/copy"
    assert ask("POST", f"{at}/copy", as_=cast.frida).location == f"{at}/copy"
    assert "Kopien er ikke ferdig" in text_of(ask, f"{at}/copy", cast.frida)
    with installation.database.reading() as session:
        own = session.scalars(sa.select(BundleCopy)).one().public_id
    assert ask("GET", f"{at}/copies/{own}", as_=cast.frida).status_code == 409
    work_once(installation)
    page = text_of(ask, f"{at}/copy", cast.frida)
    passphrase = page.split("<code>")[1].split("</code>")[0]
    with pikepdf.open(io.BytesIO(ask("GET", f"{at}/copies/{own}", as_=cast.frida).get_data()), password=passphrase) as pdf:
        assert len(pdf.pages) == LAST
    for user in (cast.cato, cast.kaare, cast.asta, cast.siri, cast.adam, cast.finn):
        assert ask("GET", f"{at}/copies/{own}", as_=user).status_code == 404
        answer = ask("GET", f"{at}/copy", as_=user)
        assert passphrase not in answer.get_data(as_text=True)


def test_a_copy_that_could_not_be_made_is_asked_for_again(ask, scene, installation):
    cast, at = scene()
    ask("POST", f"{at}/copy", as_=cast.frida)
    with installation.database.writing() as session:
        job = session.scalars(sa.select(Job).where(Job.kind == JobKind.MAKE_BUNDLE_COPY)).one()
        job.failed_at = now()
        session.commit()
    assert "Kopien kunne ikke lages" in text_of(ask, f"{at}/copy", cast.frida)
    assert ask("POST", f"{at}/copy", as_=cast.frida).status_code == 303
    work_once(installation)
    assert "Last ned kopien" in text_of(ask, f"{at}/copy", cast.frida)


def test_no_copy_is_made_of_what_is_closed(ask, scene, installation):
    cast, at = scene(referred_with_pages, decision_quarantined)
    assert "ikke tilgjengelig for deg" in text_of(ask, f"{at}/copy", cast.frida)
    assert ask("POST", f"{at}/copy", as_=cast.frida).status_code == 409
    for user in (cast.asta, cast.siri):
        assert ask("GET", f"{at}/copy", as_=user).status_code == 403
