"""The line to PostgreSQL breaks when it has committed and before it could say so: the act stands, its papers too, and sending again finds it."""

from __future__ import annotations

import contextlib
import io
import shutil
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.pages.test_filing import begun
from tests.pages.test_filing_papers import PDF
from tvist.check.files import check_files
from tvist.clock import now
from tvist.db import Database
from tvist.documents.models import Paper
from tvist.documents.storage import PaperStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.people import Cast
    from tvist.installation import Installation

ENOUGH = 65536


class Line:
    """A line to the server that breaks once: at the end of a transaction in which `word` was sent, when the server has answered."""

    def __init__(self, server: sa.URL) -> None:
        self.server = server
        self.word = b""
        self.broke = 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self.listening.accept()
                threading.Thread(target=self._carry, args=(ours, self._connected()), daemon=True).start()

    def _connected(self) -> socket.socket:
        host, port = str(self.server.query.get("host") or self.server.host), self.server.port or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        found = socket.socket(socket.AF_UNIX)
        found.connect(f"{host}/.s.PGSQL.{port}")
        return found

    def _carry(self, ours: socket.socket, theirs: socket.socket) -> None:
        back = threading.Thread(target=self._carry_back, args=(theirs, ours), daemon=True)
        back.start()
        was_said = False
        with ours, theirs, contextlib.suppress(OSError):
            while data := ours.recv(ENOUGH):
                was_said = was_said or bool(self.word and self.word in data)
                if was_said and b"COMMIT" in data:
                    self.word, self.broke = b"", self.broke + 1
                    # From here on nothing comes back; the server goes on until it has answered.
                    ours.shutdown(socket.SHUT_RDWR)
                    theirs.sendall(data)
                    back.join(5)
                    return
                theirs.sendall(data)

    @staticmethod
    def _carry_back(theirs: socket.socket, ours: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := theirs.recv(ENOUGH):
                ours.sendall(data)


@pytest.fixture
def kind() -> str:
    """SQLite has no line that could break."""
    return "postgresql"


@pytest.fixture
def line(database: Database) -> Iterator[Line]:
    found = Line(database.engine.url)
    yield found
    found.listening.close()


@pytest.fixture
def far(installation: Installation, line: Line, app: Flask, tmp_path: Path) -> Iterator[Installation]:
    """The installation as the application has it, with the line between it and its database, and papers on a disk."""
    url = line.server.set(host="127.0.0.1", port=line.port, query={})
    shutil.rmtree(tmp_path / "papers", ignore_errors=True)
    papers = PaperStore(tmp_path / "papers", installation.keys)
    found = replace(installation, database=Database(url.render_as_string(hide_password=False)), papers=papers)
    app.extensions["tvist"] = found
    yield found
    found.database.close()


def test_what_was_committed_unheard_stands_and_is_found_by_sending_again(
    far: Installation, line: Line, cast: Cast, ask: Any
) -> None:
    draft = begun(ask, cast.asta)

    def upload() -> Any:
        data = {"papers": [(io.BytesIO(PDF), "Krav.pdf")]}
        answer = ask("POST", f"{draft}/papers", as_=cast.asta, data=data, key="one-key", content_type="multipart/form-data")
        answer.request.environ["wsgi.input"].close()
        return answer

    line.word = b"INSERT INTO paper "
    lost = upload()
    assert (lost.status_code, lost.headers["Retry-After"], line.broke) == (503, "10", 1)
    again = upload()
    assert (again.status_code, again.location) == (303, f"{draft}/papers")
    with far.database.reading() as session:
        paper = session.scalars(sa.select(Paper)).one()
    assert b"".join(far.papers.open(paper.blob_id)) == PDF
    assert list(check_files(far, 1)) == []
    assert list(far.papers.ids_before(now())) == [paper.blob_id], "the bytes of the second sending were thrown away"
