"""Drafts, sending, and screening (rules 10-17): a request becomes a case, and is accepted, sent back for what is missing, or dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tvist.access.policy import Act, Role
from tvist.cases.history import Declaration, Ending, EndingKind, Statement
from tvist.cases.lifecycle import State, take_step
from tvist.cases.models import Side
from tvist.cases.submissions import SubmissionKind
from tvist.cases.tasks import close_all_tasks, close_tasks, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.intake.making import add_to_team, bring_in, file_petition, make_case, make_lines, note_facts, state_facts
from tvist.intake.models import DismissalProposal, Draft, DraftMember
from tvist.intake.parties import proposed_other_side
from tvist.intake.queries import authorised_filers, may_file, party_staff
from tvist.intake.sealing import lay_apart
from tvist.intake.sendings import from_body, from_party, move_papers, serve
from tvist.intake.writing import replace_whole
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.procedure.codes import CodeKind, is_code
from tvist.procedure.settings import procedure_on
from tvist.words import DEFAULT_LANGUAGE, NORWEGIAN, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.documents.models import Paper
    from tvist.intake.identity import Identity
    from tvist.intake.petition import Petition
    from tvist.vault.keys import MasterKeys


def begin_draft(
    session: Session, organisation: Organisation, *, by: User, at: datetime, received_on: date | None = None
) -> Draft:
    """Begin a request for the organisation that `by` works for: it is the first party, and its region of today is proposed as the other side.

    With `received_on` it is one that the officers register for the party (`tvist.intake.registering`), and has no team of its own.
    """
    sides = {"requesting": [organisation.code], "opposing": proposed_other_side(organisation.code, oslo_date(at))}
    typed = {"language": by.language if by.language in NORWEGIAN else DEFAULT_LANGUAGE, "parties": sides}
    team = [DraftMember(user=by, added_at=at)] if received_on is None else []
    draft = Draft(
        organisation=organisation, begun_by=by, begun_at=at, changed_at=at, typed=typed, team=team, received_on=received_on
    )
    session.add(draft)
    return draft


def save_draft(draft: Draft, typed: dict[str, Any], *, by: User, at: datetime) -> None:
    """Keep the request just as typed, with its gaps (rule 14). Raises CannotProceed for one that was sent or discarded."""
    replace_whole(draft, typed, by=by, at=at)


def share_draft(draft: Draft, user: User, *, by: User, at: datetime) -> None:  # noqa: ARG001 - every act tells by whom.
    """Take a colleague into the team that writes. Raises CannotProceed for somebody of another organisation."""
    _still_open(draft)
    if not any(found.organisation_id == draft.organisation_id for found in user.memberships_on(oslo_date(at))):
        raise CannotProceed(Message("intake.not_a_colleague"))
    if user.id not in {member.user_id for member in draft.team}:
        draft.team.append(DraftMember(user=user, added_at=at))


def discard_draft(draft: Draft, *, by: User, at: datetime) -> None:  # noqa: ARG001 - every act tells by whom.
    """Put the request away unsent. What lay sealed in it is gone at once."""
    _still_open(draft)
    draft.discarded_at = at
    draft.sealed_identity = draft.sealed_offers = None


def send(  # noqa: PLR0913 - what is sent, for whom, when received, with which papers, from which draft, and what lies sealed beside it.
    session: Session,
    petition: Petition,
    *,
    organisation: Organisation,
    by: User,
    at: datetime,
    received_on: date | None = None,
    papers: Sequence[Paper] = (),
    draft: Draft | None = None,
    is_invented: bool = False,
    keys: MasterKeys | None = None,
    identity: Identity | None = None,
    offers: str = "",
) -> Case:
    """File the request: the case and its number begin here (rule 15). A draft sent before gives the case it became.

    A draft with a day of receipt is one that the secretariat registers for the party: an officer sends it. The case then has two dates. From
    `received_on` runs the body's own target for screening, for who writes a letter shall not wait longer; `registered_on` settles which rules
    the case follows, its number and its year, and the limitation date stays a matter between the parties (rules 13, 15, 16).
    `keys` seal what lies apart: `identity` and `offers`, as given or from the draft (rules 7, 22).

    Raises NotAllowed for one who may not bind the organisation (rule 10), CannotProceed for a request that is another's or a party not here.
    """
    if draft is not None and draft.case is not None:
        return draft.case
    on_paper = draft.received_on if draft else None
    _check_filer(petition, organisation, by, oslo_date(at), is_registered=on_paper is not None)
    case = make_case(session, petition, at=at, received_on=on_paper or received_on, is_invented=is_invented)
    make_lines(case, petition)
    submission = file_petition(case, petition, session=session, by=by, at=at)
    said = Message("journal.register_request", party=organisation.name, day=on_paper) if on_paper else None
    note_facts(case, case.record(Act.SEND, by=by, at=at, said=said))
    move_papers(submission, [*(draft.papers if draft else ()), *papers])
    state_facts(case, petition, submission)
    lay_apart(case, by=by, at=at, keys=keys, draft=draft, identity=identity, offers=offers)
    if draft is not None:
        draft.case, draft.changed_at = case, at
    open_screening(case, at, starts_on=case.received_on)
    _write_receipts(session, case, submission, team=_first_team(session, case, draft, by=by, at=at), by=by, at=at)
    queue(session, JobKind.INDEX_SUBMISSION, submission.id, at=at)
    queue(session, JobKind.MAKE_RECEIPT, case.id, at=at)
    return case


def declare_impartiality(
    case: Case, *, by: User, at: datetime, statement: Statement, ground: str | None = None, words: str = ""
) -> Declaration:
    """An officer of the secretariat, or the leader before a dismissal, declares for this case (rules 16, 17). A conflict closes the case to them."""
    take_step(case, Act.DECLARE_IMPARTIALITY, by=by, at=at)
    declaration = Declaration(user=by, user_id=by.id, statement=statement, ground=ground, words=words, at=at)
    case.declarations.append(declaration)
    return declaration


def ask_for_missing(case: Case, *, by: User, at: datetime, text: str) -> Submission:
    """Send a deficiency letter; the time to answer runs from when it is served (rule 16)."""
    take_step(case, Act.ASK_FOR_MISSING, by=by, at=at)
    close_tasks(case, TaskKind.SCREEN, at=at)
    letter = from_body(case, SubmissionKind.DEFICIENCY_LETTER, text, by=by, at=at)
    for place, party in enumerate(case.parties_on(Side.REQUESTING)):
        task = (
            open_task(case, TaskKind.CURE, at=at, owner=party, length=procedure_on(case.registered_on).deficiency_length)
            if place == 0
            else None
        )
        serve(party, LetterKind.DEFICIENCY, letter, starts=task, at=at)
    return letter


def cure(case: Case, *, by: User, at: datetime, text: str, papers: Sequence[Paper] = ()) -> Submission:
    """The requesting side mends what was missing; the request is screened again (rule 16)."""
    take_step(case, Act.CURE, by=by, at=at)
    submission = from_party(case, SubmissionKind.CURE, text, papers, answers=TaskKind.CURE, by=by, at=at)
    close_tasks(case, TaskKind.CURE, TaskKind.SCREEN, at=at)
    open_screening(case, at)
    write_to_secretariat(case, LetterKind.CURED, at=at)
    return submission


def accept(case: Case, *, by: User, at: datetime) -> None:
    """Take the case up and send the request over to the other side, whose time to answer runs from when it is served (rules 16, 18, 19)."""
    take_step(case, Act.ACCEPT, by=by, at=at)
    case.accepted_at = case.accepted_at or at
    close_tasks(case, TaskKind.SCREEN, TaskKind.CURE, at=at)
    sent_over = [found for found in case.submissions if found.kind in {SubmissionKind.PETITION, SubmissionKind.CURE}]
    for submission in sent_over:
        submission.passed_on_at = submission.passed_on_at or at
    for party in case.parties_on(Side.OPPOSING):
        bring_in(session_of(case), party, by=by, at=at)
        task = open_task(case, TaskKind.RESPOND, at=at, owner=party, length=procedure_on(case.registered_on).response_length)
        # A case that is taken up again has been sent over before: then only the clock starts anew.
        new = [found for found in sent_over if not any(serving.party_id == party.id for serving in found.servings)]
        if new:
            serve(party, LetterKind.SENT_OVER, *new, starts=task, at=at)
        else:
            write_to_party(party, LetterKind.SENT_OVER, at=at, starts=task)


def propose_dismissal(case: Case, *, by: User, at: datetime, ground: str, reasons: str) -> DismissalProposal:
    """Propose to dismiss on a coded ground: both sides may comment, then the leader decides (rule 16). Raises `CannotProceed` for no ground of the list."""
    if not is_code(CodeKind.DISMISSAL_GROUND, ground, oslo_date(at)):
        raise CannotProceed(Message("intake.needed.dismissal_ground"))
    take_step(case, Act.PROPOSE_DISMISSAL, by=by, at=at)
    close_tasks(case, TaskKind.SCREEN, at=at)
    proposal = DismissalProposal(ground=ground, reasons=reasons, proposed_by_id=by.id, proposed_at=at)
    case.dismissal_proposals.append(proposal)
    letter = from_body(case, SubmissionKind.DISMISSAL_PROPOSAL, reasons, by=by, at=at)
    for party in [*case.parties_on(Side.REQUESTING), *case.parties_on(Side.OPPOSING)]:
        bring_in(session_of(case), party, by=by, at=at)
        task = open_task(
            case,
            TaskKind.COMMENT_ON_DISMISSAL,
            at=at,
            owner=party,
            length=procedure_on(case.registered_on).dismissal_comment_length,
        )
        serve(party, LetterKind.DISMISSAL_PROPOSED, letter, starts=task, at=at)
    open_task(case, TaskKind.DECIDE_DISMISSAL, at=at, owner=Desk.LEADER)
    return proposal


def comment_on_dismissal(case: Case, *, by: User, at: datetime, text: str) -> Submission:
    """A side says what it thinks of the proposal."""
    take_step(case, Act.COMMENT_ON_DISMISSAL, by=by, at=at)
    submission = from_party(case, SubmissionKind.DISMISSAL_COMMENT, text, answers=TaskKind.COMMENT_ON_DISMISSAL, by=by, at=at)
    write_to_secretariat(case, LetterKind.SUBMISSION_RECEIVED, at=at)
    return submission


def dismiss(case: Case, *, by: User, at: datetime, reasons: str) -> Ending:
    """The leader dismisses the case; the ending is a dated row, and the parties are written to (rule 16)."""
    proposal = case.open_dismissal
    take_step(case, Act.DISMISS, by=by, at=at)
    ground = _decide(proposal, by=by, at=at, is_dismissed=True, reasons=reasons)
    ending = Ending(kind=EndingKind.DISMISSED, ground=ground, reasons=reasons, happened_at=at, recorded_at=at)
    case.endings.append(ending)
    close_all_tasks(case, at=at)
    letter = from_body(case, SubmissionKind.DISMISSAL, reasons, by=by, at=at)
    for party in [*case.parties_on(Side.REQUESTING), *case.parties_on(Side.OPPOSING)]:
        serve(party, LetterKind.DISMISSED, letter, starts=None, at=at)
    return ending


def keep(case: Case, *, by: User, at: datetime, reasons: str) -> None:
    """The leader does not follow the proposal: the case goes on where it stood."""
    proposal = case.open_dismissal
    take_step(case, Act.KEEP, by=by, at=at)
    _decide(proposal, by=by, at=at, is_dismissed=False, reasons=reasons)
    close_tasks(case, TaskKind.COMMENT_ON_DISMISSAL, TaskKind.DECIDE_DISMISSAL, at=at)
    if case.state is not State.EXCHANGE:
        open_screening(case, at)
    for party in [*case.parties_on(Side.REQUESTING), *case.parties_on(Side.OPPOSING)]:
        write_to_party(party, LetterKind.KEPT, at=at)


def open_screening(case: Case, at: datetime, *, starts_on: date | None = None) -> None:
    """The target runs from the day the request came in; anew, from the day there is something to screen again."""
    target, start = procedure_on(case.registered_on).screening_target, starts_on or oslo_date(at)
    open_task(case, TaskKind.SCREEN, at=at, owner=Desk.SECRETARIAT, length=target, starts_on=start, is_target=True)


def _check_filer(petition: Petition, organisation: Organisation, by: User, on: date, *, is_registered: bool) -> None:
    if petition.requesting[0] != organisation.code:
        raise CannotProceed(Message("intake.not_the_filer"))
    if not (Role.SECRETARIAT in by.roles_on(on) if is_registered else may_file(by, organisation, on)):
        raise NotAllowed


def _first_team(session: Session, case: Case, draft: Draft | None, *, by: User, at: datetime) -> list[User]:
    """Who opens the case for the filer: who sent it and who wrote it; of a request on paper, those who may file, else all who work there."""
    if draft is not None and draft.received_on is not None:
        organisation, on = case.parties[0].organisation, oslo_date(at)
        return authorised_filers(session, organisation, on) or party_staff(session, organisation, on)
    return [by, *(member.user for member in draft.team)] if draft else [by]


def _still_open(draft: Draft) -> None:
    if not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))


def _write_receipts(session: Session, case: Case, petition: Submission, *, team: Iterable[User], by: User, at: datetime) -> None:
    """Open the case to the requesting side, and tell it and the secretariat. Who joins the request is served with it."""
    filer, *joined = case.parties_on(Side.REQUESTING)
    filer.brought_in_at = at
    add_to_team(filer, dict.fromkeys(team), by=by, on=oslo_date(at))
    session.flush()
    write_to_party(filer, LetterKind.RECEIPT, at=at)
    for party in joined:
        bring_in(session, party, by=by, at=at)
        serve(party, LetterKind.RECEIPT, petition, starts=None, at=at)
    write_to_secretariat(case, LetterKind.NEW_CASE, at=at)


def _decide(proposal: DismissalProposal | None, *, by: User, at: datetime, is_dismissed: bool, reasons: str) -> str | None:
    """Write what the leader decided on the proposal; returns its ground."""
    if proposal is None:  # The rulebook refuses it before.
        raise CannotProceed(Message("intake.no_dismissal_proposed"))
    proposal.decided_by_id, proposal.decided_at, proposal.is_dismissed, proposal.decision_reasons = (
        by.id,
        at,
        is_dismissed,
        reasons,
    )
    return proposal.ground
