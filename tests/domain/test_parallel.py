"""A case between municipalities with different forms of Norwegian has a parallel text bound to its main one (rule 39)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON
from tests.project.test_check import found_with
from tests.scenes.decision import MUNICIPALITY, STATE, present, written
from tests.scenes.parallel import (
    BESIDE,
    LATER,
    REASONS_BESIDE,
    REMARK_BESIDE,
    both_approved,
    both_issued,
    needing,
    with_parallel,
)
from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.check import check_all
from tvist.decision.actions import dissent, order_issue
from tvist.decision.approving import approve
from tvist.decision.last_checks import last_checks
from tvist.decision.merging import Merge
from tvist.decision.models import RemarkKind
from tvist.decision.parallel import parallel_language
from tvist.decision.parallel_places import ParallelPlace, ParallelState, parallel_places
from tvist.decision.record import canonical, hash_of, text_hash
from tvist.decision.rules import approvals_of, unfinished
from tvist.decision.writing import save, versions_of, write_text
from tvist.errors import CannotProceed, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

OUTVOTED = {1: (STATE, STATE, MUNICIPALITY)}
"""Kåre is outvoted on the first question."""


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as found:
        yield found


@pytest.fixture
def people(session: Session, cast: Cast) -> Cast:
    return present(session, cast)


def place(case: Case, beginning: str) -> ParallelPlace:
    return next(each for each in parallel_places(case) if each.beside.startswith(beginning))


# ---- Which cases need one ----


def test_two_municipalities_with_different_forms_need_a_parallel_text_in_the_form_of_the_other(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = needing(session, people, installation)

    assert (case.language, parallel_language(case)) == ("nn", "nb")


def test_one_municipality_needs_none_and_its_record_has_no_word_of_it(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = written(session, people, installation)

    assert parallel_language(case) is None
    assert "parallel" not in canonical(case, installation.keys)
    assert [fault.code for fault in obstacles(case, Act.WRITE_PARALLEL)] == ["parallel.none_needed"]
    assert obstacles(case, Act.APPROVE) == []


@pytest.mark.parametrize(
    ("code", "main", "needed"),
    [
        ("3901", "nn", "nb"),  # Horten: bokmål.
        ("4644", "nn", None),  # Luster: nynorsk, as the main text.
        ("4601", "nn", None),  # Bergen: neutral.
        ("4644", "nb", "nn"),
        ("9999", "nn", None),  # Not in the register: never guessed.
    ],
)
def test_the_form_of_the_other_municipality_decides(
    session: Session, people: Cast, installation: Installation, code: str, main: str, needed: str | None
) -> None:
    case = needing(session, people, installation)
    other = next(party for party in case.parties if party.organisation.code == "3901")
    own = next(party for party in case.parties if party.organisation.code == "4639")
    with session.no_autoflush:
        other.organisation.code, case.language = code, main
        own.left_at = LATER if main == "nb" else None
        assert parallel_language(case) == needed
    session.rollback()


def test_a_municipality_that_has_left_no_longer_asks_for_its_form(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = with_parallel(session, people, installation)
    before = text_hash(case, installation.keys)
    next(party for party in case.parties if party.organisation.code == "3901").left_at = LATER

    assert parallel_language(case) is None
    assert text_hash(case, installation.keys) != before


# ---- Missing, older, and the approval ----


def test_nothing_is_approved_while_a_place_is_missing(session: Session, people: Cast, installation: Installation) -> None:
    case = needing(session, people, installation)

    assert [fault.code for fault in unfinished(case, Act.APPROVE, installation.keys)] == ["parallel.missing"]
    with pytest.raises(CannotProceed, match=r"parallel\.missing"):
        approve(case, by=people.cato, at=NOON, keys=installation.keys)


def test_what_is_missing_is_told_place_by_place_to_who_writes_it(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = needing(session, people, installation, votes=OUTVOTED)

    found = [each for each in last_checks(case, installation.keys, NOON) if each.place is not None]

    assert {each.place.beside for each in found if each.place} == {each.beside for each in parallel_places(case)}
    assert [each.user for each in found if each.place and each.place.beside.startswith("remark:")] == [people.kaare]
    assert {each.act for each in found} == {Act.WRITE_PARALLEL}


def test_written_in_both_it_is_approved_by_one_hash(session: Session, people: Cast, installation: Installation) -> None:
    case = both_approved(session, people, installation, votes=OUTVOTED)

    parallel = canonical(case, installation.keys)["parallel"]
    assert parallel["language"] == "nb"
    assert parallel["sections"] == BESIDE
    assert set(parallel["reasons"].values()) == {REASONS_BESIDE}
    assert parallel["remarks"] == {"1": [REMARK_BESIDE]}
    assert len({found.text_sha256 for found in approvals_of(case)}) == 1
    without = {name: value for name, value in canonical(case, installation.keys).items() if name != "parallel"}
    assert hash_of(without) != approvals_of(case)[0].text_sha256


def test_a_change_of_the_parallel_text_lets_the_approvals_fall(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = both_approved(session, people, installation)

    save(place(case, "legal"), "Noe annet.", by=people.frida, at=LATER)

    assert approvals_of(case) == []
    assert case.events[-1].act is Act.WRITE_PARALLEL


def test_a_change_of_the_main_text_makes_the_parallel_one_older_until_somebody_has_looked(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = with_parallel(session, people, installation)
    write_text(case, by=people.cato, at=LATER, legal="Ein ny tekst om lova.")

    assert place(case, "legal").state is ParallelState.BEHIND
    assert [fault.code for fault in obstacles(case, Act.APPROVE)] == ["parallel.is_behind"]
    save(place(case, "legal"), BESIDE["legal"], by=people.frida, at=LATER)
    assert place(case, "legal").state is ParallelState.WRITTEN
    assert obstacles(case, Act.APPROVE) == []


def test_a_place_that_the_main_text_leaves_empty_needs_none(session: Session, people: Cast, installation: Installation) -> None:
    case = with_parallel(session, people, installation)
    write_text(case, by=people.cato, at=LATER, agreed="")

    assert place(case, "agreed").state is ParallelState.NOT_NEEDED
    assert obstacles(case, Act.APPROVE) == []
    assert canonical(case, installation.keys)["parallel"]["sections"]["agreed"] == ""
    with pytest.raises(CannotProceed, match=r"parallel\.main_empty"):
        save(place(case, "agreed"), "Noe.", by=people.cato, at=LATER)


def test_an_order_is_refused_where_a_new_dissent_has_no_parallel(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = both_approved(session, people, installation)
    dissent(case.questions[0], by=people.frida, at=LATER, kind=RemarkKind.CONCURRING, text="Eg vil leggje til noko.")

    with pytest.raises(CannotProceed, match=r"parallel\.missing"):
        order_issue(case, by=people.cato, at=LATER, keys=installation.keys)


def test_the_panel_s_own_wording_and_a_party_s_own_words_on_a_measure_have_places(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = needing(session, people, installation)
    with session.no_autoflush:
        case.questions[0].words, case.lines[1].measure_words = "Kven bør dekkje opphaldet?", "opphald på gard"

        found = {each.beside.partition(":")[0]: each.main for each in parallel_places(case)}
        assert (found["words"], found["measure"]) == ("Kven bør dekkje opphaldet?", "opphald på gard")
        parallel = canonical(case, installation.keys)["parallel"]
        assert (parallel["words"], parallel["measures"]) == ({"1": ""}, {"2": ""})
    session.rollback()


# ---- Who writes, and two at once ----


def test_the_parallel_of_a_dissent_is_written_by_its_own_author(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = needing(session, people, installation, votes=OUTVOTED)
    own = place(case, "remark:")

    with pytest.raises(NotAllowed):
        save(own, REMARK_BESIDE, by=people.cato, at=NOON)
    save(own, REMARK_BESIDE, by=people.kaare, at=NOON)
    assert own.state is ParallelState.WRITTEN


@pytest.mark.parametrize("who", ["asta", "bo", "siri", "lise", "dag"])
def test_nobody_writes_it_who_holds_no_seat(session: Session, people: Cast, installation: Installation, who: str) -> None:
    case = needing(session, people, installation)

    with pytest.raises(NotAllowed):
        save(place(case, "legal"), "Ord.", by=getattr(people, who), at=NOON)


def test_of_two_who_write_the_same_words_nothing_is_overwritten(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = needing(session, people, installation)
    legal = place(case, "legal")
    save(legal, "Catos ord.", by=people.cato, at=NOON, began_from=0)

    found = save(legal, "Fridas ord.", by=people.frida, at=LATER, began_from=0)

    assert isinstance(found, Merge)
    assert legal.text == "Catos ord."
    assert [(version.number, version.by) for version in versions_of(legal)] == [(1, people.cato)]


def test_after_the_order_nothing_of_it_changes(session: Session, people: Cast, installation: Installation) -> None:
    case = both_approved(session, people, installation)
    order_issue(case, by=people.cato, at=NOON, keys=installation.keys)

    with pytest.raises(CannotProceed, match=r"cases\.wrong_state"):
        save(place(case, "legal"), "Noe annet.", by=people.cato, at=LATER)


# ---- Issued ----


def test_the_issued_opinion_has_two_files_and_the_check_finds_nothing(
    session: Session, people: Cast, installation: Installation
) -> None:
    case = both_issued(session, people, installation, votes=OUTVOTED)

    assert case.decision
    assert [(file.version, file.is_parallel) for file in case.decision.files] == [(1, False), (1, True)]
    assert list(check_all(installation)) == []


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM issued_file WHERE is_parallel", "parallel.file"),
        ("UPDATE decision SET frozen = replace(frozen, '\"parallel\":', '\"paralell\":')", "parallel.missing"),
        ("UPDATE decision SET frozen = replace(frozen, '\"Partene er enige om datoene.\"', '\"\"')", "parallel.incomplete"),
    ],
)
def test_the_check_finds_what_is_gone(
    session: Session, people: Cast, installation: Installation, statement: str, code: str
) -> None:
    both_issued(session, people, installation)
    session.commit()

    assert code in found_with(installation.database, installation, statement)
