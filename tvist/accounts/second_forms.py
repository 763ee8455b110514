"""What people fill in for the second step: a code, and what a passkey or an app is to be called."""

from __future__ import annotations

from wtforms import StringField

from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy

LONGEST_NAME = 80
_CODE = [Needed("security.write_code"), NotLonger(40)]


class CodeForm(TvistForm):
    """A code of an app, or a recovery code. Fields with `one_time` in their name are never put into a page again (`web.carrying`)."""

    one_time_code = StringField(lazy("security.code"), _CODE, filters=[trimmed])


class AppForm(TvistForm):
    """A new code app, proved by its first code."""

    app_name = StringField(lazy("security.app_name"), [Needed("security.write_name"), NotLonger(LONGEST_NAME)], filters=[trimmed])
    one_time_code = StringField(lazy("security.first_code"), _CODE, filters=[trimmed])


class PasskeyForm(TvistForm):
    """A new passkey."""

    passkey_name = StringField(
        lazy("security.passkey_name"), [Needed("security.write_name"), NotLonger(LONGEST_NAME)], filters=[trimmed]
    )
