"""The settings of the procedure, dated: the one table of the numbers and choices that rules.md marks as OURS.

A case follows the rules in force on the day it was registered; a change is a new row, and the old one gets an end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from tvist.errors import NotFound
from tvist.procedure.lengths import Length, Unit
from tvist.procedure.tables import within


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The rules in force from `valid_from` to `valid_to`, both included; None while they last. Sums in øre, sizes in bytes."""

    valid_from: date
    valid_to: date | None

    # Screening (rule 16). How long one may ask for a new look at a dismissal is our own choice.
    screening_target: Length
    deficiency_length: Length
    dismissal_comment_length: Length
    new_look_length: Length

    # Exchange of submissions (rule 19).
    response_length: Length
    comment_rounds: int
    comment_length: Length
    table_length: Length
    longest_extension: Length
    longest_rest: Length
    reminders: tuple[int, ...]
    """How many working days before a last day the party is reminded."""

    # The panel (rules 27, 29, 30 and 32).
    members_finish_referred_cases: bool
    former_employer_years: int
    employers_confirmed_every: Length
    gap_warning: Length
    objection_length: Length
    ruling_target: Length
    late_comment_length: Length
    copy_lasts: Length
    panel_target: Length
    issue_target: Length

    # After the opinion (rules 40 and 41).
    new_treatment_length: Length
    follow_up: tuple[Length, ...]
    follow_up_late: Length
    """How long after its day a party is still asked, as after a time in which the worker was away. Ours, as the times themselves are."""

    # Who works for an organisation (rule 5).
    colleagues_confirmed_every: Length
    colleagues_asked: tuple[Length, ...]
    """How long before the last day an organisation is asked to confirm its people, and reminded; longest first. With the last letter each who
    is not confirmed is told too."""

    # Limitation, shown on each claim line (rule 13).
    limitation_length: Length

    # Publication (rule 46).
    fewest_alike: int
    """How many municipalities, or known cases of the body, must fit what a public opinion tells, so that it singles nobody out."""

    # What can be sent in. A sum above the largest is taken for a slip of the keyboard.
    largest_sum_ore: int
    largest_file_bytes: int
    largest_sending_bytes: int
    largest_case_bytes: int
    most_papers: int
    most_claim_lines: int
    most_facts: int
    longest_text: int
    longest_line: int


PROCEDURES: Final = (
    Procedure(
        valid_from=date(2010, 1, 1),
        valid_to=None,
        screening_target=Length(10, Unit.WORKING_DAYS),
        deficiency_length=Length(3, Unit.WEEKS),
        dismissal_comment_length=Length(2, Unit.WEEKS),
        new_look_length=Length(3, Unit.WEEKS),
        response_length=Length(4, Unit.WEEKS),
        comment_rounds=2,
        comment_length=Length(2, Unit.WEEKS),
        table_length=Length(1, Unit.WEEKS),
        longest_extension=Length(3, Unit.MONTHS),
        longest_rest=Length(6, Unit.MONTHS),
        reminders=(5, 1),
        members_finish_referred_cases=True,
        former_employer_years=2,
        employers_confirmed_every=Length(1, Unit.YEARS),
        colleagues_confirmed_every=Length(1, Unit.YEARS),
        colleagues_asked=(Length(6, Unit.WEEKS), Length(3, Unit.WEEKS), Length(1, Unit.WEEKS)),
        gap_warning=Length(3, Unit.MONTHS),
        objection_length=Length(1, Unit.WEEKS),
        ruling_target=Length(1, Unit.WEEKS),
        late_comment_length=Length(2, Unit.WEEKS),
        copy_lasts=Length(6, Unit.WEEKS),
        panel_target=Length(6, Unit.WEEKS),
        issue_target=Length(2, Unit.WEEKS),
        new_treatment_length=Length(3, Unit.MONTHS),
        follow_up=(Length(1, Unit.MONTHS), Length(6, Unit.MONTHS), Length(12, Unit.MONTHS)),
        follow_up_late=Length(1, Unit.MONTHS),
        limitation_length=Length(3, Unit.YEARS),
        fewest_alike=5,
        largest_sum_ore=1_000_000_000_00,
        largest_file_bytes=50_000_000,
        largest_sending_bytes=500_000_000,
        largest_case_bytes=500_000_000,
        most_papers=300,
        most_claim_lines=200,
        most_facts=300,
        longest_text=50_000,
        longest_line=300,
    ),
)


def procedure_on(day: date) -> Procedure:
    """The rules in force on `day`. Raises NotFound for a day before the body existed (2010)."""
    for rules in PROCEDURES:
        if within(day, rules.valid_from, rules.valid_to):
            return rules
    raise NotFound(f"rules of procedure on {day.isoformat()}")
