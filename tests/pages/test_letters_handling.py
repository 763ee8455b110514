"""The pages on which the secretariat looks at letters before they leave, stops them, sends them again, and sees who opened what."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import a_cast
from tests.scenes.intake import accepted, at_home, declared, filed
from tests.scenes.kept import lately
from tvist.cases.models import Case
from tvist.cases.submissions import Serving, Submission, SubmissionKind
from tvist.clock import now
from tvist.delivery.actions import write_to_user
from tvist.delivery.letter_settings import SETTABLE, goes_by_itself, set_letters
from tvist.delivery.models import BounceNotice, Fate, Letter, LetterKind, Recipient
from tvist.delivery.sending import send_letters
from tvist.intake.actions import accept
from tvist.pages import make_app
from tvist.words import LANGUAGES

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def waiting(database):
    """A request sent over to region vest with a letter that waits for approval."""
    with database.writing() as session:
        cast = a_cast(session)
        at_home(session, cast)
        set_letters(session, set(SETTABLE) - {LetterKind.SENT_OVER}, by=cast.siri, at=now())
        case = declared(filed(session, cast, at=lately()), cast.siri, at=lately())
        accept(case, by=cast.siri, at=now())
        session.commit()
        letter = next(found for found in case.letters if found.kind is LetterKind.SENT_OVER)
        return cast, case.slug, letter.public_id


def exchanging(database):
    """A case in exchange, all letters accepted."""
    with database.writing() as session:
        cast = a_cast(session)
        case = accepted(session, cast, at=lately())
        session.commit()
        return cast, case.slug


def failing(database, fate=Fate.BOUNCED):
    """The same, but Bo's letter did not arrive: cast, slug, the address of the recipient's pages."""
    cast, slug = exchanging(database)
    with database.writing() as session:
        found = session.scalars(
            sa.select(Recipient).where(Recipient.address == "bo@example.invalid").order_by(Recipient.id)
        ).first()
        found.fate, found.accepted_at, found.answer_code = fate, None, 550
        session.commit()
        return cast, slug, f"/letters/{found.letter.public_id}/recipients/{found.id}"


def text_of(answer):
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_preview_shows_the_letter_its_recipients_and_the_clock_in_each_language(database, ask, language):
    cast, slug, letter = waiting(database)
    with database.writing() as session:
        session.merge(cast.siri, load=True).language = language
        session.commit()
    for page in ("approve", "stop"):
        text = text_of(ask("GET", f"/letters/{letter}/{page}", as_=cast.siri))
        assert slug.replace("-", "/") in text
    text = text_of(ask("GET", f"/letters/{letter}/approve", as_=cast.siri))
    assert "postmottak-vest@example.invalid" in text
    assert {"nb": "4 uker", "nn": "4 veker", "en": "4 weeks"}[language] in text
    assert ask("GET", f"/letters/{letter}", as_=cast.siri).status_code == 200
    assert ask("GET", f"/letters/{letter}", as_=cast.bo).status_code == 404


def test_an_officer_approves_and_the_letter_leaves(database, ask):
    cast, slug, letter = waiting(database)
    assert f"/letters/{letter}/approve" in text_of(ask("GET", "/letters", as_=cast.siri))
    assert ask("POST", f"/letters/{letter}/approve", as_=cast.bo).status_code == 404
    assert ask("POST", f"/letters/{letter}/approve", as_=cast.siri).status_code == 303
    send_letters(database, None)
    assert ask("GET", f"/letters/{letter}", as_=cast.bo).status_code == 200
    again = ask("POST", f"/letters/{letter}/approve", as_=cast.siri)
    assert again.status_code == 409
    assert "venter ikke lenger" in text_of(again)
    assert slug in text_of(again)


def test_a_letter_is_stopped_with_a_reason_and_the_turn_is_not_forgotten(database, ask):
    cast, _, letter = waiting(database)
    missing = ask("POST", f"/letters/{letter}/stop", as_=cast.siri, data={"reason": " "})
    assert missing.status_code == 422
    assert "Skriv hvorfor brevet blir stoppet" in text_of(missing)
    assert ask("POST", f"/letters/{letter}/stop", as_=cast.siri, data={"reason": "Feil part."}).status_code == 303
    page = text_of(ask("GET", "/letters", as_=cast.siri))
    assert f"/letters/{letter}/write-again" in page
    assert "Feil part." in text_of(ask("GET", f"/letters/{letter}", as_=cast.siri))
    assert ask("POST", f"/letters/{letter}/write-again", as_=cast.siri).status_code == 303
    assert "/write-again" not in text_of(ask("GET", "/letters", as_=cast.siri))
    send_letters(database, None)
    with database.reading() as session:
        assert [found.is_served for found in session.scalars(sa.select(Serving).order_by(Serving.id))] == [False, True]


def test_a_letter_that_did_not_arrive_is_sent_again_to_the_address_of_today(database, ask):
    cast, _, page = failing(database)
    with database.writing() as session:
        session.merge(cast.bo).email = "bo.ny@example.invalid"
        session.commit()
    shown = text_of(ask("GET", f"{page}/resend", as_=cast.siri))
    assert "550" in shown
    assert "bo.ny@example.invalid" in shown
    wrong = ask("POST", f"{page}/resend", as_=cast.siri, data={"address": "hvem@example.invalid"})
    assert wrong.status_code == 422
    assert ask("POST", f"{page}/resend", as_=cast.siri, data={"address": "bo.ny@example.invalid"}).status_code == 303
    assert ask("POST", f"{page}/resend", as_=cast.siri, data={"address": "bo@example.invalid"}).status_code in {409, 422}
    send_letters(database, None)
    with database.reading() as session:
        again = session.scalars(sa.select(Recipient).where(Recipient.resends_id.is_not(None))).one()
        assert (again.address, again.fate) == ("bo.ny@example.invalid", Fate.ACCEPTED)


def test_what_a_crash_left_unknown_is_shown_and_can_be_left_at_that(database, ask):
    cast, slug, page = failing(database, Fate.UNKNOWN)
    assert f"{page}/resend" in text_of(ask("GET", f"/cases/{slug}/letters", as_=cast.siri))
    assert ask("POST", f"{page}/close", as_=cast.siri, data={"reason": ""}).status_code == 422
    assert ask("POST", f"{page}/close", as_=cast.siri, data={"reason": "Bekreftet på telefon."}).status_code == 303
    assert f"{page}/resend" not in text_of(ask("GET", "/letters", as_=cast.siri))
    assert "Bekreftet på telefon." in text_of(ask("GET", f"/cases/{slug}/letters", as_=cast.siri))
    assert ask("POST", f"{page}/close", as_=cast.siri, data={"reason": "igjen"}).status_code == 409
    assert ask("GET", f"{page}/resend", as_=cast.bo).status_code == 404
    assert ask("GET", f"{page}9/resend", as_=cast.siri).status_code == 404


def test_a_failed_letter_with_a_key_is_dealt_with_but_never_shown_to_an_officer(database, ask):
    with database.writing() as session:
        cast = a_cast(session)
        letter = write_to_user(cast.bo, LetterKind.PASSWORD_LINK, at=now(), link="/password/hemmelig")
        letter.recipients[0].fate = Fate.BOUNCED
        session.commit()
        page = f"/letters/{letter.public_id}/recipients/{letter.recipients[0].id}"
    for address in ("/letters", f"{page}/resend", f"{page}/close"):
        text = text_of(ask("GET", address, as_=cast.siri))
        assert "hemmelig" not in text
    assert "be om en ny lenke" in text_of(ask("GET", f"{page}/resend", as_=cast.siri))
    assert ask("POST", f"{page}/close", as_=cast.siri, data={"reason": "Kontoen er avsluttet."}).status_code == 303
    assert ask("GET", f"{page}/close", as_=cast.adam).status_code in {403, 404}


def test_opening_the_case_or_the_letter_is_noted_once_for_whom_it_was_for(database, ask):
    cast, slug = exchanging(database)

    def opened():
        with database.reading() as session:
            letter = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.SENT_OVER)).one()
            return {found.address: found.opened_at for found in letter.recipients}

    ask("GET", "/letters", as_=cast.berit)
    assert set(opened().values()) == {None}
    ask("GET", f"/cases/{slug}", as_=cast.bo)
    first = opened()
    assert first["bo@example.invalid"]
    assert first["postmottak-vest@example.invalid"]
    ask("GET", f"/cases/{slug}", as_=cast.bo)
    assert opened() == first
    assert "åpnet" in text_of(ask("GET", f"/cases/{slug}/letters", as_=cast.siri))


def test_a_letter_that_has_not_been_handed_over_is_not_opened_by_a_visit_to_the_case(database, ask):
    cast, slug, _ = waiting(database)
    ask("GET", f"/cases/{slug}", as_=cast.bo)
    with database.reading() as session:
        assert session.scalars(sa.select(Recipient.opened_at).where(Recipient.address == "bo@example.invalid")).all() == [None]


def test_the_secretariat_says_which_letters_leave_by_themselves(database, ask):
    cast, _ = exchanging(database)
    page = text_of(ask("GET", "/letters/settings", as_=cast.siri))
    assert page.count('type="checkbox"') == len(SETTABLE) == page.count("checked")
    kept = [kind.value for kind in SETTABLE if kind is not LetterKind.DEFICIENCY]
    assert ask("POST", "/letters/settings", as_=cast.siri, data={"automatic": kept}).status_code == 303
    assert "Siri Oppdiktet" in text_of(ask("GET", "/letters/settings", as_=cast.stein))
    assert ask("POST", "/letters/settings", as_=cast.siri, data={"automatic": ["password_link"]}).status_code == 422
    assert ask("GET", "/letters/settings", as_=cast.bo).status_code in {403, 404}
    with database.reading() as session:
        assert not goes_by_itself(session, LetterKind.DEFICIENCY)
        assert goes_by_itself(session, LetterKind.SENT_OVER)


def party(database, name):
    with database.reading() as session:
        return next(found.public_id for found in session.scalars(sa.select(Case)).one().parties if name in found.name)


def test_an_officer_writes_a_letter_looks_at_it_and_sends_it_to_one_side_alone(database, ask):
    cast, slug = exchanging(database)
    vik = party(database, "Vik")
    typed = {"to": [vik], "text": "Vi trenger fakturaen for mai.", "papers": (io.BytesIO(PDF), "Mal.pdf")}
    kept = ask("POST", f"/cases/{slug}/letter", as_=cast.siri, data=typed)
    assert kept.headers["Location"].endswith("/letter/preview")
    preview = text_of(ask("GET", f"/cases/{slug}/letter/preview", as_=cast.siri))
    assert "Vi trenger fakturaen for mai." in preview
    assert "asta@example.invalid" in preview
    assert "bo@example.invalid" not in preview
    assert "Mal.pdf" in preview
    assert "<strong>Siri Oppdiktet</strong><br>saksbehandlar" in preview
    assert "inga underskrift" not in preview
    # The file holds no text, so nobody can say what is in it but who has looked.
    unread = ask("POST", f"/cases/{slug}/letter/preview", as_=cast.siri)
    assert unread.status_code == 422
    looked = dict.fromkeys(re.findall(r'name="(_looked_\w+)"', unread.text), "yes")
    assert ask("POST", f"/cases/{slug}/letter/preview", as_=cast.siri, data=looked).status_code == 303
    send_letters(database, None)
    with database.reading() as session:
        letter = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.BODY_LETTER)).one()
        assert "faktura" not in letter.subject + letter.body
        assert letter.released_by_id == cast.siri.id
    assert "Vi trenger fakturaen for mai." in text_of(ask("GET", f"/cases/{slug}", as_=cast.asta))
    other = text_of(ask("GET", f"/cases/{slug}", as_=cast.bo))
    assert "fakturaen" not in other
    assert "skrev et brev" not in other
    assert ask("GET", f"/cases/{slug}/letter", as_=cast.asta).status_code == 403


def test_a_letter_with_gaps_is_kept_and_not_sent(database, ask):
    cast, slug = exchanging(database)
    nobody = ask("POST", f"/cases/{slug}/letter", as_=cast.siri, data={"text": "Halvferdig", "to": ["hvem"]})
    assert nobody.status_code == 422
    assert "Halvferdig" in text_of(nobody)
    assert ask("POST", f"/cases/{slug}/letter", as_=cast.siri, data={"text": "Halvferdig"}).status_code == 303
    preview = text_of(ask("GET", f"/cases/{slug}/letter/preview", as_=cast.siri))
    assert "Velg minst én part" in preview
    assert ask("POST", f"/cases/{slug}/letter/preview", as_=cast.siri).status_code == 422
    assert "Halvferdig" in text_of(ask("GET", f"/cases/{slug}/letter", as_=cast.siri))
    assert ask("POST", f"/cases/{slug}/letter/discard", as_=cast.siri).status_code == 303
    assert "Halvferdig" not in text_of(ask("GET", f"/cases/{slug}/letter", as_=cast.siri))
    with database.reading() as session:
        assert session.scalars(sa.select(Submission).where(Submission.kind == SubmissionKind.BODY_LETTER)).all() == []


def test_two_officers_in_one_letter_lose_nothing(database, ask):
    cast, slug = exchanging(database)
    ask("POST", f"/cases/{slug}/letter", as_=cast.siri, data={"text": "Siris ord"})
    seen = re.findall(r'name="_seen" value="(\d+)"', text_of(ask("GET", f"/cases/{slug}/letter", as_=cast.siri)))[-1]
    assert ask("POST", f"/cases/{slug}/letter", as_=cast.siri, data={"text": "Andre ord", "_seen": seen}).status_code == 303
    late = ask("POST", f"/cases/{slug}/letter", as_=cast.siri, data={"text": "For sene ord", "_seen": seen})
    assert late.status_code == 409
    assert "For sene ord" in text_of(late)


SECRET = "en hemmelighet som er lang nok for alle"


@pytest.fixture
def hook(installation, database, tmp_path):
    """Post a body to the hook, signed as told."""
    file = tmp_path / "bounce.secret"
    file.write_text(SECRET)
    client = make_app(replace(installation, config=replace(installation.config, bounce_secret_file=file))).test_client()

    def post(body, *, at=None, secret=SECRET, kind="application/json"):
        moment = str(int((at or now()).timestamp()))
        signature = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Tvist-Timestamp": moment, "Tvist-Signature": signature}
        return client.post("/webhooks/bounces", data=body, content_type=kind, headers=headers).status_code

    return post


def test_a_signed_message_is_taken_once_and_others_not_at_all(database, hook, ask):
    exchanging(database)
    with database.reading() as session:
        about = session.scalars(sa.select(Recipient.message_id).order_by(Recipient.id)).first()
    body = json.dumps({"id": "a1", "message_id": about, "code": "5.1.1", "hard": True}).encode()
    assert hook(body, secret="feil hemmelighet") == 403
    assert hook(body, at=now() - timedelta(minutes=6)) == 403
    assert hook(body, at=now() + timedelta(minutes=6)) == 403
    assert hook(body) == 204
    assert hook(body) == 409
    halves = b'{"id": "\\ud800", "message_id": "\\udfff", "code": "5", "hard": true}'
    for bad in (b"", b"[]", b"{}", b"[" * 5000, halves, b'{"id": 1, "message_id": "x", "code": "5", "hard": true}'):
        assert hook(bad) == 400
    assert hook(b"From: bo@example.invalid\r\n\r\nhei", kind="message/rfc822") == 400
    with database.reading() as session:
        assert session.scalars(sa.select(Recipient).where(Recipient.message_id == about)).one().fate is Fate.BOUNCED
        assert session.scalar(sa.select(sa.func.count(BounceNotice.id))) == 1
    # Without a secret there is no such page.
    assert ask("POST", "/webhooks/bounces").status_code == 404
