"""The members write the text together: nothing anybody wrote is lost, every version is kept, and a change lets the approvals fall."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.people import NOON
from tests.scenes.decision import agreed, approved, issued, ordered, present, voted
from tvist.cases.queries import case_at
from tvist.decision.issuing import issue_job
from tvist.decision.margin import comment_on, comments_on, open_comments, settle
from tvist.decision.merging import Merge
from tvist.decision.places import Place, place_named, places_of, reasons_on, remark_on
from tvist.decision.rules import approvals_of
from tvist.decision.standard_texts import (
    change_standard_text,
    retire,
    standing_texts,
    texts_for,
    versions_in,
    write_standard_text,
)
from tvist.decision.texts import TextVersion, WorkingText
from tvist.decision.votes import seats_of
from tvist.decision.writing import (
    Saved,
    forget,
    keep_typed,
    save,
    versions_of,
    working_text,
    write_text,
    writers,
)
from tvist.errors import CannotProceed, NotAllowed, NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

LATER = NOON + timedelta(minutes=1)
FIRST = "Staten har plikt til å betale.\n\nKommunen har plikt til å hjelpe."


def legal(session: Session, cast: Cast, installation: Installation) -> Place:
    """The section on the law of a case that is voted on; Cato has written it once."""
    place = Place(voted(session, cast, installation), "legal")
    save(place, FIRST, by=cast.cato, at=NOON, began_from=0)
    return place


@pytest.fixture
def session(database: Database) -> object:
    with database.writing() as found:
        yield found


@pytest.fixture
def people(session: Session, cast: Cast) -> Cast:
    return present(session, cast)


def test_each_saving_is_a_version_with_its_writer(session: Session, people: Cast, installation: Installation) -> None:
    place = legal(session, people, installation)

    save(place, f"{FIRST}\n\nMer.", by=people.frida, at=LATER, began_from=1)

    assert [(each.number, each.by, each.text) for each in versions_of(place)] == [
        (2, people.frida, f"{FIRST}\n\nMer."),
        (1, people.cato, FIRST),
    ]
    assert place.text == f"{FIRST}\n\nMer."


def test_the_same_text_saved_again_is_no_version(session: Session, people: Cast, installation: Installation) -> None:
    place = legal(session, people, installation)

    assert save(place, FIRST, by=people.frida, at=LATER, began_from=1) == Saved(None, None)
    assert len(versions_of(place)) == 1


def test_what_the_parties_papers_gave_is_kept_as_the_beginning(
    session: Session, people: Cast, installation: Installation
) -> None:
    place = Place(voted(session, people, installation), "background")
    began = place.text
    assert began

    save(place, "Kort bakgrunn.", by=people.cato, at=NOON, began_from=0)

    assert [(each.number, each.text) for each in versions_of(place)] == [(1, "Kort bakgrunn."), (0, began)]


def test_two_who_write_at_once_are_put_together(session: Session, people: Cast, installation: Installation) -> None:
    place = legal(session, people, installation)
    save(place, FIRST.replace("betale", "dekke"), by=people.cato, at=NOON, began_from=1)

    saved = save(place, FIRST.replace("hjelpe", "bistå"), by=people.frida, at=LATER, began_from=1)

    assert isinstance(saved, Saved)
    assert saved.together_with is not None
    assert saved.together_with.by is people.cato
    assert place.text == "Staten har plikt til å dekke.\n\nKommunen har plikt til å bistå."


def test_the_later_of_two_who_change_the_same_words_sees_both_and_nothing_is_overwritten(
    session: Session, people: Cast, installation: Installation
) -> None:
    place = legal(session, people, installation)
    save(place, FIRST.replace("betale", "dekke"), by=people.cato, at=NOON, began_from=1)

    found = save(place, FIRST.replace("betale", "yte"), by=people.frida, at=LATER, began_from=1)

    assert isinstance(found, Merge)
    assert {"dekke.", "yte."} <= set(found.text.split())
    assert place.text == FIRST.replace("betale", "dekke")
    assert isinstance(save(place, "Satt sammen: dekke eller yte.", by=people.frida, at=LATER, began_from=2), Saved)


def test_two_who_begin_the_same_section_both_keep_their_words(session: Session, people: Cast, installation: Installation) -> None:
    place = Place(voted(session, people, installation), "legal")
    save(place, "Fridas ord.", by=people.frida, at=NOON, began_from=0)

    found = save(place, "Kåres ord.", by=people.kaare, at=LATER, began_from=0)

    assert isinstance(found, Merge)
    assert found.text == "Fridas ord.\n\nKåres ord."


def test_what_is_typed_is_kept_for_its_writer_alone_until_it_is_saved(
    session: Session, people: Cast, installation: Installation
) -> None:
    place = legal(session, people, installation)
    keep_typed(place, "Halvferd", by=people.frida, at=LATER, began_from=1)
    keep_typed(place, "Halvferdig", by=people.frida, at=LATER, began_from=1)
    session.flush()

    kept = working_text(place, people.frida)
    assert (kept.text if kept else "", place.text, working_text(place, people.kaare)) == ("Halvferdig", FIRST, None)
    assert writers(place, at=LATER, but=people.cato) == [people.frida]
    assert writers(place, at=LATER + timedelta(minutes=4), but=people.cato) == []
    save(place, "Halvferdig og mer.", by=people.frida, at=LATER, began_from=1)
    assert working_text(place, people.frida) is None


def test_what_is_typed_as_it_stands_is_not_kept_and_can_be_put_away(
    session: Session, people: Cast, installation: Installation
) -> None:
    place = legal(session, people, installation)

    assert keep_typed(place, FIRST, by=people.frida, at=LATER, began_from=1) is None
    keep_typed(place, "Noe.", by=people.frida, at=LATER, began_from=1)
    forget(place, people.frida)
    assert working_text(place, people.frida) is None


def test_a_change_lets_the_approvals_fall(session: Session, people: Cast, installation: Installation) -> None:
    case = approved(session, people, installation)
    place = reasons_on(case.questions[0])

    save(place, f"{place.text} Og mer.", by=people.frida, at=LATER, began_from=1)

    assert approvals_of(case) == []


def test_nothing_is_written_of_a_question_before_its_votes_are_open(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = agreed(session, people)

    for place in (reasons_on(case.questions[0]), remark_on(case.questions[0])):
        with pytest.raises(CannotProceed, match="not_open_yet"):
            keep_typed(place, "Grunn.", by=people.cato, at=NOON, began_from=0)
    with pytest.raises(CannotProceed, match="not_open_yet"):
        save(reasons_on(case.questions[0]), "Grunn.", by=people.cato, at=NOON)


def test_who_holds_no_seat_writes_nothing(session: Session, people: Cast, installation: Installation) -> None:
    place = legal(session, people, installation)

    for who in (people.siri, people.asta, people.lise):
        with pytest.raises(NotAllowed):
            save(place, "Nytt.", by=who, at=LATER)
        with pytest.raises(NotAllowed):
            keep_typed(place, "Nytt.", by=who, at=LATER, began_from=1)
        with pytest.raises(NotAllowed):
            comment_on(place, "Nytt.", by=who, at=LATER)


def test_a_version_is_written_once(session: Session, people: Cast, installation: Installation) -> None:
    legal(session, people, installation)
    session.flush()

    with pytest.raises(DBAPIError, match="text_version"):
        session.execute(sa.update(TextVersion).values(text="Annet."))


def test_the_places_are_the_sections_and_the_reasons(session: Session, people: Cast, installation: Installation) -> None:
    case = voted(session, people, installation)
    write_text(case, by=people.cato, at=NOON, legal="Lov.")

    assert [place.name for place in places_of(case)][-3:] == [
        "conclusion",
        *(f"question:{each.public_id}" for each in case.questions),
    ]
    assert place_named(case, "legal").text == "Lov."
    for name in ("frozen", "question:x", "paper:1", "", "remark:"):
        with pytest.raises(NotFound):
            place_named(case, name)


def test_a_remark_in_the_margin_is_settled_and_counts_no_more(session: Session, people: Cast, installation: Installation) -> None:
    place = legal(session, people, installation)
    comment = comment_on(place, "Hvilken plikt?", by=people.frida, at=LATER, quote="plikt til  å betale")
    comment_on(place, "Den i § 16-1.", by=people.cato, at=LATER)
    session.flush()
    assert open_comments(place.case) == {"legal": 2}

    settle(comment, by=people.cato, at=LATER)
    session.flush()

    assert open_comments(place.case) == {"legal": 1}
    assert [each.settled_by for each in comments_on(place)] == [None, people.cato]


def test_a_remark_quotes_what_the_text_has(session: Session, people: Cast, installation: Installation) -> None:
    place = legal(session, people, installation)

    with pytest.raises(CannotProceed, match="not_in_text"):
        comment_on(place, "Hva?", by=people.frida, at=LATER, quote="aldri skrevet")


def test_after_the_issue_nothing_is_typed_or_remarked(session: Session, people: Cast, installation: Installation) -> None:
    issued(session, people, installation)
    case = case_at(session, "2026-0001")

    for act in (
        lambda place: keep_typed(place, "Nytt.", by=seats_of(case)[0].user, at=LATER, began_from=1),
        lambda place: comment_on(place, "Nytt.", by=seats_of(case)[0].user, at=LATER),
        lambda place: save(place, "Nytt.", by=seats_of(case)[0].user, at=LATER),
    ):
        with pytest.raises(CannotProceed):
            act(Place(case, "legal"))


def test_what_was_typed_and_never_saved_goes_with_the_issue(database: Database, cast: Cast, installation: Installation) -> None:
    with database.writing() as session:
        case = ordered(session, cast, installation)
        member = seats_of(case)[1].user
        session.add(WorkingText(case=case, place="legal", user=member, began_from=1, text="Aldri lagret.", at=NOON))
        session.commit()
        assert case.decision is not None
        decision_id = case.decision.id

    issue_job(installation, decision_id, NOON)

    with database.reading() as session:
        assert session.scalars(sa.select(WorkingText)).all() == []


def test_a_standard_text_has_versions_an_owner_and_a_form(session: Session, people: Cast, installation: Installation) -> None:
    place = Place(voted(session, people, installation), "legal")
    language = place.case.language
    first = write_standard_text(
        session, section="legal", language=language, title="Rettslig", text="Éin.", by=people.cato, at=NOON
    )
    session.flush()

    second = change_standard_text(first, title="Rettslig", text="To.", by=people.frida, at=LATER)
    session.flush()

    assert [each.text for each in texts_for(place, session)] == ["To."]
    assert (second.version, second.owner, second.series) == (2, people.frida, first.series)
    with pytest.raises(CannotProceed, match="is_retired"):
        change_standard_text(first, title="Rettslig", text="Tre.", by=people.cato, at=LATER)
    retire(second, at=LATER)
    session.flush()
    assert (list(texts_for(place, session)), list(standing_texts(session))) == ([], [])
    assert len(versions_in(session, first.series, language)) == 2


def test_a_standard_text_has_one_text_in_each_form_of_norwegian(session: Session, people: Cast) -> None:
    shared = {"section": "legal", "title": "Rettslig", "by": people.cato, "at": NOON}
    bokmaal = write_standard_text(session, language="nb", text="En.", **shared)
    session.flush()
    nynorsk = write_standard_text(session, language="nn", text="Ein.", form_of=bokmaal, **shared)
    session.flush()

    assert (nynorsk.series, nynorsk.version) == (bokmaal.series, 1)
    with pytest.raises(CannotProceed, match="form_is_there"):
        write_standard_text(session, language="nn", text="Ein til.", form_of=bokmaal, **shared)
