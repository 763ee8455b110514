"""The pages of the parallel text: written beside the main text, by the panel alone, and served with the opinion to all who read it (rule 39)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.scenes.decision import MUNICIPALITY, STATE, Scene, agreed, voted
from tests.scenes.kept import lately
from tests.scenes.parallel import BESIDE, MAIN, REMARK, REMARK_BESIDE, both_approved, both_issued, needing, with_parallel
from tests.scenes.submissions import DAY
from tvist.accounts.models import User
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.decision.correcting import latest_record
from tvist.decision.models import IssuedFile
from tvist.decision.parallel_places import ParallelPlace, parallel_places
from tvist.decision.record import sha256_of
from tvist.decision.writing import working_text, write_text

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.installation import Installation

SLUG = "2026-0001"
AT = f"/cases/{SLUG}/decision"
LIST = f"{AT}/parallel"
LEGAL = f"{LIST}/legal"
OUTVOTED = {1: (STATE, STATE, MUNICIPALITY)}
SEEN = sha256_of(MAIN["legal"])


def made(installation: Installation, cast: Cast, scene: Scene, **changes: Any) -> list[str]:
    """The scene, ten days ago; the names of the places."""
    with installation.database.writing() as session:
        case = scene(session, cast, installation, at=lately() - 10 * DAY, **changes)
        session.commit()
        return [each.beside for each in parallel_places(case)]


def place(installation: Installation, name: str = "legal") -> tuple[str, str]:
    """What stands there, and how it stands to the main text."""
    with installation.database.reading() as session:
        found = _place(case_at(session, SLUG), name)
        return found.text, found.state.value


def _place(case: Any, name: str) -> ParallelPlace:
    return next(each for each in parallel_places(case) if each.beside == name)


def sent(text: str, began_from: int = 0, seen: str = SEEN) -> dict[str, str]:
    return {"text": text, "began_from": str(began_from), "main_seen": seen}


def test_the_list_tells_what_is_missing_and_leads_to_each_place(installation: Installation, cast: Cast, ask: Any) -> None:
    names = made(installation, cast, needing, votes=OUTVOTED)

    page = ask("GET", LIST, as_=cast.cato).text
    assert all(f"{LIST}/{name}" in page for name in names)
    assert page.count(">mangler<") == len(names)
    assert "Kåre Oppdiktet skriver selv parallellteksten" in page
    shown = ask("GET", f"{AT}/approve", as_=cast.cato).text
    assert "Parallellteksten mangler her: hva saken gjelder" in shown
    assert f'href="{LIST}"' in shown


def test_a_place_shows_the_main_text_beside_and_what_is_saved_stands(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, needing)
    assert MAIN["legal"] in ask("GET", LEGAL, as_=cast.frida).text

    saved = ask("POST", LEGAL, as_=cast.frida, data=sent(BESIDE["legal"]))

    assert (saved.status_code, saved.headers["Location"]) == (303, LIST)
    assert place(installation) == (BESIDE["legal"], "written")
    assert "Frida Oppdiktet" in ask("GET", LIST, as_=cast.cato).text


def test_the_main_text_is_copied_to_be_changed_and_nothing_typed_is_lost(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, needing)

    ask("POST", LEGAL, as_=cast.frida, data=sent("Begynt.") | {"then": "main"})

    page = ask("GET", LEGAL, as_=cast.frida).text
    field = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert field
    assert "Begynt." in field[1]
    assert MAIN["legal"] in field[1]
    assert place(installation) == ("", "missing")


def test_an_empty_text_is_not_saved(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, with_parallel)

    answer = ask("POST", LEGAL, as_=cast.frida, data=sent("  ", began_from=1))

    assert answer.status_code == 422
    assert "Skriv parallellteksten" in answer.text
    assert place(installation) == (BESIDE["legal"], "written")


def test_of_two_at_once_the_later_sees_both_texts(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, needing)
    ask("POST", LEGAL, as_=cast.cato, data=sent("Catos ord."))

    late = ask("POST", LEGAL, as_=cast.frida, data=sent("Fridas ord."))

    assert late.status_code == 409
    assert "Catos ord." in late.text
    assert "Fridas ord." in late.text
    assert place(installation)[0] == "Catos ord."


def test_who_has_read_an_older_main_text_is_shown_the_new_one_and_keeps_what_was_typed(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, needing)
    with installation.database.writing() as session:
        case = case_at(session, SLUG)
        write_text(case, by=session.get_one(User, cast.cato.id), at=now(), legal="Ein ny tekst om lova.")
        session.commit()

    late = ask("POST", LEGAL, as_=cast.frida, data=sent(BESIDE["legal"]))

    assert late.status_code == 409
    assert "Hovedteksten ble endret mens du skrev" in late.text
    assert "Ein ny tekst om lova." in late.text
    assert BESIDE["legal"] in late.text
    assert place(installation) == ("", "missing")
    again = ask("POST", LEGAL, as_=cast.frida, data=sent("Ny tekst.", seen=sha256_of("Ein ny tekst om lova.")))
    assert again.status_code == 303


def test_an_older_place_says_so_and_is_confirmed_by_saving(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, with_parallel)
    ask("POST", f"{AT}/text/legal", as_=cast.cato, data={"text": "Ein ny tekst.", "began_from": "1"})
    assert place(installation) == (BESIDE["legal"], "behind")
    assert "eldre enn hovedteksten" in ask("GET", LIST, as_=cast.cato).text
    assert "Parallellteksten er eldre enn hovedteksten her" in ask("GET", AT, as_=cast.cato).text

    ask("POST", LEGAL, as_=cast.cato, data=sent(BESIDE["legal"], 1, sha256_of("Ein ny tekst.")))

    assert place(installation) == (BESIDE["legal"], "written")


def test_what_is_typed_is_kept_for_its_writer_alone(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, needing)
    typed = [{"field": "text", "base": "", "value": "Halvferdig"}]
    data = {"tab": "t", "draft": "", "version": "", "at": "text", "key": "0", "rows": "0", "typed": json.dumps(typed)}

    answer = ask("POST", f"{LIST}/typed/legal", as_=cast.frida, data=data, key=None)

    assert answer.json["saved"] == ["text"]
    assert "Halvferdig" in ask("GET", LEGAL, as_=cast.frida).text
    assert "Halvferdig" not in ask("GET", LEGAL, as_=cast.kaare).text
    with installation.database.reading() as session:
        frida = session.get_one(User, cast.frida.id)
        kept = working_text(_place(case_at(session, SLUG), "legal"), frida)
        assert kept
        assert kept.text == "Halvferdig"


def test_a_dissent_s_parallel_is_its_author_s(installation: Installation, cast: Cast, ask: Any) -> None:
    names = made(installation, cast, needing, votes=OUTVOTED)
    own = next(name for name in names if name.startswith("remark:"))
    data = sent(REMARK_BESIDE, seen=sha256_of(REMARK))

    refused = ask("POST", f"{LIST}/{own}", as_=cast.cato, data=data)
    assert refused.status_code == 409
    assert "Kåre Oppdiktet skriver selv parallellteksten" in refused.text
    assert place(installation, own) == ("", "missing")
    assert ask("POST", f"{LIST}/{own}", as_=cast.kaare, data=data).status_code == 303
    assert place(installation, own) == (REMARK_BESIDE, "written")


@pytest.mark.parametrize(
    ("who", "status"), [("asta", 403), ("bo", 403), ("siri", 403), ("lise", 404), ("dag", 404), ("eva", 404), ("adam", 404)]
)
def test_nobody_but_the_panel_finds_the_pages(installation: Installation, cast: Cast, ask: Any, who: str, status: int) -> None:
    made(installation, cast, needing)

    for address in (LIST, LEGAL, f"{AT}/draft-parallel.pdf"):
        assert ask("GET", address, as_=getattr(cast, who)).status_code == status, address
    assert ask("POST", LEGAL, as_=getattr(cast, who), data=sent("Ord.")).status_code == status
    assert place(installation) == ("", "missing")


def test_a_case_that_needs_none_has_no_places_and_no_draft(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, voted)

    assert "Saken trenger ingen parallelltekst" in ask("GET", LIST, as_=cast.cato).text
    assert ask("GET", LEGAL, as_=cast.cato).status_code == 404
    assert ask("GET", f"{AT}/draft-parallel.pdf", as_=cast.cato).status_code == 404
    assert LIST not in ask("GET", AT, as_=cast.cato).text
    assert LIST not in ask("GET", f"/cases/{SLUG}", as_=cast.cato).text


def test_a_member_who_is_called_and_has_not_declared_sees_nothing_of_it(installation: Installation, cast: Cast, ask: Any) -> None:
    with installation.database.writing() as session:
        agreed(session, cast)
        session.commit()

    assert ask("GET", LIST, as_=cast.finn).status_code == 404


def test_the_members_read_both_drafts_and_approve_both(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, both_approved)

    draft = ask("GET", f"{AT}/draft-parallel.pdf", as_=cast.frida)
    assert (draft.status_code, draft.mimetype) == (200, "application/pdf")
    assert 'filename="utkast-2026-0001-parallelltekst-nb.pdf"' in draft.headers["Content-Disposition"]
    assert "hovedteksten på nynorsk og parallellteksten på bokmål sammen" in ask("GET", f"{AT}/approve", as_=cast.frida).text


def test_the_parties_read_both_texts_and_each_file_says_which_it_is(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, both_issued)
    with installation.database.reading() as session:
        files = {file.is_parallel: file.sha256 for file in session.scalars(sa.select(IssuedFile))}

    page = ask("GET", f"/cases/{SLUG}/opinion", as_=cast.asta).text
    assert "Teksten på nynorsk er hovedteksten" in page
    for address, is_parallel, name in (
        ("opinion.pdf", False, "uttalelse-2026-0001-hovedtekst-nn.pdf"),
        ("opinion-1.pdf", False, "uttalelse-2026-0001-hovedtekst-nn.pdf"),
        ("opinion-parallel.pdf", True, "uttalelse-2026-0001-parallelltekst-nb.pdf"),
        ("opinion-1-parallel.pdf", True, "uttalelse-2026-0001-parallelltekst-nb.pdf"),
    ):
        answer = ask("GET", f"{AT}/{address}", as_=cast.bo)
        assert hashlib.sha256(answer.data).hexdigest() == files[is_parallel]
        assert name in answer.headers["Content-Disposition"]
        assert ask("GET", f"{AT}/{address}", as_=cast.dag).status_code == 404
    assert f"{AT}/opinion-1-parallel.pdf" in page
    assert ask("GET", f"{AT}/opinion-2-parallel.pdf", as_=cast.bo).status_code == 404


def fields_of(text: str) -> dict[str, str]:
    """The fields of the correction's form, as the page shows them."""
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\s*(.*?)</textarea>', text, re.DOTALL)
    inputs = re.findall(r'<input[^>]* name="(representatives-\d+|shown_version)"[^>]* value="([^"]*)"', text)
    return dict([*areas, *inputs])


def test_a_correction_is_asked_for_in_both_texts(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast, both_issued)
    address = f"{AT}/correct"
    fields = fields_of(ask("GET", address, as_=cast.cato).text)
    main = fields | {"words": "Ein dato var feil.", "agreed": "Partane er samde om alle datoane."}

    first = ask("POST", address, as_=cast.cato, data=main)
    assert first.status_code == 422
    assert "Skriv også på bokmål" in first.text
    second = ask("POST", address, as_=cast.cato, data=main | {"parallel_words": "En dato var feil."})
    assert second.status_code == 422
    assert "Rett også den andre teksten her: det partene er enige om" in second.text
    both = main | {"parallel_words": "En dato var feil.", "parallel_sections-2": "Partene er enige om alle datoene."}
    assert ask("POST", address, as_=cast.cato, data=both).status_code == 303
    with installation.database.reading() as session:
        decision = case_at(session, SLUG).decision
        assert decision
        record = latest_record(decision)
    assert record["sections"]["agreed"] == "Partane er samde om alle datoane."
    assert record["parallel"]["sections"]["agreed"] == "Partene er enige om alle datoene."
    assert record["parallel"]["corrections"] == ["En dato var feil."]


def test_an_error_in_one_text_alone_is_corrected_there_when_the_leader_says_so(
    installation: Installation, cast: Cast, ask: Any
) -> None:
    made(installation, cast, both_issued)
    address = f"{AT}/correct"
    fields = fields_of(ask("GET", address, as_=cast.cato).text)
    words = {"words": "Ein skrivefeil i parallellteksten.", "parallel_words": "En skrivefeil."}

    answer = ask(
        "POST",
        address,
        as_=cast.cato,
        data=fields | words | {"parallel_sections-2": "Partene er enige om datoene nå.", "is_in_one_only": "y"},
    )

    assert answer.status_code == 303
