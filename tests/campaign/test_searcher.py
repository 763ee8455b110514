"""The searching program itself: it finds a word in each dress in which a stranger could read it, and no other word for it."""

from __future__ import annotations

import zlib

import pytest

from tests import searcher
from tests.documents.samples import a_document
from tvist.pdf import prose, render


@pytest.fixture
def kind() -> str:
    """Nothing of this asks a database."""
    return "files alone"


@pytest.mark.parametrize(
    "written",
    [
        *("2026/0001", "2026-0001", "2026 0001", "2026.0001", "20260001", "2026 / 0001", "2026\u20440001", "2026\u2215\n0001"),
        *("2026\u2014" + "0001", "2026\u2212" + "0001", "2026_0001", "2026\\0001", "2026:0001", "2026,0001", "2026 (0001)", "2026%2F0001"),
        *("2026\u00ad/\u200b0001", "2026&#47;0001", "2026<b>/</b>0001", "2026&nbsp;&ndash;&nbsp;0001", "\uff12\uff10\uff12\uff16/0001"),
    ],
)  # fmt: skip
def test_a_number_is_found_whatever_stands_between_its_digits(written: str) -> None:
    assert searcher.finds({"text": f"Sak {written}, som".encode()}, ["2026/0001"]) == ["text: 2026/0001"]


@pytest.mark.parametrize("written", ["2026/00012", "12026/0001", "2026/0002", "2026 og 0001"])
def test_another_number_is_not_found_for_it(written: str) -> None:
    assert searcher.finds({"text": f"Sak {written}, som".encode()}, ["2026/0001"]) == []


@pytest.mark.parametrize(
    "word",
    ["Solvår Kvernbekkmyr", "17. mai 2019", "sak 2025-0417", "solvaar@hemmelig-post.no", "BV-1234-56", "7/12", "Siv-Ånung"],
)
@pytest.mark.parametrize("between", ["", " ", "-", "/", " / ", ".\n", "\u2013", "_", ", "])
def test_a_name_is_found_whatever_stands_between_its_parts(word: str, between: str) -> None:
    written = between.join(searcher.re.split(r"[ .\-/]+", word))

    assert searcher.finds({"text": f"({written})".encode()}, [word]) == [f"text: {word}"]
    assert searcher.finds({"text": f"x{written}x".encode()}, [word]) == []


@pytest.mark.parametrize("before", [b"", b"x"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("held", ["open", "packed"])
def test_a_string_is_found_in_each_encoding_at_an_even_and_an_odd_byte(before: bytes, encoding: str, held: str) -> None:
    data = before + b"((" + "\nSolvår Kvernbekkmyr\n".encode(encoding) + b"))"
    stream = b"stream\n" + zlib.compress(data) + b"\nendstream"

    assert searcher.finds({"file": data if held == "open" else stream}, ["Kvernbekkmyr"]) == ["file: Kvernbekkmyr"]


@pytest.mark.parametrize("before", [b"", b"x"])
def test_a_short_name_is_found_in_a_string_that_says_its_encoding(before: bytes) -> None:
    alternative = b"\xfe\xff" + "Fra (Vik)".encode("utf-16-be").replace(b"(", b"\\(").replace(b")", b"\\)")

    assert searcher.finds({"file": before + b"/Alt (" + alternative + b")"}, ["Vik"]) == ["file: Vik"]
    assert searcher.finds({"file": before + b"/Alt <" + alternative.replace(b"\\", b"").hex().encode() + b">"}, ["Vik"]) == [
        "file: Vik"
    ]


def test_a_name_that_goes_on_over_a_page_is_found() -> None:
    """Between its parts stand the head and the foot of the pages."""
    parts = []
    for count in range(30, 80):
        data = render(a_document(), [prose("\n".join(["linje"] * count + ["Solvår", "Kvernbekkmyr"] + ["linje"] * 60))])
        parts += [] if any("Solvår" in page and "Kvernbekkmyr" in page for page in searcher.pages(data)) else [data]
    assert parts
    for data in parts:
        assert searcher.finds({"file": data}, ["Solvår Kvernbekkmyr"]) == ["file: Solvår Kvernbekkmyr"]
