"""What the pages of a request show beside the fields: choices, faults at their fields, progress, and what a colleague saved meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.accounts.models import OrganisationKind
from tvist.intake.forms import MOST_JOINED, MOST_OPPOSING
from tvist.intake.petition import Petition
from tvist.intake.queries import parties_to_choose
from tvist.intake.steps import ANSWERS, STEPS, Step, place_of
from tvist.register.municipalities import all_municipalities
from tvist.web.forms import choices
from tvist.web.session import say, t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session
    from wtforms import Field

    from tvist.accounts.models import Organisation
    from tvist.intake.models import Draft
    from tvist.intake.petition import Fault
    from tvist.web.forms import TvistForm

GROUPS: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "place": (
        ("guide", ("concrete", "both_acts", "against_state", "tried", "before_courts", "courts_words")),
        ("why", ("both_limbs",)),
    ),
    "parties": (
        ("who", ("opposing_1", "opposing_2", "opposing_3", "opposing_4", "joined_1", "joined_2")),
        ("for_you", ("representative", "authority", "own_reference", "language")),
    ),
    "child": (("child", ("birth_year", "other_side_reference", "address_secret", "placed_on")),),
    "facts": (("what", ("subject", "background")), ("views", ("agreed", "disputed")), ("claim", ("argument", "claim"))),
    "settlement": (
        ("settlement", ("tried_on", "tried_by", "tried_words")),
        ("limitation", ("limitation_words", "limitation_until")),
        ("meanwhile", ("pays_meanwhile",)),
    ),
    "fact": (("when", ("fact_on", "fact_until")), ("words", ("fact_words",)), ("where", ("fact_paper", "fact_page"))),
    "line": (
        ("measure", ("measure", "measure_words", "caregivers", "children", "municipality")),
        ("period", ("from_on", "to_on", "runs", "known_until")),
        ("sum", ("unit", "rate", "count")),
        ("bears", ("should_bear", "paid_by", "paid")),
        ("basis", ("state_basis", "municipal_basis", "basis_words")),
    ),
}


@dataclass(frozen=True)
class Progress:
    """How far a step is: how much of it is missing, how much is wrong."""

    step: Step
    gaps: int
    wrong: int

    @property
    def state(self) -> str:
        """`wrong`, `gaps` or `done`."""
        return "wrong" if self.wrong else "gaps" if self.gaps else "done"


def progress_of(found: Petition | list[Fault]) -> list[Progress]:
    """Each step of the request. Papers are never missing: a request may have none."""
    faults = [] if isinstance(found, Petition) else found
    by_step: dict[str, list[Fault]] = {step.name: [] for step in STEPS}
    for fault in faults:
        by_step[place_of(fault.path)[0]].append(fault)
    return [
        Progress(step, sum(fault.is_gap for fault in by_step[step.name]), sum(not fault.is_gap for fault in by_step[step.name]))
        for step in STEPS
    ]


def blame_faults(
    form: TvistForm | None, found: Petition | list[Fault], step: Step, *, with_gaps: bool, line: int | None = None
) -> list[Fault]:
    """Show the faults of a step (or of one line of it) at their fields; returns them. Without a form they are only found."""
    own = []
    for fault in [] if isinstance(found, Petition) else found:
        name, place, field = place_of(fault.path)
        if name != step.name or place != line or (fault.is_gap and not with_gaps):
            continue
        own.append(fault)
        if form is not None:
            form.blame(fault.message, field)
    return own


def groups_of(step: Step, form: TvistForm) -> list[tuple[str, list[Field]]]:
    """The fields of a form under their headings."""
    return groups_named(step.name, form)


def groups_named(name: str, form: TvistForm) -> list[tuple[str, list[Field]]]:
    """The fields of a form under the headings of that name."""
    return [(heading, [form[field] for field in fields if field in form]) for heading, fields in GROUPS[name]]


def choose_parties(form: Any, draft: Draft, session: Session) -> None:
    """Offer the other side: the state's offices to a municipality, the municipalities to the state; and take away what does not apply."""
    files_for_state = draft.organisation.kind is OrganisationKind.STATE
    there = [found for found in parties_to_choose(session) if found.id != draft.organisation_id]
    nobody = [("", t("intake.choose"))]
    state = choices(nobody + names_apart(found for found in there if found.kind is OrganisationKind.STATE))
    municipalities = choices(nobody + names_apart(found for found in there if found.kind is OrganisationKind.MUNICIPALITY))
    for place in range(1, MOST_OPPOSING + 1):
        if place > 1 and not files_for_state:
            del form[f"opposing_{place}"]
        else:
            form[f"opposing_{place}"].choices = municipalities if files_for_state else state
    for place in range(1, MOST_JOINED + 1):
        if files_for_state:
            del form[f"joined_{place}"]
        else:
            form[f"joined_{place}"].choices = municipalities


def names_apart(organisations: Iterable[Organisation]) -> list[tuple[str, str]]:
    """Codes and names to choose from. A name that several have had over the years comes with the number, and the last year of one that is no more."""
    there = [(found.code or "", found.name) for found in organisations]
    bearers = Counter(name for _, name in there)
    return [(code, name if bearers[name] == 1 else _with_number(code, name)) for code, name in there]


def _with_number(code: str, name: str) -> str:
    ends = [row.valid_to for row in all_municipalities() if row.number == code]
    last = max((end for end in ends if end), default=None)
    if last is None or None in ends:
        return t("intake.name_with_number", name=name, number=code)
    return t("intake.name_until", name=name, number=code, year=str(last.year))


def differences(form: TvistForm, saved: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What somebody saved meanwhile and this page does not have: name of the field, and the saved text."""
    changed = []
    for name, value in saved.items():
        if name in form and (form[name].data or "") != value:
            text = t("intake.yes") if value is True else t("intake.no") if value is False else str(value)
            changed.append((str(form[name].label.text), text or t("intake.empty")))
    return changed


def told_at_fields(faults: Sequence[Fault]) -> list[tuple[str, int | None, str | None, str]]:
    """Faults or warnings for a list with links: step, line, field, text; in the order of the steps."""
    order = {step.name: place for place, step in enumerate(STEPS)}
    return sorted(((*place_of(fault.path), told(fault)) for fault in faults), key=lambda each: (order[each[0]], each[1] or 0))


def told(fault: Fault) -> str:
    """A fault in words that can stand away from its field: what is missing names it, what is wrong is told with the field's name."""
    field = place_of(fault.path)[2]
    if fault.is_gap or field is None or field in ANSWERS:
        return say(fault.message)
    name = {"from_on": "from", "to_on": "to"}.get(field, field.rstrip("_1234"))
    return t("intake.at_field", field=t(f"intake.field.{name}"), what=fault.message)


def other_party_codes(draft: Draft) -> list[str]:
    """The municipality numbers that are named as parties in the draft so far."""
    parties = draft.typed.get("parties", {})
    named = [*parties.get("requesting", ()), *parties.get("opposing", ())]
    return [code for code in dict.fromkeys(named) if isinstance(code, str) and code.isdigit()]
