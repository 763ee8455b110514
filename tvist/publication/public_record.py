"""The public record: built by naming what goes in, never by taking out what must not, so that what is new in a record stays inside by itself (rule 46).

Start at `public`. Municipalities are letters, hidden stretches of the texts stand as their replacements, what is blurred is told more broadly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from tvist.anonymity.kinds import MarkKind
from tvist.decision.parallel_record import PARALLEL, other_edition
from tvist.decision.record import SECTIONS, law_record
from tvist.publication.blurring import blurred_record, blurred_text
from tvist.publication.known_words import known_in
from tvist.publication.models import BlurKind
from tvist.publication.places import language_at, numbered, replaced, texts
from tvist.publication.pseudonyms import letter_of, letters, state_names
from tvist.register.regions import state_regions
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tvist.publication.proposing import Known

Record = dict[str, Any]
PUBLICATION: Final = "publication"
_NEVER_IN_STRUCTURE: Final = frozenset({"officer", "representative", "child_side", "own_reference", "case_number"})
_OWN: Final = re.compile(r"[a-z0-9_./-]*")
"""A code, a day or a figure, as the record holds it."""
_OF_LINE: Final = (
    "position",
    "measure",
    "measure_words",
    "from_on",
    "to_on",
    "known_until",
    "unit",
    "claimed_ore",
    "should_bear",
    "paid_by",
    "paid_ore",
    "conceded_ore",
    "is_conceded",
)
_OF_FINDING: Final = (
    "outcome",
    "municipality_percent",
    "found_ore",
    "municipality_ore",
    "state_ore",
    "refund_from",
    "refund_ore",
    "basis",
    "period",
)
_OF_QUESTION: Final = ("position", "line", "kind", "claimed_ore", "words", "reasons")
_OF_RESULT: Final = ("value", "is_unanimous", "has_majority")
_OF_VOTE: Final = ("name", "value", "is_followed")


class Hidden(Protocol):
    """What `public` asks of a mark."""

    @property
    def place(self) -> str:
        """Where, as in `places`."""

    @property
    def start(self) -> int:
        """The first character."""

    @property
    def end(self) -> int:
        """The first character after."""

    @property
    def words(self) -> str:
        """What stands there."""

    @property
    def replacement(self) -> str:
        """What the public reads there."""

    @property
    def kind(self) -> MarkKind:
        """What it covers."""

    @property
    def hides(self) -> bool | None:
        """Whether it hides; a mark that nobody has decided hides as well."""


class NotAnonymous(ValueError):
    """What is no text of the record names somebody, or a number, that is known in the case: a fault of ours, which stops the release."""


class StaleMark(ValueError):
    """A mark does not fit the text of its place: its words do not stand there."""


def public(
    record: Record, marks: Iterable[Hidden], blurs: Iterable[BlurKind], *, number: str, released_on: str, known: Known
) -> Record:
    """The record that the public reads, under the publication's number. Raises `StaleMark` for a mark that does not fit its text.

    `marks` that are decided not to hide are left out. What is `known` is looked for in all that is no text: raises `NotAnonymous` where it stands.
    """
    chosen = frozenset(blurs)
    hiding = [mark for mark in marks if mark.hides is not False]
    shown = _with_texts(record, hiding)
    shown = replaced(shown, {place: blurred_text(text, language_at(record, place), chosen) for place, text in texts(shown)})
    new = _with_law(_structure(shown, number, _caller(record)), record)
    new[PUBLICATION] = {
        "number": number,
        "released_on": released_on,
        "hidden": _kinds(hiding),
        "blurred": [kind.value for kind in BlurKind if kind in chosen],
    }
    _check(new, known)
    return blurred_record(new, chosen)


def hidden(text: str, marks: Iterable[Hidden]) -> str:
    """The text as the public reads it. Marks that touch count as one, with the replacement of the first and longest. Raises `StaleMark`."""
    pieces: list[str] = []
    at = 0
    for mark in sorted(marks, key=lambda each: (each.start, -each.end, each.replacement)):
        if text[mark.start : mark.end] != mark.words or not mark.words:
            raise StaleMark(mark.place)
        if mark.start >= at:
            pieces += [text[at : mark.start], mark.replacement]
        at = max(at, mark.end)
    return "".join([*pieces, text[at:]])


def _with_texts(record: Record, marks: Iterable[Hidden]) -> Record:
    by_place: dict[str, list[Hidden]] = {}
    for mark in marks:
        by_place.setdefault(mark.place, []).append(mark)
    written = dict(texts(record))
    if unknown := set(by_place) - set(written):
        raise StaleMark(min(unknown))
    return replaced(record, {place: hidden(written[place], found) for place, found in by_place.items()})


def _kinds(hiding: Iterable[Hidden]) -> list[str]:
    """What was hidden, by kind, in the order of the kinds; municipalities, people and references always are."""
    found = {mark.kind for mark in hiding} | {MarkKind.MUNICIPALITY, MarkKind.OFFICER, MarkKind.REPRESENTATIVE}
    return [kind.value for kind in MarkKind if kind in found]


def _structure(record: Record, number: str, told: Callable[[str], str]) -> Record:
    """All that goes in, part by part. `told` says what an organisation is called."""
    new: Record = {
        "number": number,
        "language": record["language"],
        "is_invented": record["is_invented"],
        "issued_on": record["issued_on"],
        "parties": [_party(each, told) for each in record["parties"]],
        "panel": [_only(each, ("seat", "name", "appointment")) for each in record["panel"]],
        "sections": {name: record["sections"][name] for name in SECTIONS if name in record["sections"]},
        "lines": [_line(each, told) for each in record["lines"]],
        "questions": [_question(each) for each in record["questions"]],
        "outcome": record["outcome"],
    }
    if "composition" in record:
        new["composition"] = _composition(record["composition"])
    if "let_in" in record:
        new["let_in"] = [_exception(each, told) for each in record["let_in"]]
    if "corrections" in record:
        new["corrections"] = [_only(each, ("version", "on", "words")) for each in record["corrections"]]
    if PARALLEL in record:
        new[PARALLEL] = _parallel(record[PARALLEL])
    return new


def _party(each: Record, told: Callable[[str], str]) -> Record:
    """A party without its people and its own number for the matter."""
    return {"side": each["side"], "name": told(each["name"]), "kind": each["kind"], "representative": "", "own_reference": ""}


def _line(each: Record, told: Callable[[str], str]) -> Record:
    named = {"municipality": told(each["municipality"]), "claimed_by": told(each["claimed_by"])}
    return _only(each, _OF_LINE) | named | {"finding": _only(each["finding"], _OF_FINDING) if each["finding"] else None}


def _question(each: Record) -> Record:
    found = each["result"]
    result = _only(found, _OF_RESULT) | {"votes": [_only(vote, _OF_VOTE) for vote in found["votes"]]} if found else None
    remarks = [_only(remark, ("name", "kind", "text")) for remark in each["remarks"]]
    return _only(each, _OF_QUESTION) | {"result": result, "remarks": remarks}


def _composition(each: Record) -> Record:
    """Why members left, and what came of doubts and objections; neither names, days nor parties: a tie may name a municipality."""
    return {
        "left": [_only(found, ("because",)) for found in each["left"]],
        "challenges": [_only(found, ("kind", "end")) for found in each["challenges"]],
    }


def _exception(each: Record, told: Callable[[str], str]) -> Record:
    names = {"sender": told(each["sender"]) if each["sender"] else None, "without": [told(name) for name in each["without"]]}
    return _only(each, ("kind", "made_on", "reasons")) | names


def _parallel(each: Record) -> Record:
    """The texts in the other form, which are places as all others."""
    sections = {"sections": _only(each["sections"], SECTIONS)}
    return (
        {"language": each["language"]}
        | sections
        | {name: numbered(each[name]) for name in ("measures", "words", "reasons", "remarks") if name in each}
        | {name: list(each[name]) for name in ("exceptions", "corrections") if name in each}
    )


def _check(new: Record, known: Known) -> None:
    """Whether the structure, which nobody marks, is free of people and numbers that are known. Raises `NotAnonymous`."""
    members = frozenset(each["name"] for each in new["panel"])
    written = dict(texts(new))
    structure = replaced(new, dict.fromkeys(written, ""))
    # The state's sides and the publication are named on purpose; codes, days and figures are the program's own.
    named = {region.name for region in state_regions()} | {new["number"]}
    for text in _strings(structure):
        if text in named or _OWN.fullmatch(text):
            continue
        for start, end, wanted in known_in(text, known, members):
            if wanted.why in _NEVER_IN_STRUCTURE:
                raise NotAnonymous(text[start:end])


def _strings(part: Any) -> Iterator[str]:
    """All texts in a part of a record."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _strings(each)


def _only(each: Record, names: Iterable[str]) -> Record:
    """Those entries of a part, as far as it has them."""
    return {name: each[name] for name in names if name in each}


def _caller(record: Record) -> Callable[[str], str]:
    """What an organisation is called in public: the state's by their names, municipalities by their letters, any other "a party"."""
    named = letters(record)
    states = state_names(record)
    other = render(Message("public_opinion.a_party"), record["language"])
    return lambda name: name if name in states else letter_of(name, named) or other


def _with_law(new: Record, source: Record) -> Record:
    """With the acts that the public texts refer to, read anew, so that nothing stands in the list that is hidden in the text."""
    days = {"lines": source["lines"]}
    if "law" in source:
        new = new | law_record(new | days)
    if "law" in source.get(PARALLEL, {}):
        new[PARALLEL] = new[PARALLEL] | law_record(other_edition(new | days))
    return new
