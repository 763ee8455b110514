"""How the members voted, in the words of the opinion: unanimous, who formed the majority, the middle one, or none (rules 34, 35)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tvist.decision.choices import ALL, NO_DAYS, days_in, value_of
from tvist.decision.models import QuestionKind
from tvist.decision.tables import is_year
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tvist.decision.choices import Value
    from tvist.decision.tables import Wording

Record = dict[str, Any]


def question_told(question: Record, told: Wording) -> str:
    """The heading of a question: in the panel's own words, or the standard ones of its kind."""
    if words := question.get("words"):
        return told("question.own", position=question["position"], line=question["line"], words=words)
    return told(f"question.{question['kind']}", position=question["position"], line=question["line"])


def votes_told(question: Record, record: Record, told: Wording) -> Iterator[str]:
    """What the votes on a question came to, a sentence each; the question has a result."""
    found = question["result"]
    of_each = {vote["name"]: _view(question, vote["value"], record) for vote in found["votes"]}
    followed = tuple(vote["name"] for vote in found["votes"] if vote["is_followed"])
    outvoted = tuple(vote["name"] for vote in found["votes"] if not vote["is_followed"])
    views = _views(of_each)
    if found["value"] is None:
        yield told("no_majority", views=views)
    elif found["is_unanimous"]:
        yield told("unanimous", view=_view(question, found["value"], record))
    elif found["has_majority"]:
        view = _view(question, found["value"], record)
        yield told("majority", names=followed, view=view, minority=outvoted, other=of_each[outvoted[0]])
    else:
        middle = _middle(question, [vote["value"] for vote in found["votes"]])
        yield told(middle, views=views, view=_view(question, found["value"], record))
    yield from _subsidiary(question, record, told)


def _views(of_each: Mapping[str, Message]) -> Message:
    """What each of three holds, on lines of their own."""
    first, second, third = (Message("opinion.one_view", name=name, view=held) for name, held in of_each.items())
    return Message("opinion.three_views", first=first, second=second, third=third)


def _middle(question: Record, values: Collection[Value]) -> str:
    """How the middle was found; where one finds for no day it is what the other two agree on, and that is easier to follow."""
    if question["kind"] != QuestionKind.PERIOD.value:
        return "middle"
    return "middle_days_of_two" if value_of(NO_DAYS) in values else "middle_days"


def _view(question: Record, value: Value, record: Record) -> Message:
    """What a member means who voted so."""
    line = question["line"]
    if question["kind"] == QuestionKind.BASIS.value:
        return Message(f"opinion.view.basis_{value}", line=line)
    if question["kind"] == QuestionKind.PERIOD.value:
        return _days(line, str(value))
    if question["kind"] == QuestionKind.AMOUNT.value:
        return Message("opinion.view.amount", line=line, ore=Ore(value))
    municipality = next(each["municipality"] for each in record["lines"] if each["position"] == line)
    percent = int(value)
    kind = {0: "state", ALL: "municipality"}.get(percent, "split")
    return Message(f"opinion.view.{kind}", line=line, municipality=municipality, percent=percent, rest=ALL - percent)


def _days(line: int, value: str) -> Message:
    first, last = (_day(text) for text in days_in(value))
    if first is None:
        return Message("opinion.view.no_days", line=line)
    if last is None:
        return Message("opinion.view.days_running", line=line, first=first)
    return Message("opinion.view.days", line=line, first=first, last=last)


def _day(text: str | None) -> date | str | None:
    """A day, or the year where a public record tells no more."""
    return text if text is None or is_year(text) else date.fromisoformat(text)


def _subsidiary(question: Record, record: Record, told: Wording) -> Iterator[str]:
    """Who was outvoted on an earlier question about the line, and voted on this one all the same (rule 34): nobody abstains."""
    earlier = [
        other
        for other in record["questions"]
        if other["line"] == question["line"] and other["position"] < question["position"] and other["result"]
    ]
    for other in earlier:
        found = other["result"]
        names = tuple(vote["name"] for vote in found["votes"] if not vote["is_followed"])
        if found["has_majority"] and names:
            yield told(f"subsidiary_{other['kind']}", names=names, count=len(names))
