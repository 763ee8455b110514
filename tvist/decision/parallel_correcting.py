"""A correction of an opinion with a parallel text puts the words right in both (rules 39, 40)."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tvist.decision.parallel_record import PARALLEL, other_edition
from tvist.decision.record import law_record
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Record = dict[str, Any]


@dataclass(frozen=True)
class ParallelChanges:
    """The words of the parallel text as they should stand, by section and by position of the question; `words` say what is put right."""

    sections: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    words: str = ""
    is_in_one_only: bool = False
    """Whether the leader says that the error stands in one of the two texts only."""


def corrected_parallel(record: Record, changes: ParallelChanges) -> Record:
    """The parallel text of a record with these words in it; what `changes` does not name stays."""
    new: Record = copy.deepcopy(record[PARALLEL])
    new["sections"] |= {name: text.strip() for name, text in changes.sections.items() if name in new["sections"]}
    new["reasons"] |= {str(number): text.strip() for number, text in changes.reasons.items() if str(number) in new["reasons"]}
    return new


def with_its_law(record: Record) -> Record:
    """The record with the list of acts of its parallel text drawn anew from the texts."""
    parallel = {name: found for name, found in record[PARALLEL].items() if name != "law"}
    new = record | {PARALLEL: parallel}
    return record | {PARALLEL: parallel | law_record(other_edition(new))}


def parallel_faults(earlier: Record, new: Record, changes: ParallelChanges) -> list[Message]:
    """What is wrong with a correction of both texts as it was written. `earlier` and `new` are records with a parallel text."""
    found = (
        [] if changes.words.strip() else [Message("parallel.correct.words_needed", language=_named(new[PARALLEL]["language"]))]
    )
    if emptied := [what for what, main, beside in _pairs(new) if main.strip() and not beside.strip()]:
        found.append(Message("parallel.correct.emptied", places=emptied))
    before = list(_pairs(earlier))
    alone = [
        what
        for (what, main, beside), (_, was_main, was_beside) in zip(_pairs(new), before, strict=True)
        if (main.strip() != was_main.strip()) != (beside.strip() != was_beside.strip())
    ]
    if alone and not changes.is_in_one_only:
        found.append(Message("parallel.correct.both_needed", places=alone))
    return found


def parallel_texts(record: Record) -> list[tuple[Message, str]]:
    """The texts of the parallel text that can be corrected, each with the name of its place."""
    return [(Message("parallel.place.parallel", place=what), beside) for what, _, beside in _pairs(record)]


def _pairs(record: Record) -> Iterator[tuple[Message, str, str]]:
    """Each place that can be corrected: what it is called, the main text and the parallel one."""
    parallel = record[PARALLEL]
    for name, text in record["sections"].items():
        yield Message(f"decision.section.{name}"), text, parallel["sections"][name]
    for question in record["questions"]:
        what = Message("text.place.reasons", position=question["position"])
        yield what, question["reasons"], parallel["reasons"][str(question["position"])]


def _named(language: str) -> Message:
    return Message(f"decision.language.{language}")
