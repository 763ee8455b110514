"""The right place, the authority to send, the child's identity, facts in time order, offers apart, and requests on paper, through the pages."""

from __future__ import annotations

import io
import json
import re

import sqlalchemy as sa

from tests.pages.test_filing import begun, cases_in, seen_on, typed, typed_line, written
from tests.scenes.intake import a_line, raw_petition
from tvist.accesslog.models import AccessEntry
from tvist.cases.models import Case
from tvist.cases.private import Offer
from tvist.documents.models import Paper, PaperKind
from tvist.intake.models import Draft, IdentityOpening
from tvist.intake.steps import WRITTEN

NAME, NUMBER = "Oppdikta Sjeldensen", "15927610016"
OFFER = "Tre hundre tusen kroner"


def text(answer):
    return answer.get_data(as_text=True)


def typed_in(database):
    with database.reading() as session:
        return session.scalars(sa.select(Draft)).one().typed


def test_an_answer_that_points_elsewhere_is_told_once_and_stops_nobody(ask, cast):
    draft = begun(ask, cast.asta)
    data = {"concrete": "yes", "against_state": "no"}
    first = ask("POST", f"{draft}/place", as_=cast.asta, data=data)
    assert first.location.endswith("/place")
    page = text(ask("GET", first.location, as_=cast.asta))
    assert "spør statsforvalteren" in page
    assert 'name="_advised" value="against_state"' in page
    assert ask("POST", f"{draft}/place", as_=cast.asta, data={**data, "_advised": "against_state"}).location.endswith("/parties")
    assert "ikke er mellom en kommune og staten" in text(ask("GET", f"{draft}/check", as_=cast.asta))


def test_facts_are_added_changed_removed_and_stand_by_date(ask, cast, database):
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/chronology/1", as_=cast.asta, data={"fact_on": "15.6.2024", "fact_words": "Flyttet hjem"})
    answer = ask(
        "POST",
        f"{draft}/chronology/2",
        as_=cast.asta,
        data={"fact_on": "10.3.2024", "fact_words": "Flyttet inn", "then": "another"},
    )
    assert answer.location.endswith("/chronology/3")
    page = text(ask("GET", f"{draft}/chronology", as_=cast.asta))
    assert page.index("Flyttet inn") < page.index("Flyttet hjem")
    ask("POST", f"{draft}/chronology/1", as_=cast.asta, data={"fact_on": "1.1.2024", "fact_words": "Møte"})
    listed = ask("GET", f"{draft}/chronology", as_=cast.asta)
    assert text(listed).index("Møte") < text(listed).index("Flyttet inn")
    ask("POST", f"{draft}/chronology/2/remove", as_=cast.asta, data={"_seen": seen_on(listed)})
    assert [fact["words"] for fact in typed_in(database)["facts"]] == ["Møte"]
    assert ask("GET", f"{draft}/chronology/4", as_=cast.asta).status_code == 404


def test_what_is_wrong_with_a_fact_is_kept_as_typed_and_told_at_once_and_at_the_check(ask, cast):
    draft = begun(ask, cast.asta)
    answer = ask("POST", f"{draft}/chronology/1", as_=cast.asta, data={"fact_on": "31.2.2024", "fact_words": "x"})
    page = text(ask("GET", answer.location, as_=cast.asta))
    assert answer.location.endswith("/chronology/1")
    assert "31.2.2024" in page
    assert "chronology/1?check=1#fact_on" in text(ask("GET", f"{draft}/check", as_=cast.asta))


def test_two_who_each_add_a_fact_lose_none_and_an_old_page_removes_none(ask, cast, database):
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/share", as_=cast.asta, data={"colleague": cast.arne.public_id})
    seen, old = seen_on(ask("GET", f"{draft}/chronology/1", as_=cast.asta)), "1"
    ask("POST", f"{draft}/chronology/1", as_=cast.arne, data={"fact_words": "Arnes", "_seen": seen})
    stale = ask("POST", f"{draft}/chronology/1", as_=cast.asta, data={"fact_words": "Astas", "_seen": seen})
    assert stale.status_code == 409
    assert "Astas" in text(stale)
    ask("POST", f"{draft}/chronology/1/remove", as_=cast.asta, data={"_seen": old})
    assert [fact["words"] for fact in typed_in(database)["facts"]] == ["Arnes"]


def attached(ask, cast, draft):
    """Attach the paper of authority."""
    data = {"papers": [(io.BytesIO(b"%PDF-1.7\nfullmakt"), "fullmakt.pdf")]}
    answer = ask("POST", f"{draft}/delegation", as_=cast.asta, data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()
    return answer


def test_the_paper_of_authority_is_asked_for_until_it_is_there(ask, cast, database):
    draft = begun(ask, cast.asta)
    assert "hvem som kan sende for dere, er ikke lagt ved" in text(ask("GET", f"{draft}/check", as_=cast.asta))
    to = ask("POST", f"{draft}/parties", as_=cast.asta, data={"representative": "Asta", "then": "delegation"})
    assert to.location.endswith("/delegation")
    assert attached(ask, cast, draft).location.endswith("/parties")
    with database.reading() as session:
        assert session.scalars(sa.select(Paper.kind)).one() is PaperKind.DELEGATION
    assert "er ikke lagt ved" not in text(ask("GET", f"{draft}/check", as_=cast.asta))
    assert "fullmakt.pdf" in text(ask("GET", f"{draft}/parties", as_=cast.asta))


def test_a_fact_points_to_a_paper_and_is_told_when_the_paper_is_gone(ask, cast, database):
    draft = begun(ask, cast.asta)
    attached(ask, cast, draft)
    with database.reading() as session:
        paper = session.scalars(sa.select(Paper.public_id)).one()
    data = {"fact_on": "1.1.2024", "fact_words": "Møte", "fact_paper": paper, "fact_page": "3"}
    ask("POST", f"{draft}/chronology/1", as_=cast.asta, data=data)
    assert "Står i «fullmakt», side 3." in text(ask("GET", f"{draft}/chronology", as_=cast.asta))
    ask("POST", f"{draft}/papers/{paper}/remove", as_=cast.asta)
    assert "chronology/1?check=1#fact_paper" in text(ask("GET", f"{draft}/check", as_=cast.asta))
    assert "Et dokument som er tatt ut" in text(ask("GET", f"{draft}/chronology/1", as_=cast.asta))


def test_name_and_number_are_sealed_at_once_and_never_shown_again(ask, cast, database):
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/child", as_=cast.asta, data={"birth_year": "1976", "then": "identity"})
    wrong = ask("POST", f"{draft}/identity", as_=cast.asta, data={"name": NAME, "birth_number": "123"})
    assert (wrong.status_code, "elleve sifrene" in text(wrong)) == (422, True)
    ask("POST", f"{draft}/identity", as_=cast.asta, data={"name": NAME, "birth_number": NUMBER})
    with database.reading() as session:
        row = session.scalars(sa.select(Draft)).one()
        assert row.sealed_identity
        assert NAME not in str(row.typed)
    for page in ("identity", "child", "check", ""):
        shown = text(ask("GET", f"{draft}/{page}".rstrip("/"), as_=cast.asta))
        assert NAME not in shown
        assert NUMBER not in shown
    assert "data-keep" not in text(ask("GET", f"{draft}/identity", as_=cast.asta))
    ask("POST", f"{draft}/identity", as_=cast.asta, data={"then": "remove"})
    with database.reading() as session:
        assert session.scalars(sa.select(Draft)).one().sealed_identity is None


def sent_with_secrets(ask, cast, database):
    """A case with an identity and an offer; returns its address."""
    draft = written(ask, cast.asta)
    ask("POST", f"{draft}/child", as_=cast.asta, data={"birth_year": "2011", "other_side_reference": "BV-1"})
    ask("POST", f"{draft}/identity", as_=cast.asta, data={"name": NAME})
    ask("POST", f"{draft}/offers", as_=cast.asta, data={"offers": OFFER})
    assert ask("POST", f"{draft}/send", as_=cast.asta).status_code == 303
    with database.reading() as session:
        assert session.scalars(sa.select(Offer.from_request)).one()
        return f"/cases/{session.scalars(sa.select(Case)).one().slug}"


def test_the_identity_is_opened_once_for_a_purpose_and_the_others_see_that(ask, cast, database):
    case = sent_with_secrets(ask, cast, database)
    assert NAME not in text(ask("GET", f"{case}/identity", as_=cast.asta))
    assert ask("POST", f"{case}/identity", as_=cast.asta, data={"purpose": " "}).status_code == 422
    opened = ask("POST", f"{case}/identity", as_=cast.asta, data={"purpose": "Finne saken"}, key="once")
    assert NAME in text(opened)
    assert ask("POST", f"{case}/identity", as_=cast.asta, data={"purpose": "Finne saken"}, key="once").status_code == 303
    again = text(ask("GET", f"{case}/identity", as_=cast.asta))
    assert NAME not in again
    assert "Vik kommune. Formål: Finne saken" in again
    with database.reading() as session:
        assert len(session.scalars(sa.select(IdentityOpening)).all()) == 1
        assert session.scalars(sa.select(AccessEntry.purpose).where(AccessEntry.purpose != "")).all() == ["Finne saken"]


def test_neither_the_board_nor_the_other_side_before_its_time_nor_an_undeclared_officer_opens_it(ask, cast, database):
    case = sent_with_secrets(ask, cast, database)
    for user in (cast.siri, cast.cato, cast.bo, cast.dag, cast.frida, cast.adam):
        assert ask("POST", f"{case}/identity", as_=user, data={"purpose": "x"}).status_code in {403, 404}, user.name


def test_offers_show_on_no_page_of_the_request(ask, cast, database):
    case = sent_with_secrets(ask, cast, database)
    for user, page in ((cast.asta, case), (cast.siri, case), (cast.siri, f"{case}/screening"), (cast.asta, f"{case}/receipt")):
        assert OFFER not in text(ask("GET", page, as_=user))


def test_the_secretariat_registers_a_letter_through_the_pages(ask, cast, database):
    future = ask("POST", "/drafts/registered", as_=cast.siri, data={"organisation": "4639", "received_on": "1.1.2099"})
    assert (future.status_code, "ligger fram i tid" in text(future)) == (422, True)
    begin = ask("POST", "/drafts/registered", as_=cast.siri, data={"organisation": "4639", "received_on": "2.1.2026"})
    draft, raw = begin.location.rsplit("/", 1)[0], raw_petition()
    for step in WRITTEN:
        assert ask("POST", f"{draft}/{step}", as_=cast.siri, data=typed(step, raw)).status_code == 303
    ask("POST", f"{draft}/lines/1", as_=cast.stein, data=typed_line(a_line()))
    assert ask("GET", draft, as_=cast.asta).status_code == 404
    assert draft in text(ask("GET", "/drafts/registered", as_=cast.stein))
    assert "Du registrerer på vegne av Vik kommune" in text(ask("GET", f"{draft}/check", as_=cast.siri))
    sent = ask("POST", f"{draft}/send", as_=cast.siri)
    assert sent.status_code == 303
    page = text(ask("GET", sent.location.rsplit("/", 1)[0], as_=cast.asta))
    assert re.search(r"registrerte begjæringen på vegne av Vik kommune\. Den kom inn 2\. januar 2026", page)
    assert cases_in(database) == 1


def test_nobody_else_registers(ask, cast):
    for user in (cast.asta, cast.bo, cast.cato, cast.adam):
        assert ask("GET", "/drafts/registered", as_=user).status_code in {403, 404}


def test_a_discarded_registration_leads_back_to_the_list(ask, cast):
    begin = ask("POST", "/drafts/registered", as_=cast.siri, data={"organisation": "4639", "received_on": "2.1.2026"})
    draft = begin.location.rsplit("/", 1)[0]
    assert 'href="/drafts/registered"' in text(ask("GET", "/desk", as_=cast.siri))
    assert "kolleg" not in text(ask("GET", draft, as_=cast.siri))
    assert ask("POST", f"{draft}/discard", as_=cast.siri).location == "/drafts/registered"


def test_what_lay_sealed_goes_with_a_draft_that_is_put_away(ask, cast, database):
    draft = begun(ask, cast.asta)
    ask("POST", f"{draft}/identity", as_=cast.asta, data={"name": NAME})
    ask("POST", f"{draft}/offers", as_=cast.asta, data={"offers": OFFER})
    ask("POST", f"{draft}/discard", as_=cast.asta)
    with database.reading() as session:
        gone = session.scalars(sa.select(Draft)).one()
        assert gone.sealed_identity is gone.sealed_offers is None


def test_a_fact_is_kept_while_it_is_typed(ask, cast, database):
    draft = begun(ask, cast.asta)
    page = ask("GET", f"{draft}/chronology/1", as_=cast.asta)
    assert f"{draft}/typed/chronology/1" in text(page)
    typed = json.dumps([{"field": "fact_words", "base": "", "value": "Barn A flyt"}])
    kept = ask("POST", f"{draft}/typed/chronology/1", as_=cast.asta, data={"typed": typed, "tab": "t", "key": "new", "rows": "0"})
    assert (kept.status_code, kept.json["saved"]) == (200, ["fact_words"])
    assert kept.json["action"] == f"{draft}/chronology/1"
    assert typed_in(database)["facts"][0]["words"] == "Barn A flyt"
    done = {"fact_on": "1.1.2024", "fact_words": "Barn A flyttet inn", "_seen": kept.json["seen"]}
    assert ask("POST", f"{draft}/chronology/1", as_=cast.asta, data=done).location.endswith("/chronology")


def test_a_fact_that_was_taken_out_is_not_kept_in_anothers_place(ask, cast, database):
    draft = begun(ask, cast.asta)
    for place in (1, 2):
        ask("POST", f"{draft}/chronology/{place}", as_=cast.asta, data={"fact_words": f"Hendelse {place}"})
    listed = ask("GET", f"{draft}/chronology", as_=cast.asta)
    ask("POST", f"{draft}/chronology/1/remove", as_=cast.asta, data={"_seen": seen_on(listed)})
    typed = json.dumps([{"field": "fact_words", "base": "Hendelse 1", "value": "Hendelse 1 til"}])
    gone = ask("POST", f"{draft}/typed/chronology/1", as_=cast.asta, data={"typed": typed, "tab": "t", "key": "0", "rows": "2"})
    assert gone.status_code == 409
    assert [fact["words"] for fact in typed_in(database)["facts"]] == ["Hendelse 2"]
