"""The verify page: anybody finds out whether a file or a code is ours, and nobody anything about a case."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from tests.people import NOON
from tests.scenes.afterwards import corrected
from tests.scenes.decision import issued, present
from tests.scenes.published import first, more
from tests.scenes.submissions import DAY
from tvist.accounts.throttle import PER_NETWORK, WINDOW
from tvist.clock import now
from tvist.decision.models import IssuedFile
from tvist.decision.verifying import new_code, read_code
from tvist.publication.actions import withdraw
from tvist.published.verify import LARGEST, Asker, Verdict, verify_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people import Cast
    from tvist.installation import Installation

OURS, OLDER = "Uttalelsen slik den ble avgitt", "En eldre versjon av uttalelsen"
NOT_OURS, NO_PDF, TOO_LARGE = "Ikke fra oss, eller endret", "Filen er ikke en PDF", "Filen er for stor"
NO_SUCH_CODE = "Ingen uttalelse har denne koden"


def drop(ask: Any, data: bytes, name: str = "uttalelse.pdf") -> Any:
    return ask("POST", "/verify", data={"file": (io.BytesIO(data), name)}, key=None)


def held(installation: Installation) -> list[tuple[IssuedFile, bytes]]:
    with installation.database.reading() as session:
        files = session.scalars(sa.select(IssuedFile).order_by(IssuedFile.version)).all()
    return [(file, b"".join(installation.papers.open(file.blob_id))) for file in files]


def an_issued_one(installation: Installation, cast: Cast) -> tuple[IssuedFile, bytes]:
    with installation.database.writing() as session:
        issued(session, cast, installation)
        session.commit()
    return held(installation)[0]


def answer(page: Any) -> str:
    """The box with the answer."""
    text: str = page.get_data(as_text=True)
    assert "tv-answer" in text, text
    return text.split("tv-answer", 1)[1].split("</div>", 1)[0]


def test_the_opinion_is_known_by_its_file_and_by_its_code(installation: Installation, cast: Cast, ask: Any) -> None:
    file, data = an_issued_one(installation, cast)
    by_file, by_post = drop(ask, data), ask("POST", "/verify", data={"code": file.verify_code}, key=None)
    by_code = ask("GET", f"/verify/{file.verify_code}")

    for page in (by_file, by_post, by_code):
        assert page.status_code == 200
        assert OURS in answer(page)
        shown = page.get_data(as_text=True)
        assert not any(secret in shown for secret in ("2026/0001", "Vik", "Bufetat", "2026-0001"))


def test_a_code_that_nobody_knows_says_nothing_against_the_paper(ask: Any) -> None:
    said = answer(ask("POST", "/verify", data={"code": new_code()}, key=None))
    assert NO_SUCH_CODE in said
    assert NOT_OURS not in said
    assert 'data-color="warning"' in said


def test_a_code_is_read_as_people_type_it(installation: Installation, cast: Cast, ask: Any) -> None:
    file, _ = an_issued_one(installation, cast)
    code = file.verify_code or ""

    for typed in (
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        f"  {code}\n",
        " ".join(code),
        f"https://tvist.example/verify/{code}/",
        f"Kode: {code}.",
        "".join(chr(ord(sign) + 0xFEE0) for sign in code),
    ):
        assert read_code(typed) == code
        assert OURS in answer(ask("POST", "/verify", data={"code": typed}, key=None))
    for wrong in (
        "",
        "x",
        code[:-1],
        code + "A",
        code[:-1] + "O",
        "../../etc/passwd",
        "\x00" * 16,
        "A" * 5000,
        f"{code} {new_code()}",
    ):
        assert read_code(wrong) is None


def test_an_older_version_says_that_there_is_a_newer_one(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        corrected(session, cast, installation)
        session.commit()
    (first, old), (second, new) = held(installation)

    assert OLDER in answer(drop(ask, old))
    assert OURS in answer(drop(ask, new))
    assert OLDER in answer(ask("GET", f"/verify/{first.verify_code}"))
    assert OURS in answer(ask("GET", f"/verify/{second.verify_code}"))


def test_one_changed_byte_or_anything_added_is_another_file(installation: Installation, cast: Cast, ask: Any) -> None:
    _, data = an_issued_one(installation, cast)

    for place in (10, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        assert NOT_OURS in answer(drop(ask, bytes(changed)))
    for other in (data + b"\n", data + data, data[:-1], b"\n" + data):
        assert NOT_OURS in answer(drop(ask, other))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n" + b"\xff" * 4000, NOT_OURS),
        (b"%PDF-1.7\n1 0 obj << /Length 99999999999 >> stream", NOT_OURS),
        (b"Hei, dette er tekst.", NO_PDF),
        (b"", NO_PDF),
        (b"<html>" + b"x" * 3000 + b"%PDF-", NO_PDF),
    ],
)
def test_a_strangers_file_is_never_opened_and_gets_a_clear_answer(installation: Installation, ask: Any, data, words) -> None:
    page = drop(ask, data)
    assert (page.status_code, words in answer(page)) == (200, True)
    assert not list(installation.papers.ids())


def test_an_empty_field_says_what_to_do(ask: Any) -> None:
    nothing = ask("POST", "/verify", data={"file": (io.BytesIO(b""), "")}, key=None)
    spaces = ask("POST", "/verify", data={"code": "   "}, key=None)

    assert (nothing.status_code, spaces.status_code) == (422, 422)
    assert "Velg filen du vil kontrollere" in nothing.get_data(as_text=True)
    assert "Skriv koden som står på siste side" in spaces.get_data(as_text=True)


def test_what_we_published_is_known_and_what_we_withdrew_is_told(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        released = first(session, cast, installation)
        data = b"".join(installation.papers.open(released.blob_id or ""))
        assert "En uttalelse vi har offentliggjort" in answer(drop(ask, data))
        withdraw(released, by=present(session, cast).siri, at=NOON + 3 * DAY, reason="Teksten sa for mye.")
        session.commit()

    assert "En offentliggjort uttalelse som er trukket tilbake" in answer(drop(ask, data))
    assert NOT_OURS in answer(drop(ask, data + b" "))


def test_what_another_came_in_the_place_of_is_ours_and_leads_to_what_stands(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    with installation.database.writing() as session:
        released = first(session, cast, installation)
        data = b"".join(installation.papers.open(released.blob_id or ""))
        second, third = more(session, installation, released, 2)
        released.superseded_by, second.superseded_by = second, third
        session.commit()
        said = answer(drop(ask, data))
        third.withdrawn_at, third.withdrawn_by_id, third.withdrawal_reason = NOON + 3 * DAY, cast.siri.id, "Teksten sa for mye."
        session.commit()

    assert "En offentliggjort uttalelse som er erstattet" in said
    assert 'data-color="warning"' in said
    assert f'<a class="ds-link" href="/opinions/{third.number}">{third.number}</a>.' in said
    assert "(trukket tilbake)" in answer(drop(ask, data))


class _Endless(io.RawIOBase):
    """So many zeros, made as they are read: the test holds no more of them than the program may."""

    def __init__(self, size: int) -> None:
        self.left, self.most = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.left)
        buffer[:count] = bytes(count)
        self.left -= count
        self.most = max(self.most, count)
        return count


def send_raw(app: Any, size: int) -> Any:
    """A form with one file of that size, streamed."""
    head = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7\n'
    )
    tail = b"\r\n--b--\r\n"
    environ = EnvironBuilder("/verify", method="POST").get_environ()
    environ["CONTENT_TYPE"] = "multipart/form-data; boundary=b"
    environ["wsgi.input"] = _Chained([io.BytesIO(head), _Endless(size), io.BytesIO(tail)])
    environ["CONTENT_LENGTH"] = str(len(head) + size + len(tail))
    return Response.from_app(app, environ)


class _Chained(io.RawIOBase):
    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self.parts:
            if count := self.parts[0].readinto(buffer):
                return int(count)
            self.parts.pop(0)
        return 0


@pytest.fixture
def memory() -> Iterator[Any]:
    import tracemalloc

    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_a_file_of_200_megabytes_is_answered_and_never_held(app: Any, memory: Any) -> None:
    page = send_raw(app, 200 * 1024 * 1024)

    assert (page.status_code, TOO_LARGE in answer(page)) == (413, True)
    assert memory() < 20 * 1024 * 1024


def test_a_large_file_within_the_limit_is_hashed_as_it_passes(app: Any, memory: Any) -> None:
    page = send_raw(app, LARGEST // 4)

    assert (page.status_code, NOT_OURS in answer(page)) == (200, True)
    assert memory() < 20 * 1024 * 1024


def test_guesses_from_one_network_are_slowed_down_and_nobody_else_is(installation: Installation, cast: Cast, ask: Any) -> None:
    file, _ = an_issued_one(installation, cast)
    database, at = installation.database, now()

    def asked(code: str | None, address: str, later: timedelta = timedelta()) -> Verdict | None:
        return verify_code(database, Asker("s" * 32, address, at + later), code or "").verdict

    guesses = [asked(f"{place:04d}", "192.0.2.1") for place in range(PER_NETWORK)]
    assert set(guesses) == {Verdict.UNKNOWN}
    assert asked(file.verify_code, "192.0.2.1") is None
    assert asked(file.verify_code, "192.0.2.2") is Verdict.ISSUED
    assert asked(file.verify_code, "192.0.2.1", WINDOW + timedelta(seconds=1)) is Verdict.ISSUED


def test_who_asks_often_and_rightly_never_waits(installation: Installation, cast: Cast) -> None:
    file, _ = an_issued_one(installation, cast)
    database, code = installation.database, file.verify_code or ""
    found = {verify_code(database, Asker("s" * 32, "192.0.2.9", now()), code).verdict for _ in range(PER_NETWORK + 5)}
    assert found == {Verdict.ISSUED}


def test_no_cookie_and_no_token_is_needed(app: Any) -> None:
    page = app.test_client().post("/verify", data={"code": "AAAA-AAAA-AAAA-AAAA"})
    assert page.status_code == 200
    assert "Vi har ikke satt denne koden" in page.get_data(as_text=True)


def test_the_page_speaks_the_language_that_was_chosen(app: Any) -> None:
    for language, words in (("nb", "Kontroller en uttalelse"), ("nn", "Kontroller ein uttale"), ("en", "Verify an opinion")):
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["language"] = language
        assert words in client.get("/verify").get_data(as_text=True)
