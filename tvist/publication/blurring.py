"""What is told more broadly, so that nobody is singled out by what is told together: years for days, round sums, the state for its region (pure).

Both the figures of the record and the texts: a sum that is rounded in a table and stands in full beside it would be no blur.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tvist.anonymity.days import months_in
from tvist.anonymity.shapes import shapes_in
from tvist.decision.models import QuestionKind
from tvist.decision.parallel_record import PARALLEL
from tvist.publication.models import BlurKind
from tvist.publication.pseudonyms import state_names
from tvist.register.regions import state_regions
from tvist.words import NO_BREAK, Message, render

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

Record = dict[str, Any]
_GROUPS: Final = {
    "institution": ("institution", "institution_unaccompanied", "emergency_placement"),
    "home": ("foster_home", "reinforced_foster_home", "specialised_foster_home", "emergency_home", "family_home"),
    "centre": ("centre_residential", "centre_full_board", "centre_own_household", "centre_home_based"),
    "at_home": ("mst", "fft", "pmto", "relief_care", "visiting_home", "support_person"),
}
GROUP: Final = "group_"
"""How the code of a group of measures begins, where a public record tells no more than that."""
_GROUP_OF: Final = {measure: f"{GROUP}{group}" for group, measures in _GROUPS.items() for measure in measures}
_OTHER_GROUP: Final = f"{GROUP}other"
_KRONE: Final = 100
_LEAST_STEP: Final = 1000 * _KRONE
_DIGITS_KEPT: Final = 2
_SPACE: Final = "[ .\u00a0\u2009\u202f]"
_NUMBER: Final = rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+|\d+"
_REST: Final = "(?:,(?:\\d\\d?|[-\u2013]))?"
_BETWEEN: Final = "[ \u00a0\u2009\u202f\n]*"
_BEGINS: Final = r"(?<![\d.,/§])(?:(?<!-)|(?<=(?<!\w)-)|(?<=[ .\u00a0\u2009\u202f]\d\d\d-))"
"""Where a sum may begin: after a hyphen only where that is its sign, or parts it from a sum before it; a section or a number of a case is none."""
_SUM: Final = re.compile(
    rf"{_BEGINS}(?:(?P<before>kr\.?|kroner|NOK){_BETWEEN}(?P<sign>-?)(?P<first>{_NUMBER}){_REST}(?!\d)"
    rf"|(?P<second>{_NUMBER}){_REST}{_BETWEEN}(?P<after>kr\b|kroner\b|NOK\b)"
    rf"|(?P<third>\d{{1,3}}(?:{_SPACE}\d{{3}})+){_REST}(?![\d]))",
    re.IGNORECASE,
)
_BEFORE: Final = "(?:(?P<staten>[Ss]taten)[ \u00a0]+(?:ved|v/)[ \u00a0]*)?"


def rounded(ore: int) -> int:
    """A sum in øre to two figures, in whole thousands of kroner: what is not nothing does not become nothing."""
    if not ore:
        return 0
    size = abs(ore)
    step: int = max(_LEAST_STEP, _KRONE * 10 ** (len(str(size // _KRONE)) - _DIGITS_KEPT))
    told = max((size + step // 2) // step * step, step)
    return told if ore > 0 else -told


def blurred_text(text: str, language: str, blurs: Collection[BlurKind]) -> str:
    """A text of the record, in its language, as it is told with these blurs."""
    if BlurKind.DAYS in blurs:
        text = _in_years(text, language)
    if BlurKind.BIRTH_YEAR in blurs:
        text = _without(_without(text, "birth_year", "instead.year", language), "age", "instead.age", language)
    if BlurKind.AMOUNTS in blurs:
        text = _SUM.sub(_round_sum, text)
    if BlurKind.REGION in blurs:
        text = _without_regions(text)
    return text


def blurred_record(record: Record, blurs: Collection[BlurKind]) -> Record:
    """The public record with its figures, days, measures and parties told more broadly; texts stay what they are."""
    for kind, blur in _BLURS.items():
        if kind in blurs:
            record = blur(record)
    return record


def _in_years(text: str, language: str) -> str:
    spans = [(found.start, found.end) for found in shapes_in(text, "day")]
    return _put(text, [*spans, *months_in(text)], lambda words: _year_of(words) or _said("instead.date", language))


def _without(text: str, why: str, code: str, language: str) -> str:
    """The text with a word of ours instead of each stretch of that shape."""
    told = _said(code, language)
    return _put(text, [(found.start, found.end) for found in shapes_in(text, why)], lambda _words: told)


def _put(text: str, spans: Iterable[tuple[int, int]], told: Callable[[str], str]) -> str:
    """With what `told` gives for each stretch; those that touch an earlier one are left out."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            pieces += [text[at:start], told(text[start:end])]
            at = end
    return "".join([*pieces, text[at:]])


def _year_of(words: str) -> str | None:
    found = re.search(r"(?:19|20)\d\d", words)
    return found[0] if found else None


def _said(code: str, language: str) -> str:
    return render(Message(f"public_opinion.{code}"), language)


def _round_sum(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found["first"] or found["second"] or found["third"])
    kroner = f"{rounded(int(digits) * _KRONE) // _KRONE:,}".replace(",", NO_BREAK)
    return f"ca.{NO_BREAK}{found['sign'] or ''}{kroner}" + (f"{NO_BREAK}kr" if found["before"] or found["after"] else "")


def _without_regions(text: str) -> str:
    """The state for each of its regions, however the region is written."""
    return _regions().sub(lambda found: _the_state(text, found), text)


@cache
def _regions() -> re.Pattern[str]:
    names = "|".join(re.escape(region.name.rpartition(" ")[2]) for region in state_regions() if " region " in region.name)
    return re.compile(rf"{_BEFORE}(?:Bufetat,?[ \u00a0]+)?[Rr]egion(?:en)?[ \u00a0]+(?i:{names})(?P<genitive>s)?(?!\w)")


def _the_state(text: str, found: re.Match[str]) -> str:
    before = text[: found.start()].rstrip(' \u00a0\u00ab"(')
    begins = not before or before[-1] in ".!?:\n"
    return ("Staten" if begins else "staten") + (found["genitive"] or "")


def _without_days(record: Record) -> Record:
    lines = [
        line
        | {name: line[name][:4] if line.get(name) else None for name in ("from_on", "to_on", "known_until")}
        | ({"finding": _finding_in_years(line["finding"])} if line["finding"] else {})
        for line in record["lines"]
    ]
    questions = [
        _with_values(question, lambda value: _value_in_years(str(value)))
        if question["kind"] == QuestionKind.PERIOD.value
        else question
        for question in record["questions"]
    ]
    return record | {"lines": lines, "questions": questions}


def _finding_in_years(finding: Record) -> Record:
    return finding | {"period": _value_in_years(finding["period"])} if finding.get("period") else finding


def _value_in_years(value: str) -> str:
    """Days as they stand in the record, `2024-03-01/2024-06-30`, as `2024/2024`; what is no days stays."""
    return "/".join(day[:4] for day in value.split("/")) if "/" in value else value


def _with_values(question: Record, told: Callable[[Any], Any]) -> Record:
    found = question["result"]
    if found is None:
        return question
    votes = [vote | {"value": told(vote["value"])} for vote in found["votes"]]
    return question | {"result": found | {"value": None if found["value"] is None else told(found["value"]), "votes": votes}}


def _with_round_sums(record: Record) -> Record:
    lines = [
        _round(line, ("claimed_ore", "paid_ore", "conceded_ore"))
        | ({"finding": _round_finding(line["finding"])} if line["finding"] else {})
        for line in record["lines"]
    ]
    questions = [
        _round(
            _with_values(question, lambda value: rounded(int(value)))
            if question["kind"] == QuestionKind.AMOUNT.value
            else question,
            ("claimed_ore",),
        )
        for question in record["questions"]
    ]
    return record | {"lines": lines, "questions": questions}


def _round(part: Record, names: Iterable[str]) -> Record:
    return part | {name: rounded(part[name]) for name in names if part.get(name) is not None}


def _round_finding(finding: Record) -> Record:
    """The shares still sum to what was found."""
    found = _round(finding, ("found_ore", "refund_ore"))
    if found["found_ore"] is None:
        return found
    municipality = min(rounded(finding["municipality_ore"]), found["found_ore"]) if finding["state_ore"] else found["found_ore"]
    return found | {"municipality_ore": municipality, "state_ore": found["found_ore"] - municipality}


def _with_groups(record: Record) -> Record:
    lines = [line | {"measure": _GROUP_OF.get(line["measure"], _OTHER_GROUP), "measure_words": ""} for line in record["lines"]]
    if "measures" in record.get(PARALLEL, {}):
        parallel = record[PARALLEL] | {"measures": dict.fromkeys(record[PARALLEL]["measures"], "")}
        return record | {"lines": lines, PARALLEL: parallel}
    return record | {"lines": lines}


def _without_region(record: Record) -> Record:
    """The state's parties are the state; a municipality keeps its letter."""
    states = state_names(record)
    told = _said("the_state", record["language"])

    def called(name: str | None) -> str | None:
        return told if name in states else name

    new = record | {
        "parties": [party | {"name": called(party["name"])} for party in record["parties"]],
        "lines": [line | {"claimed_by": called(line["claimed_by"])} for line in record["lines"]],
    }
    if "let_in" in record:
        new["let_in"] = [
            each | {"sender": called(each["sender"]), "without": [called(name) for name in each["without"]]}
            for each in record["let_in"]
        ]
    return new


def _without_day_of_issue(record: Record) -> Record:
    new = record | {"issued_on": record["issued_on"][:4]} if record["issued_on"] else dict(record)
    for name, day in (("let_in", "made_on"), ("corrections", "on")):
        if name in record:
            new[name] = [each | {day: each[day][:4]} for each in record[name]]
    return new


_BLURS: Final[dict[BlurKind, Callable[[Record], Record]]] = {
    BlurKind.DAYS: _without_days,
    BlurKind.AMOUNTS: _with_round_sums,
    BlurKind.MEASURE: _with_groups,
    BlurKind.REGION: _without_region,
    BlurKind.ISSUED_ON: _without_day_of_issue,
}
