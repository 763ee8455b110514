"""Whoever is slow holds no thread: a real server with one thread, and real sockets that send late, little, or nothing."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 0.6
SOON = 30.0
"""A machine that does much else is slow; what is held for ever is held longer than this."""
SERVER = f"""
import sys
from gunicorn.app.base import BaseApplication
from tvist.commands import timed_worker

def app(environ, start):
    read = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"x" * 50_000_000 if environ["PATH_INFO"] == "/large" else str(len(read)).encode()]

class Small(BaseApplication):
    def load_config(self):
        for name, value in {{
            "bind": "127.0.0.1:0", "workers": 1, "threads": 1, "loglevel": "warning", "control_socket_disable": True,
            "worker_class": "tvist.commands.timed_worker.TimedWorker",
            "when_ready": lambda arbiter: print(arbiter.LISTENERS[0].getsockname()[1], flush=True),
        }}.items():
            self.cfg.set(name, value)
    def load(self):
        return app

timed_worker.TimedConnection.seconds = timed_worker.SECONDS_TO_TAKE = {LIMIT}
sys.argv = ["small"]
Small().run()
"""


@pytest.fixture(scope="module")
def port():
    with subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()
            server.wait(SOON)


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=SOON)


def answered(port, body=b""):
    """What another one gets: the number of bytes they sent."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SOON)) as other:
        other.request("POST", "/", body=body)
        return int(other.getresponse().read())


def is_let_go(sock):
    """Whether the server closes the connection, without an answer."""
    try:
        return sock.recv(100) == b""
    except ConnectionResetError:
        return True


def test_who_sends_nothing_holds_no_thread_and_is_let_go(port):
    silent = [connected(port) for _ in range(20)]
    assert answered(port, b"four") == 4
    for each in silent:
        with each:
            assert is_let_go(each)


def test_a_first_byte_that_comes_late_is_taken(port):
    with connected(port) as late:
        time.sleep(LIMIT / 3)
        late.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert late.recv(100).startswith(b"HTTP/1.0 200")


def drip(sock):
    """Send a byte now and then, until the other end is closed."""
    for _ in range(int(6 * SOON / LIMIT)):
        time.sleep(LIMIT / 6)
        sock.sendall(b"E")


@pytest.mark.parametrize("begun", [b"G", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nb"])
def test_a_byte_now_and_then_is_let_go(port, begun):
    with connected(port) as slow:
        slow.sendall(begun)
        with pytest.raises(ConnectionError):
            drip(slow)
        assert answered(port) == 0


@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1\r\nHo", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nbody"])
def test_who_falls_silent_is_let_go(port, begun):
    with connected(port) as silent:
        silent.sendall(begun)
        assert answered(port, b"another") == 7
        assert is_let_go(silent)


def test_a_large_body_on_a_poor_line_passes(port):
    piece, pieces = b"p" * 8_192, 8
    with connected(port) as poor:
        poor.sendall(b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % (len(piece) * pieces))
        for _ in range(pieces):
            time.sleep(LIMIT / 4)
            poor.sendall(piece)
        assert b"".join(iter(lambda: poor.recv(1000), b"")).endswith(b"65536")


def test_who_does_not_take_the_answer_is_let_go(port):
    with connected(port) as deaf:
        deaf.sendall(b"GET /large HTTP/1.0\r\n\r\n")
        assert answered(port, b"x") == 1


def test_a_connection_that_is_kept_is_used_again(port):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SOON)) as kept:
        for size in (3, 0, 70_000):
            kept.request("POST", "/", body=b"b" * size)
            assert int(kept.getresponse().read()) == size
