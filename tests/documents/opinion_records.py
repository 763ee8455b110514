"""Records of opinions for the tests of the document, as `tvist.decision.record` makes them: dissent, a middle figure, several lines."""

from __future__ import annotations

from typing import Any

LEADER, FREE, KS = "Cato Oppdiktet", "Frida Oppdiktet", "Kåre Oppdiktet"
LEGAL = (
    "Spørsmålet er hvem som etter loven er nærmest til å bære utgiftene. Barnevernsloven kapittel 16 fordeler ansvaret mellom stat og kommune "
    "for tiltak etter den loven. Har barnet behov for tjenester etter helse- og omsorgstjenesteloven, ligger ansvaret for dem hos kommunen.\n\n"
    "Nemnda legger til grunn at det avgjørende er hva som var hovedgrunnen til at tiltaket ble satt i verk:\n\n"
    "- Var omsorgssituasjonen hovedgrunnen, taler det for at staten bør dekke utgiftene over den kommunale egenandelen.\n"
    "- Var funksjonsnedsettelsen hovedgrunnen, taler det for at kommunen bør dekke dem."
)


def a_vote(name: str, value: int, *, followed: bool = True) -> dict[str, Any]:
    return {"name": name, "value": value, "is_followed": followed}


def a_result(value: int, *votes: int) -> dict[str, Any]:
    """A result from three votes, in the order of the seats."""
    given = [
        a_vote(name, vote, followed=vote == value) for name, vote in zip((LEADER, FREE, KS), votes or (value,) * 3, strict=True)
    ]
    agreeing = sum(vote["is_followed"] for vote in given)
    return {"value": value, "is_unanimous": agreeing == 3, "has_majority": agreeing >= 2, "votes": given}


def a_line(position: int, **changed: Any) -> dict[str, Any]:
    return {
        "position": position,
        "municipality": "Vik kommune",
        "claimed_by": "Vik kommune",
        "measure": "institution",
        "measure_words": "",
        "from_on": "2024-03-10",
        "to_on": "2024-06-15",
        "known_until": None,
        "unit": "month",
        "claimed_ore": 20862903,
        "should_bear": "state",
        "paid_by": "municipality",
        "paid_ore": 20862903,
        "finding": a_finding(0, 20862903, 0, 20862903, refunds=("state", 20862903)),
    } | changed


def a_finding(
    percent: int, found: int | None, *shares: int | None, refunds: tuple[str | None, int | None] = (None, None)
) -> dict[str, Any]:
    municipality, state = shares
    kind = {0: "state", 100: "municipality"}.get(percent, "split")
    return {
        "outcome": kind,
        "municipality_percent": percent,
        "found_ore": found,
        "municipality_ore": municipality,
        "state_ore": state,
        "refund_from": refunds[0],
        "refund_ore": refunds[1],
    }


def a_question(position: int, line: int, kind: str, result: dict[str, Any] | None, **changed: Any) -> dict[str, Any]:
    reasons = (
        "Nemnda viser til sakkyndig rapport og til barneverntjenestens journal. Det var omsorgssituasjonen som utløste flyttingen, og "
        "hjelpebehovet ellers kunne vært møtt i hjemmet. Dette taler klart for at utgiftene hører under barnevernet."
    )
    return {
        "position": position,
        "line": line,
        "kind": kind,
        "claimed_ore": None,
        "reasons": reasons,
        "result": result,
        "remarks": [],
    } | changed


def a_record(**changed: Any) -> dict[str, Any]:
    """Three lines, a dissent on the first, a middle figure on the second, the third of principle."""
    lines = [
        a_line(1),
        a_line(
            2,
            measure="reinforced_foster_home",
            from_on="2024-06-16",
            to_on=None,
            known_until="2025-12-31",
            claimed_ore=184_500_050,
            paid_ore=100_000_000,
            finding=a_finding(33, 150_000_001, 49_500_001, 100_500_000, refunds=("state", 50_499_999)),
        ),
        a_line(
            3,
            measure="support_person",
            to_on=None,
            unit="principle",
            claimed_ore=None,
            paid_ore=0,
            finding=a_finding(100, None, None, None),
        ),
    ]
    dissent = {
        "name": KS,
        "kind": "dissent",
        "text": "Jeg er kommet til et annet resultat.\n\nEtter mitt syn var det barnets funksjonsnedsettelse som gjorde oppholdet nødvendig.",
    }
    concurring = {
        "name": FREE,
        "kind": "concurring",
        "text": "Jeg er enig i resultatet, men legger mindre vekt på den sakkyndiges rapport.",
    }
    return {
        "number": "2026/0001",
        "language": "nb",
        "is_invented": True,
        "issued_on": "2026-03-02",
        "received_on": "2025-09-01",
        "referred_on": "2026-01-12",
        "new_treatment": "3 months",
        "parties": [
            {
                "side": "requesting",
                "name": "Vik kommune",
                "kind": "municipality",
                "representative": "Asta Oppdiktet",
                "own_reference": "2024/17",
            },
            {
                "side": "opposing",
                "name": "Bufetat region vest",
                "kind": "state",
                "representative": "",
                "own_reference": "BV-2024-88",
            },
        ],
        "panel": [
            {"seat": "leader", "name": LEADER, "appointment": "fixed"},
            {"seat": "free", "name": FREE, "appointment": "fixed"},
            {"seat": "ks", "name": KS, "appointment": "deputy"},
        ],
        "sections": {
            "subject": "Saken gjelder hvem som bør dekke utgiftene til Barn As opphold i institusjon og forsterket fosterhjem fra mars 2024.",
            "background": "Barn A er født i 2011. 10. mars 2024 flyttet Barn A i institusjon, og 16. juni 2024 i forsterket fosterhjem.",
            "agreed": "Partene er enige om datoene og om hva som er betalt.",
            "disputed": "Partene er uenige om hva som var grunnen til flyttingen, og om merutgiftene i fosterhjemmet var nødvendige.",
            "requesting_argument": "Oppholdet var et barnevernstiltak.\n\nPåstand: Staten bør dekke utgiftene.",
            "opposing_argument": "Oppholdet skyldtes barnets behov for helse- og omsorgstjenester.\n\nPåstand: Vik kommune bør dekke utgiftene.",
            "legal": LEGAL,
            "conclusion": "Kravpost 1: Staten ved Bufetat region vest bør dekke 208 629,03 kr.\n\nKravpost 2: Utgiftene bør deles som i tabellen.",
        },
        "lines": lines,
        "questions": [
            a_question(1, 1, "responsible", a_result(0, 0, 0, 100), remarks=[concurring, dissent]),
            a_question(2, 1, "amount", a_result(20862903)),
            a_question(3, 2, "responsible", a_result(33)),
            a_question(4, 2, "amount", a_result(150_000_001, 184_500_050, 150_000_001, 120_000_000)),
            a_question(5, 3, "responsible", a_result(100)),
        ],
        "outcome": "split",
    } | changed
