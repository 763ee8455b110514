"""Who comes from outside, and whose access changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


ACTS_BEFORE = (
    "start_draft",
    "write_draft",
    "send",
    "register_request",
    "manage_team",
    "see_colleagues",
    "manage_colleagues",
    "assign",
    "open_case",
    "read_submission",
    "read_paper",
    "see_paper",
    "open_identity",
    "quarantine_paper",
    "replace_paper",
    "release_paper",
    "read_quarantined",
    "rename_paper",
    "declare_impartiality",
    "ask_for_missing",
    "cure",
    "accept",
    "propose_dismissal",
    "comment_on_dismissal",
    "dismiss",
    "keep",
    "ask_new_look",
    "take_up_again",
    "refuse_new_look",
    "respond",
    "comment",
    "nothing_more",
    "send_more",
    "pass_on",
    "ask_extension",
    "rule_on_extension",
    "confirm_table",
    "concede",
    "make_offer",
    "read_offer",
    "propose_settlement",
    "confirm_settlement",
    "settle",
    "rest",
    "resume",
    "reopen",
    "write_message",
    "read_message",
    "write_letter",
    "withdraw",
    "discontinue",
    "close_preparation",
    "seat",
    "declare",
    "object",
    "rule_on_challenge",
    "refer",
    "let_in",
    "send_late",
    "rule_on_late",
    "comment_on_late",
    "renew_bundle",
    "read_bundle",
    "annotate",
    "read_note",
    "copy_bundle",
    "read_copy",
    "read_deliberation",
    "draft_questions",
    "agree_questions",
    "change_question",
    "confirm_reading",
    "vote",
    "read_vote",
    "write_text",
    "write_parallel",
    "comment_text",
    "dissent",
    "approve",
    "order_issue",
    "issue",
    "call_back",
    "read_decision",
    "correct",
    "ask_new_treatment",
    "grant_new_treatment",
    "refuse_new_treatment",
    "see_publications",
    "read_publication",
    "mark_publication",
    "approve_publication",
    "release_publication",
    "withdraw_publication",
    "rank_publication",
    "redact_paper",
    "approve_redaction",
    "read_redaction",
    "see_desk",
    "see_worklist",
    "see_board",
    "see_letters",
    "read_letter",
    "release_letter",
    "set_letters",
    "record_outage",
    "see_figures",
    "appoint",
    "declare_employers",
    "see_letter_texts",
    "write_letter_text",
    "see_standard_texts",
    "write_standard_text",
    "call_meeting",
    "read_meeting",
    "write_minutes",
    "manage_users",
    "change_own_account",
    "see_access_log",
    "see_colleague_log",
    "export_colleague_log",
    "see_flags",
    "look_at_flag",
    "see_breaches",
    "open_breach",
    "read_breach",
    "write_breach",
    "export_breach",
    "see_retention",
    "answer_child_access",
    "export_child_access",
)
ACTS_NOW = (*ACTS_BEFORE, "tie_outside")
LETTERS_BEFORE = (
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
    "sign_in_changed",
    "sign_in_reset",
)
LETTERS_NOW = (*LETTERS_BEFORE, "access_gained", "access_lost")


def _known_are(column: str, words: tuple[str, ...], *tables: str) -> None:
    """What the column may say in these tables."""
    known = ", ".join(f"'{word}'" for word in words)
    for table in tables:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(f"{column}_is_known", type_="check")
            batch_op.create_check_constraint(f"{column}_is_known", f"{column} IN ({known})")


def _acts_and_letters_are(acts: tuple[str, ...], letters: tuple[str, ...]) -> None:
    _known_are("act", acts, "access_entry", "event")
    _known_are("kind", letters, "letter", "letter_setting", "letter_text")


def upgrade() -> None:
    """Who comes from outside, and whose access changed."""
    op.create_table(
        "used_return",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_used_return")),
    )
    with op.batch_alter_table("used_return") as batch_op:
        batch_op.create_index(batch_op.f("ix_used_return_at"), ["at"], unique=False)

    op.create_table(
        "access_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(40), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('role_given', 'role_ended', 'shut', 'opened')",
            name=op.f("kind_is_known"),
        ),
        sa.CheckConstraint(
            "role IN ('case_officer', 'authorised_filer', 'secretariat', 'evaluator', 'administrator')",
            name=op.f("role_is_known"),
        ),
        sa.CheckConstraint("(role IS NULL) = (organisation_id IS NULL)", name=op.f("change_of_a_role_has_its_organisation")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_access_change_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_access_change_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_access_change_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_change")),
    )
    with op.batch_alter_table("access_change") as batch_op:
        batch_op.create_index(batch_op.f("ix_access_change_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "ix_access_change_untold",
            ["id"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_access_change_user_id"), ["user_id"], unique=False)

    op.create_table(
        "outside_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= tied_at", name=op.f("tie_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_outside_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_identity")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outside_identity_public_id")),
    )
    with op.batch_alter_table("outside_identity") as batch_op:
        batch_op.create_index(
            "ix_outside_identity_standing",
            ["subject_key"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_outside_identity_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("outside_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_sign_in_organisation_id"), "organisation", ["organisation_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_sign_in_outside_id"), "outside_identity", ["outside_id"], ["id"])
    _acts_and_letters_are(ACTS_NOW, LETTERS_NOW)


def downgrade() -> None:
    """Undo it."""
    _acts_and_letters_are(ACTS_BEFORE, LETTERS_BEFORE)
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_constraint("fk_sign_in_outside_id", type_="foreignkey")
        batch_op.drop_constraint("fk_sign_in_organisation_id", type_="foreignkey")
        batch_op.drop_column("outside_id")
        batch_op.drop_column("organisation_id")
    op.drop_table("outside_identity")
    op.drop_table("access_change")
    op.drop_table("used_return")
