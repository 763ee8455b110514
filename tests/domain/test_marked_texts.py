"""Whatever is marked is gone, whatever is not stays, in whichever order the marks come (rule 46)."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents.opinion_records import a_record
from tvist.anonymity.kinds import MarkKind
from tvist.publication.places import replaced, texts, widened
from tvist.publication.public_record import StaleMark, hidden
from tvist.publication.shown import named

LETTERS = "abcåæøÅvik \n.,-'\u00ad\u0301\u200d\U0001f600\U0001f469\u05d0é§1"
INSTEAD = "\N{WHITE SQUARE}"


@dataclass(frozen=True)
class AMark:
    """A mark as `public` asks for it."""

    start: int
    end: int
    words: str
    replacement: str = INSTEAD
    place: str = "sections.background"
    kind: MarkKind = MarkKind.FREE
    hides: bool | None = True


def a_mark(text: str, start: int, end: int, **changed: object) -> AMark:
    return AMark(start, end, text[start:end], **changed)


@st.composite
def marked(draw: st.DrawFn, *, apart: bool) -> tuple[str, list[AMark]]:
    """A text and stretches of it; `apart`: such as do not touch."""
    text = draw(st.text(alphabet=LETTERS, min_size=1, max_size=60))
    cuts = draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=12))
    cuts = sorted(set(cuts)) if apart else cuts
    pairs = [(min(pair), max(pair)) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
    return text, [a_mark(text, start, end) for start, end in pairs if start < end]


@given(marked(apart=True))
def test_each_marked_stretch_is_replaced_and_nothing_else_changes(found: tuple[str, list[AMark]]) -> None:
    text, marks = found
    pieces, at = [], 0
    for mark in marks:
        pieces.append(text[at : mark.start])
        at = mark.end
    assert hidden(text, marks).split(INSTEAD) == [*pieces, text[at:]]


@given(marked(apart=False), st.randoms(use_true_random=False))
def test_the_order_of_marks_says_nothing(found: tuple[str, list[AMark]], chance: object) -> None:
    text, marks = found
    mixed = list(marks)
    chance.shuffle(mixed)
    assert hidden(text, mixed) == hidden(text, marks)


@given(marked(apart=False))
def test_of_a_stretch_that_is_marked_nothing_is_left_even_where_marks_lie_over_each_other(found: tuple[str, list[AMark]]) -> None:
    _text, marks = found
    # Each character once, so that whatever is left can be told apart.
    text = "".join(chr(0x4E00 + place) for place in range(60))
    same = [a_mark(text, mark.start, mark.end) for mark in marks]
    covered = {sign for mark in same for sign in mark.words}
    assert set(hidden(text, same)) == (set(text) - covered) | ({INSTEAD} if same else set())


@given(marked(apart=False))
def test_a_stretch_is_widened_to_whole_words_once_and_for_all(found: tuple[str, list[AMark]]) -> None:
    text, marks = found
    for mark in marks:
        start, end = widened(text, mark.start, mark.end)
        assert start < end
        assert text[start:end].strip() == text[start:end] or not mark.words.strip()
        assert mark.words.strip() in text[start:end]
        assert widened(text, start, end) == (start, end)
        if mark.words.strip():
            assert not (start and text[start - 1].isalnum() and text[start].isalnum())
            assert not (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())


@pytest.mark.parametrize(
    ("text", "half", "whole"),
    [
        ("Barnet bodde i Sogndal.", "ogn", "Sogndal"),
        ("Sør-Aurdal kommune", "Aurdal", "Sør-Aurdal"),
        ("Se sak 2026/0001 nå.", "2026", "2026/0001"),
        ("Ring +47 912 34 567.", "912", "912"),
        ("Skriv til asta@vik.no.", "vik", "asta@vik.no"),
        ("Se https://vik.no/sak/1 der.", "sak", "https://vik.no/sak/1"),
        ("Etter Nes’s syn", "Nes", "Nes’s"),
        ("So\u00adgn\u00addal", "gn", "So\u00adgn\u00addal"),
        ("  Vik  ", "  Vik  ", "Vik"),
        ("slutt.Vik har", "Vik", "Vik"),
        ("\U0001f600\U0001f600Vik\U0001f600", "i", "Vik"),
    ],
)
def test_a_mark_of_half_a_word_is_taken_out_to_the_whole(text: str, half: str, whole: str) -> None:
    start = text.index(half)
    first, last = widened(text, start, start + len(half))
    assert text[first:last] == whole


def test_a_stretch_outside_its_text_is_refused() -> None:
    for start, end in ((-1, 2), (2, 2), (3, 1), (0, 9)):
        with pytest.raises(ValueError, match="no stretch"):
            widened("Vik", start, end)


def test_a_mark_whose_words_do_not_stand_there_is_refused() -> None:
    with pytest.raises(StaleMark):
        hidden("Barnet bodde i Nes.", [AMark(15, 18, "Vik")])


@given(st.data())
def test_texts_that_are_put_in_twice_are_as_those_put_in_once(data: st.DataObject) -> None:
    record = a_record()
    before = copy.deepcopy(record)
    places = [place for place, _text in texts(record)]
    new = data.draw(st.dictionaries(st.sampled_from(places), st.text(max_size=10), max_size=5))
    once = replaced(record, new)
    assert replaced(once, new) == once
    assert record == before
    assert dict(texts(once)) == dict(texts(record)) | new


def test_a_remark_that_is_marked_is_called_what_it_is() -> None:
    record = a_record()
    called = [named(record, place).code for place, _text in texts(record) if ".remarks." in place]
    assert called == ["publication.place.remark.concurring", "publication.place.remark.dissent"]


def test_what_is_no_place_is_refused() -> None:
    record = a_record()
    for place in ("number", "parties.0.name", "sections", "sections.number", "questions.9.reasons", ""):
        with pytest.raises(KeyError):
            replaced(record, {place: "x"})
