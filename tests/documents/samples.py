"""Documents that have everything, of any length, and letters: what conformance is tried on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tvist.pdf import (
    Column,
    Document,
    Link,
    Series,
    bar_chart,
    boxed,
    chart,
    code_block,
    fact_table,
    heading,
    line_chart,
    page_break,
    prose,
    signature_block,
    stacked_bars,
    table,
)

if TYPE_CHECKING:
    from tvist.pdf import Block

ADDRESS = "https://tvist.invalid/saker/2026-0001/utdrag?side="
LINKS = [Link("utdrag s. 47", f"{ADDRESS}47"), Link("utdrag s. 4", f"{ADDRESS}4")]
LONG = (
    "Saksbehandlingstiden har vært uvanlig lang på grunn av dokumentasjonskravene, og oppholdskommunen har ikke besvart "
    "barneverntjenestens henvendelser om kostnadsfordelingen mellom barneverns- og helsenemnda og fosterhjemskommunen. "
    "Fylkesnemnda for barnevern og sosiale saker, Ruoŧŧa og Kárášjohka er nevnt i utdrag s. 47. "
)
NYNORSK = (
    "Nemnda meiner at oppfostringskommunen bør dekkje meirutgiftene i fosterheimen, slik barneverntenesta har rekna dei ut. "
)
COLUMNS = [Column("Periode"), Column("Grunnlag", weight=2), Column("Beløp", align="right")]
YEARS = ["2024", "2025", "2026"]


def a_document(**changed: Any) -> Document:
    told = {
        "title": "Rådgivende uttalelse",
        "language": "nb",
        "reference": "2026/0001",
        "short_title": "Vik kommune mot Bufetat region vest",
        "made_on": date(2026, 3, 4),
        "marked_as_invented": True,
    }
    return Document(**(told | changed))


def everything(rows: int = 3) -> list[Block]:
    """Each kind of block there is, and each thing that may stand in a text."""
    return [
        heading("Rådgivende uttalelse"),
        fact_table([("Avgitt", "4. mars 2026"), ("Saksnummer", "2026/0001"), ("Parter", "Vik kommune\nBufetat region vest")]),
        heading("Sakens bakgrunn", 2),
        prose(f"{LONG}[^1]\n\n{LONG}", links=LINKS, notes=["Barnevernsloven § 16-1, se utdrag s. 47."]),
        prose("Nemnda legger til grunn:\n- at flyttingen var et barnevernstiltak\n- at utdrag s. 4 viser det\n\n1. først\n2. så", links=LINKS),
        heading("Partene er enige", 3),
        prose(NYNORSK * 3, language="nn"),
        prose("utdrag s. 47", links=LINKS),
        boxed(f"{LONG}\n\n- fordi utdrag s. 47\n- og fordi", "Dissens fra Kåre Oppdiktet", links=LINKS),
        heading("Conclusion in English", 2, language="en"),
        prose("The opinion is advisory.", language="en"),
        heading("Slutning", 2),
        table(COLUMNS, [("2024", f"rad {row}", "1 234 567,50") for row in range(rows)], totals=("Sum", "", "3 703 702,50"), caption="Hvem som bør dekke hva"),
        heading("Tall", 2),
        chart(bar_chart([Series("Mottatt", [12, 30, 22])], YEARS, title="Saker", unit="saker", language="nb")),
        chart(stacked_bars([Series("Kommunen", [4, 1, 0]), Series("Staten", [3, 1, 0])], YEARS, title="Utfall", unit="saker", language="nn")),
        chart(line_chart([Series("Open", [1, None, 4])], YEARS, title="Open cases", unit="cases", language="en")),
        signature_block([("Cato Oppdiktet", "leder"), ("Frida Oppdiktet", "fast medlem"), ("Kåre Oppdiktet", "varamedlem"), ("Ŋ", "ŧ")]),
        code_block(f"{ADDRESS}1", f"Skriv koden ABCD-EFGH på tvist.invalid.\n\n{ADDRESS}1"),
    ]  # fmt: skip


def many(times: int) -> list[Block]:
    """Everything, over and over, with tables of sixty rows."""
    return [block for _ in range(times) for block in (*everything(60), page_break())]


def a_letter() -> list[Block]:
    """As letters are told: the addressee, a heading, text, a list, who signed."""
    return [
        fact_table([("Til", "Vik kommune\nPostboks 1\n5000 Vik"), ("Vår referanse", "2026/0001")]),
        heading("Mangler ved begjæringen"),
        prose(f"Vi har mottatt begjæringen.\n\nDere må sende inn:\n\n1. {LONG}\n2. et vedtak\n\nFristen er 1. april 2026."),
        signature_block([("Asta Oppdiktet", "rådgiver")]),
    ]
