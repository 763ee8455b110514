"""What the administrator fills in about people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import DateField, SelectField, StringField
from wtforms.validators import Optional

from tvist.accounts.forms import LANGUAGE_CHOICES
from tvist.accounts.models import MembershipRole, Organisation
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
"""A browser's date field sends the first; typed by hand it is the second."""
ROLE_CHOICES = choices((role.value, lazy(f"membership_role.{role.value}")) for role in MembershipRole)


class NeededDay(DateField):
    """A day that must be given: once the form has been validated it is there."""

    data: date

    def __init__(self, label: str, code: str, **kwargs: Any) -> None:
        """`code` names what to say where the day is missing."""
        super().__init__(label, [Needed(code)], format=DAYS, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day; an empty field is missing, not wrong."""
        self.data = None  # type: ignore[assignment]  # Needed stops here.
        if valuelist and str(valuelist[0]).strip():
            super().process_formdata(valuelist)


class MembershipForm(TvistForm):
    """A role in an organisation, with its days."""

    organisation = SelectField(lazy("accounts.organisation"), coerce=int)
    role = SelectField(lazy("accounts.role"), choices=ROLE_CHOICES, coerce=MembershipRole)
    from_on = NeededDay(lazy("accounts.from_on"), "accounts.write_from_on")
    to_on = DateField(lazy("accounts.to_on"), [Optional()], format=DAYS)

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        """`organisations` are those to choose from."""
        super().__init__(*args, **kwargs)
        self._organisations = {found.id: found for found in organisations}
        self.organisation.choices = choices((str(found.id), found.name) for found in organisations)

    @property
    def chosen(self) -> Organisation:
        """The organisation that was chosen."""
        return self._organisations[self.organisation.data]


class NewUserForm(MembershipForm):
    """A person, with the first role."""

    name = StringField(lazy("accounts.name"), [Needed("accounts.write_name"), NotLonger(200)], filters=[trimmed])
    email = StringField(lazy("accounts.email"), [Needed("accounts.write_email"), NotLonger(300)], filters=[trimmed])
    language = SelectField(lazy("accounts.language"), choices=LANGUAGE_CHOICES)


class EndMembershipForm(TvistForm):
    """The last day of a role."""

    to_on = NeededDay(lazy("accounts.last_day"), "accounts.write_last_day")
