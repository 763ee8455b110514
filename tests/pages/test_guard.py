"""The guard: three beats, no lock while a body comes in, one effect for two clicks, and a log of who opened what."""

import io
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Blueprint, request
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.conftest import _sign_in, _token
from tvist.access.guard import finish, open_to_all, requires, taken_in
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry
from tvist.accounts.models import Organisation, OrganisationKind, SentForm, User
from tvist.accounts.queries import user_at
from tvist.clock import now
from tvist.db import Base
from tvist.pages import make_app
from tvist.web.session import current_session

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
BIG = b"x" * 5_000_000


@dataclass
class Parcel:
    """What the test's page takes in."""

    length: int
    is_discarded: bool = False

    def discard(self) -> None:
        self.is_discarded = True


@pytest.fixture
def parcels():
    return []


@pytest.fixture
def app(installation, parcels):
    """The application with a small room of its own."""
    bp = Blueprint("room", __name__, url_prefix="/room")

    def take_in():
        parcels.append(Parcel(sum(len(file.read()) for file in request.files.values())))
        return parcels[-1]

    @bp.route("/things", methods=["GET", "POST"])
    @requires(Act.SEE_DESK, take_in=take_in, max_bytes=10_000_000)
    def things():
        name = request.values.get("name", "x")
        current_session.add(
            Organisation(
                kind=OrganisationKind.EVALUATION, code=f"{name}-{now().isoformat()}", name=name, sort_key=name, mailbox="m"
            )
        )
        current_session.flush()
        return finish(f"/room/done/{taken_in().length}") if name != "forgotten" else "no commit"

    @bp.route("/people/<public_id>", methods=["GET", "POST"])
    @requires(Act.MANAGE_USERS, of=user_at)
    def person(user):
        return f"{user.name} seen by {current_user.name}"

    @bp.route("/figures")
    @requires(Act.SEE_FIGURES)
    def figures():
        return "figures"

    @bp.route("/open")
    @open_to_all
    def for_all():
        current_session.add(SentForm(key="k", at=now(), location=""))
        current_session.flush()
        return "written in a GET"

    found = make_app(installation)
    found.register_blueprint(bp)
    return found


@pytest.fixture
def client(app, installation, cast):
    """Asta's browser, signed in."""
    found = app.test_client()
    _sign_in(found, installation, cast.asta)
    return found


def names(database):
    with database.reading() as session:
        return list(session.scalars(sa.select(Organisation.name).where(Organisation.kind == OrganisationKind.EVALUATION)))


def entries(database):
    with database.reading() as session:
        return [
            (found.act, found.thing.split(" ")[0], found.allowed)
            for found in session.scalars(sa.select(AccessEntry).order_by(AccessEntry.id))
        ]


def rows(database):
    """How many rows each table has."""
    with database.reading() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }


def a_form(client, app, **fields):
    if isinstance(fields.get("paper"), bytes):
        fields["paper"] = FileStorage(io.BytesIO(fields["paper"]), "bilag.pdf")
    boundary, body = encode_multipart({"csrf_token": _token(client, app), **fields})
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"', "headers": FROM_HERE}


class Slow(io.RawIOBase):
    """A body that comes halfway, and then waits until somebody else has written."""

    def __init__(self, body: bytes) -> None:
        self.rest = io.BytesIO(body)
        self.is_halfway = threading.Event()
        self.may_go_on = threading.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if self.rest.tell() > 0:
            self.is_halfway.set()
            assert self.may_go_on.wait(20)
        return self.rest.readinto(memoryview(buffer)[:65536])


def test_a_slow_upload_holds_no_lock(client, app, database):
    form = a_form(client, app, name="slow", paper=b"y" * 200_000)
    body = form.pop("data")
    slow = Slow(body)
    comes_in = {"wsgi.input": slow, "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": form.pop("content_type")}
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(client.post, "/room/things", environ_overrides=comes_in, **form)
        assert slow.is_halfway.wait(5), sending.result(1)
        with database.writing() as session:
            session.add(Organisation(kind=OrganisationKind.EVALUATION, code="q", name="quick", sort_key="q", mailbox="m"))
            session.commit()
        assert names(database) == ["quick"]
        slow.may_go_on.set()
        assert sending.result(20).location == "/room/done/200000"
    assert sorted(names(database)) == ["quick", "slow"]


def test_a_stranger_stores_nothing_not_even_for_a_moment(app, cast, database, parcels, monkeypatch):
    monkeypatch.setattr(tempfile, "_TemporaryFileWrapper", None)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", None)
    client = app.test_client()
    before = rows(database)
    answer = client.post("/room/things", **a_form(client, app, name="stranger", paper=BIG))
    assert answer.status_code == 401
    assert parcels == []
    assert rows(database) == before


def test_a_second_click_leads_to_the_same_place_with_one_effect(client, app, database, parcels):
    first = client.post("/room/things", **a_form(client, app, name="once", _key="key-1"))
    again = client.post("/room/things", **a_form(client, app, name="once", _key="key-1"))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert names(database) == ["once"]
    assert [parcel.is_discarded for parcel in parcels] == [False, True]


def test_clicks_at_the_same_moment_have_one_effect(app, installation, cast, database):
    clients = [app.test_client() for _ in range(4)]
    for one in clients:
        _sign_in(one, installation, cast.asta)
    forms = [a_form(one, app, name="race", _key="key-1") for one in clients]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pair: pair[0].post("/room/things", **pair[1]), zip(clients, forms, strict=True)))
    assert [answer.status_code for answer in answers] == [303] * 4
    assert names(database) == ["race"]


def test_a_form_that_failed_can_be_sent_again_with_its_key(client, app, database, parcels):
    client.post("/room/things", **a_form(client, app, name="forgotten", _key="key-1"))
    assert names(database) == []
    assert parcels[0].is_discarded
    assert client.post("/room/things", **a_form(client, app, name="sent", _key="key-1")).status_code == 303
    assert names(database) == ["sent"]


def test_anothers_key_leads_nowhere(client, app, installation, cast):
    client.post("/room/things", **a_form(client, app, name="mine", _key="key-1"))
    other = app.test_client()
    _sign_in(other, installation, cast.dag)
    assert other.post("/room/things", **a_form(other, app, name="mine", _key="key-1")).status_code == 404


def test_a_stranger_to_the_thing_gets_404_and_one_who_may_open_it_403_and_both_are_logged(ask, cast, database):
    assert ask("GET", f"/room/people/{cast.asta.public_id}", as_=cast.dag).status_code == 404
    assert ask("GET", f"/room/people/{cast.asta.public_id}", as_=cast.asta).status_code == 403
    assert ask("GET", "/room/figures", as_=cast.asta).status_code == 403
    assert ask("GET", "/room/people/nobody", as_=cast.adam).status_code == 404
    assert entries(database) == [
        (Act.MANAGE_USERS, "user", False),
        (Act.MANAGE_USERS, "user", False),
        (Act.SEE_FIGURES, "", False),
        (Act.MANAGE_USERS, "", False),
    ]


def test_an_opening_is_logged_once_whether_read_or_written(app, installation, cast, database):
    client = app.test_client()
    _sign_in(client, installation, cast.adam)
    assert client.get(f"/room/people/{cast.asta.public_id}").text == "Asta Oppdiktet seen by Adam Oppdiktet"
    assert client.post(f"/room/people/{cast.asta.public_id}", **a_form(client, app)).status_code == 200
    assert entries(database) == [(Act.MANAGE_USERS, "user", True)] * 2


def test_the_database_refuses_what_a_get_would_write(client, caplog, database):
    # As if the disk could only be read: nothing is lost, and it may be asked again.
    assert client.get("/room/open").status_code == 503
    assert "OperationalError" in caplog.text or "InternalError" in caplog.text
    with database.reading() as session:
        assert session.scalars(sa.select(SentForm)).all() == []


def test_who_loses_the_right_while_the_body_comes_in_is_refused_and_logged(
    client, app, installation, cast, database, monkeypatch
):
    _sign_in(client, installation, cast.adam)
    form = a_form(client, app)

    def disabled_meanwhile():
        with database.writing() as session:
            session.execute(sa.update(User).where(User.id == cast.adam.id).values(disabled_at=now()))
            session.commit()

    monkeypatch.setattr("tvist.access.guard._check_token", disabled_meanwhile)
    assert client.post(f"/room/people/{cast.asta.public_id}", **form).status_code == 401


def test_a_role_that_ends_while_the_body_comes_in_no_longer_counts(client, app, installation, cast, database, monkeypatch):
    _sign_in(client, installation, cast.adam)
    form = a_form(client, app)

    def ended_meanwhile():
        with database.writing() as session:
            session.execute(sa.text("UPDATE membership SET to_on = '2020-01-01' WHERE role = 'administrator'"))
            session.commit()

    monkeypatch.setattr("tvist.access.guard._check_token", ended_meanwhile)
    assert client.post(f"/room/people/{cast.asta.public_id}", **form).status_code == 404
    assert entries(database) == [(Act.MANAGE_USERS, "user", True), (Act.MANAGE_USERS, "user", False)]


def test_too_much_is_refused_before_it_is_kept(client, app, parcels):
    answer = client.post("/room/things", **a_form(client, app, paper=b"x" * 11_000_000))
    assert answer.status_code == 413
    assert parcels == []
