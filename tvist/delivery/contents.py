"""What a letter draws from the case, section by section: the body's own words, what is sent over, rulings with their reasons, the panel, the deadline.

Titles of papers are left out: a title may hold a name that is found and withheld later (rule 20), and a letter is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.access.policy import Act
from tvist.cases.submissions import SubmissionKind
from tvist.clock import oslo_date
from tvist.delivery.clocks_told import clock_section, deadline_sections
from tvist.delivery.latest import latest_challenges, latest_extension, latest_late, latest_proposal, latest_rest
from tvist.delivery.models import LetterKind
from tvist.delivery.written import Section
from tvist.procedure.codes import CodeKind, code_label
from tvist.words import Message, label, render, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.delivery.telling import About


@dataclass(frozen=True)
class Teller:
    """Speaks the words of letters as documents, `letter_document.<code>`, in the language of the letter."""

    language: str

    def __call__(self, code: str, **params: Any) -> str:
        """The words of that code."""
        return render(Message(f"letter_document.{code}", **params), self.language)

    def say(self, message: Message) -> str:
        """Words of another room."""
        return render(message, self.language)

    def row(self, code: str, value: Any) -> tuple[str, str]:
        """A label of ours and what it stands for."""
        return self(f"row.{code}"), text_of(value, self.language)


def sections_of(kind: LetterKind, party: Party, about: About, *, language: str, at: datetime) -> Iterator[Section]:
    """All sections in the order they are read, the way to the case last."""
    tell = Teller(language)
    if about.ground:
        yield _ground(about.ground, tell)
    elif kind in _DRAWN:
        yield from _DRAWN[kind](party, tell)
    yield from _own_texts(about, tell)
    yield from _sent_over(about, tell)
    yield from deadline_sections(kind, party, about, tell)
    yield from clock_section(about, tell, on=oslo_date(at))
    yield Section(title=tell("title.way"), text=tell("way", number=party.case.number))


def _own_texts(about: About, tell: Teller) -> Iterator[Section]:
    """The body's own words: what is missing, why it proposes to dismiss, what it decided."""
    texts = [(sent.kind, sent.text) for sent in about.serves if sent.party_id is None and sent.party is None and sent.text]
    for kind, text in (*texts, *([about.draft] if about.draft and about.draft[1].strip() else [])):
        yield Section(title=tell.say(Message(_TITLES[kind])), text=text)


def _sent_over(about: About, tell: Teller) -> Iterator[Section]:
    """What the parties sent, by kind, sender and day, and how many papers came with it."""
    sent = [found for found in about.serves if found.party is not None]
    if sent:
        rows = tuple(
            (
                tell.say(label(found.kind)),
                _from_whom(found, tell),
            )
            for found in sent
        )
        yield Section(title=tell("title.sent_over"), rows=rows, text=tell("read_it_there"))


def _from_whom(sent: Submission, tell: Teller) -> str:
    name, day = sent.party.name if sent.party is not None else "", oslo_date(sent.made_at)
    return (
        tell("sent_with_papers", name=name, day=day, papers=len(sent.papers))
        if sent.papers
        else tell("sent_by", name=name, day=day)
    )


def _dismissal_ground(party: Party, tell: Teller) -> Iterator[Section]:
    proposal = latest_proposal(party.case)
    if proposal is not None and proposal.ground:
        yield _ground(proposal.ground, tell)


def _ground(code: str, tell: Teller) -> Section:
    return Section(title=tell("title.ground"), rows=(tell.row("ground", code_label(CodeKind.DISMISSAL_GROUND, code)),))


def _kept(party: Party, tell: Teller) -> Iterator[Section]:
    proposal = latest_proposal(party.case)
    if proposal is not None and proposal.is_dismissed is False and proposal.decision_reasons:
        yield Section(title=tell("title.reasons"), text=proposal.decision_reasons)


def _ending(party: Party, tell: Teller) -> Iterator[Section]:
    ending = party.case.endings[-1] if party.case.endings else None
    if ending is not None and ending.ground and ending.kind == "discontinued":
        ground = code_label(CodeKind.DISCONTINUATION, ending.ground)
        yield Section(title=tell("title.ground"), rows=(tell.row("ground", ground),), text=ending.reasons)


def _extension(party: Party, tell: Teller) -> Iterator[Section]:
    """Who asked, for what, and what was ruled, with the reasons (rule 19)."""
    found = latest_extension(party.case)
    if found is None:
        return
    rows = (
        tell.row("asked_by", found.party.name),
        tell.row("asked_for", found.task.kind),
        tell.row("wanted_until", found.wanted_until),
        tell.row("granted_until" if found.granted_until else "refused", found.granted_until or found.task.due_on),
    )
    yield Section(title=tell("title.ruling"), rows=rows, text=found.ruling)


def _panel(party: Party, tell: Teller) -> Iterator[Section]:
    """Who sits, and in which seat (rule 30)."""
    seats = {seat.kind.value: seat for seat in party.case.seats_held}
    held = [seats[kind] for kind in ("leader", "free", "ks") if kind in seats]
    if held:
        seats_told = (tell.say(Message(f"opinion.seat.{seat.appointment.kind.value}.{seat.kind.value}")) for seat in held)
        rows = tuple((f"{told[:1].upper()}{told[1:]}", seat.user.name) for told, seat in zip(seats_told, held, strict=True))
        yield Section(title=tell("title.panel"), rows=rows)


def _challenges(party: Party, tell: Teller) -> Iterator[Section]:
    """How it was ruled, with the reasons: of an objection in full, of a member's own doubt the result alone (rules 29, 30)."""
    for found in latest_challenges(party.case):
        end = "stays" if found.stays else found.ended_by.value if found.ended_by else "open"
        result = tell.say(Message(f"panel.told.{end}", name=found.seat.user.name))
        given = [each for each in found.standing if each.ruled_at] if found.objection is not None else []
        rows = tuple((each.user.name, tell.say(Message(f"panel.told.view_{'stays' if each.stays else 'out'}"))) for each in given)
        reasons = [f"{each.user.name}: {each.reasons}" for each in given if each.reasons]
        yield Section(title=tell("title.ruling"), rows=rows, text="\n\n".join([result, *reasons]))


def _late(party: Party, tell: Teller) -> Iterator[Section]:
    late = latest_late(party)
    if late is not None and late.reasons:
        yield Section(title=tell("title.ruling"), text=late.reasons)


def _rest(party: Party, tell: Teller) -> Iterator[Section]:
    rest = latest_rest(party.case)
    if rest is not None:
        reason = code_label(CodeKind.RESTING_REASON, rest.reason)
        rows = (tell.row("rest_reason", reason), tell.row("rest_from", rest.from_on), tell.row("rest_until", rest.until_on))
        yield Section(title=tell("title.rest"), rows=rows)


def _reopened(party: Party, tell: Teller) -> Iterator[Section]:
    """Why, as the journal tells all who take part."""
    event = next((found for found in reversed(party.case.events) if found.act is Act.REOPEN), None)
    reason = str(event.said.params.get("reason", "")) if event is not None else ""
    if reason:
        yield Section(title=tell("title.reasons"), text=reason)


def _correction(party: Party, tell: Teller) -> Iterator[Section]:
    """What was wrong and what is put right, as it prints in the new version (rule 40)."""
    corrections = party.case.decision.corrections if party.case.decision is not None else []
    if corrections:
        version = tell.row("version", str(corrections[-1].version))
        yield Section(title=tell("title.correction"), rows=(version,), text=corrections[-1].words)


def _opinion(party: Party, tell: Teller) -> Iterator[Section]:
    """The day it was issued; the opinion itself is read in the case."""
    issued_at = _issued_at(party.case)
    if issued_at is not None:
        yield Section(title=tell("title.opinion"), rows=(tell.row("issued_on", oslo_date(issued_at)),))


def _issued_at(case: Case) -> datetime | None:
    return case.decision.issued_at if case.decision is not None else None


_TITLES: Final = {
    SubmissionKind.DEFICIENCY_LETTER: "letter_document.title.missing",
    SubmissionKind.DISMISSAL_PROPOSAL: "letter_document.title.reasons",
    SubmissionKind.DISMISSAL: "letter_document.title.reasons",
    SubmissionKind.NEW_LOOK_DECISION: "letter_document.title.reasons",
    SubmissionKind.NEW_TREATMENT_DECISION: "letter_document.title.reasons",
    SubmissionKind.BODY_LETTER: "letter_document.title.text",
}
_DRAWN: Final[dict[LetterKind, Callable[[Party, Teller], Iterator[Section]]]] = {
    LetterKind.DISMISSAL_PROPOSED: _dismissal_ground,
    LetterKind.DISMISSED: _dismissal_ground,
    LetterKind.KEPT: _kept,
    LetterKind.DISCONTINUED: _ending,
    LetterKind.EXTENSION_GRANTED: _extension,
    LetterKind.EXTENSION_REFUSED: _extension,
    LetterKind.PANEL_SEATED: _panel,
    LetterKind.REFERRED: _panel,
    LetterKind.CHALLENGE_RULED: _challenges,
    LetterKind.LATE_ADMITTED: _late,
    LetterKind.LATE_REFUSED: _late,
    LetterKind.RESTING: _rest,
    LetterKind.REOPENED: _reopened,
    LetterKind.OPINION_ISSUED: _opinion,
    LetterKind.OPINION_CORRECTED: _correction,
    LetterKind.FOLLOW_UP: _opinion,
}
