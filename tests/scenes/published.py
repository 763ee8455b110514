"""The register of published opinions: `first` by the real acts, and `more` of them as rows."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.kept import kept
from tests.scenes.publication import begun
from tests.scenes.submissions import DAY
from tvist.anonymity.kinds import MarkKind
from tvist.publication.actions import approve, submit
from tvist.publication.facts import facts_of
from tvist.publication.job import publish_job
from tvist.publication.marking import Decided, decide
from tvist.publication.models import Publication, PublicationFact
from tvist.published.outputs import outputs_of
from tvist.search.index import index
from tvist.search.models import Readers, SearchedThing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.installation import Installation

Record = dict[str, Any]


@kept
def first(session: Session, cast: Cast, installation: Installation, **changes: Any) -> Publication:
    """An opinion whose days of the lines stay readable; all else that is proposed is hidden, searched for in all that is served, and released. Commits."""
    made = begun(session, cast, installation, **changes)
    people, at = present(session, cast), NOON + DAY
    wanted = {mark.public_id: Decided(hides=mark.kind is not MarkKind.DATE, replacement=mark.replacement) for mark in made.marks}
    decide(made, wanted, by=people.siri, at=at)
    submit(made, by=people.siri, at=at)
    approve(made, by=people.stein, at=at)
    session.commit()
    publish_job(installation, made.id, at, told=partial(outputs_of, base_url=installation.config.base_url))
    session.expire_all()
    assert made.number, made.return_reasons
    session.commit()
    return made


def more(
    session: Session,
    installation: Installation,
    like: Publication,
    count: int = 1,
    *,
    change: Callable[[Record, int], None] = lambda _record, _place: None,
    indexed: bool = False,
) -> list[Publication]:
    """`count` further opinions in the register, each the released `like` with a number of its own and what `change(record, place)` does to it. Commits."""
    begin = max(each.serial or 0 for each in session.query(Publication).all())
    made = [_copied(like, begin + place, change, place) for place in range(1, count + 1)]
    session.add_all(made)
    session.flush()
    for each in made if indexed else ():
        text = "\n".join(each.record["sections"].values())
        who = {Readers.PUBLIC}
        kind = SearchedThing.PUBLICATION
        index(session, installation.keys, thing_kind=kind, thing_id=each.id, case_id=each.case_id, readers=who, text=text)
    session.commit()
    return made


def _copied(first: Publication, serial: int, change: Callable[[Record, int], None], place: int) -> Publication:
    record = json.loads(first.frozen or "")
    record["publication"]["number"] = record["number"] = f"BTN-{first.year}-{serial}"
    change(record, place)
    made = Publication(
        decision=first.decision,
        decision_version=first.decision_version + serial,
        language=record["language"],
        begun_at=NOON,
        begun_by_id=first.begun_by_id,
        submitted_at=NOON,
        submitted_by_id=first.submitted_by_id,
        approved_at=NOON,
        approved_by_id=first.approved_by_id,
        released_at=(first.released_at or NOON) + timedelta(minutes=place),
        year=first.year,
        serial=serial,
        frozen=json.dumps(record),
        blob_id=f"none-{serial}",
    )
    made.facts = [PublicationFact(kind=kind, value=value) for kind, value in facts_of(record, first.decision)]
    return made
