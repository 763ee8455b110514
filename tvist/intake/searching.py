"""What is about to be sent is searched for what tells who the child is (rules 6-8): each thing found waits for a decision of the sender's.

A thing found is told once for all the places where it stands, with the words around it. The sender puts other words in its place, takes it out, or
keeps it for a reason that the secretariat reads. `Search` does it for whatever text has a `Place`: a field of a form, a field of a draft, a title.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.anonymity.finding import FindingKind, Found, Sought, found_in, put_out
from tvist.cases.models import Case
from tvist.intake.identity import identity_of_draft, open_sealed
from tvist.intake.models import Draft, KeptFinding
from tvist.vault.sealed import keyed
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.submissions import Submission
    from tvist.vault.keys import MasterKeys

REPLACE, REMOVE, KEEP = "replace", "remove", "keep"
CHOICES: Final = (REPLACE, REMOVE, KEEP)
DECIDED: Final = ("_found_", "_instead_", "_why_", "_looked_")
"""What the fields of a form begin with by which the sender decides."""
KEY_PURPOSE: Final = "finding"
LONGEST_REASON: Final = 500
MOST_SHOWN: Final = 5
"""So many places of one thing are shown with the words around it; the others are counted."""
BOX: Final = "■■■"


class Place(Protocol):
    """A text that is about to be sent, and what it is called."""

    @property
    def label(self) -> Message:
        """What it is called."""
        ...

    @property
    def is_title(self) -> bool:
        """Whether it is the title of a paper, where small letters say nothing of names."""
        ...

    @property
    def text(self) -> str:
        """As it stands."""
        ...

    def put(self, text: str) -> None:
        """Let another text stand there."""
        ...


@dataclass
class Group:
    """One thing that was found, in all its places, and what the sender decides about it."""

    id: str
    kind: FindingKind
    places: list[tuple[Place, Found]] = field(default_factory=list)
    choice: str = ""
    instead: str = ""
    reason: str = ""
    fault: Message | None = None

    @property
    def shown(self) -> list[tuple[Place, Found]]:
        """Those that are shown with the words around them."""
        return self.places[:MOST_SHOWN]

    @property
    def more(self) -> int:
        """How many places are not shown."""
        return max(len(self.places) - MOST_SHOWN, 0)


class Search:
    """One search of all that goes with one sending: `put_out` does what was decided, `find` tells what is left, `undecided` what stops the sending."""

    def __init__(self, keys: MasterKeys, sought: Sought, decided: Mapping[str, str], *, keep_all: str = "") -> None:
        """`decided`: the fields of the form, of which `_found_<id>` and those beside it tell what the sender decided.

        `keep_all`: a reason for which all of it is kept, where nobody is there to be asked one by one.
        """
        self._keys, self._sought, self._decided, self._keep_all = keys, sought, decided, keep_all
        self.groups: list[Group] = []

    def put_out(self, places: Iterable[Place]) -> None:
        """Put other words, or nothing, in the place of what was found, as far as the sender has decided so."""
        for place in places:
            text = place.text
            found = found_in(text, self._sought, is_title=place.is_title)
            changed = put_out(text, found, self._instead) if found else text
            if changed != text:
                place.put(changed)

    def find(self, places: Iterable[Place]) -> None:
        """Find what stands there now."""
        groups: dict[str, Group] = {}
        for place in places:
            for found in found_in(place.text, self._sought, is_title=place.is_title):
                name = self.id_of(found)
                group = groups.setdefault(name, self._group(name, found.kind))
                group.places.append((place, found))
        self.groups = list(groups.values())

    @property
    def undecided(self) -> list[Group]:
        """What stops the sending: not decided, or kept without a reason that may be read."""
        return [group for group in self.groups if group.choice != KEEP or group.fault]

    @property
    def kept_ids(self) -> frozenset[str]:
        """Of what the sender keeps."""
        return frozenset(group.id for group in self.groups if group.choice == KEEP and not group.fault)

    def notes(self, case: Case, *, by: User, at: datetime, submission: Submission | None = None) -> list[KeptFinding]:
        """What was kept, for the secretariat: a row for each place that holds it."""
        rows: dict[tuple[str, str], KeptFinding] = {}
        for group in self.groups:
            for place, found in group.places:
                row = rows.setdefault(
                    (group.id, repr(place.label)),
                    KeptFinding(
                        case=case,
                        submission=submission,
                        place=place.label,
                        kind=found.kind,
                        count=0,
                        reason=group.reason,
                        by=by,
                        at=at,
                    ),
                )
                row.count += 1
        return list(rows.values())

    def id_of(self, found: Found) -> str:
        """A name for what was found that tells nothing of it."""
        return keyed(self._keys, KEY_PURPOSE, found.key.encode(), 16).hex()

    def masked(self, text: str) -> str:
        """The text with a box for all that was found and not kept: what lies on as an earlier text tells no more than what was sent."""
        kept = self.kept_ids
        return put_out(text, found_in(text, self._sought), lambda found: None if self.id_of(found) in kept else BOX)

    def reads_well(self, text: str) -> bool:
        """Whether a reason tells nothing itself."""
        return not found_in(text, self._sought)

    def _group(self, name: str, kind: FindingKind) -> Group:
        choice, reason = self._decided.get(f"_found_{name}", ""), self._said(f"_why_{name}")
        if self._keep_all:
            choice, reason = KEEP, self._keep_all[:LONGEST_REASON]
        group = Group(
            name, kind, choice=choice if choice in CHOICES else "", instead=self._said(f"_instead_{name}"), reason=reason
        )
        if group.choice == KEEP:
            group.fault = fault_in_reason(self, reason)
        return group

    def _said(self, name: str) -> str:
        return self._decided.get(name, "").strip()[:LONGEST_REASON]

    def _instead(self, found: Found) -> str | None:
        name = self.id_of(found)
        choice = self._decided.get(f"_found_{name}", "")
        if choice == REPLACE:
            return self._said(f"_instead_{name}") or None
        return "" if choice == REMOVE else None


def fault_in_reason(search: Search, reason: str) -> Message | None:
    """Why this is no reason to keep something: there is none, or it tells what should not be told."""
    if not reason:
        return Message("anonymity.say_why")
    return None if search.reads_well(reason) else Message("anonymity.reason_tells")


def sought_of(thing: object, keys: MasterKeys, kinds: frozenset[FindingKind] = frozenset(FindingKind)) -> Sought:
    """What is sought in what is written about the thing: the name that lies sealed in its case or draft, if the kinds ask for it.

    Nobody opens the seal by this: the name stays in the program, and a match is told as the sender's own words.
    """
    draft = thing if isinstance(thing, Draft) else None
    case = case_of(thing)
    identity = None
    if FindingKind.CHILD in kinds:
        if case is not None and case.child_identity is not None:
            identity = open_sealed(keys, case.child_identity)
        elif draft is not None:
            identity = identity_of_draft(keys, draft)
    parties = tuple(party.name for party in case.parties) if case is not None and case.is_address_secret else None
    if draft is not None and draft.typed.get("child", {}).get("address_secret") is True:
        parties = (draft.organisation.name,)
    return Sought(identity.name if identity else "", kinds, parties)


def case_of(thing: object) -> Case | None:
    """The case that the thing is of; None for a request that is none yet, and for what is of no case."""
    if thing is None or isinstance(thing, Case):
        return thing
    for name in ("case", "in_case", "submission", "paper"):
        if (found := getattr(thing, name, None)) is not None:
            return case_of(found)
    return None


def mask_earlier_texts(draft: Draft, search: Search) -> None:
    """Take what was put out of a sending out of its draft as well: out of what is kept of it, and of its earlier texts (rule 6)."""
    typed = masked_in(draft.typed, search.masked)
    if typed != draft.typed:
        draft.typed = typed
    for change in draft.changes:
        before, value = masked_in(change.before, search.masked), masked_in(change.value, search.masked)
        if before != change.before:
            change.before = before
        if value != change.value:
            change.value = value


def masked_in(value: Any, mask: Callable[[str], str]) -> Any:
    """The value with each text in it masked, however deep it lies."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: masked_in(inner, mask) for name, inner in value.items()}
    return [masked_in(inner, mask) for inner in value] if isinstance(value, list) else value


def kept_findings(session: Session, submissions: Sequence[Submission]) -> list[KeptFinding]:
    """What was kept in these sendings, for the secretariat (rule 20)."""
    query = sa.select(KeptFinding).where(KeptFinding.submission_id.in_([found.id for found in submissions]))
    return list(session.scalars(query.options(joinedload(KeptFinding.paper)).order_by(KeptFinding.id)))
