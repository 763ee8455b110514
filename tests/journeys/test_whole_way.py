"""One case goes the whole way in a real browser: from the request to the PDF and the statistics, through all who take part."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from pypdfium2 import PdfDocument

from tests.pages.test_filing import typed, typed_line
from tests.scenes.intake import a_line, raw_petition
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.decision.models import IssuedFile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.conftest import Visit
    from tests.people import Cast
    from tvist.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SLUG = "2026-0001"
PANEL = ("Cato Oppdiktet", "Frida Oppdiktet", "Kåre Oppdiktet")
SECTIONS = {"legal": "Barnevernsloven kapittel 16.", "conclusion": "Staten bør dekke oppholdet, slik tabellen viser."}


def _slug(installation: Installation) -> str:
    with installation.database.reading() as session:
        return session.scalars(sa.select(Case)).one().slug


def _state(installation: Installation) -> State:
    with installation.database.reading() as session:
        return session.scalars(sa.select(Case)).one().state


def _file(visit: Visit, raw: dict[str, Any], papers: list[Path]) -> None:
    """Asta files in steps, with two lines and papers."""
    visit.become("Asta Oppdiktet")
    visit.go("/drafts")
    visit.do("intake.begin_for", organisation="Vik kommune")
    for step in ("place", "parties", "child"):
        visit.fill(typed(step, raw))
        visit.do("intake.save_and_go_on")
    draft = visit.page.url.rsplit("/", 1)[0].removeprefix(visit.address)
    for place, line in enumerate(raw["lines"], start=1):
        visit.go(f"{draft}/lines/{place}")
        visit.fill({name: value for name, value in typed_line(line).items() if value})
        visit.do("intake.save_line")
    for step in ("facts", "settlement"):
        visit.go(f"{draft}/{step}")
        visit.fill(typed(step, raw))
        visit.do("intake.save_and_go_on")
    visit.go(f"{draft}/papers")
    visit.page.locator('main input[type="file"]').set_input_files(papers)
    visit.do("intake.upload")
    visit.go(f"{draft}/check")
    visit.do("intake.send")


def _screen_and_exchange(visit: Visit, case: str) -> None:
    """Siri accepts, Bo answers, both say nothing more, Siri passes the answer on and closes."""
    visit.become("Siri Oppdiktet")
    visit.go(f"{case}/screening/impartiality")
    visit.fill({"statement": "none"})
    visit.do("intake.declare_do")
    visit.go(f"{case}/screening/accept")
    visit.do("intake.accept_do")
    visit.let_the_worker_work()
    visit.become("Bo Oppdiktet")
    visit.go(f"{case}/respond")
    for name in visit.page.locator("textarea[name^=words_]").evaluate_all("all => all.map((each) => each.name)"):
        visit.fill({name.replace("words_", "answer_"): "disputed", name: "Oppholdet var et helsetiltak."})
    for name in visit.page.locator("input[name^=why_]").evaluate_all("all => all.map((each) => each.name)"):
        visit.fill({name.replace("why_", "fact_"): "agreed"})
    visit.fill({"text": "Staten bestrider kravet.", "own_reference": "BUF-2026-7"})
    visit.do("submissions.respond.send")
    visit.become("Siri Oppdiktet")
    visit.go(f"{case}/pass-on")
    visit.fill({"looked_through": "y"})
    visit.do("submissions.pass_on.send")
    visit.let_the_worker_work()
    for name in ("Asta Oppdiktet", "Bo Oppdiktet"):
        visit.become(name)
        visit.go(f"{case}/nothing-more")
        visit.do("submissions.nothing_more.send")
        visit.let_the_worker_work()
    for name in ("Asta Oppdiktet", "Bo Oppdiktet"):
        visit.become(name)
        visit.go(f"{case}/confirm-table")
        visit.do("submissions.table.confirm")
    visit.become("Siri Oppdiktet")
    visit.go(f"{case}/close-preparation")
    visit.do("submissions.close.send")


def _seat_and_refer(visit: Visit, case: str) -> None:
    """Siri seats the panel; each declares before a paper opens; Siri refers."""
    visit.go(f"{case}/panel/seat")
    visit.do("panel.seat.do")
    for name in PANEL:
        visit.become(name)
        visit.go(case)
        assert "Oppholdet var et barnevernstiltak" not in visit.text(), "no papers before the declaration"
        visit.go(f"{case}/panel/declare")
        visit.fill({"statement": "none"})
        visit.do("panel.declare.do")
    visit.let_the_worker_work()
    for name in ("Asta Oppdiktet", "Bo Oppdiktet"):
        visit.become(name)
        visit.go(f"{case}/panel/objection")
        visit.fill({"answer": "none"})
        visit.do("panel.object.do")
    visit.become("Siri Oppdiktet")
    visit.go(f"{case}/panel/refer")
    visit.do("panel.refer.do")


def _deliberate(visit: Visit, case: str) -> None:
    """The panel reads, agrees on the questions and votes; Kåre is outvoted on the first line and dissents."""
    for name in PANEL:
        visit.become(name)
        visit.go(f"{case}/bundle")
        visit.do("panel.bundle.confirm")
        visit.go(f"{case}/decision/questions")
        visit.do("decision.questions.do")
    for name in PANEL:
        visit.become(name)
        visit.go(f"{case}/decision/vote")
        while visit.page.locator("main form [name=who], main form [name=amount]").count():
            _vote(visit, name)
            if "/vote" not in visit.page.url:
                break


def _vote(visit: Visit, name: str) -> None:
    if visit.page.locator("main [name=who]").count():
        visit.fill({"who": "municipality" if name == PANEL[2] else "state"})
    else:
        visit.fill({"amount": "100 000,00"})
    visit.do("decision.vote.do")


def _write_and_approve(visit: Visit, case: str, installation: Installation) -> None:
    with installation.database.reading() as session:
        questions = [question.public_id for question in session.scalars(sa.select(Case)).one().questions]
        kinds = [question.kind for question in session.scalars(sa.select(Case)).one().questions]
    visit.become(PANEL[2])
    for question, kind in zip(questions, kinds, strict=True):
        if kind == "responsible":
            visit.go(f"{case}/decision/dissent/{question}")
            visit.fill({"kind": "dissent", "text": "Mindretallet mener at kommunen bør dekke oppholdet."})
            visit.do("decision.remark.do")
    visit.become(PANEL[0])
    for question in questions:
        visit.go(f"{case}/decision/reasons/{question}")
        visit.fill({"text": "Nemnda legger vekt på at oppholdet var et barnevernstiltak."})
        visit.do("text.save")
    for section, words in SECTIONS.items():
        visit.go(f"{case}/decision/text/{section}")
        visit.fill({"text": words})
        visit.do("text.save")
    for name in PANEL:
        visit.become(name)
        visit.go(f"{case}/decision/approve")
        visit.do("decision.approve.do")


def test_a_case_goes_from_request_to_opinion_and_statistics(
    visit: Visit, cast: Cast, installation: Installation, tmp_path: Path
) -> None:
    raw = raw_petition(lines=[a_line(), a_line(**{"from": "2024-06-16", "to": "2024-08-31", "paid": "0"})])
    papers = [tmp_path / "avtale.txt", tmp_path / "regning.txt"]
    for paper in papers:
        paper.write_text("Oppdiktet avtale om Barn A.\n")

    _file(visit, raw, papers)
    case = f"/cases/{_slug(installation)}"
    _screen_and_exchange(visit, case)
    assert _state(installation) is State.PREPARED
    _seat_and_refer(visit, case)
    _deliberate(visit, case)
    _write_and_approve(visit, case, installation)
    visit.become(PANEL[0])
    visit.go(f"{case}/decision/issue")
    visit.do("decision.issue.do")
    assert _state(installation) is State.ISSUING
    visit.let_the_worker_work()
    assert _state(installation) is State.DECIDED

    visit.become("Asta Oppdiktet")
    visit.go(case)
    assert "Staten bør dekke" in visit.text()
    _read_the_opinion(visit, case, installation)
    visit.become("Siri Oppdiktet")
    visit.go("/statistics")
    assert "Median antall dager" in visit.text()


def _read_the_opinion(visit: Visit, case: str, installation: Installation) -> None:
    answer = visit.page.request.get(f"{visit.address}{case}/decision/opinion.pdf")
    body = answer.body()
    with installation.database.reading() as session:
        assert hashlib.sha256(body).hexdigest() == session.scalars(sa.select(IssuedFile)).one().sha256
    text = "\n".join(page.get_textpage().get_text_range() for page in PdfDocument(body))
    for words in ("Barn A", "Cato Oppdiktet", "Bufetat region vest", "200"):
        assert words in text
    assert "vedtak" not in text.lower().replace("enkeltvedtak", "")
