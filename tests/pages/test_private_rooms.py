"""The pages of concession, settlement, offers and messages: each for its own readers, with nothing typed lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tests.people import Cast, a_cast
from tests.scenes.concessions import three_lines
from tests.scenes.intake import accepted
from tests.scenes.kept import lately
from tvist.cases.left import left_of
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.cases.private import CaseMessage, Offer
from tvist.submissions.models import Settlement

if TYPE_CHECKING:
    from typing import Any

    from tvist.db import Database

BIRTH_NUMBER = "15927610016"
KRONER = "\N{NO-BREAK SPACE}kr"


def scene(database: Database, **changes: Any) -> tuple[Cast, Case, list[str]]:
    """A case in exchange, with the identifiers of its lines."""
    with database.writing() as session:
        cast = a_cast(session)
        case = accepted(session, cast, at=lately(), **changes)
        session.commit()
        return cast, case, [line.public_id for line in case.lines]


def test_the_state_concedes_a_part_and_everybody_sees_what_is_left(database, ask):
    cast, case, lines = scene(database, lines=three_lines())
    page = ask("GET", f"/cases/{case.slug}/concede", as_=cast.bo).get_data(as_text=True)
    assert page.count('name="line"') == 3
    sent = {"line": lines[1], "how_much": "part", "amount": "40 000", "sure": "y"}
    assert ask("POST", f"/cases/{case.slug}/concede", as_=cast.bo, data=sent).status_code == 303
    with database.reading() as session:
        assert left_of(session.get_one(Case, case.id).lines[1]) == 6_000_000
    shown = ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)
    assert f"Erkjent: 40\N{NO-BREAK SPACE}000,00{KRONER}" in shown
    # It is not served on Vik before the notice has arrived.
    assert "Erkjent: 40" not in ask("GET", f"/cases/{case.slug}", as_=cast.asta).get_data(as_text=True)


def test_more_than_is_left_is_refused_with_how_much_that_is_and_what_was_typed_stays(database, ask):
    cast, case, lines = scene(database, lines=three_lines())
    sent = {"line": lines[1], "how_much": "part", "amount": "100 000,01", "sure": "y"}
    answer = ask("POST", f"/cases/{case.slug}/concede", as_=cast.bo, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#amount"' in page
    assert f"Det er 100\N{NO-BREAK SPACE}000,00{KRONER} igjen" in page
    assert 'value="100 000,01"' in page
    for wrong in ({"amount": "12,5k"}, {"amount": ""}, {"line": lines[2], "amount": "5"}, {"line": "x"}, {"sure": ""}):
        assert ask("POST", f"/cases/{case.slug}/concede", as_=cast.bo, data=sent | wrong).status_code == 422


def test_who_may_not_bind_the_party_concedes_nothing_and_who_bears_nothing_is_told_so(database, ask):
    cast, case, _ = scene(database)
    assert ask("GET", f"/cases/{case.slug}/concede", as_=cast.siri).status_code == 403
    assert "ingen kravpost igjen" in ask("GET", f"/cases/{case.slug}/concede", as_=cast.asta).get_data(as_text=True)
    assert "/concede" not in ask("GET", f"/cases/{case.slug}", as_=cast.asta).get_data(as_text=True)
    assert "/concede" in ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)


def settlement(database: Database) -> Settlement | None:
    with database.reading() as session:
        return session.scalars(sa.select(Settlement).where(Settlement.withdrawn_at.is_(None))).one_or_none()


def propose(ask: Any, case: Case, user: Any, text: str) -> int:
    data = {"text": text, "sure": "y"}
    return int(ask("POST", f"/cases/{case.slug}/settlement/propose", as_=user, data=data).status_code)


def test_both_sides_confirm_one_text_and_the_case_is_over(database, ask):
    cast, case, _ = scene(database)
    assert propose(ask, case, cast.asta, "Staten dekker halvparten.") == 303
    own = ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)
    assert "/settlement/confirm" in own
    assert "/settlement/confirm" not in ask("GET", f"/cases/{case.slug}", as_=cast.siri).get_data(as_text=True)
    assert "Staten dekker halvparten." in ask("GET", f"/cases/{case.slug}/settlement/confirm", as_=cast.bo).get_data(as_text=True)
    found = settlement(database)
    data = {"settlement": found.public_id, "sha256": found.sha256, "sure": "y"}
    assert ask("POST", f"/cases/{case.slug}/settlement/confirm", as_=cast.bo, data=data).status_code == 303
    with database.reading() as session:
        assert session.get_one(Case, case.id).state is State.DISCONTINUED
    assert "Staten dekker halvparten." in ask("GET", f"/cases/{case.slug}", as_=cast.siri).get_data(as_text=True)
    assert "partene har inngått" in ask("GET", f"/cases/{case.slug}/settlement", as_=cast.bo).get_data(as_text=True)


def test_a_stale_confirmation_shows_both_texts(database, ask):
    cast, case, _ = scene(database)
    propose(ask, case, cast.asta, "Den første teksten.")
    first = settlement(database)
    assert (
        ask("POST", f"/cases/{case.slug}/settlement/withdraw", as_=cast.asta, data={"settlement": first.public_id}).status_code
        == 303
    )
    propose(ask, case, cast.asta, "Den andre teksten.")
    data = {"settlement": first.public_id, "sha256": first.sha256, "sure": "y"}
    answer = ask("POST", f"/cases/{case.slug}/settlement/confirm", as_=cast.bo, data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Den første teksten." in page
    assert "Den andre teksten." in page
    assert settlement(database).sha256 in page
    assert "checked" not in page


def test_who_comes_second_keeps_what_was_typed_and_is_shown_the_first(database, ask):
    cast, case, _ = scene(database)
    propose(ask, case, cast.asta, "Den første teksten.")
    data = {"text": "Den andre teksten.", "sure": "y"}
    answer = ask("POST", f"/cases/{case.slug}/settlement/propose", as_=cast.bo, data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Den første teksten." in page
    assert "Den andre teksten." in page
    stale = ask("POST", f"/cases/{case.slug}/settlement/withdraw", as_=cast.asta, data={"settlement": "another"})
    assert stale.status_code == 303
    assert settlement(database) is not None


def test_an_offer_is_made_answered_and_withdrawn(database, ask):
    cast, case, _ = scene(database)
    made = ask("POST", f"/cases/{case.slug}/offers/new", as_=cast.asta, data={"text": "Halvparten.", "open_until": "31.12.2090"})
    assert made.status_code == 303
    page = ask("GET", f"/cases/{case.slug}/offers", as_=cast.bo).get_data(as_text=True)
    assert "Halvparten." in page
    with database.reading() as session:
        offer = session.scalars(sa.select(Offer)).one()
    assert f"answers={offer.public_id}" in page
    waits = "ett uten svar"
    assert waits in ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)
    assert waits not in ask("GET", f"/cases/{case.slug}", as_=cast.asta).get_data(as_text=True)
    fresh = ask("GET", f"/cases/{case.slug}/offers/new?answers={offer.public_id}", as_=cast.bo).get_data(as_text=True)
    assert "Halvparten." in fresh
    answered = ask("POST", f"/cases/{case.slug}/offers/new", as_=cast.bo, data={"text": "En tredel.", "answers": offer.public_id})
    assert answered.status_code == 303
    assert waits not in ask("GET", f"/cases/{case.slug}", as_=cast.bo).get_data(as_text=True)
    taken_back = f"/cases/{case.slug}/offers/{offer.public_id}/withdraw"
    assert ask("POST", taken_back, as_=cast.bo).status_code == 403
    assert [ask("POST", taken_back, as_=cast.asta).status_code for _ in range(2)] == [303, 303]
    assert "Trukket tilbake" in ask("GET", f"/cases/{case.slug}/offers", as_=cast.bo).get_data(as_text=True)


def test_a_bad_offer_comes_back_with_what_was_typed(database, ask):
    cast, case, _ = scene(database)
    data = {"text": f"Barnet {BIRTH_NUMBER}", "open_until": "31.2.2024"}
    answer = ask("POST", f"/cases/{case.slug}/offers/new", as_=cast.asta, data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="31.2.2024"' in page
    assert BIRTH_NUMBER in page
    past = ask("POST", f"/cases/{case.slug}/offers/new", as_=cast.asta, data={"text": "Ja.", "open_until": "1.1.2020"})
    assert (past.status_code, 'href="#open_until"' in past.get_data(as_text=True)) == (422, True)


def thread(case: Case) -> str:
    return f"/cases/{case.slug}/messages/{case.parties[0].public_id}"


def test_a_party_and_the_secretariat_write_to_each_other_and_nobody_else_reads_it(database, ask):
    cast, case, _ = scene(database)
    assert ask("GET", f"/cases/{case.slug}/messages", as_=cast.asta).location == thread(case)
    assert ask("POST", thread(case), as_=cast.asta, data={"text": "Når kommer tilsvaret?"}).status_code == 303
    assert ask("GET", thread(case), as_=cast.bo).status_code == 404
    assert ask("GET", thread(case), as_=cast.dag).status_code == 404
    assert "Venter på svar" in ask("GET", f"/cases/{case.slug}/messages", as_=cast.siri).get_data(as_text=True)
    assert "Ikke åpnet ennå" in ask("GET", thread(case), as_=cast.asta).get_data(as_text=True)
    assert "Når kommer tilsvaret?" in ask("GET", thread(case), as_=cast.siri).get_data(as_text=True)
    assert "Ikke åpnet ennå" not in ask("GET", thread(case), as_=cast.asta).get_data(as_text=True)
    assert ask("POST", f"{thread(case)}/no-answer", as_=cast.asta).status_code == 403
    assert [ask("POST", f"{thread(case)}/no-answer", as_=cast.siri).status_code for _ in range(2)] == [303, 303]
    assert "Venter på svar" not in ask("GET", f"/cases/{case.slug}/messages", as_=cast.siri).get_data(as_text=True)


def test_an_empty_message_or_one_with_a_birth_number_is_not_sent_and_not_lost(database, ask):
    cast, case, _ = scene(database)
    assert ask("POST", thread(case), as_=cast.asta, data={"text": "  "}).status_code == 422
    answer = ask("POST", thread(case), as_=cast.asta, data={"text": f"Barnet er {BIRTH_NUMBER}."})
    assert answer.status_code == 422
    assert BIRTH_NUMBER in answer.get_data(as_text=True)
    assert ask("POST", thread(case), as_=cast.asta, data={"text": "x" * 1_000_000}).status_code in {413, 422}
    with database.reading() as session:
        assert session.scalars(sa.select(CaseMessage)).all() == []
