"""Letters as documents: what each draws from the case, in both forms of Norwegian; frozen for ever; read by those who may, and by nobody else."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import pypdfium2
import pytest
import sqlalchemy as sa

from tests.people import NOON, a_cast
from tests.scenes.clocks import asked, granted, rested
from tests.scenes.decision import issued
from tests.scenes.intake import accepted, declared, dismissal_proposed, filed, letters_arrive
from tests.scenes.panel import declared as panel_declared
from tests.scenes.papers import exchanging
from tests.scenes.submissions import DAY
from tests.verapdf import faults
from tvist.cases.history import Declaration, Statement
from tvist.cases.models import Case, Side
from tvist.delivery.actions import write_to_party
from tvist.delivery.document import letter_blocks, letter_pdf, written_of
from tvist.delivery.handling import stop_letter, write_again
from tvist.delivery.models import Letter, LetterKind
from tvist.delivery.standard_letters import PARTS, PARTY_KINDS
from tvist.delivery.text_previews import previewed
from tvist.delivery.texts import LetterText
from tvist.delivery.wording import own_texts
from tvist.delivery.written import frozen, thawed
from tvist.intake import actions as intake
from tvist.panel.actions import declare
from tvist.panel.challenging import rule
from tvist.panel.models import SeatKind
from tvist.panel.objecting import object_to
from tvist.panel.rules import holder
from tvist.pdf import page_break, render
from tvist.submissions.extensions import refuse
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.pdf import Block


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def letter_to(case: Case, kind: LetterKind, side: Side) -> Letter:
    """The last letter of the kind to the first party of that side."""
    party = case.parties_on(side)[0]
    return [found for found in case.letters if found.kind is kind and found.party is party][-1]


def text_of(letter: Letter) -> str:
    """The words of the PDF, on one line."""
    with pypdfium2.PdfDocument(io.BytesIO(letter_pdf(written_of(letter)))) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def has(letter: Letter, *words: str) -> None:
    text = text_of(letter)
    assert [found for found in words if found not in text] == [], text


def test_a_deficiency_letter_says_what_is_missing_and_how_the_time_is_counted(session: Session, cast: Cast) -> None:
    case = declared(filed(session, cast), cast.siri)
    intake.ask_for_missing(case, by=cast.siri, at=NOON, text="- Fullmakt\n- Beløp for mars")
    letter = letter_to(case, LetterKind.DEFICIENCY, Side.REQUESTING)
    has(letter, "Tvisteløysingsnemnda for barnevernet", "Vik kommune", "2026/0001", "2. mars 2026", "Dette manglar", "Fullmakt")
    has(letter, "3 veker", "23. mars 2026", "Denne dagen blir ikkje rekna med", "Siri Oppdiktet", "saksbehandlar")
    assert "Fullmakt" not in letter.subject + letter.body


def test_a_proposed_and_a_made_dismissal_give_ground_and_reasons(session: Session, cast: Cast) -> None:
    case = dismissal_proposed(session, cast)
    has(
        letter_to(case, LetterKind.DISMISSAL_PROPOSED, Side.OPPOSING),
        "Saken gjelder bare én av lovene.",
        "2 veker",
        "Siri Oppdiktet",
    )
    declared(case, cast.cato)
    intake.dismiss(case, by=cast.cato, at=NOON + DAY, reasons="Nemnda har ikke kompetanse her.")
    has(letter_to(case, LetterKind.DISMISSED, Side.REQUESTING), "Nemnda har ikke kompetanse her.", "Cato Oppdiktet", "leiar")
    assert "vedtak" not in text_of(letter_to(case, LetterKind.DISMISSED, Side.REQUESTING)).lower()


def test_what_is_sent_over_is_told_by_kind_sender_and_number_of_papers_and_not_by_title(session: Session, cast: Cast) -> None:
    case = exchanging(session, cast)
    letter = letter_to(case, LetterKind.SENT_OVER, Side.OPPOSING)
    has(letter, "Krav om behandling", "frå Vik kommune", "Tal på vedlegg: 2", "Gi tilsvar", "4 veker")
    titles = [paper.title for sent in case.submissions for paper in sent.papers]
    assert titles
    assert not [title for title in titles if title in text_of(letter)]


def test_an_extension_is_told_with_its_ruling_and_its_new_day(session: Session, cast: Cast) -> None:
    case = accepted(session, cast)
    granted(session, cast, case, by=cast.bo, at=NOON + DAY, until=date(2026, 4, 20))
    has(
        letter_to(case, LetterKind.EXTENSION_GRANTED, Side.REQUESTING),
        "Bufetat region vest",
        "Partene er enige.",
        "20. april 2026",
    )
    request = asked(session, case, by=cast.bo, at=NOON + 2 * DAY, until=date(2026, 5, 4))
    refuse(request, by=cast.siri, at=NOON + 2 * DAY, reason="Nok tid.")
    has(
        letter_to(case, LetterKind.EXTENSION_REFUSED, Side.OPPOSING),
        "Nok tid.",
        "Ikkje forlengd",
        "20. april 2026",
        "Siri Oppdiktet",
    )


def test_a_rest_tells_its_reason_and_days(session: Session, cast: Cast) -> None:
    case = accepted(session, cast)
    rested(session, cast, case, at=NOON + DAY, until=date(2026, 4, 7))
    has(letter_to(case, LetterKind.RESTING, Side.OPPOSING), "7. april 2026", "Til og med")


def test_the_panel_notice_names_who_sits_and_a_ruling_gives_reasons(session: Session, cast: Cast) -> None:
    case = panel_declared(session, cast)
    letters_arrive(session, case)
    has(letter_to(case, LetterKind.PANEL_SEATED, Side.OPPOSING), "Cato Oppdiktet", "Frida Oppdiktet", "Kåre Oppdiktet", "1 veke")
    object_to(case, [holder(case, SeatKind.FREE)], by=cast.bo, at=NOON + DAY, words="Har uttalt seg.")
    for ruling in list(case.challenges[-1].standing):
        rule(case.challenges[-1], by=ruling.user, at=NOON + DAY, stays=True, reasons="Ikke noe nært forhold.")
    has(letter_to(case, LetterKind.CHALLENGE_RULED, Side.REQUESTING), "Avgjort", "Frida Oppdiktet", "Ikke noe nært forhold.")


def test_of_a_members_own_doubt_the_letter_tells_the_result_alone(session: Session, cast: Cast) -> None:
    case = panel_declared(session, cast)
    declare(case, by=cast.frida, at=NOON + DAY, statement=Statement.DOUBT, ground="special", words="Jeg kjenner ham.")
    for ruling in list(case.challenges[-1].standing):
        rule(case.challenges[-1], by=ruling.user, at=NOON + DAY, stays=True, reasons="Bare flyktig kjent.")
    text = text_of(letter_to(case, LetterKind.CHALLENGE_RULED, Side.REQUESTING))
    assert "Frida Oppdiktet" in text
    assert "kjenner ham" not in text
    assert "flyktig" not in text


def test_the_letter_about_the_opinion_calls_it_advisory(database, installation) -> None:
    with database.writing() as session:
        case = issued(session, a_cast(session), installation)
        has(letter_to(case, LetterKind.OPINION_ISSUED, Side.REQUESTING), "rådgivande", "2. mars 2026", "kan ikkje påklagast")


def test_what_was_sent_says_the_same_when_the_case_has_moved_on(session: Session, cast: Cast) -> None:
    case = dismissal_proposed(session, cast)
    letter = letter_to(case, LetterKind.DISMISSAL_PROPOSED, Side.OPPOSING)
    before = letter_pdf(written_of(letter))
    declared(case, cast.cato)
    intake.dismiss(case, by=cast.cato, at=NOON + DAY, reasons="Nemnda har ikke kompetanse her.")
    case.parties[0].name, cast.siri.name, cast.body.mailbox = "Nye Vik kommune", "Siri Gift", "ny@example.invalid"
    session.commit()
    session.expire_all()
    assert letter_pdf(written_of(letter)) == before
    assert frozen(thawed(letter.details)) == letter.details
    with pytest.raises(sa.exc.DatabaseError):
        session.execute(sa.update(Letter).where(Letter.id == letter.id).values(details="{}"))
    session.rollback()


def test_a_letter_from_before_there_were_documents_prints_its_notice(session: Session, cast: Cast) -> None:
    case = accepted(session, cast)
    words = {"language": "nb", "subject": "Sak 2026/0001", "body": "Gamle ord.\n\nLenke:", "link": "/x"}
    old = Letter(kind=LetterKind.KEPT, party=case.parties[0], written_at=NOON, **words)
    case.letters.append(old)
    has(old, "Gamle ord.", "2. mars 2026", "Vik kommune")


def test_a_stopped_letter_that_is_written_again_says_the_same_with_its_own_day(session: Session, cast: Cast) -> None:
    case = declared(filed(session, cast), cast.siri)
    intake.ask_for_missing(case, by=cast.siri, at=NOON, text="Fullmakt")
    letter = letter_to(case, LetterKind.DEFICIENCY, Side.REQUESTING)
    stop_letter(letter, by=cast.siri, at=NOON, reason="Feil")
    again = written_of(write_again(letter, by=cast.siri, at=NOON + 3 * DAY))
    assert again.written_on == date(2026, 3, 5)
    assert ("Dato", "5. mars 2026") in again.facts
    assert again.sections == written_of(letter).sections


@pytest.mark.parametrize("typed", ["⊕ \U0001f600 \u202eabc\x07", "1. a\n2. b\n\n" + "lang tekst " * 4000, "x" * 9000])
def test_whatever_an_officer_types_prints(session: Session, cast: Cast, typed: str) -> None:
    case = declared(filed(session, cast), cast.siri)
    intake.ask_for_missing(case, by=cast.siri, at=NOON, text=typed)
    written = written_of(letter_to(case, LetterKind.DEFICIENCY, Side.REQUESTING))
    data = letter_pdf(written)
    assert data == letter_pdf(written)
    assert faults(data, "2a") == faults(data, "ua1") == []


# What is printed does not differ by database.
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_every_kind_renders_in_both_forms_and_conforms(database, installation) -> None:
    """All kinds of a form in one file: what veraPDF finds in one letter it finds there."""
    with database.writing() as session:
        case = issued(session, a_cast(session), installation)
        for language in NORWEGIAN:
            pages: list[Block] = []
            for each in PARTY_KINDS:
                own = dict(zip(PARTS, own_texts(each, language), strict=True))
                _, written = previewed(LetterText(kind=each, language=language, version=1, **own), case, NOON)
                assert "{" not in written.subject + written.words
                document, blocks = letter_blocks(written)
                pages += [*blocks, page_break()]
            data = render(document, pages[:-1])
            assert faults(data, "2a") == faults(data, "ua1") == [], language


def test_who_reads_the_document_and_who_the_notice(database, ask) -> None:
    with database.writing() as session:
        cast = a_cast(session)
        case = accepted(session, cast)
        letter = letter_to(case, LetterKind.SENT_OVER, Side.OPPOSING)
        path = f"/letters/{letter.public_id}"
        outside = [user for user in (cast.bo, cast.berit) if case.party_of(user, date(2026, 3, 2)) is None]
        session.commit()
        session.refresh(letter)
        assert [user.name for user in outside] == ["Berit Oppdiktet"]
    for reader in (cast.bo, cast.siri):
        page = ask("GET", path, as_=reader).get_data(as_text=True)
        assert "Slik er fristen rekna" in page
        assert ask("GET", f"{path}/letter.pdf", as_=reader).mimetype == "application/pdf"
    notice = ask("GET", path, as_=cast.berit).get_data(as_text=True)
    assert "Dette er varselet om brevet" in notice
    assert "Slik er fristen rekna" not in notice
    assert ask("GET", f"{path}/letter.pdf", as_=cast.berit).status_code == 404
    for stranger in (cast.asta, cast.arne, cast.dag, cast.eva, cast.cato):
        assert ask("GET", f"{path}/letter.pdf", as_=stranger).status_code == 404
    assert ask("GET", f"{path}/letter.pdf").status_code in {302, 303, 401}


def test_an_officer_in_conflict_and_a_notice_to_no_party_have_no_document(database, ask) -> None:
    with database.writing() as session:
        cast = a_cast(session)
        case = accepted(session, cast)
        to_body = next(letter for letter in case.letters if letter.kind is LetterKind.NEW_CASE)
        to_party = letter_to(case, LetterKind.SENT_OVER, Side.OPPOSING)
        paths = [f"/letters/{letter.public_id}/letter.pdf" for letter in (to_body, to_party)]
        conflict = Declaration(user=cast.siri, user_id=cast.siri.id, statement=Statement.CONFLICT, ground="employed", at=NOON)
        case.declarations.append(conflict)
        session.commit()
    assert ask("GET", paths[0], as_=cast.stein).status_code == 404
    assert ask("GET", paths[1], as_=cast.stein).status_code == 200
    assert ask("GET", paths[1], as_=cast.siri).status_code == 404


def test_a_stopped_letter_has_no_document_for_its_party(database, ask) -> None:
    with database.writing() as session:
        cast = a_cast(session)
        case = accepted(session, cast)
        letter = write_to_party(case.parties_on(Side.OPPOSING)[0], LetterKind.KEPT, at=NOON)
        session.flush()
        stop_letter(letter, by=cast.siri, at=NOON, reason="Feil")
        session.commit()
        path = f"/letters/{letter.public_id}/letter.pdf"
    assert ask("GET", path, as_=cast.bo).status_code == 404
    assert ask("GET", path, as_=cast.siri).status_code == 200
