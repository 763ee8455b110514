"""A case from its panel to its opinion at random (rules 21, 26-40): conflicts, doubts, objections, votes and issues, by the real acts.

After each act: no opinion was ever issued by an unlawful panel, no vote can be read before the third is in, and all shares sum. To add an act:
write a `@rule` that does it inside `with self.trying():`; what is done because a task waits for it stands in `on_the_way.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.campaign.lawful import unlawful_because, unlawful_rulings
from tests.campaign.on_the_way import BEFORE_OPINION, IN_PANEL, OnTheWay, seldom
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State
from tvist.cases.models import Side
from tvist.check.everything import check_case
from tvist.clock import oslo_date
from tvist.db import Base
from tvist.decision.actions import call_back
from tvist.decision.approving import withdraw_approval
from tvist.decision.questions import change_question
from tvist.decision.votes import (
    history_of,
    is_open,
    leader_of,
    result,
    standing_questions,
    votes_of,
)
from tvist.decision.writing import write_text
from tvist.errors import NotAllowed
from tvist.panel.actions import declare
from tvist.panel.board_actions import end_term, release
from tvist.panel.late import send_late
from tvist.panel.models import SeatKind
from tvist.submissions.concessions import concede

if TYPE_CHECKING:
    from tvist.accounts.models import User


class Deliberation(OnTheWay):
    """The same, with all that may happen on the way, and what always holds."""

    # ---- What may happen at any time ----

    @IN_PANEL
    @rule(data=st.data(), happens=seldom)
    def a_member_finds_out_late(self, data: st.DataObject, *, happens: bool) -> None:
        """A conflict or a doubt that is seen after papers were read, or after votes (rule 30)."""
        if happens and self.case.seats_held:
            member = data.draw(st.sampled_from(self.case.seats_held), label="seat").user
            statement = data.draw(st.sampled_from([Statement.CONFLICT, Statement.DOUBT]))
            with self.trying():
                declare(self.case, **self.by(member), statement=statement, ground="special", words="Jeg så det først nå.")

    @IN_PANEL
    @rule(data=st.data())
    def a_vote_is_changed(self, data: st.DataObject) -> None:
        if standing_questions(self.case) and self.case.seats_held:
            question = data.draw(st.sampled_from(standing_questions(self.case)), label="question")
            member = data.draw(st.sampled_from(self.case.seats_held), label="seat").user
            with self.trying():
                self.cast_vote(question, member, data)

    @IN_PANEL
    @rule(data=st.data(), words=st.sampled_from(["Nye ord.", "Andre ord."]))
    def the_text_is_changed(self, data: st.DataObject, words: str) -> None:
        if self.case.seats_held:
            member = data.draw(st.sampled_from(self.case.seats_held), label="seat").user
            with self.trying():
                write_text(self.case, **self.by(member), background=words)

    @BEFORE_OPINION
    @rule(data=st.data(), happens=seldom)
    def a_member_leaves_the_board(self, data: st.DataObject, *, happens: bool) -> None:
        """A term is ended before its time (rule 27)."""
        standing = [each for one in self.members for each in one.appointments if each.struck_at is None and each.ended_on is None]
        if happens and standing:
            appointed = data.draw(st.sampled_from(standing), label="appointment")
            with self.trying():
                finishes = data.draw(st.booleans(), label="finishes")
                end_term(appointed, ended_on=oslo_date(self.at), reason="Fratrådte.", finishes=finishes, at=self.at)

    @BEFORE_OPINION
    @rule(data=st.data(), happens=seldom)
    def a_member_finishes_no_more(self, data: st.DataObject, *, happens: bool) -> None:
        """One whose term is over is released from the cases that they were to finish (rule 27)."""
        today = oslo_date(self.at)
        over = [each for one in self.members for each in one.appointments if each.last_on is not None and each.last_on <= today]
        finishing = [each for each in over if each.finishes_referred and each.released_on is None and each.struck_at is None]
        if happens and finishing:
            appointed = data.draw(st.sampled_from(finishing), label="appointment")
            with self.trying():
                release(appointed, released_on=today, reason="Syk.", at=self.at)
                self.world.counted["released from finishing"] += 1

    @IN_PANEL
    @rule(data=st.data(), words=st.sampled_from(["Hvem bør dekke kravet?", "Hvem har ansvaret?"]))
    def a_question_is_changed(self, data: st.DataObject, words: str) -> None:
        if standing_questions(self.case) and self.case.seats_held:
            question = data.draw(st.sampled_from(standing_questions(self.case)), label="question")
            member = data.draw(st.sampled_from(self.case.seats_held), label="seat").user
            with self.trying():
                change_question(question, words, **self.by(member))

    @IN_PANEL
    @rule(data=st.data())
    def an_approval_is_taken_back(self, data: st.DataObject) -> None:
        if self.case.seats_held:
            with self.trying():
                withdraw_approval(self.case, **self.by(data.draw(st.sampled_from(self.case.seats_held), label="seat").user))

    @BEFORE_OPINION
    @rule(side=st.sampled_from(Side), happens=seldom)
    def something_comes_late(self, side: Side, *, happens: bool) -> None:
        if happens:
            with self.trying():
                send_late(self.case, **self.by(self.of(side)), text="Et vedtak til.", why_late="Det kom fram nå.")

    @precondition(lambda machine: machine.case.state is State.ISSUING)
    @rule()
    def the_leader_calls_back(self) -> None:
        leader = leader_of(self.case)
        if leader is not None:
            with self.trying():
                call_back(self.case, **self.by(leader), reasons="En feil i sak.")

    @IN_PANEL
    @rule(side=st.sampled_from(Side))
    def a_side_concedes_a_part(self, side: Side) -> None:
        with self.trying():
            concede(self.case.lines[0], **self.by(self.of(side)), ore=1_000_00)

    def of(self, side: Side) -> User:
        return self.cast.asta if side is Side.REQUESTING else self.cast.bo

    # ---- What always holds ----

    @invariant()
    def no_opinion_was_issued_by_an_unlawful_panel(self) -> None:
        case = self.case
        moments = [case.referred_at, *self.issued_at, *(question.opened_at for question in case.questions)]
        moments += [question.agreed_at for question in case.questions]
        moments += [vote.cast_at for question in case.questions for vote in question.votes]
        moments += [approval.approved_at for approval in case.decision.approvals] if case.decision else []
        for at in {moment for moment in moments if moment is not None}:
            assert not (why := unlawful_because(case, at)), (at, why)
        assert not (why := unlawful_rulings(case)), why
        assert (case.state is State.DECIDED) is bool(self.issued_at)

    @invariant()
    def no_vote_can_be_read_before_the_third_is_in(self) -> None:
        sitting = {seat.user_id for seat in self.case.seats_held}
        for question in self.case.questions:
            voted = {vote.user_id for vote in question.votes if vote.fell_at is None}
            if len(sitting) == len(SeatKind) and sitting <= voted:
                continue
            for reading in (votes_of, result, history_of):
                with pytest.raises(NotAllowed):
                    reading(question, self.keys)

    @invariant()
    def what_was_found_is_shared_to_the_ore(self) -> None:
        for found in self.case.decision.outcomes if self.case.decision else ():
            if found.found_ore is not None:
                assert found.municipality_ore + found.state_ore == found.found_ore
                assert 0 <= found.found_ore <= found.line.amount_ore

    @precondition(lambda machine: machine.case.questions)
    @rule()
    def somebody_reads_the_database(self) -> None:
        """Every table, as who has the file reads it: no amount that was voted for stands in any column before the question is open."""
        closed = [vote for question in self.case.questions for vote in question.votes if not is_open(question)]
        amounts = {str(found) for vote in closed if (found := self.meant.get(vote.id)) is not None}
        # Who votes for all that was claimed votes for what stands in the request.
        amounts -= {str(self.case.claimed_ore), *(str(line.amount_ore) for line in self.case.lines)}
        if not amounts:
            return
        for table in Base.metadata.sorted_tables:
            for row in self.session.execute(sa.select(table)):
                assert not amounts & {str(value) for value in row}, table.name

    @invariant()
    def the_check_finds_nothing(self) -> None:
        self.session.flush()
        found = list(check_case(self.case, self.keys))
        assert not found, found
