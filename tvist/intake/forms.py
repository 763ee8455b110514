"""The forms of a request, one a step. They take what is typed, with gaps; what is wrong is told by `read_petition` alone."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from tvist.cases.fields import DayField
from tvist.cases.money import AmountUnit, Bearer
from tvist.intake.anonymity import NoBirthNumber
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy
from tvist.words import NORWEGIAN

MOST_OPPOSING, MOST_JOINED = 4, 2


def _bearers() -> list[tuple[str, str]]:
    return [(bearer.value, lazy(f"bearer.{bearer.value}")) for bearer in Bearer]


def _units() -> list[tuple[str, str]]:
    return [(unit.value, lazy(f"amount_unit.{unit.value}")) for unit in AmountUnit]


def _line(code: str, **more: Any) -> StringField:
    return StringField(lazy(f"intake.field.{code}"), description=lazy(f"intake.hint.{code}"), **more)


def _text(code: str) -> TextAreaField:
    return TextAreaField(lazy(f"intake.field.{code}"), description=lazy(f"intake.hint.{code}"))


def _choice(code: str, pairs: list[tuple[str, str]]) -> RadioField:
    return RadioField(
        lazy(f"intake.field.{code}"), description=lazy(f"intake.hint.{code}"), choices=choices(pairs), validate_choice=False
    )


def _select(code: str) -> SelectField:
    """A list to choose from; the view fills it in."""
    return SelectField(lazy(f"intake.field.{code}"), description=lazy(f"intake.hint.{code}"), choices=[], validate_choice=False)


def _yes_no(code: str) -> RadioField:
    return _choice(code, [("yes", lazy("intake.yes")), ("no", lazy("intake.no"))])


class PlaceForm(TvistForm):
    """Whether this is the right place (rules 1, 2, 10)."""

    concrete = _yes_no("concrete")
    both_acts = _yes_no("both_acts")
    against_state = _yes_no("against_state")
    tried = _yes_no("tried")
    before_courts = _yes_no("before_courts")
    courts_words = _text("courts_words")
    both_limbs = _text("both_limbs")


class PartiesForm(TvistForm):
    """Who the parties are, and who may file."""

    opposing_1 = _select("opposing")
    opposing_2 = _select("opposing_more")
    opposing_3 = _select("opposing_more")
    opposing_4 = _select("opposing_more")
    joined_1 = _select("joined")
    joined_2 = _select("joined_more")
    representative = _line("representative")
    authority = _text("authority")
    own_reference = _line("own_reference")
    language = _choice("language", [(form, lazy(f"intake.language.{form}")) for form in NORWEGIAN])


class ChildForm(TvistForm):
    """Which child the matter is about."""

    birth_year = _line("birth_year")
    other_side_reference = _line("other_side_reference")
    address_secret = BooleanField(lazy("intake.field.address_secret"), description=lazy("intake.hint.address_secret"))
    placed_on = _line("placed_on")


class FactsForm(TvistForm):
    """What happened, what each side says, and what is claimed."""

    subject = _line("subject")
    background = _text("background")
    agreed = _text("agreed")
    disputed = _text("disputed")
    argument = _text("argument")
    claim = _text("claim")


class IdentityForm(TvistForm):
    """Who the child is (rule 7): sealed as soon as it is read, never shown again but for a purpose."""

    name = _line("name", render_kw={"autocomplete": "off"})
    birth_number = _line("birth_number", render_kw={"autocomplete": "off", "inputmode": "numeric"})


class OpenIdentityForm(TvistForm):
    """For what the child's identity is opened (rule 7)."""

    purpose = StringField(
        lazy("intake.field.purpose"),
        [Needed("intake.say_the_purpose"), NotLonger(PROCEDURES[-1].longest_line), NoBirthNumber()],
        filters=[trimmed],
    )


class OffersForm(TvistForm):
    """What was offered (rule 22): sealed as soon as it is read."""

    offers = _text("offers")


class FactForm(TvistForm):
    """One thing that happened (rule 10)."""

    fact_on = _line("fact_on")
    fact_until = _line("fact_until")
    fact_words = _text("fact_words")
    fact_paper = _select("fact_paper")
    fact_page = _line("fact_page", render_kw={"inputmode": "numeric"})


class RegisterForm(TvistForm):
    """A request that came by letter or e-mail: whose it is, and when it came."""

    organisation = SelectField(lazy("intake.field.organisation"), [Needed("intake.choose_organisation")], choices=[])
    received_on = DayField(lazy("intake.field.received_on"), [Needed("intake.say_when_received")])


class SettlementForm(TvistForm):
    """That settlement was tried, what is agreed on limitation, and who pays meanwhile."""

    tried_on = _line("tried_on")
    tried_by = _line("tried_by")
    tried_words = _text("tried_words")
    limitation_words = _text("limitation_words")
    limitation_until = _line("limitation_until")
    pays_meanwhile = _choice("pays_meanwhile", _bearers())


class LineForm(TvistForm):
    """One claim line (rule 11)."""

    measure = _select("measure")
    measure_words = _line("measure_words")
    caregivers = _line("caregivers")
    children = _line("children")
    municipality = _select("municipality")
    from_on = _line("from")
    to_on = _line("to")
    runs = BooleanField(lazy("intake.field.runs"), description=lazy("intake.hint.runs"))
    known_until = _line("known_until")
    unit = _choice("unit", _units())
    rate = _line("rate")
    count = _line("count")
    should_bear = _choice("should_bear", _bearers())
    paid_by = _choice("paid_by", _bearers())
    paid = _line("paid")
    state_basis = _select("state_basis")
    municipal_basis = _select("municipal_basis")
    basis_words = _line("basis_words")
