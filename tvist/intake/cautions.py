"""What a filer and the secretariat should know about a request that is in order: warnings, which block nothing (rules 3, 7, 12)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tvist.cases.money import AmountUnit, rounded
from tvist.documents.models import PaperKind
from tvist.intake.parties import is_municipality, place_on
from tvist.intake.petition import GUIDE
from tvist.intake.reading import Fault
from tvist.intake.shares_offered import family_of
from tvist.procedure.shares import municipal_share
from tvist.register.regions import possible_regions, state_region
from tvist.register.state_tasks import holds_state_tasks
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from tvist.intake.models import Draft
    from tvist.intake.petition import Petition


def warnings(petition: Petition, on: date) -> list[Fault]:
    """Each warning with the path of the field that it is about."""
    return [*_of_parties(petition, on), *_of_lines(petition, on)]


def away_from_here(typed: Mapping[str, Any]) -> list[str]:
    """The questions of the guide whose answers say that this is not the right place (rules 1, 2, 10)."""
    guide, courts = typed.get("guide"), typed.get("before_courts")
    found = [name for name in GUIDE if isinstance(guide, dict) and guide.get(name) is False]
    return found + (["before_courts"] if isinstance(courts, dict) and courts.get("yes") is True else [])


def warnings_of_draft(draft: Draft) -> list[Fault]:
    """What the filer should know before sending, also while something is missing: no paper of authority, or answers that point elsewhere."""
    away = [name for name in away_from_here(draft.typed) if name != "before_courts"]
    found = [Fault(f"guide.{name}", Message(f"intake.warning.{name}")) for name in away]
    if not any(paper.kind is PaperKind.DELEGATION for paper in draft.papers):
        found.append(Fault("authority", Message("intake.warning.no_delegation")))
    return found


def _of_parties(petition: Petition, on: date) -> Iterator[Fault]:
    state = state_region(petition.state)
    side = "opposing" if petition.state in petition.opposing else "requesting"
    for number in petition.municipalities:
        place = place_on(number, on)
        if place is None or petition.state == "bufdir":
            continue
        regions = possible_regions(place.number, on)
        if regions and state not in regions:
            known = Message(
                "intake.warning.other_region", name=place.name, region=[region.name for region in regions], named=state.name
            )
            yield Fault(f"parties.{side}[0]", known)
    if not petition.other_side_reference and not petition.has_identity:
        yield Fault("child.other_side_reference", Message("intake.warning.only_own_reference"))
    if petition.is_before_courts:
        yield Fault("before_courts.yes", Message("intake.warning.before_courts"))


def _of_lines(petition: Petition, on: date) -> Iterator[Fault]:
    told: set[Message] = set()
    for place, line in enumerate(petition.lines):
        until = line.counted_until or on
        if is_municipality(line.municipality):
            held = holds_state_tasks(line.municipality, line.from_on, max(line.from_on, until))
            if held and held not in told:
                told.add(held)
                yield Fault(f"lines[{place}].municipality", held)
        if line.amount and line.paid_ore > line.amount.ore:
            yield Fault(f"lines[{place}].paid", Message("intake.warning.paid_more", ore=Ore(line.amount.ore)))
        share = municipal_share(line.measure, line.from_on, placed_on=petition.placed_on, family=family_of(asdict(line)))
        if share is not None and (line.unit, line.rate_ore) != (AmountUnit.MONTH, rounded(share.month_ore)):
            known = Message("intake.warning.known_share", ore=Ore(int(share.month_ore)), on=line.from_on)
            yield Fault(f"lines[{place}].rate", known)
