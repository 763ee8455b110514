"""Two who write at once: what each wrote stands in the text that is put together, and what both changed is kept from both."""

from __future__ import annotations

from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from tvist.decision.merging import Clash, compare, merge

PLAIN = "Barnet bodde i Vik.\n\nStaten betalte fra mars.\n\nKommunen mener noe annet."
words = st.sampled_from(["bo", "dekke", "staten", "ikke", "alt", "æ", "ø"])
paragraphs = st.lists(words, min_size=1, max_size=6).map(" ".join)
texts = st.lists(paragraphs, max_size=5).map("\n\n".join)


def test_changes_in_different_paragraphs_are_put_together():
    mine = PLAIN.replace("i Vik", "i Luster")
    theirs = PLAIN.replace("noe annet", "at staten bør dekke alt")

    found = merge(PLAIN, mine, theirs)

    assert found.is_clean
    assert found.text == "Barnet bodde i Luster.\n\nStaten betalte fra mars.\n\nKommunen mener at staten bør dekke alt."


def test_changes_of_different_words_in_one_paragraph_are_put_together():
    found = merge(PLAIN, PLAIN.replace("Staten betalte", "Staten dekket"), PLAIN.replace("mars.", "april."))

    assert (found.is_clean, "Staten dekket fra april." in found.text) == (True, True)


def test_the_same_change_by_both_stands_once():
    both = PLAIN.replace("mars", "april")

    assert merge(PLAIN, both, both).text == both
    assert merge(PLAIN, f"{both}\n\nMine.", both).text == f"{both}\n\nMine."


def test_what_both_have_changed_is_kept_from_both_theirs_first():
    found = merge("Staten bør dekke alt.", "Staten bør dekke halvparten.", "Staten bør dekke ingenting.")

    assert found.clashes == (Clash("Staten bør dekke halvparten.", "Staten bør dekke ingenting."),)
    assert found.text == "Staten bør dekke ingenting.\n\nStaten bør dekke halvparten."


def test_a_word_put_in_before_one_that_another_changes_is_not_lost():
    found = merge("Staten bør dekke.", "Staten ikke bør dekke.", "Staten kan dekke.")

    assert not found.is_clean
    assert {"ikke", "kan"} <= set(found.text.split())


def test_words_beside_each_other_are_never_put_together_unseen():
    found = merge("Staten bør dekke alt.", "Staten kan dekke alt.", "Staten bør betale alt.")

    assert not found.is_clean


def test_what_one_takes_out_and_another_changes_is_for_a_person_to_settle():
    found = merge(PLAIN, PLAIN.replace("Staten betalte fra mars.\n\n", ""), PLAIN.replace("mars", "april"))

    assert not found.is_clean
    assert "april" in found.text


def test_both_who_begin_an_empty_text_keep_their_words():
    found = merge("", "Fridas ord.", "Kåres ord.")

    assert (found.text, found.is_clean) == ("Kåres ord.\n\nFridas ord.", False)


def test_a_paragraph_that_each_adds_at_the_end_is_kept_from_both():
    found = merge(PLAIN, f"{PLAIN}\n\nMitt.", f"{PLAIN}\n\nDitt.")

    assert "Mitt." in found.text
    assert "Ditt." in found.text


def test_what_one_adds_at_the_end_and_another_changes_before_it_is_put_together():
    found = merge(PLAIN, f"{PLAIN}\n\nMitt.", PLAIN.replace("noe annet.", "noe mer."))

    assert (found.is_clean, found.text) == (True, PLAIN.replace("noe annet.", "noe mer.") + "\n\nMitt.")


def test_versions_are_compared_word_by_word():
    assert [(run.change, run.text.strip()) for run in compare("Staten bør dekke alt.", "Staten bør ikke dekke alt.")] == [
        ("same", "Staten bør"),
        ("added", "ikke"),
        ("same", "dekke alt."),
    ]
    assert [run.change for run in compare("en", "to")] == ["removed", "added"]


@given(texts, texts, texts)
def test_no_word_that_anybody_wrote_is_lost(base: str, mine: str, theirs: str) -> None:
    found = set(merge(base, mine, theirs).text.split())

    known = set(base.split())
    assert set(mine.split()) - known <= found
    assert set(theirs.split()) - known <= found


@given(st.lists(words, min_size=2, max_size=12), st.data())
def test_no_word_that_is_put_into_a_paragraph_is_lost(base: list[str], data: st.DataObject) -> None:
    changed = []
    for mark in ("mitt", "ditt"):
        one = base.copy()
        for count in range(data.draw(st.integers(0, 3))):
            first = data.draw(st.integers(0, len(one)))
            one[first : first + data.draw(st.integers(0, 2))] = [f"{mark}{count}"]
        changed.append(" ".join(one))

    found = set(merge(" ".join(base), *changed).text.split())

    assert all({word for word in text.split() if word[:4] in {"mitt", "ditt"}} <= found for text in changed)


@given(texts, texts)
def test_where_one_has_changed_nothing_the_other_s_text_is_the_text(base: str, changed: str) -> None:
    assert merge(base, changed, base).text == changed
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, changed).text == changed


@given(texts, texts, texts)
def test_whoever_saves_last_the_same_is_clean(base: str, mine: str, theirs: str) -> None:
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)

    assert one.is_clean == other.is_clean
    if one.is_clean:
        assert one.text == other.text


@given(st.lists(paragraphs, min_size=2, max_size=6, unique=True), st.data(), paragraphs, paragraphs)
def test_whoever_touches_different_paragraphs_loses_nothing_and_is_asked_nothing(
    parts: list[str], data: st.DataObject, mine: str, theirs: str
) -> None:
    numbered = [f"{place}. {part}" for place, part in enumerate(parts)]
    first, second = data.draw(st.permutations(range(len(parts))))[:2]
    one, other, both = numbered.copy(), numbered.copy(), numbered.copy()
    one[first] = both[first] = f"mitt {mine}"
    other[second] = both[second] = f"ditt {theirs}"

    found = merge(*("\n\n".join(each) for each in (numbered, one, other)))

    assert set("\n\n".join(both).split()) <= set(found.text.split())
    if abs(first - second) > 1:
        assert (found.text, found.is_clean) == ("\n\n".join(both), True)


@given(texts, texts)
def test_a_comparison_tells_both_versions(old: str, new: str) -> None:
    runs = compare(old, new)

    assert "".join(run.text for run in runs if run.change != "added").strip() == old
    assert "".join(run.text for run in runs if run.change != "removed").strip() == new


def test_a_text_that_says_the_same_word_over_and_over_is_put_together_soon():
    base = "a " * 25_000
    mine, theirs = f"{base}min ", f"deres {base}"
    begun = process_time()
    found, runs = merge(base, mine, theirs), compare(base, theirs)
    assert process_time() - begun < 20
    assert "min" in found.text
    assert "deres" in found.text
    assert "".join(run.text for run in runs if run.change != "removed").strip() == theirs.strip()
