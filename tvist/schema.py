"""Every table of Tvist, imported once, and the one list of triggers: what must never be changed, the database itself refuses to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tvist.accesslog import models as accesslog
from tvist.accounts import access_changes, engagements, factors, outside, rounds
from tvist.accounts import models as accounts
from tvist.cases import (
    admissions,
    chronology,
    claims,
    clocks,
    concessions,
    filters,
    history,
    models,
    people,
    private,
    submissions,
    waiting,
)
from tvist.db import Base
from tvist.decision import afterwards, parallel, texts
from tvist.decision import models as decision
from tvist.delivery import models as delivery
from tvist.delivery import texts as letter_texts
from tvist.documents import models as documents
from tvist.intake import models as intake
from tvist.jobs import models as jobs
from tvist.meetings import models as meetings
from tvist.oversight import held
from tvist.oversight import models as oversight
from tvist.panel import bundles, challenges
from tvist.panel import models as panel
from tvist.publication import models as publication
from tvist.redaction import models as redaction
from tvist.rotation import models as rotation
from tvist.search import models as search
from tvist.submissions import models as answers
from tvist.teams import round_letters

ROOMS: Final = (
    access_changes,
    accesslog,
    accounts,
    admissions,
    afterwards,
    answers,
    bundles,
    challenges,
    chronology,
    claims,
    clocks,
    concessions,
    decision,
    delivery,
    documents,
    engagements,
    factors,
    filters,
    held,
    history,
    intake,
    jobs,
    letter_texts,
    meetings,
    models,
    oversight,
    outside,
    panel,
    parallel,
    people,
    private,
    publication,
    redaction,
    rotation,
    round_letters,
    rounds,
    search,
    submissions,
    texts,
    waiting,
)
metadata: Final = Base.metadata


@dataclass(frozen=True)
class Trigger:
    """Refuses INSERT, UPDATE or DELETE on a table, always or `when` a condition on OLD and NEW holds (the same SQL on both databases)."""

    table: str
    event: str
    when: str = ""

    @property
    def name(self) -> str:
        """The trigger's name, by table and event."""
        return f"{self.table}_is_kept_on_{self.event.lower()}"

    @property
    def says(self) -> str:
        """What the database answers."""
        return f"{self.table}: written once, never changed"


def _never(table: str) -> tuple[Trigger, Trigger]:
    return Trigger(table, "UPDATE"), Trigger(table, "DELETE")


def _only_changes(table: str, *columns: str) -> tuple[Trigger, Trigger]:
    """All columns but these are written once; rows are never deleted."""
    fixed = [column.name for column in metadata.tables[table].columns if column.name not in columns]
    return Trigger(table, "UPDATE", " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in fixed)), Trigger(
        table, "DELETE"
    )


def _until_issued(table: str, issued: str, *, also: str = "", kept: bool = False) -> tuple[Trigger, ...]:
    """Nothing comes, changes or goes once the opinion of the case is issued (rule 34); `issued` is SQL on `{row}`.

    `also`: when an UPDATE is refused at any time; `kept`: rows are never deleted.
    """
    before, after = f"EXISTS ({issued.format(row='OLD')})", f"EXISTS ({issued.format(row='NEW')})"
    update = " OR ".join(part for part in (also, before, after) if part)
    return Trigger(table, "INSERT", after), Trigger(table, "UPDATE", update), Trigger(table, "DELETE", "" if kept else before)


_ISSUED: Final = "SELECT 1 FROM decision WHERE decision.issued_at IS NOT NULL AND decision"
_OF_CASE: Final = f"{_ISSUED}.case_id = {{row}}.case_id"
_OF_DECISION: Final = f"{_ISSUED}.id = {{row}}.decision_id"
_CASE_OF_QUESTION: Final = "SELECT question.case_id FROM question WHERE question.id = {row}.question_id"
_OF_QUESTION: Final = f"{_ISSUED}.case_id = ({_CASE_OF_QUESTION})"


def _other_than(table: str, *columns: str) -> str:
    """SQL: a column other than these is changed."""
    return _only_changes(table, *columns)[0].when


def _resealed(table: str, sealed: str, *columns: str) -> tuple[Trigger, Trigger]:
    """As `_only_changes`, and the sealed value changes too, but only while the master key is rotated and to what the new key has sealed."""
    return Trigger(table, "UPDATE", f"{_other_than(table, sealed, *columns)} OR {_not_rotated(sealed)}"), Trigger(table, "DELETE")


def _not_rotated(sealed: str) -> str:
    """SQL: the sealed value is changed, and not by a rotation of the master key that runs now."""
    return (
        f'(OLD."{sealed}" IS DISTINCT FROM NEW."{sealed}" AND NOT EXISTS (SELECT 1 FROM key_rotation WHERE'  # noqa: S608 - names of our own columns.
        f' key_rotation.finished_at IS NULL AND substr(NEW."{sealed}", 1, length(key_rotation.head)) = key_rotation.head))'
    )


_AFTER_RELEASE: Final = _other_than(
    "publication",
    "version",
    "withdrawn_at",
    "withdrawn_by_id",
    "withdrawal_reason",
    "leading_at",
    "leading_by_id",
    "superseded_by_id",
)
_DROPPED: Final = "SELECT 1 FROM log_segment WHERE OLD.id BETWEEN log_segment.first_id AND log_segment.last_id AND log_segment.dropped_at IS NOT NULL"
_ANSWERED: Final = (
    "EXISTS (SELECT 1 FROM child_access WHERE child_access.id = {row}.access_id AND child_access.answered_at IS NOT NULL)"
)
_MADE: Final = "EXISTS (SELECT 1 FROM redaction WHERE redaction.id = {row}.redaction_id AND redaction.approved_at IS NOT NULL)"


def _until_released(table: str) -> tuple[Trigger, ...]:
    """Nothing comes, changes or goes once its publication is approved (rule 46)."""
    approved = (
        "EXISTS (SELECT 1 FROM publication WHERE publication.id = {row}.publication_id AND publication.approved_at IS NOT NULL)"
    )
    return tuple(
        Trigger(table, event, approved.format(row=row))
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    )


def _votes() -> tuple[Trigger, ...]:
    """A vote is never changed but falls, and not once the opinion is issued (rule 34); a rotation of the master key alone seals it anew."""
    insert, update, delete = _until_issued("vote", _OF_QUESTION, kept=True)
    fallen = 'OLD."fell_at" IS DISTINCT FROM NEW."fell_at"'
    changed = f"{_other_than('vote', 'fell_at', 'sealed')} OR {_not_rotated('sealed')} OR ({fallen} AND ({update.when}))"
    return insert, Trigger("vote", "UPDATE", changed), delete


TRIGGERS: Final[tuple[Trigger, ...]] = (
    *_never("event"),
    *_never("fact"),
    # The log goes a month at a time, through one door: the month is closed, its anchor is on the disk, and it is marked as dropped.
    Trigger("access_entry", "UPDATE"),
    Trigger("access_entry", "DELETE", f"NOT EXISTS ({_DROPPED})"),
    *_only_changes("log_batch", "written_at"),
    *_never("journal_anchor"),
    Trigger("log_segment", "UPDATE", f"OLD.dropped_at IS NOT NULL OR {_other_than('log_segment', 'written_at', 'dropped_at')}"),
    Trigger("log_segment", "DELETE"),
    Trigger("flag", "UPDATE", f"OLD.looked_at IS NOT NULL OR {_other_than('flag', 'looked_at', 'looked_by_id', 'words')}"),
    Trigger("flag", "DELETE"),
    *_never("breach"),
    *_never("breach_step"),
    *_never("retention_round"),
    Trigger("child_access", "UPDATE", "OLD.answered_at IS NOT NULL"),
    Trigger("child_access", "DELETE"),
    *(
        Trigger("held_item", event, _ANSWERED.format(row=row))
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    ),
    *_never("declaration"),
    *_never("claim_line"),
    *_never("filed_petition"),
    *_never("line_answer"),
    *_never("bundle"),
    *_never("bundle_entry"),
    *_never("reading"),
    *_only_changes("issued_file", "pages"),
    *_never("call_back"),
    *_never("concession"),
    *_never("stated_fact"),
    *_never("fact_answer"),
    *_never("table_confirmation"),
    *_never("settlement_confirmation"),
    *_resealed("child_identity", "sealed"),
    *_never("identity_opening"),
    *_never("paper_opening"),
    *_never("kept_finding"),
    *_never("receipt_file"),
    *_never("letter_setting"),
    *_never("reminder"),
    *_never("bounce_notice"),
    *_never("outage"),
    *_never("moved_task"),
    *_never("let_in"),
    *_never("objection"),
    *_never("bundle_part"),
    *_never("bundle_file"),
    *_never("text_version"),
    *_never("correction"),
    *_never("engagement_confirmation"),
    *_only_changes("engagement", "to_on", "struck_at"),
    *_only_changes("appointment", "ended_on", "end_reason", "released_on", "release_reason", "struck_at"),
    *_never("gap_letter"),
    *_only_changes("challenge", "decided_at", "stays", "ended_by"),
    *_only_changes("ruling", "ruled_at", "stays", "reasons", "fell_at"),
    *_only_changes("late_sending", "ruled_at", "ruled_by_id", "is_admitted", "reasons"),
    *_only_changes("new_treatment", "decided_at", "decided_by_id", "is_granted", "ruling", "new_case_id"),
    *_only_changes("standard_text", "retired_at"),
    *_only_changes("rest", "ended_on", "ended_at"),
    *_only_changes("extension", "granted_until", "ruling", "ruled_by_id", "ruled_at"),
    *_only_changes("assignment", "ended_at"),
    *_resealed("offer", "sealed_words", "withdrawn_at"),
    *_only_changes("case_message", "first_read_at"),
    *_resealed("settlement", "sealed_text", "withdrawn_at", "agreed_at"),
    *_only_changes("new_look", "decided_by_id", "decided_at", "is_taken_up", "reasons"),
    Trigger("page_comment", "UPDATE", "OLD.submission_id IS NOT NULL"),
    Trigger("page_comment", "DELETE", "OLD.submission_id IS NOT NULL"),
    *_only_changes("submission", "passed_on_at"),
    *_only_changes("serving", "served_at", "fell_at"),
    *_only_changes("letter", "pages", "released_at", "released_by_id", "stopped_at", "stopped_by_id", "stop_reason"),
    *_only_changes("access_change", "told_at"),
    *_only_changes("outside_identity", "ended_at"),
    *_only_changes("colleague_round", "due_on", "closed_at"),
    *_never("round_letter"),
    *_never("colleague_confirmation"),
    *_never("publication_fact"),
    *_never("publication_citation"),
    *_only_changes("letter_text", "put_to_use_at", "put_to_use_by_id", "retired_at"),
    # What the public has been given is withdrawn, ranked and superseded, and never changed.
    Trigger("publication", "UPDATE", f"OLD.released_at IS NOT NULL AND ({_AFTER_RELEASE})"),
    Trigger("publication", "DELETE"),
    *_never("undoing"),
    *_never("uncovering"),
    *_never("factor_reset"),
    *_until_released("mark"),
    *_until_released("blur"),
    Trigger("redaction", "UPDATE", "OLD.made_at IS NOT NULL"),
    Trigger("redaction", "DELETE"),
    *(
        Trigger("redaction_box", event, _MADE.format(row=row))
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    ),
    *_until_issued("parallel_part", _OF_CASE),
    *_until_issued("question", _OF_CASE),
    *_until_issued("remark", _OF_QUESTION),
    *_votes(),
    *_until_issued("approval", _OF_DECISION, also=_other_than("approval", "fell_at"), kept=True),
    *_until_issued("question_agreement", _OF_CASE, also=_other_than("question_agreement", "fell_at"), kept=True),
    *_only_changes("ending", "undone_at"),
    *_only_changes("seat", "left_at", "left_because"),
    Trigger("meeting", "UPDATE", "OLD.closed_at IS NOT NULL"),
    Trigger("meeting", "DELETE"),
    *(
        Trigger(
            table, event, "EXISTS (SELECT 1 FROM meeting WHERE meeting.id = OLD.meeting_id AND meeting.closed_at IS NOT NULL)"
        )
        for table in ("meeting_case", "invited")
        for event in ("UPDATE", "DELETE")
    ),
    Trigger("decision", "UPDATE", "OLD.issued_at IS NOT NULL"),
    Trigger("decision", "DELETE"),
    Trigger("case", "DELETE"),
    Trigger("case", "UPDATE", "OLD.number <> NEW.number OR OLD.registered_on <> NEW.registered_on"),
    Trigger(
        "line_outcome",
        "UPDATE",
        "EXISTS (SELECT 1 FROM decision WHERE decision.id = OLD.decision_id AND decision.issued_at IS NOT NULL)",
    ),
    Trigger(
        "line_outcome",
        "DELETE",
        "EXISTS (SELECT 1 FROM decision WHERE decision.id = OLD.decision_id AND decision.issued_at IS NOT NULL)",
    ),
    Trigger("paper", "UPDATE", "OLD.blob_id <> NEW.blob_id OR OLD.sha256 <> NEW.sha256 OR OLD.size <> NEW.size"),
)


def create_sql(trigger: Trigger, dialect: str) -> list[str]:
    """The statements that make the trigger on `sqlite` or `postgresql`."""
    when = f" WHEN ({trigger.when})" if trigger.when else ""
    if dialect == "sqlite":
        # SQLite before 3.39 has no IS DISTINCT FROM; IS NOT says the same on every version.
        when = when.replace("IS DISTINCT FROM", "IS NOT")
        return [
            f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON \"{trigger.table}\"{when} BEGIN SELECT RAISE(ABORT, '{trigger.says}'); END"
        ]
    body = f"BEGIN IF {trigger.when or 'true'} THEN RAISE EXCEPTION '{trigger.says}'; END IF; RETURN {'OLD' if trigger.event == 'DELETE' else 'NEW'}; END"
    return [
        f"CREATE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f'CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON "{trigger.table}" FOR EACH ROW EXECUTE FUNCTION {trigger.name}()',
    ]


def drop_sql(trigger: Trigger, dialect: str) -> list[str]:
    """The statements that remove the trigger."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {trigger.name}"]
    return [f'DROP TRIGGER IF EXISTS {trigger.name} ON "{trigger.table}"', f"DROP FUNCTION IF EXISTS {trigger.name}()"]
