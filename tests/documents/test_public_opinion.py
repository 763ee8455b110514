"""The file that the public reads: it conforms as all our documents, and its text holds no name (rules 37, 46)."""

from __future__ import annotations

from typing import Any

import pypdfium2

from tests.documents.opinion_records import a_record
from tests.domain.test_public_record import made
from tests.verapdf import faults
from tvist.pdf import render
from tvist.publication.document import public_opinion
from tvist.publication.models import BlurKind


def with_parallel() -> dict[str, Any]:
    record = a_record(language="nn")
    reasons = {str(question["position"]): "Vik kommune har rett." for question in record["questions"]}
    beside = {"language": "nb", "sections": record["sections"], "reasons": reasons, "remarks": {"1": ["Enig.", "Uenig."]}}
    return record | {"parallel": beside}


def test_the_public_file_conforms_and_names_nobody() -> None:
    data = render(*public_opinion(made(with_parallel(), blurs=[BlurKind.DAYS, BlurKind.AMOUNTS])))
    assert faults(data, "2a") == []
    assert faults(data, "ua1") == []
    with pypdfium2.PdfDocument(data) as pdf:
        text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
        told = str(pdf.get_metadata_dict())
    assert "BTN-2026-1" in text
    assert "BTN-2026-1" in told
    assert not any(name in text + told for name in ("Vik", "Asta", "2026/0001", "2024/17", "208 629"))


def test_the_same_public_record_gives_the_same_bytes() -> None:
    found = made(a_record())
    assert render(*public_opinion(found)) == render(*public_opinion(found))
