"""The parallel text in the record of an opinion: what people wrote, written in the other form, beside the main text (rule 39).

What is not people's own words stands in the record as codes and figures, once; `other_edition` puts the two together again.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from tvist.decision.parallel import parallel_language
from tvist.decision.votes import printed_remarks, standing_questions
from tvist.panel.bundle import lines_in_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tvist.cases.models import Case

Record = dict[str, Any]
PARALLEL: Final = "parallel"
"""In a record: the parallel text. A record of a case that needs none has no such entry."""
PARALLEL_OF: Final = "parallel_of"
"""In the record of a parallel edition, which is made for printing and never frozen: the form of the main text."""


def parallel_record(case: Case, record: Record) -> Record:
    """The texts in the other form under `PARALLEL`, place by place as in the record of the main text; nothing for a case that needs none.

    A place that the main text leaves empty is empty here too; numbers of questions and lines are the keys, as text.
    """
    language = parallel_language(case)
    if language is None:
        return {}
    written = {part.place: part.text for part in case.parallel_parts}
    found: Record = {
        "language": language,
        "sections": {name: _beside(text, name, written) for name, text in record["sections"].items()},
        "reasons": {},
    }
    for question, told in zip(standing_questions(case), record["questions"], strict=True):
        number = str(told["position"])
        found["reasons"][number] = _beside(told["reasons"], f"question:{question.public_id}", written)
        if "words" in told:
            found.setdefault("words", {})[number] = _beside(told["words"], f"words:{question.public_id}", written)
        if told["remarks"]:
            names = [f"remark:{question.public_id}:{remark.user_id}" for remark in printed_remarks(question)]
            pairs = zip(told["remarks"], names, strict=True)
            found.setdefault("remarks", {})[number] = [_beside(each["text"], name, written) for each, name in pairs]
    return {PARALLEL: found | _measures(case, written) | _exceptions(case, written)}


def _measures(case: Case, written: Mapping[str, str]) -> Record:
    """The parties' own words on measures, by the position of the line."""
    lines = [line for line in lines_in_bundle(case) if line.measure_words.strip()]
    found = {str(line.position): written.get(f"measure:{line.id}", "") for line in lines}
    return {"measures": found} if found else {}


def _exceptions(case: Case, written: Mapping[str, str]) -> Record:
    """The leader's reasons for exceptions, in the order of the record."""
    return {"exceptions": [written.get(f"exception:{found.id}", "") for found in case.let_in]} if case.let_in else {}


def _beside(main: str, name: str, written: Mapping[str, str]) -> str:
    return written.get(name, "") if main.strip() else ""


def other_edition(record: Record) -> Record:
    """The record as the parallel edition prints it: in its language, with its texts; all else as in the main text. For a record with a parallel text."""
    parallel = record[PARALLEL]
    new: Record = copy.deepcopy({name: found for name, found in record.items() if name not in {PARALLEL, "law"}})
    new |= {"language": parallel["language"], "sections": dict(parallel["sections"]), PARALLEL_OF: record["language"]}
    for question in new["questions"]:
        _put_over(question, parallel)
    for line in new["lines"]:
        line["measure_words"] = parallel.get("measures", {}).get(str(line["position"]), line["measure_words"])
    for name, beside, field in (("let_in", "exceptions", "reasons"), ("corrections", "corrections", "words")):
        for each, text in zip(new.get(name, ()), parallel.get(beside, ()), strict=True):
            each[field] = text
    return new | ({"law": parallel["law"]} if "law" in parallel else {})


def _put_over(question: Record, parallel: Record) -> None:
    number = str(question["position"])
    question["reasons"] = parallel["reasons"].get(number, "")
    if "words" in question:
        question["words"] = parallel["words"][number]
    for remark, text in zip(question["remarks"], parallel.get("remarks", {}).get(number, ()), strict=True):
        remark["text"] = text
