"""Letters that come back after a mail server had accepted them: read from a real mailbox, once, and nothing of their text is kept (rule 18)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.domain import test_letters_sending
from tests.domain.test_letters_sending import BO, Server, sent_over
from tests.imap_server import Mailbox
from tests.people import NOON, a_cast
from tvist.cases.submissions import Serving
from tvist.cases.waiting import Task, TaskKind
from tvist.config import Misconfigured, bounce_secret, read_config
from tvist.delivery import bounce_mailbox
from tvist.delivery.actions import write_to_user
from tvist.delivery.bounce_mailbox import NoBounceMailbox, read_mailbox
from tvist.delivery.bounces import Bounce, read_bounce, source_id_of, take_bounce
from tvist.delivery.mail import Mail, mail_of
from tvist.delivery.models import BounceNotice, Fate, LetterKind, Recipient
from tvist.delivery.sending import send_letters

server = test_letters_sending.server
"""The mail server of the tests of sending."""
LATER = NOON + timedelta(hours=3)
OURS = "<12345678-1234-1234-1234-123456789abc@tvist>"

REPORT = """From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: retur@tvist.invalid
Message-ID: <report-{name}@mx.example>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

I'm sorry to have to inform you that Kari Nordmann has left.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; bo@example.invalid
Action: {action}
Status: {status}

--part
Content-Type: text/rfc822-headers

Message-ID: {about}
Subject: Sak 2026/0001

--part--
"""

OLD = """Return-Path: <>
From: MAILER-DAEMON@gammel.example
Message-ID: <old@gammel.example>
Subject: {subject}

The following address failed:
  bo@example.invalid: 550 {code} User unknown

Message-ID: {about}
"""


def report(about=OURS, *, action="failed", status="5.1.1", name="1"):
    return REPORT.format(about=about, action=action, status=status, name=name).replace("\n", "\r\n").encode()


def recipients(database):
    with database.reading() as session:
        return session.scalars(sa.select(Recipient).order_by(Recipient.id)).all()


def served(database):
    with database.reading() as session:
        turn = session.scalars(sa.select(Task).where(Task.kind == TaskKind.RESPOND)).one()
        return [found.is_served for found in session.scalars(sa.select(Serving))], turn.starts_on, turn.due_on


def test_a_report_says_which_sending_and_whether_it_is_given_up():
    assert read_bounce(report()) == Bounce(source_id_of("<report-1@mx.example>"), OURS, "5.1.1", is_hard=True)
    delayed = read_bounce(report(action="delayed", status="4.4.1"))
    assert (delayed.code, delayed.is_hard) == ("4.4.1", False)
    given_up = read_bounce(report(action="failed", status="4.4.7"))
    assert given_up.is_hard
    assert read_bounce(report(action="delivered", status="2.0.0")) is None


def test_the_plain_mail_of_an_old_server_is_read_too():
    hard = read_bounce(OLD.format(subject="Returned mail", code="5.1.1", about=OURS).encode())
    assert (hard.message_id, hard.code, hard.is_hard) == (OURS, "5.1.1", True)
    soft = read_bounce(OLD.format(subject="Warning: could not send yet", code="", about=OURS).encode())
    assert not soft.is_hard


def test_a_report_that_lost_our_headers_is_known_by_the_address_it_came_to():
    raw = report(about="borte").replace(b"To: retur@tvist.invalid", f"To: retur+{OURS[1:37]}@tvist.invalid".encode())
    assert read_bounce(raw).message_id == OURS


@pytest.mark.parametrize(
    "mail",
    [
        b"From: bo@example.invalid\r\nSubject: Re: Sak\r\nIn-Reply-To: " + OURS.encode() + b"\r\n\r\n550 5.1.1 takk",
        b"From: postmaster@example.invalid\r\nAuto-Submitted: auto-replied\r\n\r\nJeg er borte.",
        b"",
        b"\xff\xfe\x00 not a mail",
    ],
)
def test_what_people_and_absences_write_is_no_report(mail):
    assert read_bounce(mail) is None


def test_a_hard_bounce_for_all_takes_the_service_back_and_a_report_counts_once(database, server):
    sent_over(database)
    send_letters(database, server.mail, at=NOON)
    assert served(database)[0] == [True]
    own = [
        found
        for found in recipients(database)
        if found.address in {BO, "berit@example.invalid", "postmottak-vest@example.invalid"}
    ]
    mails = [report(found.message_id, name=str(found.id)) for found in own]
    with Mailbox(*mails[:-1]) as mailbox:
        assert read_mailbox(database, mailbox.url(), at=LATER) == len(own) - 1
    # One recipient still has it: it stands.
    assert served(database)[0] == [True]
    with Mailbox(*mails) as mailbox:
        assert read_mailbox(database, mailbox.url("Retur"), at=LATER) == 1
        assert mailbox.seen == set(range(1, len(mails) + 1))
        assert mailbox.folders == ["Retur"]
        assert read_mailbox(database, mailbox.url("Retur"), at=LATER) == 0
    assert served(database) == ([False], None, None)


def test_a_soft_bounce_is_noted_and_changes_nothing(database, server):
    sent_over(database)
    send_letters(database, server.mail, at=NOON)
    found = next(each for each in recipients(database) if each.address == BO)
    with Mailbox(report(found.message_id, action="delayed", status="4.2.2")) as mailbox:
        assert read_mailbox(database, mailbox.url(), at=LATER) == 1
    assert {each.fate for each in recipients(database)} == {Fate.ACCEPTED}
    with database.reading() as session:
        notice = session.scalars(sa.select(BounceNotice)).one()
        assert (notice.recipient_id, notice.code, notice.read_at) == (found.id, "4.2.2", LATER)


def test_nothing_of_the_text_is_kept_and_what_is_no_report_is_left_seen(database):
    a_stranger = report("<ukjent@annensteds>")
    with Mailbox(a_stranger, b"From: bo@example.invalid\r\n\r\nHei, Kari Nordmann her.") as mailbox:
        assert read_mailbox(database, mailbox.url(), at=LATER) == 1
        assert mailbox.seen == {1, 2}
    with database.reading() as session:
        row = session.scalars(sa.select(BounceNotice)).one()
        assert row.recipient_id is None
        assert not [value for value in vars(row).values() if "Kari" in str(value) or "mx.example" in str(value)]


def test_a_crash_before_the_mail_is_marked_as_seen_counts_nothing_twice(database, server):
    sent_over(database)
    send_letters(database, server.mail, at=NOON)
    found = recipients(database)[0]
    with Mailbox(report(found.message_id)) as mailbox:
        mailbox.is_to_die_before_store = True
        with pytest.raises(NoBounceMailbox):
            read_mailbox(database, mailbox.url(), at=LATER)
        mailbox.is_to_die_before_store = False
        assert read_mailbox(database, mailbox.url(), at=LATER) == 0
        assert mailbox.seen == {1}
    assert recipients(database)[0].fate is Fate.BOUNCED


def test_a_mailbox_that_is_away_or_closed_to_us_is_told_as_such(database, monkeypatch):
    with pytest.raises(NoBounceMailbox):
        read_mailbox(database, "imap://a:b@127.0.0.1:1/", at=NOON)
    with Mailbox() as mailbox:
        with pytest.raises(NoBounceMailbox):
            read_mailbox(database, mailbox.url().replace("retur", "annen"), at=NOON)
        with pytest.raises(NoBounceMailbox):
            read_mailbox(database, mailbox.url("Finnes-ikke"), at=NOON)
        monkeypatch.setattr(bounce_mailbox, "LOCAL", frozenset())
        with pytest.raises(Misconfigured, match="no encryption"):
            read_mailbox(database, mailbox.url(), at=NOON)
    with pytest.raises(Misconfigured, match="TVIST_BOUNCE_IMAP"):
        read_mailbox(database, "https://example.invalid", at=NOON)


def test_a_bounce_read_before_the_mail_servers_answer_is_not_overwritten(database, server, monkeypatch):
    with database.writing() as session:
        write_to_user(a_cast(session).bo, LetterKind.PASSWORD_LINK, at=NOON)
        session.commit()
    real = Server.handle_DATA

    async def bounce_at_once(self, a, b, envelope):
        answer = await real(self, a, b, envelope)
        with database.writing() as session:
            found = session.scalars(sa.select(Recipient)).one()
            take_bounce(session, Bounce("x", found.message_id, "5.1.1", is_hard=True), at=NOON)
            session.commit()
        return answer

    monkeypatch.setattr(Server, "handle_DATA", bounce_at_once)
    send_letters(database, server.mail, at=NOON)
    assert recipients(database)[0].fate is Fate.BOUNCED


def test_the_envelope_names_where_letters_come_back_to(database, server, tmp_path):
    with database.writing() as session:
        write_to_user(a_cast(session).bo, LetterKind.PASSWORD_LINK, at=NOON)
        session.commit()
    froms = []

    async def note_sender(_server, _session, envelope, address, options):
        froms.append(address)
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    server.handle_MAIL = note_sender
    mail = Mail(server.mail.url, "ikke-svar@tvist.invalid", "https://tvist.invalid", "retur+{id}@tvist.invalid")
    send_letters(database, mail, at=NOON)
    assert froms == [f"retur+{recipients(database)[0].message_id[1:37]}@tvist.invalid"]
    settings = {"TVIST_INSTANCE": str(tmp_path), "TVIST_SMTP_URL": "smtps://mail.invalid", "TVIST_BOUNCE_ADDRESS": "r@b.invalid"}
    assert mail_of(read_config(settings)).bounce_address == "r@b.invalid"


def test_a_short_secret_for_returned_letters_stops_the_program(tmp_path):
    file = tmp_path / "secret"
    file.write_text("kort")
    settings = {"TVIST_INSTANCE": str(tmp_path / "i")}
    assert bounce_secret(read_config(settings)) is None
    with pytest.raises(Misconfigured, match="TVIST_BOUNCE_SECRET_FILE"):
        bounce_secret(read_config(settings | {"TVIST_BOUNCE_SECRET_FILE": str(file)}))
