"""A few opinions with planted secrets through the whole of it on both databases: written, issued, marked, approved, released, and read by anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests import searcher
from tests.people import NOON
from tests.scenes.decision import REASONS, SECTIONS, present, voted
from tests.scenes.publication import declared
from tests.scenes.submissions import DAY
from tvist.anonymity.kinds import MarkKind
from tvist.decision.actions import order_issue
from tvist.decision.approving import approve as approve_text
from tvist.decision.issuing import issue_job
from tvist.decision.votes import seats_of
from tvist.decision.writing import write_reasons, write_text
from tvist.delivery.models import Letter, LetterKind
from tvist.publication.actions import approve, begin, submit
from tvist.publication.marking import Decided, add, decide, find_everywhere
from tvist.publication.models import Publication, Stage
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.installation import Installation

HUT: Final = "den blå hytta ved demningen"
PLANTED: Final = {
    "background": f"Barnet bodde hos Solvår Kvernbekkmyr, telefon 412 34 567, på Granlia ungdomsheim. De var i {HUT}.",
    "agreed": "Luster kommunes tilsynsfører, Torbjørn Tveiterås, skrev til solvaar@hemmelig-post.no den 17. mai 2019.",
    "opposing_argument": f"Bufetat viser til sak 2024/0417 og til Ekornrabbveien 14, og til {HUT}.",
}
PLANTED_WORDS: Final = (
    *("Solvår Kvernbekkmyr", "412 34 567", "Granlia ungdomsheim", "Torbjørn Tveiterås", "solvaar@hemmelig-post.no"),
    *("17. mai 2019", "2024/0417", "Ekornrabbveien 14", HUT, "Vik", "Luster", "Asta Oppdiktet", "2026/0001"),
)
SECRETS: Final = (*PLANTED_WORDS, "41234567", "Viks", "Lusters", "Bo Oppdiktet")
PAGES: Final = (
    "/opinions",
    "/opinions/law",
    "/opinions/feed.xml",
    "/sitemap.xml",
    "/robots.txt",
    "/verify",
    "/opinions?q=barnevern",
)
PERIOD: Final = "from_on=2026-01-01&to_on=2026-12-31"
FIGURES: Final = tuple(f"/statistics{each}?{PERIOD}" for each in ("", ".csv", "/language-forms", "/language-forms.csv"))


def test_nobody_finds_a_planted_secret_in_anything_that_is_served(
    installation: Installation, cast: Cast, ask: Callable[..., TestResponse]
) -> None:
    with installation.database.writing() as session:
        made = approved(session, cast, installation, hut=2)
        work_once(installation, NOON + 2 * DAY)
        session.expire_all()
        assert made.stage is Stage.RELEASED, made.return_reasons
        number, hidden = made.number, [mark.words for mark in made.marks if mark.hides]
    words = [*SECRETS, *hidden]
    answers = {path: ask("GET", path) for path in (*PAGES, f"/opinions/{number}", f"/opinions/{number}.pdf")}
    answers |= {f"{path} as the evaluator": ask("GET", path, as_=cast.eva) for path in FIGURES}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert len(answers[f"/opinions/{number}.pdf"].data) > 10_000
    closed = {path: ask("GET", path) for path in FIGURES}
    assert {answer.status_code for answer in closed.values()} == {302}
    assert searcher.finds({path: answer.data for path, answer in (answers | closed).items()}, words) == []
    # The parties read it all: the words that are sought are there to be found.
    whole = ask("GET", "/cases/2026-0001/decision/opinion.pdf", as_=cast.asta)
    assert whole.status_code == 200
    assert (
        set(PLANTED_WORDS) - {each.partition(": ")[2] for each in searcher.finds({"opinion": whole.data}, PLANTED_WORDS)} == set()
    )
    for secret in ("Kvernbekkmyr", "demningen", "Granlia"):
        assert number not in ask("GET", f"/opinions?q={secret}").get_data(as_text=True)


def test_with_one_mark_less_it_is_refused_and_who_marked_is_told(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        made = approved(session, cast, installation, hut=1)
        work_once(installation, NOON + 2 * DAY)
        session.expire_all()
        assert made.stage is Stage.MARKING
        assert HUT in made.return_reasons
        told = session.query(Letter).filter(Letter.kind == LetterKind.PUBLICATION_RETURNED).all()
        assert told


def approved(session: Session, cast: Cast, installation: Installation, *, hut: int) -> Publication:
    """A publication that waits for the machine: all that is proposed is hidden but days of the lines, the hut by hand as often as `hut` says."""
    people = present(session, cast)
    made = begin(_issued(session, cast, installation), by=people.siri, at=NOON + DAY)
    # The days of the lines stand in the tables: they are no secret here.
    decided = {mark.public_id: Decided(hides=not _is_of_a_line(mark), replacement=mark.replacement) for mark in made.marks}
    decide(made, decided, by=people.siri, at=NOON + DAY)
    stretches = find_everywhere(made, HUT)[:hut]
    add(made, stretches, kind=MarkKind.FREE, replacement="et sted", by=people.siri, at=NOON + DAY)
    submit(made, by=people.siri, at=NOON + DAY)
    approve(made, by=people.stein, at=NOON + DAY)
    session.commit()
    return made


def _is_of_a_line(mark: Any) -> bool:
    return mark.kind is MarkKind.DATE and "17. mai 2019" not in mark.words


def _issued(session: Session, cast: Cast, installation: Installation) -> Any:
    case = voted(session, cast, installation)
    leader = seats_of(case)[0].user
    write_text(case, by=leader, at=NOON, **(SECTIONS | PLANTED))
    for question in case.questions:
        write_reasons(question, REASONS, by=leader, at=NOON)
    for seat in seats_of(case):
        approve_text(case, by=seat.user, at=NOON, keys=installation.keys)
    order_issue(case, by=leader, at=NOON, keys=installation.keys)
    assert case.decision is not None
    session.commit()
    issue_job(installation, case.decision.id, NOON)
    session.expire_all()
    declared(session, cast, case)
    return case.decision
