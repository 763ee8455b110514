"""What is found in words and papers before they are sent: how each paper was read, and what was kept for a reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the readings of papers and the findings that were kept."""
    op.create_table(
        "paper_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sought", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('read', 'pictures', 'unread')", name=op.f("state_is_known")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_reading_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_reading")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_paper_reading_paper_id")),
    )
    op.create_table(
        "kept_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('child', 'birth_number', 'birth_date', 'address', 'place', 'phone', 'e_mail', 'unread')",
            name=op.f("kind_is_known"),
        ),
        sa.CheckConstraint("kind = 'unread' OR reason <> ''", name=op.f("what_is_kept_has_a_reason")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_kept_finding_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_kept_finding_case_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_kept_finding_paper_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_kept_finding_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_finding")),
    )
    with op.batch_alter_table("kept_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_finding_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_finding_submission_id"), ["submission_id"], unique=False)


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table("kept_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_finding_submission_id"))
        batch_op.drop_index(batch_op.f("ix_kept_finding_case_id"))

    op.drop_table("kept_finding")
    op.drop_table("paper_reading")
