"""Two proofs for everybody: second steps, recovery codes, half sign-ins, fresh proofs, and when a sign-in was last seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LETTERS = (
    "receipt",
    "new_case",
    "deficiency",
    "cured",
    "sent_over",
    "next_round",
    "submission_received",
    "dismissal_proposed",
    "dismissed",
    "discontinued",
    "preparation_closed",
    "called_to_seat",
    "panel_seated",
    "referred",
    "ruling_asked",
    "objection_made",
    "challenge_ruled",
    "late_sent",
    "late_admitted",
    "late_refused",
    "bundle_renewed",
    "questions_drafted",
    "opinion_issued",
    "opinion_corrected",
    "new_treatment_asked",
    "new_treatment_granted",
    "new_treatment_refused",
    "employers_due",
    "seat_runs_empty",
    "meeting_called",
    "meeting_changed",
    "meeting_cancelled",
    "issue_failed",
    "follow_up",
    "publication_to_approve",
    "publication_returned",
    "extension_asked",
    "extension_granted",
    "extension_refused",
    "deadline_moved",
    "reminder",
    "deadline_missed",
    "resting",
    "resumed",
    "reopened",
    "joint_table",
    "conceded",
    "offer_made",
    "settlement_proposed",
    "message",
    "body_letter",
    "new_look_asked",
    "new_look_refused",
    "taken_up_again",
    "kept",
    "paper_quarantined",
    "paper_replaced",
    "assigned",
    "added_to_team",
    "access_asked",
    "access_refused",
    "password_link",
)
TABLES_OF_LETTERS = ("letter", "letter_setting", "letter_text")


def upgrade() -> None:
    """Two proofs for everybody."""
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('passkey', 'app')", name=op.f("kind_is_known")),
        sa.CheckConstraint(
            "(kind = 'app') = (sealed_secret IS NOT NULL) AND (kind = 'app') = (last_step IS NOT NULL)",
            name=op.f("an_app_has_a_sealed_secret"),
        ),
        sa.CheckConstraint(
            "(kind = 'passkey') = (credential_id IS NOT NULL) AND (kind = 'passkey') = (public_key IS NOT NULL) "
            "AND (kind = 'passkey') = (sign_count IS NOT NULL)",
            name=op.f("a_passkey_has_a_public_key"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("public_id", name=op.f("uq_second_factor_public_id")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_second_factor_credential_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_table(
        "half_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_half_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_half_sign_in_token_hash")),
    )
    op.create_table(
        "factor_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("by_id <> user_id", name=op.f("nobody_resets_their_own_second_step")),
        sa.CheckConstraint("reason <> ''", name=op.f("a_reset_has_a_reason")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_factor_reset_user_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_factor_reset_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_reset")),
    )
    for table in ("second_factor", "recovery_code", "half_sign_in", "factor_reset"):
        op.create_index(f"ix_{table}_user_id", table, ["user_id"], unique=False)
    op.create_table(
        "spent_challenge",
        sa.Column("challenge_hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_spent_challenge")),
    )
    op.create_index("ix_spent_challenge_at", "spent_challenge", ["at"], unique=False)
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.add_column(sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("browser", sa.Text(), nullable=True))
    # Who is signed in by a pass phrase alone signs in again, with both steps.
    op.execute("UPDATE sign_in SET ended_at = CURRENT_TIMESTAMP WHERE ended_at IS NULL")
    _letters_are((*LETTERS, "sign_in_changed", "sign_in_reset"))


def downgrade() -> None:
    """Undo it."""
    _letters_are(LETTERS)
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_column("browser")
        batch_op.drop_column("proved_at")
        batch_op.drop_column("last_seen_at")
    for table in ("spent_challenge", "factor_reset", "half_sign_in", "recovery_code", "second_factor"):
        op.drop_table(table)


def _letters_are(kinds: tuple[str, ...]) -> None:
    """Let letters be of these kinds."""
    known = ", ".join(f"'{kind}'" for kind in kinds)
    for table in TABLES_OF_LETTERS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint("kind_is_known", type_="check")
            batch_op.create_check_constraint("kind_is_known", f"kind IN ({known})")
