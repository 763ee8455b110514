"""The migrations, up and down, make just what the models say: tables, columns, CHECKs, indexes, triggers; on both databases."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from tests.scenes.publication import released
from tvist.clock import now
from tvist.config import room
from tvist.db import Database
from tvist.migration import BrokenReferences, changing_tables, downgrade, is_at_head, upgrade
from tvist.schema import TRIGGERS, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases, Kind
    from tests.people import Cast
    from tvist.installation import Installation

Shape = dict[str, object]
GIVEN_OUT = {
    "0001_first_tables.py": "c68da86a58a72044daacfbe804aa4ddf9ccc2f8cf20e4a991f7a073849f7aab1",
    "0002_the_parties_side.py": "771dfc768683bef4e3c9cff31531b1d6076aa81e4541094752669fa6e8658355",
    "0003_a_lawful_panel.py": "ed701e1c95951ff95ed96eec75d2b6cabfe58dbf538d26a2a314aa79471173df",
    "0004_documents_that_last.py": "eb87d49dd463e2cfb0118e88e4d71e714fd06ddac441366641d900b81a00b1b4",
    "0005_what_is_taken_away_is_remembered.py": "e93e632dffcb9c5d4f2828fdb6704919447f06483f548a29cb1e6e2993f41c4b",
    "0006_who_watches.py": "c07896655df37241570c13c3213d63f339ca01dc37c8ef5824ccc2f1810fcab3",
    "0007_the_master_key_is_rotated.py": "fcfa0bac0446dbcccd118c116b33cf43467aef264739b5d942f4b935926fae2d",
    "0008_the_second_step.py": "410c9ad62d52789d8394aa5741095c64fa408af477aa1dd47bd28e360a725caa",
    "0009_who_comes_from_outside.py": "be000c2da2214b000d985a51bcb4f603ff7faec09c59337a7d760ed80f5ac9d4",
    "0010_who_still_works_there.py": "82538f2468dff433b76ee82db5b268d06cc206cd15feef72623737352b617493",
    "0011_the_worker_is_seen.py": "4edb6480bc3eab4c83dfb9d7929e18675e7a00f0acfde4e9146e4afb13819d6d",
    "0012_what_is_found_before_sending.py": "a4fdb021d5cdd07b6313269877baea70ff91943b4f45ee5632cbdf689bcf874a",
}


@pytest.fixture
def empty(databases: Databases, kind: Kind) -> Iterator[Database]:
    """A database without any table."""
    with databases.empty(kind) as url:
        found = Database(url)
        yield found
        found.close()


def _shape(connection: sa.Connection) -> dict[str, Shape]:
    """What a database consists of, in words that can be compared."""
    inspector = sa.inspect(connection)
    return {
        table: {
            "columns": {column["name"]: (str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)},
            "checks": {check["name"]: _plain(check["sqltext"]) for check in inspector.get_check_constraints(table)},
            "indexes": {
                (index["name"], tuple(index["column_names"]), bool(index["unique"]))
                for index in inspector.get_indexes(table)
                if None not in index["column_names"]
            },
            "unique": {(unique["name"], tuple(unique["column_names"])) for unique in inspector.get_unique_constraints(table)},
            "foreign": {
                (key["name"], tuple(key["constrained_columns"]), key["referred_table"])
                for key in inspector.get_foreign_keys(table)
            },
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _plain(sql: str) -> str:
    return "".join(sql.lower().split()).replace('"', "")


def _triggers(connection: sa.Connection) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.dialect.name]
    return set(connection.exec_driver_sql(query).scalars())


def test_the_migrations_make_what_the_models_say(databases: Databases, kind: Kind, empty: Database) -> None:
    upgrade(empty)
    with databases.empty(kind) as url, empty.engine.connect() as migrated:
        other = Database(url)
        metadata.create_all(other.engine)
        with other.engine.connect() as modelled:
            assert _shape(migrated) == _shape(modelled)
        other.close()


def test_every_trigger_of_the_list_stands(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        assert _triggers(connection) == {trigger.name for trigger in TRIGGERS}


def test_down_and_up_again_leaves_no_trace(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        before = _shape(connection)
    downgrade(empty, "base")
    with empty.engine.connect() as connection:
        assert _shape(connection) == {}
        assert _triggers(connection) == set()
    assert not is_at_head(empty)
    upgrade(empty)
    with empty.engine.connect() as connection:
        assert _shape(connection) == before
    assert is_at_head(empty)


@pytest.mark.parametrize(("name", "sha256"), sorted(GIVEN_OUT.items()))
def test_a_migration_that_was_given_out_is_never_changed(name: str, sha256: str) -> None:
    """Databases have gone through it as it was: what is missing comes with a new one."""
    assert hashlib.sha256((room("migrations") / "versions" / name).read_bytes()).hexdigest() == sha256


def test_what_was_made_public_before_stands_after(database: Database, installation: Installation, cast: Cast) -> None:
    with database.writing() as session:
        released(session, cast, installation)
        session.commit()
    kept = sa.text("SELECT serial, public_id, approved_sha256, sha256, released_at FROM publication")
    with database.reading() as session:
        before = session.execute(kept).all()
    downgrade(database, "0004")
    upgrade(database)
    with database.reading() as session:
        assert session.execute(kept).all() == before
        assert session.scalars(sa.text("SELECT accepted_reasons FROM publication")).all() == [""]
    with database.writing() as session, pytest.raises(sa.exc.DBAPIError, match="never changed"):
        session.execute(sa.text("UPDATE publication SET approved_sha256 = 'x'"))


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    upgrade(empty)
    assert is_at_head(empty)


def test_foreign_keys_hold_after_a_migration(empty: Database) -> None:
    upgrade(empty)
    orphan = sa.text("INSERT INTO sign_in (token_hash, user_id, began_at, expires_at) VALUES ('x', 99, :at, :at)")
    with empty.writing() as session, pytest.raises(sa.exc.IntegrityError):
        session.execute(orphan, {"at": now()})


def test_nothing_is_deleted_along_with_its_parent() -> None:
    cascading = [key for table in metadata.tables.values() for key in table.foreign_keys if key.ondelete or key.onupdate]
    assert cascading == []


def test_the_journal_cannot_be_changed(database: Database) -> None:
    line = "INSERT INTO access_entry (at, roles, act, thing, allowed, channel) VALUES (:at, '', 'see_desk', '', :yes, 'web')"
    with database.writing() as session:
        session.execute(sa.text(line), {"at": now(), "yes": True})
        session.commit()
    for statement in ("UPDATE access_entry SET thing = 'x'", "DELETE FROM access_entry"):
        with database.writing() as session, pytest.raises(sa.exc.DBAPIError, match="written once"):
            session.execute(sa.text(statement))


def test_a_reading_session_cannot_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(sa.exc.DBAPIError, match=r"read-?only"):
        session.execute(sa.text("INSERT INTO serial VALUES (2026, 1)"))


def _fill(database: Database) -> None:
    with database.writing() as session:
        session.execute(
            sa.text(
                'INSERT INTO "user" (public_id, email, name, sort_key, language, is_invented, version) VALUES (:p, :e, :n, :n, :l, :yes, 1)'
            ),
            {"p": "p", "e": "e@example.invalid", "n": "n", "l": "nb", "yes": True},
        )
        session.execute(
            sa.text("INSERT INTO sign_in (token_hash, user_id, began_at, expires_at) SELECT 'x', id, :at, :at FROM \"user\""),
            {"at": now()},
        )
        session.commit()


def test_a_rebuilt_table_keeps_its_children_and_its_triggers(database: Database) -> None:
    _fill(database)
    with changing_tables(database) as connection:
        operations = Operations(MigrationContext.configure(connection))
        rebuild = "always" if database.is_sqlite else "never"
        for table in ("user", "case"):
            with operations.batch_alter_table(table, recreate=rebuild) as batch:
                batch.add_column(sa.Column("colour", sa.Text()))
    with database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM sign_in")) == 1
        assert _triggers(session.connection()) == {trigger.name for trigger in TRIGGERS}


def test_a_migration_that_loses_a_parent_is_rolled_back(database: Database) -> None:
    _fill(database)
    with pytest.raises((BrokenReferences, sa.exc.IntegrityError)), changing_tables(database) as connection:
        connection.execute(sa.text('DELETE FROM "user"'))
    with database.reading() as session:
        assert session.scalar(sa.text('SELECT count(*) FROM "user"')) == 1


BEFORE_THE_PARTIES_SIDE = (
    "INSERT INTO organisation (id, kind, code, name, sort_key, mailbox) VALUES (1, 'municipality', '4639', 'Vik', 'vik', 'p@example.invalid')",
    (
        'INSERT INTO "user" (id, public_id, email, name, sort_key, language, is_invented, version)'
        " VALUES (1, 'u', 'asta@example.invalid', 'Asta', 'asta', 'nb', true, 1)"
    ),
    (
        "INSERT INTO draft (id, public_id, organisation_id, begun_by_id, begun_at, changed_at, typed, version)"
        " VALUES (1, 'd', 1, 1, '2026-03-02 11:00:00', '2026-03-02 11:00:00', '{\"subject\": \"Opphold\"}', 1)"
    ),
    (
        "INSERT INTO paper (id, public_id, draft_id, position, title, filename, media_type, blob_id, size, sha256, added_by_id, added_at)"
        " VALUES (1, 'p', 1, 1, 'Vedtak', 'vedtak.pdf', 'application/pdf', 'b', 1, 'x', 1, '2026-03-02 11:00:00')"
    ),
    (
        "INSERT INTO letter (id, public_id, kind, language, subject, body, link, written_at)"
        " VALUES (1, 'l', 'password_link', 'nb', 'Lenke', 'Lenke', '/', '2026-03-02 11:00:00')"
    ),
)


def test_what_was_written_before_is_there_after_and_its_letters_still_leave(empty: Database) -> None:
    """Rows of the first tables get what the parties' side asks of them: a draft is a request, a paper has a kind, a letter was released."""
    upgrade(empty, "0001")
    with empty.writing() as session:
        for statement in BEFORE_THE_PARTIES_SIDE:
            session.execute(sa.text(statement))
        session.commit()
    upgrade(empty)
    with empty.reading() as session:
        draft = session.execute(sa.text("SELECT kind, typed FROM draft")).one()
        assert (draft.kind, "Opphold" in str(draft.typed)) == ("request", True)
        assert session.execute(sa.text("SELECT kind, quarantine_reason FROM paper")).one() == ("other", "")
        assert session.execute(sa.text("SELECT count(*) FROM letter WHERE released_at = written_at")).scalar_one() == 1
