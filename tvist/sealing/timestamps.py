"""Time stamps from an authority (RFC 3161) over HTTP, with a limit of time, and told apart: it is away, or it refuses."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from typing import Final

from asn1crypto import tsp
from pyhanko.sign.timestamps.api import TimeStamper

from tvist.sealing.refusals import TimestampAway, TimestampRefused

PATIENCE: Final = 20.0
"""Seconds for one answer."""
LARGEST_ANSWER: Final = 1 << 20
FIRST_OF_OURS: Final = 500
"""From this status on it is the server's own trouble, and worth another try."""


class Authority(TimeStamper):
    """A time-stamping authority at an address."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko gives this one no types.
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask it. Raises TimestampAway, or TimestampRefused for an answer that is none."""
        return await asyncio.to_thread(self._ask, req.dump())

    def _ask(self, question: bytes) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        asked = urllib.request.Request(self._url, data=question, headers=headers)  # noqa: S310 - the setting demands http or https.
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310 - the same.
                kind, content = answer.headers.get_content_type(), answer.read(LARGEST_ANSWER + 1)
        except urllib.error.HTTPError as error:
            error.close()
            raise (TimestampAway if error.code >= FIRST_OF_OURS else TimestampRefused) from None
        except OSError as error:
            raise TimestampAway from error
        if kind != "application/timestamp-reply" or len(content) > LARGEST_ANSWER:
            raise TimestampRefused
        try:
            found = tsp.TimeStampResp.load(content)
            found["status"]["status"].native  # noqa: B018 - reading it takes the answer apart.
        except (ValueError, TypeError) as error:
            raise TimestampRefused from error
        return found
