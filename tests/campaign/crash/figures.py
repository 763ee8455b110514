"""The figures of a whole crash campaign, written into `docs/reliability.md` by the run that counted them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.campaign.counts import IS_WHOLE

if TYPE_CHECKING:
    from tests.databases import Kind

PLACE = Path(__file__).resolve().parents[3] / "docs" / "reliability.md"


def write_down(kind: Kind, counted: dict[str, int]) -> None:
    """Put a run's figures between the marks of its database. A slice writes nothing, nor does a run that failed: it does not come here."""
    if not IS_WHOLE:
        return
    rows = "\n".join(f"| {what} | {count} |" for what, count in counted.items())
    table = f"Run on {datetime.now(UTC).date().isoformat()}.\n\n| what | times |\n|---|---:|\n{rows}\n"
    begin, end = f"<!-- crashes on {kind}: begin -->", f"<!-- crashes on {kind}: end -->"
    text = PLACE.read_text(encoding="utf-8")
    assert begin in text
    found = re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{table}{end}", text, flags=re.DOTALL)
    PLACE.write_text(found, encoding="utf-8")
