"""Signing in by the national sign-in, against a provider with a port of its own: the way in, what it opens, and every way it fails."""

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from joserfc.jwk import RSAKey

from tests.conftest import _sign_in
from tests.oidc_provider import LEVEL, NUMBER, acting, go, running_provider, state_of
from tests.people import give_phrase
from tests.scenes.intake import accepted
from tests.visitor import PHRASE, Visitor
from tvist.access.policy import Act, Role
from tvist.access.roles import may
from tvist.accounts.actions import disable, make_password_link
from tvist.accounts.factors import SecondFactor
from tvist.accounts.models import Membership, MembershipRole, Organisation, SignIn, User
from tvist.accounts.outside import OutsideIdentity
from tvist.accounts.outside_actions import subject_key
from tvist.accounts.outside_flow import HOLDS_FOR
from tvist.accounts.outside_provider import provider_of
from tvist.accounts.outside_token import Outsider
from tvist.accounts.passwords import hash_password
from tvist.accounts.sign_ins import sign_in_of
from tvist.cases.models import Case
from tvist.cases.queries import visible_to
from tvist.clock import now, today
from tvist.delivery.models import Letter, LetterKind
from tvist.delivery.queries import letters_to

# The provider of the tests stands on parts of Authlib that are to be replaced; nothing of ours does.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SUBJECT = "24910298765"
ELSEWHERE = "912345678"


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    with running_provider(tmp_path_factory.mktemp("oidc")) as found:
        yield found


@pytest.fixture
def provider(running):
    running.reset()
    running.knows(SUBJECT)
    return running


@pytest.fixture
def app(app, installation, provider):
    app.extensions["tvist"] = replace(installation, config=replace(installation.config, outside=provider.settings))
    return app


@pytest.fixture
def tied(app, installation, database, cast, provider):
    """Asta, who has tied her identity; she works for Vik, and from some time ago for Luster too."""
    tie_to(database, installation, provider, cast.asta)
    with database.writing() as session:
        session.execute(sa.update(Membership).where(Membership.user_id == cast.asta.id).values(from_on=today()))
        session.execute(sa.update(Organisation).where(Organisation.id == cast.vik.id).values(organisation_number=NUMBER))
        session.execute(sa.update(Organisation).where(Organisation.id == cast.luster.id).values(organisation_number=ELSEWHERE))
        session.execute(sa.update(Organisation).where(Organisation.id == cast.body.id).values(organisation_number="911111111"))
        session.commit()
    return cast.asta


def tie_to(database, installation, provider, user, subject=SUBJECT):
    key = subject_key(installation.keys, provider.settings, Outsider(subject, None, None))
    with database.writing() as session:
        session.add(OutsideIdentity(user_id=user.id, provider="Ansattporten", subject_key=key, tied_at=now()))
        session.commit()


def all_of(database, table):
    with database.reading() as session:
        return list(session.scalars(sa.select(table).order_by(*table.__table__.primary_key.columns)))


def also_works(database, user, organisation, role=MembershipRole.CASE_OFFICER):
    with database.writing() as session:
        session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=role, from_on=today()))
        session.commit()


def signed_in_here(app, installation, user, *, proved=True):
    visitor = Visitor(app)
    _sign_in(visitor.client, installation, user, proved=proved)
    return visitor


def seconds(at):
    return int(at.timestamp())


def test_one_asks_as_the_provider_demands(app, provider, tied):
    asked = Visitor(app).get("/outside/sign-in?next=/cases").location
    told = {name: found[0] for name, found in parse_qs(urlsplit(asked).query).items()}
    assert asked.startswith(provider.settings.issuer + "/oauth2/authorize?")
    assert {
        "response_type": "code",
        "code_challenge_method": "S256",
        "acr_values": LEVEL,
        "ui_locales": "nb nn en",
    }.items() <= told.items()
    assert told["redirect_uri"] == "http://127.0.0.1:8000/outside/back"
    assert min(len(told["state"]), len(told["nonce"]), len(told["code_challenge"])) >= 32
    assert "prompt" not in told


def test_one_signs_in_for_the_organisation_and_goes_on(app, database, provider, tied, cast):
    visitor = Visitor(app)
    provider.alter = changing(auth_time=seconds(now()) - 50)
    answer = go(visitor, provider, "/outside/sign-in?next=/account", SUBJECT)
    assert (answer.status_code, answer.location) == (303, "/account")
    cookie = answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie
    assert "HttpOnly" in cookie
    assert "Vik kommune" in visitor.get("/account").get_data(as_text=True)
    assert "handler for" not in visitor.page
    found = all_of(database, SignIn)[0]
    assert (found.user_id, found.organisation_id) == (tied.id, cast.vik.id)
    assert timedelta(seconds=45) < now() - found.proved_at < timedelta(minutes=2), "as fresh as the provider says"
    assert provider.refused == []
    assert visitor.get("/account/outside").status_code == 200, "its level of assurance stands for the second step"


def test_a_provider_that_says_no_moment_proves_nothing_fresh(app, database, provider, tied):
    visitor = Visitor(app)
    provider.alter = changing(auth_time=None)
    assert go(visitor, provider, "/outside/sign-in", SUBJECT).location == "/desk"
    assert all_of(database, SignIn)[0].proved_at is None
    assert visitor.get("/account/outside").location.startswith("/proof"), "signed in, but not lately proved"


def test_afterwards_one_goes_nowhere_else(app, provider, tied):
    assert go(Visitor(app), provider, "/outside/sign-in?next=//evil.example/x", SUBJECT).location == "/desk"


def refused(visitor, answer, words):
    assert words in visitor.page
    assert SUBJECT not in visitor.page
    assert "sign_in" not in dict(visitor.client.session_transaction().__enter__())
    return answer.status_code


def changing(**claims):
    return lambda told: {**told, **claims}


@pytest.mark.parametrize(
    ("alter", "status", "words"),
    [
        (changing(acr="substantial"), 403, "ikke sikker nok"),
        (changing(nonce="another"), 403, "brukt før"),
        (changing(iss="https://evil.example"), 502, "kunne ikke godtas"),
        (changing(authorization_details=[acting("999999999")]), 403, "Fant ingen tilgang"),
        (changing(authorization_details=[]), 403, "Velg en virksomhet"),
    ],
)
def test_a_token_that_is_not_right_lets_nobody_in(app, database, provider, tied, caplog, alter, status, words):
    provider.alter = alter
    visitor = Visitor(app)
    with caplog.at_level(logging.DEBUG):
        answer = go(visitor, provider, "/outside/sign-in", SUBJECT)
    assert refused(visitor, answer, words) == status
    assert all_of(database, SignIn) == []
    assert SUBJECT not in "".join(found.getMessage() for found in caplog.records if found.name.startswith("tvist"))


def test_the_signature_of_another_lets_nobody_in(app, database, provider, tied):
    provider.signer = RSAKey.generate_key(2048)
    visitor = Visitor(app)
    assert refused(visitor, go(visitor, provider, "/outside/sign-in", SUBJECT), "kunne ikke godtas") == 502
    assert all_of(database, SignIn) == []


def test_who_says_no_there_is_told_here(app, provider, tied):
    visitor = Visitor(app)
    assert refused(visitor, go(visitor, provider, "/outside/sign-in?next=/cases", SUBJECT, "deny"), "avbrutt") == 403
    assert 'href="/outside/sign-in?next=/cases"' in visitor.page


def test_a_return_is_used_once_and_in_its_own_browser(app, database, provider, tied):
    visitor, other = Visitor(app), Visitor(app)
    asked = visitor.get("/outside/sign-in").location
    with visitor.client.session_transaction() as before:
        kept = dict(before)
    back = provider.answers(asked, SUBJECT)
    assert refused(other, other.get(back), "brukt før") == 403
    assert visitor.get(back).status_code == 303
    assert visitor.get(back).status_code == 403, "the way is gone from the cookie"
    with other.client.session_transaction() as cookie:
        cookie.update(kept)
    assert refused(other, other.get(back), "brukt før") == 403, "an old cookie does not bring it back"
    assert len(all_of(database, SignIn)) == 1


def test_a_state_of_nobodys_and_one_from_long_ago_come_to_nothing(app, provider, tied):
    visitor = Visitor(app)
    asked = visitor.get("/outside/sign-in").location
    back = provider.answers(asked, SUBJECT)
    assert visitor.get(back.replace(state_of(back), "x" * 32)).status_code == 403
    assert visitor.get("/outside/back").status_code == 403
    with visitor.client.session_transaction() as cookie:
        cookie["outside"] = [{**told, "began": told["began"] - HOLDS_FOR.total_seconds() - 1} for told in cookie["outside"]]
    assert visitor.get(back).status_code == 403


def test_a_code_of_another_way_is_refused_by_its_proof(app, database, provider, tied):
    visitor, other = Visitor(app), Visitor(app)
    mine, theirs = (each.get("/outside/sign-in").location for each in (visitor, other))
    stolen = parse_qs(urlsplit(provider.answers(theirs, SUBJECT)).query)["code"][0]
    answer = visitor.get(f"/outside/back?state={state_of(mine)}&code={stolen}")
    assert answer.status_code == 503
    assert provider.refused == ["another's code"]
    assert all_of(database, SignIn) == []


def test_a_provider_that_is_away_is_told_of(app, installation, provider, tied, caplog):
    visitor = Visitor(app)
    back = provider.answers(visitor.get("/outside/sign-in").location, SUBJECT)
    away = replace(provider.settings, issuer="http://localhost:9")
    app.extensions["tvist"] = replace(installation, config=replace(installation.config, outside=away))
    assert refused(visitor, visitor.get(back), "svarer ikke nå") == 503
    assert refused(visitor, visitor.get("/outside/sign-in"), "svarer ikke nå") == 503
    assert "Traceback" not in caplog.text
    assert SUBJECT not in caplog.text


def test_a_provider_that_gives_itself_another_name_is_not_believed(app, installation, provider, tied):
    wrong = replace(provider.settings, issuer=provider.settings.issuer.replace("localhost", "127.0.0.1") + "/x/..")
    app.extensions["tvist"] = replace(installation, config=replace(installation.config, outside=wrong))
    assert Visitor(app).get("/outside/sign-in").status_code in {502, 503}


@pytest.mark.parametrize("who", ["stranger", "shut", "gone", "board"])
def test_whoever_has_no_way_in_gets_one_and_the_same_answer(app, database, installation, provider, tied, cast, who):
    provider.knows("someone else")
    with database.writing() as session:
        asta = session.get_one(User, tied.id)
        if who == "shut":
            disable(asta, by=session.get_one(User, cast.adam.id), at=now())
        if who == "gone":
            session.execute(sa.delete(Membership).where(Membership.user_id == asta.id))
        if who == "board":
            session.execute(sa.update(OutsideIdentity).values(ended_at=now()))
            session.add(
                Membership(user_id=cast.frida.id, organisation_id=cast.vik.id, role=MembershipRole.CASE_OFFICER, from_on=today())
            )
        session.commit()
    if who == "board":
        tie_to(database, installation, provider, cast.frida)
    visitor = Visitor(app)
    answer = go(visitor, provider, "/outside/sign-in", "someone else" if who == "stranger" else SUBJECT)
    assert refused(visitor, answer, "Fant ingen tilgang") == 403
    assert "Asta" not in visitor.page
    assert "/access" in visitor.page, "it says what to do"
    assert all_of(database, SignIn) == []


def test_it_acts_for_one_organisation_alone(app, database, provider, tied, cast):
    """What opens to the person through another organisation, or by another role of theirs, does not open to this sign-in."""
    also_works(database, tied, cast.luster, MembershipRole.AUTHORISED_FILER)
    also_works(database, tied, cast.body, MembershipRole.SECRETARIAT)
    with database.writing() as session:
        case = accepted(session, cast)
        session.commit()
        slug, case_id = case.slug, case.id
    cases = {}
    for number in (NUMBER, ELSEWHERE, "911111111"):
        provider.knows(SUBJECT, authorization_details=[acting(number)])
        visitor = Visitor(app)
        assert go(visitor, provider, "/outside/sign-in", SUBJECT).status_code == 303
        with visitor.client.session_transaction() as cookie:
            token = cookie["sign_in"]
        with database.reading() as session:
            user = sign_in_of(session, token, now()).user
            case, on = session.get_one(Case, case_id), today()
            seen = session.scalars(sa.select(Case).where(visible_to(user, on))).all()
            cases[number] = (
                case.roles_for(user, on),
                user.roles_on(on),
                bool(seen),
                {found.party.organisation_id if found.party else None for found in letters_to(session, user, on)[0]},
                visitor.get(f"/cases/{slug}").status_code,
                may(user, Act.SEE_COLLEAGUES, case.parties[0].organisation, on),
            )
    assert cases[NUMBER] == (
        {Role.REQUESTING, Role.REQUESTING_FILER},
        {Role.SIGNED_IN, Role.PARTY_STAFF},
        True,
        {cast.vik.id},
        200,
        True,
    )
    assert cases[ELSEWHERE] == (set(), {Role.SIGNED_IN, Role.PARTY_STAFF}, False, set(), 404, False)
    assert cases["911111111"] == ({Role.SECRETARIAT}, {Role.SIGNED_IN, Role.SECRETARIAT}, True, {None}, 200, False)


def test_who_stops_working_there_is_signed_out_the_same_day(app, database, provider, tied, cast):
    also_works(database, tied, cast.luster)
    visitor = Visitor(app)
    go(visitor, provider, "/outside/sign-in", SUBJECT)
    assert visitor.get("/desk").status_code == 200
    with database.writing() as session:
        session.execute(sa.delete(Membership).where(Membership.user_id == tied.id, Membership.organisation_id == cast.vik.id))
        session.commit()
    assert visitor.get("/desk").location == "/sign-in?next=/desk"


def test_one_ties_ones_identity_from_inside_after_a_fresh_proof(app, database, installation, provider, cast):
    assert signed_in_here(app, installation, cast.asta, proved=False).get("/account/outside/tie").location.startswith("/proof")
    visitor = signed_in_here(app, installation, cast.asta)
    assert "ikke knyttet" in visitor.get("/account/outside").get_data(as_text=True)
    assert go(visitor, provider, "/account/outside/tie", SUBJECT).location == "/account/outside"
    assert "er knyttet til kontoen" in visitor.get("/account/outside").get_data(as_text=True)
    kept = all_of(database, OutsideIdentity)[0]
    assert SUBJECT not in kept.subject_key
    assert len(kept.subject_key) == 64
    assert [found.kind for found in all_of(database, Letter)] == [LetterKind.SIGN_IN_CHANGED]

    other = signed_in_here(app, installation, cast.arne)
    answer = go(other, provider, "/account/outside/tie", SUBJECT)
    assert answer.status_code == 403
    assert "Asta" not in other.page
    assert "kan ikke knyttes" in other.page.lower()

    assert other.post(f"/account/outside/{kept.public_id}/untie").status_code == 404, "another's identity is not there"
    with database.writing() as session:
        session.execute(sa.update(User).where(User.id == cast.asta.id).values(password_hash="x"))
        session.commit()
    visitor.get("/account/outside")
    assert visitor.post(f"/account/outside/{kept.public_id}/untie").status_code == 303
    assert all_of(database, OutsideIdentity)[0].ended_at is not None
    assert go(Visitor(app), provider, "/outside/sign-in", SUBJECT).status_code == 403


def test_nobody_ties_anything_to_an_account_that_was_not_signed_in_when_the_way_began(
    app, database, installation, provider, cast
):
    visitor = signed_in_here(app, installation, cast.asta)
    back = provider.answers(visitor.get("/account/outside/tie").location, SUBJECT)
    _sign_in(visitor.client, installation, cast.arne)
    assert visitor.get(back).status_code == 403
    assert all_of(database, OutsideIdentity) == []


def test_a_newcomer_ties_by_the_letter_once(app, database, provider, cast):
    with database.writing() as session:
        token = make_password_link(session.get_one(User, cast.asta.id), at=now())
        session.execute(sa.update(Organisation).where(Organisation.id == cast.vik.id).values(organisation_number=NUMBER))
        session.execute(sa.update(Membership).where(Membership.user_id == cast.asta.id).values(from_on=today()))
        session.commit()
    visitor = Visitor(app)
    assert f"/outside/letter/{token}" in visitor.get(f"/password/{token}").get_data(as_text=True)
    assert go(visitor, provider, f"/outside/letter/{token}", SUBJECT).location == "/sign-in"
    assert go(visitor, provider, "/outside/sign-in", SUBJECT).location == "/desk"
    assert Visitor(app).get(f"/outside/letter/{token}").status_code == 404
    with database.writing() as session:
        again = make_password_link(session.get_one(User, cast.asta.id), at=now())
        session.commit()
    assert Visitor(app).get(f"/outside/letter/{again}").status_code == 404, "who has a way in ties from inside"


def test_a_pass_phrase_by_letter_opens_no_account_whose_second_step_is_outside(app, database, provider, tied):
    with database.writing() as session:
        give_phrase(session, tied, hash_password(PHRASE), began_on=today())
        session.commit()
    visitor = Visitor(app)
    visitor.get(visitor.first_step(tied.email).location)
    assert "Logg inn med Ansattporten" in visitor.page
    assert visitor.post("/sign-in/set-up", {"app_name": "x", "one_time_code": "000000"}).status_code == 409
    assert all_of(database, SecondFactor) == []


def test_one_proves_anew_there_and_goes_on(app, database, provider, tied, cast):
    visitor = Visitor(app)
    provider.alter = changing(auth_time=None)
    go(visitor, provider, "/outside/sign-in", SUBJECT)
    assert "Bekreft med Ansattporten" in visitor.get("/proof?next=/account/outside").get_data(as_text=True)
    asked = parse_qs(urlsplit(visitor.get("/account/outside/prove").location).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])

    for moment in (None, seconds(now()) - 3600):
        provider.alter = changing(auth_time=moment)
        assert refused_to_prove(visitor, provider) == "på nytt hvem du er"
    provider.alter = changing(authorization_details=[acting(ELSEWHERE)])
    assert go(visitor, provider, "/account/outside/prove", SUBJECT).status_code == 403, "for another organisation"
    provider.alter = None
    provider.knows("another")
    assert go(visitor, provider, "/account/outside/prove", "another").status_code == 403, "another person"
    assert [found.proved_at for found in all_of(database, SignIn)] == [None]

    assert go(visitor, provider, "/account/outside/prove?next=/account/outside", SUBJECT).location == "/account/outside"
    assert all_of(database, SignIn)[0].proved_at is not None
    assert visitor.get("/account/outside").status_code == 200


def refused_to_prove(visitor, provider):
    answer = go(visitor, provider, "/account/outside/prove", SUBJECT)
    words = "på nytt hvem du er"
    return words if answer.status_code == 403 and words in visitor.page else visitor.page


def test_an_account_that_rests_is_woken_by_the_postmottak_here_too(app, database, provider, tied):
    with database.writing() as session:
        session.execute(sa.update(Membership).where(Membership.user_id == tied.id).values(from_on=today() - timedelta(days=400)))
        session.commit()
    visitor = Visitor(app)
    assert go(visitor, provider, "/outside/sign-in", SUBJECT).status_code == 403
    assert "postmottaket" in visitor.page
    assert visitor.post("/access/wake", {"key": visitor.field("key")}).status_code in {200, 303}


def test_without_a_provider_there_is_no_such_page(app, installation, ask, cast):
    app.extensions["tvist"] = installation
    for path in ("/outside/sign-in", "/outside/back", "/account/outside", "/account/outside/prove"):
        assert ask("GET", path, as_=cast.asta).status_code == 404
    assert "Ansattporten" not in ask("GET", "/sign-in").get_data(as_text=True)


def test_what_the_provider_said_is_not_asked_for_each_time(provider):
    assert provider_of(provider.settings) is provider_of(replace(provider.settings))
