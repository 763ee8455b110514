"""Opinions with planted secrets go to the public: a searching program that knows nothing of the marker finds none; one mark less is refused."""

from __future__ import annotations

import random
import secrets as chance
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests import searcher
from tests.campaign.counts import IS_WHOLE
from tests.campaign.opinions import Planted, marks_of, planted
from tvist.decision.document import opinion
from tvist.pdf import render
from tvist.publication.document import public_opinion
from tvist.publication.leaks import Output, leaks_in, secrets_of
from tvist.publication.public_record import public
from tvist.published.outputs import outputs_of

if TYPE_CHECKING:
    from collections.abc import Callable

OPINIONS: Final = 300 if IS_WHOLE else 6
MARKS_REMOVED: Final = 10 if IS_WHOLE else 3
"""Of each opinion: so many of its marks are taken away, one at a time, drawn anew."""


@pytest.fixture(scope="module")
def kind() -> str:
    """Nothing of this asks a database."""
    return "records alone"


@pytest.mark.timeout(7200)
def test_no_planted_secret_can_be_found_and_each_mark_that_is_removed_is_missed(
    tell: Callable[[str, Counter[str]], None],
) -> None:
    counted: Counter[str] = Counter()
    for number in range(OPINIONS):
        seed = chance.randbits(32) if IS_WHOLE else number
        _try(random.Random(seed), counted, f"seed {seed}")  # noqa: S311 - drawn for a test.
    tell("Opinions made public", counted)
    assert counted["opinions"] == OPINIONS


def _try(draw: random.Random, counted: Counter[str], seed: str) -> None:
    made = planted(draw)
    marks, by_hand = marks_of(made)
    counted["words found where nothing is marked"] += found_unmarked(made, seed)
    files = all_outputs(made, marks)
    found = searcher.finds({output.name: output.data for output in files}, words_of(made))
    assert not found, (seed, found)
    leaks = leaks_in(files, secrets_of(made.record, marks, made.known))
    assert not leaks, (seed, [(leak.output, leak.where, leak.secret.words, leak.secret.why, leak.found) for leak in leaks])
    counted.update(
        {
            "opinions": 1,
            "secrets planted": len(made.stretches),
            "marks": len(marks),
            "marks by hand": by_hand,
            "proposals left open": sum(not mark.hides for mark in marks),
            "files and pages searched": len(files),
        }
    )
    for removed in draw.sample([mark for mark in marks if mark.hides], MARKS_REMOVED):
        left = [mark for mark in marks if mark is not removed]
        held = outputs(made, left)
        assert leaks_in(held, secrets_of(made.record, left, made.known)), (seed, removed)
        counted["marks removed, and refused"] += 1


def found_unmarked(made: Planted, seed: str) -> int:
    """How many of the words the searching program finds where they are sure to stand: all of the record's in the opinion itself, and all that were planted in
    the public file and page without a mark. One that it cannot find there proves nothing by not being found elsewhere.
    """
    opened = all_outputs(made, [])
    page = next(output for output in opened if output.name == "page")
    told = {"opinion": render(*opinion(made.record)), "file": opened[0].data, "page": page.data}
    sure = [f"opinion: {word}" for word in words_in(made.record)]
    sure += [f"{name}: {word}" for name in told for word in made.secrets]
    missed = set(sure) - set(searcher.finds(told, [*made.secrets, *words_in(made.record)]))
    assert not missed, (seed, missed)
    return len(sure)


def words_of(made: Planted) -> list[str]:
    """The planted words, and what the record itself must not tell."""
    return [*made.secrets, *words_in(made.record), *(person.name for person in made.known.people)]


def words_in(record: dict[str, Any]) -> list[str]:
    """What the record tells of who is who, as the opinion shows it and the public may not read it."""
    parties = [each for party in record["parties"] for each in (party["representative"], party["own_reference"])]
    return [each for each in (record["number"], record["parties"][0]["name"], *parties) if each]


def outputs(made: Planted, marks: list[Any]) -> list[Output]:
    """All that is served of the opinion but its file."""
    return outputs_of(the_public(made, marks), base_url="https://tvist.example")


def all_outputs(made: Planted, marks: list[Any]) -> list[Output]:
    """The same with the file."""
    record = the_public(made, marks)
    return [
        Output("BTN-2026-7.pdf", "pdf", render(*public_opinion(record))),
        *outputs_of(record, base_url="https://tvist.example"),
    ]


def the_public(made: Planted, marks: list[Any]) -> dict[str, Any]:
    return public(made.record, marks, [], number="BTN-2026-7", released_on="2026-04-01", known=made.known)
