"""A passkey in a real browser: set up, second step, fresh proof, alone; and the warning before an idle sign-in ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.people import a_cast, give_phrase
from tests.visitor import PHRASE
from tvist.accounts.factors import FactorReset, SecondFactor
from tvist.accounts.models import SignIn
from tvist.accounts.passwords import hash_password
from tvist.clock import now, today

if TYPE_CHECKING:
    from tests.journeys.conftest import Visit
    from tests.people import Cast
    from tvist.installation import Installation

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def kind() -> str:
    """One database is enough: the browser does not see it."""
    return "sqlite"


@pytest.fixture
def cast(installation: Installation) -> Cast:
    """Adam, the administrator, has a pass phrase and no second step."""
    with installation.database.writing() as session:
        cast = a_cast(session)
        give_phrase(session, cast.adam, hash_password(PHRASE), began_on=today())
        session.commit()
    return cast


def change(visit: Visit, **values: datetime | None) -> None:
    """Let time pass, by changing rows."""
    with visit.installation.database.writing() as session:
        session.execute(sa.update(SignIn).where(SignIn.ended_at.is_(None)).values(**values))
        session.commit()


def first_step(visit: Visit) -> None:
    visit.go("/sign-in")
    visit.fill({"email": "adam@example.invalid", "password": PHRASE})
    visit.press("Logg inn")


def sign_out(visit: Visit) -> None:
    visit.press("Logg ut")


def set_up(visit: Visit) -> None:
    first_step(visit)
    assert "Sett opp det andre steget" in visit.text()
    visit.press("Lag passnøkkel")
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="Lagre som fil").click()
    shown = visit.page.locator("#codes").inner_text().split()
    assert saved.value.path().read_text().split() == shown
    assert len(shown) == 10
    visit.press("Jeg har tatt vare på kodene")
    assert visit.page.url.endswith("/desk")


def type_over_the_end(visit: Visit, address: str) -> None:
    """What was typed when the sign-in ended comes along through a sign-in by passkey alone."""
    visit.go(address)
    visit.fill({"reason": "Telefonen er mistet."})
    change(visit, ended_at=now())
    visit.press("Nullstill det andre steget")
    assert "Innloggingen er avsluttet" in visit.text()
    visit.press("Logg inn med passnøkkel")
    assert "Telefonen er mistet." in visit.page.locator("input[name=reason]").input_value()
    visit.press("Send nå")
    with visit.installation.database.reading() as session:
        assert session.scalars(sa.select(FactorReset.reason)).all() == ["Telefonen er mistet."]


def lie_idle(visit: Visit) -> None:
    """Five minutes before the end the page warns; who says that they are there stays, who does not is told that it is over."""
    clock, dialog = visit.page.clock, visit.page.get_by_role("alertdialog")
    clock.install()
    visit.go("/account")
    expect(dialog).to_be_hidden()
    change(visit, last_seen_at=now() - timedelta(minutes=57))
    clock.fast_forward("56:00")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text("Om 3 minutter blir du logget ut.")
    visit.who = "idle"
    visit.look()
    expect(dialog.get_by_role("button", name="Fortsett å være logget inn")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    with visit.installation.database.reading() as session:
        assert session.scalar(sa.select(sa.func.max(SignIn.last_seen_at))) > now() - timedelta(minutes=1)
    change(visit, last_seen_at=now() - timedelta(minutes=61))
    clock.fast_forward("01:01:00")
    expect(dialog).to_contain_text("Du er logget ut")
    expect(dialog.get_by_role("link", name="Logg inn")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page).to_have_url(f"{visit.address}/sign-in?next=/account")


def test_a_passkey_opens_and_proves_and_an_idle_page_warns(visit: Visit, cast: Cast) -> None:
    visit.address = visit.address.replace("127.0.0.1", "localhost")
    devices = visit.page.context.new_cdp_session(visit.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    set_up(visit)
    sign_out(visit)
    first_step(visit)
    visit.press("Bruk passnøkkel")
    assert visit.page.url.endswith("/desk")
    change(visit, proved_at=None)
    visit.go("/users")
    assert "Vis at det fortsatt er deg" in visit.text()
    visit.press("Bruk passnøkkel")
    assert visit.page.url.endswith("/users")
    visit.page.set_viewport_size({"width": 375, "height": 800})
    for path in ("/account/security", "/account/security/new", "/account/security/codes", "/proof", "/users"):
        visit.who = "phone"
        visit.go(path)
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    type_over_the_end(visit, f"/users/{cast.bo.public_id}/second-step")
    lie_idle(visit)
    with visit.installation.database.reading() as session:
        passkey = session.scalars(sa.select(SecondFactor)).one()
        assert passkey.name == "Chrome, Linux"
        assert passkey.sign_count is not None
        assert passkey.sign_count >= 3
