"""The request of an invented case, as raw as a form or a file would give it, and the papers that come with it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from tvist.cases.money import AmountUnit, Period, line_amount
from tvist.demo.plots import Turn
from tvist.demo.themes import texts_of
from tvist.documents.models import Paper
from tvist.documents.uploads import MediaType
from tvist.intake.parties import case_language
from tvist.pdf import Document, fact_table, heading, prose, render
from tvist.words import format_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from tvist.accounts.models import User
    from tvist.demo.people import People
    from tvist.demo.plots import Plot
    from tvist.documents.storage import PaperStore

NEW_ACT_ON: Final = date(2023, 1, 1)
HEALTH_ACT_ON: Final = date(2012, 1, 1)
MOST_LINES: Final = 3
SECRET_EVERY: Final = 23
"""One case in so many has a secret address (rule 8)."""


def language_of(plot: Plot) -> str:
    """The form of Norwegian of the case: what the law asks for, else one of the two by chance."""
    wanted = plot.dice("language").choice(("nb", "nb", "nn"))
    requesting, opposing = _sides(plot)
    return case_language(requesting, opposing, wanted, plot.filed_on)


def texts(plot: Plot, people: People) -> dict[str, str]:
    """All texts of the case, in its own form of Norwegian."""
    language, (first, last) = language_of(plot), period_of(plot)
    names = [people.municipality(number).name for number in plot.municipalities]
    return texts_of(
        plot.theme,
        language,
        kommune=" og ".join(names),
        stat=people.region(plot.region).name,
        born=born_in(plot),
        first=format_day(first, language),
        last=format_day(last, language),
    )


def raw_petition(plot: Plot, people: People, filer: User) -> dict[str, Any]:
    """The request as typed."""
    said, dice = texts(plot, people), plot.dice("petition")
    requesting, opposing = _sides(plot)
    own = f"{plot.filed_on.year - 1}/{dice.randrange(100, 9000)}"
    return {
        "invented": True,
        "language": language_of(plot),
        "parties": {
            "requesting": list(requesting),
            "opposing": list(opposing),
            "representative": filer.name,
            "own_reference": own,
        },
        "child": {
            "birth_year": born_in(plot),
            "other_side_reference": f"{plot.filed_on.year}/{dice.randrange(100, 9000)}",
            "address_secret": plot.place % SECRET_EVERY == 1,
        },
        **{name: said[name] for name in ("subject", "both_limbs", "authority", "background", "agreed", "disputed")},
        "argument": said["state_argument" if plot.state_files else "argument"],
        "claim": said["state_claim" if plot.state_files else "claim"],
        "settlement": {
            "tried_on": (plot.filed_on - timedelta(days=dice.randrange(14, 120))).isoformat(),
            "by": said["settlement_by"],
            "words": said["settlement_words"],
        },
        "before_courts": {"yes": False, "words": ""},
        "pays_meanwhile": "state" if plot.state_files else "municipality",
        "placed_on": period_of(plot)[0].isoformat() if plot.theme.unit == "month" else "",
        "lines": list(_lines(plot, dice)),
    }


def period_of(plot: Plot) -> tuple[date, date]:
    """The days in dispute: they end some time before the request."""
    dice = plot.dice("period")
    last = plot.filed_on - timedelta(days=dice.randrange(30, 200))
    return last - timedelta(days=dice.randrange(60, 480)), last


def born_in(plot: Plot) -> int:
    """The year in which the child was born."""
    first = period_of(plot)[0].year
    return first if plot.theme.name == "centre" else max(1990, first - plot.dice("child").randrange(2, 17))


def papers(plot: Plot, people: People, store: PaperStore, *, by: User, at: datetime) -> list[Paper]:
    """An agreement and a table of costs as PDF, and minutes as plain text; stored, not yet laid anywhere."""
    said, language = texts(plot, people), language_of(plot)
    listed = [("paper_agreement", MediaType.PDF), ("paper_costs", MediaType.PDF), ("paper_minutes", MediaType.TXT)]
    made = []
    for position, (name, kind) in enumerate(listed[: 1 + plot.place % 3], start=1):
        title, text = said[name], said[f"{name}_text"]
        content = text.encode() if kind is MediaType.TXT else _pdf(title, text, plot, language)
        stored = store.put([content], max_bytes=None)
        made.append(
            Paper(
                position=position,
                title=title,
                filename=f"{title.lower().replace(' ', '-')}.{kind.value}",
                media_type=kind.value,
                blob_id=stored.blob_id,
                size=stored.size,
                sha256=stored.sha256,
                dated_on=period_of(plot)[0],
                added_by_id=by.id,
                added_at=at,
            )
        )
    return made


def _pdf(title: str, text: str, plot: Plot, language: Any) -> bytes:
    first, last = (format_day(day, language) for day in period_of(plot))
    document = Document(title, language, f"D-{plot.place + 1}", title, plot.filed_on, marked_as_invented=True)
    return render(
        document, [heading(title), prose(text), fact_table([("Fra" if language == "nb" else "Frå", first), ("Til", last)])]
    )


def _sides(plot: Plot) -> tuple[tuple[str, ...], tuple[str, ...]]:
    state, municipalities = (plot.region,), plot.municipalities
    return (state, municipalities) if plot.state_files else (municipalities, state)


def _lines(plot: Plot, dice: Random) -> Iterator[dict[str, Any]]:
    """One line for each year in dispute, as the rate changes with the year; each municipality has its own."""
    pieces = list(_by_year(*period_of(plot)))[-MOST_LINES:]
    if len(plot.municipalities) > len(pieces):
        first, last = pieces[0]
        middle = first + (last - first) // 2
        pieces[:1] = [(first, middle), (middle + timedelta(days=1), last)]
    rate = dice.randrange(*plot.theme.kroner) * 100 + dice.choice((0, 0, 50, 33))
    for place, (first, last) in enumerate(pieces):
        is_last = place == len(pieces) - 1
        yield _line(plot, plot.municipalities[place % len(plot.municipalities)], (first, last), rate, is_last=is_last)
        rate = rate * 103 // 100


def _line(plot: Plot, municipality: str, days: tuple[date, date], rate_ore: int, *, is_last: bool) -> dict[str, Any]:
    first, last = days
    unit = AmountUnit.PRINCIPLE if Turn.PRINCIPLE in plot.turns and is_last else AmountUnit(plot.theme.unit)
    count = 2 + plot.place % 9 if unit is AmountUnit.STAY else None
    runs = Turn.RUNS_STILL in plot.turns and is_last
    amount = line_amount(unit, rate_ore, Period(first, last), count).ore
    paid = amount if plot.place % 4 else amount // 2
    payer, bearer = ("state", "municipality") if plot.state_files else ("municipality", "state")
    return {
        "municipality": municipality,
        "measure": plot.theme.measure,
        "measure_words": "",
        "from": first.isoformat(),
        "to": "" if runs else last.isoformat(),
        "runs": runs,
        "known_until": last.isoformat() if runs and unit is not AmountUnit.PRINCIPLE else "",
        "unit": unit.value,
        "rate": "" if unit is AmountUnit.PRINCIPLE else _kroner(rate_ore),
        "count": count or "",
        "should_bear": bearer,
        "paid_by": payer,
        "paid": _kroner(paid),
        **_bases(plot, last),
    }


def _bases(plot: Plot, last: date) -> dict[str, str]:
    """The legal bases of both limbs, as they were in force in the period."""
    municipal = plot.theme.municipal_basis
    if municipal == "health_care_services" and last < HEALTH_ACT_ON:
        municipal = "social_services_1991"
    old = "cwa1992_9_5" if plot.theme.name == "foster" else "cwa1992_9_4"
    is_new = last >= NEW_ACT_ON
    return {
        "state_basis": "cwa2021_16" if is_new else old,
        "municipal_basis": municipal,
        "basis_words": "§ 16-5" if is_new else "§ 9-4",
    }


def _by_year(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, date(first.year, 12, 31))
        yield first, end
        first = end + timedelta(days=1)


def _kroner(ore: int) -> str:
    return f"{ore // 100},{ore % 100:02d}"
