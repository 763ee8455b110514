"""The pages of the second step: where it is done, and where it is set up. Shown to who is half signed in, and on one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app, render_template, request

from tvist.accounts.code_apps import add_app, is_recovery_code, new_app, use_code, use_recovery_code
from tvist.accounts.outside_actions import identities_of
from tvist.accounts.passkeys import Asking, BadAnswer, add_passkey, options_to_make, options_to_use, site_of, use_passkey
from tvist.accounts.second_forms import AppForm, CodeForm, PasskeyForm
from tvist.accounts.second_steps import factors_of, passkeys_among
from tvist.accounts.sign_ins import browser_words
from tvist.accounts.throttle import Keys, forgive, keys_for, seconds_to_wait
from tvist.clock import now
from tvist.web.session import current_session, installed, t
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.factors import SecondFactor
    from tvist.accounts.models import User
    from tvist.web.carrying import Carried

SECOND_STEP, SET_UP, SIGN_IN, PROOF = "second step", "set up", "sign in", "proof"


@dataclass(frozen=True)
class Tried:
    """A code that was typed, as a page takes it in between the beats: how long its sender must wait, and what it was counted by."""

    seconds: int = 0
    keys: Keys | None = None
    at: datetime | None = None

    def discard(self) -> None:
        """The attempt stays written down: it was made."""

    def forgive(self) -> None:
        """The code was right."""
        if self.keys is not None and self.at is not None:
            forgive(current_session, self.keys, self.at)


def tried(user: User | None) -> Tried:
    """Count the code of this request, between the beats. An app's code is counted over all networks too; a recovery code nobody guesses."""
    code = request.form.get("one_time_code", "")
    if user is None or not code.strip():
        return Tried()
    is_long, at = is_recovery_code(code), now()
    purpose = "recovery code" if is_long else "second step"
    keys = keys_for(str(current_app.secret_key), user.email, request.remote_addr, purpose, everywhere=not is_long)
    return Tried(seconds_to_wait(installed().database, keys, at), keys, at)


def asking(purpose: str) -> Asking | None:
    """What passkeys are asked with here; None where there can be none."""
    site = site_of(installed().config, request.host_url)
    return Asking(site, str(current_app.secret_key), purpose) if site is not None else None


def this_browser() -> str:
    """The browser of this request, in words."""
    return browser_words(request.headers.get("User-Agent", ""))


def options_for(user: User, factors: list[SecondFactor], purpose: str) -> str:
    """What the browser is asked, where the person has a passkey; else empty."""
    found, known = asking(purpose), passkeys_among(factors)
    return options_to_use(found, user, known) if found is not None and known else ""


def has_proved(user: User, form: CodeForm, counted: Tried, purpose: str) -> bool:
    """Whether what was sent proves the second step, by a passkey or a code; the form is blamed where it does not."""
    answer, found = request.form.get("credential", ""), asking(purpose)
    if answer and found is not None:
        try:
            return use_passkey(current_session, found, answer=answer, at=now(), user=user) is not None
        except BadAnswer:
            form.blame(Message("security.passkey_failed"))
            return False
    if not form.validate():
        return False
    if counted.seconds:
        form.blame(wait(counted.seconds))
        return False
    code, keys = form.one_time_code.data or "", installed().keys
    take = use_recovery_code if is_recovery_code(code) else use_code
    if take(current_session, keys, user, code, at=now()):
        counted.forgive()
        return True
    form.blame(Message("security.wrong_code"), "one_time_code")
    return False


def wait(seconds: int) -> Message:
    """How long to wait, in words: minutes, or hours where it is long."""
    minutes = -(-seconds // 60)
    return Message("security.wait_hours", count=-(-minutes // 60)) if minutes > 60 else Message("security.wait", count=minutes)  # noqa: PLR2004 - minutes of an hour.


def status_after(form: CodeForm, counted: Tried) -> int:
    """How a page with a code that did not prove anything is answered."""
    return 200 if not form.is_submitted() else 429 if counted.seconds else 422


def second_page(user: User, following: str, carried: Carried | None = None, form: CodeForm | None = None) -> str:
    """The second step of who is half signed in, or where to set one up for who has none."""
    factors = factors_of(current_session, user)
    if has_it_outside(user, factors):
        return render_template("outside/instead.html", following=following, carried=carried)
    if not factors:
        return set_up_page(user, factors, following=following, carried=carried, is_first=True)
    return render_template(
        "signin/second.html",
        form=form or CodeForm(formdata=None),
        options=options_for(user, factors, SECOND_STEP),
        has_app=len(factors) > len(passkeys_among(factors)),
        following=following,
        carried=carried,
    )


def has_it_outside(user: User, factors: list[SecondFactor]) -> bool:
    """Whether the person's second step is the national sign-in alone: a pass phrase, which a letter gives, sets up no other beside it."""
    return not factors and installed().config.outside is not None and bool(identities_of(current_session, user))


@dataclass(frozen=True)
class SetUpForms:
    """The two forms of the page; the one that was not sent is empty."""

    passkey: PasskeyForm
    app: AppForm

    @property
    def fault(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.passkey.faults() or self.app.faults())


def sent_forms() -> SetUpForms:
    """The forms as they were sent."""
    is_passkey = "passkey_name" in request.form
    named = {"passkey_name": this_browser() or t("security.kind_passkey"), "app_name": t("security.kind_app")}
    passkey = PasskeyForm(data=named) if is_passkey else PasskeyForm(formdata=None, data=named)
    return SetUpForms(passkey, AppForm(formdata=None, data=named) if is_passkey else AppForm(data=named))


def set_up(user: User, forms: SetUpForms) -> SecondFactor | None:
    """Take what was sent into use; None, with a form blamed, where that cannot be."""
    at, found = now(), asking(SET_UP)
    if "passkey_name" in request.form:
        if found is None or not forms.passkey.validate():
            return None
        try:
            answer, name = request.form.get("credential", ""), forms.passkey.passkey_name.data or ""
            return add_passkey(user, found, answer=answer, name=name, at=at)
        except BadAnswer:
            forms.passkey.blame(Message("security.passkey_failed"))
            return None
    if not forms.app.validate():
        return None
    sealed, code = request.form.get("one_time_setup", ""), forms.app.one_time_code.data or ""
    made = add_app(user, installed().keys, sealed=sealed, code=code, name=forms.app.app_name.data or "", at=at)
    if made is None:
        forms.app.blame(Message("security.wrong_first_code"), "one_time_code")
    return made


def set_up_page(
    user: User,
    factors: list[SecondFactor],
    *,
    forms: SetUpForms | None = None,
    following: str = "",
    carried: Carried | None = None,
    is_first: bool = False,
) -> str:
    """Where a passkey or a code app is set up. `is_first`: by who is half signed in and has none."""
    found = asking(SET_UP)
    return render_template(
        "signin/set_up.html",
        forms=forms or sent_forms(),
        app=new_app(installed().keys, user, at=now(), sealed=request.form.get("one_time_setup", "")),
        options=options_to_make(found, user, passkeys_among(factors)) if found is not None else "",
        following=following,
        carried=carried,
        is_first=is_first,
    )
