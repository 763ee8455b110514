"""Papers are uploaded to a draft, refused with advice, taken out, moved to the case, and downloaded by those who may."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tests.pages.test_filing import begun, written
from tests.scenes.intake import declared, filed
from tests.scenes.kept import lately
from tvist.cases.models import Case
from tvist.clock import now
from tvist.documents.files import SANDBOX
from tvist.documents.models import Paper
from tvist.intake import actions

if TYPE_CHECKING:
    from tvist.installation import Installation

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400


def upload(ask: Any, draft: str, user: Any, *files: tuple[bytes, str]) -> Any:
    papers = [(io.BytesIO(content), name) for content, name in files]
    answer = ask("POST", f"{draft}/papers", as_=user, data={"papers": papers}, content_type="multipart/form-data")
    # The test client leaves the file it sent from open.
    answer.request.environ["wsgi.input"].close()
    return answer


def uploaded(ask: Any, draft: str, user: Any) -> str:
    """Upload one paper; returns the address of it."""
    upload(ask, draft, user, (PDF, "Krav på Ål.pdf"))
    found = re.search(rf'href="({draft}/papers/[\w-]+)"', ask("GET", f"{draft}/papers", as_=user).get_data(as_text=True))
    assert found
    return found[1]


def looked_at(page: Any) -> dict[str, str]:
    """The ticks that the sender has looked through what the program could not read."""
    return dict.fromkeys(re.findall(r'name="(_looked_\w+)"', page.get_data(as_text=True)), "yes")


def kept(installation: Installation) -> int:
    return len(list(installation.papers.ids()))


def papers_in(installation: Installation) -> int:
    with installation.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Paper)) or 0


def test_several_files_at_once(ask, cast, installation):
    draft = begun(ask, cast.asta)
    assert upload(ask, draft, cast.asta, (PDF, "a.pdf"), (b"Hei", "b.txt")).status_code == 303
    assert upload(ask, draft, cast.asta, (b"Hallo", "c.txt")).status_code == 303
    with installation.database.reading() as session:
        assert [
            (paper.position, paper.filename, paper.media_type)
            for paper in session.scalars(sa.select(Paper).order_by(Paper.position))
        ] == [
            (1, "a.pdf", "pdf"),
            (2, "b.txt", "txt"),
            (3, "c.txt", "txt"),
        ]


def test_what_is_wrong_is_told_and_the_rest_is_kept(ask, cast, installation):
    draft = begun(ask, cast.asta)
    upload(ask, draft, cast.asta, (b"", "tom.pdf"), (b"MZ\x90\0", "program.pdf"), (b"x", "lyd.mp3"), (PDF, "ok.pdf"))
    assert (papers_in(installation), kept(installation)) == (1, 1)


def test_no_file_chosen_changes_nothing(ask, cast, installation):
    draft = begun(ask, cast.asta)
    assert upload(ask, draft, cast.asta, (b"", "")).status_code == 303
    assert papers_in(installation) == 0


def test_eighty_megabytes_are_refused_and_nothing_typed_is_lost(ask, cast, installation):
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/facts", as_=cast.asta, data={"argument": "Dette er skrevet"})
    answer = upload(ask, draft, cast.asta, (b"%PDF-" + bytes(80 * 1024 * 1024), "stor.pdf"))
    assert answer.status_code == 413
    assert kept(installation) == 0
    assert "Dette er skrevet" in ask("GET", f"{draft}/facts", as_=cast.asta).get_data(as_text=True)


def test_a_file_above_the_limit_is_refused_alone(ask, cast, installation):
    draft = begun(ask, cast.asta)
    upload(ask, draft, cast.asta, (b"%PDF-" + bytes(51 * 1000 * 1000), "stor.pdf"), (PDF, "ok.pdf"))
    assert (papers_in(installation), kept(installation)) == (1, 1)


def test_a_paper_is_downloaded_whole_and_in_ranges(ask, cast):
    draft = begun(ask, cast.asta)
    address = uploaded(ask, draft, cast.asta)

    whole = ask("GET", address, as_=cast.asta)
    part = ask("GET", address, as_=cast.asta, headers={"Range": "bytes=5-70000"})
    tail = ask("GET", address, as_=cast.asta, headers={"Range": "bytes=-10"})

    assert whole.data == PDF
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, PDF[5:70001], f"bytes 5-70000/{len(PDF)}")
    assert (tail.status_code, tail.data) == (206, PDF[-10:])
    assert ask("GET", address, as_=cast.asta, headers={"Range": "bytes=999999-"}).status_code == 416
    assert ask("GET", address, as_=cast.asta, headers={"Range": "bytes=0-1,5-6"}).data == PDF


def test_a_paper_comes_as_a_file_that_a_browser_does_not_run(ask, cast):
    draft = begun(ask, cast.asta)
    answer = ask("GET", uploaded(ask, draft, cast.asta), as_=cast.asta)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Krav%20p%C3%A5%20%C3%85l.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/pdf"


def test_strangers_find_no_paper(ask, cast):
    draft = begun(ask, cast.asta)
    address = uploaded(ask, draft, cast.asta)
    other = begun(ask, cast.dag, "4644")
    for user in (cast.dag, cast.bo, cast.siri, cast.adam):
        assert ask("GET", address, as_=user).status_code == 404
        assert ask("POST", f"{address}/remove", as_=user).status_code == 404
    assert ask("GET", address.replace(draft, other), as_=cast.dag).status_code == 404


def test_a_paper_is_taken_out_with_its_bytes(ask, cast, installation):
    draft = begun(ask, cast.asta)
    address = uploaded(ask, draft, cast.asta)
    assert ask("POST", f"{address}/remove", as_=cast.asta).status_code == 303
    assert (papers_in(installation), kept(installation)) == (0, 0)
    assert ask("GET", f"{address}/remove", as_=cast.asta).status_code == 404


def test_papers_follow_the_request_into_the_case(ask, cast, installation):
    draft = written(ask, cast.asta)
    address = uploaded(ask, draft, cast.asta)
    ask("POST", f"{draft}/send", as_=cast.asta, data=looked_at(ask("GET", f"{draft}/check", as_=cast.asta)))
    with installation.database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        paper = case.submissions[0].papers[0]
        assert (paper.case_id, paper.draft_id) == (case.id, None)
        there = f"/cases/{case.slug}/papers/{paper.public_id}"
    assert ask("GET", there, as_=cast.asta).data == PDF
    assert "2026" in ask("GET", there, as_=cast.siri).headers["Content-Disposition"]
    assert ask("GET", address, as_=cast.asta).status_code == 404
    assert ask("POST", f"{address}/remove", as_=cast.asta).status_code == 404
    for user in (cast.bo, cast.dag, cast.cato, cast.eva):
        assert ask("GET", there, as_=user).status_code == 404
    assert ask("GET", there.replace("-0001", "-0002"), as_=cast.asta).status_code == 404


def test_a_stranger_stores_nothing_between_the_beats(ask, cast, installation):
    draft = begun(ask, cast.asta)
    assert upload(ask, draft, cast.bo, (PDF, "a.pdf")).status_code == 404
    assert kept(installation) == 0


def test_papers_to_a_sent_draft_are_thrown_away(ask, cast, installation):
    draft = written(ask, cast.asta)
    ask("POST", f"{draft}/send", as_=cast.asta)
    upload(ask, draft, cast.asta, (PDF, "a.pdf"))
    assert (papers_in(installation), kept(installation)) == (0, 0)


def test_a_mending_brings_papers_or_is_shown_again_with_its_text(ask, cast, installation):
    with installation.database.writing() as session:
        case = declared(filed(session, cast, at=lately()), cast.siri, at=lately())
        actions.ask_for_missing(case, by=cast.siri, at=now(), text="Legg ved fullmakten.")
        slug = case.slug
        session.commit()
    page = f"/cases/{slug}/screening/cure"
    assert "Legg ved fullmakten." in ask("GET", page, as_=cast.asta).get_data(as_text=True)
    bad = ask("POST", page, as_=cast.asta, data={"text": "Her er den", "papers": [(io.BytesIO(b""), "tom.pdf")]})
    assert bad.status_code == 422
    assert "Her er den" in bad.get_data(as_text=True)
    assert kept(installation) == 0
    good = ask("POST", page, as_=cast.asta, data={"text": "Her er den", "papers": [(io.BytesIO(PDF), "fullmakt.pdf")]})
    assert good.status_code == 422
    good = ask("POST", page, as_=cast.asta, data={"text": "Her er den"} | looked_at(good))
    assert good.status_code == 303
    assert (papers_in(installation), kept(installation)) == (1, 1)
