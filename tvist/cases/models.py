"""What a case is: the case itself, its parties and their teams.

Beside this file: `history.py` (journal, dated facts, endings, declarations), `waiting.py` (tasks), `claims.py` (claim lines) and `submissions.py`
(what is written and sent).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import MembershipRole, Organisation, OrganisationKind, User
from tvist.cases.history import COLUMN_OF_FACT, MONEY_FACTS, Event, Fact, FactKind, Statement
from tvist.cases.lifecycle import FINAL, State
from tvist.cases.money import Bearer
from tvist.db import Amount, Base, Versioned, random_id
from tvist.words import NORWEGIAN, Message

if TYPE_CHECKING:
    from tvist.access.policy import Act
    from tvist.cases.admissions import LateSending, LetIn
    from tvist.cases.chronology import StatedFact
    from tvist.cases.claims import ClaimLine
    from tvist.cases.clocks import Rest
    from tvist.cases.history import Declaration, Ending
    from tvist.cases.people import Assignment
    from tvist.cases.private import CaseMessage
    from tvist.cases.submissions import Submission
    from tvist.cases.waiting import Task
    from tvist.decision.afterwards import NewTreatment
    from tvist.decision.models import Decision, Question, QuestionAgreement
    from tvist.decision.parallel import ParallelPart
    from tvist.delivery.models import Letter
    from tvist.intake.models import ChildIdentity, DismissalProposal, FiledPetition, NewLook
    from tvist.panel.challenges import Challenge, Objection
    from tvist.panel.models import Bundle, Seat
    from tvist.submissions.models import Settlement, TableConfirmation

_SQL_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL))


class Side(StrEnum):
    """On which side of the case a party stands."""

    REQUESTING = "requesting"
    OPPOSING = "opposing"

    @property
    def other(self) -> Side:
        """The other side."""
        return Side.OPPOSING if self is Side.REQUESTING else Side.REQUESTING


class Outcome(StrEnum):
    """The outcome of an issued case, coded from its lines (rule 36)."""

    MUNICIPALITY = "municipality"
    STATE = "state"
    SPLIT = "split"


class Serial(Base):
    """The last serial number drawn in a year (rule 15); drawn by one UPDATE, so two senders never get the same."""

    __tablename__ = "serial"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Case(Base, Versioned):
    """A case before the body, from the moment a request was sent.

    `region_code`, `measure`, the amounts, the outcome and the language are the latest copy of dated facts; `tvist check` proves it.
    """

    __tablename__ = "case"
    __table_args__ = (
        sa.UniqueConstraint("year", "serial"),
        sa.CheckConstraint(f"(state IN ({_SQL_FINAL})) = (closed_at IS NOT NULL)", name="closed_case_has_date"),
        sa.CheckConstraint("(state = 'decided') = (outcome IS NOT NULL)", name="decided_case_has_outcome"),
        sa.CheckConstraint(f"language IN {NORWEGIAN}", name="language_is_norwegian"),
        sa.CheckConstraint("child_birth_year BETWEEN 1980 AND 2100", name="birth_year_is_a_year"),
        sa.CheckConstraint("claimed_ore >= 0", name="claimed_is_not_negative"),
        sa.CheckConstraint(
            "state NOT IN ('exchange', 'prepared', 'panel', 'issuing', 'decided') OR accepted_at IS NOT NULL",
            name="later_case_was_accepted",
        ),
        sa.Index("ix_case_state_year_serial", "state", "year", "serial"),
        sa.Index("ix_case_region_code_year_serial", "region_code", "year", "serial"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[State] = mapped_column(default=State.RECEIVED)
    received_on: Mapped[date]
    registered_on: Mapped[date] = mapped_column(index=True)
    """The day whose rules of procedure the case follows."""
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    referred_at: Mapped[datetime | None]
    region_code: Mapped[str]
    measure: Mapped[str]
    claimed_ore: Mapped[Amount] = mapped_column(default=0)
    found_municipality_ore: Mapped[Amount | None]
    found_state_ore: Mapped[Amount | None]
    outcome: Mapped[Outcome | None]
    language: Mapped[str]
    """The form of Norwegian that letters and decision are written in (rule 39)."""
    child_birth_year: Mapped[int]
    is_address_secret: Mapped[bool] = mapped_column(default=False)
    """Sperret adresse (rule 8)."""
    resting_reason: Mapped[str | None]
    resting_until: Mapped[date | None]
    parties_sort_key: Mapped[str] = mapped_column(index=True)
    parties_folded: Mapped[str]
    """Names, old names and own references of the parties, folded for search."""
    is_invented: Mapped[bool] = mapped_column(default=False)

    parties: Mapped[list[Party]] = relationship(back_populates="case", order_by="Party.position")
    lines: Mapped[list[ClaimLine]] = relationship(back_populates="case", order_by="ClaimLine.position")
    events: Mapped[list[Event]] = relationship(back_populates="case", order_by="Event.sequence")
    facts: Mapped[list[Fact]] = relationship(back_populates="case", order_by="Fact.id")
    tasks: Mapped[list[Task]] = relationship(back_populates="case", order_by="Task.id")
    endings: Mapped[list[Ending]] = relationship(back_populates="case", order_by="Ending.id")
    declarations: Mapped[list[Declaration]] = relationship(back_populates="case", order_by="Declaration.id")
    submissions: Mapped[list[Submission]] = relationship(back_populates="case", order_by="Submission.id")
    petition: Mapped[FiledPetition | None] = relationship(back_populates="case")
    child_identity: Mapped[ChildIdentity | None] = relationship(back_populates="case")
    """Who the child is, sealed; opened by the case teams and the secretariat for a purpose (rule 7)."""
    dismissal_proposals: Mapped[list[DismissalProposal]] = relationship(back_populates="case", order_by="DismissalProposal.id")
    letters: Mapped[list[Letter]] = relationship(back_populates="case", order_by="Letter.id")
    seats: Mapped[list[Seat]] = relationship(back_populates="case", order_by="Seat.id")
    stated_facts: Mapped[list[StatedFact]] = relationship(back_populates="case", order_by="StatedFact.id")
    rests: Mapped[list[Rest]] = relationship(back_populates="case", order_by="Rest.id")
    assignments: Mapped[list[Assignment]] = relationship(back_populates="case", order_by="Assignment.id")
    table_confirmations: Mapped[list[TableConfirmation]] = relationship(back_populates="case", order_by="TableConfirmation.id")
    settlements: Mapped[list[Settlement]] = relationship(back_populates="case", order_by="Settlement.id")
    messages: Mapped[list[CaseMessage]] = relationship(back_populates="case", order_by="CaseMessage.id")
    new_looks: Mapped[list[NewLook]] = relationship(back_populates="case", order_by="NewLook.id")
    challenges: Mapped[list[Challenge]] = relationship(back_populates="case", order_by="Challenge.id")
    objections: Mapped[list[Objection]] = relationship(back_populates="case", order_by="Objection.id")
    let_in: Mapped[list[LetIn]] = relationship(back_populates="case", order_by="LetIn.id")
    late_sendings: Mapped[list[LateSending]] = relationship(back_populates="case", order_by="LateSending.id")
    bundles: Mapped[list[Bundle]] = relationship(back_populates="case", order_by="Bundle.version")
    questions: Mapped[list[Question]] = relationship(back_populates="case", order_by="Question.position")
    question_agreements: Mapped[list[QuestionAgreement]] = relationship(back_populates="case", order_by="QuestionAgreement.id")
    decision: Mapped[Decision | None] = relationship(back_populates="case")
    parallel_parts: Mapped[list[ParallelPart]] = relationship(back_populates="case", order_by="ParallelPart.id")
    new_treatments: Mapped[list[NewTreatment]] = relationship(
        back_populates="case", foreign_keys="NewTreatment.case_id", order_by="NewTreatment.id"
    )
    renews: Mapped[NewTreatment | None] = relationship(back_populates="new_case", foreign_keys="NewTreatment.new_case_id")
    """The request by which this case treats an earlier one anew (rule 40)."""

    @property
    def slug(self) -> str:
        """The number as it stands in an address: `2026-0001`."""
        return f"{self.year}-{self.serial:04d}"

    @property
    def is_closed(self) -> bool:
        """Decided, dismissed or discontinued."""
        return self.state in FINAL

    @property
    def open_tasks(self) -> list[Task]:
        """What is waited for, soonest first; whose turn it is follows from these and is never set by hand."""
        return sorted(
            (task for task in self.tasks if task.is_open),
            key=lambda task: (task.due_on is None, task.due_on or date.max, task.id or 0),
        )

    def parties_on(self, side: Side) -> list[Party]:
        """The parties that stand on `side` now."""
        return [party for party in self.parties_remaining if party.side is side]

    @property
    def parties_present(self) -> list[Party]:
        """The parties that take part: those that were let in and have not left."""
        return [party for party in self.parties_remaining if party.brought_in_at is not None]

    @property
    def parties_remaining(self) -> list[Party]:
        """The parties that have not left the case, those that are still to be let in too."""
        return [party for party in self.parties if party.left_at is None]

    def party_of(self, user: User, on: date) -> Party | None:
        """The party in whose case team `user` is that day."""
        return next((party for party in self.parties_remaining if party.has_in_team(user, on)), None)

    def statement_of(self, user: User) -> Statement | None:
        """What the person last declared about impartiality for this case."""
        return next((found.statement for found in reversed(self.declarations) if found.user_id == user.id), None)

    def is_stranger(self, user: User) -> bool:
        """Whether the person has declared a conflict, or the others ruled that they step down: they have no part in the case (rules 29, 30)."""
        is_out = any(found.is_out and found.seat.user_id == user.id for found in self.challenges)
        return is_out or self.statement_of(user) is Statement.CONFLICT

    @property
    def seats_held(self) -> list[Seat]:
        """The seats of those who sit now, in the order they were seated."""
        return [seat for seat in self.seats if seat.left_at is None]

    def seat_of(self, user: User) -> Seat | None:
        """The seat the person holds in this case now."""
        return next((seat for seat in self.seats_held if seat.user_id == user.id), None)

    @property
    def open_dismissal(self) -> DismissalProposal | None:
        """A proposal of dismissal that the leader has not decided."""
        return next((found for found in self.dismissal_proposals if found.decided_at is None), None)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this case that day. Who has declared a conflict, or was ruled out, is a stranger to it (rules 29, 30)."""
        statement = self.statement_of(user)
        if self.is_stranger(user):
            return set()
        general = user.roles_on(on)
        roles = general & {Role.SECRETARIAT}
        if roles and statement is Statement.NONE:
            roles.add(Role.SECRETARIAT_DECLARED)
        if Role.LEADER in general and (self.dismissal_proposals or self.state is State.DECIDED):
            roles.add(Role.LEADER)
            if (self.open_dismissal or self.state in {State.DISMISSED, State.DECIDED}) and statement is Statement.NONE:
                roles.add(Role.LEADER_DECLARED)
        if roles and self.is_address_secret and statement is not Statement.NONE:
            # Fewer know: who is of the body reads no more than that the case is there, until they have declared for it (rule 8).
            roles = {Role.UNDECLARED}
        return roles | self._party_roles(user, on) | self._seat_roles(user, on) | self._ruling_roles(user, on)

    def _party_roles(self, user: User, on: date) -> set[Role]:
        party = self.party_of(user, on)
        if party is None or party.brought_in_at is None:
            return set()
        plain, filer = {
            Side.REQUESTING: (Role.REQUESTING, Role.REQUESTING_FILER),
            Side.OPPOSING: (Role.OPPOSING, Role.OPPOSING_FILER),
        }[party.side]
        return {plain, filer} if party.may_be_bound_by(user, on) else {plain}

    def _seat_roles(self, user: User, on: date) -> set[Role]:
        seat = self.seat_of(user)
        if seat is None:
            return set()
        # Whose term covers the case no more (rule 27) has no part in it, from that midnight, and not only from when the seat is filled anew.
        # Once the record is frozen nobody can be seated; whoever led then can still call the issue back.
        if self.state in {State.PREPARED, State.PANEL} and not seat.is_covered_on(on):
            return set()
        # A leader who declared for a dismissal declares anew for the seat; who is in doubt waits for the ruling (rule 29).
        if not seat.is_declared:
            return {Role.CALLED}
        return {Role.SEATED, Role.SEATED_LEADER} if seat.is_leader else {Role.SEATED}

    def _ruling_roles(self, user: User, on: date) -> set[Role]:
        """Asked to rule on another member's impartiality, and not ruled yet (rules 29, 30); as long as they are of the board."""
        if Role.BOARD_MEMBER not in user.roles_on(on):
            return set()
        awaited = (ruling for challenge in self.challenges for ruling in challenge.rulings if ruling.is_awaited)
        return {Role.RULING} if any(ruling.user_id == user.id for ruling in awaited) else set()

    def record(
        self,
        act: Act,
        *,
        by: User | None,
        at: datetime,
        said: Message | None = None,
        happened_at: datetime | None = None,
        corrects: Event | None = None,
    ) -> Event:
        """Write a line in the journal. `at` is when it is recorded, `happened_at` when it happened (else the same)."""
        event = Event(
            sequence=self.events[-1].sequence + 1 if self.events else 1,
            act=act,
            happened_at=happened_at or at,
            recorded_at=at,
            by=by,
            by_id=by.id if by else None,
            said=said or Message(f"journal.{act.value}"),
            corrects=corrects,
        )
        event.seal = event.seal_after(self.number, self.events[-1].seal if self.events else "")
        self.events.append(event)
        return event

    def note(self, kind: FactKind, value: str | int | None, *, event: Event) -> Fact:
        """Note a dated fact that figures need, and copy it to the case as the latest."""
        is_money = kind in MONEY_FACTS
        fact = Fact(
            kind=kind,
            text=None if is_money or value is None else str(value),
            ore=int(value) if is_money and value is not None else None,
            happened_at=event.happened_at,
            recorded_at=event.recorded_at,
            event=event,
        )
        self.facts.append(fact)
        if column := COLUMN_OF_FACT.get(kind):
            setattr(self, column, Outcome(str(value)) if kind is FactKind.OUTCOME and value else value)
        return fact


class Party(Base):
    """A municipality or the state, on one side of one case, with its name as it was then (rules 2-4)."""

    __tablename__ = "party"
    __table_args__ = (sa.UniqueConstraint("case_id", "organisation_id", "joined_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    side: Mapped[Side]
    kind: Mapped[OrganisationKind]
    name: Mapped[str]
    position: Mapped[int]
    representative: Mapped[str] = mapped_column(default="")
    """Fullmektig, or the contact person."""
    own_reference: Mapped[str] = mapped_column(default="")
    """The party's own number for the matter (rule 7)."""
    joined_at: Mapped[datetime]
    brought_in_at: Mapped[datetime | None]
    """From when the party's team may open the case: at once for who files, when something is sent over for the other side (rule 20)."""
    left_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="parties")
    organisation: Mapped[Organisation] = relationship()
    team: Mapped[list[TeamMember]] = relationship(back_populates="party", order_by="TeamMember.id")

    @property
    def bearer(self) -> Bearer:
        """Which of the two bearers this party is."""
        return Bearer.MUNICIPALITY if self.kind is OrganisationKind.MUNICIPALITY else Bearer.STATE

    def has_in_team(self, user: User, on: date) -> bool:
        """In the case team, still working for the organisation (rule 5), and not signed in to act for another."""
        return self.is_worked_on_by(user, on) and user.acts_for(self.organisation_id)

    def is_worked_on_by(self, user: User, on: date) -> bool:
        """In the case team and still working for the organisation, whatever the person is signed in for: who is written to."""
        in_team = any(member.user_id == user.id and member.holds_on(on) for member in self.team)
        return in_team and any(found.organisation_id == self.organisation_id for found in user.all_memberships_on(on))

    def may_be_bound_by(self, user: User, on: date) -> bool:
        """Whether the person is authorised to file and withdraw for the party."""
        return any(
            found.organisation_id == self.organisation_id and found.role is MembershipRole.AUTHORISED_FILER
            for found in user.memberships_on(on)
        )


class TeamMember(Base):
    """A person in a party's case team, from a day to a day."""

    __tablename__ = "team_member"
    # Whether somebody is in a team is asked for every case of a list: by both columns at once, for one person may be in very many teams.
    __table_args__ = (sa.Index("ix_team_member_party_id_user_id", "party_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    absence_id: Mapped[int | None] = mapped_column(sa.ForeignKey("absence.id"), index=True)
    """The absence of a colleague in which the person stands in; None for who is in the team in their own right."""
    party: Mapped[Party] = relationship(back_populates="team")
    user: Mapped[User] = relationship(foreign_keys=user_id)

    def holds_on(self, on: date) -> bool:
        """In the team that day."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)
