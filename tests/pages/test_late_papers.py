"""The pages of what comes when the preparation is closed, and of the leader's exception, asked for as people do."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.scenes import late as scenes
from tests.scenes.decision import present
from tests.scenes.kept import lately
from tests.scenes.panel import declared, referred
from tests.scenes.submissions import DAY
from tvist.cases.models import Case
from tvist.cases.submissions import SubmissionKind
from tvist.clock import now
from tvist.intake.models import Draft
from tvist.submissions.actions import withdraw

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people import Cast
    from tvist.db import Database

    Ask = Callable[..., object]
    Take = Callable[[str], str]

SENT = {"text": "Vi sender tilsagnet fra 2023.", "why_late": scenes.WHY}
TEXT = "tilsagnet fra 2023"


@pytest.fixture
def take(database: Database, cast: Cast) -> Take:
    """Make a case by a scene; returns where its pages begin."""

    def taking(scene: str) -> str:
        with database.writing() as session:
            here = present(session, cast)
            at = lately() - 2 * DAY
            case = declared(session, here, at=at) if scene == "declared" else referred(session, here, at=at)
            if scene == "sent":
                scenes.sent_late(session, here, case, at=at)
            if scene == "admitted":
                scenes.admitted(session, here, scenes.sent_late(session, here, case, at=at).case, at=at)
            if scene == "round":
                scenes.late_round(session, here, case=case, at=at)
            if scene == "returned":
                sending = next(found for found in case.submissions if found.kind is SubmissionKind.COMMENTS)
                for serving in sending.servings:
                    serving.fell_at = at
            session.commit()
            return f"/cases/{case.slug}"

    return taking


def the_case(session) -> Case:
    return session.scalars(sa.select(Case)).one()


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_a_party_sends_something_late_with_a_paper(ask: Ask, cast: Cast, take: Take, database: Database) -> None:
    at = take("referred")
    assert f"{at}/late/send" in text_of(ask("GET", at, as_=cast.asta))
    assert TEXT not in text_of(ask("GET", f"{at}/late/send", as_=cast.asta))
    paper = (io.BytesIO(b"%PDF-1.4 tilsagn"), "tilsagn.txt")
    refused = ask("POST", f"{at}/late/send", as_=cast.asta, data={"text": SENT["text"], "why_late": " "})
    assert refused.status_code == 422
    assert SENT["text"] in text_of(refused)
    assert "Skriv hvorfor det kommer først nå." in text_of(refused)
    assert ask("POST", f"{at}/late/send", as_=cast.asta, data=SENT | {"papers": paper}).status_code in {303, 422}
    ask("POST", f"{at}/late/send", as_=cast.asta, data=SENT)
    with database.reading() as session:
        assert [found.why_late for found in the_case(session).late_sendings] == [scenes.WHY]


def test_what_is_typed_is_kept_as_a_draft(ask: Ask, cast: Cast, take: Take, database: Database) -> None:
    at = take("referred")
    answer = ask("POST", f"{at}/late/send", as_=cast.asta, data=SENT | {"then": "aside"})
    assert answer.status_code == 303
    with database.reading() as session:
        assert session.scalars(sa.select(Draft.kind).where(Draft.in_case_id.is_not(None))).all() == ["late"]
    assert TEXT in text_of(ask("GET", f"{at}/late/send", as_=cast.asta))


def test_a_second_one_is_refused_and_nothing_typed_is_lost(ask: Ask, cast: Cast, take: Take, database: Database) -> None:
    at = take("sent")
    again = ask("POST", f"{at}/late/send", as_=cast.asta, data=SENT | {"text": "Enda ett tilsagn."})
    assert again.status_code in {409, 422}
    assert "Enda ett tilsagn." in text_of(again)
    with database.reading() as session:
        assert len(the_case(session).late_sendings) == 1


def test_a_second_click_sends_once(ask: Ask, cast: Cast, take: Take, database: Database) -> None:
    at = take("referred")
    for _ in range(2):
        assert ask("POST", f"{at}/late/send", as_=cast.asta, data=SENT, key="one-and-the-same-key").status_code == 303
    with database.reading() as session:
        assert len(the_case(session).late_sendings) == 1


def test_the_leader_rules_without_reading_it(ask: Ask, cast: Cast, take: Take, database: Database) -> None:
    at = take("sent")
    page = text_of(ask("GET", f"{at}/late/ruling", as_=cast.cato))
    assert scenes.WHY in page
    assert TEXT not in page
    assert TEXT not in text_of(ask("GET", at, as_=cast.cato))
    for other in (cast.frida, cast.asta, cast.bo, cast.siri):
        assert ask("GET", f"{at}/late/ruling", as_=other).status_code == 403
    with database.reading() as session:
        sending = the_case(session).late_sendings[0].submission.public_id
    given = {"sending": sending, "ruling": "refuse", "reasons": " "}
    assert ask("POST", f"{at}/late/ruling", as_=cast.cato, data=given).status_code == 422
    given["reasons"] = "Kunne vært sendt i fjor."
    assert ask("POST", f"{at}/late/ruling", as_=cast.cato, data=given | {"sending": "another"}).status_code == 422
    assert ask("POST", f"{at}/late/ruling", as_=cast.cato, data=given | {"ruling": "both"}).status_code == 422
    assert ask("POST", f"{at}/late/ruling", as_=cast.cato, data=given).status_code == 303
    assert "Kunne vært sendt i fjor." in text_of(ask("GET", at, as_=cast.asta))
    assert "Kunne vært sendt i fjor." not in text_of(ask("GET", at, as_=cast.bo))
    assert ask("POST", f"{at}/late/ruling", as_=cast.cato, data=given).status_code == 409


@pytest.mark.parametrize("scene", ["sent", "admitted"])
def test_nothing_of_it_shows_on_the_other_sides_pages(ask: Ask, cast: Cast, take: Take, scene: str) -> None:
    at = take(scene)
    for page in (at, "/desk", "/cases", f"{at}/papers", f"{at}/letters", "/letters"):
        shown = text_of(ask("GET", page, as_=cast.bo))
        assert not any(word in shown for word in (TEXT, scenes.WHY, "etter at saksforberedelsen var avsluttet", "tilsagn")), page
    assert ask("GET", f"{at}/late/comments", as_=cast.bo).status_code == 200
    assert TEXT not in text_of(ask("GET", f"{at}/late/comments", as_=cast.bo))


def test_the_secretariat_looks_it_through_and_the_other_side_comments(
    ask: Ask, cast: Cast, take: Take, database: Database
) -> None:
    at = take("admitted")
    page = text_of(ask("GET", f"{at}/pass-on", as_=cast.siri))
    assert TEXT in page
    assert f"får {cast.vest.name}" in page
    with database.reading() as session:
        sending = the_case(session).late_sendings[0].submission.public_id
    given = {"submission": sending, "looked_through": "y"}
    assert ask("POST", f"{at}/pass-on", as_=cast.siri, data=given).status_code == 303


@pytest.mark.parametrize(("data", "kept"), [({"text": "Vi kjenner ikke tilsagnet."}, True), ({"then": "nothing"}, False)])
def test_a_party_comments_or_has_nothing_to_say(
    ask: Ask, cast: Cast, take: Take, database: Database, data: dict[str, str], *, kept: bool
) -> None:
    at = take("round")
    page = text_of(ask("GET", f"{at}/late/comments", as_=cast.bo))
    assert TEXT in page
    assert scenes.WHY in page
    assert ask("POST", f"{at}/late/comments", as_=cast.bo, data={"text": ""}).status_code == 422
    assert ask("POST", f"{at}/late/comments", as_=cast.bo, data=data).status_code == 303
    with database.reading() as session:
        said = [found for found in the_case(session).submissions if found.kind is SubmissionKind.LATE_COMMENTS]
        assert [(bool(found.text), found.passed_on_at is None) for found in said] == [(kept, kept)]
    assert ask("POST", f"{at}/late/comments", as_=cast.bo, data={"text": "Mer."}).status_code == 409


def test_the_leader_makes_an_exception_without_reading_what_it_is_for(ask: Ask, cast: Cast, take: Take) -> None:
    at = take("returned")
    page = text_of(ask("GET", f"{at}/let-in", as_=cast.cato))
    assert "Helsetiltaket var avsluttet" not in page
    assert cast.vest.name in page
    sending = page.split('name="sending"')[1].split('value="')[1].split('"')[0]
    assert ask("POST", f"{at}/let-in", as_=cast.cato, data={"sending": sending, "reasons": ""}).status_code == 422
    given = {"sending": sending, "reasons": "Parten er uten adresse."}
    assert ask("POST", f"{at}/let-in", as_=cast.cato, data=given | {"sending": "x"}).status_code == 422
    assert ask("POST", f"{at}/let-in", as_=cast.cato, data=given | {"reasons": "Nødvendig \N{GRINNING FACE}."}).status_code == 422
    for other in (cast.frida, cast.siri, cast.asta, cast.bo):
        assert ask("POST", f"{at}/let-in", as_=other, data=given).status_code == 403
    assert ask("POST", f"{at}/let-in", as_=cast.cato, data=given).status_code == 303
    for who in (cast.asta, cast.bo, cast.siri, cast.frida):
        assert "Parten er uten adresse." in text_of(ask("GET", at, as_=who))
    assert "Helsetiltaket var avsluttet" in text_of(ask("GET", at, as_=cast.frida))
    assert "Helsetiltaket var avsluttet" not in text_of(ask("GET", at, as_=cast.bo))


def test_a_page_of_a_case_that_has_ended_meanwhile_says_so(ask: Ask, cast: Cast, take: Take, database: Database) -> None:
    at = take("round")
    with database.writing() as session:
        withdraw(the_case(session), by=present(session, cast).asta, at=now())
        session.commit()
    for page, who in (("late/comments", cast.bo), ("late/send", cast.asta)):
        answer = ask("POST", f"{at}/{page}", as_=who, data=SENT)
        assert answer.status_code == 409
        assert SENT["text"] in text_of(answer)


def test_the_referral_says_what_still_comes(ask: Ask, cast: Cast, take: Take, database: Database) -> None:
    at = take("declared")
    with database.writing() as session:
        scenes.sent_late(session, present(session, cast), the_case(session), at=now() - DAY)
        session.commit()
    page = text_of(ask("GET", f"{at}/panel/refer", as_=cast.siri))
    assert "Lederen må først avgjøre" in page
    assert ask("POST", f"{at}/panel/refer", as_=cast.siri).status_code == 422
