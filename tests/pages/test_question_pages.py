"""The pages of the panel's questions: drafting, agreeing, voting on days and bases, and taking an approval back; and that nothing is read too early."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.scenes.decision import agreed, approved, issued, ordered, present, voted
from tests.scenes.panel import referred
from tvist.cases.queries import case_at
from tvist.db import Base
from tvist.decision.models import QuestionKind
from tvist.decision.questions import as_drafted, set_hash
from tvist.decision.votes import own_vote, standing_questions

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

SLUG = "2026-0001"
AT = f"/cases/{SLUG}/decision"
BOTH = (QuestionKind.BASIS, QuestionKind.PERIOD)


def made(installation: Installation, cast: Cast, scene: Any, **more: Any) -> list[str]:
    """Make the scene and commit; the addresses of its questions."""
    with installation.database.writing() as session:
        case = (
            scene(session, cast, installation, **more)
            if scene in {approved, issued, ordered, voted}
            else scene(session, cast, **more)
        )
        session.commit()
        return [question.public_id for question in case.questions]


@pytest.fixture
def before_questions(installation: Installation, cast: Cast) -> str:
    """A case that has come to the panel; the public part of the names of its first line's fields."""
    with installation.database.writing() as session:
        case = referred(session, present(session, cast))
        session.commit()
        return case.lines[0].public_id


@pytest.mark.parametrize("page", ["/questions", "/questions/draft", "/approve", "/approve/withdraw"])
def test_none_but_the_panel_comes_to_its_questions(page: str, installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, approved)
    for who in (cast.asta, cast.bo, cast.siri, cast.adam, cast.lise, cast.eva):
        for method in ("GET", "POST"):
            assert ask(method, AT + page, as_=who).status_code in {403, 404}


def test_a_member_drafts_and_the_others_agree(before_questions: str, installation: Installation, cast: Cast, ask: Any) -> None:
    page = ask("GET", f"{AT}/questions/draft", as_=cast.cato).text
    assert "Bufetat region vest bygger på et annet grunnlag: § 16-5" in page
    data = {
        f"ask_{before_questions}_basis": "y",
        f"words_{before_questions}_responsible": "Hvem  står nærmest?",
        "seen_sha256": page.split('name="seen_sha256"')[1].split('value="')[1][:64],
        "then": "agree",
    }
    assert ask("POST", f"{AT}/questions/draft", as_=cast.cato, data=data).status_code == 303
    shown = ask("GET", f"{AT}/questions", as_=cast.frida).text
    assert "Hvem står nærmest?" in shown
    assert "Cato Oppdiktet er enig" in shown
    stale = ask("POST", f"{AT}/questions/draft", as_=cast.frida, data=data)
    assert stale.status_code == 409
    assert "Utkastet til spørsmål ble endret etter at du åpnet siden." in stale.text
    for member in (cast.frida, cast.kaare):
        assert ask("POST", f"{AT}/questions", as_=member).status_code == 303
    with installation.database.reading() as session:
        kinds = [question.kind.value for question in standing_questions(case_at(session, SLUG))]
    assert kinds == ["basis", "responsible", "amount"]


def test_one_whose_page_is_old_agrees_to_nothing(before_questions: str, installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.reading() as session:
        seen = set_hash(as_drafted(case_at(session, SLUG)))
    ask("POST", f"{AT}/questions/draft", as_=cast.cato, data={f"ask_{before_questions}_period": "y", "then": "draft"})
    stale = ask("POST", f"{AT}/questions", as_=cast.frida, data={"seen_sha256": seen})
    assert stale.status_code == 409
    assert "Hvilket tidsrom" in stale.text


def test_too_long_words_are_shown_again(before_questions: str, cast: Cast, ask: Any) -> None:
    answer = ask("POST", f"{AT}/questions/draft", as_=cast.cato, data={f"words_{before_questions}_amount": "x" * 5000})
    assert answer.status_code == 422
    assert "x" * 5000 in answer.text


def test_votes_on_basis_and_days_are_cast_one_after_the_other(installation: Installation, cast: Cast, ask: Any) -> None:
    basis, responsible, period, amount = made(installation, cast, agreed, kinds=BOTH)
    assert "Spørsmål 1 av 4" in ask("GET", f"{AT}/vote/{basis}", as_=cast.cato).text
    first = ask("POST", f"{AT}/vote/{basis}", as_=cast.cato, data={"basis": "both"})
    assert first.headers["Location"] == f"{AT}/vote/{responsible}"
    days = {"which": "some", "from_on": "1.4.2024", "to_on": "30.4.2024"}
    assert ask("POST", f"{AT}/vote/{period}", as_=cast.cato, data=days).status_code == 303
    page = ask("GET", f"{AT}/vote/{period}", as_=cast.cato).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "1. april 2024 til 30. april 2024" in page
    assert 'value="30.4.2024"' in page
    with installation.database.reading() as session:
        given = [own_vote(question, cast.cato, installation.keys) for question in case_at(session, SLUG).questions]
    assert [str(value) for value in (given[0], given[1], given[3])] == ["both", "None", "None"]
    assert amount != period


@pytest.mark.parametrize(
    ("place", "data", "said"),
    [
        (0, {}, "Velg hvilket grunnlag tiltaket hviler på."),
        (0, {"basis": "third"}, ""),
        (2, {}, "Velg hvilke dager konklusjonen gjelder for."),
        (2, {"which": "some"}, "Skriv den første dagen."),
        (2, {"which": "some", "from_on": "1.4.2024"}, "Skriv den siste dagen."),
        (2, {"which": "some", "from_on": "1.5.2024", "to_on": "1.4.2024"}, "kan ikke være før den første"),
        (2, {"which": "some", "from_on": "1.3.2024", "to_on": "1.4.2024"}, "Dagene må ligge mellom"),
        (2, {"which": "some", "from_on": "i går", "to_on": "1.4.2024"}, "i går"),
    ],
)
def test_a_vote_on_days_or_basis_that_cannot_be_read_is_shown_again(
    *, place: int, data: dict[str, str], said: str, installation: Installation, cast: Cast, ask: Any
) -> None:
    question = made(installation, cast, agreed, kinds=BOTH)[place]
    answer = ask("POST", f"{AT}/vote/{question}", as_=cast.cato, data=data)
    assert answer.status_code == 422
    assert said in answer.text.replace("\N{NO-BREAK SPACE}", " ")


def test_answers_that_do_not_go_together_stand_on_the_overview_and_stop_the_approval(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    period = made(installation, cast, voted, kinds=(QuestionKind.PERIOD,))[1]
    for member in (cast.cato, cast.frida):
        assert ask("POST", f"{AT}/vote/{period}", as_=member, data={"which": "none"}).status_code == 303
    page = ask("GET", AT, as_=cast.kaare).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Kravpost 1, spørsmål 2 og 3: Flertallet finner at kravet ikke gjelder noen dag" in page
    assert "stemte før: 10. mars 2024 til" in page
    assert ask("POST", f"{AT}/approve", as_=cast.cato).status_code == 409


def test_other_words_for_an_agreed_question(installation: Installation, cast: Cast, ask: Any) -> None:
    question = made(installation, cast, voted)[0]
    answer = ask("POST", f"{AT}/questions/{question}", as_=cast.frida, data={"words": "Hvem bør bære oppholdet?"})
    assert answer.status_code == 303
    page = ask("GET", AT, as_=cast.kaare).text
    assert "Hvem bør bære oppholdet?" in page
    assert "Kåre Oppdiktet har ikke stemt" in page


def test_an_approval_is_taken_back_before_the_order_and_not_after(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, approved)
    assert ask("POST", f"{AT}/approve/withdraw", as_=cast.frida).status_code == 303
    assert "har ingen godkjenning" in ask("POST", f"{AT}/approve/withdraw", as_=cast.frida).text
    refused = ask("POST", f"{AT}/issue", as_=cast.cato)
    assert refused.status_code == 409
    assert "Frida Oppdiktet" in refused.text
    shown = ask("GET", f"{AT}/approve", as_=cast.frida).text.split('name="text_sha256"')[1].split('value="')[1][:64]
    assert ask("POST", f"{AT}/approve", as_=cast.frida, data={"text_sha256": shown}).status_code == 303
    assert ask("POST", f"{AT}/issue", as_=cast.cato).status_code == 303
    late = ask("POST", f"{AT}/approve/withdraw", as_=cast.frida)
    assert late.status_code == 409
    assert "før du trakk godkjenningen" in late.text


def everything_in(database: Database) -> bytes:
    """The database as one who has it in hand reads it: the files themselves on SQLite, every row of every table on PostgreSQL."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        return b"".join(found.read_bytes() for found in Path(str(url.database)).parent.glob(f"{Path(str(url.database)).name}*"))
    with database.reading() as session:
        return b"\n".join(
            str([bytes(value) if isinstance(value, memoryview) else value for value in row]).encode()
            for table in Base.metadata.tables.values()
            for row in session.execute(sa.select(sa.text("*")).select_from(table))
        )


def test_a_vote_is_read_by_nobody_before_the_third(
    *, installation: Installation, cast: Cast, ask: Any, database: Database, caplog: Any
) -> None:
    question = made(installation, cast, agreed)[1]
    for member in (cast.cato, cast.frida):
        assert ask("POST", f"{AT}/vote/{question}", as_=member, data={"amount": "187 654,32"}).status_code == 303
    pages = [
        ask("GET", address, as_=who).text
        for who in (cast.kaare, cast.siri, cast.adam, cast.asta)
        for address in (AT, f"{AT}/vote/{question}", f"/cases/{SLUG}", "/")
    ]
    read = [everything_in(database), caplog.text.encode(), *(page.replace("\N{NO-BREAK SPACE}", " ").encode() for page in pages)]
    for plain in (b"18765432", b"187 654", b"187654"):
        assert not any(plain in found for found in read)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vote SET fell_at = '2026-03-03 10:00:00'",
        "INSERT INTO vote (public_id, question_id, user_id, sealed, commitment, cast_at, fell_at) SELECT 'x', question_id, user_id, sealed, commitment, cast_at, cast_at FROM vote WHERE id = (SELECT min(id) FROM vote)",
        "DELETE FROM vote",
        "UPDATE approval SET fell_at = '2026-03-03 10:00:00'",
        "UPDATE question SET words = 'x'",
        "DELETE FROM question",
        "UPDATE question_agreement SET fell_at = '2026-03-03 10:00:00'",
        "INSERT INTO remark (version, question_id, user_id, kind, text, written_at) SELECT 1, question_id, user_id, 'dissent', 'x', cast_at FROM vote WHERE id = (SELECT min(id) FROM vote)",
    ],
)
def test_after_the_issue_the_database_itself_refuses(statement: str, installation: Installation, cast: Cast) -> None:
    made(installation, cast, issued)
    with installation.database.writing() as session, pytest.raises(sa.exc.DBAPIError, match="written once"):
        session.execute(sa.text(statement))
