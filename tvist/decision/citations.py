"""What the opinion refers to: pages of the bundle, checked (rule 21), and acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.decision.law_references import days_in_dispute, law_references
from tvist.decision.page_references import citations_in
from tvist.decision.parallel import parallel_language
from tvist.decision.parallel_places import parallel_places
from tvist.decision.places import places_of, remark_on
from tvist.decision.votes import seats_of, standing_questions
from tvist.panel.bundle import lines_in_bundle
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tvist.cases.models import Case
    from tvist.decision.law_references import LawReference
    from tvist.decision.page_references import Citation
    from tvist.panel.bundles import BundlePart
    from tvist.panel.models import Bundle


def texts_of(case: Case) -> Iterator[tuple[Message, str]]:
    """What the opinion will print of people's own words, each with the name of its place: sections, reasons, and remarks of who sits now."""
    for place in places_of(case):
        yield place.what, place.text
    seated = {seat.user.id for seat in seats_of(case)}
    for question in standing_questions(case):
        for remark in question.remarks:
            if remark.user_id in seated:
                yield remark_on(question).what, remark.text


def citation_faults(case: Case) -> list[Message]:
    """What is wrong with the references to the bundle, each with its place; a bundle whose pages are not made yet can be asked nothing."""
    return [] if case.decision is None else faults_in_texts(case, [*texts_of(case), *_parallel_texts(case)])


def _parallel_texts(case: Case) -> list[tuple[Message, str]]:
    """What it will print in the other form, where it does (rule 39)."""
    return [] if parallel_language(case) is None else [(place.what, place.text) for place in parallel_places(case) if place.main]


def faults_in_texts(case: Case, texts: Iterable[tuple[Message, str]]) -> list[Message]:
    """The same for any texts, each with the name of its place."""
    cited = [(what, citation) for what, text in texts for citation in citations_in(text)]
    bundle = case.bundles[-1] if case.bundles else None
    if not cited or bundle is None or bundle.file is None:
        return [Message("text.citation.not_made", place=what, words=found.words) for what, found in cited[:1]]
    pages = bundle.file.pages
    found = [
        Message(f"text.citation.{code}", place=what, words=citation.words, pages=pages)
        for what, citation in cited
        if (code := _fault(citation, bundle, pages)) is not None
    ]
    return list(dict.fromkeys(found))


def _fault(citation: Citation, bundle: Bundle, last: int) -> str | None:
    """What is wrong with a reference, by the end of its code; None for a good one. `last` is the last page of the bundle."""
    for first, end in citation.runs:
        if end < first:
            return "backwards"
        if first < 1 or end > last:
            return "no_such_page"
        parts = [part for part in bundle.parts if part.first_page <= end and first < part.first_page + part.pages]
        if found := next((code for part in parts if (code := _why_not(part))), None):
            return found
    return None


def _why_not(part: BundlePart) -> str | None:
    """Why nothing of a part may be cited: it was withdrawn, or not each party has had it and the leader has not let it in with a reason (rule 21)."""
    paper, sending = part.paper, part.submission
    if paper is not None and paper.quarantined_at is not None:
        return "withdrawn"
    return "not_served" if sending is not None and not sending.reaches_panel else None


def law_cited(case: Case) -> list[LawReference]:
    """The acts that the text refers to as it stands, as the opinion will list them."""
    if case.decision is None:
        return []
    days = days_in_dispute([(line.from_on, line.to_on) for line in lines_in_bundle(case)])
    return law_references([text for _what, text in texts_of(case)], case.decision.language, days)


def bundle_address(case: Case, base_url: str) -> str:
    """The address to which the number of a page is added: where the bundle is read page by page."""
    return f"{base_url}/cases/{case.slug}/bundle/pages/"
