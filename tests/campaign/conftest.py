"""The figures of a whole campaign, written to `docs/campaign.md` when it has ended."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.campaign.counts import IS_WHOLE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

PLACE = Path(__file__).resolve().parents[2] / "docs" / "campaign.md"
HEAD = """# The last whole campaign

What is tried at random, at full length, by `make campaign`; a slice of it runs with every `make test`. Each run draws anew. Written by the run itself.
"""


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest) -> Iterator[list[tuple[str, str, Counter[str]]]]:
    """What each run did: its name, its database, and what it counted. Only a campaign that ended well is written down."""
    found: list[tuple[str, str, Counter[str]]] = []
    yield found
    if IS_WHOLE and found and not request.session.testsfailed:
        PLACE.write_text(_page(found), encoding="utf-8")


@pytest.fixture
def tell(told: list[tuple[str, str, Counter[str]]], kind: str) -> Callable[[str, Counter[str]], None]:
    """Note what a run counted."""
    return lambda name, counted: told.append((name, kind, counted))


def _page(found: list[tuple[str, str, Counter[str]]]) -> str:
    parts = [HEAD, f"Run on {datetime.now(UTC).date().isoformat()}.\n"]
    for name, kind, counted in found:
        rows = [f"| {what} | {count} |" for what, count in sorted(counted.items())]
        parts.append("\n".join([f"## {name} on {kind}\n", "| what happened | times |", "|---|---:|", *rows]) + "\n")
    return "\n".join(parts)
