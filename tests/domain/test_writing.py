"""Typing into a draft: each field upon the text it was typed over; what is lost on one side is found among the earlier texts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import at_home, dismissal_proposed, filed
from tvist.cases.history import Statement
from tvist.errors import CannotProceed, NotFound
from tvist.intake import actions
from tvist.intake.earlier import Which, earlier_texts, found_at, put_at, take_back
from tvist.intake.in_case import draft_in_case, drafts_in_cases, mark_sent, open_draft_in
from tvist.intake.models import DraftChange, DraftKind
from tvist.intake.visits import STALE, note_visit, others_in
from tvist.intake.writing import LONGEST_TOGETHER, LONGEST_VALUE, TOGETHER, FlatSheet, Typing, keep_typed

SOON = timedelta(seconds=5)


@pytest.fixture
def session(database, cast):
    with database.writing() as session:
        at_home(session, cast)
        yield session


@pytest.fixture
def case(session, cast):
    case = dismissal_proposed(session, cast)
    vik = case.party_of(cast.asta, NOON.date())
    vik.team[0].user = cast.asta
    return case


@pytest.fixture
def draft(session, case, cast):
    return draft_in_case(session, case, DraftKind.DISMISSAL_COMMENT, party=case.parties[0], by=cast.asta, at=NOON)


def keep(draft, by, base, value, *, field="text", tab="one", at=NOON):
    return keep_typed(draft, FlatSheet(draft), [Typing(field, base, value)], by=by, tab=tab, at=at)


def changes(session):
    return session.scalars(sa.select(DraftChange).order_by(DraftChange.id)).all()


def test_what_is_typed_upon_the_text_that_stands_is_kept(draft, cast):
    assert keep(draft, cast.asta, "", "Vi er uenige.").saved == ["text"]
    assert keep(draft, cast.arne, "Vi er uenige.", "Vi er helt uenige.", tab="two").saved == ["text"]
    assert draft.typed == {"text": "Vi er helt uenige."}


def test_anothers_text_is_never_written_over_and_mine_is_found_again(draft, cast):
    keep(draft, cast.asta, "", "Astas tekst")
    found = keep(draft, cast.arne, "", "Arnes tekst", tab="two", at=NOON + SOON)

    assert (found.saved, [(clash.kept, clash.by) for clash in found.clashes]) == ([], [("Astas tekst", cast.asta)])
    assert draft.typed == {"text": "Astas tekst"}
    assert [(each.text, each.is_aside) for each in earlier_texts(draft)["text"]] == [("Arnes tekst", True)]


def test_one_field_that_clashes_holds_no_other_back(draft, cast):
    keep(draft, cast.asta, "", "Astas tekst")
    typings = [Typing("text", "", "Arnes tekst"), Typing("other", "", "Et annet felt")]
    found = keep_typed(draft, FlatSheet(draft), typings, by=cast.arne, tab="two", at=NOON)
    assert found.saved == ["other"]
    assert draft.typed == {"text": "Astas tekst", "other": "Et annet felt"}


def test_the_same_text_from_two_is_no_clash_and_line_ends_are_alike(draft, cast):
    keep(draft, cast.asta, "", "En\r\nto")
    assert keep(draft, cast.arne, "", "En\nto", tab="two").clashes == []


def test_what_was_chosen_over_anothers_text_leaves_that_to_be_taken_back(draft, cast):
    keep(draft, cast.asta, "", "Astas tekst")
    keep(draft, cast.arne, "Astas tekst", "Arnes tekst", tab="two")
    [earlier] = earlier_texts(draft)["text"]
    assert earlier.text == "Astas tekst"

    take_back(draft, earlier.change.id, earlier.which, by=cast.asta, at=NOON + SOON)
    assert draft.typed == {"text": "Astas tekst"}
    assert [each.text for each in earlier_texts(draft)["text"]] == ["Arnes tekst"]


def test_typing_goes_into_one_change_for_ten_minutes(draft, cast, session):
    for at, text in ((0, "V"), (2, "Vi"), (9, "Vi er"), (10, "Vi er her"), (12, "Vi er her nå")):
        keep(draft, cast.asta, draft.typed.get("text", ""), text, at=NOON + timedelta(minutes=at))
    assert timedelta(minutes=10) == TOGETHER
    assert [(each.before, each.value) for each in changes(session)] == [("", "Vi er"), ("Vi er", "Vi er her nå")]


def test_a_text_that_is_cut_stays_to_be_found_also_within_the_ten_minutes(draft, cast):
    long = "Et langt avsnitt som noen merker og sletter ved et uhell."
    keep(draft, cast.asta, "", long)
    keep(draft, cast.asta, long, "", at=NOON + SOON)
    assert [each.text for each in earlier_texts(draft)["text"]] == [long]


def test_another_person_or_tab_begins_a_change_of_its_own(draft, cast, session):
    keep(draft, cast.asta, "", "a")
    keep(draft, cast.asta, "a", "ab", tab="two")
    keep(draft, cast.arne, "ab", "abc", tab="two")
    assert [(each.by, each.tab) for each in changes(session)] == [(cast.asta, "one"), (cast.asta, "two"), (cast.arne, "two")]


def test_a_text_without_end_is_refused_and_so_is_a_draft_without_end(draft, cast):
    with pytest.raises(CannotProceed, match=r"writing\.too_long"):
        keep(draft, cast.asta, "", "a" * (LONGEST_VALUE + 1))
    for number in range(LONGEST_TOGETHER // LONGEST_VALUE):
        keep(draft, cast.asta, "", "b" * (LONGEST_VALUE - 10), field=f"more_{number}")
    with pytest.raises(CannotProceed, match=r"writing\.too_much"):
        keep(draft, cast.asta, "", "b" * LONGEST_VALUE, field="one_more")


def test_one_party_has_one_open_draft_of_a_kind(session, case, draft, cast):
    again = draft_in_case(session, case, DraftKind.DISMISSAL_COMMENT, party=case.parties[0], by=cast.arne, at=NOON + SOON)
    assert again is draft
    other = draft_in_case(session, case, DraftKind.DISMISSAL_COMMENT, party=case.parties[1], by=cast.bo, at=NOON)
    assert other is not draft


def test_what_was_sent_takes_no_more_and_the_next_is_a_new_draft(session, case, draft, cast):
    keep(draft, cast.asta, "", "Sendt tekst")
    sent = actions.comment_on_dismissal(case, by=cast.asta, at=NOON, text="Sendt tekst")
    mark_sent(draft, sent, at=NOON)
    session.flush()
    with pytest.raises(CannotProceed, match=r"intake\.draft_is_closed"):
        keep(draft, cast.arne, "Sendt tekst", "For sent", tab="two")
    assert open_draft_in(session, case, DraftKind.DISMISSAL_COMMENT, case.parties[0]) is None


def test_the_draft_is_listed_for_its_own_side_alone(session, case, draft, cast):
    on = NOON.date()
    assert drafts_in_cases(session, cast.asta, on) == [draft]
    assert drafts_in_cases(session, cast.bo, on) == []
    assert drafts_in_cases(session, cast.siri, on) == []


def test_the_secretariats_letter_is_for_officers_who_have_declared(session, cast):
    case = filed(session, cast)
    letter = draft_in_case(session, case, DraftKind.DEFICIENCY_LETTER, party=None, by=cast.siri, at=NOON)
    assert letter.organisation is cast.body
    assert drafts_in_cases(session, cast.siri, NOON.date()) == []
    actions.declare_impartiality(case, by=cast.siri, at=NOON, statement=Statement.NONE)
    session.flush()
    assert drafts_in_cases(session, cast.siri, NOON.date()) == [letter]


def test_who_else_is_here_is_seen_until_they_leave(draft, cast):
    note_visit(draft, by=cast.asta, tab="one", place="text", at=NOON)
    note_visit(draft, by=cast.arne, tab="two", place="", at=NOON)
    assert [(visit.user, visit.place) for visit in others_in(draft, tab="two", at=NOON + SOON)] == [(cast.asta, "text")]
    assert others_in(draft, tab="two", at=NOON + STALE + SOON) == []


def test_a_whole_request_saved_again_leaves_what_it_replaced(session, cast):
    draft = actions.begin_draft(session, cast.vik, by=cast.asta, at=NOON)
    actions.save_draft(draft, {**draft.typed, "claim": "Første", "lines": [{"rate": "1"}, {"rate": "2"}]}, by=cast.asta, at=NOON)
    actions.save_draft(draft, {**draft.typed, "claim": "Andre", "lines": [{"rate": "2"}]}, by=cast.arne, at=NOON + SOON)
    found = earlier_texts(draft)
    assert [each.text for each in found["claim"]] == ["Første"]
    assert [each.text for each in found["lines"]] == [[{"rate": "1"}, {"rate": "2"}]]


def test_a_text_of_another_draft_cannot_be_taken_back(session, case, draft, cast):
    keep(draft, cast.asta, "", "Vår tekst")
    [change] = changes(session)
    other = draft_in_case(session, case, DraftKind.DISMISSAL_COMMENT, party=case.parties[1], by=cast.bo, at=NOON)
    with pytest.raises(NotFound):
        take_back(other, change.id, Which.VALUE, by=cast.bo, at=NOON)


@pytest.mark.parametrize("place", ["claim", "settlement.by", "parties.opposing[0]", "lines[1].rate", "facts"])
def test_a_place_is_found_where_it_was_put(place):
    assert found_at(put_at({"lines": [{"rate": "1"}], "settlement": ""}, place, "her"), place) == "her"
