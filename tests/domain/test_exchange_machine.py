"""The exchange at random (rules 18-25): both sides, the secretariat, the post and the calendar do what they may, in any order, by the real acts.

After each act: nobody of a side or the panel sees what was not served on them, the turn of an open case belongs to somebody, every deadline says
why and is what its rows come to, and the journal is whole. To add an act: write a `@rule` that does it inside `with self.trying():`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.campaign.counts import runs
from tests.people import Cast, a_cast
from tests.scenes.intake import accepted
from tests.scenes.submissions import disputing
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.claims import lines_in
from tvist.cases.clocks import open_requests
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State
from tvist.cases.models import Side
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.turns import why
from tvist.check.deadlines import check_tasks
from tvist.check.journal import check_journal
from tvist.clock import oslo_date
from tvist.delivery.actions import accept as notice_accepted
from tvist.delivery.bounces import Bounce, take_bounce
from tvist.delivery.handling import resend
from tvist.delivery.models import Fate
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.actions import declare, seat_panel
from tvist.panel.choosing import proposed_panel
from tvist.submissions import actions
from tvist.submissions.additions import reopen, send_more
from tvist.submissions.concessions import concede
from tvist.submissions.confirming import confirm_table, send_table
from tvist.submissions.extensions import ask_extension, grant, refuse
from tvist.submissions.joint_table import joint_table
from tvist.submissions.outages import record_outage
from tvist.submissions.reminders import look_at_clocks
from tvist.submissions.resting import rest, resume
from tvist.submissions.rules import has_missed, waiting_to_be_passed_on
from tvist.submissions.settlement import confirm_settlement, propose_settlement, standing_settlement, withdraw_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.delivery.models import Recipient
    from tvist.installation import Installation

START = datetime(2025, 1, 13, 11, 0, tzinfo=UTC)
"""A Monday: what the machine reaches from here lies before any day on which it is run."""
IN_EXCHANGE = precondition(lambda machine: machine.case.state is State.EXCHANGE)
OPEN = precondition(lambda machine: not machine.case.is_closed)
sides = st.sampled_from(Side)


@dataclass
class World:
    """What all runs of the machine share: the installation and its people."""

    installation: Installation
    cast: Cast


class Exchange(RuleBasedStateMachine):
    """One case from its acceptance on; nothing of it is committed."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.world.installation.database.writing()
        self.session, self.cast, self.at = self.opened.__enter__(), self.world.cast, START
        tried = {"tried_on": "2024-11-04", "by": "Kommunalsjefen", "words": "Møte uten enighet."}
        self.case: Case = accepted(self.session, self.cast, at=START, settlement=tried)

    def teardown(self) -> None:
        self.session.rollback()
        self.opened.__exit__(None, None, None)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """An act that the rules may refuse; what it had changed by then is taken back, as a page would."""
        self.at += timedelta(minutes=7)
        point = self.session.begin_nested()
        try:
            yield
            point.commit()
        except (CannotProceed, NotAllowed):
            point.rollback()
        self.look_again()

    def look_again(self) -> None:
        """Forget what was served: servings are rows that the post writes beside the sendings and letters."""
        self.session.flush()
        for found in (*self.case.submissions, *self.case.letters):
            self.session.expire(found, ["servings"])

    def of(self, side: Side) -> User:
        return self.cast.asta if side is Side.REQUESTING else self.cast.bo

    def by(self, side: Side) -> dict[str, Any]:
        return {"by": self.of(side), "at": self.at}

    @property
    def officer(self) -> dict[str, Any]:
        return {"by": self.cast.siri, "at": self.at}

    def recipients(self, *fates: Fate) -> list[Recipient]:
        return [found for letter in self.case.letters for found in letter.recipients if found.fate in fates]

    # ---- The calendar and the post ----

    @rule(days=st.integers(1, 15))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)
        look_at_clocks(self.case, at=self.at)
        self.session.flush()

    @rule()
    def letters_arrive(self) -> None:
        for found in self.recipients(Fate.MADE):
            notice_accepted(found, at=self.at)
        self.look_again()

    @rule(data=st.data())
    def a_letter_comes_back(self, data: st.DataObject) -> None:
        if sent := self.recipients(Fate.ACCEPTED)[-6:]:
            found = data.draw(st.sampled_from(sent))
            about = Bounce(source_id=f"{found.id} {self.at}", message_id=found.message_id, code="5.1.1", is_hard=True)
            take_bounce(self.session, about, at=self.at)
            self.look_again()

    @rule()
    def what_came_back_is_sent_again(self) -> None:
        for found in self.recipients(Fate.BOUNCED):
            with self.trying():
                resend(found, **self.officer, address=found.address)

    # ---- The two sides ----

    @IN_EXCHANGE
    @rule()
    def respond(self) -> None:
        with self.trying():
            actions.respond(self.case, **self.by(Side.OPPOSING), answers=disputing(self.case), text="Bestrides.")

    @IN_EXCHANGE
    @rule(side=sides, has_more=st.booleans())
    def comment(self, *, side: Side, has_more: bool) -> None:
        with self.trying():
            if has_more:
                actions.comment(self.case, **self.by(side), text="Merknader.")
            else:
                actions.nothing_more(self.case, **self.by(side))

    @IN_EXCHANGE
    @rule(side=sides)
    def send_more(self, side: Side) -> None:
        with self.trying():
            send_more(self.case, **self.by(side), text="Et vedtak til.")

    @IN_EXCHANGE
    @rule(side=sides, days=st.integers(1, 60))
    def ask_for_more_time(self, side: Side, days: int) -> None:
        with self.trying():
            until = oslo_date(self.at) + timedelta(days=days)
            ask_extension(self.case, **self.by(side), wanted_until=until, reason="Ferie.")

    @IN_EXCHANGE
    @rule(side=sides)
    def confirm_the_table(self, side: Side) -> None:
        with self.trying():
            confirm_table(self.case, **self.by(side), sha256=joint_table(self.case).sha256)

    @OPEN
    @rule(side=sides, ore=st.sampled_from([1_000_00, 50_000_00, None]))
    def concede(self, side: Side, ore: int | None) -> None:
        with self.trying():
            concede(self.case.lines[0], **self.by(side), ore=ore)

    @OPEN
    @rule(side=sides, act=st.sampled_from(["propose", "confirm", "withdraw"]))
    def settle(self, side: Side, act: str) -> None:
        keys, standing = self.world.installation.keys, standing_settlement(self.case)
        with self.trying():
            if act == "propose":
                propose_settlement(self.case, **self.by(side), text="Halvparten hver.", keys=keys)
            elif standing and act == "confirm":
                confirm_settlement(self.case, **self.by(side), sha256=standing.sha256, keys=keys)
            elif standing:
                withdraw_settlement(standing, **self.by(side))

    # ---- The secretariat ----

    @IN_EXCHANGE
    @rule(brings_new=st.booleans())
    def pass_on(self, *, brings_new: bool) -> None:
        for submission in waiting_to_be_passed_on(self.case):
            with self.trying():
                actions.pass_on(submission, **self.officer, brings_new=brings_new)

    @precondition(lambda machine: open_requests(machine.case))
    @rule(days=st.integers(-1, 40))
    def rule_on_more_time(self, days: int) -> None:
        request = open_requests(self.case)[0]
        with self.trying():
            if days < 0:
                refuse(request, **self.officer, reason="Tiden er lang nok.")
            else:
                grant(request, **self.officer, until=request.wanted_until + timedelta(days=days), reason="Ferie.")

    @OPEN
    @rule(days=st.integers(1, 40))
    def let_it_rest(self, days: int) -> None:
        with self.trying():
            rest(self.case, **self.officer, until_on=oslo_date(self.at) + timedelta(days=days), reason="court")

    @precondition(lambda machine: machine.case.resting_until)
    @rule()
    def resume(self) -> None:
        with self.trying():
            resume(self.case, **self.officer)

    @rule(days=st.integers(0, 20))
    def the_portal_was_down(self, days: int) -> None:
        with self.trying():
            record_outage(self.session, day=oslo_date(self.at) - timedelta(days=days), words="Strømbrudd.", **self.officer)

    @IN_EXCHANGE
    @rule()
    def send_the_table_or_close(self) -> None:
        with self.trying():
            actions.close_preparation(self.case, **self.officer)
        if self.case.state is State.EXCHANGE:
            with self.trying():
                send_table(self.case, **self.officer)

    @precondition(lambda machine: machine.case.state is State.PREPARED)
    @rule()
    def call_a_panel(self) -> None:
        with self.trying():
            seat_panel(self.case, proposed_panel(self.session, self.case, oslo_date(self.at)), **self.officer)
            declare(self.case, by=self.cast.frida, at=self.at, statement=Statement.NONE)

    @precondition(lambda machine: machine.case.state is State.PREPARED)
    @rule(word_to=st.sets(sides, min_size=1))
    def reopen(self, word_to: set[Side]) -> None:
        with self.trying():
            parties = [party for party in self.case.parties if party.side in word_to]
            reopen(self.case, **self.officer, reason="Et nytt vedtak.", word_to=parties)

    # ---- What always holds ----

    @invariant()
    def nobody_sees_what_was_not_served(self) -> None:
        on = oslo_date(self.at)
        for user in (self.cast.asta, self.cast.bo, self.cast.frida):
            party = self.case.party_of(user, on)
            seen = submissions_visible_to(self.session, user, self.case, on)
            assert set(seen) == {found for found in self.case.submissions if may(user, Act.READ_SUBMISSION, found, on)}
            for submission in seen:
                for each in [party] if party else self.case.parties:
                    assert submission.party is each or self.was_delivered(submission.id, each.id)
            assert {line.submission for line in lines_in(self.case, seen)} <= {*seen, None}

    def was_delivered(self, submission_id: int, party_id: int) -> bool:
        """Whether a letter that serves it was accepted for the party, and has not come back from all since: one sent again may yet arrive."""
        return any(
            serving.submission_id == submission_id
            and serving.party_id == party_id
            and serving.is_served
            and any(found.fate in {Fate.ACCEPTED, Fate.MADE} for found in letter.recipients)
            for letter in self.case.letters
            for serving in letter.servings
        )

    @invariant()
    def the_turn_belongs_to_somebody(self) -> None:
        waiting, on = self.case.open_tasks, oslo_date(self.at)
        assert bool(waiting) is not self.case.is_closed
        if not self.case.is_closed:
            assert any(task.party is None or not has_missed(task, on) for task in waiting), [
                (task.kind, task.due_on, task.starts_on) for task in waiting
            ]

    @invariant()
    def every_deadline_says_why_and_is_what_its_rows_come_to(self) -> None:
        assert list(check_tasks(self.case)) == []
        for task in self.case.tasks:
            assert bool(why(task)) is (task.due_on is not None)

    @invariant()
    def the_journal_is_whole(self) -> None:
        assert not list(check_journal(self.case)), [(found.act, found.said) for found in self.case.events]


# A machine under load takes its time: the limit of other tests is not meant for this one.
@pytest.mark.timeout(3600)
def test_whatever_is_done_nothing_unserved_is_seen_and_every_turn_and_deadline_has_its_owner_and_reason(
    installation: Installation,
) -> None:
    with installation.database.writing() as session:
        cast = a_cast(session)
    machine = type("ExchangeHere", (Exchange,), {"world": World(installation, cast)})
    run_state_machine_as_test(
        machine,
        settings=runs(8, 25, whole_examples=60, whole_steps=40),
    )
