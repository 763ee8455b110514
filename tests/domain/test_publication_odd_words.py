"""Words that parties typed, or that were hidden by mistake, and that stand in every document: they never leave a release without a way on (rule 46)."""

import pytest

from tests.people import NOON
from tests.scenes.decision import SECTIONS, issued, present
from tests.scenes.publication import THE_DAY_AFTER, begun, declared, hide_all
from tests.scenes.submissions import DAY
from tvist.anonymity.kinds import MarkKind
from tvist.errors import CannotProceed
from tvist.publication.actions import approve, begin, submit, withdraw
from tvist.publication.job import publish_job
from tvist.publication.marking import Decided, add, blur, decide, find_everywhere
from tvist.publication.models import BlurKind, Publication, Stage
from tvist.published.outputs import outputs_of
from tvist.words import Message, render


def sent_to_release(session, cast, installation, made):
    """Siri asks, Stein approves, the machine does what it can."""
    people = present(session, cast)
    submit(made, by=people.siri, at=THE_DAY_AFTER, accepted="Prøve.")
    approve(made, by=people.stein, at=THE_DAY_AFTER)
    session.commit()
    publish_job(installation, made.id, THE_DAY_AFTER, told=outputs_of)
    session.expire_all()
    return session.get_one(Publication, made.id)


@pytest.mark.parametrize("typed", ["2026", "2026-1", "A", "-", "Bufetat", "Kommunen"])
def test_what_a_party_typed_as_reference_and_representative_never_bars_the_way(session, cast, installation, typed):
    case = issued(session, cast, installation, at=NOON)
    declared(session, cast, case)
    for party in case.parties:
        party.own_reference = party.representative = typed
    made = begin(case.decision, by=present(session, cast).siri, at=NOON + DAY)
    hide_all(made, session, cast)
    made = sent_to_release(session, cast, installation, made)
    assert made.stage is Stage.RELEASED, made.return_reasons


def test_a_word_of_the_programs_own_that_was_hidden_as_a_name_says_what_to_do(session, cast, installation):
    made = begun(session, cast, installation)
    hide_all(made, session, cast)
    siri = present(session, cast).siri
    add(made, find_everywhere(made, "Staten")[:1], kind=MarkKind.PERSON, replacement="[navn]", by=siri, at=THE_DAY_AFTER)
    made = sent_to_release(session, cast, installation, made)
    assert made.stage is Stage.MARKING
    lines = [line for line in made.return_reasons.splitlines() if "Staten" in line]
    assert lines == [render(Message("publication.leak.own_words", words="Staten"), siri.language)]


def test_a_hidden_day_that_the_tables_tell_leads_to_telling_days_as_years(session, cast, installation):
    made = begun(session, cast, installation)
    hide_all(made, session, cast)
    siri = present(session, cast).siri
    blur(made, [], by=siri, at=THE_DAY_AFTER)
    made = sent_to_release(session, cast, installation, made)
    days = [mark.words for mark in made.marks if mark.kind is MarkKind.DATE]
    expected = {render(Message("publication.leak.own_day", words=words), siri.language) for words in days}
    assert expected & set(made.return_reasons.splitlines())
    assert "la det stå" not in made.return_reasons


def test_the_reason_of_a_withdrawal_does_not_name_what_nobody_hid(session, cast, installation):
    texts = SECTIONS | {"background": "Etter det flyttet Turid til en institusjon."}
    made, people = begun(session, cast, installation, sections=texts), present(session, cast)
    left = {mark.public_id: Decided(hides=mark.words != "Turid", replacement=mark.replacement) for mark in made.marks}
    decide(made, left, by=people.siri, at=THE_DAY_AFTER)
    blur(made, [BlurKind.DAYS], by=people.siri, at=THE_DAY_AFTER)
    made = sent_to_release(session, cast, installation, made)
    for reason in ("Turid er nevnt med navn.", "Ring 900 12 345 om dette."):
        with pytest.raises(CannotProceed, match=r"publication\.reason_tells"):
            withdraw(made, reason, by=present(session, cast).stein, at=THE_DAY_AFTER)
    withdraw(made, "Et navn sto i bakgrunnen. Nemnda beklager.", by=present(session, cast).stein, at=THE_DAY_AFTER)
    assert made.stage is Stage.WITHDRAWN
