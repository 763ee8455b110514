"""What people fill in to sign in, to change their own account, and to make an account for another."""

from __future__ import annotations

from wtforms import PasswordField, SelectField, StringField

from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy
from tvist.words import LANGUAGES

LANGUAGE_CHOICES = choices((language, lazy(f"web.language_{language}")) for language in LANGUAGES)


class SignInForm(TvistForm):
    """E-mail and pass phrase."""

    email = StringField(lazy("accounts.email"), [Needed("accounts.write_email"), NotLonger(300)], filters=[trimmed])
    password = PasswordField(lazy("accounts.password"), [Needed("accounts.write_password"), NotLonger(500)])


class LanguageForm(TvistForm):
    """The language of one's own pages and notices."""

    edits = True

    language = SelectField(lazy("accounts.own_language"), choices=LANGUAGE_CHOICES)


class NewPasswordForm(TvistForm):
    """A new pass phrase, by a link."""

    password = PasswordField(lazy("accounts.new_password"), [Needed("accounts.write_new_password"), NotLonger(500)])


class ChangePasswordForm(NewPasswordForm):
    """A new pass phrase, by the old one."""

    old_password = PasswordField(lazy("accounts.old_password"), [Needed("accounts.write_old_password"), NotLonger(500)])


class ForgottenForm(TvistForm):
    """Where to send the link."""

    email = StringField(lazy("accounts.email"), [Needed("accounts.write_email"), NotLonger(300)], filters=[trimmed])
