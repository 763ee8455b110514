"""What stands in the way is said in the form that was sent, with what was typed still in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.lifecycle import obstacles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tvist.access.policy import Act
    from tvist.cases.models import Case
    from tvist.web.forms import TvistForm
    from tvist.words import Message


def refused(form: TvistForm, case: Case, act: Act) -> bool:
    """Whether something stands in the way of the act; it is shown above what was typed."""
    return blamed(form, obstacles(case, act))


def blamed(form: TvistForm, faults: Iterable[Message], field: str | None = None) -> bool:
    """Show what the rules found, at a field or above the form; returns whether there was something."""
    found = list(faults)
    for message in found:
        form.blame(message, field)
    return bool(found)


def blamed_beside(form: TvistForm, faults: Iterable[Message], fields: Mapping[str, str]) -> bool:
    """Show each fault beside its field, which `fields` names by the fault's code, or above the form; returns whether there was one."""
    found = list(faults)
    for message in found:
        form.blame(message, fields.get(message.code))
    return bool(found)
