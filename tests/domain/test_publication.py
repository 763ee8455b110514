"""A publication is marked by one person and approved by another; what is decided is never lost (rule 46)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import issued, present, written
from tests.scenes.parallel import both_issued
from tests.scenes.publication import THE_DAY_AFTER, approved, begun, declared, hide_all, marked, released, submitted
from tvist.access.policy import Act
from tvist.accounts.models import Absence
from tvist.anonymity.kinds import MarkKind
from tvist.clock import oslo_date
from tvist.decision.actions import order_issue
from tvist.decision.approving import approve as approve_text
from tvist.decision.writing import write_text
from tvist.delivery.models import Letter, LetterKind
from tvist.errors import CannotProceed
from tvist.jobs.models import Job, JobKind
from tvist.publication.actions import approve, begin, send_back, submit, withdraw
from tvist.publication.knowing import known_of
from tvist.publication.marking import (
    Decided,
    Stretch,
    add,
    blur,
    decide,
    decide_alike,
    find,
    find_everywhere,
    propose_again,
    remove,
)
from tvist.publication.models import BlurKind, MarkOrigin, Publication, Stage, Undoing
from tvist.publication.places import language_at, texts
from tvist.publication.rules import half_of, has_hand, officers_there
from tvist.publication.sources import record_of
from tvist.publication.waiting import MOST_WAITING, waiting_publications

LATER = THE_DAY_AFTER + timedelta(hours=1)


def with_words(publication, words):
    """Where these words stand first in the opinion."""
    return next(
        found for found in (find(publication, place, words, occurrence=1) for place, _ in texts(record_of(publication))) if found
    )


def codes(refused):
    return [message.code for message in refused.value.obstacles]


def away(session, user, by):
    on = oslo_date(LATER)
    session.add(Absence(user_id=user.id, from_on=on, to_on=on, made_by_id=by.id, made_at=NOON))
    session.flush()


def test_a_publication_begins_with_what_is_proposed_and_nothing_decided(session, cast, installation):
    made = begun(session, cast, installation)
    assert made.stage is Stage.MARKING
    assert made.marks
    assert all(mark.origin is MarkOrigin.PROPOSED and mark.hides is None and mark.why for mark in made.marks)
    written = dict(texts(record_of(made)))
    assert all(written[mark.place][mark.start : mark.end] == mark.words for mark in made.marks)


def test_one_version_is_begun_once(session, cast, installation):
    made = begun(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"publication\.begun_already"):
        begin(made.decision, by=present(session, cast).siri, at=LATER)


def test_an_opinion_that_is_not_issued_cannot_be_begun(session, cast, installation):
    from tests.scenes.decision import ordered

    case = ordered(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"decision\.not_issued"):
        begin(case.decision, by=present(session, cast).siri, at=LATER)


def test_nothing_is_submitted_while_a_mark_waits(session, cast, installation):
    made = begun(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"publication\.undecided"):
        submit(made, by=present(session, cast).siri, at=LATER)


def test_a_mark_is_decided_by_somebody_at_a_moment(session, cast, installation):
    made = begun(session, cast, installation)
    mark, version = made.marks[0], made.version
    siri = present(session, cast).siri
    assert decide(made, {mark.public_id: Decided(hides=True, replacement="A kommune")}, by=siri, at=LATER) == 1
    session.flush()
    assert (mark.hides, mark.decided_by_id, mark.decided_at, mark.replacement) == (True, siri.id, LATER, "A kommune")
    assert made.version > version
    assert decide(made, {mark.public_id: Decided(hides=True, replacement="A kommune")}, by=siri, at=LATER) == 0


def test_all_marks_over_the_same_words_are_decided_at_once(session, cast, installation):
    made = begun(session, cast, installation)
    words = max((mark.words for mark in made.marks), key=lambda each: sum(mark.words == each for mark in made.marks))
    first = next(mark for mark in made.marks if mark.words == words)
    count = decide_alike(first, Decided(hides=False), by=present(session, cast).siri, at=LATER)
    assert count == sum(mark.words == words for mark in made.marks)
    assert {mark.hides for mark in made.marks if mark.words == words} == {False}


@pytest.mark.parametrize("words", ["x" * 201, "to\nlinjer", "\u202e", "\U0001fae0"])
def test_a_replacement_is_one_line_that_can_be_printed(session, cast, installation, words):
    made = begun(session, cast, installation)
    with pytest.raises(CannotProceed):
        decide(made, {made.marks[0].public_id: Decided(hides=True, replacement=words)}, by=present(session, cast).siri, at=LATER)
    assert made.marks[0].hides is None


def test_words_are_hidden_by_hand_and_taken_away_again(session, cast, installation):
    made = marked(session, cast, installation)
    stretch, siri = with_words(made, "barnevernsloven"), present(session, cast).siri
    (mark,) = add(made, [stretch], kind=MarkKind.FREE, replacement="", by=siri, at=LATER)
    session.flush()
    assert (mark.words, mark.hides, mark.origin) == ("barnevernsloven", True, MarkOrigin.BY_HAND)
    assert mark.replacement
    remove(mark, by=siri, at=LATER)
    session.flush()
    assert mark not in made.marks


def test_a_proposed_mark_is_left_standing_and_never_taken_away(session, cast, installation):
    made = marked(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"publication\.proposed_stays"):
        remove(made.marks[0], by=present(session, cast).siri, at=LATER)


def test_half_a_word_cannot_be_hidden(session, cast, installation):
    made = marked(session, cast, installation)
    whole, siri = with_words(made, "barnevernsloven"), present(session, cast).siri
    half = Stretch(whole.place, whole.start, whole.start + 4)
    with pytest.raises(CannotProceed, match=r"publication\.half_word"):
        add(made, [half], kind=MarkKind.FREE, replacement="", by=siri, at=LATER)


def test_a_mark_over_half_a_word_is_not_submitted(session, cast, installation):
    made = marked(session, cast, installation)
    mark, siri = made.marks[0], present(session, cast).siri
    mark.end, mark.words = mark.end - 1, mark.words[:-1]
    session.flush()
    with pytest.raises(CannotProceed, match=r"publication\.half_word"):
        submit(made, by=siri, at=LATER)


@pytest.mark.parametrize(
    ("text", "stretch", "whole"),
    [("i Vik kommune", (2, 5), ""), ("i Viks navn", (2, 5), "Viks"), ("vikværing", (0, 3), "vikværing"), ("Vik, og", (0, 3), "")],
)
def test_half_words_are_known(text, stretch, whole):
    assert half_of(text, *stretch) == whole


def test_one_mark_does_not_meet_another(session, cast, installation):
    made = marked(session, cast, installation)
    mark = made.marks[0]
    with pytest.raises(CannotProceed, match=r"publication\.meets"):
        add(
            made,
            [Stretch(mark.place, mark.start, mark.end)],
            kind=MarkKind.FREE,
            replacement="",
            by=present(session, cast).siri,
            at=LATER,
        )


def test_words_are_hidden_everywhere_they_stand_whole(session, cast, installation):
    made = marked(session, cast, installation)
    found = find_everywhere(made, "Nemnda")
    assert found
    add(made, found, kind=MarkKind.FREE, replacement="[noen]", by=present(session, cast).siri, at=LATER)
    assert sum(mark.words == "Nemnda" for mark in made.marks) == len(found)


def test_what_is_proposed_again_loses_nothing(session, cast, installation):
    made = marked(session, cast, installation)
    siri = present(session, cast).siri
    before = [(mark.public_id, mark.hides) for mark in made.marks]
    assert propose_again(made, known_of(session, made.decision.case), by=siri, at=LATER) == 0
    assert [(mark.public_id, mark.hides) for mark in made.marks] == before


def test_what_is_told_more_broadly_is_chosen_and_chosen_again(session, cast, installation):
    made = marked(session, cast, installation)
    siri = present(session, cast).siri
    assert blur(made, [BlurKind.REGION, BlurKind.AMOUNTS], by=siri, at=LATER)
    assert blur(made, [BlurKind.REGION], by=siri, at=LATER)
    assert not blur(made, [BlurKind.REGION], by=siri, at=LATER)
    session.flush()
    assert [found.kind for found in made.blurs] == [BlurKind.REGION]


def test_another_person_is_asked_to_approve(session, cast, installation):
    made = submitted(session, cast, installation)
    assert made.stage is Stage.TO_APPROVE
    (letter,) = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.PUBLICATION_TO_APPROVE))
    assert [found.address for found in letter.recipients] == [cast.stein.email]
    number = made.decision.case.number
    assert number not in letter.subject + letter.body + letter.link


def test_what_is_submitted_is_not_marked(session, cast, installation):
    made = submitted(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"publication\.not_marking"):
        decide(made, {made.marks[0].public_id: Decided(hides=False)}, by=present(session, cast).siri, at=LATER)


def test_nobody_approves_what_they_submitted(session, cast, installation):
    made = submitted(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"publication\.not_ones_own"):
        approve(made, by=present(session, cast).siri, at=LATER)


def test_the_database_refuses_ones_own_approval_too(session, cast, installation):
    made = submitted(session, cast, installation)
    values = {"approved_at": LATER, "approved_by_id": made.submitted_by_id}
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.update(Publication).where(Publication.id == made.id).values(**values))


def test_nobody_approves_what_they_had_a_hand_in(session, cast, installation):
    made = marked(session, cast, installation)
    people = present(session, cast)
    decide(made, {made.marks[0].public_id: Decided(hides=True, replacement="[noe]")}, by=people.stein, at=LATER)
    submit(made, by=people.siri, at=LATER)
    with pytest.raises(CannotProceed, match=r"publication\.not_ones_own"):
        approve(made, by=people.stein, at=LATER)


def test_the_leader_approves_only_where_no_other_officer_is_there(session, cast, installation):
    made = submitted(session, cast, installation)
    people = present(session, cast)
    assert [officer.id for officer in officers_there(made, oslo_date(LATER))] == [people.stein.id]
    with pytest.raises(CannotProceed, match=r"publication\.officer_is_there"):
        approve(made, by=people.cato, at=LATER)
    away(session, people.stein, people.siri)
    approve(made, by=people.cato, at=LATER)
    assert made.approved_by_id == people.cato.id


def test_the_leader_is_asked_when_the_other_is_away(session, cast, installation):
    made = marked(session, cast, installation)
    people = present(session, cast)
    away(session, people.stein, people.siri)
    submit(made, by=people.siri, at=LATER)
    letters = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.PUBLICATION_TO_APPROVE)).all()
    asked = {found.address for letter in letters for found in letter.recipients}
    assert people.cato.email in asked
    assert people.stein.email not in asked


def also_submitted(like, count):
    """As many further versions of the same opinion that Siri has submitted."""
    same = {"decision": like.decision, "language": like.language, "begun_by": like.begun_by, "submitted_by": like.submitted_by}
    times = {"begun_at": like.begun_at, "submitted_at": like.submitted_at}
    return [Publication(**same, **times, decision_version=2 + number, undoings=[]) for number in range(count)]


def test_what_waits_for_the_leader_is_found_behind_all_that_waits_for_officers(session, cast, installation):
    first, people = submitted(session, cast, installation), present(session, cast)
    others = also_submitted(first, 2 * MOST_WAITING)
    for each in others[MOST_WAITING:]:
        each.undoings.append(Undoing(by_id=people.stein.id, at=LATER))
    session.add_all(others)
    session.flush()
    on = oslo_date(LATER)
    found = waiting_publications(session, people.cato, on).to_approve
    assert [each.id for each in found] == [each.id for each in others if not officers_there(each, on)]
    assert len(found) == MOST_WAITING
    assert first in waiting_publications(session, people.stein, on).to_approve
    away(session, people.stein, people.siri)
    assert first in waiting_publications(session, people.cato, on).to_approve


def test_what_is_approved_is_made_by_the_machine_and_stands_in_the_journal(session, cast, installation):
    made = approved(session, cast, installation)
    assert made.stage is Stage.APPROVED
    assert made.approved_sha256
    assert made.decision.case.events[-1].act is Act.APPROVE_PUBLICATION
    assert session.scalars(sa.select(Job.thing_id).where(Job.kind == JobKind.PUBLISH)).all() == [made.id]


def test_what_is_approved_is_approved_once(session, cast, installation):
    made = approved(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"publication\.not_to_approve"):
        approve(made, by=present(session, cast).stein, at=LATER)


def test_the_database_keeps_the_marks_of_what_is_approved(session, cast, installation):
    made = approved(session, cast, installation)
    with pytest.raises(sa.exc.DatabaseError):
        session.execute(sa.text("UPDATE mark SET replacement = 'Vik' WHERE id = :id"), {"id": made.marks[0].id})


@pytest.mark.parametrize("scene", [submitted, approved])
def test_what_is_sent_back_can_be_marked_again_and_who_submitted_it_is_told(session, cast, installation, scene):
    made = scene(session, cast, installation)
    with pytest.raises(CannotProceed, match=r"publication\.say_why_back"):
        send_back(made, " ", by=present(session, cast).stein, at=LATER)
    send_back(made, "Navnet på skolen står igjen.", by=present(session, cast).stein, at=LATER)
    assert made.stage is Stage.MARKING
    assert made.return_reasons == "Navnet på skolen står igjen."
    (letter,) = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.PUBLICATION_RETURNED))
    assert [found.address for found in letter.recipients] == [cast.siri.email]
    assert "skolen" not in letter.body
    submit(made, by=present(session, cast).siri, at=LATER)
    assert not made.return_reasons


def test_both_officers_of_a_case_are_known_and_its_other_numbers(session, cast, installation):
    case = issued(session, cast, installation)
    declared(session, cast, case)
    known = known_of(session, case)
    names = {person.name: person.what for person in known.people}
    assert names[cast.asta.name] in {"officer", "representative"}
    assert names[cast.cato.name] == "member"
    assert "Vik kommune" in known.organisations
    assert case.number in known.case_numbers


def test_the_number_of_a_published_case_leads_to_its_publication(session, cast, installation):
    first = released(session, cast, installation, at=NOON - timedelta(days=30))
    other = first.decision.case.number
    case = written(session, cast, installation)
    people = present(session, cast)
    write_text(case, by=people.cato, at=NOON, legal=f"Som i sak {other.replace('/0', '/')} og i sak 1999/0007.")
    for member in (people.cato, people.frida, people.kaare):
        approve_text(case, by=member, at=NOON, keys=installation.keys)
    order_issue(case, by=people.cato, at=NOON, keys=installation.keys)
    assert known_of(session, case).publications == ((other, first.number),)
    withdraw(first, by=people.stein, at=LATER, reason="Et sted kunne kjennes igjen.")
    session.flush()
    assert known_of(session, case).publications == ()


def test_hiding_all_leaves_nothing_to_decide(session, cast, installation):
    made = begun(session, cast, installation)
    hide_all(made, session, cast)
    assert all(mark.hides for mark in made.marks)


def test_what_stands_instead_in_a_parallel_text_is_in_its_language(session, cast, installation):
    case = both_issued(session, cast, installation)
    declared(session, cast, case)
    siri = present(session, cast).siri
    made = begin(case.decision, by=siri, at=THE_DAY_AFTER)
    record = record_of(made)
    place, text = next((place, text) for place, text in texts(record) if place.startswith("parallel.sections") and text)
    words = text.split()[-1].strip(".")
    stretch = find(made, place, words, occurrence=1)
    (mark,) = add(made, [stretch], kind=MarkKind.PERSON, replacement="", by=siri, at=LATER)
    assert {"nb": "[navn]", "nn": "[namn]"}[record["parallel"]["language"]] == mark.replacement
    session.flush()
    decide(made, {mark.public_id: Decided(hides=True, kind=MarkKind.PLACE)}, by=siri, at=LATER)
    assert {"nb": "[sted]", "nn": "[stad]"}[record["parallel"]["language"]] == mark.replacement


def in_both_forms(session, cast, installation):
    """A publication of an opinion in both forms of Norwegian; and the officer who marks it."""
    case = both_issued(session, cast, installation)
    declared(session, cast, case)
    siri = present(session, cast).siri
    return begin(case.decision, by=siri, at=THE_DAY_AFTER), siri


def by_language(publication, marks):
    """What stands instead in these marks, by the language of the text they stand in."""
    return {language_at(record_of(publication), mark.place): mark.replacement for mark in marks}


def test_a_replacement_goes_to_texts_in_its_own_language_alone(session, cast, installation):
    made, siri = in_both_forms(session, cast, installation)
    found = find_everywhere(made, "barnevernsloven")
    of_both = [find(made, place, "barnevernsloven", occurrence=1) for place in dict.fromkeys(each.place for each in found)]
    nynorsk = with_words(made, "barnevernsloven").place
    assert language_at(record_of(made), nynorsk) == "nn"
    marks = add(made, of_both, kind=MarkKind.PERSON, replacement="[far sitt]", written_for=nynorsk, by=siri, at=LATER)
    assert by_language(made, marks) == {"nn": "[far sitt]", "nb": "[navn]"}
    session.flush()
    first = next(mark for mark in marks if mark.place == nynorsk)
    assert decide_alike(first, Decided(hides=True, replacement="[mor]"), by=siri, at=LATER) == 1
    assert by_language(made, marks) == {"nn": "[mor]", "nb": "[navn]"}
    decide_alike(first, Decided(hides=True, replacement="[heimen]", kind=MarkKind.PLACE), by=siri, at=LATER)
    assert by_language(made, marks) == {"nn": "[heimen]", "nb": "[sted]"}


def test_who_undid_anothers_mark_does_not_approve_what_is_left(session, cast, installation):
    made, people = marked(session, cast, installation), present(session, cast)
    (mark,) = add(made, [with_words(made, "barnevernsloven")], kind=MarkKind.FREE, replacement="", by=people.siri, at=LATER)
    session.flush()
    remove(mark, by=people.stein, at=LATER)
    submit(made, by=people.siri, at=LATER)
    with pytest.raises(CannotProceed, match=r"publication\.not_ones_own"):
        approve(made, by=people.stein, at=LATER)


def test_who_lifted_anothers_blur_does_not_approve_what_is_left(session, cast, installation):
    made, people = marked(session, cast, installation), present(session, cast)
    blur(made, [BlurKind.AMOUNTS], by=people.siri, at=LATER)
    blur(made, [], by=people.stein, at=LATER)
    submit(made, by=people.siri, at=LATER)
    with pytest.raises(CannotProceed, match=r"publication\.not_ones_own"):
        approve(made, by=people.stein, at=LATER)
    session.flush()
    assert session.scalar(sa.select(has_hand(people.stein.id)).where(Publication.id == made.id))
