"""The pages of a bundle: they follow each other without a gap, and are those of what was frozen (rule 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.panel.bundles import PartKind

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.check.finding import Findings
    from tvist.panel.bundles import BundlePart
    from tvist.panel.models import Bundle


def check_bundles(case: Case) -> Findings:
    """Each version whose pages are made. One that is still being made has neither parts nor file."""
    for bundle in case.bundles:
        if bundle.file is None:
            if bundle.parts:
                yield "bundle.pages"
        elif not (_is_gapless(bundle) and _has_its_parts(bundle)):
            yield "bundle.pages"


def _is_gapless(bundle: Bundle) -> bool:
    """From 1 to the last page, part by part, the index first."""
    following = 1
    for position, part in enumerate(bundle.parts, start=1):
        if part.position != position or part.first_page != following or (part.kind is PartKind.INDEX) is not (position == 1):
            return False
        following += part.pages
    return bundle.file is not None and bundle.file.pages == following - 1


def _has_its_parts(bundle: Bundle) -> bool:
    """One for each sending and paper that was frozen, in that order; a paper that was under quarantine when it was made has none (rule 20)."""
    found = [_told(part) for part in bundle.parts if part.kind is not PartKind.INDEX]
    asked: list[tuple[int | None, int | None]] = []
    withheld: set[tuple[int | None, int | None]] = set()
    for entry in bundle.entries:
        asked.append((entry.submission_id, None))
        asked += [(entry.submission_id, paper.id) for paper in entry.submission.papers]
        withheld |= {(entry.submission_id, paper.id) for paper in entry.submission.papers if paper.quarantined_at is not None}
    return found == [each for each in asked if each in found or each not in withheld]


def _told(part: BundlePart) -> tuple[int | None, int | None]:
    return part.submission_id, part.paper_id
