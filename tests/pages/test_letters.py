"""Letters as pages: one's own and one's mailbox's; the secretariat sees what became of those of a case."""

from __future__ import annotations

from tests.people import a_cast
from tests.scenes.kept import lately
from tests.scenes.submissions import answered
from tvist.clock import now
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import Fate, LetterKind


def scene(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = answered(session, cast, at=lately())
        lost = case.letters[0].recipients[0]
        lost.fate, lost.accepted_at, lost.answer_code = Fate.BOUNCED, None, 550
        for _ in range(51):
            write_to_user(cast.eva, LetterKind.PASSWORD_LINK, at=now(), link="/password/abc")
        session.commit()
    return cast, case


def letter_of(case, kind):
    return next(letter for letter in case.letters if letter.kind is kind)


def test_everybody_reads_their_own_letters(database, ask):
    cast, case = scene(database)
    own = ask("GET", "/letters", as_=cast.bo).get_data(as_text=True)
    assert letter_of(case, LetterKind.SENT_OVER).subject in own
    assert letter_of(case, LetterKind.RECEIPT).subject not in own
    assert "postmottak-btn@example.invalid" in own
    assert "Det er ingen brev til deg ennå" in ask("GET", "/letters", as_=cast.adam).get_data(as_text=True)


def test_a_letter_leads_to_its_case_and_is_closed_to_strangers(database, ask):
    cast, case = scene(database)
    address = f"/letters/{letter_of(case, LetterKind.SENT_OVER).public_id}"
    page = ask("GET", address, as_=cast.berit).get_data(as_text=True)
    assert f'href="/cases/{case.slug}"' in page
    assert ask("GET", address, as_=cast.siri).status_code == 200
    assert ask("GET", address, as_=cast.asta).status_code == 404
    assert ask("GET", address, as_=cast.dag).status_code == 404
    assert ask("GET", "/letters/none", as_=cast.siri).status_code == 404


def test_older_letters_stand_on_the_next_page(database, ask):
    cast, _ = scene(database)
    first = ask("GET", "/letters", as_=cast.eva).get_data(as_text=True)
    older = first.split('href="/letters?before=')[1].split('"')[0]
    second = ask("GET", f"/letters?before={older}", as_=cast.eva).get_data(as_text=True)
    assert first.count("Tvist: velg passordfrase") == 50
    assert second.count("Tvist: velg passordfrase") == 1
    assert "Nyeste brev" in second


def test_the_secretariat_sees_each_recipient_and_its_fate(database, ask):
    cast, case = scene(database)
    page = ask("GET", f"/cases/{case.slug}/letters", as_=cast.siri).get_data(as_text=True)
    assert "kom ikke fram" in page
    assert "550" in page
    assert "postmottak-vest@example.invalid" in page
    assert "Ett brev kom ikke fram" in page


def test_a_party_sees_only_its_own_letters_of_the_case(database, ask):
    cast, case = scene(database)
    page = ask("GET", f"/cases/{case.slug}/letters", as_=cast.bo).get_data(as_text=True)
    assert "postmottak-vest@example.invalid" in page
    assert "asta@example.invalid" not in page
    assert ask("GET", f"/cases/{case.slug}/letters", as_=cast.dag).status_code == 404
