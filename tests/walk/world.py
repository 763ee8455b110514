"""One database in which cases stand side by side in every state, with a thing of each kind, and beside them a case of other people altogether.

What is written in them holds the word `PLANTED`: no answer to one who may not read it may hold it. The names of the cases and things are those of
`eyes.csv`, which says what each person is to each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tests.people import NOON, Cast, _organisation, _user
from tests.scenes import decision, panel, publication, published
from tests.scenes.bundles import make_pages, referred_with_pages
from tests.scenes.decision import REASONS, SECTIONS, default_vote, present
from tests.scenes.files import a_pdf
from tests.scenes.intake import MONTH_LINE, dismissal_proposed, filed, letters_arrive
from tests.scenes.intake import declared as declares
from tests.scenes.panel import nobody_objects
from tests.scenes.papers import a_paper
from tests.scenes.submissions import DAY, disputing
from tvist.accounts.factors import FactorKind, SecondFactor
from tvist.accounts.models import MembershipRole, OrganisationKind, SignIn, User
from tvist.accounts.outside import OutsideIdentity
from tvist.cases.filtering import keep_filter
from tvist.cases.history import Statement
from tvist.cases.worklist import Wanted
from tvist.decision.actions import order_issue
from tvist.decision.approving import approve
from tvist.decision.issuing import issue_job
from tvist.decision.margin import comment_on
from tvist.decision.places import place_named
from tvist.decision.questions import agree_questions
from tvist.decision.standard_texts import write_standard_text
from tvist.decision.verifying import verify_address
from tvist.decision.votes import seats_of
from tvist.decision.voting import vote
from tvist.decision.writing import write_reasons, write_text
from tvist.delivery.models import LetterKind
from tvist.delivery.standard_letters import PARTS, write_letter_text
from tvist.intake import actions as intake
from tvist.intake.receipts import receipt_job
from tvist.meetings.models import Invited, Meeting, MeetingCase
from tvist.oversight.breaches import Asked, open_breach
from tvist.oversight.held import Asker, begin_access
from tvist.oversight.models import Flag, FlagKind
from tvist.panel.actions import confirm_reading, declare, refer
from tvist.panel.copies import ask_for_copy, copy_job
from tvist.panel.employers import add_engagement
from tvist.panel.notes import add_note
from tvist.publication.actions import begin as begin_publication
from tvist.redaction.actions import begin as begin_redaction
from tvist.redaction.job import redaction_job
from tvist.submissions import actions as submissions
from tvist.submissions.messages import threads_of, write_message
from tvist.submissions.offers import make_offer
from tvist.submissions.page_comments import write_page_comment
from tvist.submissions.paper_actions import quarantine_paper
from tvist.teams.absences import register_absence
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.documents.models import Paper
    from tvist.installation import Installation

PLANTED: Final = "Hegrefjell"
"""Stands in every text, title and file name; no Norwegian word of a page of ours holds it."""
Parts = dict[str, Any]


@dataclass(frozen=True)
class There:
    """A thing where it is: its kind, its row in `eyes.csv`, and what stands in an address of it."""

    kind: str
    row: str
    parts: Parts


@dataclass
class World:
    """The people by name, each with the number of its row, and every thing with where it is."""

    people: dict[str, int]
    things: list[There] = field(default_factory=list)

    def add(self, thing: str, row: str, /, **parts: Any) -> None:
        """Note where a thing is."""
        self.things.append(There(thing, row, parts))

    def of_kind(self, kind: str) -> list[There]:
        """Every thing of that kind."""
        return [each for each in self.things if each.kind == kind]


def make_world(session: Session, cast: Cast, installation: Installation) -> World:
    """Make all of it by the real acts. Commits."""
    world = World({part.name: one.id for part in fields(cast) if isinstance(one := getattr(cast, part.name), User)})
    _before_the_panel(session, cast, installation, world)
    _with_the_panel(session, cast, installation, world)
    foreign = _of_others(session, cast, installation, world)
    _beside_cases(session, cast, world, foreign, installation)
    session.commit()
    return world


def _words(installation: Installation, by: User, **more: Any) -> Parts:
    """What is changed in each request: the planted word in its texts, and two papers called by it."""
    paper = a_paper(installation, f"{PLANTED} vedtak", by, content=a_pdf(2, PLANTED), media_type="pdf", filename=f"{PLANTED}.pdf")
    texts = {name: f"{PLANTED} {name}." for name in ("subject", "background", "agreed", "disputed", "argument", "claim")}
    return {**texts, "papers": [paper], **more}


def _case(world: World, row: str, case: Case) -> Case:
    """The case, what the party asked for in it, its paper, what is written in it, and where it is decided the opinion."""
    world.add("case", row, slug=case.slug)
    world.add("petition", f"{row}.petition", slug=case.slug)
    for paper in case.submissions[0].papers[:1]:
        world.add("paper", f"{row}.petition", slug=case.slug, public_id=paper.public_id)
    if case.seats:
        world.add("notes", f"{row}.notes", slug=case.slug)
        world.add("place", row, slug=case.slug, place="legal", section="legal")
    if case.bundles:
        world.add("bundle", row, slug=case.slug, page=1, version=1)
    if case.decision and case.decision.issued_at:
        world.add("issued", row, slug=case.slug, version=1)
    return case


def _party_things(world: World, row: str, case: Case) -> None:
    for name, party in zip(("asks", "answers"), case.parties, strict=True):
        world.add("thread", f"{row}.{name}", slug=case.slug, public_id=party.public_id)
        world.add(
            "party",
            f"{row}.{name}.team",
            slug=case.slug,
            party_id=party.public_id,
            member_id=party.team[0].id if party.team else 1,
        )
    for letter in case.letters:
        to = letter.party
        if to is not None and letter.recipients:
            name = "asks" if to is case.parties[0] else "answers"
            world.add("letter", f"{row}.{name}.notice", public_id=letter.public_id)
            world.add("letter_document", f"{row}.{name}", public_id=letter.public_id)
            world.add("recipient", f"{row}.officers", public_id=letter.public_id, number=letter.recipients[0].id)


def _before_the_panel(session: Session, cast: Cast, installation: Installation, world: World) -> None:
    def words(**more: Any) -> Parts:
        return _words(installation, cast.asta, **more)

    _case(world, "received", filed(session, cast, **words()))
    missing = declares(filed(session, cast, **words()), cast.siri)
    intake.ask_for_missing(missing, by=cast.siri, at=NOON, text=f"Vi mangler {PLANTED}.")
    letters_arrive(session, missing)
    _case(world, "deficient", missing)
    proposed = dismissal_proposed(session, cast, **words())
    intake.declare_impartiality(proposed, by=cast.cato, at=NOON, statement=Statement.NONE)
    _case(world, "proposed", proposed)
    dismissed = dismissal_proposed(session, cast, **words())
    intake.declare_impartiality(dismissed, by=cast.cato, at=NOON, statement=Statement.NONE)
    for user in (cast.asta, cast.bo):
        intake.comment_on_dismissal(dismissed, by=user, at=NOON, text=f"{PLANTED}.")
    intake.dismiss(dismissed, by=cast.cato, at=NOON, reasons=f"{PLANTED}.")
    _case(world, "dismissed", dismissed)
    ended = filed(session, cast, **words())
    submissions.withdraw(ended, by=cast.asta, at=NOON, reasons=f"{PLANTED}.")
    _case(world, "discontinued", ended)
    _exchange(session, cast, installation, world, words())


def _exchange(session: Session, cast: Cast, installation: Installation, world: World, words: Parts) -> None:
    """Bo has answered, and nobody has looked it through; Stein has declared a conflict; one of Vik's papers lies under quarantine."""
    further = a_paper(installation, f"{PLANTED} sperret", cast.asta, position=2)
    case = declares(filed(session, cast, **{**words, "papers": [*words["papers"], further]}), cast.siri)
    intake.accept(case, by=cast.siri, at=NOON)
    letters_arrive(session, case)
    intake.declare_impartiality(
        case, by=cast.stein, at=NOON, statement=Statement.CONFLICT, ground="handled_before", words=f"{PLANTED}."
    )
    quarantine_paper(further, by=cast.siri, at=NOON, reason=f"{PLANTED}.")
    unserved = a_paper(installation, f"{PLANTED} usendt", cast.bo)
    submissions.respond(case, by=cast.bo, at=NOON + DAY, answers=disputing(case), text=f"{PLANTED}.", papers=[unserved])
    offer = make_offer(case, by=cast.asta, at=NOON + DAY, text=f"{PLANTED} tilbud.", keys=installation.keys)
    for thread, user in zip(threads_of(case), (cast.asta, cast.bo), strict=True):
        write_message(thread, by=user, at=NOON + DAY, text=f"{PLANTED} melding.")
    session.flush()
    comment = write_page_comment(case.submissions[0].papers[0], by=cast.bo, at=NOON + DAY, page=1, text=f"{PLANTED}.")
    _case(world, "exchange", case)
    for name, paper in (("quarantined", further), ("unserved", unserved)):
        world.add("paper", f"exchange.{name}", slug=case.slug, public_id=paper.public_id)
    own = case.submissions[0].papers[0].public_id
    world.add("comment", "exchange.comment", slug=case.slug, public_id=own, comment_id=comment.public_id)
    world.add("offer", "exchange.offer", slug=case.slug, public_id=offer.public_id)
    world.add("writing", "exchange.writing", slug=case.slug, kind="comments")
    _party_things(world, "exchange", case)


def _with_the_panel(session: Session, cast: Cast, installation: Installation, world: World) -> None:
    def words(**more: Any) -> Parts:
        return _words(installation, cast.asta, **more)

    _case(world, "called", panel.seated(session, cast, **words()))
    _case(world, "declared", panel.declared(session, cast, **words()))
    case = referred_with_pages(session, cast, installation, **words())
    _case(world, "panel", case)
    _bundle_things(session, world, "panel", case, cast.frida, installation)
    _deliberates(session, case, installation)
    _deliberation_things(session, world, "panel", case)
    _case(world, "issuing", decision.ordered(session, cast, installation, **words()))
    released = published.first(session, cast, installation, **words())
    _case(world, "decided", released.decision.case)
    world.add("publication", "decided", public_id=released.public_id)
    # The last one: who has been in doubt is not proposed to the panel of the next case of the same parties.
    ruling = panel.seated(session, cast, **words())
    for member, said in ((cast.cato, Statement.NONE), (cast.kaare, Statement.NONE), (cast.frida, Statement.DOUBT)):
        ground = None if said is Statement.NONE else "handled_before"
        declare(ruling, by=member, at=NOON, statement=said, ground=ground, words=PLANTED)
    _case(world, "ruling", ruling)
    world.add("challenge", "ruling", slug=ruling.slug, public_id=ruling.challenges[0].public_id)


def _bundle_things(session: Session, world: World, row: str, case: Case, member: User, installation: Installation) -> None:
    """A note of a member's own, and a copy made for the same member."""
    bundle = case.bundles[-1]
    note = add_note(bundle.parts[-1], 1, f"{PLANTED} notat.", by=member, at=NOON, keys=installation.keys)
    copy = ask_for_copy(bundle, by=member, at=NOON, keys=installation.keys)
    session.commit()
    copy_job(installation, copy.id, NOON)
    session.expire_all()
    world.add("note", f"{row}.own", slug=case.slug, public_id=note.public_id)
    world.add("copy", f"{row}.own", slug=case.slug, public_id=copy.public_id)
    world.add("part", row, slug=case.slug, public_id=bundle.parts[-1].public_id)


def _deliberates(session: Session, case: Case, installation: Installation) -> None:
    """The panel reads, agrees, votes and writes."""
    nobody_objects(case, at=NOON)
    for seat in seats_of(case):
        confirm_reading(case, by=seat.user, at=NOON)
    for seat in seats_of(case):
        agree_questions(case, by=seat.user, at=NOON)
    for question in case.questions:
        for seat in seats_of(case):
            vote(question, default_vote(question), by=seat.user, at=NOON, keys=installation.keys)
    leader = seats_of(case)[0].user
    write_text(case, by=leader, at=NOON, **SECTIONS)
    for question in case.questions:
        write_reasons(question, f"{REASONS} {PLANTED}.", by=leader, at=NOON)
    session.flush()


def _deliberation_things(session: Session, world: World, row: str, case: Case) -> None:
    remark = comment_on(place_named(case, "legal"), f"{PLANTED} merknad.", by=seats_of(case)[0].user, at=NOON)
    session.flush()
    world.add("question", row, slug=case.slug, public_id=case.questions[0].public_id)
    world.add("remark", row, slug=case.slug, public_id=remark.public_id)


def _of_others(session: Session, cast: Cast, installation: Installation, world: World) -> Case:
    """The decided case of Luster against another region: Dag files, Øyvind answers, and the deputies decide, as Cato, Frida and Kåre have conflicts."""
    east = _organisation(OrganisationKind.STATE, "ost", "Bufetat region øst")
    answering = _user("Øyvind Oppdiktet", east, MembershipRole.AUTHORISED_FILER)
    session.add_all([east, answering])
    session.flush()
    others = replace(cast, asta=cast.dag, vik=cast.luster, bo=answering, vest=east)
    changes = _words(installation, cast.dag, lines=[{**MONTH_LINE, "municipality": "4644"}])
    parties = {"requesting": ["4644"], "opposing": ["ost"], "representative": f"Dag {PLANTED}", "own_reference": "2024/18"}
    case = panel.seated(session, others, **changes, parties=parties)
    for member in (cast.cato, cast.frida, cast.kaare):
        declare(case, by=member, at=NOON, statement=Statement.CONFLICT, ground="handled_before", words=f"{PLANTED}.")
    for member in (cast.lise, cast.finn, cast.klara):
        declare(case, by=member, at=NOON, statement=Statement.NONE)
    letters_arrive(session, case)
    make_pages(session, refer(case, by=cast.siri, at=NOON), installation)
    session.flush()
    _bundle_things(session, world, "foreign", case, cast.finn, installation)
    _deliberates(session, case, installation)
    _deliberation_things(session, world, "foreign", case)
    _issued(session, case, installation)
    _case(world, "foreign", case)
    world.add("writing", "foreign.writing", slug=case.slug, kind="comments")
    _party_things(world, "foreign", case)
    _made_public(session, cast, case, world, installation)
    return case


def _issued(session: Session, case: Case, installation: Installation) -> None:
    for seat in seats_of(case):
        approve(case, by=seat.user, at=NOON, keys=installation.keys)
    where = verify_address(installation.config.base_url)
    order_issue(case, by=seats_of(case)[0].user, at=NOON, keys=installation.keys, verify_at=where)
    session.commit()
    assert case.decision
    issue_job(installation, case.decision.id, NOON)
    session.expire_all()


def _made_public(session: Session, cast: Cast, case: Case, world: World, installation: Installation) -> None:
    """Siri has begun a publication, and a copy of a paper with things covered; neither is approved."""
    people = present(session, cast)
    publication.declared(session, cast, case)
    assert case.decision
    made = begin_publication(case.decision, by=people.siri, at=NOON + DAY)
    paper: Paper = case.submissions[0].papers[0]
    redaction = begin_redaction(paper, purpose="Innsyn.", secrets=PLANTED, by=people.siri, at=NOON + DAY)
    session.flush()
    of_case, made_copy = case.id, redaction.id
    session.commit()
    redaction_job(installation, made_copy, NOON + DAY)
    receipt_job(installation, of_case, NOON + DAY)
    session.expire_all()
    world.add("publication", "foreign", public_id=made.public_id)
    world.add("mark", "foreign", public_id=made.public_id, mark_id=made.marks[0].public_id)
    box = redaction.boxes[0].public_id if redaction.boxes else "x"
    world.add("redaction", "foreign.petition", public_id=redaction.public_id, page=1, box_id=box)


def _beside_cases(session: Session, cast: Cast, world: World, foreign: Case, installation: Installation) -> None:
    """What belongs to a person or an organisation: a draft, a filter, an absence, an employer, a meeting, a standard text, accounts."""
    for row, user, organisation in (("draft", cast.asta, cast.vik), ("foreign_draft", cast.dag, cast.luster)):
        draft = intake.begin_draft(session, organisation, by=user, at=NOON)
        draft.typed = {**draft.typed, "subject": PLANTED}
        session.flush()
        paper = a_paper(installation, f"{PLANTED} utkast", user)
        draft.papers.append(paper)
        session.flush()
        world.add("draft", row, public_id=draft.public_id, place=1, step="facts")
        world.add("draft_paper", row, draft_id=draft.public_id, public_id=paper.public_id)
    wanted = keep_filter(session, cast.asta, PLANTED, Wanted(text=PLANTED), at=NOON)
    away = register_absence(cast.asta, from_on=date(2026, 6, 1), to_on=date(2026, 6, 5), stand_in=None, by=cast.asta, at=NOON)
    engaged = add_engagement(
        session, cast.frida, organisation=None, employer=PLANTED, role="Rådgiver", from_on=date(2020, 1, 1), to_on=None, at=NOON
    )
    met = Meeting(starts_at=NOON, ends_at=NOON + DAY / 24, place=PLANTED, called_by=cast.lise, called_at=NOON - DAY)
    met.cases, met.invited = [MeetingCase(case=foreign, position=1)], [Invited(user=cast.lise), Invited(user=cast.finn)]
    session.add(met)
    texts = {(part, form): f"{{number}} {PLANTED}." for part in PARTS for form in NORWEGIAN}
    write_letter_text(session, LetterKind.DEFICIENCY, texts, owner=cast.siri, by=cast.siri, at=NOON)
    words = write_standard_text(session, section="legal", title="Standard", text="Ord.", language="nb", by=cast.lise, at=NOON)
    session.flush()
    world.add("filter", "filter", public_id=wanted.public_id)
    world.add("absence", "absence", public_id=away.public_id)
    world.add("engagement", "fridas", public_id=engaged.public_id)
    world.add("meeting", "meeting", public_id=met.public_id)
    world.add("standard_text", "at_all", public_id=words.public_id)
    world.add("texts", "at_all", kind=LetterKind.DEFICIENCY.value, version=1)
    text = {"kind": LetterKind.DEFICIENCY.value, "version": 1, "language": "nb"}
    world.add("text_on_case", "foreign.text", slug=foreign.slug, **text)
    world.add("appointment", "at_all", number=cast.frida.appointments[0].id)
    world.add("organisation", "vik", code=cast.vik.code, person_id=cast.arne.public_id)
    world.add("organisation", "luster", code=cast.luster.code, person_id=cast.dag.public_id)
    world.add("user", "account", public_id=cast.arne.public_id, number=cast.arne.memberships[0].id)
    _about_arne(session, cast, world, foreign)


def _about_arne(session: Session, cast: Cast, world: World, foreign: Case) -> None:
    """How Arne signs in, what was noticed about him, and a request by law about the child of the others' case."""
    factor = SecondFactor(user_id=cast.arne.id, kind=FactorKind.PASSKEY, name=PLANTED, made_at=NOON, credential_id=PLANTED)
    factor.public_key, factor.sign_count = b"", 0
    held = SignIn(token_hash=PLANTED, user_id=cast.arne.id, began_at=NOON, expires_at=NOON, last_seen_at=NOON, browser=PLANTED)
    tied = OutsideIdentity(user_id=cast.arne.id, provider=PLANTED, subject_key=PLANTED, tied_at=NOON)
    raised = Flag(kind=FlagKind.NIGHT, user_id=cast.arne.id, on_day=date(2026, 6, 1), count=3, found_at=NOON)
    session.add_all([factor, held, tied, raised])
    asked = Asked(None, None, cast.arne, NOON - DAY, NOON)
    breach = open_breach(session, asked, known_at=NOON, by=cast.siri, at=NOON)
    access = begin_access(foreign, asker=next(iter(Asker)), received_on=date(2026, 6, 1), by=cast.siri, at=NOON)
    session.add(access)
    session.flush()
    world.add("factor", "account", public_id=factor.public_id)
    world.add("sign_in", "account", number=held.id)
    world.add("identity", "identity", public_id=tied.public_id)
    world.add("flag", "watched", public_id=raised.public_id)
    world.add("breach", "watched", public_id=breach.public_id)
    world.add("child_access", "foreign", public_id=access.public_id)
