"""Letters leave after the commit, once, and each recipient has its own fate (rules 18 and 42)."""

from __future__ import annotations

import email
import threading
from datetime import timedelta
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from tests.people import NOON, a_cast
from tests.scenes.intake import declared, filed
from tvist.accounts.models import User
from tvist.cases.submissions import Serving
from tvist.config import Misconfigured, read_config
from tvist.delivery import mail as mail_module
from tvist.delivery.actions import write_to_user
from tvist.delivery.handling import stop_letter
from tvist.delivery.mail import Connection, Mail, mail_of
from tvist.delivery.models import Fate, Letter, LetterKind, Recipient
from tvist.delivery.sending import ANSWERED_WITHIN, WAITS, send_letters
from tvist.intake.actions import accept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.cases.models import Case
    from tvist.db import Database

BO, BERIT = "bo@example.invalid", "berit@example.invalid"


class OnFreePort(Controller):
    """Listens where the machine finds room, and then knows where that is."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


class Server:
    """A real mail server that keeps what it takes, and answers as told."""

    def __init__(self, port: int = 0) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.to: dict[str, str] = {}
        self.at_data = "250 OK"
        self.controller = OnFreePort(self, hostname="127.0.0.1", port=port)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.to.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.at_data.startswith("250"):
            self.taken.append((envelope.rcpt_tos[0], envelope.content))
        return self.at_data

    @property
    def mail(self) -> Mail:
        return Mail(f"smtp://127.0.0.1:{self.controller.port}", "ikke-svar@tvist.invalid", "https://tvist.invalid")


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    found.controller.start()
    yield found
    found.controller.stop()


def letters_to(database: Database, *addresses: str) -> None:
    """A letter about a password to each, and no other letter."""
    with database.writing() as session:
        cast = a_cast(session)
        for user in (cast.bo, cast.berit):
            if user.email in addresses:
                write_to_user(user, LetterKind.PASSWORD_LINK, at=NOON, link="/passord/abc")
        session.commit()


def recipient(database: Database, address: str = BO) -> Recipient:
    with database.reading() as session:
        return session.scalars(sa.select(Recipient).where(Recipient.address == address)).one()


def sent_over(database: Database) -> Case:
    """A request sent over to Bufetat region vest; no letter has left."""
    with database.writing() as session:
        cast = a_cast(session)
        case = declared(filed(session, cast), cast.siri)
        accept(case, by=cast.siri, at=NOON)
        session.commit()
        return case


def test_a_letter_is_plain_text_with_a_link_and_stable_headers(database, server):
    letters_to(database, BO)
    sent = send_letters(database, server.mail, at=NOON)
    assert (sent.accepted, sent.bounced, sent.put_off, sent.unknown) == (1, 0, 0, 0)
    (address, content), found = server.taken[0], recipient(database)
    message = email.message_from_bytes(content, policy=default)
    assert address == BO
    assert message["Message-ID"] == found.message_id
    assert message["Date"].datetime == NOON
    assert (message["From"], message["To"]) == ("ikke-svar@tvist.invalid", BO)
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "nb")
    assert message.get_content_type() == "text/plain"
    text = message.get_content()
    assert "Følg" not in text
    assert "følger du lenken" in text
    assert text.rstrip().endswith("https://tvist.invalid/passord/abc")
    assert (found.fate, found.accepted_at, found.attempts, found.answer_code) == (Fate.ACCEPTED, NOON, 1, 250)


def test_norwegian_letters_come_through(database, server):
    with database.writing() as session:
        cast = a_cast(session)
        cast.bo.language = "nn"
        write_to_user(cast.bo, LetterKind.PANEL_SEATED, at=NOON)
        session.commit()
    send_letters(database, server.mail, at=NOON)
    message = email.message_from_bytes(server.taken[0][1], policy=default)
    assert "nemnda er sett" in message["Subject"]
    assert "må de seie frå" in message.get_content()


def test_a_letter_refused_for_good_has_bounced_and_the_next_is_sent(database, server):
    letters_to(database, BO, BERIT)
    server.to[BO] = "550 5.1.1 no such mailbox"
    sent = send_letters(database, server.mail, at=NOON)
    assert (sent.accepted, sent.bounced) == (1, 1)
    found = recipient(database)
    assert (found.fate, found.answer_code, found.accepted_at) == (Fate.BOUNCED, 550, None)
    assert not send_letters(database, server.mail, at=NOON + timedelta(days=9))


def test_a_letter_put_off_is_tried_again_later_and_at_last_given_up(database, server):
    letters_to(database, BO)
    server.to[BO] = "451 4.7.1 greylisted"
    at = NOON
    for wait in WAITS:
        assert send_letters(database, server.mail, at=at).put_off == 1
        assert not send_letters(database, server.mail, at=at + wait / 2)
        at += wait
    assert send_letters(database, server.mail, at=at).bounced == 1
    assert recipient(database).answer_code == 451


def test_a_letter_put_off_arrives_when_the_server_takes_it(database, server):
    letters_to(database, BO)
    server.at_data = "452 4.3.1 full"
    assert send_letters(database, server.mail, at=NOON).put_off == 1
    server.at_data = "250 OK"
    assert send_letters(database, server.mail, at=NOON + WAITS[0]).accepted == 1
    assert recipient(database).attempts == 2


def test_a_letter_refused_for_what_it_is_has_bounced(database, server):
    letters_to(database, BO)
    server.at_data = "554 5.7.1 not wanted"
    assert send_letters(database, server.mail, at=NOON).bounced == 1


def test_a_crash_after_handing_over_leaves_the_letter_unknown_and_it_is_not_sent_again(database, server, monkeypatch):
    letters_to(database, BO)
    real = Connection.hand_over

    def killed(connection: Connection, to: Recipient) -> None:
        real(connection, to)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "hand_over", killed)
        with pytest.raises(KeyboardInterrupt):
            send_letters(database, server.mail, at=NOON)
    assert recipient(database).fate is Fate.HANDING_OVER
    assert not send_letters(database, server.mail, at=NOON + timedelta(minutes=1))
    assert send_letters(database, server.mail, at=NOON + ANSWERED_WITHIN).unknown == 1
    assert recipient(database).fate is Fate.UNKNOWN
    assert len(server.taken) == 1
    assert not send_letters(database, server.mail, at=NOON + timedelta(days=30))


def test_a_line_that_breaks_while_the_letter_is_on_its_way_leaves_it_unknown(database, server, monkeypatch):
    letters_to(database, BO, BERIT)
    monkeypatch.setattr(mail_module.smtplib.SMTP, "data", lambda *_: (_ for _ in ()).throw(ConnectionResetError))
    sent = send_letters(database, server.mail, at=NOON)
    assert (sent.unknown, sent.is_server_away) == (1, True)
    assert recipient(database, BERIT).fate is Fate.MADE


def test_a_line_that_breaks_before_the_letter_is_tried_again(database, server, monkeypatch):
    letters_to(database, BO)
    monkeypatch.setattr(mail_module.smtplib.SMTP, "rcpt", lambda *_: (_ for _ in ()).throw(ConnectionResetError))
    assert send_letters(database, server.mail, at=NOON).put_off == 1
    assert recipient(database).next_try_at == NOON + WAITS[0]


def test_no_mail_server_leaves_the_letters_waiting_untouched(database):
    letters_to(database, BO)
    sent = send_letters(database, Mail("smtp://127.0.0.1:1", "a@tvist.invalid", "https://tvist.invalid"), at=NOON)
    assert sent.is_server_away
    assert (recipient(database).fate, recipient(database).attempts) == (Fate.MADE, 0)


def test_an_hour_without_a_mail_server_delays_the_letters_and_loses_and_doubles_none(database):
    letters_to(database, BO, BERIT)
    away = Server()
    away.controller.start()
    away.controller.stop()
    for minutes in range(0, 60, 5):
        assert send_letters(database, away.mail, at=NOON + timedelta(minutes=minutes)).is_server_away
    back = Server(away.controller.port)
    back.controller.start()
    try:
        assert send_letters(database, away.mail, at=NOON + timedelta(hours=1)).accepted == 2
        assert not send_letters(database, away.mail, at=NOON + timedelta(hours=2))
    finally:
        back.controller.stop()
    assert sorted(address for address, _ in back.taken) == [BERIT, BO]


def test_an_address_no_mail_server_knows_has_bounced(database, server):
    with database.writing() as session:
        cast = a_cast(session)
        cast.bo.email = "bjørn@example.invalid"
        write_to_user(cast.bo, LetterKind.PASSWORD_LINK, at=NOON)
        cast.berit.email = "berit@blåbær.invalid"
        write_to_user(cast.berit, LetterKind.PASSWORD_LINK, at=NOON)
        session.commit()
    assert send_letters(database, server.mail, at=NOON).bounced == 1
    assert server.taken[0][0] == "berit@xn--blbr-roah.invalid"


def test_two_senders_never_send_the_same_letter(database, server):
    with database.writing() as session:
        cast = a_cast(session)
        for _ in range(20):
            write_to_user(cast.bo, LetterKind.PASSWORD_LINK, at=NOON)
        session.commit()
    threads = [threading.Thread(target=send_letters, args=(database, server.mail), kwargs={"at": NOON}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [email.message_from_bytes(content)["Message-ID"] for _, content in server.taken]
    assert len(ids) == len(set(ids)) == 20


def test_a_letter_that_is_being_stopped_is_waited_for_and_does_not_leave(database, server):
    letters_to(database, BO)
    sender = threading.Thread(target=send_letters, args=(database, server.mail), kwargs={"at": NOON})
    with database.writing() as session:
        letter = session.scalars(sa.select(Letter)).one()
        stop_letter(letter, by=session.scalars(sa.select(User)).first(), at=NOON, reason="Feil.")
        session.flush()
        sender.start()
        sender.join(0.3)
        session.commit()
    sender.join()
    assert server.taken == []
    assert recipient(database).fate is Fate.MADE


def test_what_is_accepted_for_one_recipient_is_served_and_starts_the_clock(database, server):
    case = sent_over(database)
    server.to["postmottak-vest@example.invalid"] = "550 gone"
    send_letters(database, server.mail, at=NOON + timedelta(days=1))
    with database.reading() as session:
        servings = session.scalars(sa.select(Serving)).all()
        assert [serving.served_at for serving in servings] == [NOON + timedelta(days=1)]
        task = next(task for task in session.get(type(case), case.id).open_tasks if task.party)
        assert (str(task.starts_on), str(task.due_on)) == ("2026-03-03", "2026-03-31")


def test_a_bounce_is_not_served_and_starts_no_clock(database, server):
    case = sent_over(database)
    for address in (BO, BERIT, "postmottak-vest@example.invalid"):
        server.to[address] = "550 gone"
    send_letters(database, server.mail, at=NOON)
    with database.reading() as session:
        assert session.scalars(sa.select(Serving.served_at)).all() == [None]
        task = next(task for task in session.get(type(case), case.id).open_tasks if task.party)
        assert (task.starts_on, task.due_on) == (None, None)


def test_without_a_mail_server_letters_are_read_in_the_program(database):
    letters_to(database, BO)
    assert send_letters(database, None, at=NOON).accepted == 1
    assert recipient(database).fate is Fate.ACCEPTED


def test_the_settings_say_how_letters_leave(tmp_path):
    settings = {"TVIST_INSTANCE": str(tmp_path)}
    assert mail_of(read_config(settings)) is None
    assert mail_of(read_config(settings | {"TVIST_SMTP_URL": "smtps://mail.invalid"})).url == "smtps://mail.invalid"
    with pytest.raises(Misconfigured, match="TVIST_SMTP_URL"):
        Mail("http://mail.invalid", "a@b.invalid", "").connect()


def test_a_password_is_not_sent_in_the_open(server, monkeypatch):
    monkeypatch.setattr(mail_module, "LOCAL", frozenset())
    url = server.mail.url.replace("://", "://navn:passord@")
    with pytest.raises(Misconfigured, match="no encryption"):
        Mail(url, "a@b.invalid", "").connect()
