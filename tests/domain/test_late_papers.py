"""What a party sends when the preparation is closed: unseen until it is admitted, commented on, and in a new version of the bundle (rules 21, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast
from tests.scenes.intake import letters_arrive
from tests.scenes.late import admitted, ends_without_findings, late_round, sent_late, sent_over
from tests.scenes.panel import declared, referred
from tests.scenes.submissions import DAY, prepared
from tvist.access.policy import Act
from tvist.access.roles import may, roles_of
from tvist.cases.history import Statement
from tvist.cases.journal import journal_for
from tvist.cases.lifecycle import obstacles
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.submissions import SubmissionKind
from tvist.cases.tasks import is_waiting_for
from tvist.cases.turns import turns_of
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.errors import CannotProceed
from tvist.panel.actions import confirm_reading, declare, seat_panel
from tvist.panel.bundle import is_intact, left_out
from tvist.panel.choosing import proposed_panel
from tvist.panel.late import comment_on_late, no_comments_on_late, rule_on_late, send_late, waiting_for_ruling
from tvist.panel.renewing import look_at_late
from tvist.submissions.actions import pass_on, withdraw
from tvist.submissions.additions import reopen
from tvist.submissions.extensions import ask_extension, grant

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

TODAY = oslo_date(NOON)


@pytest.fixture
def session(database: Database):
    with database.writing() as found:
        yield found


@pytest.fixture
def here(session: Session, cast: Cast) -> Cast:
    return Cast(**{name: session.get_one(type(one), one.id) for name, one in vars(cast).items()})


def sees(session: Session, user: User, case: Case, kind: SubmissionKind = SubmissionKind.LATE) -> bool:
    """Whether the person reads the late sending; the list and the rule say the same."""
    session.flush()
    sending = next(found for found in case.submissions if found.kind is kind)
    listed = sending in submissions_visible_to(session, user, case, TODAY)
    assert listed is may(user, Act.READ_SUBMISSION, sending, TODAY)
    return listed


def knows(user: User, case: Case, at: datetime = NOON) -> bool:
    """Whether the journal or the turns of the case show the person that something came late."""
    roles = roles_of(user, case, oslo_date(at))
    lines = [line.what.code for line in journal_for(case, roles, case.party_of(user, oslo_date(at)))]
    kinds = {turn.kind for turn in turns_of(case, user, roles, oslo_date(at))}
    told = {"journal.send_late", "journal.late_admitted", "journal.late_refused"} & set(lines)
    return bool(told or kinds & {TaskKind.RULE_ON_LATE, TaskKind.PASS_ON})


def test_only_the_sender_and_the_secretariat_read_it_before_it_is_admitted(session: Session, here: Cast) -> None:
    case = referred(session, here)
    sent_late(session, here, case)
    assert [who for who in ("asta", "bo", "siri", "cato", "frida") if sees(session, getattr(here, who), case)] == ["asta", "siri"]
    assert is_waiting_for(case, TaskKind.RULE_ON_LATE, here.cato)
    assert "late.out.not_ruled" in [each.why.code for each in left_out(case)]


def test_the_other_side_knows_nothing_of_it_before_it_is_sent_over(session: Session, here: Cast) -> None:
    case = referred(session, here)
    assert not knows(here.asta, case)
    sent_late(session, here, case)
    assert not knows(here.bo, case)
    admitted(session, here, case)
    assert not knows(here.bo, case)
    assert knows(here.asta, case)
    assert knows(here.siri, case)
    assert not any(
        letter.party and letter.party.name == here.vest.name for letter in case.letters if letter.kind == "late_admitted"
    )


def test_it_needs_words_and_a_reason_and_comes_one_at_a_time(session: Session, here: Cast) -> None:
    case = referred(session, here)
    with pytest.raises(CannotProceed) as refused:
        send_late(case, by=here.asta, at=NOON, text=" ", why_late=" ")
    assert [found.code for found in refused.value.obstacles] == ["late.say_what", "late.say_why"]
    sent_late(session, here, case)
    with pytest.raises(CannotProceed, match=r"late\.one_waits"):
        sent_late(session, here, case)
    sent_late(session, here, case, by=here.bo)
    assert len(waiting_for_ruling(case)) == 2


def test_a_refused_one_stays_with_its_sender_and_is_listed_with_why(session: Session, here: Cast) -> None:
    case = referred(session, here)
    late = sent_late(session, here, case).late
    with pytest.raises(CannotProceed, match=r"late\.ruling_needs_reasons"):
        rule_on_late(late, by=here.cato, at=NOON, admits=False, reasons=" ")
    rule_on_late(late, by=here.cato, at=NOON, admits=False, reasons="Kunne vært sendt i fjor.")
    letters_arrive(session, case)
    assert [who for who in ("asta", "bo", "siri", "cato") if sees(session, getattr(here, who), case)] == ["asta", "siri"]
    assert "late.out.refused" in [each.why.code for each in left_out(case)]
    assert not is_waiting_for(case, TaskKind.RULE_ON_LATE)
    assert [found.party.name for found in case.letters if found.kind == "late_refused"] == [here.vik.name]
    with pytest.raises(CannotProceed, match=r"late\.nothing_to_rule_on"):
        rule_on_late(late, by=here.cato, at=NOON, admits=True, reasons="Likevel.")


def test_the_panel_reads_it_when_the_others_have_commented_and_a_new_bundle_is_made(session: Session, here: Cast) -> None:
    case = late_round(session, here)
    assert sees(session, here.bo, case)
    assert not sees(session, here.cato, case)
    look_at_late(case, at=NOON + DAY)
    assert len(case.bundles) == 1
    comment_on_late(case, by=here.bo, at=NOON + DAY, text="Staten kjenner ikke til dette tilsagnet.")
    look_at_late(case, at=NOON + DAY)
    assert len(case.bundles) == 1
    sent_over(session, here, case, at=NOON + 2 * DAY)
    look_at_late(case, at=NOON + 2 * DAY)
    assert [entry.submission.kind for entry in case.bundles[-1].entries][-2:] == [
        SubmissionKind.LATE,
        SubmissionKind.LATE_COMMENTS,
    ]
    assert sees(session, here.cato, case)
    assert sees(session, here.asta, case, SubmissionKind.LATE_COMMENTS)
    assert all(is_intact(bundle) for bundle in case.bundles)
    assert all(is_waiting_for(case, TaskKind.CONFIRM_READING, member) for member in (here.cato, here.frida, here.kaare))


def test_who_has_nothing_to_say_ends_the_round_at_once(session: Session, here: Cast) -> None:
    case = late_round(session, here)
    no_comments_on_late(case, by=here.bo, at=NOON + DAY)
    with pytest.raises(CannotProceed, match=r"late\.nothing_to_comment"):
        no_comments_on_late(case, by=here.bo, at=NOON + DAY)
    letters_arrive(session, case, at=NOON + DAY)
    look_at_late(case, at=NOON + DAY)
    assert len(case.bundles) == 2
    look_at_late(case, at=NOON + DAY)
    assert len(case.bundles) == 2


def test_a_time_that_runs_out_ends_the_round_and_stays_visible(session: Session, here: Cast) -> None:
    case = late_round(session, here)
    task = next(found for found in case.open_tasks if found.kind is TaskKind.COMMENT_ON_LATE)
    assert task.due_on == TODAY + 14 * DAY
    look_at_late(case, at=NOON + 14 * DAY)
    assert task.is_open
    look_at_late(case, at=NOON + 15 * DAY)
    assert not task.is_open
    assert len(case.bundles) == 2


def test_more_time_is_asked_for_and_granted_while_the_panel_sits(session: Session, here: Cast) -> None:
    case = late_round(session, here)
    asked = ask_extension(case, by=here.bo, at=NOON + 10 * DAY, wanted_until=TODAY + 21 * DAY, reason="Ferie.")
    look_at_late(case, at=NOON + 15 * DAY)
    assert len(case.bundles) == 1
    grant(asked, by=here.siri, at=NOON + 15 * DAY, until=TODAY + 21 * DAY, reason="Ferien er avtalt.")
    look_at_late(case, at=NOON + 20 * DAY)
    assert len(case.bundles) == 1
    look_at_late(case, at=NOON + 22 * DAY)
    assert len(case.bundles) == 2


def test_nothing_is_referred_or_approved_while_something_comes_late(session: Session, here: Cast) -> None:
    case = declared(session, here)
    sent_late(session, here, case)
    assert "late.ruling_awaited" in [found.code for found in obstacles(case, Act.REFER)]
    admitted(session, here, case)
    assert "late.round_runs" in [found.code for found in obstacles(case, Act.REFER)]
    assert "late.round_runs" in [found.code for found in obstacles(case, Act.REOPEN)]
    sent_over(session, here, case)
    assert "late.round_runs" in [found.code for found in obstacles(case, Act.REFER)]
    no_comments_on_late(case, by=here.bo, at=NOON)
    letters_arrive(session, case)
    assert obstacles(case, Act.REFER) == []
    assert case.bundles == []


def test_it_waits_for_a_leader_where_none_sits(session: Session, here: Cast) -> None:
    case = prepared(session, here, at=NOON - 30 * DAY)
    sent_late(session, here, case)
    assert not is_waiting_for(case, TaskKind.RULE_ON_LATE)
    seat_panel(case, proposed_panel(session, case, TODAY), by=here.siri, at=NOON)
    look_at_late(case, at=NOON)
    assert not is_waiting_for(case, TaskKind.RULE_ON_LATE)
    declare(case, by=here.cato, at=NOON, statement=Statement.NONE)
    assert is_waiting_for(case, TaskKind.RULE_ON_LATE, here.cato)


def test_a_leader_who_steps_down_leaves_the_ruling_to_the_next(session: Session, here: Cast) -> None:
    case = referred(session, here)
    sent_late(session, here, case)
    declare(case, by=here.cato, at=NOON + DAY, statement=Statement.CONFLICT, ground="represents")
    assert not is_waiting_for(case, TaskKind.RULE_ON_LATE)
    declare(case, by=here.lise, at=NOON + DAY, statement=Statement.NONE)
    assert is_waiting_for(case, TaskKind.RULE_ON_LATE, here.lise)


def test_what_waits_is_an_addition_when_the_preparation_is_reopened(session: Session, here: Cast) -> None:
    case = declared(session, here)
    late = sent_late(session, here, case)
    reopen(case, by=here.siri, at=NOON, reason="Nye opplysninger.", word_to=[case.parties[0]])
    assert not is_waiting_for(case, TaskKind.RULE_ON_LATE)
    assert is_waiting_for(case, TaskKind.PASS_ON)
    pass_on(late, by=here.siri, at=NOON)
    letters_arrive(session, case)
    assert sees(session, here.bo, case)
    assert is_waiting_for(case, TaskKind.COMMENT, next(party for party in case.parties if party.name == here.vest.name))
    assert waiting_for_ruling(case) == []


def test_a_case_that_ends_ends_what_came_late(session: Session, here: Cast, installation: Installation) -> None:
    case = late_round(session, here)
    sent_late(session, here, case, by=here.bo, at=NOON + DAY, expect="late.has_the_word")
    sent_late(session, here, case, at=NOON + DAY)
    withdraw(case, by=here.asta, at=NOON + 2 * DAY)
    assert case.open_tasks == []
    assert waiting_for_ruling(case) == []
    look_at_late(case, at=NOON + 20 * DAY)
    assert len(case.bundles) == 1
    assert not sees(session, here.bo, case, SubmissionKind.WITHDRAWAL)
    session.commit()
    ends_without_findings(installation)


def test_the_newest_version_is_read_before_anybody_votes_again(session: Session, here: Cast) -> None:
    case = referred(session, here)
    for member in (here.cato, here.frida, here.kaare):
        confirm_reading(case, by=member, at=NOON)
    assert "late.not_all_have_read" not in [found.code for found in obstacles(case, Act.APPROVE)]
    late_round(session, here, case=case)
    no_comments_on_late(case, by=here.bo, at=NOON)
    letters_arrive(session, case)
    look_at_late(case, at=NOON)
    assert "late.not_all_have_read" in [found.code for found in obstacles(case, Act.APPROVE)]
    for member in (here.cato, here.frida, here.kaare):
        confirm_reading(case, by=member, at=NOON)
    assert "late.not_all_have_read" not in [found.code for found in obstacles(case, Act.APPROVE)]
