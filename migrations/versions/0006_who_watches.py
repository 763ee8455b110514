"""Who watches: the access log is sealed in batches, unusual patterns are flagged, breaches are looked into, retention leaves its tracks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
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
)
NEW_ACTS = (
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


def _acts_are(acts: tuple[str, ...]) -> None:
    """The acts that the log and the journal know."""
    known = ", ".join(f"'{act}'" for act in acts)
    for table in ("access_entry", "event"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint("act_is_known", type_="check")
            batch_op.create_check_constraint("act_is_known", f"act IN ({known})")


def upgrade() -> None:
    """Add what oversight keeps."""
    op.create_table(
        "log_batch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("rows_sha256", sa.Text(), nullable=False),
        sa.Column("journals", sa.Integer(), nullable=False),
        sa.Column("journals_sha256", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_batch")),
    )
    with op.batch_alter_table("log_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_batch_month"), ["month"], unique=False)

    op.create_table(
        "retention_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_round")),
        sa.UniqueConstraint("month", "kind", name=op.f("uq_retention_round_month_kind")),
    )
    op.create_table(
        "watched_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_watched_day")),
    )
    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('many_cases', 'own_employer', 'night', 'weekend', 'denied', 'identities', 'searches')",
            name=op.f("kind_is_known"),
        ),
        sa.CheckConstraint("(looked_at IS NULL) = (looked_by_id IS NULL)", name=op.f("looked_at_by_somebody")),
        sa.CheckConstraint("looked_by_id <> user_id", name=op.f("nobody_clears_themselves")),
        sa.ForeignKeyConstraint(["looked_by_id"], ["user.id"], name=op.f("fk_flag_looked_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_flag_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("kind", "user_id", "on_day", name=op.f("uq_flag_kind_user_id_on_day")),
        sa.UniqueConstraint("public_id", name=op.f("uq_flag_public_id")),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_user_id"), ["user_id"], unique=False)

    op.create_table(
        "journal_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_number"], ["log_batch.number"], name=op.f("fk_journal_anchor_batch_number")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_journal_anchor_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_anchor")),
        sa.UniqueConstraint("case_id", "lines", name=op.f("uq_journal_anchor_case_id_lines")),
    )
    with op.batch_alter_table("journal_anchor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_anchor_batch_number"), ["batch_number"], unique=False)

    op.create_table(
        "log_segment",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("first_batch", sa.Integer(), nullable=False),
        sa.Column("last_batch", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("dropped_at IS NULL OR written_at IS NOT NULL", name=op.f("dropped_segment_has_its_anchor")),
        sa.ForeignKeyConstraint(["first_batch"], ["log_batch.number"], name=op.f("fk_log_segment_first_batch")),
        sa.ForeignKeyConstraint(["last_batch"], ["log_batch.number"], name=op.f("fk_log_segment_last_batch")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_log_segment")),
    )
    op.create_table(
        "breach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("paper_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("case_id IS NOT NULL OR user_id IS NOT NULL", name=op.f("breach_is_about_something")),
        sa.CheckConstraint("paper_id IS NULL OR case_id IS NOT NULL", name=op.f("paper_of_breach_is_of_a_case")),
        sa.CheckConstraint("until_at > from_at", name=op.f("breach_lasts")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_breach_case_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_breach_opened_by_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_breach_paper_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_breach_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
        sa.UniqueConstraint("public_id", name=op.f("uq_breach_public_id")),
    )
    op.create_table(
        "breach_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("breach_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "done IN ('noted', 'stopped', 'authority_told', 'persons_told', 'closed')", name=op.f("done_is_known")
        ),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"], name=op.f("fk_breach_step_breach_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_breach_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach_step")),
    )
    with op.batch_alter_table("breach_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_breach_step_breach_id"), ["breach_id"], unique=False)

    op.create_table(
        "child_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("asker", sa.String(40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("asker IN ('child', 'parent', 'guardian', 'lawyer')", name=op.f("asker_is_known")),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("access_answered_by_somebody")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_child_access_answered_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_child_access_case_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_child_access_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_access")),
        sa.UniqueConstraint("public_id", name=op.f("uq_child_access_public_id")),
    )
    with op.batch_alter_table("child_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_access_case_id"), ["case_id"], unique=False)

    op.create_table(
        "held_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("access_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('submission', 'paper', 'redaction', 'letter', 'opinion', 'journal', 'log', 'identity', 'search_index')",
            name=op.f("kind_is_known"),
        ),
        sa.CheckConstraint("answer IN ('given', 'health', 'secrecy', 'internal', 'interests')", name=op.f("answer_is_known")),
        sa.ForeignKeyConstraint(["access_id"], ["child_access.id"], name=op.f("fk_held_item_access_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_held_item_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_item")),
        sa.UniqueConstraint("access_id", "kind", "thing_id", name=op.f("uq_held_item_access_id_kind_thing_id")),
    )
    with op.batch_alter_table("held_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_item_access_id"), ["access_id"], unique=False)

    with op.batch_alter_table("access_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.Text(), server_default="", nullable=False))
        batch_op.create_index("ix_access_entry_at", ["at"], unique=False)
    _acts_are(ACTS_BEFORE + NEW_ACTS)


def downgrade() -> None:
    """Undo it."""
    _acts_are(ACTS_BEFORE)
    with op.batch_alter_table("access_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_access_entry_at")
        batch_op.drop_column("purpose")

    with op.batch_alter_table("held_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_item_access_id"))

    op.drop_table("held_item")
    with op.batch_alter_table("child_access", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_child_access_case_id"))

    op.drop_table("child_access")
    with op.batch_alter_table("breach_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_breach_step_breach_id"))

    op.drop_table("breach_step")
    op.drop_table("breach")
    op.drop_table("log_segment")
    with op.batch_alter_table("journal_anchor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_anchor_batch_number"))

    op.drop_table("journal_anchor")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_user_id"))

    op.drop_table("flag")
    op.drop_table("watched_day")
    op.drop_table("retention_round")
    with op.batch_alter_table("log_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_batch_month"))

    op.drop_table("log_batch")
