"""Each kind of document we make, with the fewest pages it has: what conformance is tried on, sealed and unsealed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.documents.opinion_records import a_line, a_question, a_record, a_result
from tests.documents.samples import a_document, a_letter, everything, many
from tests.documents.test_receipt import a_receipt
from tests.domain.test_public_record import made as made_public
from tvist.decision.document import opinion
from tvist.intake.receipt import receipt
from tvist.pdf import heading, prose, render
from tvist.publication.document import public_opinion

if TYPE_CHECKING:
    from collections.abc import Callable

CORRECTIONS = [{"version": 2, "on": "2026-03-09", "words": "Årstallet i vurderingen var feil."}]
MANY_LINES = {
    "lines": [a_line(position) for position in range(1, 240)],
    "questions": [a_question(position, position, "responsible", a_result(0)) for position in range(1, 240)],
}
KINDS: dict[str, tuple[int, Callable[[], bytes]]] = {
    "opinion, nb": (5, lambda: render(*opinion(a_record()))),
    "opinion, nn": (5, lambda: render(*opinion(a_record(language="nn")))),
    "opinion, corrected": (5, lambda: render(*opinion(a_record(corrections=CORRECTIONS)))),
    "opinion, draft": (5, lambda: render(*opinion(a_record(issued_on=None), is_draft=True))),
    "opinion, long": (60, lambda: render(*opinion(a_record(**MANY_LINES)))),
    "opinion, long nn": (60, lambda: render(*opinion(a_record(language="nn", **MANY_LINES)))),
    "public opinion, nb": (5, lambda: render(*public_opinion(made_public(a_record())))),
    "public opinion, nn": (5, lambda: render(*public_opinion(made_public(a_record(language="nn"))))),
    "public opinion, long nn": (60, lambda: render(*public_opinion(made_public(a_record(language="nn", **MANY_LINES))))),
    "receipt, nb": (1, lambda: render(*receipt(a_receipt("nb")))),
    "receipt, nn": (1, lambda: render(*receipt(a_receipt("nn")))),
    "letter": (1, lambda: render(a_document(title="Mangler"), a_letter())),
    "letter in English": (1, lambda: render(a_document(title="Letter", language="en"), a_letter())),
    "everything": (3, lambda: render(a_document(), everything())),
    "everything, over and over": (15, lambda: render(a_document(), many(3))),
    "nothing": (1, lambda: render(a_document(title=" "), [])),
    "empty sections": (1, lambda: render(a_document(), [heading(" ", 2), prose(""), heading("Tom", 3), heading("Full", 2), prose("a")])),
}  # fmt: skip


@cache
def file_of(kind: str) -> bytes:
    """The file, made once a process: the same record gives the same bytes."""
    return KINDS[kind][1]()
