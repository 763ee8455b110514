"""The panel's way in a real browser: a conflict, an objection, an amount without majority and a dissent, from the call to the PDF that tells of all of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
import sqlalchemy as sa
from pypdfium2 import PdfDocument

from tests.scenes.decision import present
from tests.scenes.kept import lately
from tests.scenes.submissions import prepared
from tvist.cases.history import FactKind
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.clock import today
from tvist.decision.models import QuestionKind
from tvist.words import Message, render

if TYPE_CHECKING:
    from tests.journeys.conftest import Visit
    from tests.people import Cast
    from tvist.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CATO, FRIDA, FINN, KAARE = "Cato Oppdiktet", "Frida Oppdiktet", "Finn Oppdiktet", "Kåre Oppdiktet"
PANEL: Final = (CATO, FINN, KAARE)
AMOUNTS: Final = {CATO: "180 000,00", FINN: "208 629,03", KAARE: "150 000,50"}
"""No two alike: the middle one is Cato's."""


@pytest.fixture
def kind() -> str:
    """One database is enough: what happens in a browser does not differ."""
    return "sqlite"


@pytest.fixture(params=["nb", "nn"])
def language(request: pytest.FixtureRequest) -> str:
    """The form of Norwegian that the opinion is written in."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def case(installation: Installation, cast: Cast, language: str) -> str:
    """A case whose preparation is closed, in that form; its address."""
    with installation.database.writing() as session:
        made = prepared(session, present(session, cast), at=lately() - timedelta(days=60))
        made.note(FactKind.LANGUAGE, language, event=made.events[-1])
        session.commit()
        return f"/cases/{made.slug}"


def _call_and_declare(visit: Visit, case: str) -> None:
    """Siri calls the three who are proposed; Frida has a conflict, and Finn is called in her place."""
    visit.become("Siri Oppdiktet")
    visit.go(f"{case}/panel/seat")
    visit.do("panel.seat.do")
    visit.become(FRIDA)
    visit.go(f"{case}/panel/declare")
    assert "Oppholdet var et barnevernstiltak" not in visit.text(), "no papers before the declaration"
    visit.fill({"statement": "conflict", "ground": "handled_before", "words": "Jeg ga råd til kommunen i saken."})
    visit.do("panel.declare.do")
    for name in PANEL:
        visit.become(name)
        visit.go(f"{case}/panel/declare")
        visit.fill({"statement": "none"})
        visit.do("panel.declare.do")
    visit.let_the_worker_work()


def _object_and_rule(visit: Visit, case: str, installation: Installation) -> None:
    """Asta objects to Kåre; Bo does not object; the other two rule that he stays."""
    visit.become("Asta Oppdiktet")
    visit.go(f"{case}/panel/objection")
    visit.fill({"answer": "objection", "words": "Han har skrevet om saken i en avis."})
    visit.page.locator('main [name="members"][value="ks"]').check()
    visit.do("panel.object.do")
    visit.become("Bo Oppdiktet")
    visit.go(f"{case}/panel/objection")
    visit.fill({"answer": "none"})
    visit.do("panel.object.do")
    with installation.database.reading() as session:
        challenge = session.scalars(sa.select(Case)).one().challenges[0].public_id
    for name in (CATO, FINN):
        visit.become(name)
        visit.go(f"{case}/panel/rulings/{challenge}")
        visit.fill({"view": "stays", "reasons": "Artikkelen handlet om regelverket, ikke om denne saken."})
        visit.do("panel.ruling.do")
    visit.become("Asta Oppdiktet")
    visit.go(f"{case}/panel")
    assert "Artikkelen handlet om regelverket" in visit.text(), "the ruling and its reasons are for the parties"
    visit.go(f"{case}/panel/objection")
    visit.fill({"answer": "none"})
    visit.do("panel.object.do")


def _read_and_vote(visit: Visit, case: str) -> None:
    """The case is referred; each reads, agrees to the questions and votes: no two on the same amount, Kåre alone for the municipality."""
    visit.become("Siri Oppdiktet")
    visit.go(f"{case}/panel/refer")
    visit.do("panel.refer.do")
    visit.let_the_worker_work()
    for name in PANEL:
        visit.become(name)
        visit.go(f"{case}/bundle/pages/2")
        visit.go(f"{case}/bundle")
        visit.do("panel.bundle.confirm")
        visit.go(f"{case}/decision/questions")
        visit.do("decision.questions.do")
    for name in PANEL:
        visit.become(name)
        visit.go(f"{case}/decision/vote")
        while visit.page.locator("main form [name=who], main form [name=amount]").count():
            is_share = visit.page.locator("main [name=who]").count() > 0
            visit.fill({"who": "municipality" if name == KAARE else "state"} if is_share else {"amount": AMOUNTS[name]})
            visit.do("decision.vote.do")
            if "/vote" not in visit.page.url:
                break


def _write_and_issue(visit: Visit, case: str, installation: Installation) -> None:
    """Kåre dissents; Cato writes, citing the bundle; three approve; the opinion is issued."""
    with installation.database.reading() as session:
        questions = {found.kind: found.public_id for found in session.scalars(sa.select(Case)).one().questions}
    visit.become(KAARE)
    visit.go(f"{case}/decision/dissent/{questions[QuestionKind.RESPONSIBLE]}")
    visit.fill({"kind": "dissent", "text": "Mindretallet mener at kommunen bør dekke oppholdet."})
    visit.do("decision.remark.do")
    visit.become(CATO)
    for question in questions.values():
        visit.go(f"{case}/decision/reasons/{question}")
        visit.fill({"text": "Nemnda viser til utdrag s. 2 og til barnevernsloven § 3-2."})
        visit.do("text.save")
    for section, text in {"legal": "Barnevernsloven kapittel 16.", "conclusion": "Staten bør dekke oppholdet."}.items():
        visit.go(f"{case}/decision/text/{section}")
        visit.fill({"text": text})
        visit.do("text.save")
    _write_parallel(visit, case)
    for name in PANEL:
        visit.become(name)
        visit.go(f"{case}/decision/approve")
        visit.do("decision.approve.do")
    visit.become(CATO)
    visit.go(f"{case}/decision/issue")
    assert visit.page.locator("main form button").count(), visit.text()
    visit.do("decision.issue.do")
    visit.let_the_worker_work()


def _write_parallel(visit: Visit, case: str) -> None:
    """The same in the other form, each place by its owner, where the municipality has decided for that form (rule 39)."""
    for name in (KAARE, CATO):
        visit.become(name)
        visit.go(f"{case}/decision/parallel")
        ways = visit.page.locator("main table a")
        for path in [ways.nth(number).get_attribute("href") for number in range(ways.count())]:
            visit.go(str(path))
            if not visit.page.locator('main [name="text"]').count():
                continue  # Another member's own words.
            visit.fill({"text": "Kommunen og staten er samde om at tiltaket var nødvendig."})
            visit.do("text.save")


def _opinion(visit: Visit, case: str) -> str:
    """The text of the issued PDF, on one line."""
    visit.become("Asta Oppdiktet")
    body = visit.page.request.get(f"{visit.address}{case}/decision/opinion.pdf").body()
    pages = [page.get_textpage().get_text_range() for page in PdfDocument(body)]
    return " ".join(" ".join(pages).replace("\N{SOFT HYPHEN}", "").replace("\ufffe", "").split())


def test_a_conflict_an_objection_three_amounts_and_a_dissent_stand_in_the_opinion(
    visit: Visit, case: str, installation: Installation, language: str
) -> None:
    _call_and_declare(visit, case)
    _object_and_rule(visit, case, installation)
    _read_and_vote(visit, case)
    _write_and_issue(visit, case, installation)

    with installation.database.reading() as session:
        assert session.scalars(sa.select(Case)).one().state is State.DECIDED
    text = _opinion(visit, case)
    head, assessment = (
        _between(text, "", "opinion.section.subject", language),
        _part(text, "opinion.section.assessment", language),
    )
    assert FINN in head
    assert FRIDA not in head
    assert render(Message("opinion.seat.deputy.free"), language) in head
    for name in PANEL:
        assert f"{AMOUNTS[name]}" in assessment.replace("\N{NO-BREAK SPACE}", " ")
    remarks, composition = _part(text, "opinion.section.remarks", language), _part(text, "opinion.section.composition", language)
    assert "Mindretallet mener at kommunen bør dekke oppholdet." in remarks
    assert KAARE in remarks
    assert FRIDA in composition
    ruled = Message("opinion.composition.end.stays", names=(CATO, FINN), count=2, name=KAARE, day=today())
    assert render(ruled, language).replace("\N{NO-BREAK SPACE}", " ") in composition.replace("\N{NO-BREAK SPACE}", " ")
    assert "180 000,00" in _part(text, "opinion.section.conclusion", language).replace("\N{NO-BREAK SPACE}", " ")


def _between(text: str, first: str, last: str, language: str) -> str:
    begins = text.index(render(Message(first), language)) if first else 0
    return text[begins : text.index(render(Message(last), language), begins)]


def _part(text: str, heading: str, language: str) -> str:
    """From a heading to the next heading of the opinion that follows it."""
    begins = text.rindex(render(Message(heading), language))
    names = ("assessment", "remarks", "conclusion", "composition", "advice")
    ends = [text.find(render(Message(f"opinion.section.{name}"), language), begins + 1) for name in names]
    return text[begins : min((end for end in ends if end > begins), default=len(text))]
