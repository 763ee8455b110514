"""The leader's exception: what not each party has had is read by the panel, with reasons that all may read (rule 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast
from tests.scenes.intake import letters_arrive
from tests.scenes.late import ends_without_findings, late_round
from tests.scenes.panel import declared, referred
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.access.roles import may, roles_of
from tvist.cases.journal import journal_for
from tvist.cases.lifecycle import obstacles
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.submissions import SubmissionKind
from tvist.cases.tasks import is_waiting_for
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.decision.document import opinion
from tvist.decision.exceptions_told import exceptions_record, exceptions_told
from tvist.decision.record import canonical
from tvist.decision.tables import Wording
from tvist.errors import CannotProceed
from tvist.panel.bundle import for_bundle, is_intact, left_out, lines_in_bundle, may_be_let_in
from tvist.panel.renewing import let_in
from tvist.panel.rules import contradiction_kept

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.db import Database
    from tvist.installation import Installation

TODAY = oslo_date(NOON)
REASONS = "Merknadene er kommet i retur fra begge adressene, og parten kjenner innholdet fra tilsvaret."


@pytest.fixture
def session(database: Database):
    with database.writing() as found:
        yield found


@pytest.fixture
def here(session: Session, cast: Cast) -> Cast:
    return Cast(**{name: session.get_one(type(one), one.id) for name, one in vars(cast).items()})


def come_back(session: Session, case: Case, kind: SubmissionKind = SubmissionKind.COMMENTS) -> Submission:
    """A sending of that kind whose notice came back after it had been served, so that it is served no longer."""
    sending = next(found for found in case.submissions if found.kind is kind)
    for serving in sending.servings:
        serving.fell_at = NOON
    session.flush()
    return sending


def reads(session: Session, user: User, sending: Submission) -> bool:
    """The list and the rule say the same."""
    listed = sending in submissions_visible_to(session, user, sending.case, TODAY)
    assert listed is may(user, Act.READ_SUBMISSION, sending, TODAY)
    return listed


def test_what_one_party_has_not_had_is_kept_out_until_the_leader_lets_it_in(session: Session, here: Cast) -> None:
    case = declared(session, here)
    sending = come_back(session, case)
    assert contradiction_kept(case).code == "panel.not_served"
    assert [each.submission for each in may_be_let_in(case)] == [sending]
    assert not reads(session, here.cato, sending)
    let_in(sending, by=here.cato, at=NOON, reasons=REASONS)
    assert contradiction_kept(case) is None
    assert obstacles(case, Act.REFER) == []
    assert sending in for_bundle(case)
    assert sending not in [each.submission for each in left_out(case)]
    assert [who for who in ("asta", "bo", "siri", "cato", "frida") if reads(session, getattr(here, who), sending)] == [
        "asta",
        "siri",
        "cato",
        "frida",
    ]


def test_it_needs_reasons_and_is_done_once(session: Session, here: Cast) -> None:
    case = declared(session, here)
    sending = come_back(session, case)
    with pytest.raises(CannotProceed, match=r"late\.exception_needs_reasons"):
        let_in(sending, by=here.cato, at=NOON, reasons=" ")
    with pytest.raises(CannotProceed, match=r"pdf\.missing_letters"):
        let_in(sending, by=here.cato, at=NOON, reasons="Nødvendig \N{GRINNING FACE}.")
    let_in(sending, by=here.cato, at=NOON, reasons=REASONS)
    with pytest.raises(CannotProceed, match=r"late\.nothing_to_let_in"):
        let_in(sending, by=here.cato, at=NOON, reasons=REASONS)


@pytest.mark.parametrize("kind", [SubmissionKind.PETITION])
def test_the_request_itself_is_never_let_in(session: Session, here: Cast, kind: SubmissionKind) -> None:
    case = declared(session, here)
    request, comments = come_back(session, case, kind), come_back(session, case)
    assert [each.submission for each in may_be_let_in(case)] == [comments]
    with pytest.raises(CannotProceed, match=r"late\.cannot_be_let_in"):
        let_in(request, by=here.cato, at=NOON, reasons=REASONS)


def test_what_was_not_sent_over_is_not_let_in(session: Session, here: Cast) -> None:
    case = late_round(session, here)
    assert may_be_let_in(case) == []
    late = come_back(session, case, SubmissionKind.LATE)
    assert [each.submission for each in may_be_let_in(case)] == [late]


def test_before_the_panel_it_makes_a_new_version_that_all_read(session: Session, here: Cast, installation: Installation) -> None:
    case = referred(session, here)
    sending = come_back(session, case)
    assert sending in [entry.submission for entry in case.bundles[0].entries]
    let_in(sending, by=here.cato, at=NOON + DAY, reasons=REASONS)
    assert [bundle.version for bundle in case.bundles] == [1, 2]
    assert all(is_intact(bundle) for bundle in case.bundles)
    assert is_waiting_for(case, TaskKind.CONFIRM_READING, here.frida)
    session.commit()
    ends_without_findings(installation)


def test_the_parties_see_that_an_exception_was_made_and_why(session: Session, here: Cast) -> None:
    case = declared(session, here)
    let_in(come_back(session, case), by=here.cato, at=NOON, reasons=REASONS)
    for who in (here.asta, here.bo, here.siri, here.frida):
        lines = journal_for(case, roles_of(who, case, TODAY), case.party_of(who, TODAY))
        said = next(line.what for line in lines if line.what.code == "journal.let_in")
        assert said.params["reasons"] == REASONS


def test_the_reasons_print_in_the_opinion(session: Session, here: Cast, installation: Installation) -> None:
    case = declared(session, here)
    plain = canonical(case, installation.keys)
    assert "let_in" not in plain
    assert list(exceptions_told(plain, Wording("nb"))) == []
    let_in(come_back(session, case), by=here.cato, at=NOON, reasons=REASONS)
    record = canonical(case, installation.keys)
    assert record["let_in"] == exceptions_record(case)["let_in"]
    assert record["let_in"][0]["without"] == [here.vest.name]
    assert REASONS in str(opinion(record)[1])
    assert here.vest.name in str(list(exceptions_told(record, Wording("nn"))))


def test_what_is_served_after_all_changes_nothing_of_what_was_said(session: Session, here: Cast) -> None:
    case = declared(session, here)
    sending = come_back(session, case)
    let_in(sending, by=here.cato, at=NOON, reasons=REASONS)
    before, lines = exceptions_record(case), lines_in_bundle(case)
    letters_arrive(session, case, at=NOON + DAY)
    assert exceptions_record(case) == before
    assert lines_in_bundle(case) == lines
