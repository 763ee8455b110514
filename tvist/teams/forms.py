"""What people fill in about who works on a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import SelectField, StringField, TextAreaField

from tvist.accounts.forms import LANGUAGE_CHOICES
from tvist.accounts.models import MembershipRole
from tvist.cases.fields import DayField
from tvist.intake.drafting import names_apart
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy, t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.accounts.models import Organisation, User

NOBODY: Final = ""
LONGEST_REASON: Final = 2000
ROLE_CHOICES: Final = choices(
    (role.value, lazy(f"membership_role.{role.value}")) for role in (MembershipRole.CASE_OFFICER, MembershipRole.AUTHORISED_FILER)
)


class _PersonForm(TvistForm):
    """A form in which a person is chosen among some."""

    person = SelectField(lazy("teams.person"), [Needed("teams.choose_person")])

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        """`people` are those to choose from."""
        super().__init__(*args, **kwargs)
        self._people = {user.public_id: user for user in people}
        self.person.choices = choices([(NOBODY, t("teams.choose")), *((key, user.name) for key, user in self._people.items())])

    @property
    def chosen(self) -> User | None:
        """Who was chosen."""
        return self._people.get(str(self.person.data or NOBODY))


class AddMemberForm(_PersonForm):
    """A colleague for the case team, for good or for some days."""

    from_on = DayField(lazy("teams.from_on"))
    to_on = DayField(lazy("teams.to_on"))


class HandOverForm(_PersonForm):
    """Who takes one's place."""


class AssignForm(_PersonForm):
    """The officer who handles the case, with a reason where it is taken from another."""

    reason = TextAreaField(lazy("teams.reason"), [NotLonger(LONGEST_REASON)], filters=[trimmed])


class TakeBackForm(TvistForm):
    """Why nobody handles the case any more."""

    reason = TextAreaField(lazy("teams.reason"), [Needed("teams.write_reason"), NotLonger(LONGEST_REASON)], filters=[trimmed])


class AbsenceForm(_PersonForm):
    """From when to when one is away, and who stands in."""

    person = SelectField(lazy("teams.stand_in"))
    from_on = DayField(lazy("teams.away_from"), [Needed("teams.write_away_from")])
    to_on = DayField(lazy("teams.away_to"), [Needed("teams.write_away_to")])


class LeaveForm(_PersonForm):
    """The last day of work, and who takes over."""

    person = SelectField(lazy("teams.successor"))
    last_day = DayField(lazy("teams.last_day"), [Needed("teams.write_last_day")])


class AccessForm(TvistForm):
    """Who asks to work for which organisation."""

    organisation = SelectField(lazy("accounts.organisation"), [Needed("teams.choose_organisation")])
    name = StringField(lazy("accounts.name"), [Needed("accounts.write_name"), NotLonger(200)], filters=[trimmed])
    email = StringField(lazy("accounts.email"), [Needed("accounts.write_email"), NotLonger(300)], filters=[trimmed])
    role = SelectField(lazy("accounts.role"), choices=ROLE_CHOICES, coerce=MembershipRole)
    language = SelectField(lazy("accounts.language"), choices=LANGUAGE_CHOICES)

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        """`organisations` are those to choose from."""
        super().__init__(*args, **kwargs)
        self._organisations = {found.code: found for found in organisations}
        self.organisation.choices = choices([(NOBODY, t("teams.choose")), *names_apart(self._organisations.values())])

    @property
    def chosen(self) -> Organisation | None:
        """The organisation that was chosen."""
        return self._organisations.get(str(self.organisation.data or NOBODY))
