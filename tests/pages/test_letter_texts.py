"""Standard texts of letters: both forms at once, looked at on a real case first, and never a name in an e-mail (rule 42, språklova § 14)."""

from __future__ import annotations

import pypdfium2
import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.intake import accepted, dismissal_proposed
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry
from tvist.cases.history import Declaration, Statement
from tvist.cases.models import Case, Side
from tvist.delivery.actions import write_to_party
from tvist.delivery.document import written_of
from tvist.delivery.models import LetterKind
from tvist.delivery.standard_letters import (
    PARTS,
    PARTY_KINDS,
    faults_in_texts,
    put_to_use,
    retire,
    texts_at,
    write_letter_text,
)
from tvist.delivery.wording import own_texts, tail
from tvist.errors import CannotProceed
from tvist.words import LANGUAGES, NORWEGIAN, catalogue

WORDS = {
    ("subject", "nb"): "Sak {number}: nemnda er klar",
    ("body", "nb"): "Logg inn og se hvem som sitter i sak {number}.",
    ("words", "nb"): "Til {recipient}, deres referanse {own_reference}. Saken er mellom {requesting} og {opposing}.",
    ("subject", "nn"): "Sak {number}: nemnda er klår",
    ("body", "nn"): "Logg inn og sjå kven som sit i sak {number}.",
    ("words", "nn"): "Til {recipient}, dykkar referanse {own_reference}. Saka er mellom {requesting} og {opposing}.",
}
PAGE = "/letters/texts/panel_seated"


@pytest.fixture
def slug(database, cast):
    with database.writing() as session:
        case = accepted(session, present(session, cast))
        session.commit()
        return case.slug


def typed(cast, **changes):
    return (
        {"owner": cast.siri.public_id, "_seen": "0"} | {f"{part}_{form}": text for (part, form), text in WORDS.items()} | changes
    )


def written(database, cast, texts=WORDS):
    with database.writing() as session:
        siri = session.get_one(type(cast.siri), cast.siri.id)
        made = write_letter_text(session, LetterKind.PANEL_SEATED, texts, owner=siri, by=siri, at=NOON)
        session.commit()
        return made.number


def test_a_text_is_written_looked_at_and_put_to_use_in_both_forms(ask, database, cast, slug):
    answer = ask("POST", PAGE, as_=cast.siri, data=typed(cast))
    assert answer.status_code == 303
    version = ask("GET", f"{PAGE}/1", as_=cast.siri).get_data(as_text=True)
    assert "Ikke tatt i bruk ennå" in version
    assert "<ins>" in version
    assert ask("GET", f"{PAGE}/1?case={slug}", as_=cast.siri).location.endswith(f"{PAGE}/1/on/{slug}")
    looked = ask("GET", f"{PAGE}/1/on/{slug}", as_=cast.siri).get_data(as_text=True)
    assert "Til Vik kommune, deres referanse" in looked
    assert "Saka er mellom Vik kommune og Bufetat region vest." in looked
    file = ask("GET", f"{PAGE}/1/on/{slug}/nn.pdf", as_=cast.siri)
    assert "Saka er mellom Vik kommune" in pypdfium2.PdfDocument(file.data)[0].get_textpage().get_text_bounded()
    assert ask("POST", f"{PAGE}/1/on/{slug}", as_=cast.siri).status_code == 303
    with database.reading() as session:
        assert [text.put_to_use_by.name for text in texts_at(session, "panel_seated").versions[0].forms] == ["Siri Oppdiktet"] * 2
    assert ask("POST", f"{PAGE}/1/on/{slug}", as_=cast.siri).status_code == 409
    assert "versjon 1" in ask("GET", "/letters/texts", as_=cast.siri).get_data(as_text=True)


def test_letters_are_written_with_the_text_in_use_and_stay_as_they_were(database, cast, slug):
    number = written(database, cast)
    with database.writing() as session:
        siri, case = session.get_one(type(cast.siri), cast.siri.id), session.scalars(sa.select(Case)).one()
        party = case.parties_on(Side.REQUESTING)[0]
        before = write_to_party(party, LetterKind.PANEL_SEATED, at=NOON)
        put_to_use(session, LetterKind.PANEL_SEATED, number, by=siri, at=NOON)
        used = write_to_party(party, LetterKind.PANEL_SEATED, at=NOON)
        retire(session, LetterKind.PANEL_SEATED, number, at=NOON)
        after = write_to_party(party, LetterKind.PANEL_SEATED, at=NOON)
        assert used.subject == "Sak 2026/0001: nemnda er klår"
        assert used.body == f"Logg inn og sjå kven som sit i sak 2026/0001.\n\n{tail('nn')}"
        assert written_of(used).words.startswith("Til Vik kommune, dykkar referanse")
        assert written_of(used).text_version == 1
        assert (before.subject, before.body, before.details) == (after.subject, after.body, after.details)
        assert "Vik kommune" not in used.subject + used.body
        with pytest.raises(CannotProceed):
            retire(session, LetterKind.PANEL_SEATED, number, at=NOON)


def test_a_newer_text_retires_the_one_before(database, cast, slug):
    written(database, cast)
    written(database, cast)
    with database.writing() as session:
        siri = session.get_one(type(cast.siri), cast.siri.id)
        with pytest.raises(CannotProceed):
            put_to_use(session, LetterKind.PANEL_SEATED, 1, by=siri, at=NOON)
        put_to_use(session, LetterKind.PANEL_SEATED, 2, by=siri, at=NOON)
        session.commit()
    number = written(database, cast)
    with database.writing() as session:
        put_to_use(session, LetterKind.PANEL_SEATED, number, by=session.get_one(type(cast.siri), cast.siri.id), at=NOON)
        session.commit()
        texts = texts_at(session, "panel_seated")
        assert [(found.number, found.is_in_use, found.nb.retired_at is None) for found in texts.versions] == [
            (3, True, True),
            (2, False, False),
            (1, False, True),
        ]


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("subject_nb", "Nemnda er klar", "Emnet må ha saksnummeret"),
        ("body_nb", "Til {recipient}", "kan bare stå i brevet"),
        ("words_nn", "Kjære {leiar}", "Feltet {leiar} finnes ikke her"),
        ("words_nn", "Kjære {recipient", "krøllparentes"),
        ("body_nn", "Skriv til vest@example.no", "kan ikke gå på e-post"),
        ("body_nb", "Ring 22 33 44 55", "kan ikke gå på e-post"),
        ("body_nb", "Vik kommune har sendt noe", "er et navn"),
        ("body_nb", "Spør Siri Oppdiktet", "er et navn"),
        ("words_nb", "  ", "Skriv teksten"),
    ],
)
def test_faulty_words_come_back_with_what_was_typed(ask, database, cast, slug, field, text, fault):
    answer = ask("POST", PAGE, as_=cast.siri, data=typed(cast, **{field: text}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert fault in page
    assert "Saken er mellom {requesting}" in page or field == "words_nb"
    with database.reading() as session:
        assert texts_at(session, "panel_seated").versions == ()


def test_a_page_that_has_grown_old_is_told_so(ask, database, cast, slug):
    written(database, cast)
    answer = ask("POST", PAGE, as_=cast.siri, data=typed(cast))
    assert answer.status_code == 409
    assert "Saken er mellom {requesting}" in answer.get_data(as_text=True)


def test_only_the_secretariat_writes_and_only_officers_of_the_case_look_at_it(ask, database, cast, slug):
    written(database, cast)
    for path in ("/letters/texts", PAGE, f"{PAGE}/1", f"{PAGE}/1/retire"):
        assert ask("GET", path, as_=cast.siri).status_code == 200
        assert ask("GET", path, as_=cast.asta).status_code == 403
        assert ask("GET", path).status_code in {302, 303, 401}
    assert ask("GET", f"{PAGE}/1", as_=cast.cato).status_code == 200
    assert ask("GET", PAGE, as_=cast.cato).status_code == 403
    assert ask("GET", f"{PAGE}/1/on/{slug}", as_=cast.asta).status_code == 404
    with database.writing() as session:
        case = session.scalars(sa.select(Case)).one()
        siri = session.get_one(type(cast.siri), cast.siri.id)
        conflict = Declaration(user=siri, user_id=siri.id, statement=Statement.CONFLICT, ground="employed", at=NOON)
        case.declarations.append(conflict)
        session.commit()
    assert ask("GET", f"{PAGE}/1/on/{slug}", as_=cast.siri).status_code == 404
    assert ask("GET", f"{PAGE}/1/on/{slug}/nb.pdf", as_=cast.siri).status_code == 404
    for path in ("/letters/texts/none", "/letters/texts/password_link", f"{PAGE}/9", f"{PAGE}/1/on/2020-0001"):
        assert ask("GET", path, as_=cast.siri).status_code == 404


def test_who_may_look_and_not_write_puts_nothing_to_use_and_the_try_is_noted(ask, database, cast):
    with database.writing() as session:
        case = dismissal_proposed(session, cast)
        session.commit()
        slug = case.slug
    written(database, cast)
    looked = ask("GET", f"{PAGE}/1/on/{slug}", as_=cast.cato)
    assert (looked.status_code, "Ta i bruk på" in looked.text) == (200, False)
    assert ask("POST", f"{PAGE}/1/on/{slug}", as_=cast.cato).status_code == 403
    with database.reading() as session:
        assert not texts_at(session, "panel_seated").versions[0].is_in_use
        denied = session.scalars(sa.select(AccessEntry).where(AccessEntry.allowed.is_(False))).one()
        assert (denied.user_id, denied.act) == (cast.cato.id, Act.WRITE_LETTER_TEXT)


def test_what_is_no_case_number_is_said(ask, database, cast, slug):
    written(database, cast)
    answer = ask("GET", f"{PAGE}/1?case=nei", as_=cast.siri)
    assert answer.status_code == 422
    assert "Skriv et saksnummer" in answer.get_data(as_text=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_to_a_party_ends_with_the_same_words(language):
    for kind in PARTY_KINDS:
        assert str(catalogue(language)[f"letter.{kind.value}.body"]).endswith(tail(language))
        for text in own_texts(kind, language):
            assert text.strip()
            assert tail(language) not in text


def test_the_programs_own_words_keep_the_rules_of_a_standard_text(database, cast):
    with database.reading() as session:
        for kind in PARTY_KINDS:
            own = {(part, form): text for form in NORWEGIAN for part, text in zip(PARTS, own_texts(kind, form), strict=True)}
            assert list(faults_in_texts(session, kind, own)) == [], kind
