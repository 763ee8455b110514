"""Begin a request from an earlier case of the same organisation: parties, representative, authority, and the measures and bases of its lines.

Never the child, never the facts, never sums or dates. What is typed already stays: only empty places are filled. Start at `taken_over`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tvist.cases.models import Case, Party
from tvist.cases.queries import knows_file, visible_to
from tvist.intake.parties import is_municipality, place_on
from tvist.intake.steps import lines_of
from tvist.procedure.codes import CodeKind, is_code

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.intake.models import Draft
    from tvist.intake.petition import Petition

MOST_CASES: Final = 50
OF_LINES: Final = ("municipality", "measure", "measure_words", "state_basis", "municipal_basis", "basis_words")


@dataclass(frozen=True, slots=True)
class Prefill:
    """The draft's text with what was taken over in it; which parts were (`taken`), and which stay as they are typed (`kept`)."""

    typed: dict[str, Any]
    taken: tuple[str, ...]
    kept: tuple[str, ...]
    lines: tuple[dict[str, Any], ...]


def earlier_cases(session: Session, draft: Draft, user: User, on: date) -> list[Case]:
    """The cases that the organisation of the draft has filed and the person may open and read, the newest first."""
    filed = sa.exists().where(Party.case_id == Case.id, Party.position == 1, Party.organisation_id == draft.organisation_id)
    query = (
        sa.select(Case)
        .where(filed, visible_to(user, on), knows_file(user, on), Case.petition.has())
        .options(selectinload(Case.petition), selectinload(Case.parties))
        .order_by(Case.year.desc(), Case.serial.desc())
        .limit(MOST_CASES)
    )
    return list(session.scalars(query))


def taken_over(typed: Mapping[str, Any], earlier: Petition, *, on: date, connected: Collection[str]) -> Prefill:
    """What an earlier request gives to a draft. A party that is gone, and a code no longer in use, is not taken over."""
    raw = copy.deepcopy(dict(typed))
    parties = raw.setdefault("parties", {})
    lines = _lines(earlier, on)
    joined, opposing = (
        [code for code in codes if _is_here(code, on, connected)] for codes in (earlier.requesting[1:], earlier.opposing)
    )
    sides = [list(parties.get(side) or []) for side in ("requesting", "opposing")]
    own = sides[0][:1] or [earlier.requesting[0]]
    there = {
        "joined": any(sides[0][1:]),
        "opposing": any(sides[1]),
        "representative": bool(parties.get("representative")),
        "authority": bool(raw.get("authority")),
        "lines": bool(lines_of(raw)),
    }
    given: dict[str, dict[str, Any]] = {
        "joined": {"requesting": [*own, *joined]} if joined else {},
        "opposing": {"opposing": opposing} if opposing else {},
        "representative": {"representative": earlier.representative},
        "authority": {"authority": earlier.authority},
        "lines": {"lines": lines} if lines else {},
    }
    taken = [name for name, change in given.items() if change and not there[name]]
    for name in taken:
        (raw if name in {"authority", "lines"} else parties).update(given[name])
    kept = [name for name, change in given.items() if change and there[name]]
    return Prefill(raw, tuple(taken), tuple(kept), tuple(lines))


def _lines(earlier: Petition, on: date) -> list[dict[str, Any]]:
    """A line for each measure with its bases, each once: without days, sums and who has paid."""
    found: list[dict[str, Any]] = []
    for line in earlier.lines:
        raw = {name: getattr(line, name) for name in OF_LINES}
        for name, kind in (
            ("measure", CodeKind.MEASURE),
            ("state_basis", CodeKind.STATE_BASIS),
            ("municipal_basis", CodeKind.MUNICIPAL_BASIS),
        ):
            if not is_code(kind, raw[name], on):
                raw[name] = ""
        if raw not in found:
            found.append(raw)
    return found


def _is_here(code: str, on: date, connected: Collection[str]) -> bool:
    """Whether the party exists that day and can be served."""
    return code in connected and (not is_municipality(code) or place_on(code, on) is not None)
