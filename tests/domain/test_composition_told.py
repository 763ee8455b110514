"""The opinion says how its panel was composed: statements, objections, rulings, who left (rules 29-31, 37)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.documents.opinion_records import a_record
from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.panel import declared
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.decision.composition_told import composition_record, composition_told
from tvist.decision.record import canonical
from tvist.decision.tables import Wording
from tvist.panel.actions import declare, refer
from tvist.panel.challenging import rule
from tvist.panel.models import SeatKind
from tvist.panel.objecting import object_to
from tvist.panel.rules import holder

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation


def disputed(case: Case, here: Cast) -> None:
    """Vik objects to Kåre, who stays; Frida comes into doubt, the two disagree, and Finn follows her."""
    object_to(case, [holder(case, SeatKind.KS)], by=here.asta, at=NOON + DAY, words="Han har uttalt seg.")
    for member in (here.cato, here.frida):
        rule(case.challenges[0], by=member, at=NOON + 2 * DAY, stays=True, reasons="Omtalen var allmenn.")
    declare(case, by=here.frida, at=NOON + 3 * DAY, statement=Statement.DOUBT, ground="special", words="Kjenner en fullmektig.")
    for member, stays in ((here.cato, True), (here.kaare, False)):
        rule(case.challenges[1], by=member, at=NOON + 4 * DAY, stays=stays, reasons="Et vennskap.")
    declare(case, by=here.finn, at=NOON + 5 * DAY, statement=Statement.NONE)


def test_the_composition_stands_in_the_opinion_with_statements_and_rulings(
    database: Database, cast: Cast, installation: Installation
) -> None:
    with database.writing() as session:
        here = present(session, cast)
        case = declared(session, here)
        disputed(case, here)
        refer(case, by=here.siri, at=NOON + 20 * DAY)
        record = canonical(case, installation.keys)
        for language, words in (
            ("nb", ("Finn Oppdiktet (varamedlem oppnevnt på fritt grunnlag) erklærte 7. mars 2026", "var uenige 6. mars 2026")),
            ("nn", ("Vik kommune kom 3. mars 2026 med motsegn mot Kåre Oppdiktet", "usamde 6. mars 2026")),
        ):
            text = "\n".join(str(vars(block)) for block in composition_told(record, Wording(language)))
            assert all(part in text for part in words), text
            assert "Frida Oppdiktet" in text
            assert not any(kept in text for kept in ("vennskap", "uttalt seg", "allmenn", "fullmektig."))


def test_what_is_still_open_is_not_told(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        here = present(session, cast)
        case = declared(session, here)
        object_to(case, [holder(case, SeatKind.KS)], by=here.asta, at=NOON + DAY, words="Han har uttalt seg.")
        assert composition_record(case)["composition"]["challenges"] == []


def test_a_record_from_before_still_prints() -> None:
    record = {key: value for key, value in a_record().items() if key != "composition"}
    text = "\n".join(str(vars(block)) for block in composition_told(record, Wording("nb")))
    assert "Medlemmene har hver for seg erklært" in text
