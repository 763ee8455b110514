"""A small mail server that speaks IMAP over a real socket: one mailbox in memory, and the commands a reader of unseen mail uses."""

from __future__ import annotations

import re
import socketserver
import threading
from typing import Any, Self

USER, PASSWORD = "retur", "fire lodne katter"


class Mailbox(socketserver.ThreadingTCPServer):
    """Listens where the machine finds room. `mails` are the raw mails; `seen` the numbers of those that are marked as seen."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *mails: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails = list(mails)
        self.seen: set[int] = set()
        self.folders: list[str] = []
        self.is_to_die_before_store = False
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def url(self, folder: str = "") -> str:
        return f"imap://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.server_address[1]}/{folder}"


class _Talk(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("* OK [CAPABILITY IMAP4rev1] ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("ascii").strip().partition(" ")
            command, _, words = rest.partition(" ")
            if not self._answer(tag, command.upper(), words):
                return

    def _answer(self, tag: str, command: str, words: str) -> bool:
        """Answer one command; False ends the talk."""
        if command == "UID":
            command, _, words = words.partition(" ")
        answer: Any = getattr(self, f"_{command.lower()}", None)
        if answer is None:
            self._say(f"{tag} BAD unknown")
            return True
        said = answer(words)
        if said is None:
            return False
        self._say(f"{tag} {said}")
        return command != "LOGOUT"

    def _capability(self, _words: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def _login(self, words: str) -> str:
        return "OK in" if words == f'{USER} "{PASSWORD}"' else "NO wrong"

    def _select(self, words: str) -> str:
        if words.strip('"') not in {"INBOX", "Retur"}:
            return "NO no such folder"
        self.server.folders.append(words.strip('"'))
        self._say(f"* {len(self.server.mails)} EXISTS")
        return "OK [READ-WRITE] open"

    def _search(self, words: str) -> str:
        assert words == "UNSEEN"
        unseen = [str(number) for number, _ in enumerate(self.server.mails, 1) if number not in self.server.seen]
        self._say(" ".join(["* SEARCH", *unseen]))
        return "OK done"

    def _fetch(self, words: str) -> str:
        found = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", words)
        assert found, words
        body = self.server.mails[int(found[1]) - 1][: int(found[2])]
        self._say(f"* {found[1]} FETCH (UID {found[1]} BODY[]<0> {{{len(body)}}}")
        self.wfile.write(body + b")\r\n")
        return "OK done"

    def _store(self, words: str) -> str | None:
        found = re.fullmatch(r"(\d+) \+FLAGS\.SILENT \(\\Seen\)", words)
        assert found, words
        if self.server.is_to_die_before_store:
            return None
        self.server.seen.add(int(found[1]))
        return "OK done"

    def _logout(self, _words: str) -> str:
        self._say("* BYE")
        return "OK bye"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode("ascii"))
