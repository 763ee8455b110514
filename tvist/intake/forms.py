"""The forms of a request, one a step. They take what is typed, with gaps; what is wrong is told by `read_petition` alone."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from tvist.cases.money import AmountUnit, Bearer
from tvist.web.forms import TvistForm, choices
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


class PartiesForm(TvistForm):
    """Whether this is the right place, and who the parties are."""

    both_limbs = _text("both_limbs")
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


class SettlementForm(TvistForm):
    """That settlement was tried, whether the courts have it, and who pays meanwhile."""

    tried_on = _line("tried_on")
    tried_by = _line("tried_by")
    tried_words = _text("tried_words")
    before_courts = _choice("before_courts", [("no", lazy("intake.no")), ("yes", lazy("intake.yes"))])
    courts_words = _text("courts_words")
    pays_meanwhile = _choice("pays_meanwhile", _bearers())


class LineForm(TvistForm):
    """One claim line (rule 11)."""

    measure = _select("measure")
    measure_words = _line("measure_words")
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


class PlainForm(TvistForm):
    """A form that is nothing but its button."""
