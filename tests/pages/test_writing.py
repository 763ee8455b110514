"""What the browser sends while somebody writes: who may, what is answered, what is noted, and how it goes without it."""

import io
import json

import pytest
import sqlalchemy as sa

from tests.pages.test_filing import begun
from tests.people import NOON
from tests.scenes.intake import at_home, declared, dismissal_proposed, filed, letters_arrive
from tests.visitor import FROM_HERE
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry
from tvist.cases.models import Case
from tvist.cases.submissions import Submission
from tvist.documents.models import Paper
from tvist.intake import actions
from tvist.intake.in_case import ACT_OF
from tvist.intake.kept import WRITTEN
from tvist.intake.models import Draft, DraftKind

TEXT = "Kommunen mener saken bør behandles."


def keeping(ask, user, path, *typings, tab="one", **more):
    data = {
        "typed": json.dumps([{"field": field, "base": base, "value": value} for field, base, value in typings]),
        "tab": tab,
        **more,
    }
    return ask("POST", path, as_=user, key=None, data=data, headers=FROM_HERE)


@pytest.fixture
def case(database, cast):
    """A case in which dismissal is proposed; its address."""
    with database.writing() as session:
        case = dismissal_proposed(session, cast)
        session.commit()
        return f"/cases/{case.slug}"


@pytest.fixture
def deficient(database, cast):
    """A case that waits for what is missing; its address."""
    with database.writing() as session:
        at_home(session, cast)
        case = declared(filed(session, cast), cast.siri)
        actions.ask_for_missing(case, by=cast.siri, at=NOON, text="Fullmakten mangler.")
        letters_arrive(session, case)
        session.commit()
        return f"/cases/{case.slug}"


@pytest.fixture
def comment(case):
    """Where the comment on the dismissal is kept as typed."""
    return f"{case}/typed/dismissal_comment"


def drafts(database):
    with database.reading() as session:
        return [
            (draft.kind, draft.typed)
            for draft in session.scalars(sa.select(Draft).where(Draft.discarded_at.is_(None)).order_by(Draft.id))
        ]


def test_the_first_text_begins_the_draft_and_the_page_shows_it_again(ask, cast, database, case, comment):
    assert keeping(ask, cast.asta, comment).json["draft"] == ""
    assert drafts(database) == []
    answer = keeping(ask, cast.asta, comment, ("text", "", TEXT)).json
    assert answer["saved"] == ["text"]
    assert answer["said"].startswith("Lagret kl. ")
    assert TEXT in ask("GET", f"{case}/screening/dismissal/comment", as_=cast.asta).get_data(as_text=True)


def test_a_text_typed_over_another_is_answered_with_both(ask, cast, comment):
    keeping(ask, cast.asta, comment, ("text", "", TEXT))
    answer = keeping(ask, cast.asta, comment, ("text", "", "En annen tekst"), tab="two").json
    assert answer["saved"] == []
    assert [(clash["field"], clash["kept"]) for clash in answer["clashes"]] == [("text", TEXT)]
    assert answer["clashes"][0]["said"].startswith("Asta Oppdiktet skrev her kl. ")


def test_what_changed_elsewhere_comes_along_with_who_is_there(ask, cast, comment):
    first = keeping(ask, cast.asta, comment, ("text", "", TEXT), at="text").json
    other = keeping(ask, cast.asta, comment, tab="two", version="").json
    assert other["values"] == {"text": TEXT}
    assert other["by"]["text"].startswith("Asta Oppdiktet")
    assert other["others"] == [{"field": "text", "said": "Du har dette åpent i et annet vindu også."}]
    assert "values" not in keeping(ask, cast.asta, comment, tab="two", version=first["version"]).json


@pytest.mark.parametrize(
    ("who", "status"), [("asta", 200), ("bo", 200), ("dag", 404), ("siri", 403), ("frida", 404), ("adam", 404)]
)
def test_only_a_side_in_the_case_writes_its_comment(ask, cast, comment, who, status):
    assert keeping(ask, getattr(cast, who), comment, ("text", "", TEXT)).status_code == status


def test_what_one_side_writes_is_not_there_for_the_other(ask, cast, case, comment, database):
    keeping(ask, cast.asta, comment, ("text", "", TEXT))
    assert keeping(ask, cast.bo, comment).json["draft"] == ""
    with database.reading() as session:
        path = f"/drafts/{session.scalars(sa.select(Draft)).one().public_id}/earlier"
    assert ask("GET", path, as_=cast.bo).status_code == 404
    assert ask("GET", path, as_=cast.siri).status_code == 404
    assert TEXT not in ask("GET", f"{case}/screening/dismissal/comment", as_=cast.bo).get_data(as_text=True)


def test_the_draft_of_a_request_is_nobody_elses(ask, cast):
    path = begun(ask, cast.asta)
    for user in (cast.arne, cast.bo, cast.siri):
        assert keeping(ask, user, f"{path}/typed/facts", ("claim", "", TEXT)).status_code == 404
    assert keeping(ask, cast.asta, f"{path}/typed/facts", ("claim", "", TEXT), ("unknown", "", "x")).json["saved"] == ["claim"]
    assert keeping(ask, cast.asta, f"{path}/typed/nothing").status_code == 404


def test_hours_of_writing_are_one_line_of_the_access_log_and_what_is_denied_is_each_time(ask, cast, comment, database):
    for text in ("a", "ab", "abc"):
        keeping(ask, cast.asta, comment, ("text", text[:-1], text))
        keeping(ask, cast.dag, comment, ("text", "", text))
    with database.reading() as session:
        lines = session.execute(
            sa.select(AccessEntry.user_id, AccessEntry.allowed).where(AccessEntry.act == Act.WRITE_DRAFT)
        ).all()
        assert sorted(lines) == sorted([(cast.asta.id, True), *[(cast.dag.id, False)] * 3])
        journal = session.scalars(sa.select(Case)).one().events
    assert [event.act for event in journal if event.act == Act.WRITE_DRAFT] == []


@pytest.mark.parametrize(
    "typed",
    [
        "no json",
        "[1]",
        '[{"field": "text"}]',
        '[{"field": "_seen", "base": "", "value": ""}]',
        '[{"field": "text", "base": "", "value": 3}]',
        pytest.param("[" * 100_000, id="far too deep"),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(ask, cast, comment, typed):
    assert ask("POST", comment, as_=cast.asta, data={"typed": typed}, headers=FROM_HERE).status_code == 400


def test_letters_that_no_database_keeps_are_left_out_of_what_is_kept(ask, cast, comment, database):
    typed = r'[{"field": "text", "base": "", "value": "A\u0000B\ud83dC"}]'
    sent = {"typed": typed, "tab": "\0one", "rows": "9" * 5000}
    assert ask("POST", comment, as_=cast.asta, data=sent, headers=FROM_HERE).status_code == 200
    assert drafts(database) == [(DraftKind.DISMISSAL_COMMENT, {"text": "ABC"})]


def test_a_text_too_long_is_told_and_one_far_too_long_is_not_taken_in(ask, cast, comment, database):
    answer = keeping(ask, cast.asta, comment, ("text", "", "a" * 300_000))
    assert answer.status_code == 422
    assert "Kort den ned" in answer.json["refused"]
    assert keeping(ask, cast.asta, comment, ("text", "", "a" * 1_100_000)).status_code == 413
    assert drafts(database) == []


def test_a_second_tab_is_told_that_all_was_sent_and_by_whom(ask, cast, case, comment, database):
    known = keeping(ask, cast.asta, comment, ("text", "", TEXT)).json["draft"]
    ask("POST", f"{case}/screening/dismissal/comment", as_=cast.asta, data={"text": TEXT})
    answer = keeping(ask, cast.asta, comment, ("text", TEXT, "Mer"), tab="two", draft=known).json
    assert answer["sent"]["said"].startswith("Dette ble sendt av Asta Oppdiktet kl. ")
    assert drafts(database) == [(DraftKind.DISMISSAL_COMMENT, {"text": TEXT})]


def test_without_javascript_text_is_put_aside_and_found_again(ask, cast, case, database):
    page = f"{case}/screening/dismissal/comment"
    answer = ask("POST", page, as_=cast.asta, data={"text": TEXT, "then": "aside"})
    assert (answer.status_code, answer.location) == (303, case)
    assert drafts(database) == [(DraftKind.DISMISSAL_COMMENT, {"text": TEXT})]
    assert TEXT in ask("GET", page, as_=cast.asta).get_data(as_text=True)


def test_without_javascript_another_tabs_text_is_shown_before_it_is_written_over(ask, cast, case, comment, database):
    page = f"{case}/screening/dismissal/comment"
    keeping(ask, cast.asta, comment, ("text", "", TEXT))
    answer = ask("POST", page, as_=cast.asta, data={"text": "Skrevet uten å ha sett den andre", "_kept": "0"})
    assert answer.status_code == 409
    assert TEXT in answer.get_data(as_text=True)
    assert drafts(database) == [(DraftKind.DISMISSAL_COMMENT, {"text": TEXT})]


def test_what_was_written_over_is_taken_back_on_the_page_of_earlier_texts(ask, cast, comment, database):
    known = keeping(ask, cast.asta, comment, ("text", "", TEXT)).json["draft"]
    keeping(ask, cast.asta, comment, ("text", TEXT, "Ny tekst"), tab="two")
    page = f"/drafts/{known}/earlier"
    text = ask("GET", page, as_=cast.asta).get_data(as_text=True)
    assert TEXT in text
    change = text.split('name="change" value="')[1].split('"')[0]
    which = text.split('name="which" value="')[1].split('"')[0]
    assert ask("POST", page, as_=cast.asta, data={"change": change, "which": which}).status_code == 303
    assert drafts(database) == [(DraftKind.DISMISSAL_COMMENT, {"text": TEXT})]
    for no_number in ("x", "9" * 5000):
        assert ask("POST", page, as_=cast.asta, data={"change": no_number, "which": which}).status_code == 404


def test_a_draft_is_put_away_unsent(ask, cast, comment, database):
    known = keeping(ask, cast.asta, comment, ("text", "", TEXT)).json["draft"]
    assert ask("POST", f"/drafts/{known}/put-away", as_=cast.asta).status_code == 303
    assert drafts(database) == []
    assert ask("GET", f"/drafts/{known}/earlier", as_=cast.asta).status_code == 404


def test_a_signed_in_person_gets_a_token_and_a_stranger_is_led_to_the_sign_in(ask, cast):
    assert ask("GET", "/writing/token", as_=cast.asta).json["person"] == cast.asta.public_id
    assert ask("GET", "/writing/token").status_code == 302


def test_a_paper_laid_in_a_draft_goes_with_the_sending(ask, cast, database, deficient):
    page = f"{deficient}/screening/cure"
    for name in ("en.txt", "to.txt"):
        file = (io.BytesIO(f"Oppdiktet vedlegg {name}".encode()), name)
        assert ask("POST", page, as_=cast.asta, data={"text": TEXT, "then": "attach", "papers": file}).status_code == 303
    with database.reading() as session:
        first = session.scalars(sa.select(Paper).order_by(Paper.id)).first()
    assert "to.txt" in ask("GET", page, as_=cast.asta).get_data(as_text=True)
    ask("POST", page, as_=cast.asta, data={"text": TEXT, "take_out": first.public_id})
    file = (io.BytesIO(b"Oppdiktet vedlegg tre"), "tre.txt")
    refused = ask("POST", page, as_=cast.asta, data={"text": " ", "papers": file})
    assert refused.status_code == 422
    assert "tre.txt" in refused.get_data(as_text=True)
    assert ask("POST", page, as_=cast.asta, data={"text": TEXT}).status_code == 303
    with database.reading() as session:
        sent = session.scalars(sa.select(Submission).order_by(Submission.id.desc())).first()
        assert [(paper.filename, paper.position) for paper in sent.papers] == [("to.txt", 1), ("tre.txt", 2)]


def test_what_was_begun_in_a_case_is_on_the_desk_and_the_case_page_of_its_team_alone(ask, cast, case, comment):
    keeping(ask, cast.asta, comment, ("text", "", TEXT))
    for page in ("/desk", case):
        assert "påbegynt av Asta Oppdiktet" in ask("GET", page, as_=cast.asta).get_data(as_text=True)
        for other in (cast.bo, cast.siri):
            assert "påbegynt av" not in ask("GET", page, as_=other).get_data(as_text=True)


def test_each_kind_of_draft_in_a_case_says_where_it_is_written(app):
    assert WRITTEN.keys() == set(DraftKind) - {DraftKind.REQUEST} == ACT_OF.keys()
    assert {found.endpoint for found in WRITTEN.values()} <= app.view_functions.keys()
