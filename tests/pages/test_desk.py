"""The desk: what waits for me, and for others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import agreed, issued
from tests.scenes.intake import accepted, dismissal_proposed, filed
from tests.scenes.kept import lately
from tests.visitor import section
from tvist.accounts.models import Membership, User
from tvist.delivery.models import Fate, Recipient
from tvist.intake.actions import begin_draft, save_draft
from tvist.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

Ask = Callable[..., "TestResponse"]


@contextmanager
def writing(database: Database, cast: Cast) -> Iterator[tuple[Session, Cast]]:
    """A session in which the cast is known; committed at the end."""
    with database.writing() as session:
        yield session, type(cast)(**{part.name: session.merge(getattr(cast, part.name)) for part in fields(cast)})
        session.commit()


def test_the_secretariat_sees_what_waits_for_it_soonest_first(ask: Ask, cast: Cast, database: Database) -> None:
    with writing(database, cast) as (session, people):
        filed(session, people, at=lately())
        filed(session, people, at=lately() - timedelta(days=40))

    mine = section(ask("GET", "/desk", as_=cast.siri).text, "unassigned")

    assert "Forprøv begjæringen" in mine
    assert mine.count("Måldatoen er passert") == 1
    assert mine.index("0002") < mine.index("0001")


def test_a_party_sees_its_tasks_and_what_it_waits_for(ask: Ask, cast: Cast, database: Database) -> None:
    with writing(database, cast) as (session, people):
        accepted(session, people)

    theirs, ours = ask("GET", "/desk", as_=cast.bo).text, ask("GET", "/desk", as_=cast.asta).text

    assert "Gi tilsvar" in section(theirs, "mine")
    assert "Ingenting venter på deg nå" in section(ours, "mine")
    assert "Gi tilsvar" in section(ours, "others")
    assert "Bufetat region vest" in section(ours, "others")


def test_members_see_their_votes_and_others_do_not(ask: Ask, cast: Cast, database: Database) -> None:
    with writing(database, cast) as (session, people):
        agreed(session, people)

    assert "Stem" in section(ask("GET", "/desk", as_=cast.frida).text, "mine")
    for stranger in (cast.siri, cast.asta):
        assert ">Stem<" not in ask("GET", "/desk", as_=stranger).text


def test_the_leader_is_asked_to_decide_a_dismissal(ask: Ask, cast: Cast, database: Database) -> None:
    with writing(database, cast) as (session, people):
        dismissal_proposed(session, people)

    assert "Ta stilling til forslaget om avvisning" in section(ask("GET", "/desk", as_=cast.cato).text, "mine")
    assert "Ta stilling til forslaget" not in section(ask("GET", "/desk", as_=cast.frida).text, "mine")


def test_drafts_lie_on_the_desks_of_their_team_while_they_work_there(ask: Ask, cast: Cast, database: Database) -> None:
    with writing(database, cast) as (session, people):
        draft = begin_draft(session, people.vik, by=people.asta, at=NOON)
        save_draft(draft, {"subject": "Opphold i <b>Vik</b>"}, by=people.asta, at=NOON)

    assert "Opphold i &lt;b&gt;Vik&lt;/b&gt;" in section(ask("GET", "/desk", as_=cast.asta).text, "drafts")
    assert "Du har ingen utkast" in section(ask("GET", "/desk", as_=cast.arne).text, "drafts")
    with writing(database, cast) as (session, people):
        session.execute(sa.update(Membership).where(Membership.user_id == people.asta.id).values(to_on=NOON.date()))
    assert section(ask("GET", "/desk", as_=cast.asta).text, "drafts") == ""


def test_letters_that_came_back_lie_on_the_secretariats_desk(ask: Ask, cast: Cast, database: Database) -> None:
    with writing(database, cast) as (session, people):
        filed(session, people)
        session.flush()
        session.execute(sa.update(Recipient).values(fate=Fate.BOUNCED))

    assert "postmottak-4639@example.invalid" in section(ask("GET", "/desk", as_=cast.siri).text, "failed")
    assert section(ask("GET", "/desk", as_=cast.asta).text, "failed") == ""


def test_what_ended_lately_is_there_to_be_read(ask: Ask, cast: Cast, database: Database, installation: Installation) -> None:
    with writing(database, cast) as (session, people):
        issued(session, people, installation, at=lately() - timedelta(days=3))

    text = ask("GET", "/desk", as_=cast.bo).text

    assert "Uttalelse avgitt" in section(text, "ended")
    assert "Ingenting venter" in section(text, "mine")


def test_one_without_cases_is_shown_where_to_go_in_every_language(ask: Ask, cast: Cast, database: Database) -> None:
    for language in LANGUAGES:
        with database.writing() as session:
            session.execute(sa.update(User).values(language=language))
            session.commit()
        for user in (cast.eva, cast.adam, cast.dag, cast.frida):
            assert ask("GET", "/desk", as_=user).status_code == 200
    assert 'href="/statistics"' in ask("GET", "/desk", as_=cast.eva).text
    assert 'href="/users"' in ask("GET", "/desk", as_=cast.adam).text


def test_a_full_desk_costs_no_more_than_one_with_two(ask: Ask, cast: Cast, database: Database) -> None:
    def cost() -> int:
        asked: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            asked.append(statement)

        sa.event.listen(database.engine, "before_cursor_execute", count)
        assert ask("GET", "/desk", as_=cast.siri).status_code == 200
        sa.event.remove(database.engine, "before_cursor_execute", count)
        return sum(statement.lstrip().upper().startswith(("SELECT", "WITH")) for statement in asked)

    with writing(database, cast) as (session, people):
        filed(session, people)
        accepted(session, people)
    few = cost()
    with writing(database, cast) as (session, people):
        for scene in (filed, accepted) * 6:
            scene(session, people)

    assert cost() == few < 31
