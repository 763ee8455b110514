"""Who still works there: the yearly confirmation of an organisation's people."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACTS = ("confirm_colleagues",)
CHANGES = ("lapsed",)
LETTERS = ("colleagues_due", "colleagues_key", "unconfirmed", "left_team", "team_emptied")


def _known(table: str, column: str) -> tuple[str, ...]:
    """What the column may say in this table as it stands: each database writes the CHECK in its own way, with the words in their order."""
    checks = sa.inspect(op.get_bind()).get_check_constraints(table)
    text = next(str(check["sqltext"]) for check in checks if check["name"] == f"{column}_is_known")
    return tuple(re.findall(r"'([a-z_]+)'", text))


def _known_are(table: str, column: str, words: tuple[str, ...]) -> None:
    told = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(f"{column}_is_known", type_="check")
        batch_op.create_check_constraint(f"{column}_is_known", f"{column} IN ({told})")


WIDENED = (
    ("access_entry", "act", ACTS),
    ("event", "act", ACTS),
    ("access_change", "kind", CHANGES),
    ("letter", "kind", LETTERS),
    ("letter_setting", "kind", LETTERS),
    ("letter_text", "kind", LETTERS),
)


def upgrade() -> None:
    """Who still works there."""
    op.create_table(
        "colleague_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("due_on >= opened_on", name=op.f("round_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_colleague_round_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague_round")),
    )
    with op.batch_alter_table("colleague_round") as batch_op:
        batch_op.create_index(batch_op.f("ix_colleague_round_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "ix_colleague_round_standing",
            ["organisation_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "colleague_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("by_id IS NULL OR by_id <> user_id", name=op.f("nobody_confirms_themselves")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_colleague_confirmation_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["colleague_round.id"], name=op.f("fk_colleague_confirmation_round_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_colleague_confirmation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague_confirmation")),
        sa.UniqueConstraint("round_id", "user_id", name=op.f("uq_colleague_confirmation_round_id_user_id")),
    )
    with op.batch_alter_table("colleague_confirmation") as batch_op:
        batch_op.create_index(batch_op.f("ix_colleague_confirmation_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_colleague_confirmation_user_id"), ["user_id"], unique=False)

    op.create_table(
        "round_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_round_letter_letter_id")),
        sa.ForeignKeyConstraint(["round_id"], ["colleague_round.id"], name=op.f("fk_round_letter_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_letter")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_round_letter_round_id_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_round_letter_token_hash")),
    )
    with op.batch_alter_table("round_letter") as batch_op:
        batch_op.create_index(batch_op.f("ix_round_letter_round_id"), ["round_id"], unique=False)
    for table, column, words in WIDENED:
        _known_are(table, column, (*_known(table, column), *words))


def downgrade() -> None:
    """Undo it."""
    for table, column, words in WIDENED:
        _known_are(table, column, tuple(word for word in _known(table, column) if word not in words))
    op.drop_table("round_letter")
    op.drop_table("colleague_confirmation")
    op.drop_table("colleague_round")
