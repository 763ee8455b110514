"""The public record is built of what is named, from frozen records as they are: what nobody named stays inside (rule 46)."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.documents.opinion_records import KS, a_finding, a_line, a_question, a_record, a_result
from tests.domain.test_marked_texts import AMark, a_mark
from tests.scenes.afterwards import corrected
from tests.scenes.decision import MUNICIPALITY, STATE, issued
from tests.scenes.parallel import both_issued
from tvist.anonymity.kinds import MarkKind
from tvist.decision.correcting import latest_record
from tvist.publication.document import citation, public_opinion
from tvist.publication.models import BlurKind
from tvist.publication.places import replaced, texts
from tvist.publication.proposing import Known, KnownPerson, proposals
from tvist.publication.public_record import NotAnonymous, StaleMark, public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

Record = dict[str, Any]
KNOWN = Known(
    people=(KnownPerson("Asta Oppdiktet", "representative"), KnownPerson("Arne Oppdiktet", "officer")),
    organisations=("Vik kommune", "Bufetat region vest"),
    own_references=("2024/17", "BV-2024-88"),
    case_numbers=("2026/0001",),
)
POISON = "Hemmelegheit"
LEFT = {"name": "Hilde Utgått", "seat": "free", "because": "conflict", "on": "2026-01-20"}
CHALLENGE = {
    "kind": "objection",
    "name": KS,
    "party": "Vik kommune",
    "raised_on": "2026-01-14",
    "decided_on": "2026-01-15",
    "end": "stays",
    "rulers": ["Cato Oppdiktet"],
}
COMPOSITION = {
    "statements": [{"name": KS, "seat": "ks", "on": "2026-01-13", "is_doubt": True}],
    "left": [LEFT],
    "challenges": [CHALLENGE],
}
LET_IN = {
    "kind": "late",
    "sender": "Bufetat region vest",
    "made_on": "2026-01-20",
    "without": ["Vik kommune", "Luster kommune", "Advokat Storm"],
    "reasons": "Vik kommune hadde ikke svart.",
}


def marks_of(record: Record, known: Known = KNOWN) -> list[AMark]:
    """All that is proposed, hidden."""
    return [AMark(each.start, each.end, each.words, each.replacement, each.place, each.kind) for each in proposals(record, known)]


def made(record: Record, marks: Iterable[AMark] | None = None, blurs: Iterable[BlurKind] = (), known: Known = KNOWN) -> Record:
    found = marks_of(record, known) if marks is None else marks
    return public(record, found, blurs, number="BTN-2026-1", released_on="2026-04-01", known=known)


def shown(public_record: Record) -> str:
    """All text of the document that the public reads."""
    document, blocks = public_opinion(public_record)
    return "\n".join(strings([dataclasses.asdict(block) for block in blocks] + [dataclasses.asdict(document)]))


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.values():
            yield from strings(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from strings(each)


def leaves(part: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a record with its place, the numbers of lists as stars."""
    if isinstance(part, str):
        yield place.lstrip("."), part
    elif isinstance(part, dict):
        for key, each in part.items():
            yield from leaves(each, f"{place}.{key}")
    elif isinstance(part, list):
        for each in part:
            yield from leaves(each, f"{place}.*")


def poisoned(part: Any) -> Any:
    """The same with a field in every part that nobody has heard of."""
    if isinstance(part, dict):
        return {key: poisoned(each) for key, each in part.items()} | {
            "new_field": POISON,
            "new_part": {"name": POISON, "listed": [POISON]},
        }
    return [poisoned(each) for each in part] if isinstance(part, list) else part


def a_full_record(**changed: Any) -> Record:
    return a_record(
        composition=COMPOSITION,
        let_in=[LET_IN],
        corrections=[{"version": 2, "on": "2026-03-20", "words": "Beløpet til Vik kommune var feil."}],
        bundle_address="https://tvist.example.invalid/cases/2026-0001/bundle/pages/",
        verify={"code": "A3KT-9FNW-7HJM-4PRX", "address": "https://tvist.example.invalid/verify/A3KT-9FNW-7HJM-4PRX"},
        law=[{"act": "", "written": "barnevernloven", "places": ["§ 4-4"]}],
        **changed,
    )


IN_CODE = (
    "outcome|language|issued_on|parties.*.side|parties.*.kind|panel.*.seat|panel.*.appointment|lines.*.measure|lines.*.from_on|lines.*.to_on"
    "|lines.*.known_until|lines.*.unit|lines.*.should_bear|lines.*.paid_by|lines.*.finding.outcome|lines.*.finding.refund_from"
    "|questions.*.kind|questions.*.remarks.*.kind|corrections.*.on|law.*.act|law.*.written|law.*.places.*|parallel.language|parallel.law.*.act|parallel.law.*.written"
    "|parallel.law.*.places.*|let_in.*.kind|let_in.*.made_on|composition.left.*.because|composition.challenges.*.kind|composition.challenges.*.end"
)
"""Codes and days, which tell nobody's name; the days and measures are told more broadly where a person says so."""
NAMES_OF_MEMBERS = "panel.*.name|questions.*.remarks.*.name|questions.*.result.votes.*.name"
AS_LETTERS = "parties.*.name|lines.*.municipality|lines.*.claimed_by|let_in.*.sender|let_in.*.without.*"
GONE = (
    "number|received_on|referred_on|new_treatment|parties.*.representative|parties.*.own_reference|bundle_address|verify.code|verify.address"
    "|composition.statements.*.name|composition.statements.*.seat|composition.statements.*.on|composition.left.*.name|composition.left.*.seat"
    "|composition.left.*.on|composition.challenges.*.name|composition.challenges.*.party|composition.challenges.*.raised_on"
    "|composition.challenges.*.decided_on|composition.challenges.*.rulers.*"
)
RECORDS: dict[str, Callable[..., Any]] = {"issued": issued, "corrected": corrected, "parallel": both_issued}


@pytest.fixture(params=sorted(RECORDS))
def frozen(request: pytest.FixtureRequest, database: Database, cast: Cast, installation: Installation) -> Record:
    """The frozen record of a real opinion, with a dissent on the first question."""
    with database.writing() as session:
        case = RECORDS[request.param](session, cast, installation, votes={1: (STATE, STATE, MUNICIPALITY)})
        return copy.deepcopy(latest_record(case.decision))


def test_every_text_of_a_frozen_record_is_a_place_or_known_to_be_a_code_a_member_a_party_or_gone(frozen: Record) -> None:
    written = {re.sub(r"(?<=\.)\d+(?=\.|$)", "*", place) for place, _text in texts(frozen)}
    written |= {place for place, _text in leaves(frozen) if re.sub(r"\.\d+", ".*", place) in written}
    known = {*f"{IN_CODE}|{NAMES_OF_MEMBERS}|{AS_LETTERS}|{GONE}".split("|")}
    unknown = {place for place, _text in leaves(frozen) if re.sub(r"\.\d+", ".*", place) not in written | known}
    assert unknown == set()


def test_nothing_that_people_wrote_reaches_the_public_but_from_a_place_that_can_be_marked(frozen: Record) -> None:
    places = {place: text for place, text in texts(frozen) if text}
    marked = [a_mark(text, 0, len(text), place=place) for place, text in places.items()]
    public_record = made(frozen, marked)
    text = shown(public_record)
    for written in places.values():
        assert written not in text
        assert written not in json.dumps(public_record, ensure_ascii=False)
    for gone in ("Vik", "Asta", "Hege", "Horten", frozen["number"], "2024/17", "verify", "Luster", "bundle"):
        assert gone not in text, gone


def test_a_field_that_nobody_has_heard_of_stays_inside(frozen: Record) -> None:
    assert POISON in json.dumps(poisoned(frozen))
    for record in (frozen, a_full_record()):
        assert POISON not in json.dumps(made(poisoned(record), []))
        assert made(poisoned(record), []) == made(record, [])


def test_what_is_proposed_and_hidden_leaves_no_name_and_the_same_letters_everywhere(frozen: Record) -> None:
    text = shown(made(frozen))
    assert "A kommune" in text
    for gone in ("Vik", "Asta", "Horten", frozen["number"], "2024/17", "BV-2024-88"):
        assert gone not in text, gone
    assert "Cato Oppdiktet, leder" in text or "Cato Oppdiktet, leiar" in text
    assert "Bufetat region vest" in text


def test_parties_lines_and_exceptions_have_letters_and_no_people() -> None:
    found = made(a_full_record())
    assert [party["name"] for party in found["parties"]] == ["A kommune", "Bufetat region vest"]
    assert not any(party["representative"] or party["own_reference"] for party in found["parties"])
    assert {line["municipality"] for line in found["lines"]} == {"A kommune"}
    assert found["let_in"][0]["without"] == ["A kommune", "B kommune", "en part"]
    assert found["let_in"][0]["reasons"] == "A kommune hadde ikke svart."
    assert found["corrections"][0]["words"] == "Beløpet til A kommune var feil."
    assert found["number"] == "BTN-2026-1"
    assert {"bundle_address", "verify", "received_on", "referred_on", "new_treatment"}.isdisjoint(found)
    assert found["publication"]["number"] == "BTN-2026-1"
    assert found["publication"]["released_on"] == "2026-04-01"


def test_who_left_and_who_was_objected_to_is_told_by_kind_alone() -> None:
    text = shown(made(a_full_record()))
    assert "En part kom med innsigelse mot et medlem. De andre avgjorde at medlemmet er habilt." in text
    assert "Et medlem gikk ut av nemnda underveis" in text
    assert "Hilde Utgått" not in text
    assert "2026-01-14" not in json.dumps(made(a_full_record()))


def test_the_public_reads_what_was_anonymised_how_to_cite_and_that_it_is_advisory() -> None:
    for language, words in (
        (
            "nb",
            (
                "Anonymisert versjon",
                "ikke bindende",
                "Barnevernets tvisteløsningsnemnd, rådgivende uttalelse 2. mars 2026, BTN-2026-1",
            ),
        ),
        (
            "nn",
            (
                "Anonymisert versjon",
                "ikkje bindande",
                "Tvisteløysingsnemnda for barnevernet, rådgivande uttale 2. mars 2026, BTN-2026-1",
            ),
        ),
    ):
        found = made(a_full_record(language=language))
        text = shown(found)
        assert all(each in text for each in (*words, "BTN-2026-1", citation(found))), text
        assert not re.search(r"vedtak|segl|verifi", text, re.IGNORECASE)


def test_a_mark_hides_until_somebody_decides_that_it_does_not() -> None:
    record = a_record()
    marks = marks_of(record)
    assert made(record, [dataclasses.replace(mark, hides=None) for mark in marks]) == made(record, marks)
    open_marks = [dataclasses.replace(mark, hides=mark.kind is not MarkKind.DATE) for mark in marks]
    background = made(record, open_marks)["sections"]["background"]
    assert background == record["sections"]["background"]


def test_a_mark_of_another_text_or_of_no_place_stops_the_release() -> None:
    for mark in (AMark(0, 3, "Vik"), AMark(0, 3, "Vik", place="sections.nowhere"), AMark(0, 3, "Vik", place="parties.0.name")):
        with pytest.raises(StaleMark):
            made(a_record(), [mark])


def test_a_name_that_stands_where_nobody_marks_stops_the_release() -> None:
    record = a_record()
    record["parties"][1]["name"] = "Bufetat region vest v/ Arne Oppdiktet"
    with pytest.raises(NotAnonymous):
        made(record)


def test_acts_are_listed_only_as_far_as_the_public_text_refers_to_them() -> None:
    text = "Etter barnevernsloven § 16-5 og helse- og omsorgstjenesteloven § 3-2."
    record = a_full_record()
    record["sections"]["legal"] = text
    start = text.index(" og helse")
    hides = a_mark(text, start, len(text) - 1, place="sections.legal", replacement="")
    assert [each["places"] for each in made(record, [])["law"]] == [["§ 16-5"], ["§ 3-2"]]
    assert [each["places"] for each in made(record, [hides])["law"]] == [["§ 16-5"]]


def test_a_parallel_text_follows_with_the_same_letters_in_its_own_language() -> None:
    record = a_full_record(language="nn")
    record["parallel"] = {
        "language": "nb",
        "sections": dict(record["sections"]) | {"background": "Luster og Vik ringte 3. mai 2024. Barnet er født i 2011."},
        "reasons": {str(question["position"]): "Vik har rett." for question in record["questions"]},
        "remarks": {"1": ["Enig.", "Uenig med Vik kommune."]},
        "exceptions": ["Vik kommune hadde ikke svart."],
        "corrections": ["Feil beløp til Vik kommune."],
    }
    record["let_in"][0]["without"] = ["Vik kommune"]
    found = made(record)
    assert found["parallel"]["sections"]["background"] == "B kommune og A kommune ringte [dato i 2024]. Barnet er født i [år]."
    _document, blocks = public_opinion(found)
    languages = [block.language for block in blocks if hasattr(block, "language")]
    first = languages.index("nb")
    assert set(languages[:first]) == {None}
    assert set(languages[first:]) == {"nb"}
    assert "Vik" not in shown(found)


def blurred(*blurs: BlurKind, **changed: Any) -> Record:
    return made(a_full_record(**changed), blurs=blurs)


def test_days_are_told_as_years() -> None:
    lines = [a_line(1, finding=a_finding(0, 100, 0, 100) | {"period": "2024-03-10/2024-05-01"})]
    question = a_question(1, 1, "period", a_result("2024-03-10/2024-05-01"))
    found = blurred(BlurKind.DAYS, lines=lines, questions=[question])
    assert found["lines"][0]["from_on"] == found["lines"][0]["to_on"] == "2024"
    text = shown(found)
    assert not re.search(r"mars 2024|10\.3\.2024|2024-0", text)
    assert "gjelder for tiden fra 2024 til 2024" in text


def test_sums_are_rounded_in_tables_and_texts_and_shares_still_sum() -> None:
    found = blurred(BlurKind.AMOUNTS)
    text = shown(found)
    assert not re.search(r"208.629|1.845.000|504.999", text)
    assert "bør dekke ca.\u00a0210\u00a0000\u00a0kr." in text
    for line in found["lines"]:
        shares = line["finding"]
        if shares["found_ore"] is not None:
            assert shares["municipality_ore"] + shares["state_ore"] == shares["found_ore"]
            assert shares["found_ore"] % 100_000 == 0
    assert "beløpene er rundet av" in text


def test_the_region_is_the_state_everywhere() -> None:
    record = a_full_record()
    record["sections"]["legal"] = (
        "Bufetat region vests syn er at region vest og Staten v/ Bufetat, region vest har rett. Regionen er enig."
    )
    found = made(record, blurs=[BlurKind.REGION])
    assert found["sections"]["legal"] == "Statens syn er at staten og staten har rett. Regionen er enig."
    assert "region vest" not in shown(found)
    assert [party["name"] for party in found["parties"]] == ["A kommune", "staten"]


def test_measures_are_told_as_groups_without_the_parties_words() -> None:
    found = blurred(BlurKind.MEASURE, lines=[a_line(1, measure="mst", measure_words="MST i Førde")], questions=[])
    assert found["lines"][0]["measure"] == "group_at_home"
    text = shown(found)
    assert "Hjelpetiltak i hjemmet" in text
    assert "MST" not in text


def test_year_of_birth_and_age_are_left_out_also_where_no_mark_hides_them() -> None:
    record = a_record()
    record["sections"]["background"] = "Barn A er født i 2011 og var 12 år gammel."
    found = made(record, [], [BlurKind.BIRTH_YEAR])
    assert found["sections"]["background"] == "Barn A er født i [år] og var [alder]."


def test_the_day_of_issue_is_told_as_a_year() -> None:
    found = blurred(BlurKind.ISSUED_ON)
    text = shown(found)
    assert found["issued_on"] == "2026"
    assert "2. mars 2026" not in text
    assert "sendt i 2026" in text
    assert "rådgivende uttalelse 2026, BTN-2026-1" in text


def test_all_blurs_together_are_told_and_change_no_text_that_has_nothing_to_blur() -> None:
    record = a_full_record()
    plain = replaced(record, {place: "Nemnda er enig." for place, _text in texts(record)})
    found = made(plain, [], list(BlurKind))
    assert {text for place, text in texts(found) if not place.startswith("lines.")} == {"Nemnda er enig."}
    assert found["publication"]["blurred"] == [kind.value for kind in BlurKind]
    assert "Av samme grunn er dette gjengitt mindre nøyaktig" in shown(found)


def test_the_record_that_is_given_is_left_as_it_was() -> None:
    record = a_full_record()
    before = copy.deepcopy(record)
    made(record, blurs=list(BlurKind))
    assert record == before


def test_two_municipalities_of_one_name_have_two_letters() -> None:
    lines = [a_line(1, municipality="Nes (Akershus) kommune"), a_line(2, municipality="Nes (Buskerud) kommune")]
    found = made(a_record(lines=lines, questions=[]))
    assert [line["municipality"] for line in found["lines"]] == ["B kommune", "C kommune"]
    assert "Nes" not in shown(found)


def test_a_municipality_of_a_hundred_and_twenty_letters_is_hidden_in_structure_and_texts() -> None:
    name = f"{' '.join(['Oppdiktastrandvågen'] * 5)} Ytre Nord kommune"
    assert len(name) >= 115
    record = a_record(lines=[a_line(1, municipality=name, claimed_by=name)], questions=[])
    record["parties"][0]["name"] = name
    record["sections"]["background"] = f"Barnet bodde i {name.removesuffix(' kommune')}, og {name}s krav er klart."
    found = made(record)
    assert found["sections"]["background"] == "Barnet bodde i A kommune, og A kommunes krav er klart."
    assert "Oppdikta" not in shown(found)
    assert public_opinion(found)[0].short_title == "BTN-2026-1: A kommune og Bufetat region vest"


def test_a_day_of_birth_does_not_leave_its_year() -> None:
    record = a_record()
    text = "Barn A, født 3. mai 2011, og Barn B (f. 2013) bodde der fra 4. juni 2020."
    record["sections"]["background"] = text
    assert made(record)["sections"]["background"] == "Barn A, født [år], og Barn B (f. [år]) bodde der fra [dato i 2020]."
    start = text.index("3. mai")
    by_hand = a_mark(text, start, start + len("3. mai 2011"), replacement="[dato i 2011]")
    told = made(record, [by_hand], [BlurKind.BIRTH_YEAR])["sections"]["background"]
    assert told == "Barn A, født [år], og Barn B (f. [år]) bodde der fra 4. juni 2020."
