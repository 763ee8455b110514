"""The master key is rotated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The master key is rotated."""
    op.create_table(
        "key_rotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("is_running = (finished_at IS NULL)", name=op.f("rotation_runs_until_finished")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_rotation")),
        sa.UniqueConstraint("key_id", name=op.f("uq_key_rotation_key_id")),
    )
    with op.batch_alter_table("key_rotation", schema=None) as batch_op:
        batch_op.create_index(
            "uq_key_rotation_running",
            ["is_running"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table("key_rotation", schema=None) as batch_op:
        batch_op.drop_index("uq_key_rotation_running")

    op.drop_table("key_rotation")
