"""The machine releases what is approved, once, with a number without gaps, or sends it back with what leaks (rule 46)."""

import json
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import issued, present
from tests.scenes.publication import THE_DAY_AFTER, approved, begun, declared, hide_all, released
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.clock import oslo_date
from tvist.decision.correcting import Changes, correct, correction_job
from tvist.decision.votes import leader_of
from tvist.delivery.models import Letter, LetterKind
from tvist.errors import CannotProceed
from tvist.publication.actions import approve, begin, submit, withdraw
from tvist.publication.job import publish_job
from tvist.publication.marking import Decided, decide
from tvist.publication.models import Publication, PublicationFact, Stage
from tvist.publication.queries import publication_at
from tvist.publication.waiting import waiting_publications
from tvist.published.outputs import outputs_of
from tvist.search.models import Indexed, SearchedThing

LATER = THE_DAY_AFTER + timedelta(hours=1)


def hide_by(publication, user, *, at):
    """What nobody has decided yet is hidden by that person."""
    undecided = [mark for mark in publication.marks if mark.hides is None]
    decide(publication, {mark.public_id: Decided(hides=True, replacement=mark.replacement) for mark in undecided}, by=user, at=at)


@contextmanager
def killed_at(database, beginning):
    """Whoever sends the database a statement with that beginning is killed in that moment."""

    def kill(_connection, _cursor, statement, *_more):
        if statement.startswith(beginning):
            raise KeyboardInterrupt

    sa.event.listen(database.engine, "before_cursor_execute", kill)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", kill)


def test_what_is_approved_is_released_with_a_number_of_its_own(session, cast, installation):
    made = released(session, cast, installation)
    assert made.stage is Stage.RELEASED, made.return_reasons
    assert made.number == "BTN-2026-1"
    assert made.record["publication"]["number"] == made.number
    assert installation.papers.verify(made.blob_id, made.sha256)
    assert "Vik kommune" not in made.frozen
    assert made.decision.case.number not in made.frozen
    assert made.facts


def test_the_release_stands_in_the_journal_by_the_machine(session, cast, installation):
    made = released(session, cast, installation)
    last = made.decision.case.events[-1]
    assert (last.act, last.by_id) == (Act.RELEASE_PUBLICATION, None)


def test_everybody_may_find_what_is_released(session, cast, installation):
    made = released(session, cast, installation)
    found = session.scalars(sa.select(Indexed).where(Indexed.thing_kind == SearchedThing.PUBLICATION)).one()
    assert (found.thing_id, found.for_public, found.for_requesting) == (made.id, True, False)


def test_the_job_run_again_makes_nothing_twice(session, cast, installation):
    made = released(session, cast, installation)
    before, files = (made.number, made.sha256, made.version), set(installation.papers.ids())
    session.rollback()
    publish_job(installation, made.id, LATER + DAY, told=outputs_of)
    session.expire_all()
    again = session.get_one(Publication, made.id)
    assert (again.number, again.sha256, again.version) == before
    assert set(installation.papers.ids()) == files


def test_a_job_killed_in_its_transaction_leaves_nothing_and_is_done_again(session, cast, installation):
    made = approved(session, cast, installation).id
    files = set(installation.papers.ids())
    with killed_at(installation.database, "UPDATE publication "):
        publish_job(installation, made, LATER, told=outputs_of)
    session.expire_all()
    again = session.get_one(Publication, made)
    assert (again.stage, again.number) == (Stage.APPROVED, "")
    assert set(installation.papers.ids()) == files
    session.rollback()
    publish_job(installation, made, LATER, told=outputs_of)
    session.expire_all()
    assert session.get_one(Publication, made).number == "BTN-2026-1"
    assert len(set(installation.papers.ids())) == len(files) + 1


def test_two_workers_at_once_release_once(session, cast, installation):
    made = approved(session, cast, installation).id
    session.rollback()
    workers = [Thread(target=publish_job, args=(installation, made, LATER), kwargs={"told": outputs_of}) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    session.expire_all()
    again = session.get_one(Publication, made)
    assert again.number == "BTN-2026-1"
    assert sum(event.act is Act.RELEASE_PUBLICATION for event in again.decision.case.events) == 1
    facts = session.scalars(sa.select(PublicationFact.value).where(PublicationFact.publication_id == made)).all()
    assert len(facts) == len(again.facts)


def test_two_opinions_released_at_once_get_two_numbers_without_a_gap(session, cast, installation):
    ids = [approved(session, cast, installation).id for _ in range(2)]
    session.rollback()
    workers = [Thread(target=publish_job, args=(installation, each, LATER), kwargs={"told": outputs_of}) for each in ids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    session.expire_all()
    numbers = sorted(session.scalars(sa.select(Publication.serial).where(Publication.id.in_(ids))).all())
    assert numbers == [1, 2]


def test_a_municipality_that_was_left_standing_is_not_released(session, cast, installation):
    made = begun(session, cast, installation)
    people = present(session, cast)
    hide_all(made, session, cast)
    secret = next(mark for mark in made.marks)
    decide(made, {secret.public_id: Decided(hides=True, replacement="Vik kommune")}, by=people.siri, at=THE_DAY_AFTER)
    submit(made, by=people.siri, at=LATER, accepted="Prøve.")
    approve(made, by=people.stein, at=LATER)
    session.commit()
    publish_job(installation, made.id, LATER, told=outputs_of)
    session.expire_all()
    again = session.get_one(Publication, made.id)
    assert again.stage is Stage.MARKING
    assert (again.number, again.blob_id, again.approved_by_id) == ("", None, None)
    assert "Vik" in again.return_reasons
    letters = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.PUBLICATION_RETURNED)).all()
    assert [found.address for letter in letters for found in letter.recipients] == [cast.siri.email]
    assert all("Vik" not in letter.body + letter.subject for letter in letters)


def test_what_is_withdrawn_leaves_its_number_and_why(session, cast, installation):
    made = released(session, cast, installation)
    stein = present(session, cast).stein
    with pytest.raises(CannotProceed, match=r"publication\.say_why_withdrawn"):
        withdraw(made, "", by=stein, at=LATER)
    with pytest.raises(CannotProceed, match=r"publication\.reason_tells"):
        withdraw(made, "Vik kommune kunne kjennes igjen.", by=stein, at=LATER)
    withdraw(made, "Uttalelsen kunne kjennes igjen.", by=stein, at=LATER)
    session.commit()
    assert made.stage is Stage.WITHDRAWN
    assert made.number == "BTN-2026-1"
    assert made.withdrawal_reason == "Uttalelsen kunne kjennes igjen."
    assert session.scalars(sa.select(Indexed).where(Indexed.thing_kind == SearchedThing.PUBLICATION)).all() == []


def test_nothing_else_of_what_is_released_is_ever_changed(session, cast, installation):
    made = released(session, cast, installation)
    with pytest.raises(sa.exc.DatabaseError):
        session.execute(sa.text("UPDATE publication SET frozen = '{}' WHERE id = :id"), {"id": made.id})


def test_what_is_withdrawn_can_be_begun_again_with_what_was_decided(session, cast, installation):
    made = released(session, cast, installation)
    people = present(session, cast)
    withdraw(made, "Uttalelsen kunne kjennes igjen.", by=people.stein, at=LATER)
    again = begin(made.decision, by=people.siri, at=LATER)
    assert [mark.hides for mark in again.marks] == [mark.hides for mark in made.marks]
    submit(again, by=people.siri, at=LATER, accepted="Prøve.")
    approve(again, by=people.stein, at=LATER)
    session.commit()
    publish_job(installation, again.id, LATER, told=outputs_of)
    session.expire_all()
    assert session.get_one(Publication, again.id).number == "BTN-2026-2"


def test_a_corrected_version_takes_the_place_of_the_first(session, cast, installation):
    first = released(session, cast, installation)
    case, people = first.decision.case, present(session, cast)
    slip = Changes(sections={"conclusion": "Staten bør dekke oppholdet i perioden."})
    found = correct(case, slip, by=leader_of(case), at=LATER, words="I slutningen sto feil ord.")
    session.commit()
    correction_job(installation, found.id, LATER)
    session.expire_all()
    second = begin(case.decision, by=people.siri, at=LATER + DAY)
    hide_all(second, session, cast, at=LATER + DAY)
    submit(second, by=people.siri, at=LATER + DAY, accepted="Prøve.")
    approve(second, by=people.stein, at=LATER + DAY)
    session.commit()
    publish_job(installation, second.id, LATER + DAY, told=outputs_of)
    session.expire_all()
    first, second = session.get_one(Publication, first.id), session.get_one(Publication, second.id)
    assert (first.number, second.number) == ("BTN-2026-1", "BTN-2026-2")
    assert first.superseded_by_id == second.id


def test_what_was_corrected_after_its_approval_is_not_released(session, cast, installation):
    first = approved(session, cast, installation)
    case = first.decision.case
    slip = Changes(sections={"conclusion": "Staten bør dekke oppholdet i perioden."})
    found = correct(case, slip, by=leader_of(case), at=LATER, words="I slutningen sto feil ord.")
    session.commit()
    correction_job(installation, found.id, LATER)
    publish_job(installation, first.id, LATER, told=outputs_of)
    session.expire_all()
    assert session.get_one(Publication, first.id).released_at is None


def test_marks_of_what_was_never_released_are_approved_by_another_than_who_made_them(session, cast, installation):
    first = begun(session, cast, installation)
    case, people = first.decision.case, present(session, cast)
    hide_by(first, people.stein, at=LATER)
    slip = Changes(sections={"conclusion": "Staten bør dekke oppholdet i perioden."})
    found = correct(case, slip, by=leader_of(case), at=LATER, words="I slutningen sto feil ord.")
    session.commit()
    correction_job(installation, found.id, LATER)
    session.expire_all()
    second = begin(case.decision, by=people.siri, at=LATER + DAY)
    hide_by(second, people.siri, at=LATER + DAY)
    submit(second, by=people.siri, at=LATER + DAY, accepted="Prøve.")
    assert people.stein.id in {mark.decided_by_id for mark in second.marks}
    with pytest.raises(CannotProceed, match=r"publication\.not_ones_own"):
        approve(second, by=people.stein, at=LATER + DAY)
    assert not waiting_publications(session, people.stein, oslo_date(LATER + DAY)).to_approve


def test_the_same_record_is_told_in_the_frozen_one(session, cast, installation):
    made = released(session, cast, installation)
    assert json.loads(made.frozen) == made.record


def test_what_was_just_begun_is_found_at_its_address(session, cast, installation):
    case = issued(session, cast, installation, at=NOON)
    declared(session, cast, case)
    made = begin(case.decision, by=present(session, cast).siri, at=THE_DAY_AFTER)
    session.commit()
    assert publication_at(session, made.public_id) is made
