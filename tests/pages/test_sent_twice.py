"""What is sent is sent once: by a double click, a reload, two tabs and a retry, all at the same moment and once more afterwards."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.conftest import _sign_in, _token
from tests.pages.test_exchange import response
from tests.pages.test_filing import begun, written
from tests.scenes.decision import present
from tests.scenes.decision import written as text_written
from tests.scenes.intake import accepted, declared
from tests.scenes.kept import lately
from tests.scenes.publication import submitted
from tests.scenes.submissions import answered
from tvist.cases.clocks import Extension
from tvist.cases.models import Case
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.clock import now
from tvist.decision.models import Approval
from tvist.decision.record import text_hash
from tvist.delivery.models import Letter, LetterKind
from tvist.documents.models import Paper
from tvist.publication.models import Publication

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.people import Cast
    from tvist.accounts.models import User
    from tvist.db import Database
    from tvist.installation import Installation


@dataclass(frozen=True)
class World:
    """What a scene is made in."""

    cast: Cast
    installation: Installation
    ask: Any

    @property
    def database(self) -> Database:
        return self.installation.database


@dataclass(frozen=True)
class Sending:
    """One thing that is sent, by whom, and the question whose answer must be one."""

    user: User
    url: str
    count: Any
    fields: dict[str, Any] = field(default_factory=dict)
    files: bool = False


def how_many(table: Any, *where: Any) -> Any:
    return sa.select(sa.func.count()).select_from(table).where(*where)


def of_kind(kind: SubmissionKind) -> Any:
    return how_many(Submission, Submission.kind == kind)


def a_request(world: World) -> Sending:
    return Sending(world.cast.asta, f"{written(world.ask, world.cast.asta)}/send", how_many(Case))


def a_draft(world: World) -> Sending:
    """Two tabs would begin two drafts, and rightly; the very same form begins one."""
    return Sending(world.cast.asta, f"{begun(world.ask, world.cast.asta)}/papers", how_many(Paper), files=True)


def in_exchange(world: World, scene: Callable[..., Case] = accepted) -> Case:
    with world.database.writing() as session:
        case = scene(session, present(session, world.cast), at=lately())
        session.commit()
        return case


def a_response(world: World) -> Sending:
    case = in_exchange(world)
    return Sending(world.cast.bo, f"/cases/{case.slug}/respond", of_kind(SubmissionKind.RESPONSE), response(world.database, case))


def comments(world: World) -> Sending:
    case = in_exchange(world, answered)
    return Sending(
        world.cast.asta, f"/cases/{case.slug}/comment", of_kind(SubmissionKind.COMMENTS), {"text": "Helsetiltaket var avsluttet."}
    )


def a_withdrawal(world: World) -> Sending:
    case = in_exchange(world)
    fields = {"reasons": "Vi er blitt enige.", "sure": "y"}
    return Sending(world.cast.asta, f"/cases/{case.slug}/withdraw", of_kind(SubmissionKind.WITHDRAWAL), fields)


def an_extension(world: World) -> Sending:
    case = in_exchange(world)
    with world.database.reading() as session:
        due = max(task.due_on for task in session.get_one(Case, case.id).open_tasks if task.party_id and task.due_on)
    wanted = due.replace(year=due.year + (due.month == 12), month=due.month % 12 + 1, day=15)
    fields = {"wanted_until": f"{wanted:%d.%m.%Y}", "reason": "Ferie.", "until": f"{wanted:%d.%m.%Y}"}
    return Sending(world.cast.bo, f"/cases/{case.slug}/extension", how_many(Extension), fields)


def an_approval(world: World) -> Sending:
    with world.database.writing() as session:
        case = text_written(session, world.cast, world.installation)
        sha256 = text_hash(case, world.installation.keys)
        session.commit()
        url = f"/cases/{case.slug}/decision/approve"
    return Sending(world.cast.cato, url, how_many(Approval), {"text_sha256": sha256})


def a_letter(world: World) -> Sending:
    with world.database.writing() as session:
        here = present(session, world.cast)
        case = declared(accepted(session, here, at=lately()), here.stein, at=now())
        session.commit()
        url, party = f"/cases/{case.slug}/letter", case.parties[0].public_id
    world.ask("POST", url, as_=world.cast.siri, data={"text": "Send oss vedtaket.", "to": [party]})
    return Sending(world.cast.siri, f"{url}/preview", how_many(Letter, Letter.kind == LetterKind.BODY_LETTER))


def a_release(world: World) -> Sending:
    with world.database.writing() as session:
        found = submitted(session, world.cast, world.installation)
        session.commit()
        url = f"/publications/{found.public_id}/approve"
    return Sending(world.cast.stein, url, how_many(Publication, Publication.approved_at.is_not(None)))


SENT = (a_request, a_draft, a_response, comments, a_withdrawal, an_extension, an_approval, a_letter, a_release)


@pytest.mark.parametrize("made", SENT, ids=lambda made: made.__name__)
def test_it_is_done_once(made: Callable[[World], Sending], app: Flask, installation: Installation, cast: Cast, ask: Any) -> None:
    sending = made(World(cast, installation, ask))
    # A double click carries one key; another tab has its own; two tabs with a file each are two files.
    keys = ("same-key", "same-key") if sending.files else ("same-key", "same-key", "another-tab")

    first = at_once(app, installation, sending, keys)
    again = at_once(app, installation, sending, ("same-key",))

    assert 303 in [code for code, _ in first], first
    assert all(code in {303, 403, 404, 409, 422} for code, _ in first + again), first + again
    with installation.database.reading() as session:
        assert session.scalar(sending.count) == 1
    if sending.files:
        assert len(list(installation.papers.ids())) == 1, "the second file was thrown away"


def at_once(app: Flask, installation: Installation, sending: Sending, keys: tuple[str, ...]) -> list[tuple[int, str]]:
    """Send it with each of the keys, all at the same moment: status and where it led."""
    ready = threading.Barrier(len(keys))

    def send(key: str) -> tuple[int, str]:
        client = app.test_client()
        _sign_in(client, installation, sending.user)
        data = {"csrf_token": _token(client, app), "_key": key, **sending.fields}
        if sending.files:
            data["papers"] = [(io.BytesIO(b"Hei"), "brev.txt")]
        ready.wait(20)
        answer = client.post(sending.url, data=data, content_type="multipart/form-data" if sending.files else None)
        answer.request.environ["wsgi.input"].close()
        return answer.status_code, answer.location or ""

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(send, keys))
