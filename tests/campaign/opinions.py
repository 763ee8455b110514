"""Opinions drawn at random with secrets planted in every place where people write, and what a careful person marks in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from tests.documents.opinion_records import a_line, a_record
from tvist.anonymity.birth_numbers import is_birth_number
from tvist.anonymity.kinds import MarkKind
from tvist.publication.places import replaced, texts, widened
from tvist.publication.proposing import Known, KnownPerson, proposals
from tvist.register.municipalities import municipalities_on
from tvist.register.regions import state_regions

if TYPE_CHECKING:
    import random

Record = dict[str, Any]
FIRST: Final = ("Ragnhild", "Torbjørn", "Aslaug", "Eyvind", "Gunnhild", "Åsmund", "Solvår", "Jørund", "Siv-Ånung", "Mikkjal")
LAST: Final = (
    "Skjelbreidmo",
    "Tveiterås",
    "Brattfjellvåg",
    "Åmlifoss",
    "Hjortedalslia",
    "Kvernbekkmyr",
    "Ørjansvåg",
    "Gaskebeaivváš",
)
HOMES: Final = ("Granlia ungdomsheim", "Fjellglimt barneverninstitusjon", "Bjørkhaug omsorgssenter", "Solvang akuttsenter")
FREE: Final = ("den blå hytta ved demningen", "hesten Stjernegutt", "fosterforeldrenes bakeri", "korpset på Øvreenga")
MONTHS: Final = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
INSIDE: Final = (
    "Det er ikke omtvistet at {0} var kjent med dette.",
    "Nemnda viser til brevet om {0}, som partene har lagt fram.",
    "Opplysningen om {0} er ikke bestridt.",
    "Partene er uenige om betydningen av {0} i denne sammenhengen.",
)
FILLING: Final = (
    "Saksbehandlingstiden i kommunen har betydning for barnevernstjenestens vurdering.",
    "Vikaren måtte vike for andre hensyn, og neset var stengt.",
    "Etter en helhetsvurdering er det omsorgssituasjonen som har vært avgjørende.",
)
THE_DAY: Final = "2026-03-02"


@dataclass
class Planted:
    """A record, what is known of its case, the secrets in the words in which they were planted, and each place of each."""

    record: Record
    known: Known
    secrets: dict[str, MarkKind] = field(default_factory=dict)
    stretches: list[tuple[str, int, int, MarkKind]] = field(default_factory=list)


def planted(draw: random.Random) -> Planted:
    """One opinion: some municipality, region and form; three to five secrets in each text."""
    places = list(municipalities_on(draw_day()))
    own, other = draw.sample(places, 2)
    people = [f"{draw.choice(FIRST)} {last}" for last in draw.sample(LAST, 4)]
    region = draw.choice([each for each in state_regions() if " region " in each.name])
    record = _record(draw, f"{own.name} kommune", region.name, people[0])
    known = Known(
        people=(KnownPerson(people[0], "representative"), KnownPerson(people[1], "officer")),
        organisations=(f"{own.name} kommune", region.name),
        own_references=tuple(party["own_reference"] for party in record["parties"]),
        case_numbers=(record["number"], "2025/0417"),
        institutions=(HOMES[0],),
        addresses=("postmottak@sikkert-sted.no",),
    )
    secrets = _secrets(draw, own.name, other.name, people)
    made = Planted(record, known)
    written = {place: _plant(draw, made, place, text, secrets) for place, text in texts(record)}
    _plant_again(made, written)
    made.record = replaced(record, written)
    return made


def draw_day() -> Any:
    """The day on which the municipalities of the campaign are in force."""
    from datetime import date

    return date.fromisoformat(THE_DAY)


def _record(draw: random.Random, municipality: str, region: str, representative: str) -> Record:
    language = draw.choice(("nb", "nn"))
    lines = [
        a_line(
            number,
            municipality=municipality,
            claimed_by=municipality,
            measure=draw.choice(("institution", "foster_home", "support_person")),
            measure_words="Opphold og oppfølging",
            from_on="2024-03-10",
            to_on="2024-06-15",
        )
        for number in range(1, draw.randint(2, 4))
    ]
    base = a_record(lines=lines, language=language, number=f"2026/{draw.randint(1, 9999):04d}")
    parties = [
        base["parties"][0]
        | {
            "name": municipality,
            "representative": representative,
            "own_reference": f"{draw.randint(2019, 2025)}/{draw.randint(10000, 99999)}",
        },
        base["parties"][1] | {"name": region, "own_reference": f"BV-{draw.randint(1000, 9999)}-{draw.randint(10, 99)}"},
    ]
    sections = dict.fromkeys(base["sections"], "Nemnda har lest sakens papirer.")
    questions = [
        each
        | {
            "line": 1,
            "reasons": "Nemnda har vurdert dette.",
            "remarks": [one | {"text": "Jeg ser annerledes på dette."} for one in each["remarks"]],
        }
        for each in base["questions"]
    ]
    let_in = {
        "kind": "comments",
        "sender": municipality,
        "made_on": "2026-01-20",
        "without": [region],
        "reasons": "Brevet kom sent.",
    }
    correction = {"version": 2, "on": "2026-03-20", "words": "En skrivefeil er rettet."}
    return base | {
        "parties": parties,
        "sections": sections,
        "questions": questions,
        "let_in": [let_in],
        "corrections": [correction],
    }


def _secrets(draw: random.Random, own: str, other: str, people: list[str]) -> list[tuple[str, MarkKind]]:
    """What may be planted, in the words in which it stands."""
    phone = f"{draw.choice('49')}{draw.randint(0, 9999999):07d}"
    born = _birth_number(draw)
    day = f"{draw.randint(1, 28)}. {draw.choice(MONTHS)} {draw.randint(2005, 2023)}"
    kind = MarkKind
    found = [(f"{each} kommune", kind.MUNICIPALITY) for each in (own, other)]
    found += [
        (f"{own} kommunes", kind.MUNICIPALITY),
        (f"{own.upper()} KOMMUNE", kind.MUNICIPALITY),
        (f"{other} kommunes", kind.MUNICIPALITY),
    ]
    found += [(name, kind.PERSON) for name in people] + [
        (f"{people[2]}s", kind.PERSON),
        (people[0].split()[-1], kind.REPRESENTATIVE),
    ]
    found += [
        (phone, kind.NUMBER),
        (f"{phone[:3]} {phone[3:5]} {phone[5:]}", kind.NUMBER),
        (f"+47 {phone[:2]} {phone[2:4]} {phone[4:6]} {phone[6:]}", kind.NUMBER),
    ]
    found += [
        (born, kind.NUMBER),
        (f"{born[:6]} {born[6:]}", kind.NUMBER),
        ("2025/0417", kind.NUMBER),
        ("sak 2025-0417", kind.NUMBER),
    ]
    found += [(day, kind.DATE), (f"{draw.randint(1, 28):02d}.{draw.randint(1, 12):02d}.{draw.randint(2005, 2023)}", kind.DATE)]
    found += [(home, kind.INSTITUTION) for home in draw.sample(HOMES, 2)] + [("postmottak@sikkert-sted.no", kind.ADDRESS)]
    found += [
        (f"{draw.choice(FIRST).lower()}@hemmelig-post.no", kind.ADDRESS),
        (f"Ekornrabbveien {draw.randint(2, 99)}", kind.ADDRESS),
    ]
    return found + [(free, kind.FREE) for free in draw.sample(FREE, 2)]


def _birth_number(draw: random.Random) -> str:
    """Of the synthetic population: the month has 80 added."""
    while True:
        digits = f"{draw.randint(1, 28):02d}{draw.randint(81, 92)}{draw.randint(0, 99):02d}{draw.randint(0, 99999):05d}"
        if is_birth_number(digits):
            return digits


def _plant(draw: random.Random, made: Planted, place: str, text: str, secrets: list[tuple[str, MarkKind]]) -> str:
    """The text with some secrets in it, each in a sentence of its own, and ordinary sentences between."""
    written = text
    is_cell = place.endswith("measure_words") or ".measures." in place
    for words, kind in draw.sample(secrets, 1 if is_cell else draw.randint(2, 4)):
        sentence = draw.choice(INSIDE)
        gap = " " if is_cell else draw.choice((" ", " ", "\n\n", "\n- "))
        start = len(written) + len(gap) + sentence.index("{0}")
        written += gap + sentence.format(words) + (f" {draw.choice(FILLING)}" if not is_cell and draw.random() < 0.4 else "")
        made.secrets[words] = kind
        made.stretches.append((place, start, start + len(words), kind))
    return written


def _plant_again(made: Planted, written: dict[str, str]) -> None:
    """What only a person knows for a secret stands in two places at least: of one place that is not marked no program can know."""
    free = Counter(written[place][start:end] for place, start, end, kind in made.stretches if kind is MarkKind.FREE)
    for words in [words for words, times in free.items() if times == 1]:
        place = "sections.background"
        start = len(written[place]) + len(" Det gjaldt ")
        written[place] += f" Det gjaldt {words} også."
        made.stretches.append((place, start, start + len(words), MarkKind.FREE))


def a_mark(place: str, start: int, end: int, words: str, *, hides: bool = True, **more: Any) -> Any:
    """A mark, decided."""
    return SimpleNamespace(place=place, start=start, end=end, words=words, hides=hides, why="", **more)


def marks_of(made: Planted) -> tuple[list[Any], int]:
    """What a careful person marks: hides what is proposed and secret, leaves the rest open, and marks by hand what is left of the planted.

    And how many were by hand.
    """
    marks = [
        a_mark(
            each.place,
            each.start,
            each.end,
            each.words,
            kind=each.kind,
            replacement=each.replacement,
            hides=any(
                place == each.place and start < each.end and each.start < end for place, start, end, _kind in made.stretches
            ),
        )
        for each in proposals(made.record, made.known)
    ]
    by_hand = 0
    written = dict(texts(made.record))
    for place, start, end, kind in made.stretches:
        text = written[place]
        first, last = widened(text, start, end)
        meeting = [mark for mark in marks if mark.place == place and mark.start < last and first < mark.end]
        if any(mark.start <= start and end <= mark.end for mark in meeting):
            continue
        marks = [mark for mark in marks if mark not in meeting]
        first, last = min([first, *(mark.start for mark in meeting)]), max([last, *(mark.end for mark in meeting)])
        marks.append(a_mark(place, first, last, text[first:last], kind=kind, replacement="[skjult]"))
        by_hand += 1
    return marks, by_hand
