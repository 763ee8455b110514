"""The pages of papers: who sees which, the zip and its list, the paper in the browser, quarantine and comments, as people meet them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.pages.test_filing import begun
from tests.pages.test_filing_papers import upload
from tests.people import Cast, a_cast
from tests.scenes.intake import filed, letters_arrive
from tests.scenes.kept import lately
from tests.scenes.papers import a_paper, everybody, exchanging, paper_called, with_planted
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry
from tvist.cases.models import Case
from tvist.clock import now, today
from tvist.documents.files import IN_FRAME
from tvist.documents.models import Paper, PaperOpening
from tvist.search.models import Indexed, SearchedThing
from tvist.submissions.models import PageComment
from tvist.submissions.paper_actions import quarantine_paper, release_paper, replace_paper
from tvist.submissions.paper_zip import Packed, unique_names, zipped
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.accounts.models import User
    from tvist.installation import Installation

KIND = "Faktura eller regnskap"
"""What the paper called `Faktura` is: that is no secret."""


@pytest.fixture
def scene(installation: Installation) -> Callable[..., tuple[Cast, str, dict[str, str]]]:
    """Make a case; gives the cast, the address of the case and of the page of each paper by its title."""

    def made(make: Callable[..., Case] = exchanging, *acts: Callable[[Case, Cast], Any]) -> tuple[Cast, str, dict[str, str]]:
        with installation.database.writing() as session:
            cast = a_cast(session)
            case = make(session, cast, installation, at=lately())
            for act in acts:
                act(case, cast)
                letters_arrive(session, case, at=now())
            session.commit()
            home = f"/cases/{case.slug}"
            return (
                cast,
                home,
                {paper.title: f"{home}/papers/{paper.public_id}" for sending in case.submissions for paper in sending.papers},
            )

    return made


def invoice_quarantined(case: Case, cast: Cast) -> None:
    quarantine_paper(paper_called(case, "Faktura"), by=cast.siri, at=now(), reason="Navn på side 2")


def unpacked(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as packed:
        assert packed.testzip() is None
        return {name.split("/", 1)[1]: packed.read(name) for name in packed.namelist()}


def text_of(ask: Any, address: str, user: User, status: int = 200) -> str:
    answer = ask("GET", address, as_=user)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


# ---- The list ----


def test_the_list_shows_what_each_paper_is_and_what_became_of_it(ask, scene):
    cast, home, papers = scene()
    ask("GET", papers["Vedtak"], as_=cast.bo)
    page = text_of(ask, f"{home}/papers", cast.asta)
    assert page.index("Bilag 1") < page.index("Vedtak") < page.index("Bilag 2")
    assert "Sendt over til Bufetat region vest" in page
    assert page.count("Først åpnet av Bufetat region vest") == 1
    assert 'aria-sort="ascending"' in page


@pytest.mark.parametrize("sort", ["number", "date", "kind", "sender", "nonsense"])
def test_the_list_sorts_by_its_address(ask, scene, sort):
    cast, home, _ = scene()
    page = text_of(ask, f"{home}/papers?sort={sort}&order=down", cast.siri)
    assert page.count("aria-sort=") == 1
    assert "descending" in page


def test_a_case_without_papers_says_so(ask, scene):
    cast, home, _ = scene(lambda session, cast, _installation, at: filed(session, cast, at=at))
    page = text_of(ask, f"{home}/papers", cast.asta)
    assert "ingen dokumenter" in page
    assert "papers.zip" not in page


def test_300_papers_take_no_more_questions_than_3(ask, scene, installation):
    cast, home, _ = scene()
    text_of(ask, f"{home}/papers", cast.bo)
    counts = []
    for many in (1, 297):
        with installation.database.writing() as session:
            case = session.scalars(sa.select(Case)).one()
            sending = case.submissions[0]
            by = session.merge(cast.asta)
            for number in range(many):
                paper = a_paper(None, f"Vedlegg {many}-{number}", by, position=10 + number, case_id=case.id)
                paper.submission_id = sending.id
                session.add(paper)
            session.commit()
        counts.append(statements(installation, lambda: text_of(ask, f"{home}/papers", cast.bo)))
    assert counts[0] == counts[1]


def statements(installation: Installation, act: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    sa.event.listen(installation.database.engine, "before_cursor_execute", note)
    act()
    sa.event.remove(installation.database.engine, "before_cursor_execute", note)
    return len(seen)


# ---- What was not served ----


def test_a_planted_paper_is_nowhere_on_the_other_sides_pages(ask, scene, installation):
    cast, home, papers = scene(with_planted)
    public_id = papers["Hemmelig"].rsplit("/", 1)[1]
    for place in ("/papers", "/papers?sort=sender&order=down", "", f"/papers/{papers['Vedtak'].rsplit('/', 1)[1]}/page"):
        page = text_of(ask, home + place, cast.asta)
        assert "Hemmelig" not in page
        assert public_id not in page
    assert "2 dokumenter" in text_of(ask, f"{home}/papers", cast.asta)
    for ticked in ("", f"?chosen=1&p={public_id[:8]}&p={papers['Vedtak'].rsplit('/', 1)[1][:8]}"):
        inside = unpacked(ask("GET", f"{home}/papers.zip{ticked}", as_=cast.asta))
        assert not any("Hemmelig" in name or b"Hemmelig" in text for name, text in inside.items())
    for way in ("", "/file", "/page", "/withheld", "/replace", "/comment"):
        assert ask("GET", papers["Hemmelig"] + way, as_=cast.asta).status_code == 404


def test_who_may_not_open_a_paper_gets_404_and_who_may_gets_it(ask, scene, installation):
    cast, _, papers = scene(with_planted)
    readers = {"Vedtak": {"asta", "bo", "siri", "stein"}, "Hemmelig": {"bo", "siri", "stein"}}
    for title, names in readers.items():
        for user in everybody(cast):
            expected = 200 if user.id in {getattr(cast, name).id for name in names} else 404
            for way in ("", "/file", "/page"):
                assert ask("GET", papers[title] + way, as_=user).status_code == expected, (title, user.name, way)


# ---- The zip ----


def test_the_whole_case_comes_as_one_zip_with_its_list(ask, scene, installation):
    cast, home, _ = scene()
    answer = ask("GET", f"{home}/papers.zip", as_=cast.bo)
    assert answer.mimetype == "application/zip"
    inside = unpacked(answer)
    assert list(inside) == ["00 Dokumentliste.txt", f"Bilag 1 Vedtak {today().isoformat()}.txt", "Bilag 2 Faktura.txt"]
    assert inside["Bilag 2 Faktura.txt"] == b"Dette er Faktura."
    rows = [line.split("\t") for line in inside["00 Dokumentliste.txt"].decode("utf-8-sig").split("\r\n") if "\t" in line]
    assert rows[0][:4] == ["Nummer", "Tittel", "Type", "Dato"]
    assert [row[1] for row in rows[1:]] == ["Vedtak", "Faktura"]
    assert all(len(row[-1]) == 64 for row in rows[1:])


def test_each_paper_of_the_zip_is_logged_and_counts_as_opened(ask, scene, installation):
    cast, home, papers = scene()
    ask("GET", f"{home}/papers.zip?chosen=1&p={papers['Faktura'].rsplit('/', 1)[1][:8]}", as_=cast.bo)
    with installation.database.reading() as session:
        faktura = session.scalars(sa.select(Paper).where(Paper.title == "Faktura")).one()
        logged = session.scalars(sa.select(AccessEntry.thing).where(AccessEntry.act == Act.READ_PAPER)).all()
        assert list(logged) == [f"paper {faktura.id}"]
        assert [found.paper_id for found in session.scalars(sa.select(PaperOpening))] == [faktura.id]


def test_nothing_ticked_is_told(ask, scene):
    cast, home, _ = scene()
    answer = ask("GET", f"{home}/papers.zip?chosen=1&p=ukjentid", as_=cast.asta)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{home}/papers")


def test_names_in_a_zip_are_unique_also_for_who_tells_no_case(installation):
    assert unique_names(["a.txt", "A.txt", "a (2).txt", "a.txt"]) == ["a.txt", "A (2).txt", "a (2) (2).txt", "a (3).txt"]


def test_a_zip_is_made_piece_by_piece(kind):
    """300 MB go through, and no more than some pieces are held at once."""
    import tracemalloc

    piece = bytes(64 * 1024)
    tracemalloc.start()
    sent = sum(len(part) for part in zipped([Packed("stor.pdf", now(), 300 * 2**20, lambda: (piece for _ in range(4800)))]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 0
    assert most < 4 * 2**20


# ---- In the browser ----


def test_a_text_is_told_in_utf_8_and_a_file_keeps_its_ranges(ask, scene):
    cast, _, papers = scene()
    answer = ask("GET", f"{papers['Vedtak']}/file", as_=cast.bo)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == IN_FRAME
    assert answer.headers["Content-Disposition"].startswith(
        'inline; filename="2026-' if "2026-" in papers["Vedtak"] else "inline"
    )
    part = ask("GET", papers["Vedtak"], as_=cast.bo, headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.get_data()) == (206, b"Dette")


def test_the_page_frames_the_paper_at_a_page_and_leads_on(ask, scene):
    cast, _, papers = scene()
    answer = ask("GET", f"{papers['Vedtak']}/page?page=3", as_=cast.bo)
    page = answer.get_data(as_text=True)
    assert f'src="{papers["Vedtak"]}/file#page=3"' in page
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert f'rel="next" href="{papers["Faktura"]}/page"' in page
    assert 'rel="prev"' not in page


# ---- Quarantine ----


def test_under_quarantine_the_page_says_so_and_nothing_opens(ask, scene, installation):
    cast, home, papers = scene(exchanging, invoice_quarantined)
    page = text_of(ask, f"{papers['Faktura']}/page", cast.bo, status=404)
    assert "I karantene" in page
    assert "Faktura" not in page.replace(KIND, "")
    for user in (cast.asta, cast.bo, cast.stein):
        assert ask("GET", papers["Faktura"], as_=user).status_code == 403
        assert ask("GET", f"{papers['Faktura']}/withheld", as_=user).status_code == 403
    assert ask("GET", papers["Faktura"], as_=cast.dag).status_code == 404
    assert b"Faktura" in ask("GET", f"{papers['Faktura']}/withheld", as_=cast.siri).get_data()
    inside = unpacked(ask("GET", f"{home}/papers.zip", as_=cast.bo))
    assert len(inside) == 2
    assert "Faktura" not in inside["00 Dokumentliste.txt"].decode().replace(KIND, "")
    assert "Faktura" not in text_of(ask, home, cast.bo)


def test_the_officer_puts_a_paper_under_quarantine_and_search_forgets_it(ask, scene, installation):
    cast, _, papers = scene()
    work_once(installation)
    address = f"{papers['Faktura']}/quarantine"
    assert ask("POST", address, as_=cast.siri, data={"reason": "", "sure": "y"}).status_code == 422
    assert ask("POST", address, as_=cast.siri, data={"reason": "Side 2", "sure": "y"}).status_code == 303
    assert ask("POST", address, as_=cast.stein, data={"reason": "Side 2", "sure": "y"}).status_code == 403
    work_once(installation)
    with installation.database.reading() as session:
        kept = session.scalars(
            sa.select(Paper.title).join(Indexed, sa.and_(Indexed.thing_id == Paper.id, Indexed.thing_kind == SearchedThing.PAPER))
        )
        assert list(kept) == ["Vedtak"]


def test_the_sender_replaces_it_and_the_officer_sends_the_new_one_over(ask, scene, installation):
    cast, home, papers = scene(exchanging, invoice_quarantined)
    assert "documents" not in text_of(ask, f"{papers['Faktura']}/replace", cast.asta)
    fields = {"title": "Faktura sladdet", "kind": "invoice", "dated_on": "31.2.2024", "text": "Sladdet."}
    assert sent(ask, f"{papers['Faktura']}/replace", cast.asta, fields).status_code == 422
    assert sent(ask, f"{papers['Faktura']}/replace", cast.asta, fields | {"dated_on": "1.3.2024"}).status_code == 303
    new = re.findall(rf'href="({home}/papers/[\w-]+)/page"[^>]*>Faktura sladdet', text_of(ask, f"{home}/papers", cast.siri))[0]
    assert ask("GET", f"{new}/page", as_=cast.bo).status_code == 404
    assert ask("POST", f"{new}/release", as_=cast.siri, data={}).status_code == 422
    assert ask("POST", f"{new}/release", as_=cast.siri, data={"looked_through": "y"}).status_code == 303
    work_once(installation)
    assert "Bilag 2, versjon 2" in text_of(ask, f"{new}/page", cast.bo)


def sent(ask: Any, address: str, user: User, fields: dict[str, str]) -> Any:
    data = {**fields, "papers": [(io.BytesIO(b"uten navn"), "ny.txt")]}
    answer = ask("POST", address, as_=user, data=data, content_type="multipart/form-data")
    # The test client leaves the file it sent from open.
    answer.request.environ["wsgi.input"].close()
    return answer


def test_a_replacement_needs_one_file(ask, scene):
    cast, _, papers = scene(exchanging, invoice_quarantined)
    answer = ask("POST", f"{papers['Faktura']}/replace", as_=cast.asta, data={"title": "x", "kind": "other"})
    assert answer.status_code == 422
    assert "Velg én fil" in answer.get_data(as_text=True)


# ---- Titles ----


def test_the_officer_renames_a_paper(ask, scene):
    cast, home, papers = scene()
    fields = {"title": "Vedtak om plassering", "kind": "decision", "dated_on": "1.3.2024"}
    assert ask("POST", f"{papers['Vedtak']}/rename", as_=cast.siri, data=fields).status_code == 303
    assert ask("POST", f"{papers['Vedtak']}/rename", as_=cast.asta, data=fields).status_code == 403
    assert "Vedtak om plassering" in text_of(ask, f"{home}/papers", cast.bo)


# ---- Comments beside a page ----


def test_a_comment_is_written_changed_and_taken_away(ask, scene, installation):
    cast, _, papers = scene()
    assert ask("POST", f"{papers['Vedtak']}/comment", as_=cast.bo, data={"page": "x", "text": "Hei"}).status_code == 422
    assert ask("POST", f"{papers['Vedtak']}/comment", as_=cast.bo, data={"page": "3", "text": "Feil dato."}).status_code == 303
    page = text_of(ask, f"{papers['Vedtak']}/page?page=3", cast.bo)
    assert "Feil dato." in page
    assert "Feil dato." not in text_of(ask, f"{papers['Vedtak']}/page", cast.asta)
    assert "Feil dato." not in text_of(ask, f"{papers['Vedtak']}/page", cast.siri)
    change = re.findall(rf'href="({papers["Vedtak"]}/comments/[\w-]+)"', page)[0]
    assert ask("GET", change, as_=cast.asta).status_code == 404
    assert ask("POST", change, as_=cast.bo, data={"page": "4", "text": "Gal dato."}).status_code == 303
    assert "Gal dato." in text_of(ask, f"{papers['Vedtak']}/page", cast.bo)
    assert ask("POST", change, as_=cast.bo, data={"then": "remove"}).status_code == 303
    with installation.database.reading() as session:
        assert session.scalars(sa.select(PageComment)).all() == []


def test_the_secretariat_has_no_form_for_comments(ask, scene):
    cast, _, papers = scene()
    assert "Lagre kommentaren" not in text_of(ask, f"{papers['Vedtak']}/page", cast.siri)
    assert ask("POST", f"{papers['Vedtak']}/comment", as_=cast.siri, data={"page": "1", "text": "x"}).status_code == 422


def test_a_replaced_paper_is_told_in_the_list_of_the_sending(ask, scene):
    def replaced_and_released(case: Case, cast: Cast) -> None:
        new = a_paper(None, "Faktura sladdet", cast.asta, content=b"uten navn")
        replace_paper(paper_called(case, "Faktura"), new, by=cast.asta, at=now())
        release_paper(new, by=cast.siri, at=now())

    cast, home, _ = scene(exchanging, invoice_quarantined, replaced_and_released)
    assert "erstattet av «Faktura sladdet»" in text_of(ask, home, cast.bo)


# ---- Before sending ----


def test_the_sender_says_what_each_paper_is_before_it_is_sent(ask, cast, installation):
    draft = begun(ask, cast.asta)
    upload(ask, draft, cast.asta, (b"Hei", "scan001.txt"), (b"Hallo", "scan002.txt"))
    page = text_of(ask, f"{draft}/papers", cast.asta)
    names = re.findall(r'name="(paper_[\w-]+)-title"', page)
    fields = {f"{name}-title": f"Vedtak {number}" for number, name in enumerate(names, start=1)}
    fields |= {f"{name}-kind": "decision" for name in names} | {f"{names[1]}-dated_on": "31.2.2024"}
    wrong = ask("POST", f"{draft}/papers/describe", as_=cast.asta, data=fields)
    assert wrong.status_code == 422
    assert 'value="31.2.2024"' in wrong.get_data(as_text=True)
    assert ask("POST", f"{draft}/papers/describe", as_=cast.dag, data=fields).status_code == 404
    right = fields | {f"{names[1]}-dated_on": "1.3.2024"}
    assert ask("POST", f"{draft}/papers/describe", as_=cast.asta, data=right).status_code == 303
    with installation.database.reading() as session:
        found = session.scalars(sa.select(Paper).order_by(Paper.position)).all()
        assert [(paper.title, paper.kind) for paper in found] == [("Vedtak 1", "decision"), ("Vedtak 2", "decision")]
        assert [str(paper.dated_on) for paper in found] == ["None", "2024-03-01"]
