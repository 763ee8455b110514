"""An installation on a disk, a mail server that counts, and a server with its worker as processes that can be killed and begun again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.domain.test_letters_sending import Server as MailServer
from tvist.config import read_config
from tvist.documents.storage import PaperStore
from tvist.installation import Installation
from tvist.vault.keys import MasterKeys

if TYPE_CHECKING:
    from tvist.db import Database

ROOT = Path(__file__).parents[3]


class PostOffice(MailServer):
    """A real mail server that knows which letters it was given, and how often."""

    def letters(self) -> Counter[str]:
        """Each letter by its Message-ID."""
        return Counter(str(message_from_bytes(content)["Message-ID"]) for _, content in self.taken)


class Place:
    """Where the crashes happen."""

    def __init__(self, folder: Path, database: Database, key_file: Path, post_office: PostOffice) -> None:
        self.port = _free_port()
        self.post_office = post_office
        self.environment = {
            "TVIST_INSTANCE": str(folder),
            "TVIST_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "TVIST_BASE_URL": f"http://127.0.0.1:{self.port}",
            "TVIST_SMTP_URL": f"smtp://127.0.0.1:{post_office.controller.port}",
        }
        config = read_config(self.environment)
        config.master_key_file.write_bytes(key_file.read_bytes())
        config.master_key_file.chmod(0o600)
        keys = MasterKeys.load(config.master_key_file)
        self.installation = Installation(config, database, keys, PaperStore(config.papers_url, keys))
        self.group = 0
        self.accepted_before: set[str] = set()
        """Letters of the cases that were made before anybody was at work, which no mail server had."""

    def __enter__(self) -> Self:
        self._zygote: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.crash.zygote", str(self.port)],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._heard("ready")
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._zygote.kill()
        self._zygote.communicate()

    def begin(self) -> None:
        """Begin server and worker; they answer a moment later."""
        print(file=self._zygote.stdin, flush=True)
        self.group = int(self._heard(""))

    def kill(self) -> None:
        """All of them, at once, with no chance to put anything in order."""
        if self.group:
            with suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)
        self.group = 0

    def _heard(self, expected: str) -> str:
        assert self._zygote.stdout
        for line in self._zygote.stdout:
            if line.strip() == expected or (not expected and line.strip().isdigit()):
                return line.strip()
        message = "what begins the servers has ended"
        raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
